//! What must hold for every payment, at every moment.

use crate::{AttemptState, Conclusion, Payment};

/// The invariants that can be seen in one payment. The same ids stand in `docs/INVARIANTS.md`, in
/// the simulation's checker and in the metric `ppob_invariant_violations_total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// At most one attempt is not provably dead.
    P1,
    /// Attempts are numbered from 1 without gaps, and only the last can be alive.
    P3,
    /// What was told once stays: a success is backed by its attempt, a failure by no live attempt.
    P4,
    /// A payment that is not concluded has something to wait for.
    P9,
}

impl Invariant {
    /// The id.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::P1 => "P1",
            Self::P3 => "P3",
            Self::P4 => "P4",
            Self::P9 => "P9",
        }
    }
}

/// The invariants that `after` breaks, given the payment before the step.
pub fn broken(before: &Payment, after: &Payment) -> Vec<Invariant> {
    let checks = [
        (Invariant::P1, at_most_one_is_alive(after)),
        (Invariant::P3, only_the_last_is_alive(after)),
        (Invariant::P4, told_facts_stay(before, after) && conclusion_is_backed(after)),
        (Invariant::P9, something_is_awaited(after)),
    ];
    checks.into_iter().filter(|(_, holds)| !holds).map(|(invariant, _)| invariant).collect()
}

fn at_most_one_is_alive(payment: &Payment) -> bool {
    payment.attempts.iter().filter(|attempt| attempt.is_alive()).count() <= 1
}

fn only_the_last_is_alive(payment: &Payment) -> bool {
    let numbered =
        payment.attempts.iter().zip(1..).all(|(attempt, n): (_, u32)| attempt.number == n);
    let earlier_dead = payment.attempts.iter().rev().skip(1).all(|attempt| !attempt.is_alive());
    numbered && earlier_dead
}

fn told_facts_stay(before: &Payment, after: &Payment) -> bool {
    match (&before.conclusion, &after.conclusion) {
        (None, _) => true,
        (Some(earlier), Some(later)) if earlier == later => true,
        (
            Some(Conclusion::Succeeded { attempt, total, cost, .. }),
            Some(Conclusion::Reversed {
                attempt: same, total: same_total, cost: same_cost, ..
            }),
        ) => attempt == same && total == same_total && cost == same_cost,
        (Some(_), _) => false,
    }
}

fn conclusion_is_backed(payment: &Payment) -> bool {
    match &payment.conclusion {
        None => true,
        Some(Conclusion::Failed { .. }) => payment.live_attempt().is_none(),
        Some(Conclusion::Succeeded { attempt, .. } | Conclusion::Reversed { attempt, .. }) => {
            payment.attempt(*attempt).is_some_and(|paid| {
                paid.state == AttemptState::Succeeded || paid.late_charge.is_some()
            })
        }
    }
}

fn something_is_awaited(payment: &Payment) -> bool {
    let waiting = payment.live_attempt().is_some_and(|attempt| {
        matches!(attempt.state, AttemptState::Pending | AttemptState::Unknown(_))
    });
    payment.is_concluded() || payment.contradicted || !waiting || payment.next_check_at.is_some()
}
