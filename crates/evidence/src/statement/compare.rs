//! Rows against attempts and deposits.

use std::collections::BTreeSet;
use std::time::Duration;

use ppob_types::{Rupiah, Timestamp};

use super::finding::{Finding, FindingKind};
use super::matching::{Claim, claims, of_reference};
use super::missing::{missing, missing_deposits};
use super::{Movement, Row, Statement};
use crate::{AttemptFacts, DepositFacts, Standing};

/// How far the recorded time of a deposit may lie from the statement's: people record days.
const DEPOSIT_TOLERANCE: Duration = Duration::from_hours(36);

/// What a statement shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// One for each row, in their order, then what is missing.
    pub findings: Vec<Finding>,
    /// What each row is, in their order.
    pub rows: Vec<Meaning>,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A debit, of the attempt at this place, if of one we know.
    Debit(Option<usize>),
    /// Money of a transaction that came back, of the attempt at this place, if of one we know.
    Refund(Option<usize>),
    /// Money that went into the deposit, or out of it, by hand.
    Deposit,
}

/// Holds a statement against what is known. With `covered`, the statement holds everything of that time,
/// and what is not there is missing; unless a row could not be read, which may be the missing one. The
/// provider's clock may lie so far from ours.
pub fn compare(
    statement: &Statement,
    attempts: &[AttemptFacts],
    deposits: &[DepositFacts],
    covered: Option<(Timestamp, Timestamp)>,
    tolerance: Duration,
) -> Comparison {
    let rows = &statement.rows;
    let known = of_reference(attempts);
    let claims = claims(rows, attempts, tolerance);
    let refunded_attempt = |row: &Row| {
        let reference = row.reference.as_ref().filter(|_| row.movement != Movement::Debit)?;
        known.get(reference.as_str()).copied()?.ok()
    };
    let refunded: BTreeSet<usize> = rows.iter().filter_map(refunded_attempt).collect();
    let mut has_row = vec![false; attempts.len()];
    let mut paid_in = vec![false; deposits.len()];
    let mut result = Comparison::default();
    for (row, claim) in rows.iter().zip(&claims) {
        let (finding, meaning) = match row.movement {
            Movement::Debit => debit(row, *claim, attempts, &refunded, (deposits, &mut paid_in)),
            Movement::Credit | Movement::Refund => {
                let attempt = refunded_attempt(row);
                credit(row, attempt, attempts, (deposits, &mut paid_in))
            }
        };
        if let Some(has_row) = finding.attempt.and_then(|index| has_row.get_mut(index)) {
            *has_row = true;
        }
        result.findings.push(finding);
        result.rows.push(meaning);
    }
    if let Some(covered) = covered.filter(|_| statement.unreadable.is_empty()) {
        let unexplained: Vec<&Row> = rows
            .iter()
            .zip(result.findings.iter().zip(&result.rows))
            .filter(|(_, (found, meaning))| {
                found.attempt.is_none() && matches!(meaning, Meaning::Debit(None))
            })
            .map(|(row, _)| row)
            .collect();
        result.findings.extend(missing(attempts, &has_row, &unexplained, covered, tolerance));
        result.findings.extend(missing_deposits(deposits, &paid_in, covered));
    }
    result
}

fn finding(row: &Row, kind: FindingKind, attempt: Option<usize>) -> Finding {
    Finding {
        kind,
        line: Some(row.line),
        at: row.from,
        attempt,
        reference: row.reference.clone(),
        amount: row.amount,
        expected: None,
        by_reference: false,
    }
}

type Deposits<'a> = (&'a [DepositFacts], &'a mut Vec<bool>);

fn debit(
    row: &Row,
    claim: Claim,
    attempts: &[AttemptFacts],
    refunded: &BTreeSet<usize>,
    deposits: Deposits<'_>,
) -> (Finding, Meaning) {
    let (attempt, by_reference) = match claim {
        Claim::Of { attempt, by_reference } => (attempt, by_reference),
        Claim::Again { attempt } => {
            let again = finding(row, FindingKind::SecondDebit, Some(attempt));
            return (Finding { by_reference: true, ..again }, Meaning::Debit(Some(attempt)));
        }
        Claim::Unclear => return (finding(row, FindingKind::Unclear, None), Meaning::Debit(None)),
        Claim::Nobody => {
            let taken_out = Rupiah::ZERO.minus(row.amount).unwrap_or_default();
            if is_recorded(row, taken_out, deposits) {
                return (finding(row, FindingKind::DepositAgrees, None), Meaning::Deposit);
            }
            return (finding(row, FindingKind::UnknownCharge, None), Meaning::Debit(None));
        }
    };
    let standing = attempts.get(attempt).map(|attempt| attempt.standing);
    let (kind, expected) = match standing {
        Some(Standing::Succeeded { cost } | Standing::Reversed { cost }) if cost == row.amount => {
            (FindingKind::Agrees, None)
        }
        Some(Standing::LateCharge { cost }) if cost == row.amount => {
            (FindingKind::LateChargeKnown, None)
        }
        Some(
            Standing::Succeeded { cost }
            | Standing::Reversed { cost }
            | Standing::LateCharge { cost },
        ) => (FindingKind::AmountDiffers, Some(cost)),
        Some(Standing::Open) if refunded.contains(&attempt) => {
            (FindingKind::DebitedAndRefunded, None)
        }
        Some(Standing::Open) => (FindingKind::Candidate, None),
        Some(Standing::Dead) => (FindingKind::LateCharge, None),
        None => (FindingKind::UnknownCharge, None),
    };
    let found = Finding { expected, by_reference, ..finding(row, kind, Some(attempt)) };
    (found, Meaning::Debit(Some(attempt)))
}

fn credit(
    row: &Row,
    attempt: Option<usize>,
    attempts: &[AttemptFacts],
    deposits: Deposits<'_>,
) -> (Finding, Meaning) {
    if let Some(index) = attempt {
        let standing = attempts.get(index).map(|attempt| attempt.standing);
        let kind = match standing {
            Some(Standing::Reversed { cost }) if cost == row.amount => FindingKind::RefundKnown,
            Some(Standing::Open) => FindingKind::DebitedAndRefunded,
            _ => FindingKind::Refund,
        };
        let found = finding(row, kind, attempt);
        return (Finding { by_reference: true, ..found }, Meaning::Refund(attempt));
    }
    if row.movement == Movement::Refund {
        return (finding(row, FindingKind::UnknownRefund, None), Meaning::Refund(None));
    }
    let kind = if is_recorded(row, row.amount, deposits) {
        FindingKind::DepositAgrees
    } else {
        FindingKind::DepositUnrecorded
    };
    (finding(row, kind, None), Meaning::Deposit)
}

/// Whether a deposit of this amount was recorded near that time; it speaks for one row only. Of several
/// the nearest is taken: they are alike.
fn is_recorded(row: &Row, amount: Rupiah, (deposits, paid_in): Deposits<'_>) -> bool {
    let distance = |deposit: &DepositFacts| {
        row.from.since(deposit.credited_at).max(deposit.credited_at.since(row.until))
    };
    let nearest = deposits
        .iter()
        .enumerate()
        .filter(|(index, deposit)| {
            paid_in.get(*index) == Some(&false)
                && deposit.amount == amount
                && distance(deposit) <= DEPOSIT_TOLERANCE
        })
        .min_by_key(|(_, deposit)| distance(deposit));
    match nearest.and_then(|(index, _)| paid_in.get_mut(index)) {
        Some(paid_in) => {
            *paid_in = true;
            true
        }
        None => false,
    }
}
