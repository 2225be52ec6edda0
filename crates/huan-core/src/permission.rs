//! Who may do what. Every action and every query asks here, and nowhere else is it decided.

use std::sync::LazyLock;

use jiff::Timestamp;

use crate::{
    centre::Entry,
    collaboration::Role,
    document::Document,
    file::File,
    id::PersonId,
    level::Level,
    message::Message,
    minutes::Minutes,
    person::{Person, Standing},
    problem::Problem,
    record::{Participant, Record},
    sign_off::SignOff,
    task::Task,
};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The person.
    pub person: PersonId,
    /// Whether they administer the workspace.
    pub administrator: bool,
    /// Whether they are an outside person.
    pub guest: bool,
    /// Whether they act on a task platform to which the collaboration is bound. Whoever bound it let that platform's own
    /// rights count: what it let somebody do to a task holds here too.
    pub by_binding: bool,
}

impl Viewer {
    /// The viewer that `person` is at `now`; none when they have left or their access as a guest has ended.
    pub fn of(person: &Person, now: Timestamp) -> Option<Self> {
        let guest = match person.standing {
            Standing::Active => false,
            Standing::Guest { until } if now < until => true,
            Standing::Guest { .. } | Standing::Left { .. } => return None,
        };
        Some(Self {
            person: person.id.clone(),
            administrator: person.administrator && !guest,
            guest,
            by_binding: false,
        })
    }
}

/// A matter as far as rights depend on it.
#[derive(Debug, Clone)]
pub struct Matter<'a> {
    /// Its level.
    pub level: Level,
    /// The viewer's role in its collaboration.
    pub role: Option<Role>,
    /// Who asked for it.
    pub initiator: Option<&'a PersonId>,
    /// Who answers for it.
    pub owner: &'a PersonId,
    /// Whether the viewer was asked to answer in the owner's place: a superior or the next one on the call list.
    pub asked: bool,
    /// Whether the viewer has another part in it: helper, participant, superior who was called on.
    pub takes_part: bool,
}

impl<'a> Matter<'a> {
    /// A task, seen by a viewer with `role` in its collaboration.
    pub fn task(task: &'a Task, viewer: &Viewer, role: Option<Role>, called_on: bool) -> Self {
        Self {
            level: task.level,
            role,
            initiator: Some(&task.initiator),
            owner: &task.owner,
            asked: false,
            takes_part: called_on || task.helpers.contains(&viewer.person),
        }
    }

    /// A row of the record table, seen by a viewer with `role` in its collaboration.
    pub fn record(record: &'a Record, viewer: &Viewer, role: Option<Role>) -> Self {
        let takes_part = record
            .participants
            .iter()
            .any(|participant| matches!(participant, Participant::Person { person } if *person == viewer.person));
        Self { level: record.level, role, initiator: None, owner: &record.owner, asked: false, takes_part }
    }

    /// A problem, seen by a viewer with `role` in its collaboration; `asked` tells whether they were asked to answer it.
    pub fn problem(problem: &'a Problem, role: Option<Role>, asked: bool) -> Self {
        Self {
            level: problem.level,
            role,
            initiator: Some(&problem.raised_by),
            owner: &problem.owner,
            asked,
            takes_part: asked,
        }
    }
}

impl<'a> Matter<'a> {
    /// Minutes, seen by a viewer with `role` in their collaboration; `participant` tells whether their word is asked for.
    pub fn minutes(minutes: &'a Minutes, role: Option<Role>, participant: bool) -> Self {
        Self {
            level: minutes.level,
            role,
            initiator: Some(&minutes.started_by),
            owner: &minutes.recorder,
            asked: participant,
            takes_part: participant,
        }
    }

    /// A round of acceptance, seen by a viewer with `role` in its collaboration; `signer` tells whether their signature is asked
    /// for.
    pub fn sign_off(sign_off: &'a SignOff, role: Option<Role>, signer: bool) -> Self {
        Self {
            level: Level::Internal,
            role,
            initiator: None,
            owner: &sign_off.called_by,
            asked: signer,
            takes_part: signer,
        }
    }
}

impl<'a> Matter<'a> {
    /// A document, seen by a viewer with `role` in its collaboration.
    pub fn document(document: &'a Document, viewer: &Viewer, role: Option<Role>) -> Self {
        Self {
            level: document.level,
            role,
            initiator: None,
            owner: &document.created_by,
            asked: false,
            takes_part: document.readers.contains(&viewer.person),
        }
    }
}

impl<'a> Matter<'a> {
    /// A file that belongs to no document, seen by a viewer with `role` in its collaboration.
    pub fn file(file: &'a File, role: Option<Role>) -> Self {
        Self { level: file.level, role, initiator: None, owner: &file.created_by, asked: false, takes_part: false }
    }
}

/// Nobody: owns what no known person said.
static NOBODY: LazyLock<PersonId> = LazyLock::new(|| PersonId::from_bits(0));

impl<'a> Matter<'a> {
    /// An entry of the centre, seen by a viewer with `role` in its collaboration. Who said it and who took it in have a part
    /// in it.
    pub fn entry(entry: &'a Entry, role: Option<Role>) -> Self {
        Self {
            level: entry.level,
            role,
            initiator: entry.filed_by.as_ref(),
            owner: entry.said_by.as_ref().unwrap_or(&NOBODY),
            asked: false,
            takes_part: false,
        }
    }
}

/// What somebody wants to do with a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Read it.
    See,
    /// Answer whether it can be taken on, report progress, block, finish; answer a problem.
    AnswerForIt,
    /// Bring a problem to its end: solve it, pass it on, merge and link it. Whoever has a part in it may.
    Settle,
    /// Answer a refusal, change owner, date or scope, reopen, cancel.
    Direct,
    /// Change cells of the record table, or an entry of the centre.
    EditRecord,
    /// Write and file minutes, pass them on, answer an objection.
    Record,
    /// Give one's word where it is asked for: confirm minutes or object to them, sign an acceptance or refuse.
    Confirm,
    /// Write a document, put it into the trash and take it out.
    Write,
    /// Say who may see a document.
    Share,
}

/// What somebody wants to do with a collaboration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CollaborationDeed {
    /// Read it.
    See,
    /// Make tasks, records and entries in it.
    Contribute,
    /// Change its settings, roles and channels.
    Manage,
    /// Call for its acceptance, or take the call back: whoever answers for the whole does.
    Close,
}

/// A right that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The viewer may not even know that it exists: answered like an unknown id.
    #[error("not found")]
    Invisible,
    /// The viewer may see it but not do this.
    #[error("not allowed")]
    Forbidden,
}

/// Whether `viewer` may do `deed` with `matter`.
///
/// # Errors
/// When they may not.
pub fn may(viewer: &Viewer, deed: Deed, matter: &Matter<'_>) -> Result<(), Denied> {
    let is_owner = *matter.owner == viewer.person;
    let is_initiator = matter.initiator == Some(&viewer.person);
    let leads = matches!(matter.role, Some(Role::Initiator | Role::Assistant));
    let part = is_owner || is_initiator || matter.takes_part || leads || viewer.administrator || viewer.by_binding;
    let visible = match matter.level {
        Level::Public => part || !viewer.guest || matter.role.is_some(),
        Level::Internal => part || matches!(matter.role, Some(Role::Member)),
        Level::Confidential => part,
    };
    if !visible {
        return Err(Denied::Invisible);
    }
    let allowed = match deed {
        Deed::See => true,
        Deed::AnswerForIt => is_owner || matter.asked || viewer.by_binding,
        Deed::Settle => part && !viewer.guest,
        Deed::Direct => is_initiator || leads || viewer.administrator || viewer.by_binding,
        Deed::EditRecord => !viewer.guest && (part || matches!(matter.role, Some(Role::Member))),
        Deed::Write => !viewer.guest && (part || matches!(matter.role, Some(Role::Member))),
        Deed::Share => !viewer.guest && (is_owner || leads || viewer.administrator),
        Deed::Record => !viewer.guest && (is_owner || is_initiator || leads || viewer.administrator),
        Deed::Confirm => matter.asked,
    };
    if allowed { Ok(()) } else { Err(Denied::Forbidden) }
}

/// Whether `viewer` may read a message, having `role` in the collaboration whose group it was said in. What is said in a group
/// is as internal to it; what was said to us alone is only for who said it.
///
/// # Errors
/// When they may not.
pub fn may_read_message(viewer: &Viewer, message: &Message, role: Option<Role>) -> Result<(), Denied> {
    let is_speaker = message.speaker.as_ref() == Some(&viewer.person);
    if message.channel.is_none() {
        return if is_speaker { Ok(()) } else { Err(Denied::Invisible) };
    }
    let matter = Matter {
        level: Level::Internal,
        role,
        initiator: None,
        owner: message.speaker.as_ref().unwrap_or(&NOBODY),
        asked: false,
        takes_part: false,
    };
    may(viewer, Deed::See, &matter)
}

/// Whether `viewer`, having `role` in it, may do `deed` with a collaboration.
///
/// # Errors
/// When they may not.
pub fn may_in_collaboration(viewer: &Viewer, deed: CollaborationDeed, role: Option<Role>) -> Result<(), Denied> {
    let by_binding = viewer.by_binding && matches!(deed, CollaborationDeed::See | CollaborationDeed::Contribute);
    if viewer.administrator || by_binding {
        return Ok(());
    }
    let Some(role) = role else { return Err(Denied::Invisible) };
    let allowed = match deed {
        CollaborationDeed::See => true,
        CollaborationDeed::Contribute => role != Role::Guest,
        CollaborationDeed::Manage => matches!(role, Role::Initiator | Role::Assistant),
        CollaborationDeed::Close => role == Role::Initiator,
    };
    if allowed { Ok(()) } else { Err(Denied::Forbidden) }
}

/// Whether `viewer` may administer the workspace: people, accounts, calendars, tokens of others.
///
/// # Errors
/// When they may not.
pub fn may_administer(viewer: &Viewer) -> Result<(), Denied> {
    if viewer.administrator { Ok(()) } else { Err(Denied::Forbidden) }
}

/// Whether `viewer` may keep the people directory: import, say who somebody is, hand over the work of those who leave.
///
/// # Errors
/// When they may not.
pub fn may_keep_directory(viewer: &Viewer) -> Result<(), Denied> {
    may_administer(viewer)
}

/// Whether `viewer` may set what everybody sets for themselves: working hours, language.
///
/// # Errors
/// When they may not.
pub fn may_set_own(viewer: &Viewer, person: &PersonId) -> Result<(), Denied> {
    if viewer.administrator || viewer.person == *person { Ok(()) } else { Err(Denied::Forbidden) }
}

/// Whether `viewer` may begin a collaboration with this initiator: everybody who works here with themselves, an
/// administrator with anybody.
///
/// # Errors
/// When they may not.
pub fn may_create_collaboration(viewer: &Viewer, initiator: &PersonId) -> Result<(), Denied> {
    let allowed = viewer.administrator || (!viewer.guest && viewer.person == *initiator);
    if allowed { Ok(()) } else { Err(Denied::Forbidden) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{AccountId, ChannelId, MessageId},
        platform::{ForeignConversation, ForeignMessage},
    };

    fn viewer(bits: u128) -> Viewer {
        Viewer { person: PersonId::from_bits(bits), administrator: false, guest: false, by_binding: false }
    }

    fn matter(level: Level, role: Option<Role>, owner: &PersonId) -> Matter<'_> {
        Matter { level, role, initiator: None, owner, asked: false, takes_part: false }
    }

    #[test]
    fn i2_what_is_confidential_is_invisible_to_other_members() {
        let owner = PersonId::from_bits(1);
        let other = viewer(2);
        assert_eq!(
            may(&other, Deed::See, &matter(Level::Confidential, Some(Role::Member), &owner)),
            Err(Denied::Invisible)
        );
        assert_eq!(may(&other, Deed::See, &matter(Level::Internal, Some(Role::Member), &owner)), Ok(()));
        assert_eq!(may(&viewer(1), Deed::See, &matter(Level::Confidential, None, &owner)), Ok(()));
        let assistant = matter(Level::Confidential, Some(Role::Assistant), &owner);
        assert_eq!(may(&other, Deed::See, &assistant), Ok(()));
    }

    #[test]
    fn a2_a_guest_sees_only_what_is_public_in_their_collaboration() {
        let owner = PersonId::from_bits(1);
        let guest = Viewer { guest: true, ..viewer(2) };
        assert_eq!(may(&guest, Deed::See, &matter(Level::Public, Some(Role::Guest), &owner)), Ok(()));
        assert_eq!(may(&guest, Deed::See, &matter(Level::Public, None, &owner)), Err(Denied::Invisible));
        assert_eq!(may(&guest, Deed::See, &matter(Level::Internal, Some(Role::Guest), &owner)), Err(Denied::Invisible));
        assert_eq!(
            may(&guest, Deed::EditRecord, &matter(Level::Public, Some(Role::Guest), &owner)),
            Err(Denied::Forbidden)
        );
    }

    #[test]
    fn d2_only_the_owner_answers_and_only_who_leads_directs() {
        let owner = PersonId::from_bits(1);
        let member = matter(Level::Internal, Some(Role::Member), &owner);
        assert_eq!(may(&viewer(1), Deed::AnswerForIt, &member), Ok(()));
        assert_eq!(may(&viewer(2), Deed::AnswerForIt, &member), Err(Denied::Forbidden));
        assert_eq!(may(&viewer(1), Deed::Direct, &member), Err(Denied::Forbidden));
        let administrator = Viewer { administrator: true, ..viewer(3) };
        assert_eq!(may(&administrator, Deed::AnswerForIt, &member), Err(Denied::Forbidden));
        assert_eq!(may(&administrator, Deed::Direct, &member), Ok(()));
    }

    #[test]
    fn i2_what_was_said_in_a_group_is_for_its_members_and_what_was_said_to_us_alone_for_nobody_else() {
        let said = |channel: Option<u128>| Message {
            id: MessageId::from_bits(1),
            account: AccountId::from_bits(1),
            foreign: ForeignMessage::new("om_1"),
            conversation: ForeignConversation::new("oc_1"),
            channel: channel.map(ChannelId::from_bits),
            speaker: Some(PersonId::from_bits(1)),
            speaker_name: "产品经理".into(),
            text: "评估".into(),
            reply_to: None,
            link: None,
            sent_at: Timestamp::UNIX_EPOCH,
            heard_at: Timestamp::UNIX_EPOCH,
        };
        let (in_group, direct) = (said(Some(1)), said(None));
        let administrator = Viewer { administrator: true, ..viewer(3) };
        assert_eq!(may_read_message(&viewer(2), &in_group, Some(Role::Member)), Ok(()));
        assert_eq!(may_read_message(&viewer(1), &in_group, Some(Role::Guest)), Ok(()), "their own words");
        assert_eq!(may_read_message(&administrator, &in_group, None), Ok(()));
        for role in [None, Some(Role::Guest)] {
            assert_eq!(may_read_message(&viewer(2), &in_group, role), Err(Denied::Invisible));
        }
        assert_eq!(may_read_message(&viewer(1), &direct, None), Ok(()));
        assert_eq!(may_read_message(&viewer(2), &direct, Some(Role::Initiator)), Err(Denied::Invisible));
        assert_eq!(may_read_message(&administrator, &direct, None), Err(Denied::Invisible));
    }

    #[test]
    fn d5_a_bound_platforms_own_rights_count_for_tasks_and_for_nothing_else() {
        let owner = PersonId::from_bits(1);
        let outsider = Viewer { by_binding: true, ..viewer(2) };
        let task = matter(Level::Internal, None, &owner);
        assert_eq!(may(&outsider, Deed::AnswerForIt, &task), Ok(()));
        assert_eq!(may(&outsider, Deed::Direct, &task), Ok(()));
        assert_eq!(may_in_collaboration(&outsider, CollaborationDeed::Contribute, None), Ok(()));
        assert_eq!(may_in_collaboration(&outsider, CollaborationDeed::Manage, None), Err(Denied::Invisible));
        assert_eq!(may_administer(&outsider), Err(Denied::Forbidden));
    }

    #[test]
    fn i2_members_write_what_they_see_and_outside_people_read_what_is_shared_with_them() {
        let owner = PersonId::from_bits(1);
        let member = matter(Level::Internal, Some(Role::Member), &owner);
        assert_eq!(may(&viewer(2), Deed::Write, &member), Ok(()));
        assert_eq!(may(&viewer(2), Deed::Share, &member), Err(Denied::Forbidden));
        assert_eq!(may(&viewer(1), Deed::Share, &member), Ok(()));
        let public = matter(Level::Public, None, &owner);
        assert_eq!(may(&viewer(2), Deed::See, &public), Ok(()));
        assert_eq!(may(&viewer(2), Deed::Write, &public), Err(Denied::Forbidden));
        let secret = matter(Level::Confidential, Some(Role::Member), &owner);
        assert_eq!(may(&viewer(2), Deed::Write, &secret), Err(Denied::Invisible));
        let shared = Matter { takes_part: true, role: Some(Role::Guest), ..secret };
        let guest = Viewer { guest: true, ..viewer(2) };
        assert_eq!(may(&guest, Deed::See, &shared), Ok(()));
        assert_eq!(may(&guest, Deed::Write, &shared), Err(Denied::Forbidden));
        assert_eq!(may(&viewer(3), Deed::Write, &shared), Ok(()), "a colleague with whom it was shared");
    }

    #[test]
    fn f3_the_recorder_and_who_leads_write_minutes_and_only_participants_confirm_them() {
        let owner = PersonId::from_bits(1);
        let member = matter(Level::Internal, Some(Role::Member), &owner);
        let participant = Matter { asked: true, takes_part: true, role: None, ..member.clone() };
        assert_eq!(may(&viewer(1), Deed::Record, &member), Ok(()));
        assert_eq!(may(&viewer(1), Deed::Confirm, &member), Err(Denied::Forbidden));
        assert_eq!(may(&viewer(2), Deed::Record, &member), Err(Denied::Forbidden));
        assert_eq!(may(&viewer(2), Deed::Record, &participant), Err(Denied::Forbidden));
        assert_eq!(may(&viewer(2), Deed::Confirm, &participant), Ok(()));
        let assistant = matter(Level::Internal, Some(Role::Assistant), &owner);
        assert_eq!(may(&viewer(2), Deed::Record, &assistant), Ok(()));
        let guest = Viewer { guest: true, ..viewer(2) };
        assert_eq!(may(&guest, Deed::Confirm, &participant), Ok(()), "an outside person who was there");
        assert_eq!(may(&guest, Deed::Record, &participant), Err(Denied::Forbidden));
    }

    #[test]
    fn g1_whoever_answers_for_the_whole_calls_for_acceptance_and_only_signers_sign() {
        let close = |viewer: &Viewer, role| may_in_collaboration(viewer, CollaborationDeed::Close, role);
        assert_eq!(close(&viewer(1), Some(Role::Initiator)), Ok(()));
        for role in [Role::Assistant, Role::Member, Role::Guest] {
            assert_eq!(close(&viewer(1), Some(role)), Err(Denied::Forbidden));
        }
        assert_eq!(close(&viewer(1), None), Err(Denied::Invisible));
        assert_eq!(close(&Viewer { by_binding: true, ..viewer(1) }, None), Err(Denied::Invisible));
        assert_eq!(close(&Viewer { administrator: true, ..viewer(1) }, None), Ok(()));
        let called = SignOff::sample(1);
        let client = Viewer { guest: true, ..viewer(2) };
        let asked = Matter::sign_off(&called, Some(Role::Guest), true);
        assert_eq!(may(&client, Deed::Confirm, &asked), Ok(()));
        let not_asked = Matter::sign_off(&called, Some(Role::Guest), false);
        assert_eq!(may(&client, Deed::See, &not_asked), Err(Denied::Invisible));
        let member = Matter::sign_off(&called, Some(Role::Member), false);
        assert_eq!(may(&viewer(3), Deed::See, &member), Ok(()));
        assert_eq!(may(&viewer(1), Deed::Confirm, &member), Err(Denied::Forbidden), "not even who called");
    }

    #[test]
    fn e1_whoever_was_asked_answers_and_only_who_has_a_part_settles() {
        let owner = PersonId::from_bits(1);
        let member = matter(Level::Internal, Some(Role::Member), &owner);
        let superior = Matter { asked: true, takes_part: true, role: None, ..member.clone() };
        assert_eq!(may(&viewer(2), Deed::AnswerForIt, &superior), Ok(()));
        assert_eq!(may(&viewer(2), Deed::Settle, &superior), Ok(()));
        assert_eq!(may(&viewer(2), Deed::AnswerForIt, &member), Err(Denied::Forbidden));
        assert_eq!(may(&viewer(2), Deed::Settle, &member), Err(Denied::Forbidden));
        let raiser = viewer(3);
        let raised = Matter { initiator: Some(&raiser.person), ..member.clone() };
        assert_eq!(may(&raiser, Deed::Settle, &raised), Ok(()));
        assert_eq!(may(&raiser, Deed::AnswerForIt, &raised), Err(Denied::Forbidden), "the question is not one's own");
    }
}
