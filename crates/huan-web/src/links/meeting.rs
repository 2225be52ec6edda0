//! The page of a meeting behind a signed link: whoever is invited reads the agenda and answers (C1).

use huan_app::{Work, actions::meetings, error::ActionError, queries::meetings::MeetingPage};
use huan_core::{i18n::text, id::MeetingId};
use maud::{Markup, html};

use super::{
    Guest,
    form::Form,
    page::{frame, say},
};

/// Everything that the page shows.
pub(super) struct ShownMeeting {
    pub(super) page: MeetingPage,
    pub(super) guest: Guest,
    pub(super) now: jiff::Timestamp,
    /// The key of the forms.
    pub(super) key: String,
}

/// Does what a form asks for.
pub(super) async fn take(work: &mut Work<'_>, id: &MeetingId, form: &Form) -> Result<(), ActionError> {
    let revision = form.get("revision").parse().map_err(|_| ActionError::NotFound("revision"))?;
    let coming = match form.get("step") {
        "come" => true,
        "stay_away" => false,
        _ => return Err(ActionError::NotFound("step")),
    };
    meetings::answer(work, id, revision, coming, form.get("words")).await.map(drop)
}

/// The meeting, with what its reader can do.
pub(super) fn page(shown: &ShownMeeting, form: Option<&Form>, error: Option<&ActionError>) -> Markup {
    let empty = Form::default();
    let form = form.unwrap_or(&empty);
    let page = &shown.page;
    let meeting = &page.meeting;
    let language = shown.guest.caller.language;
    let term = |key: &str| text(language, key, &[]);
    let part = |name: &str| term(&format!("meeting.part.{name}"));
    let moment = |at| huan_core::time_text::moment(at, shown.now, &shown.guest.caller.zone, language);
    let host = if page.host.job.is_empty() {
        page.host.name.clone()
    } else {
        format!("{}（{}）", page.host.name, page.host.job)
    };
    let hidden = |step: &str| {
        html! {
            input type="hidden" name="step" value=(step);
            input type="hidden" name="revision" value=(page.meeting.revision);
            input type="hidden" name="key" value=(format!("{}{step}", shown.key));
        }
    };
    frame(
        language,
        &meeting.title,
        html! {
            header { span { (say(language, "brand")) " · " (meeting.collaboration.name) } span { (shown.guest.name) } }
            @if let Some(error) = error { div.alert role="alert" { (error.words(language)) } }
            section {
                h1 { (meeting.title) }
                span.chip { (term(&format!("meeting.stage.{}", meeting.stage))) }
                @if let Some(mine) = page.mine { " " span.chip { (term(&format!("meeting.answered.{mine}"))) } }
                @for line in page.invitation.lines() { p { (line) } }
                dl {
                    @if let (Some(from), Some(to)) = (meeting.starts_at, meeting.ends_at) {
                        dt { (part("time")) } dd { (moment(from)) " – " (moment(to)) }
                    }
                    @if !meeting.place.is_empty() { dt { (part("place")) } dd { (meeting.place) } }
                    @if let Some(url) = &page.join_url {
                        dt { (part("join")) }
                        dd { a href=(url) rel="noopener noreferrer" target="_blank" { (url) } }
                    }
                    dt { (part("host")) } dd { (host) }
                }
                @if let Some(cancelled) = &page.cancelled {
                    p { (text(language, "meeting.notice.state.cancelled", &[("reason", &cancelled.reason)])) }
                }
                @if !page.agenda.is_empty() {
                    h2 { (part("agenda")) }
                    @for line in page.agenda.lines() { p { (line) } }
                }
            }
            @if meeting.may.answer {
                section.stack {
                    @if page.mine != Some("coming") {
                        form method="post" {
                            (hidden("come"))
                            button.main { (term("meeting.answer.come")) }
                        }
                    }
                    @if page.mine != Some("away") {
                        form method="post" {
                            (hidden("stay_away"))
                            label { (term("meeting.answer.words")) input name="words" maxlength="200"
                                placeholder=(term("meeting.answer.words.example")) value=(form.get("words")); }
                            button { (term("meeting.answer.stay_away")) }
                        }
                    }
                }
            }
            p.soft { (say(language, "personal")) }
        },
    )
}
