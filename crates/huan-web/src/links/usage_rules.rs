//! The page of a collaboration's usage rules behind a signed link: a member reads and confirms them (B4).

use huan_app::{Work, actions::usage_rules, error::ActionError, queries::usage_rules::RulesView};
use huan_core::{i18n::text, id::RulesReadingId};
use maud::{Markup, html};

use super::{
    Guest,
    form::Form,
    page::{frame, say},
};

/// Everything that the page shows.
pub(super) struct ShownRules {
    pub(super) rules: RulesView,
    pub(super) guest: Guest,
    /// The key of the form.
    pub(super) key: String,
}

/// Does what the form asks for.
pub(super) async fn take(work: &mut Work<'_>, id: &RulesReadingId, form: &Form) -> Result<(), ActionError> {
    let revision = form.get("revision").parse().map_err(|_| ActionError::NotFound("revision"))?;
    match form.get("step") {
        "confirm" => usage_rules::confirm_reading(work, id, revision).await,
        _ => Err(ActionError::NotFound("step")),
    }
}

/// The rules, with the button of whoever has not confirmed them.
pub(super) fn page(shown: &ShownRules, error: Option<&ActionError>) -> Markup {
    let language = shown.guest.caller.language;
    let name = &shown.rules.collaboration.name;
    let title = text(language, "rules.notice.title", &[("collaboration", name)]);
    frame(
        language,
        &title,
        html! {
            header { span { (say(language, "brand")) " · " (name) } span { (shown.guest.name) } }
            @if let Some(error) = error { div.alert role="alert" { (error.words(language)) } }
            section {
                h1 { (title) }
                @for line in shown.rules.text.lines() { p { (line) } }
                @if !shown.rules.may_confirm { span.chip.good { (text(language, "rules.read", &[])) } }
            }
            @if shown.rules.may_confirm {
                section.stack {
                    form method="post" {
                        input type="hidden" name="step" value="confirm";
                        input type="hidden" name="revision" value=(shown.rules.revision);
                        input type="hidden" name="key" value=(shown.key);
                        button.main { (text(language, "rules.confirm", &[])) }
                    }
                }
            }
            p.soft { (say(language, "personal")) }
        },
    )
}
