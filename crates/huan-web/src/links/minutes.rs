//! The page of minutes behind a signed link: a participant reads, confirms or objects (F3).

use huan_app::{Work, actions::filing, error::ActionError, queries::minutes::MinutesPage};
use huan_core::{i18n::text, id::MinutesId, minutes::Content, record::Participant};
use maud::{Markup, html};

use super::{
    Guest,
    form::Form,
    page::{frame, say},
};

/// Everything that the page shows.
pub(super) struct ShownMinutes {
    pub(super) page: MinutesPage,
    pub(super) guest: Guest,
    pub(super) now: jiff::Timestamp,
    /// The key of the forms.
    pub(super) key: String,
}

/// Does what a form asks for.
pub(super) async fn take(work: &mut Work<'_>, id: &MinutesId, form: &Form) -> Result<(), ActionError> {
    let edition = form.get("edition").parse().map_err(|_| ActionError::NotFound("edition"))?;
    match form.get("step") {
        "confirm" => filing::confirm(work, id, edition).await?,
        "object" => filing::object(work, id, edition, form.get("objection")).await?,
        _ => return Err(ActionError::NotFound("step")),
    };
    Ok(())
}

/// The minutes, with what their reader can do.
pub(super) fn page(shown: &ShownMinutes, form: Option<&Form>, error: Option<&ActionError>) -> Markup {
    let empty = Form::default();
    let form = form.unwrap_or(&empty);
    let minutes = &shown.page.minutes;
    let language = shown.guest.caller.language;
    let term = |key: &str| text(language, key, &[]);
    let content = shown.page.filed.as_ref().map(|filed| &filed.content);
    let title =
        format!("M{} {}", minutes.number, shown.page.filed.as_ref().map_or(&minutes.title, |filed| &filed.title));
    let mine = shown.page.words.iter().find(|word| word.person.id == shown.guest.caller.person().as_str());
    let hidden = |step: &str| {
        html! {
            input type="hidden" name="step" value=(step);
            input type="hidden" name="edition" value=(minutes.edition);
            input type="hidden" name="key" value=(format!("{}{step}", shown.key));
        }
    };
    frame(
        language,
        &title,
        html! {
            header { span { (say(language, "brand")) " · " (minutes.collaboration.name) } span { (shown.guest.name) } }
            @if let Some(error) = error { div.alert role="alert" { (error.words(language)) } }
            section {
                h1 { (title) }
                span.chip { (term(&format!("minutes.occasion.{}", minutes.occasion))) } " "
                span.chip.good[minutes.stage == "filed"] { (term(&format!("minutes.stage.{}", minutes.stage))) }
                @if let Some(mine) = mine { " " span.chip { (term(&format!("minutes.stand.{}", mine.stand))) } }
                @if let Some(content) = content { (said(shown, content)) }
                @if let Some(origin) = &minutes.origin {
                    blockquote { (origin.text) br; (origin.speaker) }
                }
            }
            @if minutes.may.confirm {
                section.stack {
                    form method="post" {
                        (hidden("confirm"))
                        button.main { (term("notice.minutes.button.confirm")) }
                    }
                    form method="post" {
                        (hidden("object"))
                        label { (term("notice.minutes.input.objection")) textarea name="objection" maxlength="5000" required
                            placeholder=(term("notice.minutes.input.objection_example")) { (form.get("objection")) } }
                        button { (term("notice.minutes.button.object")) }
                    }
                }
            }
            p.soft { (say(language, "personal")) }
        },
    )
}

/// What the edition says, part by part.
fn said(shown: &ShownMinutes, content: &Content) -> Markup {
    let language = shown.guest.caller.language;
    let zone = &shown.guest.caller.zone;
    let label = |part: &str| text(language, &format!("minutes.part.{part}"), &[]);
    let moment = |at| huan_core::time_text::moment(at, shown.now, zone, language);
    let name = |id: &huan_core::id::PersonId| {
        let known = shown.page.people.iter().find(|person| person.id == id.as_str());
        known.map(|person| person.name.clone()).unwrap_or_default()
    };
    let all = |participants: &[Participant]| {
        let one = |participant: &Participant| match participant {
            Participant::Person { person } => name(person),
            Participant::Named { text } => text.clone(),
        };
        participants.iter().map(one).collect::<Vec<_>>().join("、")
    };
    html! {
        dl {
            dt { (label("held_at")) } dd { (moment(content.held_at.unwrap_or(shown.page.minutes.happened_at))) }
            @if !content.place.is_empty() { dt { (label("place")) } dd { (content.place) } }
            @if let Some(host) = &content.host { dt { (label("host")) } dd { (name(host)) } }
            dt { (label("recorder")) } dd { (shown.page.minutes.recorder.name) }
            dt { (label("participants")) } dd { (all(&content.participants)) }
            @if !content.absentees.is_empty() { dt { (label("absentees")) } dd { (all(&content.absentees)) } }
        }
        @for (part, words) in [
            ("agenda", &content.agenda), ("conclusions", &content.conclusions), ("disputes", &content.disputes),
        ] {
            @if !words.is_empty() {
                h2 { (label(part)) }
                @for line in words.lines() { p { (line) } }
            }
        }
        @if !content.actions.is_empty() {
            h2 { (label("actions")) }
            ul {
                @for action in &content.actions {
                    li {
                        (action.what)
                        @if let Some(owner) = &action.owner { " · " (name(owner)) }
                        @if let Some(due) = action.due { " · " (moment(due)) }
                    }
                }
            }
        }
    }
}
