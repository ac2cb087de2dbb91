//! What operators see and decide.

pub(crate) mod audit;
mod check;
mod deposit;
mod note;
mod providers;
mod resolve;
mod reviews;
mod second_person;
mod seen;
mod statement;
mod trial;
mod verify;

pub(crate) use check::Look;
pub use check::{CheckNow, Checked, Found};
pub use deposit::NewDeposit;
pub use note::NewNote;
pub use providers::{OfferMode, ProviderStatus};
pub use resolve::{Resolve, ResolveVerdict, Resolved};
pub use reviews::{Review, ReviewDetails, ReviewReason};
pub use seen::{NotSeen, Seen};
pub use statement::{
    CloseDay, CloseStanding, ClosedDay, Consequence, ImportStatement, ImportedStatement,
    OpenAttempt, StatementFinding, StatementOfDay,
};
pub use trial::{TrialMatch, TrialResult, UnlistedStanding};

use std::sync::Arc;

use ppob_journal::{StoredPayment, Who};
use ppob_payment::{Attempt, AttemptState};
use ppob_types::{Basis, PaymentKey};

use crate::OperateError;
use crate::engine::Inner;

/// The most characters of a name.
const NAME: usize = 100;
/// The most characters of a reason, of evidence or of a note.
const TEXT: usize = 2_000;

impl Inner {
    /// The payment as it is now.
    async fn found(&self, key: &PaymentKey) -> Result<Arc<StoredPayment>, OperateError> {
        let ticket = self.find(key).await.map_err(|_| OperateError::JournalUnavailable)?;
        Ok(ticket.ok_or(OperateError::NoSuchPayment)?.payment())
    }
}

/// The attempt that a person may have to decide about.
fn attempt_in_doubt(stored: &StoredPayment) -> Option<&Attempt> {
    if stored.payment.is_concluded() {
        return None;
    }
    stored.payment.attempts.iter().rev().find(|attempt| {
        matches!(attempt.state, AttemptState::Unknown(_) | AttemptState::Pending)
            || (stored.payment.contradicted && attempt.has_open_charge())
    })
}

/// The attempt that balances alone showed to be paid: only a reference can bring its receipt.
fn attempt_without_receipt(stored: &StoredPayment) -> Option<&Attempt> {
    stored.payment.paid_attempt().filter(|paid| {
        paid.basis == Some(Basis::BalanceChain) && paid.observed.provider_ref.is_none()
    })
}

/// The attempt that a reference which a person found may be about.
fn attempt_to_name(stored: &StoredPayment) -> Option<&Attempt> {
    attempt_in_doubt(stored).or_else(|| attempt_without_receipt(stored))
}

pub(crate) fn require_who(who: &Who) -> Result<(), OperateError> {
    require(&who.actor, NAME, "actor", "say who does it, in at most 100 characters")
}

/// Why; needed for whatever changes something for good.
pub(crate) fn require_reason(reason: &str) -> Result<(), OperateError> {
    let problem = "say why, in at most 2000 characters; it is kept for ever";
    require(reason, TEXT, "reason", problem)
}

/// Some text, but not more than `most` characters.
fn require(
    text: &str,
    most: usize,
    field: &'static str,
    problem: &'static str,
) -> Result<(), OperateError> {
    if text.trim().is_empty() || text.chars().count() > most {
        return Err(OperateError::FieldInvalid { field, problem });
    }
    Ok(())
}
