//! Problems: raised, answered; and the emergency that an urgent one opens.

use huan_core::{
    command::{self, Command, PersonRef},
    emergency::Emergency,
    i18n::text,
    id::{CollaborationId, PersonId, ProblemId},
    message::Message,
    problem::{Problem, ProblemState},
};

use super::{Speech, Stop, first_line};
use crate::{
    actions::{
        emergencies::Choice,
        problems::{NewProblem, raise_problem},
    },
    error::ActionError,
    hearing::{
        emergencies, people,
        problems::{self, Which},
    },
    naming::Found,
};

impl Speech<'_, '_, '_> {
    pub(super) async fn new_problem(
        &mut self,
        new: command::NewProblem,
        original: Option<Message>,
    ) -> Result<String, Stop> {
        let collaboration = self.collaboration().await?;
        let owner = match &new.owner {
            Some(owner) => match self.person(Some(&collaboration), owner).await {
                Ok(person) => Some(person),
                // An emergency does not wait until a name is spelt right: the call list stands in.
                Err(Stop::Say(_)) if new.urgency.is_urgent() => None,
                Err(stop) => return Err(stop),
            },
            None => None,
        };
        let tasks = match &new.task {
            Some(task) => vec![crate::actions::create_task::by_number(self.work, task.number).await?],
            None => self.answered.iter().cloned().collect(),
        };
        let (mut title, mut detail) = (new.title, new.detail);
        let message = match original {
            Some(original) => {
                if title.is_empty() {
                    title = first_line(&original);
                }
                if detail.is_empty() && original.text != title {
                    detail.clone_from(&original.text);
                }
                original.id
            }
            None => self.asked.message.clone(),
        };
        let new = NewProblem {
            detail,
            urgency: new.urgency,
            tasks,
            message: Some(message),
            channel: self.asked.channel.map(|channel| channel.id.clone()),
            drill: new.drill,
            choice: Choice { calls: new.calls, ..Choice::default() },
            ..NewProblem::ordinary(collaboration, title, owner)
        };
        let problem = raise_problem(self.work, new).await?;
        let owner = self.work.person(&problem.owner, "owner").await?;
        let emergency = self.work.tx.emergency_of(&self.work.app.workspace, &problem.id).await?;
        let (key, page) = match &emergency {
            Some(emergency) => {
                let key = if emergency.drill { "chat.drill_started" } else { "chat.problem_alarmed" };
                (key, self.work.app.page(&format!("emergencies/{}", emergency.id)))
            }
            None => ("chat.problem_raised", self.work.app.page(&format!("problems/{}", problem.id))),
        };
        Ok(text(
            self.work.language(),
            key,
            &[("number", &problem.number), ("title", &problem.title), ("owner", &owner.name), ("page", &page)],
        ))
    }

    /// What leads an emergency: a stage report, the checklist, the all-clear.
    pub(super) async fn lead(&mut self, command: Command) -> Result<String, Stop> {
        use crate::actions::emergencies as actions;

        let emergency = self.emergency().await?;
        let language = self.work.language();
        match command {
            Command::StageReport { words } => {
                let words = match words.trim() {
                    "" => actions::stage_report_draft(self.work, &emergency).await?,
                    _ => words,
                };
                actions::report_stage(self.work, &emergency.id, &words).await?;
                Ok(text(language, "chat.stage_reported", &[]))
            }
            Command::Checklist { point } => Ok(emergencies::checklist(self.work, &emergency, point).await?),
            Command::AllClear { words } if !words.trim().is_empty() => {
                let emergency = actions::all_clear(self.work, &emergency.id, &words).await?;
                let page = self.work.app.page(&format!("emergencies/{}", emergency.id));
                Ok(text(language, "chat.all_clear", &[("page", &page)]))
            }
            _ => Err(self.say("chat.all_clear_how", &[])),
        }
    }

    /// The emergency that is spoken of.
    pub(super) async fn emergency(&mut self) -> Result<Emergency, Stop> {
        let collaboration = self.asked.channel.and_then(|channel| channel.collaboration.clone());
        let words = &self.asked.said.text;
        let found = emergencies::find(self.work, words, self.problem.as_ref(), collaboration.as_ref()).await?;
        found.ok_or_else(|| self.say("chat.which_emergency", &[]))
    }

    pub(super) async fn which(&mut self, words: &str) -> Result<ProblemId, Stop> {
        match problems::find(self.work, words, self.problem.as_ref()).await? {
            Which::One(id) => Ok(id),
            Which::None => Err(self.say("chat.no_problem_waits", &[])),
            Which::Several(problems) => Err(self.which_problem(&problems)),
        }
    }

    pub(super) fn which_problem(&self, problems: &[Problem]) -> Stop {
        let lines: Vec<String> =
            problems.iter().map(|problem| format!("P{} {}", problem.number, problem.title)).collect();
        self.say("chat.which_problem", &[("list", &lines.join("\n"))])
    }

    pub(super) async fn answer_problem(&mut self, id: &ProblemId, words: &str) -> Result<String, Stop> {
        let promised_at = problems::promise_in(self.work, words)?;
        let problem = crate::actions::problems::answer_problem(self.work, id, words, promised_at).await?;
        let promised = match &problem.state {
            ProblemState::Answered(answer) => self.moment(answer.promised_at),
            _ => String::new(),
        };
        Ok(text(
            self.work.language(),
            "chat.problem_answered",
            &[("number", &problem.number), ("title", &problem.title), ("promised", &promised)],
        ))
    }

    pub(super) fn about_problem(&self, key: &str, problem: &Problem) -> String {
        text(self.work.language(), key, &[("number", &problem.number), ("title", &problem.title)])
    }

    /// Who of those named can be asked to help: the first one who is in the collaboration.
    pub(super) async fn helper(
        &mut self,
        collaboration: &CollaborationId,
        people: &[PersonRef],
    ) -> Result<Option<PersonId>, ActionError> {
        for named in people {
            let found =
                people::find(self.work, self.asked.account, self.asked.said, Some(collaboration), named).await?;
            if let Found::One(person) = found
                && self.work.tx.role(&self.work.app.workspace, collaboration, &person).await?.is_some()
            {
                return Ok(Some(person));
            }
        }
        Ok(None)
    }
}
