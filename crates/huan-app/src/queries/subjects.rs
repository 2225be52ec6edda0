//! What the things are called that messages and the history are about.

use std::collections::HashMap;

use huan_core::history::Subject;

use super::Look;
use crate::error::ActionError;

/// What something is called and where it is found.
#[derive(Debug, Clone, Default)]
pub(super) struct Titled {
    /// The id of the thing whose page shows it.
    pub(super) page: String,
    /// What it is called.
    pub(super) title: String,
}

/// What things are called, and the id by which their page is found.
pub(super) async fn titles<'s>(
    look: &mut Look<'_>,
    subjects: impl Iterator<Item = &'s Subject>,
) -> Result<HashMap<String, Titled>, ActionError> {
    let (mut tasks, mut records, mut problems, mut minutes, mut entries) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut others = Vec::new();
    for subject in subjects {
        match subject {
            Subject::Task(id) if !tasks.contains(id) => tasks.push(id.clone()),
            Subject::Record(id) if !records.contains(id) => records.push(id.clone()),
            Subject::Problem(id) if !problems.contains(id) => problems.push(id.clone()),
            Subject::Minutes(id) if !minutes.contains(id) => minutes.push(id.clone()),
            Subject::Entry(id) if !entries.contains(id) => entries.push(id.clone()),
            Subject::Document(_)
            | Subject::Meeting(_)
            | Subject::FollowUp(_)
            | Subject::Emergency(_)
            | Subject::ChecklistItem(_)
                if !others.contains(subject) =>
            {
                others.push(subject.clone());
            }
            _ => {}
        }
    }
    let workspace = &look.app.workspace;
    let mut titles: HashMap<String, Titled> = HashMap::new();
    let mut note = |id: &str, title: String| {
        titles.insert(id.to_owned(), Titled { page: id.to_owned(), title });
    };
    for task in look.conn.tasks_by_id(workspace, &tasks).await? {
        note(task.id.as_str(), format!("#{} {}", task.number, task.name));
    }
    for record in look.conn.records_by_id(workspace, &records).await? {
        note(record.id.as_str(), format!("{} {}", record.number, record.topic));
    }
    for problem in look.conn.problems_by_id(workspace, &problems).await? {
        note(problem.id.as_str(), format!("P{} {}", problem.number, problem.title));
    }
    for one in look.conn.minutes_by_id(workspace, &minutes).await? {
        note(one.id.as_str(), format!("M{} {}", one.number, one.title));
    }
    for entry in look.conn.entries_by_id(workspace, &entries).await? {
        note(entry.id.as_str(), format!("E{}", entry.number));
    }
    for subject in others {
        let emergency = match &subject {
            Subject::FollowUp(id) => {
                if let Some(follow_up) = look.conn.follow_up(workspace, id).await? {
                    let titled = Titled { page: follow_up.record.to_string(), title: follow_up.action };
                    titles.insert(subject.id().to_owned(), titled);
                }
                continue;
            }
            Subject::Document(id) => {
                if let Some(document) = look.conn.document(workspace, id).await? {
                    let title = format!("D{} {}", document.number, document.title);
                    titles.insert(subject.id().to_owned(), Titled { page: id.to_string(), title });
                }
                continue;
            }
            Subject::Meeting(id) => {
                if let Some(meeting) = look.conn.meeting(workspace, id).await? {
                    let titled = Titled { page: id.to_string(), title: meeting.plan.title };
                    titles.insert(subject.id().to_owned(), titled);
                }
                continue;
            }
            Subject::Emergency(id) => Some(id.clone()),
            Subject::ChecklistItem(id) => look.conn.checklist_item(workspace, id).await?.map(|item| item.emergency),
            _ => None,
        };
        if let Some(emergency) = emergency
            && let Some(found) = look.conn.emergency(workspace, &emergency).await?
        {
            let titled = Titled { page: emergency.to_string(), title: found.plan_name };
            titles.insert(subject.id().to_owned(), titled);
        }
    }
    Ok(titles)
}
