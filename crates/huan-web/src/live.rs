//! The live feed of this process: one task reads what was committed, and every browser's stream takes its part of it.
//!
//! What a stream needs to know for the reader's rights (whom a matter concerns) is read once per change, not once per
//! browser; the changes themselves are shared, so that a stream costs no more than its place in the ring.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use huan_app::App;
use huan_core::{
    history::Subject,
    id::{CollaborationId, PersonId, WorkspaceId},
    record::Participant,
    sign_off::SignOff,
};
use huan_store::{Announced, Conn, Topic};
use serde::Serialize;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// How many changes a stream may fall behind before it has to read them from the database.
const RING: usize = 1_024;
/// How many changes are read at once.
const AT_ONCE: u32 = 256;
/// How long the reader sleeps at most without a signal.
const LONGEST_SLEEP: Duration = Duration::from_secs(2);

/// A change, and whom it concerns.
#[derive(Debug)]
pub(crate) struct News {
    /// Its place in the feed.
    pub position: i64,
    /// What changed.
    pub topic: ChangedTopic,
    /// The collaboration, whose members are told.
    pub collaboration: Option<CollaborationId>,
    /// People who are told though they are no members.
    pub concerned: Vec<PersonId>,
}

/// A thing that changed: the page fetches it again if it shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct ChangedTopic {
    /// `task`, `problem`, `meeting`, `minutes`, `document`, `file`, `record`, `follow_up`, `collaboration`, `person`, `account`, `delivery`, `channel` or `desk`.
    pub kind: String,
    /// The thing's id.
    pub id: String,
    /// Its collaboration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collaboration: Option<String>,
}

/// The live feed of this process.
#[derive(Debug)]
pub(crate) struct Live {
    sender: broadcast::Sender<Arc<News>>,
    connections: AtomicI64,
}

impl Live {
    /// Starts the task that reads the feed until `stop`.
    pub(crate) fn start(app: Arc<App>, stop: CancellationToken) -> Self {
        let (sender, _) = broadcast::channel(RING);
        tokio::spawn(read(app, sender.clone(), stop));
        Self { sender, connections: AtomicI64::new(0) }
    }

    /// The changes from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<News>> {
        self.sender.subscribe()
    }

    pub(crate) fn opened(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn closed(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many streams are open.
    pub(crate) fn connections(&self) -> i64 {
        self.connections.load(Ordering::Relaxed)
    }
}

async fn read(app: Arc<App>, sender: broadcast::Sender<Arc<News>>, stop: CancellationToken) {
    let mut position = None;
    loop {
        // Interest is registered before looking, so that nothing committed meanwhile is slept through.
        let mut waiter = app.db.waiter(Topic::Live);
        let read = match next(&app, &mut position).await {
            Ok(news) => {
                let count = news.len();
                for one in news {
                    // Nobody may be listening just now.
                    let _ = sender.send(Arc::new(one));
                }
                count
            }
            Err(error) => {
                tracing::warn!(%error, "the live feed could not be read; trying again");
                0
            }
        };
        if stop.is_cancelled() {
            return;
        }
        if read == 0 {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = waiter.wait(LONGEST_SLEEP) => {}
            }
        }
    }
}

async fn next(app: &App, position: &mut Option<i64>) -> huan_store::Result<Vec<News>> {
    let mut conn = app.db.read().await?;
    let after = match *position {
        Some(position) => position,
        None => conn.live_position(&app.workspace).await?,
    };
    let announced = conn.live_after(&app.workspace, after, AT_ONCE).await?;
    let mut news = Vec::with_capacity(announced.len());
    for one in announced {
        news.push(news_of(app, &mut conn, one).await?);
    }
    *position = Some(news.last().map_or(after, |last| last.position));
    Ok(news)
}

/// A change together with whom it concerns.
pub(crate) async fn news_of(app: &App, conn: &mut Conn, announced: Announced) -> huan_store::Result<News> {
    let change = announced.change;
    let concerned = match Subject::from_id(&change.subject) {
        Some(subject) => concerned(app, conn, &subject).await?,
        None => Vec::new(),
    };
    // What the page shows of a follow-up stands on the desk of its person.
    let kind = if change.kind == "follow_up" { "desk".to_owned() } else { change.kind };
    Ok(News {
        position: announced.position,
        topic: ChangedTopic {
            kind,
            id: change.subject,
            collaboration: change.collaboration.as_ref().map(ToString::to_string),
        },
        collaboration: change.collaboration,
        concerned,
    })
}

async fn concerned(app: &App, conn: &mut Conn, subject: &Subject) -> huan_store::Result<Vec<PersonId>> {
    let workspace = &app.workspace;
    let emergency = match subject {
        Subject::Emergency(id) => conn.emergency(workspace, id).await?,
        Subject::ChecklistItem(id) => match conn.checklist_item(workspace, id).await? {
            Some(item) => conn.emergency(workspace, &item.emergency).await?,
            None => None,
        },
        _ => None,
    };
    if let Some(emergency) = emergency {
        let about = Subject::Problem(emergency.problem.clone());
        let mut concerned = Box::pin(concerned(app, conn, &about)).await?;
        concerned.extend(emergency.roles.into_iter().map(|role| role.person));
        return Ok(concerned);
    }
    Ok(match subject {
        Subject::Task(id) => match conn.task(workspace, id).await? {
            Some(task) => [task.initiator, task.owner].into_iter().chain(task.helpers).collect(),
            None => Vec::new(),
        },
        Subject::Record(id) => match conn.record(workspace, id).await? {
            Some(record) => {
                let people = record.participants.into_iter().filter_map(|participant| match participant {
                    Participant::Person { person } => Some(person),
                    Participant::Named { .. } => None,
                });
                people.chain([record.owner]).collect()
            }
            None => Vec::new(),
        },
        Subject::FollowUp(id) => {
            conn.follow_up(workspace, id).await?.map(|follow_up| follow_up.person).into_iter().collect()
        }
        Subject::Problem(id) => match conn.problem(workspace, id).await? {
            Some(problem) => {
                let asked = conn.asked(workspace, id).await?.into_iter().map(|asked| asked.person);
                asked.chain([problem.raised_by, problem.owner]).collect()
            }
            None => Vec::new(),
        },
        Subject::Meeting(id) => match conn.meeting(workspace, id).await? {
            Some(meeting) => meeting.people().cloned().collect(),
            None => Vec::new(),
        },
        Subject::Minutes(id) => match conn.minutes(workspace, id).await? {
            Some(minutes) => {
                let asked = conn.confirmations(workspace, id).await?.into_iter().map(|word| word.person);
                asked.chain([minutes.started_by, minutes.recorder]).collect()
            }
            None => Vec::new(),
        },
        Subject::Document(id) => match conn.document(workspace, id).await? {
            Some(document) => document.readers.into_iter().chain([document.created_by]).collect(),
            None => Vec::new(),
        },
        Subject::File(id) => match conn.file(workspace, id).await? {
            Some(file) => vec![file.created_by],
            None => Vec::new(),
        },
        Subject::RulesReading(id) => {
            conn.rules_reading(workspace, id).await?.map(|reading| reading.person).into_iter().collect()
        }
        Subject::SignOff(id) => match conn.sign_off(workspace, id).await? {
            Some(sign_off) => signers(conn, workspace, &sign_off).await?,
            None => Vec::new(),
        },
        Subject::Signature(id) => {
            let sign_off = match conn.signature(workspace, id).await? {
                Some(signature) => conn.sign_off(workspace, &signature.sign_off).await?,
                None => None,
            };
            match sign_off {
                Some(sign_off) => signers(conn, workspace, &sign_off).await?,
                None => Vec::new(),
            }
        }
        Subject::Entry(id) => match conn.entry(workspace, id).await? {
            Some(entry) => entry.said_by.into_iter().chain(entry.filed_by).collect(),
            None => Vec::new(),
        },
        Subject::Person(id) => vec![id.clone()],
        // Without a row there is nobody to be told.
        Subject::Emergency(_) | Subject::ChecklistItem(_) => Vec::new(),
        Subject::Collaboration(_) | Subject::Account(_) | Subject::Workspace(_) => Vec::new(),
    })
}

async fn signers(conn: &mut Conn, workspace: &WorkspaceId, sign_off: &SignOff) -> huan_store::Result<Vec<PersonId>> {
    let asked = conn.signatures(workspace, &sign_off.id).await?.into_iter().map(|one| one.person);
    Ok(asked.chain([sign_off.called_by.clone()]).collect())
}
