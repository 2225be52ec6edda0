//! The pages, as they are drawn.

use huan_app::{error::ActionError, queries::tasks::TaskView};
use huan_core::{
    i18n::{Language, text},
    time_text,
};
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    Shown,
    form::{Form, as_local},
};

const STYLE: &str = include_str!("style.css");

/// Draws for one reader.
struct Pen<'a> {
    shown: &'a Shown,
    /// What was typed, when something was wrong with it.
    form: &'a Form,
    error: Option<&'a ActionError>,
}

/// The task, with what its reader can do.
pub(super) fn task(shown: &Shown, form: Option<&Form>, error: Option<&ActionError>) -> Markup {
    let empty = Form::default();
    let pen = Pen { shown, form: form.unwrap_or(&empty), error };
    let task = &shown.task;
    let title = format!("#{} {}", task.number, task.name);
    let language = shown.caller.language;
    frame(
        language,
        &title,
        html! {
            header { span { (say(language, "brand")) " · " (task.collaboration.name) } span { (shown.name) } }
            @if let Some(error) = error { div.alert role="alert" { (pen.complaint(error)) } }
            section {
                h1 { (title) }
                (pen.standing())
                @if !task.description.is_empty() { p { (task.description) } }
                (pen.facts())
                (pen.origin())
            }
            (pen.refusal())
            (pen.steps())
            p.soft { (say(language, "personal")) }
        },
    )
}

/// A link that leads nowhere.
pub(super) fn nowhere(code: &str, language: Language) -> Markup {
    let title = text(language, &format!("error.{code}"), &[]);
    frame(
        language,
        &title,
        html! {
            header { span { (say(language, "brand")) } }
            section {
                h1 { (title) }
                p { (text(language, &format!("error.{code}_advice"), &[])) }
                p.soft { code { (code) } }
            }
        },
    )
}

pub(super) fn frame(language: Language, title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    }
}

pub(super) fn say(language: Language, key: &str) -> String {
    text(language, &format!("link.{key}"), &[])
}

impl Pen<'_> {
    fn task(&self) -> &TaskView {
        &self.shown.task
    }

    fn language(&self) -> Language {
        self.shown.caller.language
    }

    fn say(&self, key: &str) -> String {
        say(self.language(), key)
    }

    fn moment(&self, at: Timestamp) -> String {
        time_text::moment(at, self.shown.now, &self.shown.caller.zone, self.language())
    }

    fn is_owner(&self) -> bool {
        self.task().may.answer
    }

    /// Where the task stands, and how long the answer may still take.
    fn standing(&self) -> Markup {
        let stage = text(self.language(), &format!("domain.stage.{}", self.task().stage), &[]);
        let good = self.task().stage == "done";
        html! {
            span.chip.good[good] { (stage) }
            @if let Some(clock) = self.task().clock.as_ref().filter(|clock| clock.kind == "acceptance") {
                @let left = clock.due_at.duration_since(self.shown.now);
                @let span = time_text::span(left, self.language());
                " "
                @if left.is_positive() {
                    span.chip { (text(self.language(), "link.left", &[("span", &span), ("due", &self.moment(clock.due_at))])) }
                } @else {
                    span.chip.late { (text(self.language(), "link.late", &[("span", &span), ("due", &self.moment(clock.due_at))])) }
                }
            }
        }
    }

    fn facts(&self) -> Markup {
        let task = self.task();
        let fact = |key: &str| text(self.language(), &format!("notice.fact.{key}"), &[]);
        let name = |name: &str, job: &str| if job.is_empty() { name.to_owned() } else { format!("{name}（{job}）") };
        let helpers: Vec<&str> = task.helpers.iter().map(|helper| helper.name.as_str()).collect();
        html! {
            dl {
                dt { (fact("due")) }
                dd { (task.due_at.map_or_else(|| text(self.language(), "notice.no_due", &[]), |due| self.moment(due))) }
                dt { (fact("owner")) } dd { (name(&task.owner.name, &task.owner.job)) }
                dt { (fact("initiator")) } dd { (name(&task.initiator.name, &task.initiator.job)) }
                @if !helpers.is_empty() { dt { (fact("helpers")) } dd { (helpers.join("、")) } }
                @if task.priority != "normal" {
                    dt { (fact("priority")) }
                    dd { (text(self.language(), &format!("domain.priority.{}", task.priority), &[])) }
                }
                @if !task.criteria.is_empty() { dt { (fact("criteria")) } dd { (task.criteria) } }
                @if let Some(record) = &task.record { dt { (fact("record")) } dd { (record.number) } }
                @if let Some(progress) = &task.progress {
                    dt { (self.say("progress")) }
                    dd {
                        (progress.text)
                        @if let Some(percent) = progress.percent { " · " (percent) "%" }
                        " " span.soft { (self.moment(progress.at)) }
                    }
                }
                @if let Some(reason) = &task.blocked_reason { dt { (self.say("reason")) } dd { (reason) } }
            }
        }
    }

    fn origin(&self) -> Markup {
        let Some(origin) = &self.task().origin else { return html! {} };
        let platform = text(self.language(), &format!("domain.platform.{}", origin.platform), &[]);
        html! {
            blockquote {
                (origin.text) br;
                (platform) @if !origin.conversation_title.is_empty() { " · " (origin.conversation_title) }
                " · " (origin.speaker) " · " (self.moment(origin.sent_at))
            }
        }
    }

    fn refusal(&self) -> Markup {
        let Some(refusal) = &self.task().refusal else { return html! {} };
        let proposal = &refusal.proposal;
        html! {
            section {
                h2 { (text(self.language(), "link.declined", &[("owner", &self.task().owner.name)])) }
                dl {
                    dt { (self.say("reason")) } dd { (refusal.reason) }
                    @if let Some(owner) = &proposal.owner { dt { (self.say("other_owner")) } dd { (owner.name) } }
                    @if let Some(due) = proposal.due_at { dt { (self.say("other_due")) } dd { (self.moment(due)) } }
                    @if !proposal.words.is_empty() { dt { (self.say("words")) } dd { (proposal.words) } }
                }
            }
        }
    }

    fn steps(&self) -> Markup {
        let owner = self.is_owner();
        match self.task().stage {
            "offered" if owner => html! {
                section.stack {
                    (self.button("accept", true))
                    (self.fold("decline", html! {
                        (self.area("reason", true))
                        (self.proposal_fields())
                    }))
                }
            },
            "declined" if self.task().may.direct => html! {
                section.stack {
                    (self.button("agree", true))
                    (self.fold("change", self.proposal_fields()))
                    (self.fold("insist", self.area("words", false)))
                }
            },
            "declined" if owner => html! {
                section { p { (self.say("waits")) } (self.button("accept", false)) }
            },
            "in_progress" | "blocked" if owner => html! {
                section.stack {
                    form method="post" {
                        (self.hidden("progress"))
                        (self.area("text", true))
                        (self.input("percent", "number"))
                        button.main { (self.say("do.progress")) }
                    }
                    @if self.task().stage == "blocked" {
                        (self.button("resume", false))
                    } @else {
                        (self.fold("block", self.area("reason", true)))
                    }
                    (self.button("finish", false))
                }
            },
            _ => html! {},
        }
    }

    /// One button that needs nothing else.
    fn button(&self, step: &str, main: bool) -> Markup {
        html! {
            form method="post" {
                (self.hidden(step))
                button.main[main] { (self.say(&format!("do.{step}"))) }
            }
        }
    }

    /// A form that unfolds; it stays open while something in it is wrong.
    fn fold(&self, step: &str, fields: Markup) -> Markup {
        let open = self.form.get("step") == step && self.error.is_some();
        html! {
            details open[open] {
                summary { (self.say(&format!("do.{step}"))) }
                form method="post" {
                    (self.hidden(step))
                    p.soft { (self.say(&format!("explain.{step}"))) }
                    (fields)
                    button.main { (self.say("send")) }
                }
            }
        }
    }

    fn hidden(&self, step: &str) -> Markup {
        html! {
            input type="hidden" name="step" value=(step);
            input type="hidden" name="key" value=(format!("{}{step}", self.shown.key));
        }
    }

    fn proposal_fields(&self) -> Markup {
        let least = as_local(self.shown.now, &self.shown.caller.zone);
        let chosen = self.form.get("owner");
        html! {
            label {
                (self.say("other_due"))
                input .bad[self.is_bad("due_at")] type="datetime-local" name="due_at" min=(least)
                    value=(self.form.get("due_at"));
            }
            @if !self.shown.people.is_empty() {
                label {
                    (self.say("other_owner"))
                    select .bad[self.is_bad("owner")] name="owner" {
                        option value="" { (self.say("nobody_else")) }
                        @for person in &self.shown.people {
                            option value=(person.id) selected[person.id == chosen] {
                                (person.name) @if !person.job.is_empty() { "（" (person.job) "）" }
                            }
                        }
                    }
                }
            }
            (self.area("words", false))
        }
    }

    fn area(&self, name: &str, required: bool) -> Markup {
        html! {
            label {
                (self.say(name))
                textarea .bad[self.is_bad(name)] name=(name) maxlength="5000" required[required]
                    placeholder=(self.say(&format!("{name}_example"))) { (self.form.get(name)) }
            }
        }
    }

    fn input(&self, name: &str, kind: &str) -> Markup {
        html! {
            label {
                (self.say(name))
                input .bad[self.is_bad(name)] type=(kind) name=(name) min="0" max="100" inputmode="numeric"
                    value=(self.form.get(name));
            }
        }
    }

    /// What was wrong, with the names of the fields as the form calls them.
    fn complaint(&self, error: &ActionError) -> String {
        let ActionError::Invalid(problems) = error else { return error.words(self.language()) };
        let lines = problems.iter().map(|problem| {
            let label = match problem.field {
                "due_at" => "other_due",
                "owner" => "other_owner",
                "change" => "proposal",
                field => field,
            };
            format!("{}: {}", self.say(label), problem.words(self.language()))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn is_bad(&self, field: &str) -> bool {
        match self.error {
            Some(ActionError::Invalid(problems)) => problems.iter().any(|problem| {
                problem.field == field || (matches!(problem.field, "proposal" | "change") && field == "words")
            }),
            _ => false,
        }
    }
}
