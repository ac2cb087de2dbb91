//! The daily close: what a provider debited against what we know of that day's attempts, to the rupiah.
//!
//! Σ debits = Σ succeeded − Σ reversed + Σ open + Σ late charges. Where a statement says otherwise, the
//! difference is taken apart into terms that each name what they are; their sum is the difference, always.

use std::collections::BTreeMap;

use ppob_types::{PaymentKey, ProviderRef, Rupiah, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{AttemptFacts, Standing};

/// A row of an imported statement as it is kept: nothing of it tells about a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRow {
    /// Its line in the file.
    pub line: u64,
    /// When it happened, by the statement.
    pub at: Timestamp,
    /// What it is.
    pub kind: KeptKind,
    /// How much.
    pub amount: Rupiah,
    /// The provider's reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<ProviderRef>,
    /// The attempt that it is of, if it is of one we know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<(PaymentKey, u32)>,
}

/// What a kept row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeptKind {
    /// Money left the deposit for a transaction.
    Debit,
    /// Money of a transaction came back.
    Refund,
    /// Money went into the deposit, or out of it, by hand.
    Deposit,
}

/// The sums of one provider and day. Attempts belong to the day on which they began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// What succeeded, also what was reversed later.
    pub succeeded: Sum,
    /// What was reversed.
    pub reversed: Sum,
    /// What may have been debited: sent, pending or unknown, with what it was expected to cost.
    pub open: Sum,
    /// Debits of what had been taken as dead.
    pub late_charges: Sum,
    /// Recorded deposits, less what was taken out.
    pub deposits: Sum,
}

/// How many, and how much together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// How many.
    pub count: u32,
    /// How much together.
    pub amount: Rupiah,
}

/// A day at a provider, closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Close {
    /// The sums.
    pub sums: Sums,
    /// Σ succeeded − Σ reversed + Σ open + Σ late charges.
    pub known: Rupiah,
    /// What the statement says was debited less what came back; none without a statement.
    pub debited: Option<Rupiah>,
    /// `debited − known`; none without a statement.
    pub difference: Option<Rupiah>,
    /// What the difference is made of, by kind; their sum is the difference.
    pub terms: BTreeMap<Term, Sum>,
    /// The places of the attempts that are open.
    pub open: Vec<usize>,
}

/// A part of the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// Open attempts without a debit: below zero.
    OpenNotDebited,
    /// Open attempts with a debit of another amount than expected.
    OpenOtherAmount,
    /// Successes without a debit: below zero.
    SuccessNotDebited,
    /// Successes around midnight without a debit, which may stand in the statement of the day before or
    /// after: below zero.
    SuccessAtEdge,
    /// Successes with a debit of another amount, or more than one.
    SuccessOtherAmount,
    /// Successes whose money came back, wholly or in part, without a reversal: below zero.
    SuccessRefunded,
    /// Reversed payments whose money did not come back.
    ReversedNotRefunded,
    /// Late charges whose debit is missing, or is another amount.
    LateChargeDiffers,
    /// Debits of attempts that are taken as dead, and whose late charge is not recorded.
    DeadDebited,
    /// Debits, less what came back, that are of nobody we know.
    Unknown,
    /// Debits of attempts that began on another day.
    OtherDay,
}

impl Term {
    /// Whether it is a contradiction that a person has to look at: open payments end by themselves or
    /// stand in the queue, debits of another day belong to that day's close, and what is at the edge is
    /// explained by the next day's statement.
    pub const fn is_mismatch(self) -> bool {
        !matches!(
            self,
            Self::OpenNotDebited | Self::OpenOtherAmount | Self::OtherDay | Self::SuccessAtEdge
        )
    }
}

/// What a day is held against.
#[derive(Clone, Copy, Debug)]
pub struct Witness<'a> {
    /// The statement's rows of the day, and rows of the days around it that are of its attempts.
    pub rows: &'a [KeptRow],
    /// What was debited between these moments certainly stands in the statement of the day: the day, less
    /// what the provider's clock may lie from ours.
    pub certain: (Timestamp, Timestamp),
}

/// Closes a day: `attempts` began on it; `witness` is its statement, if one was imported.
pub fn close(
    attempts: &[AttemptFacts],
    deposits: &[Rupiah],
    witness: Option<Witness<'_>>,
) -> Close {
    let mut close = Close { sums: sums(attempts, deposits), ..Close::default() };
    let Sums { succeeded, reversed, open, late_charges, .. } = &close.sums;
    close.known =
        total([succeeded.amount, negative(reversed.amount), open.amount, late_charges.amount]);
    let is_open = |(index, attempt): (usize, &AttemptFacts)| {
        (attempt.standing == Standing::Open).then_some(index)
    };
    close.open = attempts.iter().enumerate().filter_map(is_open).collect();
    if let Some(witness) = witness {
        let debited: Rupiah = witness.rows.iter().map(signed).sum();
        close.debited = Some(debited);
        close.difference = Some(total([debited, negative(close.known)]));
        close.terms = terms(attempts, witness);
    }
    close
}

fn sums(attempts: &[AttemptFacts], deposits: &[Rupiah]) -> Sums {
    let mut sums = Sums::default();
    for attempt in attempts {
        match attempt.standing {
            Standing::Succeeded { cost } => sums.succeeded.add(cost),
            Standing::Reversed { cost } => {
                sums.succeeded.add(cost);
                sums.reversed.add(cost);
            }
            Standing::Open => sums.open.add(attempt.expected_cost),
            Standing::LateCharge { cost } => sums.late_charges.add(cost),
            Standing::Dead => {}
        }
    }
    for amount in deposits {
        sums.deposits.add(*amount);
    }
    sums
}

/// What the rows say of one attempt.
#[derive(Clone, Copy, Debug, Default)]
struct Said {
    net: Rupiah,
    is_debited: bool,
    is_refunded: bool,
}

fn terms(attempts: &[AttemptFacts], Witness { rows, certain }: Witness<'_>) -> BTreeMap<Term, Sum> {
    let places: BTreeMap<(&PaymentKey, u32), usize> = attempts
        .iter()
        .enumerate()
        .map(|(index, attempt)| ((&attempt.key, attempt.number), index))
        .collect();
    let mut said = vec![Said::default(); attempts.len()];
    let mut terms: BTreeMap<Term, Sum> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.kind != KeptKind::Deposit) {
        let place = row.of.as_ref().map(|(key, number)| places.get(&(key, *number)).copied());
        match place {
            None => terms.entry(Term::Unknown).or_default().add(signed(row)),
            Some(None) => terms.entry(Term::OtherDay).or_default().add(signed(row)),
            Some(Some(place)) => {
                if let Some(said) = said.get_mut(place) {
                    said.net = said.net.saturating_plus(signed(row));
                    said.is_debited |= row.kind == KeptKind::Debit;
                    said.is_refunded |= row.kind == KeptKind::Refund;
                }
            }
        }
    }
    for (attempt, said) in attempts.iter().zip(&said) {
        let difference = total([said.net, negative(attempt.known())]);
        if difference != Rupiah::ZERO {
            terms.entry(term(attempt, *said, certain)).or_default().add(difference);
        }
    }
    terms
}

fn term(attempt: &AttemptFacts, said: Said, certain: (Timestamp, Timestamp)) -> Term {
    let at_edge = attempt.begun_at < certain.0 || attempt.debited_until >= certain.1;
    match attempt.standing {
        Standing::Open if said.is_debited => Term::OpenOtherAmount,
        Standing::Open => Term::OpenNotDebited,
        Standing::Succeeded { .. } if said.is_refunded => Term::SuccessRefunded,
        Standing::Succeeded { .. } if said.is_debited => Term::SuccessOtherAmount,
        Standing::Succeeded { .. } if at_edge => Term::SuccessAtEdge,
        Standing::Succeeded { .. } => Term::SuccessNotDebited,
        Standing::Reversed { .. } => Term::ReversedNotRefunded,
        Standing::LateCharge { .. } => Term::LateChargeDiffers,
        Standing::Dead => Term::DeadDebited,
    }
}

impl Sum {
    fn add(&mut self, amount: Rupiah) {
        self.count = self.count.saturating_add(1);
        self.amount = self.amount.saturating_plus(amount);
    }
}

/// What a row took from the deposit for transactions.
fn signed(row: &KeptRow) -> Rupiah {
    match row.kind {
        KeptKind::Debit => row.amount,
        KeptKind::Refund => negative(row.amount),
        KeptKind::Deposit => Rupiah::ZERO,
    }
}

fn negative(amount: Rupiah) -> Rupiah {
    Rupiah::new(amount.get().saturating_neg())
}

fn total<const N: usize>(amounts: [Rupiah; N]) -> Rupiah {
    amounts.into_iter().sum()
}
