//! Whose debit a row is. No row is of two attempts, and no attempt has two first debits.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Movement, Row};
use crate::AttemptFacts;

/// Whose debit a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// Of this attempt.
    Of { attempt: usize, by_reference: bool },
    /// A further debit of this attempt, by its reference.
    Again { attempt: usize },
    /// Of one of several; nobody should choose.
    Unclear,
    /// Of nobody we know.
    Nobody,
}

/// Whose debits the rows are: one answer per row, `Nobody` for what is no debit.
pub(super) fn claims(rows: &[Row], attempts: &[AttemptFacts], tolerance: Duration) -> Vec<Claim> {
    let mut claims = vec![Claim::Nobody; rows.len()];
    let mut taken = vec![false; attempts.len()];
    by_reference(rows, attempts, &mut claims, &mut taken);
    by_what_they_say(rows, attempts, tolerance, (&mut claims, &mut taken));
    claims
}

/// The one attempt of a reference; `Err` if several have it.
pub(super) fn of_reference<'a>(
    attempts: &'a [AttemptFacts],
) -> BTreeMap<&'a str, Result<usize, ()>> {
    let mut known: BTreeMap<&'a str, Result<usize, ()>> = BTreeMap::new();
    for (index, attempt) in attempts.iter().enumerate() {
        if let Some(reference) = &attempt.reference {
            let several = |earlier: &mut Result<usize, ()>| *earlier = Err(());
            known.entry(reference.as_str()).and_modify(several).or_insert(Ok(index));
        }
    }
    known
}

fn by_reference(rows: &[Row], attempts: &[AttemptFacts], claims: &mut [Claim], taken: &mut [bool]) {
    let known = of_reference(attempts);
    for (row, claim) in rows.iter().zip(claims) {
        let Some(reference) = row.reference.as_ref().filter(|_| row.movement == Movement::Debit)
        else {
            continue;
        };
        match known.get(reference.as_str()) {
            None => {}
            Some(Err(())) => *claim = Claim::Unclear,
            Some(Ok(attempt)) => {
                if let Some(taken) = taken.get_mut(*attempt) {
                    *claim = if *taken {
                        Claim::Again { attempt: *attempt }
                    } else {
                        Claim::Of { attempt: *attempt, by_reference: true }
                    };
                    *taken = true;
                }
            }
        }
    }
}

/// By customer, product, amount and time, where exactly one row fits exactly one attempt.
fn by_what_they_say(
    rows: &[Row],
    attempts: &[AttemptFacts],
    tolerance: Duration,
    (claims, taken): (&mut [Claim], &mut [bool]),
) {
    let mut of_customer: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, attempt) in attempts.iter().enumerate() {
        if let Some(customer) = &attempt.customer
            && !taken.get(index).copied().unwrap_or(true)
        {
            of_customer.entry(bare(customer.expose())).or_default().push(index);
        }
    }
    let open: Vec<(usize, Vec<usize>)> = rows
        .iter()
        .enumerate()
        .filter(|(index, row)| {
            row.movement == Movement::Debit && claims.get(*index) == Some(&Claim::Nobody)
        })
        .filter_map(|(index, row)| {
            let customer = row.customer.as_ref()?;
            let same = of_customer.get(&bare(customer.expose()))?;
            let fitting = |attempt: &&usize| {
                attempts.get(**attempt).is_some_and(|attempt| fits(row, attempt, tolerance))
            };
            Some((index, same.iter().filter(fitting).copied().collect::<Vec<_>>()))
        })
        .filter(|(_, fitting)| !fitting.is_empty())
        .collect();
    let mut wanted: BTreeMap<usize, u32> = BTreeMap::new();
    for attempt in open.iter().flat_map(|(_, fitting)| fitting) {
        *wanted.entry(*attempt).or_default() += 1;
    }
    for (index, fitting) in open {
        let Some(claim) = claims.get_mut(index) else { continue };
        *claim = match fitting.as_slice() {
            // Another code of the product may be another product, or only another name of it.
            [attempt]
                if wanted.get(attempt) == Some(&1)
                    && rows.get(index).zip(attempts.get(*attempt)).is_some_and(is_same_product) =>
            {
                if let Some(taken) = taken.get_mut(*attempt) {
                    *taken = true;
                }
                Claim::Of { attempt: *attempt, by_reference: false }
            }
            _ => Claim::Unclear,
        };
    }
}

/// Whether a row may be this attempt's by everything but the customer and the product. Two different
/// references are two transactions.
fn fits(row: &Row, attempt: &AttemptFacts, tolerance: Duration) -> bool {
    let is_other = row.reference.is_some() && attempt.reference.is_some();
    !is_other && may_be_of(row, attempt, tolerance)
}

/// Whether amount and time of a row do not exclude that it is this attempt's.
pub(super) fn may_be_of(row: &Row, attempt: &AttemptFacts, tolerance: Duration) -> bool {
    row.amount <= attempt.max_cost.max(attempt.known()) && is_in_time(row, attempt, tolerance)
}

fn is_in_time(row: &Row, attempt: &AttemptFacts, tolerance: Duration) -> bool {
    row.until.plus(tolerance) >= attempt.begun_at
        && row.from <= attempt.debited_until.plus(tolerance)
}

fn is_same_product((row, attempt): (&Row, &AttemptFacts)) -> bool {
    row.product.as_ref().is_none_or(|product| bare(product) == bare(&attempt.provider_code))
}

/// Letters and digits only, without zeros before them: spreadsheets drop those.
fn bare(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    let kept: String = kept.collect();
    kept.trim_start_matches('0').to_owned()
}
