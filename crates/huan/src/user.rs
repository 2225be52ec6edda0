//! `huan user`: people, from the command line of the machine.

use huan_app::{
    App, Work,
    actions::{people, setup::invitation},
};
use huan_core::{
    i18n::{Language, text},
    person::Standing,
};

use crate::{cli::UserAction, config::Config, open, output, token::person_by_mail};

/// Makes, invites or lists people.
pub(crate) async fn run(config: &Config, action: UserAction, language: Language) -> anyhow::Result<()> {
    let app = open::app(config).await?;
    let done = carry_out(&app, action, language).await;
    app.db.close().await;
    done
}

async fn carry_out(app: &App, action: UserAction, language: Language) -> anyhow::Result<()> {
    match action {
        UserAction::Create { name, mail, job, mobile, administrator } => {
            let new = people::NewPerson {
                name,
                mail: Some(mail),
                job,
                mobile,
                administrator,
                language,
                ..Default::default()
            };
            let mut work = app.begin_as_huan().await?;
            let made = people::add_person(&mut work, new).await;
            let person = made.map_err(|error| anyhow::anyhow!(error.words(language)))?;
            let link = invite(work, person.id).await?;
            output::line(&text(language, "program.user.invited", &[("name", &person.name), ("link", &link)]))?;
        }
        UserAction::Invite { mail } => {
            let person = person_by_mail(app, &mail, language).await?;
            let link = invite(app.begin_as_huan().await?, person.id).await?;
            output::line(&text(language, "program.user.invited", &[("name", &person.name), ("link", &link)]))?;
        }
        UserAction::List => {
            for person in app.db.read().await?.people(&app.workspace).await? {
                let role = match person.standing {
                    Standing::Left { .. } => "left",
                    Standing::Guest { .. } => "guest",
                    Standing::Active if person.administrator => "administrator",
                    Standing::Active => "active",
                };
                let role = text(language, &format!("program.user.{role}"), &[]);
                let mail = person.mail.as_deref().unwrap_or("-");
                output::line(&format!("{}\t{}\t{}\t{mail}\t{role}", person.id, person.name, person.job))?;
            }
        }
    }
    Ok(())
}

async fn invite(mut work: Work<'_>, person: huan_core::id::PersonId) -> anyhow::Result<String> {
    let link = invitation(&mut work, person).await?;
    work.commit().await?;
    Ok(link)
}
