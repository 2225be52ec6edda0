//! A member confirms the usage rules: by a button of their card or of the one in the group, or in words (B4).

use huan_connect::HeardMessage;
use huan_core::{
    command::{self, Command, Reading},
    history::Subject,
    i18n::text,
    id::CollaborationId,
    usage_rules::RulesReading,
};

use jiff::{SignedDuration, tz::TimeZone};

use super::chat::Asked;
use crate::{actions::usage_rules, app::OpenAccount, error::ActionError, work::Work};

/// A platform's time may be behind ours by as much.
const BEHIND: SignedDuration = SignedDuration::from_secs(60);

/// Does what was pressed: `rules.confirm.3` on the card of a member, or on the one that the group shows.
pub(super) async fn press(work: &mut Work<'_>, subject: &str, revision: &str) -> Result<(), ActionError> {
    let revision = revision.parse().map_err(|_| ActionError::NotFound("action"))?;
    match Subject::from_id(subject) {
        Some(Subject::RulesReading(reading)) => usage_rules::confirm_reading(work, &reading, revision).await,
        Some(Subject::Collaboration(collaboration)) => usage_rules::confirm_rules(work, &collaboration, revision).await,
        _ => Err(ActionError::NotFound("rules")),
    }
}

/// Whether a message that does not address the robot confirms rules all the same: 「已阅读」 in reply to them.
pub(super) async fn is_answer(
    work: &mut Work<'_>,
    account: &OpenAccount,
    said: &HeardMessage,
) -> Result<bool, ActionError> {
    if answered(work, account, said).await?.is_none() {
        return Ok(false);
    }
    let now = work.now.to_zoned(TimeZone::UTC);
    Ok(match command::read(&said.text, &command::Context::new(&now)) {
        Reading::Command(understood) => understood.command == Command::ConfirmRules,
        Reading::NotACommand { .. } => false,
    })
}

/// The collaboration whose rules are answered.
async fn answered(
    work: &mut Work<'_>,
    account: &OpenAccount,
    said: &HeardMessage,
) -> Result<Option<CollaborationId>, ActionError> {
    let Some(message) = &said.reply_to else { return Ok(None) };
    let workspace = &work.app.workspace;
    let subject = work.tx.subject_of_message(workspace, &account.id, message).await?;
    Ok(match subject.and_then(|subject| Subject::from_id(&subject)) {
        Some(Subject::Collaboration(collaboration)) => Some(collaboration),
        Some(Subject::RulesReading(reading)) => {
            work.tx.rules_reading(workspace, &reading).await?.map(|reading| reading.collaboration)
        }
        _ => None,
    })
}

/// 「已阅读」: confirms the rules that are answered, else those of the group's collaboration, else the only ones that wait for the
/// speaker. What was said before the rules were announced anew does not confirm these.
pub(super) async fn confirm(work: &mut Work<'_>, asked: &Asked<'_>) -> Result<String, ActionError> {
    let me = work.caller()?.person().clone();
    let language = work.language();
    let mut open = work.tx.rules_readings_of_person(&work.app.workspace, &me).await?;
    open.retain(|reading| reading.confirmed_at.is_none() && reading.asked_at <= asked.said.sent_at + BEHIND);
    let within = match answered(work, asked.account, asked.said).await? {
        Some(collaboration) => Some(collaboration),
        None => asked.channel.and_then(|channel| channel.collaboration.clone()),
    };
    if let Some(within) = &within {
        open.retain(|reading| reading.collaboration == *within);
    }
    match open.as_slice() {
        [] => Ok(text(language, "chat.no_rules", &[])),
        [one] => {
            let name = name_of(work, one).await?;
            usage_rules::confirm_reading(work, &one.id, one.revision).await?;
            Ok(text(language, "chat.rules_confirmed", &[("collaboration", &name)]))
        }
        several => {
            let mut names = Vec::with_capacity(several.len());
            for reading in several {
                names.push(name_of(work, reading).await?);
            }
            Ok(text(language, "chat.which_rules", &[("names", &names.join("、"))]))
        }
    }
}

async fn name_of(work: &mut Work<'_>, reading: &RulesReading) -> Result<String, ActionError> {
    let found = work.tx.collaboration(&work.app.workspace, &reading.collaboration).await?;
    Ok(found.ok_or(ActionError::NotFound("collaboration"))?.name)
}
