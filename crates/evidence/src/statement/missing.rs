//! What a complete statement does not have.

use std::time::Duration;

use ppob_types::Timestamp;

use super::Row;
use super::finding::{Finding, FindingKind};
use super::matching::may_be_of;
use crate::{AttemptFacts, DepositFacts, Standing};

/// What is concluded from the absence of a row, for a statement that holds everything of `covered`. Of
/// an attempt whose outcome is open the whole span in which it may have been debited must be covered,
/// with room for a provider's clock, and no debit may be left that could be its own: a customer number may
/// be written in a way that nobody recognises.
pub(super) fn missing(
    attempts: &[AttemptFacts],
    has_row: &[bool],
    unexplained: &[&Row],
    covered: (Timestamp, Timestamp),
    tolerance: Duration,
) -> impl Iterator<Item = Finding> {
    let (from, until) = covered;
    attempts.iter().zip(has_row).enumerate().filter_map(move |(index, (attempt, has_row))| {
        if *has_row || attempt.debited_until < from || attempt.begun_at >= until {
            return None;
        }
        let is_within = attempt.begun_at >= from && attempt.debited_until < until;
        let is_well_within = attempt.begun_at >= from.plus(tolerance)
            && attempt.debited_until.plus(tolerance) < until;
        let kind = match attempt.standing {
            Standing::Succeeded { .. } | Standing::LateCharge { .. } if is_within => {
                FindingKind::SuccessMissing
            }
            Standing::Open
                if is_well_within
                    && !unexplained.iter().any(|row| may_be_of(row, attempt, tolerance)) =>
            {
                FindingKind::OpenMissing
            }
            Standing::Succeeded { .. } | Standing::LateCharge { .. } | Standing::Open => {
                FindingKind::NotJudged
            }
            // Whether a debit that came back is in a statement is the provider's custom.
            Standing::Reversed { .. } | Standing::Dead => return None,
        };
        Some(Finding {
            kind,
            line: None,
            at: attempt.begun_at,
            attempt: Some(index),
            reference: attempt.reference.clone(),
            amount: attempt.known(),
            expected: None,
            by_reference: false,
        })
    })
}

/// Recorded deposits without a row.
pub(super) fn missing_deposits(
    deposits: &[DepositFacts],
    has_row: &[bool],
    covered: (Timestamp, Timestamp),
) -> impl Iterator<Item = Finding> {
    let (from, until) = covered;
    let missing = move |(deposit, has_row): &(&DepositFacts, &bool)| {
        !**has_row && deposit.credited_at >= from && deposit.credited_at < until
    };
    deposits.iter().zip(has_row).filter(missing).map(|(deposit, _)| Finding {
        kind: FindingKind::DepositMissing,
        line: None,
        at: deposit.credited_at,
        attempt: None,
        reference: None,
        amount: deposit.amount,
        expected: None,
        by_reference: false,
    })
}
