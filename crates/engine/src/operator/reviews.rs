//! Payments that need a person.

use std::sync::Arc;
use std::time::Duration;

use ppob_journal::{Deposit, Dossier, Note, Proposal, StoredPayment, late_charge_at};
use ppob_payment::{Attempt, Payment, PaymentState};
use ppob_types::{Timestamp, TokenState};

use super::attempt_in_doubt;
use super::second_person::facts;
use super::seen::Seen;
use crate::engine::Inner;
use crate::{Engine, QueryError};

/// A payment that a person should look at.
#[derive(Clone, Debug)]
pub struct Review {
    /// The payment, with its attempts and gathered evidence.
    pub payment: Arc<StoredPayment>,
    /// The attempt it is about.
    pub attempt: Option<u32>,
    /// Why.
    pub reason: ReviewReason,
    /// Since when it is in the queue.
    pub since: Timestamp,
    /// From when on "not executed" may be said.
    pub negative_verdict_from: Option<Timestamp>,
    /// What a verdict "not executed" has to bring back, to show that its giver looked at this.
    pub seen: Option<Seen>,
}

/// What else is known about a payment under review.
#[derive(Clone, Debug)]
pub struct ReviewDetails {
    /// What operators wrote down, oldest first.
    pub notes: Vec<Note>,
    /// The verdict that waits for a second person and that nothing has outdated since.
    pub proposed: Option<Proposal>,
    /// Money that went into the provider's deposit, or out of it, since the attempt began.
    pub deposits: Vec<Deposit>,
}

/// Why a person should look at a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewReason {
    /// Facts about it contradict each other.
    Contradiction,
    /// A charge was found after it had ended otherwise.
    LateCharge,
    /// The outcome of an attempt is unknown; without one, the payment was open in a backup and may have
    /// been paid after it.
    InDoubt,
    /// The provider works on it for long.
    PendingTooLong,
    /// It was paid, and its token has not come for long.
    TokenMissing,
}

/// How long a provider may work on a payment before a person looks.
const PATIENCE_WITH_LISTED: Duration = Duration::from_mins(15);
const PATIENCE_WITH_BILLS: Duration = Duration::from_hours(2);

const PAGE: usize = 500;

/// How many deposits are shown with a review.
const DEPOSITS: usize = 50;

impl Engine {
    /// Payments a person should look at, newest first, at most `limit` of the oldest: in doubt; worked
    /// on by the provider for long; paid with the token still missing for long; or ended although a
    /// charge was found later, until somebody has written a note about it.
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
            found.extend(page.into_iter().filter_map(|stored| inner.review(stored, now)));
        }
        // Paid ones are not open any more, but are asked about until their token has come.
        let asked_about = inner.journal.due(Timestamp::from_micros(i64::MAX), limit).await;
        let ended = asked_about.map_err(unavailable)?.into_iter();
        found.extend(
            ended.filter(|s| s.payment.is_concluded()).filter_map(|s| inner.review(s, now)),
        );
        let late = inner.journal.late_charges(0, limit).await.map_err(unavailable)?;
        found.extend(late.into_iter().filter_map(late_charge));
        found.sort_by_key(|review| review.payment.serial);
        // A token may be missing and a charge late at the same time.
        found.dedup_by_key(|review| review.payment.serial);
        found.truncate(limit);
        found.reverse();
        Ok(found)
    }
}

impl Engine {
    /// What else is known about a payment under review.
    ///
    /// # Errors
    /// [`QueryError::JournalUnavailable`].
    pub async fn review_details(&self, review: &Review) -> Result<ReviewDetails, QueryError> {
        let stored = &review.payment;
        let Dossier { notes, proposals } = self.dossier(&stored.key).await?;
        let subject = attempt_in_doubt(stored);
        let proposed = proposals.into_iter().find(|proposal| {
            let proposed = &proposal.proposed;
            subject.is_some_and(|attempt| {
                attempt.number == proposed.attempt && facts(stored, attempt) == proposed.facts
            })
        });
        let deposits = match review.attempt() {
            None => Vec::new(),
            Some(attempt) => self.deposits(&attempt.provider, attempt.begun_at, DEPOSITS).await?,
        };
        Ok(ReviewDetails { notes, proposed, deposits })
    }
}

impl Review {
    /// The attempt it is about.
    pub fn attempt(&self) -> Option<&Attempt> {
        self.payment.payment.attempt(self.attempt?)
    }
}

impl Inner {
    /// A payment that a person should look at: at once where the outcome is unknown, after a while
    /// where the provider only takes long.
    fn review(&self, stored: StoredPayment, now: Timestamp) -> Option<Review> {
        let payment = &stored.payment;
        let doubted = attempt_in_doubt(&stored);
        let (reason, since) = match payment.in_doubt_since() {
            Some(since) if payment.contradicted => {
                (ReviewReason::Contradiction, contradicted_at(payment).unwrap_or(since).max(since))
            }
            Some(since) => (ReviewReason::InDoubt, since),
            None if self.may_be_forgotten(payment) => {
                let restored = self.restored.get()?;
                (ReviewReason::InDoubt, restored.restored_at)
            }
            None => waits_for_long(payment, now)?,
        };
        Some(Review {
            attempt: doubted.or(payment.paid_attempt()).map(|attempt| attempt.number),
            reason,
            since,
            negative_verdict_from: doubted.map(|attempt| {
                // By the wall, or by the clock that cannot be set, whichever is later.
                let left = now.plus(self.left_of_bound(attempt));
                if left > now { left } else { attempt.no_negative_verdict_before }
            }),
            seen: doubted.map(|attempt| self.seen_now(attempt)),
            payment: Arc::new(stored),
        })
    }
}

fn waits_for_long(payment: &Payment, now: Timestamp) -> Option<(ReviewReason, Timestamp)> {
    let patience =
        if payment.terms.family.is_bill() { PATIENCE_WITH_BILLS } else { PATIENCE_WITH_LISTED };
    let since = payment.terms.accepted_at.plus(patience);
    let reason = if payment.is_concluded() {
        (payment.token_state() == TokenState::Awaited).then_some(ReviewReason::TokenMissing)
    } else {
        (payment.state() == PaymentState::Processing).then_some(ReviewReason::PendingTooLong)
    };
    reason.filter(|_| now > since).map(|reason| (reason, since))
}

fn late_charge(stored: StoredPayment) -> Option<Review> {
    let since = late_charge_at(&stored.payment)?;
    let mut attempts = stored.payment.attempts.iter().rev();
    let attempt = attempts.find(|attempt| attempt.late_charge.is_some()).map(|found| found.number);
    let reason = ReviewReason::LateCharge;
    let payment = Arc::new(stored);
    Some(Review { payment, attempt, reason, since, negative_verdict_from: None, seen: None })
}

fn contradicted_at(payment: &Payment) -> Option<Timestamp> {
    let charges = payment.attempts.iter().filter_map(|attempt| attempt.late_charge.as_ref());
    charges.map(|charge| charge.found_at).max()
}
