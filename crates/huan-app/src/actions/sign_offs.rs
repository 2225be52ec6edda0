//! Acceptance 「验收」 of a collaboration: called for, signed or refused, taken back, handed over (G1).

use huan_core::{
    clock::{ClockKind, StopReason},
    collaboration::CollaborationState,
    history::{Event, Subject},
    id::{CollaborationId, PersonId, SignOffId, SignatureId},
    permission::{self, CollaborationDeed, Deed, Matter},
    person::Person,
    sign_off::{Answer, Evidence, SignOff, SignOffStage, SignOffState, Signature},
};
use url::Url;

use super::{collaborations, input};
use crate::{
    error::{ActionError, FieldProblem},
    notices::Notice,
    work::Work,
};

/// The most pieces of evidence of one round.
const MOST_EVIDENCE: usize = 50;
/// The most signers of one round.
const MOST_SIGNERS: usize = 50;
/// The longest address, in characters.
const LONGEST_ADDRESS: usize = 2_000;

/// A call for acceptance.
#[derive(Debug, Clone)]
pub struct Call {
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// What was reached.
    pub statement: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// Who must sign.
    pub signers: Vec<PersonId>,
}

/// The initiator calls for acceptance: a new round begins, and a clock runs for each signer until they answer.
///
/// # Errors
/// When the caller may not, a round is open, the work is accepted already, or something given cannot be used.
pub async fn call(work: &mut Work<'_>, call: Call) -> Result<SignOff, ActionError> {
    let workspace = &work.app.workspace;
    let collaboration = work.collaboration_for(&call.collaboration, CollaborationDeed::Close).await?;
    let before = work.tx.newest_sign_off(workspace, &collaboration.id).await?;
    if let Some(before) = before.as_ref().filter(|before| before.state == SignOffState::Open) {
        return Err(ActionError::SignOffStage(before.state.stage()));
    }
    if collaboration.state != CollaborationState::Running {
        return Err(ActionError::SignOffStage(SignOffStage::Signed));
    }
    let statement = input::text("statement", &call.statement, input::LONG)?;
    let evidence = checked_evidence(work, &collaboration.id, call.evidence).await?;
    let signers = checked_signers(work, &collaboration.id, call.signers).await?;
    let sign_off = SignOff {
        id: work.new_id(),
        collaboration: collaboration.id.clone(),
        round: before.map_or(0, |before| before.round).saturating_add(1),
        called_by: work.caller()?.person().clone(),
        statement,
        evidence,
        state: SignOffState::Open,
        called_at: work.now,
        version: 1,
    };
    work.tx.insert_sign_off(workspace, &sign_off).await?;
    let event = Event::SignOffCalled { signers: signers.iter().map(|person| person.id.clone()).collect() };
    work.happened(Subject::SignOff(sign_off.id.clone()), Some(&collaboration.id), event);
    for person in signers {
        let signature = Signature {
            id: work.new_id(),
            sign_off: sign_off.id.clone(),
            person: person.id,
            answer: Answer::Waiting,
            version: 1,
        };
        work.tx.insert_signature(workspace, &signature).await?;
        ask(work, &sign_off, &signature).await?;
    }
    Ok(sign_off)
}

/// Starts the clock of a signature and asks for it.
async fn ask(work: &mut Work<'_>, sign_off: &SignOff, signature: &Signature) -> Result<(), ActionError> {
    let Some(trigger) = signature.clock() else { return Ok(()) };
    let found = work.tx.collaboration(&work.app.workspace, &sign_off.collaboration).await?;
    let collaboration = found.ok_or(ActionError::NotFound("collaboration"))?;
    work.start_signature_clock(signature, &collaboration, trigger).await?;
    let notice = Notice::SignatureCard { signature: signature.id.clone() };
    let subject = Subject::Signature(signature.id.clone());
    work.tell_other(&signature.person, &subject, &sign_off.collaboration, notice).await
}

/// Evidence that exists, belongs to the collaboration, and may be seen by whoever calls.
async fn checked_evidence(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    given: Vec<Evidence>,
) -> Result<Vec<Evidence>, ActionError> {
    if given.is_empty() {
        return Err(ActionError::field("evidence", "required"));
    }
    if given.len() > MOST_EVIDENCE {
        return Err(too_many("evidence", MOST_EVIDENCE));
    }
    let mut checked: Vec<Evidence> = Vec::with_capacity(given.len());
    for one in given {
        let (one, of) = match one {
            Evidence::Note { text } => (Evidence::Note { text: input::text("evidence", &text, input::LONG)? }, None),
            Evidence::Address { title, url } => (address(&title, &url)?, None),
            Evidence::Task { task } => {
                let of = known("evidence", work.task_for(&task, Deed::See).await)?.collaboration;
                (Evidence::Task { task }, Some(of))
            }
            Evidence::Minutes { minutes } => {
                let of = known("evidence", work.minutes_for(&minutes, Deed::See).await)?.collaboration;
                (Evidence::Minutes { minutes }, Some(of))
            }
            Evidence::Record { record } => {
                let found = work.tx.record(&work.app.workspace, &record).await?;
                let found = found.ok_or(ActionError::field("evidence", "unknown"))?;
                let role = work.role(&found.collaboration).await?;
                let viewer = &work.caller()?.viewer;
                let seen = permission::may(viewer, Deed::See, &Matter::record(&found, viewer, role));
                seen.map_err(|_| ActionError::field("evidence", "unknown"))?;
                (Evidence::Record { record }, Some(found.collaboration))
            }
        };
        if of.is_some_and(|of| of != *collaboration) {
            return Err(ActionError::field("evidence", "unknown"));
        }
        if !checked.contains(&one) {
            checked.push(one);
        }
    }
    Ok(checked)
}

/// What is named and cannot be found is a wrong field, not a missing page.
fn known<T>(field: &'static str, found: Result<T, ActionError>) -> Result<T, ActionError> {
    found.map_err(|error| match error {
        ActionError::NotFound(_) => ActionError::field(field, "unknown"),
        other => other,
    })
}

fn address(title: &str, url: &str) -> Result<Evidence, ActionError> {
    let url = input::text("evidence", url, LONGEST_ADDRESS)?;
    let read = Url::parse(&url).map_err(|_| ActionError::field("evidence", "malformed"))?;
    if !matches!(read.scheme(), "http" | "https") || read.host_str().is_none() {
        return Err(ActionError::field("evidence", "malformed"));
    }
    let title = input::optional_text("evidence", title, input::SHORT)?;
    let title = if title.is_empty() { url.chars().take(input::SHORT).collect() } else { title };
    Ok(Evidence::Address { title, url })
}

/// Members, outside people too. Whoever calls does not sign what they called for.
async fn checked_signers(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    given: Vec<PersonId>,
) -> Result<Vec<Person>, ActionError> {
    let caller = work.caller()?.person().clone();
    let mut signers: Vec<Person> = Vec::with_capacity(given.len());
    for person in given {
        if person == caller {
            return Err(ActionError::field("signers", "own_signature"));
        }
        if signers.iter().any(|known| known.id == person) {
            continue;
        }
        signers.push(input::active_member(work, collaboration, &person, "signers").await?);
    }
    match signers.len() {
        0 => Err(ActionError::field("signers", "required")),
        1..=MOST_SIGNERS => Ok(signers),
        _ => Err(too_many("signers", MOST_SIGNERS)),
    }
}

fn too_many(field: &'static str, limit: usize) -> ActionError {
    ActionError::Invalid(vec![FieldProblem { field, code: "too_many", limit: Some(limit) }])
}

/// A round, one of its signatures, and the others.
struct Step {
    sign_off: SignOff,
    signature: Signature,
    others: Vec<Signature>,
}

impl Step {
    /// The signature that the caller is asked for. Two who sign at once come one after the other, so that the last of them
    /// closes the round.
    async fn of_caller(work: &mut Work<'_>, id: &SignOffId) -> Result<Self, ActionError> {
        work.tx.hold_sign_off(&work.app.workspace, id).await?;
        let sign_off = work.sign_off_for(id, Deed::Confirm).await?;
        let person = work.caller()?.person().clone();
        let signatures = work.tx.signatures(&work.app.workspace, id).await?;
        Self::split(sign_off, signatures, |one| one.person == person)
    }

    fn split(
        sign_off: SignOff,
        mut signatures: Vec<Signature>,
        mine: impl Fn(&Signature) -> bool,
    ) -> Result<Self, ActionError> {
        let place = signatures.iter().position(mine).ok_or(ActionError::Forbidden)?;
        let signature = signatures.remove(place);
        Ok(Self { sign_off, signature, others: signatures })
    }

    /// Keeps what was answered, stops the clocks of whoever is not waited for any more, and brings the cards up to date.
    async fn finish(mut self, work: &mut Work<'_>, event: Event) -> Result<SignOff, ActionError> {
        let workspace = &work.app.workspace;
        work.tx.update_signature(workspace, &mut self.signature).await?;
        work.tx.update_sign_off(workspace, &mut self.sign_off).await?;
        let subject = Subject::SignOff(self.sign_off.id.clone());
        work.happened(subject, Some(&self.sign_off.collaboration), event);
        let reason = match self.signature.answer {
            Answer::Signed { .. } | Answer::Refused { .. } => StopReason::Answered,
            Answer::Waiting | Answer::Released { .. } => StopReason::Withdrawn,
        };
        stop_clock(work, &self.sign_off, &self.signature, reason).await?;
        match self.sign_off.state.stage() {
            SignOffStage::Signed => complete(work, &self.sign_off, &self.others).await?,
            SignOffStage::Refused => {
                release(work, &self.sign_off, &mut self.others).await?;
                let notice = Notice::SignOffRefused { sign_off: self.sign_off.id.clone() };
                let (to, subject) = (&self.sign_off.called_by, Subject::SignOff(self.sign_off.id.clone()));
                work.tell_other(to, &subject, &self.sign_off.collaboration, notice).await?;
            }
            SignOffStage::Open | SignOffStage::Withdrawn => {}
        }
        for one in std::iter::once(&self.signature).chain(&self.others) {
            work.refresh_cards(&Subject::Signature(one.id.clone())).await?;
        }
        Ok(self.sign_off)
    }
}

/// 「签字确认」. With the last signature the work is marked 「已完成」.
///
/// # Errors
/// When the caller is not asked, or the round is over.
pub async fn sign(work: &mut Work<'_>, id: &SignOffId, words: &str) -> Result<SignOff, ActionError> {
    let mut step = Step::of_caller(work, id).await?;
    if matches!(step.signature.answer, Answer::Signed { .. }) {
        // Pressed twice.
        return Ok(step.sign_off);
    }
    let words = input::optional_text("words", words, input::LONG)?;
    step.sign_off.sign(&mut step.signature, &step.others, words.clone(), work.now)?;
    step.finish(work, Event::Signed { words }).await
}

/// 「驳回」: the round is over, and whoever called is told why.
///
/// # Errors
/// When the caller is not asked, the round is over, or no reason is given.
pub async fn refuse(work: &mut Work<'_>, id: &SignOffId, reason: &str) -> Result<SignOff, ActionError> {
    let mut step = Step::of_caller(work, id).await?;
    let reason = input::text("reason", reason, input::LONG)?;
    step.sign_off.refuse(&mut step.signature, &mut step.others, reason.clone(), work.now)?;
    step.finish(work, Event::SignatureRefused { reason }).await
}

/// Takes the call back while it is open.
///
/// # Errors
/// When the caller may not, the round is over, or no reason is given.
pub async fn withdraw(work: &mut Work<'_>, id: &SignOffId, reason: &str) -> Result<SignOff, ActionError> {
    let workspace = &work.app.workspace;
    work.tx.hold_sign_off(workspace, id).await?;
    let mut sign_off = work.sign_off_for(id, Deed::See).await?;
    work.collaboration_for(&sign_off.collaboration, CollaborationDeed::Close).await?;
    let reason = input::text("reason", reason, input::LONG)?;
    let mut signatures = work.tx.signatures(workspace, id).await?;
    let by = work.caller()?.person().clone();
    sign_off.withdraw(&mut signatures, reason.clone(), by, work.now)?;
    work.tx.update_sign_off(workspace, &mut sign_off).await?;
    let event = Event::SignOffWithdrawn { reason };
    work.happened(Subject::SignOff(id.clone()), Some(&sign_off.collaboration), event);
    release(work, &sign_off, &mut signatures).await?;
    for one in &signatures {
        work.refresh_cards(&Subject::Signature(one.id.clone())).await?;
    }
    Ok(sign_off)
}

/// Everybody has signed: the work is marked as done, and everybody concerned hears of it.
async fn complete(work: &mut Work<'_>, sign_off: &SignOff, others: &[Signature]) -> Result<(), ActionError> {
    let id = &sign_off.collaboration;
    let subject = Subject::SignOff(sign_off.id.clone());
    work.happened(subject.clone(), Some(id), Event::SignOffCompleted);
    collaborations::accept(work, id).await?;
    let notice = || Notice::SignOffCompleted { sign_off: sign_off.id.clone() };
    let signers = others.iter().filter(|one| matches!(one.answer, Answer::Signed { .. })).map(|one| &one.person);
    for person in std::iter::once(&sign_off.called_by).chain(signers) {
        work.tell_other(person, &subject, id, notice()).await?;
    }
    work.post_in_groups(&subject, id, &notice()).await
}

/// Keeps that nobody is waited for any more, and stops their clocks.
async fn release(work: &mut Work<'_>, sign_off: &SignOff, signatures: &mut [Signature]) -> Result<(), ActionError> {
    for one in signatures.iter_mut().filter(|one| matches!(one.answer, Answer::Released { .. })) {
        work.tx.update_signature(&work.app.workspace, one).await?;
        stop_clock(work, sign_off, one, StopReason::Withdrawn).await?;
    }
    Ok(())
}

async fn stop_clock(
    work: &mut Work<'_>,
    sign_off: &SignOff,
    signature: &Signature,
    reason: StopReason,
) -> Result<(), ActionError> {
    let subject = Subject::Signature(signature.id.clone());
    work.stop_clock(&subject, &sign_off.collaboration, ClockKind::SignOff, reason).await
}

/// A signer leaves, and `heir` signs in their place; where the heir signs already, nobody is asked twice (I7). Whoever lets
/// them go may do so without a part in it.
pub(super) async fn hand_over(work: &mut Work<'_>, id: &SignatureId, heir: &Person) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    let found = work.tx.signature(workspace, id).await?.ok_or(ActionError::NotFound("signature"))?;
    work.tx.hold_sign_off(workspace, &found.sign_off).await?;
    let sign_off = work.tx.sign_off(workspace, &found.sign_off).await?;
    let sign_off = sign_off.ok_or(ActionError::NotFound("sign_off"))?;
    let signatures = work.tx.signatures(workspace, &sign_off.id).await?;
    let mut step = Step::split(sign_off, signatures, |one| one.id == *id)?;
    if step.signature.answer != Answer::Waiting || step.signature.person == heir.id {
        return Ok(());
    }
    if step.others.iter().any(|one| one.person == heir.id) {
        let person = step.signature.person.clone();
        step.sign_off.drop_signer(&mut step.signature, &step.others, work.now)?;
        return step.finish(work, Event::SignatureDropped { person }).await.map(|_| ());
    }
    let from = step.signature.person.clone();
    step.signature.pass_on(heir.id.clone())?;
    work.tx.update_signature(workspace, &mut step.signature).await?;
    let event = Event::SignaturePassedOn { from, to: heir.id.clone() };
    work.happened(Subject::SignOff(step.sign_off.id.clone()), Some(&step.sign_off.collaboration), event);
    ask(work, &step.sign_off, &step.signature).await
}

/// Somebody else answers for the whole: a round that is open or was refused is theirs.
pub(super) async fn entrust(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    from: &PersonId,
    to: &PersonId,
) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    let newest = work.tx.newest_sign_off(workspace, collaboration).await?;
    let Some(mut newest) = newest.filter(|newest| newest.called_by == *from) else { return Ok(()) };
    if matches!(newest.state.stage(), SignOffStage::Open | SignOffStage::Refused) {
        newest.called_by = to.clone();
        work.tx.update_sign_off(workspace, &mut newest).await?;
        work.show(&Subject::SignOff(newest.id), Some(collaboration));
    }
    Ok(())
}
