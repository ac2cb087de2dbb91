//! What is done about findings. Nothing here concludes that money did not move.

use std::sync::Arc;

use ppob_evidence::AttemptFacts;
use ppob_evidence::statement::{Finding, FindingKind};
use ppob_journal::{AuditSubject, EventKind, Who};
use ppob_payment::{AttemptState, Event, EvidenceKind};
use ppob_types::{Basis, Observed, PaymentKey, ProviderRef, Rupiah, StatusReport, StatusVerdict};

use super::{Consequence, StatementFinding};
use crate::OperateError;
use crate::engine::Inner;
use crate::operator::audit::{Deed, standing};
use crate::operator::resolve::ProposedNow;
use crate::operator::{CheckNow, Found, Resolve, ResolveVerdict};

/// What a run was asked to do.
pub(super) struct Errand<'a> {
    pub(super) who: &'a Who,
    /// What the findings rest on, in words.
    pub(super) evidence: &'a str,
    pub(super) dry_run: bool,
}

impl Inner {
    /// Acts on one finding.
    pub(super) async fn act(
        self: &Arc<Self>,
        run: &Errand<'_>,
        finding: Finding,
        attempts: &[AttemptFacts],
    ) -> StatementFinding {
        let attempt = finding.attempt.and_then(|place| attempts.get(place));
        let about = attempt.map(|attempt| (attempt.key.clone(), attempt.number));
        let mut found = StatementFinding { finding, about, consequence: Consequence::Nothing };
        let kind = found.finding.kind;
        let needs_work = matches!(
            kind,
            FindingKind::Candidate | FindingKind::LateCharge | FindingKind::OpenMissing
        );
        let Some((key, number)) = found.about.clone().filter(|_| needs_work) else { return found };
        if run.dry_run {
            found.consequence = Consequence::DryRun;
            return found;
        }
        let done = match kind {
            FindingKind::Candidate => self.ask_about(run, &key, number, &mut found.finding).await,
            FindingKind::LateCharge => self.late_charge(run, &key, number, &found.finding).await,
            _ => self.propose_missing(run, &key, number).await,
        };
        found.consequence = done.unwrap_or_else(|error| match error {
            OperateError::NotConfirmed { why, .. } => Consequence::NotConfirmed(why),
            OperateError::ReferenceTaken => {
                Consequence::NotConfirmed("that reference settles another payment".to_owned())
            }
            OperateError::NotVerifiable | OperateError::CheckNotPossible => {
                Consequence::CannotBeAsked
            }
            OperateError::TooEarly { until } => Consequence::TooEarly(until),
            OperateError::Contradicts => Consequence::Recorded,
            _ => Consequence::TryAgain,
        });
        found
    }

    /// The row may be this attempt's debit: only the provider's own answer about its reference settles it.
    async fn ask_about(
        self: &Arc<Self>,
        run: &Errand<'_>,
        key: &PaymentKey,
        number: u32,
        finding: &mut Finding,
    ) -> Result<Consequence, OperateError> {
        let check = CheckNow {
            key: key.clone(),
            provider_ref: finding.reference.clone(),
            who: run.who.clone(),
        };
        let checked = self.check_now(&check).await;
        let consequence = match checked {
            Ok(checked) => match checked.found {
                Found::Paid => Consequence::Settled,
                Found::Underway => Consequence::TryAgain,
                other => Consequence::NotConfirmed(other.as_str().to_owned()),
            },
            // Somebody else settled it meanwhile, or it is being sent just now.
            Err(OperateError::NothingToCheck | OperateError::NotInDoubt) => Consequence::TryAgain,
            Err(error) => return Err(error),
        };
        let stored = self.found(key).await?;
        if let Some(paid) = stored.payment.paid_attempt().filter(|paid| paid.number == number) {
            if paid.cost() != finding.amount {
                finding.kind = FindingKind::AmountDiffers;
                finding.expected = Some(paid.cost());
            }
            return Ok(Consequence::Settled);
        }
        Ok(match consequence {
            Consequence::Settled => {
                Consequence::NotConfirmed("it was settled otherwise".to_owned())
            }
            other => other,
        })
    }

    /// The provider debited what had been taken as dead. By a reference that the provider gave us for
    /// this very attempt, its statement is word enough; else it is asked first.
    async fn late_charge(
        self: &Arc<Self>,
        run: &Errand<'_>,
        key: &PaymentKey,
        number: u32,
        finding: &Finding,
    ) -> Result<Consequence, OperateError> {
        let _turn = self.turns.wait(key).await;
        let stored = self.found(key).await?;
        let attempt = stored.payment.attempt(number).ok_or(OperateError::NothingToCheck)?;
        if attempt.late_charge.is_some() || attempt.is_alive() {
            return Ok(Consequence::TryAgain);
        }
        let (observed, basis) = if finding.by_reference {
            (shown(finding.reference.clone(), finding.amount), Basis::Statement)
        } else {
            let reference = finding.reference.as_ref().ok_or(OperateError::CheckNotPossible)?;
            let mut observed = self.verify(&stored, attempt, reference).await?;
            observed.charged.get_or_insert(finding.amount);
            (observed, Basis::Status)
        };
        let report = StatusReport { verdict: StatusVerdict::Succeeded, observed };
        let event = Event::Reported { attempt: number, report, basis, refusal_trusted: false };
        let before = standing(&stored, Some(attempt));
        let recorded =
            self.record((*stored).clone(), EventKind::Reported, &[event], Vec::new()).await;
        let recorded = recorded.map_err(|error| match error {
            crate::persist::NotApplied::ReferenceTaken => OperateError::ReferenceTaken,
            _ => OperateError::JournalUnavailable,
        })?;
        let entry = Deed {
            who: run.who,
            action: "ImportStatement",
            subject: AuditSubject::Payment(key),
            reason: run.evidence,
            before,
            after: format!(
                "{}; a late charge of {} was recorded",
                standing(&recorded, recorded.payment.attempt(number)),
                finding.amount
            ),
        };
        let audited = self.journal.audit(entry.entry(self.now())).await;
        audited.map_err(|_| OperateError::JournalUnavailable)?;
        Ok(Consequence::Recorded)
    }

    /// A complete statement has no debit of it. Machines never say that nothing was paid: the importing
    /// person proposes it, unless something speaks for a payment, and a second person has to agree.
    async fn propose_missing(
        &self,
        run: &Errand<'_>,
        key: &PaymentKey,
        number: u32,
    ) -> Result<Consequence, OperateError> {
        let stored = self.found(key).await?;
        let attempt = stored.payment.attempt(number).ok_or(OperateError::NothingToCheck)?;
        let speaks_for_it = attempt.observed.provider_ref.is_some()
            || attempt.late_charge.is_some()
            || stored.payment.contradicted
            || attempt.evidence.iter().any(|hint| hint.kind == EvidenceKind::BillGone);
        if speaks_for_it || !matches!(attempt.state, AttemptState::Unknown(_)) {
            return Ok(Consequence::NotProposed);
        }
        let resolve = Resolve {
            key: key.clone(),
            attempt: Some(number),
            // What was seen is the statement, and that it covers the bound was checked.
            seen: Some(self.seen_now(attempt)),
            expected_version: None,
            verdict: ResolveVerdict::NotExecuted { second_actor: None },
            who: run.who.clone(),
            evidence: run.evidence.into(),
        };
        Ok(match self.propose_not_executed(&resolve).await? {
            ProposedNow::Proposed => Consequence::Proposed,
            ProposedNow::Before => Consequence::ProposedBefore,
        })
    }
}

fn shown(provider_ref: Option<ProviderRef>, charged: Rupiah) -> Observed {
    Observed { provider_ref, charged: Some(charged), ..Observed::default() }
}
