//! What one attempt did to the account, as far as it is known.

use std::time::Duration;

use ppob_evidence::chain::{Span, Standing};
use ppob_journal::StoredPayment;
use ppob_payment::{Attempt, AttemptState, Conclusion, LateCharge};
use ppob_types::{Basis, Family, PaymentKey, Rupiah, Timestamp};

/// The least by which a debit is held to be able to differ from what was expected: prices change
/// between the list and the payment.
const LEAST_DEVIATION: i64 = 1_000;
/// As a part of the expected cost.
const DEVIATION_PART: i64 = 20;

/// One attempt at an account.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) version: u64,
    pub(super) key: PaymentKey,
    pub(super) begun_at: Timestamp,
    pub(super) known_at: Timestamp,
    pub(super) what: What,
    /// The provider gave it back, at some time.
    pub(super) given_back: Option<Rupiah>,
    /// No reference of it is known: news that it was given back may not find it.
    pub(super) nameless: bool,
}

/// What it did.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// Provably nothing.
    Nothing,
    /// It was debited, and the answer to it states the balance that it left.
    Link { charged: Rupiah, after: Rupiah },
    /// It was debited, at some moment until it was known.
    Spent { least: Rupiah, most: Rupiah },
    /// The provider says that it was debited, having said or being taken to have said that it was not.
    Claimed { least: Rupiah, most: Rupiah },
    /// It may have been debited.
    Doubted(Doubt),
}

/// An attempt that may have been debited.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doubt {
    pub(super) standing: Standing,
    pub(super) expected: Rupiah,
    pub(super) least: Rupiah,
    pub(super) most: Rupiah,
    /// How long after its beginning the provider may execute it.
    pub(super) bound: Duration,
    pub(super) family: Family,
    /// The provider's own reference of it is known.
    pub(super) referenced: bool,
}

impl Entry {
    pub(super) fn of(stored: &StoredPayment, attempt: &Attempt) -> Self {
        let given_back = match &stored.payment.conclusion {
            Some(Conclusion::Reversed { attempt: number, cost, .. })
                if *number == attempt.number =>
            {
                Some(*cost)
            }
            _ => None,
        };
        Self {
            version: stored.version,
            key: stored.key.clone(),
            begun_at: attempt.begun_at,
            known_at: attempt.late_charge.as_ref().map_or(attempt.changed_at, |late| late.found_at),
            what: match &attempt.late_charge {
                Some(late) => late_charge(stored, attempt, late),
                None => what(stored.payment.terms.family, attempt),
            },
            given_back,
            nameless: attempt.observed.provider_ref.is_none(),
        }
    }

    pub(super) const fn is_doubted(&self) -> bool {
        matches!(self.what, What::Doubted(_))
    }

    /// What may come back for it without anybody knowing that it is for this one.
    pub(super) fn may_return(&self) -> Option<(Rupiah, Rupiah)> {
        let moved = match &self.what {
            What::Spent { least, most } | What::Claimed { least, most } => Some((*least, *most)),
            What::Link { charged, .. } => Some((*charged, *charged)),
            What::Doubted(doubt) => Some((doubt.least, doubt.most)),
            What::Nothing => None,
        };
        moved.filter(|_| self.nameless && self.given_back.is_none())
    }

    /// From its beginning until its outcome was known.
    pub(super) const fn span(&self) -> Span {
        Span { from: self.begun_at, until: self.known_at }
    }
}

/// A charge that was found after the attempt had been taken as dead: certain once the payment was told paid
/// by it.
fn late_charge(stored: &StoredPayment, attempt: &Attempt, late: &LateCharge) -> What {
    let paid = stored.payment.paid_attempt().is_some_and(|paid| paid.number == attempt.number);
    if paid {
        return spent(attempt, late.observed.charged);
    }
    let (least, most) = late.observed.charged.map_or_else(|| around(attempt), |it| (it, it));
    What::Claimed { least, most }
}

fn what(family: Family, attempt: &Attempt) -> What {
    let standing = match &attempt.state {
        AttemptState::NotSent(_) => return What::Nothing,
        AttemptState::Succeeded => {
            let observed = &attempt.observed;
            return match (attempt.basis, observed.charged, observed.balance_after) {
                (Some(Basis::ProviderAnswer), Some(charged), Some(after))
                    if charged.is_positive() =>
                {
                    What::Link { charged, after }
                }
                (_, charged, _) => spent(attempt, charged),
            };
        }
        AttemptState::Sending | AttemptState::Pending => Standing::Open,
        AttemptState::Unknown(_) => Standing::Unknown,
        AttemptState::Rejected(_) | AttemptState::NotExecuted => Standing::Dead,
    };
    let (least, most) = around(attempt);
    What::Doubted(Doubt {
        standing,
        expected: attempt.expected_cost,
        least,
        most,
        bound: attempt.no_negative_verdict_before.since(attempt.begun_at),
        family,
        referenced: attempt.observed.provider_ref.is_some(),
    })
}

fn spent(attempt: &Attempt, charged: Option<Rupiah>) -> What {
    let (least, most) = charged.map_or_else(|| around(attempt), |exactly| (exactly, exactly));
    What::Spent { least, most }
}

/// The least and the most that an attempt may have been debited.
fn around(attempt: &Attempt) -> (Rupiah, Rupiah) {
    let (expected, allowed) = (attempt.expected_cost.get(), attempt.max_cost.get());
    let deviation =
        allowed.saturating_sub(expected).max(expected / DEVIATION_PART).max(LEAST_DEVIATION);
    let least = expected.saturating_sub(deviation).max(0);
    (Rupiah::new(least), Rupiah::new(expected.saturating_add(deviation)))
}
