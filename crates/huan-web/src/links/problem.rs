//! The page of a problem behind a signed link: whoever was asked takes it up, answers or closes it (E3).

use huan_app::{
    Work,
    actions::problems,
    error::ActionError,
    queries::{names::PersonRef, problems::ProblemView},
};
use huan_core::{
    i18n::text,
    id::{PersonId, ProblemId},
    permission::Deed,
};
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{
    Guest,
    form::{Form, as_local, local_time},
    page::{frame, say},
};

/// Everything that the page shows.
pub(super) struct ShownProblem {
    pub(super) problem: ProblemView,
    pub(super) guest: Guest,
    pub(super) now: jiff::Timestamp,
    /// The key of the forms.
    pub(super) key: String,
    /// Whom it can be passed on to.
    pub(super) people: Vec<PersonRef>,
    /// Where more of it is to be seen.
    pub(super) pages: Pages,
}

/// Pages of the web interface, for whoever can sign in.
pub(super) struct Pages {
    pub(super) problem: String,
    pub(super) war_room: Option<String>,
}

/// With more people than this the page asks for a name instead of listing them: it stays small.
const MOST_LISTED: usize = 60;

/// Does what a form asks for.
pub(super) async fn take(
    work: &mut Work<'_>,
    problem: &ProblemId,
    form: &Form,
    zone: &TimeZone,
) -> Result<(), ActionError> {
    match form.get("step") {
        "take" => {
            problems::answer_problem(work, problem, &text(work.language(), "chat.problem_taken", &[]), None).await?
        }
        "answer" => {
            let promised_at = match form.get("promised_at") {
                "" => None,
                text => Some(local_time(text, zone).ok_or_else(|| ActionError::field("promised_at", "malformed"))?),
            };
            problems::answer_problem(work, problem, form.get("answer"), promised_at).await?
        }
        "pass_on" => {
            let owner = owner(work, problem, form).await?;
            problems::pass_on_problem(work, problem, &owner, form.get("reason")).await?
        }
        "solve" => problems::close_problem(work, problem, form.get("solution")).await?,
        _ => return Err(ActionError::NotFound("step")),
    };
    Ok(())
}

/// To whom a form passes it on: a choice of the list, or the only member with the name that was written.
async fn owner(work: &mut Work<'_>, problem: &ProblemId, form: &Form) -> Result<PersonId, ActionError> {
    let unknown = || ActionError::field("owner", "unknown");
    if !form.get("owner").is_empty() {
        return form.get("owner").parse().map_err(|_| unknown());
    }
    let name = form.get("owner_name").trim();
    if name.is_empty() {
        return Err(ActionError::field("owner", "required"));
    }
    let problem = work.problem_for(problem, Deed::Settle).await?;
    let members = work.tx.memberships(&work.app.workspace, &problem.collaboration).await?;
    let ids: Vec<PersonId> = members.into_iter().map(|member| member.person).collect();
    let mut named = work.tx.people_by_id(&work.app.workspace, &ids).await?;
    named.retain(|person| person.name == name);
    match named.as_slice() {
        [only] => Ok(only.id.clone()),
        _ => Err(unknown()),
    }
}

/// The problem, with what its reader can do.
pub(super) fn page(shown: &ShownProblem, form: Option<&Form>, error: Option<&ActionError>) -> Markup {
    let empty = Form::default();
    let form = form.unwrap_or(&empty);
    let problem = &shown.problem;
    let language = shown.guest.caller.language;
    let zone = &shown.guest.caller.zone;
    let term = |key: &str| text(language, key, &[]);
    let moment = |at| huan_core::time_text::moment(at, shown.now, zone, language);
    let title = format!("P{} {}", problem.number, problem.title);
    let take = if problem.urgency == "urgent" { "acknowledge" } else { "take" };
    let label = |name: &str| term(&format!("notice.problem.input.{name}"));
    let hidden = |step: &str| {
        html! {
            input type="hidden" name="step" value=(step);
            input type="hidden" name="key" value=(format!("{}{step}", shown.key));
        }
    };
    frame(
        language,
        &title,
        html! {
            header { span { (say(language, "brand")) " · " (problem.collaboration.name) } span { (shown.guest.name) } }
            @if let Some(error) = error { div.alert role="alert" { (error.words(language)) } }
            section {
                h1 { (title) }
                span.chip { (term(&format!("domain.urgency.{}", problem.urgency))) } " "
                span.chip.good[problem.stage == "closed"] { (term(&format!("domain.problem_stage.{}", problem.stage))) }
                @if let Some(clock) = &problem.clock { " " span.chip { (moment(clock.due_at)) } }
                @if !problem.detail.is_empty() { p { (problem.detail) } }
                dl {
                    dt { (term("notice.problem.fact.owner")) } dd { (problem.owner.name) }
                    dt { (term("notice.problem.fact.raised_by")) } dd { (problem.raised_by.name) }
                    @if let Some(answer) = &problem.answer {
                        dt { (label("answer")) } dd { (answer.by.name) "：" (answer.text) " · " (moment(answer.promised_at)) }
                    }
                    @if let Some(solution) = &problem.solution {
                        dt { (label("solution")) } dd { (solution.by.name) "：" (solution.text) }
                    }
                }
                @if let Some(origin) = &problem.origin {
                    blockquote { (origin.text) br; (origin.speaker) " · " (moment(origin.sent_at)) }
                }
            }
            @if problem.may.answer {
                section.stack {
                    @if problem.stage == "waiting" {
                        form method="post" {
                            (hidden("take"))
                            button.main { (term(&format!("notice.problem.button.{take}"))) }
                        }
                    }
                    form method="post" {
                        (hidden("answer"))
                        label { (label("answer")) textarea name="answer" maxlength="5000" required
                            placeholder=(label("answer_example")) { (form.get("answer")) } }
                        label { (label("promise")) input type="datetime-local" name="promised_at"
                            min=(as_local(shown.now, zone)) value=(form.get("promised_at")); }
                        button { (term("notice.problem.button.answer")) }
                    }
                }
            }
            @if problem.may.settle && matches!(problem.stage, "waiting" | "answered") {
                section.stack {
                    details open[form.get("step") == "pass_on"] {
                        summary { (say(language, "pass_on")) }
                        form method="post" {
                            (hidden("pass_on"))
                            @if shown.people.len() > MOST_LISTED {
                                label { (say(language, "pass_on.name"))
                                    input name="owner_name" maxlength="100" required value=(form.get("owner_name")); }
                            } @else {
                                label { (say(language, "pass_on.to")) select name="owner" required {
                                    option value="" { (say(language, "pass_on.choose")) }
                                    @for person in &shown.people {
                                        option value=(person.id) selected[person.id == form.get("owner")] {
                                            (person.name) @if !person.job.is_empty() { "（" (person.job) "）" }
                                        }
                                    }
                                } }
                            }
                            label { (say(language, "pass_on.reason")) textarea name="reason" maxlength="200" required
                                placeholder=(say(language, "pass_on.reason_example")) { (form.get("reason")) } }
                            button { (say(language, "pass_on")) }
                        }
                    }
                    form method="post" {
                        (hidden("solve"))
                        label { (label("solution")) textarea name="solution" maxlength="5000" required
                            placeholder=(label("solution_example")) { (form.get("solution")) } }
                        button { (term("notice.problem.button.solve")) }
                    }
                }
            }
            p {
                a href=(shown.pages.problem) { (say(language, "open_page")) }
                @if let Some(war_room) = &shown.pages.war_room {
                    " · " a href=(war_room) { (say(language, "open_war_room")) }
                }
            }
            p.soft { (say(language, "personal")) }
        },
    )
}
