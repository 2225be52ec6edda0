//! The page of a signature behind a signed link: a signer reads what was reached, signs or refuses (G1).

use huan_app::{Work, actions::sign_offs, error::ActionError, queries::sign_offs::SignOffView};
use huan_core::{i18n::text, id::SignatureId, sign_off::SignOff};
use maud::{Markup, html};

use super::{
    Guest,
    form::Form,
    page::{frame, say},
};

/// Everything that the page shows.
pub(super) struct ShownSignOff {
    pub(super) sign_off: SignOffView,
    pub(super) guest: Guest,
    pub(super) now: jiff::Timestamp,
    /// The key of the forms.
    pub(super) key: String,
}

/// The round that a signature belongs to.
pub(super) async fn round_of(
    conn: &mut huan_store::Conn,
    app: &huan_app::App,
    id: &SignatureId,
) -> Result<SignOff, ActionError> {
    let signature = conn.signature(&app.workspace, id).await?.ok_or(ActionError::NotFound("signature"))?;
    conn.sign_off(&app.workspace, &signature.sign_off).await?.ok_or(ActionError::NotFound("sign_off"))
}

/// Does what a form asks for.
pub(super) async fn take(work: &mut Work<'_>, id: &SignatureId, form: &Form) -> Result<(), ActionError> {
    let round = round_of(&mut work.tx, work.app, id).await?;
    match form.get("step") {
        "sign" => sign_offs::sign(work, &round.id, form.get("words")).await?,
        "refuse" => sign_offs::refuse(work, &round.id, form.get("reason")).await?,
        _ => return Err(ActionError::NotFound("step")),
    };
    Ok(())
}

/// The round, with what its reader can do.
pub(super) fn page(shown: &ShownSignOff, form: Option<&Form>, error: Option<&ActionError>) -> Markup {
    let empty = Form::default();
    let form = form.unwrap_or(&empty);
    let round = &shown.sign_off;
    let language = shown.guest.caller.language;
    let term = |key: &str| text(language, key, &[]);
    let part = |name: &str| term(&format!("sign_off.part.{name}"));
    let moment = |at| huan_core::time_text::moment(at, shown.now, &shown.guest.caller.zone, language);
    let name = &round.collaboration.name;
    let title = text(language, "notice.sign_off.title", &[("collaboration", name), ("round", &round.round)]);
    let mine = round.signatures.iter().find(|one| one.person.id == shown.guest.caller.person().as_str());
    let hidden = |step: &str| {
        html! {
            input type="hidden" name="step" value=(step);
            input type="hidden" name="key" value=(format!("{}{step}", shown.key));
        }
    };
    let person = |name: &str, job: &str| if job.is_empty() { name.to_owned() } else { format!("{name}（{job}）") };
    frame(
        language,
        &title,
        html! {
            header { span { (say(language, "brand")) " · " (name) } span { (shown.guest.name) } }
            @if let Some(error) = error { div.alert role="alert" { (error.words(language)) } }
            section {
                h1 { (title) }
                span.chip.good[round.stage == "signed"].late[round.stage == "refused"] {
                    (term(&format!("sign_off.stage.{}", round.stage)))
                }
                @if let Some(mine) = mine {
                    " " span.chip { (term(&format!("sign_off.answer.{}", mine.answer))) }
                    @if let Some(clock) = &mine.clock { " " span.chip { (part("due")) " " (moment(clock.due_at)) } }
                }
                dl {
                    dt { (part("goal")) } dd { (round.goal) }
                    dt { (part("called_by")) }
                    dd { (person(&round.called_by.name, &round.called_by.job)) " " span.soft { (moment(round.called_at)) } }
                }
                h2 { (part("statement")) }
                @for line in round.statement.lines() { p { (line) } }
                h2 { (part("evidence")) }
                ul {
                    @for one in &round.evidence {
                        li {
                            (term(&format!("sign_off.evidence.{}", one.kind))) " "
                            @if let Some(number) = &one.number { (number) " " }
                            @if let Some(url) = &one.url {
                                a href=(url) rel="noopener noreferrer" target="_blank" { (one.title) }
                            } @else { (one.title) }
                        }
                    }
                    @if round.hidden > 0 {
                        li.soft { (text(language, "sign_off.hidden", &[("count", &round.hidden)])) }
                    }
                }
                h2 { (part("signers")) }
                ul {
                    @for one in &round.signatures {
                        li {
                            (person(&one.person.name, &one.person.job)) " · "
                            (term(&format!("sign_off.answer.{}", one.answer)))
                            @if let Some(at) = one.at { " " span.soft { (moment(at)) } }
                            @if !one.words.is_empty() { br; (one.words) }
                        }
                    }
                }
                @if let Some(reason) = &round.withdrawn {
                    p { (text(language, "sign_off.history.withdrawn", &[("reason", reason)])) }
                }
            }
            @if round.may.sign {
                section.stack {
                    form method="post" {
                        (hidden("sign"))
                        label { (term("sign_off.words")) input name="words" maxlength="5000"
                            placeholder=(term("sign_off.words.example")) value=(form.get("words")); }
                        button.main { (term("notice.sign_off.button.sign")) }
                    }
                    form method="post" {
                        (hidden("refuse"))
                        label { (term("notice.sign_off.input.reason")) textarea name="reason" maxlength="5000" required
                            placeholder=(term("notice.sign_off.input.reason_example")) { (form.get("reason")) } }
                        button { (term("notice.sign_off.button.refuse")) }
                    }
                }
            }
            p.soft { (say(language, "personal")) }
        },
    )
}
