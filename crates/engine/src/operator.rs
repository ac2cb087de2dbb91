//! What operators see and decide.

use std::sync::Arc;
use std::time::Duration;

use ppob_journal::{AuditEntry, Change, Committed, EventKind, StoredPayment, UnlistedReply};
use ppob_layers::ReserveOverview;
use ppob_payment::{Attempt, AttemptState, Event, PaymentState, Refused, Resolution};
use ppob_provider::ProviderErrorKind;
use ppob_routing::Mode;
use ppob_types::{
    Basis, Observed, PaymentKey, ProductCode, ProviderName, ProviderRef, Rupiah, StatusReport,
    StatusVerdict, Timestamp, TokenState,
};

use crate::engine::Inner;
use crate::persist::{change, count_end, steps};
use crate::{CatalogueStatus, Engine, KnownBalance, OperateError, QueryError};

/// How a provider stands.
#[derive(Clone, Debug)]
pub struct ProviderStatus {
    /// The configured instance.
    pub name: ProviderName,
    /// Its kind.
    pub kind: &'static str,
    /// Whether requests travel unencrypted.
    pub plaintext: bool,
    /// Whether it takes payments.
    pub mode: Mode,
    /// Breaker, payments on their way and waiting.
    pub reserve: ReserveOverview,
    /// Our deposit, as last seen.
    pub balance: Option<KnownBalance>,
    /// What must remain of it.
    pub balance_floor: Rupiah,
    /// Its price list.
    pub catalogue: CatalogueStatus,
}

/// A payment that a person should look at.
#[derive(Clone, Debug)]
pub struct Review {
    /// The payment, with its attempts and gathered evidence.
    pub payment: Arc<StoredPayment>,
    /// Since when it is open in this state.
    pub since: Timestamp,
    /// From when on "not executed" may be said.
    pub negative_verdict_from: Option<Timestamp>,
}

/// An operator's decision.
#[derive(Clone, Debug)]
pub struct Resolve {
    /// About which payment.
    pub key: PaymentKey,
    /// What was decided.
    pub verdict: ResolveVerdict,
    /// Who decided.
    pub actor: String,
    /// What it rests on; required.
    pub evidence: String,
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
        /// The second person.
        second_actor: String,
    },
}

/// How long a provider may work on a payment before a person looks.
const PATIENCE_WITH_LISTED: Duration = Duration::from_mins(15);
const PATIENCE_WITH_BILLS: Duration = Duration::from_hours(2);

const PAGE: usize = 500;

/// How far the provider's own time of a payment may lie from ours.
const CLOCK_TOLERANCE: Duration = Duration::from_mins(15);

impl Engine {
    /// How the providers stand, in the order of their names.
    pub fn providers(&self) -> Vec<ProviderStatus> {
        let providers = &self.inner.providers;
        self.inner
            .told()
            .setups
            .iter()
            .map(|(name, setup)| {
                let info = setup.guarded.provider.info();
                ProviderStatus {
                    name: name.clone(),
                    kind: info.kind,
                    plaintext: info.plaintext,
                    mode: providers.mode(name),
                    reserve: setup.guarded.reserve.overview(),
                    balance: providers.balances.known(name),
                    balance_floor: setup.balance_floor,
                    catalogue: self.inner.prices.status(name),
                }
            })
            .collect()
    }

    /// Payments a person should look at, newest first, at most `limit` of the oldest: in doubt; worked
    /// on by the provider for long; or paid with the token still missing for long.
    ///
    /// # Errors
    /// [`QueryError::JournalUnavailable`].
    pub async fn reviews(&self, limit: usize) -> Result<Vec<Review>, QueryError> {
        let inner = &self.inner;
        let unavailable = |_| QueryError::JournalUnavailable;
        let now = inner.now();
        let mut found = Vec::new();
        let mut after = 0;
        while found.len() < limit {
            let page = inner.journal.open_payments(after, PAGE).await.map_err(unavailable)?;
            let Some(last) = page.last() else { break };
            after = last.serial;
            found.extend(page.into_iter().filter(|stored| needs_review(stored, now)));
        }
        // Paid ones are not open any more, but are asked about until their token has come.
        let asked_about = inner.journal.due(Timestamp::from_micros(i64::MAX), limit).await;
        let awaiting = asked_about.map_err(unavailable)?.into_iter();
        found.extend(awaiting.filter(|s| s.payment.is_concluded() && needs_review(s, now)));
        found.sort_by_key(|stored| stored.serial);
        found.truncate(limit);
        Ok(found.into_iter().rev().map(Review::of).collect())
    }

    /// Replies that are on no list, most frequent first.
    ///
    /// # Errors
    /// [`QueryError::JournalUnavailable`].
    pub async fn unlisted_replies(
        &self,
        provider: Option<&ProviderName>,
        limit: usize,
    ) -> Result<Vec<UnlistedReply>, QueryError> {
        let replies = self.inner.journal.unlisted_replies(provider, limit).await;
        replies.map_err(|_| QueryError::JournalUnavailable)
    }

    /// Asks the provider about a payment now.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn check_now(&self, key: &PaymentKey) -> Result<Arc<StoredPayment>, OperateError> {
        let ticket = self.inner.find(key).await.map_err(|_| OperateError::JournalUnavailable)?;
        let stored = ticket.ok_or(OperateError::NoSuchPayment)?.payment();
        // If somebody works on it already, that brings its news, too.
        if let Some(turn) = self.inner.turns.take(key) {
            let inner = Arc::clone(&self.inner);
            let work = async move { inner.check(&stored, turn, true).await };
            self.inner.tasks.detached(work).await;
        }
        let after = self.inner.find(key).await.map_err(|_| OperateError::JournalUnavailable)?;
        Ok(after.ok_or(OperateError::NoSuchPayment)?.payment())
    }

    /// Switches a provider: active, drain, off, or (un)frozen. Status checks go on in every mode.
    ///
    /// # Errors
    /// [`OperateError::JournalUnavailable`]: it took effect here; whether a restart remembers it, and
    /// the audit trail knows of it, is not known.
    pub async fn set_provider_mode(
        &self,
        provider: &ProviderName,
        mode: Mode,
        actor: &str,
        reason: &str,
    ) -> Result<(), OperateError> {
        self.inner.providers.get(provider).ok_or(OperateError::NoSuchProvider)?;
        require_who_and_why(actor, reason)?;
        let action = format!("set-provider-mode {provider} {}", mode.as_str());
        let entry = self.audit_entry(actor, action, reason);
        let (inner, provider) = (Arc::clone(&self.inner), provider.clone());
        let work = async move {
            let journal = inner.journal.as_ref();
            let saved = inner.providers.set_mode(journal, &provider, mode).await;
            journal.audit(entry).await.and(saved)
        };
        let done = self.inner.tasks.detached(work).await;
        done.and_then(Result::ok).ok_or(OperateError::JournalUnavailable)
    }

    /// Switches one product at one provider (*gangguan*).
    ///
    /// # Errors
    /// As [`Engine::set_provider_mode`].
    pub async fn set_offer_mode(
        &self,
        provider: &ProviderName,
        product: &ProductCode,
        on: bool,
        actor: &str,
        reason: &str,
    ) -> Result<(), OperateError> {
        self.inner.providers.get(provider).ok_or(OperateError::NoSuchProvider)?;
        require_who_and_why(actor, reason)?;
        let position = if on { "on" } else { "off" };
        let action = format!("set-offer-mode {provider} {product} {position}");
        let entry = self.audit_entry(actor, action, reason);
        let (inner, at, what) = (Arc::clone(&self.inner), provider.clone(), product.clone());
        let work = async move {
            let journal = inner.journal.as_ref();
            let saved = inner.providers.set_offer(journal, &at, &what, on).await;
            journal.audit(entry).await.and(saved)
        };
        let done = self.inner.tasks.detached(work).await;
        done.and_then(Result::ok).ok_or(OperateError::JournalUnavailable)
    }

    pub(crate) fn audit_entry(&self, actor: &str, action: String, reason: &str) -> AuditEntry {
        AuditEntry {
            actor: actor.to_owned(),
            action,
            payment: None,
            reason: reason.to_owned(),
            at: self.inner.now(),
        }
    }

    /// Resolves a payment in doubt. The engine verifies what it can; everything is audited.
    ///
    /// # Errors
    /// [`OperateError`]; nothing was changed then, except after `JournalUnavailable`, when one must
    /// look.
    pub async fn resolve(&self, resolve: Resolve) -> Result<Arc<StoredPayment>, OperateError> {
        check_words(&resolve)?;
        let inner = Arc::clone(&self.inner);
        let work = async move { inner.resolve(&resolve).await };
        let done = self.inner.tasks.detached(work).await;
        done.unwrap_or(Err(OperateError::JournalUnavailable))
    }
}

/// Whether a person should look: at once where the outcome is unknown, after a while where the
/// provider only takes long.
fn needs_review(stored: &StoredPayment, now: Timestamp) -> bool {
    let payment = &stored.payment;
    if payment.state() == PaymentState::InDoubt {
        return true;
    }
    let patience =
        if payment.terms.family.is_bill() { PATIENCE_WITH_BILLS } else { PATIENCE_WITH_LISTED };
    let waits = if payment.is_concluded() {
        payment.token_state() == TokenState::Awaited
    } else {
        payment.state() == PaymentState::Processing
    };
    waits && now.since(payment.terms.accepted_at) > patience
}

impl Review {
    fn of(stored: StoredPayment) -> Self {
        let doubted = attempt_in_doubt(&stored);
        let since = doubted.map_or(stored.payment.terms.accepted_at, |attempt| attempt.changed_at);
        let negative_verdict_from = doubted.map(|attempt| attempt.no_negative_verdict_before);
        Self { payment: Arc::new(stored), since, negative_verdict_from }
    }
}

impl Inner {
    async fn resolve(&self, resolve: &Resolve) -> Result<Arc<StoredPayment>, OperateError> {
        let found = self.find(&resolve.key).await;
        let ticket = found.map_err(|_| OperateError::JournalUnavailable)?;
        let stored = ticket.ok_or(OperateError::NoSuchPayment)?.payment();
        let attempt = attempt_in_doubt(&stored).ok_or(OperateError::NotInDoubt)?;
        let resolution = self.resolution(&stored, attempt, &resolve.verdict).await?;
        let event = Event::Resolved { attempt: attempt.number, resolution };
        let now = self.now();
        let after = steps(&stored.payment, &[event], now).map_err(|refused| match refused {
            Refused::TooEarly => {
                OperateError::TooEarly { until: attempt.no_negative_verdict_before }
            }
            _ => OperateError::NotInDoubt,
        })?;
        let change = Change {
            audit: Some(resolve.audit(now)),
            ..change(&stored, after.payment.clone(), EventKind::Resolved, now)
        };
        let done = match self.journal.commit(change).await {
            Ok(Committed::Done(done)) => *done,
            Ok(Committed::Stale) => {
                self.reload(&stored).await;
                return Err(OperateError::Changed);
            }
            Ok(Committed::ReferenceTaken { .. }) => return Err(OperateError::ReferenceTaken),
            Err(_) => {
                let durable = self.settle_unclear(&stored, &after.payment).await;
                durable.ok_or(OperateError::JournalUnavailable)?
            }
        };
        count_end(&stored, &done);
        let told = self.live.publish(done);
        self.raise(&told, &after.notes).await;
        Ok(told)
    }

    async fn resolution(
        &self,
        stored: &StoredPayment,
        attempt: &Attempt,
        verdict: &ResolveVerdict,
    ) -> Result<Resolution, OperateError> {
        match verdict {
            ResolveVerdict::Executed { provider_ref } => {
                let observed = Box::new(self.verify(stored, attempt, provider_ref).await?);
                Ok(Resolution::Executed { observed, basis: Basis::Status })
            }
            ResolveVerdict::NotExecuted { .. } if !self.bound_has_passed(attempt) => {
                Err(OperateError::TooEarly { until: self.now().plus(self.left_of_bound(attempt)) })
            }
            ResolveVerdict::NotExecuted { .. } => Ok(Resolution::NotExecuted),
        }
    }

    /// Asks the provider about the reference an operator named. Customer, product, amount and date
    /// must fit; only then is it this payment.
    async fn verify(
        &self,
        stored: &StoredPayment,
        attempt: &Attempt,
        provider_ref: &ProviderRef,
    ) -> Result<Observed, OperateError> {
        let not_confirmed = |why: &str| OperateError::NotConfirmed { why: why.to_owned() };
        let asked = self.ask_status(stored, attempt, Some(provider_ref.clone())).await;
        let StatusReport { verdict, mut observed } = match asked {
            Ok(report) => report,
            Err(error) if matches!(error.kind, ProviderErrorKind::Unreadable) => {
                return Err(not_confirmed(&error.message));
            }
            Err(error) => return Err(OperateError::ProviderUnavailable(error.message)),
        };
        match verdict {
            StatusVerdict::Succeeded => {}
            StatusVerdict::Pending => {
                return Err(not_confirmed("it still works on that reference"));
            }
            StatusVerdict::NotFound => {
                return Err(not_confirmed("it does not find that reference"));
            }
            StatusVerdict::Rejected(_) => return Err(not_confirmed("it refused that reference")),
        }
        // What is not stated does not fit: absence confirms nothing.
        if observed.total != Some(attempt.expected_total) {
            return Err(not_confirmed("that reference has another total"));
        }
        let paid_at = observed.receipt.as_ref().and_then(|receipt| receipt.paid_at);
        let from = attempt.begun_at;
        let until = attempt.no_negative_verdict_before.plus(CLOCK_TOLERANCE);
        let fits = paid_at.is_some_and(|at| at.plus(CLOCK_TOLERANCE) >= from && at <= until);
        if !fits {
            return Err(not_confirmed("that reference was paid at another time"));
        }
        observed.provider_ref = Some(provider_ref.clone());
        Ok(observed)
    }
}

impl Resolve {
    fn audit(&self, at: Timestamp) -> AuditEntry {
        let (actor, action) = match &self.verdict {
            ResolveVerdict::Executed { .. } => (self.actor.clone(), "resolve-executed"),
            ResolveVerdict::NotExecuted { second_actor } => {
                (format!("{} and {second_actor}", self.actor), "resolve-not-executed")
            }
        };
        AuditEntry {
            actor,
            action: action.to_owned(),
            payment: Some(self.key.clone()),
            reason: self.evidence.clone(),
            at,
        }
    }
}

fn attempt_in_doubt(stored: &StoredPayment) -> Option<&Attempt> {
    if stored.payment.is_concluded() {
        return None;
    }
    stored.payment.attempts.iter().rev().find(|attempt| {
        matches!(attempt.state, AttemptState::Unknown(_) | AttemptState::Pending)
            || (stored.payment.contradicted && attempt.late_charge.is_some())
    })
}

fn check_words(resolve: &Resolve) -> Result<(), OperateError> {
    require(&resolve.actor, "actor", "say who decides")?;
    require(&resolve.evidence, "evidence", "say what the decision rests on; it is kept for ever")?;
    let ResolveVerdict::NotExecuted { second_actor } = &resolve.verdict else { return Ok(()) };
    let agree = "a second person must agree that nothing was paid";
    require(second_actor, "second_actor", agree)?;
    if second_actor.trim().eq_ignore_ascii_case(resolve.actor.trim()) {
        let problem = "the second person must be another one";
        return Err(OperateError::FieldInvalid { field: "second_actor", problem });
    }
    Ok(())
}

/// Both are needed for whatever is audited.
pub(crate) fn require_who_and_why(actor: &str, reason: &str) -> Result<(), OperateError> {
    require(actor, "actor", "say who decides")?;
    require(reason, "reason", "say why; it is kept for ever")
}

fn require(text: &str, field: &'static str, problem: &'static str) -> Result<(), OperateError> {
    if text.trim().is_empty() {
        return Err(OperateError::FieldInvalid { field, problem });
    }
    Ok(())
}
