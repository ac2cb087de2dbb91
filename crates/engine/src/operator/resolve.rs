//! Verdicts of persons about an attempt whose outcome is unknown.

use std::fmt::Write as _;
use std::sync::Arc;

use ppob_journal::{
    Agreement, AuditEntry, AuditSubject, Change, Committed, EventKind, NewProposal, Proposal,
    Propose, Proposed, StoredPayment, Who,
};
use ppob_payment::{Attempt, Event, Mutant, Refused, Resolution, mutated};
use ppob_types::{
    Basis, CrashPoint, Observed, PaymentKey, ProviderRef, Sensitive, StatusReport, StatusVerdict,
    Timestamp,
};

use super::audit::{Deed, standing};
use super::second_person::{NextStep, facts, next_step};
use super::seen::Seen;
use super::{TEXT, attempt_in_doubt, require, require_who};
use crate::engine::Inner;
use crate::persist::{NotApplied, change, count_end, steps};
use crate::turns::Turn;
use crate::{Engine, OperateError};

/// An operator's decision.
#[derive(Clone, Debug)]
pub struct Resolve {
    /// About which payment.
    pub key: PaymentKey,
    /// About which attempt; none for the one that is open.
    pub attempt: Option<u32>,
    /// What the review showed; required to say that it was not executed.
    pub seen: Option<Seen>,
    /// The version that was looked at; none for any.
    pub expected_version: Option<u64>,
    /// What was decided.
    pub verdict: ResolveVerdict,
    /// Who decided.
    pub who: Who,
    /// What it rests on; required.
    pub evidence: Sensitive,
}

/// What an operator decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResolveVerdict {
    /// It was paid, under this reference. The engine asks the provider and takes its word only.
    Executed {
        /// The provider's reference, e.g. the invoice number of its statement.
        provider_ref: ProviderRef,
    },
    /// It was not paid. A second person must agree.
    NotExecuted {
        /// The second person, if the call names one. That counts only where nobody shows credentials.
        second_actor: Option<String>,
    },
}

/// What a decision did.
#[derive(Clone, Debug)]
pub enum Resolved {
    /// The attempt is settled.
    Settled(Arc<StoredPayment>),
    /// The verdict is kept; a second person has to give it, too. Nothing has changed yet.
    AwaitsSecondPerson(Arc<StoredPayment>),
}

/// What became of a verdict that was only to be proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProposedNow {
    /// It waits for a second person.
    Proposed,
    /// Somebody proposed it before, and nothing has outdated that.
    Before,
}

/// What is decided about, as it is now; nobody else works on it meanwhile.
struct Case<'a> {
    stored: &'a StoredPayment,
    attempt: &'a Attempt,
    open: Option<Proposal>,
}

/// What a person found out, and how it is audited.
pub(super) struct Confirmed<'a> {
    pub(super) who: &'a Who,
    pub(super) action: &'static str,
    pub(super) reason: &'a str,
    pub(super) observed: Observed,
}

impl Engine {
    /// Resolves a payment in doubt. The engine verifies what it can; everything is audited.
    ///
    /// # Errors
    /// [`OperateError`]; the payment was not changed then, except after `JournalUnavailable`, when one
    /// must look.
    pub async fn resolve(&self, resolve: Resolve) -> Result<Resolved, OperateError> {
        require_who(&resolve.who)?;
        let problem =
            "say what the decision rests on, in at most 2000 characters; it is kept for ever";
        require(resolve.evidence.expose(), TEXT, "evidence", problem)?;
        let inner = Arc::clone(&self.inner);
        let work = async move { inner.resolve(&resolve).await };
        let done = self.inner.tasks.detached(work).await;
        done.unwrap_or(Err(OperateError::JournalUnavailable))
    }
}

impl Inner {
    async fn resolve(self: &Arc<Self>, resolve: &Resolve) -> Result<Resolved, OperateError> {
        // A look before waiting: whoever pays just now holds the turn for long.
        decided_about(self.found(&resolve.key).await?.as_ref(), resolve)?;
        let turn = self.turns.wait(&resolve.key).await;
        let stored = self.found(&resolve.key).await?;
        let case = self.case(&stored, decided_about(&stored, resolve)?).await?;
        match &resolve.verdict {
            ResolveVerdict::Executed { provider_ref } => {
                self.executed(&case, resolve, provider_ref, &turn).await
            }
            ResolveVerdict::NotExecuted { second_actor } => {
                self.not_executed(&case, resolve, second_actor.as_deref()).await
            }
        }
    }

    /// What is decided about, with the verdict about it that waits for a second person.
    async fn case<'a>(
        &self,
        stored: &'a StoredPayment,
        attempt: &'a Attempt,
    ) -> Result<Case<'a>, OperateError> {
        let dossier = self.journal.dossier(&stored.key).await;
        let proposals = dossier.map_err(|_| OperateError::JournalUnavailable)?.proposals;
        let about = |proposal: &Proposal| proposal.proposed.attempt == attempt.number;
        Ok(Case { stored, attempt, open: proposals.into_iter().find(about) })
    }

    async fn executed(
        self: &Arc<Self>,
        case: &Case<'_>,
        resolve: &Resolve,
        provider_ref: &ProviderRef,
        turn: &Turn,
    ) -> Result<Resolved, OperateError> {
        let verified = self.verify(case.stored, case.attempt, provider_ref).await;
        let observed = match (verified, &case.open) {
            (Ok(observed), _) => observed,
            // Two persons disagree: nobody may complete the other verdict now.
            (Err(OperateError::NotConfirmed { why, .. }), Some(open)) => {
                let deed = case.deed(resolve, "the verdict that waited is withdrawn".to_owned());
                let withdrawn = self.journal.withdraw(open.number, deed.entry(self.now())).await;
                let withdrawn = withdrawn.map_err(|_| OperateError::JournalUnavailable)?;
                return Err(OperateError::NotConfirmed { why, withdrawn });
            }
            (Err(error), _) => return Err(error),
        };
        let confirmed = Confirmed {
            who: &resolve.who,
            action: "ResolvePayment",
            reason: resolve.evidence.expose(),
            observed,
        };
        let settled =
            self.settle_confirmed(case.stored, case.attempt.number, confirmed, turn).await;
        settled.map(Resolved::Settled)
    }

    /// Takes over that the provider confirmed an attempt under a reference that a person named. News of
    /// money that moved is never dropped: it is merged into whatever the payment is by then.
    pub(super) async fn settle_confirmed(
        self: &Arc<Self>,
        stored: &StoredPayment,
        attempt: u32,
        confirmed: Confirmed<'_>,
        _turn: &Turn,
    ) -> Result<Arc<StoredPayment>, OperateError> {
        let mut current = stored.clone();
        loop {
            let still_open = attempt_in_doubt(&current).is_some_and(|open| open.number == attempt);
            if !still_open {
                let before = current.clone();
                let observed = confirmed.observed.clone();
                let report = StatusReport { verdict: StatusVerdict::Succeeded, observed };
                let event = Event::Reported {
                    attempt,
                    report,
                    basis: Basis::Status,
                    refusal_trusted: false,
                };
                let recorded =
                    self.record(current, EventKind::Reported, &[event], Vec::new()).await;
                let recorded = recorded.map_err(|error| match error {
                    NotApplied::ReferenceTaken => OperateError::ReferenceTaken,
                    _ => OperateError::JournalUnavailable,
                })?;
                let paid = recorded.payment.paid_attempt().map(|paid| paid.number);
                if paid == Some(attempt) {
                    let entry = confirmed.deed(&before, &recorded, attempt);
                    let audited = self.journal.audit(entry.entry(self.now())).await;
                    audited.map_err(|_| OperateError::JournalUnavailable)?;
                    return Ok(Arc::new(recorded));
                }
                return Err(OperateError::Contradicts);
            }
            let observed = Box::new(confirmed.observed.clone());
            let resolution = Resolution::Executed { observed, basis: Basis::Status };
            let event = Event::Resolved { attempt, resolution };
            let now = self.now();
            let after = steps(&current.payment, &[event], now).map_err(|refused| {
                tracing::error!(payment = %current.key, %refused, "a confirmed payment cannot be resolved");
                OperateError::NotInDoubt
            })?;
            let change = change(&current, after.payment.clone(), EventKind::Resolved, now);
            let becomes = StoredPayment { payment: after.payment.clone(), ..current.clone() };
            let entry = confirmed.deed(&current, &becomes, attempt);
            let change = Change { audit: Some(entry.entry(now)), ..change };
            match self.settle(&current, change, &after.notes).await {
                Err(OperateError::Changed) => {
                    current =
                        self.reload(&current).await.ok_or(OperateError::JournalUnavailable)?;
                }
                settled => return settled,
            }
        }
    }

    async fn not_executed(
        &self,
        case: &Case<'_>,
        resolve: &Resolve,
        second_actor: Option<&str>,
    ) -> Result<Resolved, OperateError> {
        let known = facts(case.stored, case.attempt);
        let step = next_step(&resolve.who, second_actor, case.open.as_ref(), &known)?;
        self.require_seen_after_the_bound(case.attempt, resolve.seen)?;
        let proposal = case.proposal(resolve, known, self.now());
        let (agreement, other) = match step {
            NextStep::Propose { .. } if mutated(Mutant::OnePersonIsEnough) => (None, None),
            NextStep::Propose { replaces } => {
                return self.propose(case, resolve, proposal, replaces).await;
            }
            NextStep::Confirm { proposal } => {
                let first = case.open.as_ref().map(|open| open.proposed.who.actor.clone());
                (Some(Agreement::Confirms { proposal, second: resolve.who.clone() }), first)
            }
            NextStep::Named { second_actor } => {
                let other = Some(second_actor.clone());
                (Some(Agreement::Named { proposal: Box::new(proposal), second_actor }), other)
            }
        };
        let now = self.now();
        let event =
            Event::Resolved { attempt: case.attempt.number, resolution: Resolution::NotExecuted };
        let after =
            steps(&case.stored.payment, &[event], now).map_err(|refused| match refused {
                Refused::TooEarly => {
                    OperateError::TooEarly { until: case.attempt.no_negative_verdict_before }
                }
                _ => OperateError::NotInDoubt,
            })?;
        let becomes = StoredPayment { payment: after.payment.clone(), ..case.stored.clone() };
        let words = standing(&becomes, becomes.payment.attempt(case.attempt.number));
        let entry = AuditEntry { second_actor: other, ..case.deed(resolve, words).entry(now) };
        let change = Change {
            audit: Some(entry),
            agreement,
            ..change(case.stored, after.payment, EventKind::Resolved, now)
        };
        self.settle(case.stored, change, &after.notes).await.map(Resolved::Settled)
    }

    /// Keeps that an attempt was not executed as one person's verdict. It never settles anything: a
    /// proposal of somebody else that is open stays one person's, whoever asks here.
    pub(super) async fn propose_not_executed(
        &self,
        resolve: &Resolve,
    ) -> Result<ProposedNow, OperateError> {
        let _turn = self.turns.wait(&resolve.key).await;
        let stored = self.found(&resolve.key).await?;
        let attempt = decided_about(&stored, resolve)?;
        self.require_seen_after_the_bound(attempt, resolve.seen)?;
        let case = self.case(&stored, attempt).await?;
        let known = facts(&stored, attempt);
        if case.open.as_ref().is_some_and(|open| open.proposed.facts == known) {
            return Ok(ProposedNow::Before);
        }
        let replaces = case.open.as_ref().map(|open| open.number);
        let proposal = case.proposal(resolve, known, self.now());
        self.propose(&case, resolve, proposal, replaces).await.map(|_| ProposedNow::Proposed)
    }

    async fn propose(
        &self,
        case: &Case<'_>,
        resolve: &Resolve,
        proposal: NewProposal,
        replaces: Option<u64>,
    ) -> Result<Resolved, OperateError> {
        let number = case.attempt.number;
        let after =
            format!("not executed is proposed for attempt {number}; nothing has changed yet");
        let audit = case.deed(resolve, after).entry(proposal.at);
        let propose = Propose { proposal: proposal.clone(), replaces, audit };
        let proposed = match self.journal.propose(propose).await {
            Ok(Proposed::Done(_)) => true,
            Ok(Proposed::Stale) => false,
            Err(_) => {
                let dossier = self.journal.dossier(&proposal.key).await;
                let open = dossier.map_err(|_| OperateError::JournalUnavailable)?.proposals;
                if !open.iter().any(|open| open.proposed == proposal) {
                    return Err(OperateError::JournalUnavailable);
                }
                true
            }
        };
        if !proposed {
            return Err(OperateError::Changed);
        }
        Ok(Resolved::AwaitsSecondPerson(Arc::new(case.stored.clone())))
    }

    /// Commits a verdict.
    async fn settle(
        &self,
        before: &StoredPayment,
        change: Change,
        notes: &[ppob_payment::Note],
    ) -> Result<Arc<StoredPayment>, OperateError> {
        let after = change.payment.clone();
        self.pass(CrashPoint::InVerdict).await;
        let done = match self.journal.commit(change).await {
            Ok(Committed::Done(done)) => *done,
            Ok(Committed::Stale) => {
                self.reload(before).await;
                return Err(OperateError::Changed);
            }
            Ok(Committed::ReferenceTaken { .. }) => return Err(OperateError::ReferenceTaken),
            Err(_) => {
                let durable = self.settle_unclear(before, &after).await;
                durable.ok_or(OperateError::JournalUnavailable)?
            }
        };
        count_end(before, &done);
        let told = self.live.publish(done);
        self.raise(&told, notes).await;
        Ok(told)
    }
}

impl Case<'_> {
    fn proposal(&self, resolve: &Resolve, facts: String, at: Timestamp) -> NewProposal {
        NewProposal {
            key: resolve.key.clone(),
            attempt: self.attempt.number,
            version: self.stored.version,
            facts,
            who: resolve.who.clone(),
            evidence: resolve.evidence.clone(),
            at,
        }
    }

    fn deed<'a>(&'a self, resolve: &'a Resolve, after: String) -> Deed<'a> {
        let mut before = standing(self.stored, Some(self.attempt));
        if let Some(open) = &self.open {
            let Who { operator, actor, .. } = &open.proposed.who;
            let _ = write!(before, "; {actor} ({operator}) proposed not executed");
        }
        Deed {
            who: &resolve.who,
            action: "ResolvePayment",
            subject: AuditSubject::Payment(&resolve.key),
            reason: resolve.evidence.expose(),
            before,
            after,
        }
    }
}

impl Confirmed<'_> {
    /// What it made of a payment, for the audit.
    fn deed<'a>(
        &'a self,
        before: &'a StoredPayment,
        after: &StoredPayment,
        attempt: u32,
    ) -> Deed<'a> {
        Deed {
            who: self.who,
            action: self.action,
            subject: AuditSubject::Payment(&before.key),
            reason: self.reason,
            before: standing(before, before.payment.attempt(attempt)),
            after: standing(after, after.payment.attempt(attempt)),
        }
    }
}

/// The attempt that a verdict is about, if the payment is as the operator saw it.
fn decided_about<'a>(
    stored: &'a StoredPayment,
    resolve: &Resolve,
) -> Result<&'a Attempt, OperateError> {
    if resolve.expected_version.is_some_and(|seen| seen != stored.version) {
        return Err(OperateError::Changed);
    }
    attempt_in_doubt(stored)
        .filter(|attempt| resolve.attempt.is_none_or(|number| number == attempt.number))
        .ok_or(OperateError::NotInDoubt)
}
