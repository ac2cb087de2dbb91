//! The daily close.

use ppob_evidence::close::{Close, KeptKind, KeptRow, Sum, Term, Witness};
use ppob_evidence::{AttemptFacts, Standing};
use ppob_types::{ProviderRef, Rupiah};

use crate::facts::{PAID, at, attempt, key};

pub(crate) fn kept(number: Option<u64>, kind: KeptKind, amount: i64) -> KeptRow {
    KeptRow {
        line: 2,
        at: at(5),
        kind,
        amount: Rupiah::new(amount),
        reference: ProviderRef::new("A1"),
        of: number.map(|number| (key(number), 1)),
    }
}

/// A day around everything that tests do.
pub(crate) fn close(
    attempts: &[AttemptFacts],
    deposits: &[Rupiah],
    rows: Option<&[KeptRow]>,
) -> Close {
    let certain = (at(-36_000), at(36_000));
    let witness = rows.map(|rows| Witness { rows, certain });
    ppob_evidence::close::close(attempts, deposits, witness)
}

fn sum(count: u32, amount: i64) -> Sum {
    Sum { count, amount: Rupiah::new(amount) }
}

#[test]
fn a_day_whose_debits_are_all_known_closes_to_nothing() {
    let late = Standing::LateCharge { cost: Rupiah::new(20_750) };
    let reversed = Standing::Reversed { cost: Rupiah::new(20_700) };
    let attempts =
        [attempt(1, PAID), attempt(2, late), attempt(3, reversed), attempt(4, Standing::Dead)];
    let rows = [
        kept(Some(1), KeptKind::Debit, 20_700),
        kept(Some(2), KeptKind::Debit, 20_750),
        kept(Some(3), KeptKind::Debit, 20_700),
        kept(Some(3), KeptKind::Refund, 20_700),
        kept(None, KeptKind::Deposit, 500_000),
    ];
    let closed = close(&attempts, &[Rupiah::new(500_000)], Some(&rows));
    assert_eq!(closed.sums.succeeded, sum(2, 41_400));
    assert_eq!(closed.sums.reversed, sum(1, 20_700));
    assert_eq!(closed.sums.late_charges, sum(1, 20_750));
    assert_eq!(closed.sums.deposits, sum(1, 500_000));
    assert_eq!(closed.known, Rupiah::new(41_450));
    assert_eq!(closed.debited, Some(Rupiah::new(41_450)));
    assert_eq!(closed.difference, Some(Rupiah::ZERO));
    assert!(closed.terms.is_empty(), "{:?}", closed.terms);
}

#[test]
fn every_difference_has_a_name() {
    let attempts = [
        attempt(1, PAID),
        attempt(2, PAID),
        attempt(3, Standing::Open),
        attempt(4, Standing::Open),
        attempt(5, Standing::Dead),
        attempt(6, PAID),
        attempt(7, Standing::Reversed { cost: Rupiah::new(20_700) }),
    ];
    let rows = [
        kept(Some(2), KeptKind::Debit, 21_000),
        kept(Some(4), KeptKind::Debit, 20_600),
        kept(Some(5), KeptKind::Debit, 20_700),
        kept(Some(6), KeptKind::Debit, 20_700),
        kept(Some(6), KeptKind::Refund, 20_700),
        kept(Some(7), KeptKind::Debit, 20_700),
        kept(Some(99), KeptKind::Debit, 5),
        kept(None, KeptKind::Debit, 7),
    ];
    let closed = close(&attempts, &[], Some(&rows));
    let terms: Vec<_> = closed.terms.into_iter().collect();
    assert_eq!(
        terms,
        [
            (Term::OpenNotDebited, sum(1, -20_700)),
            (Term::OpenOtherAmount, sum(1, -100)),
            (Term::SuccessNotDebited, sum(1, -20_700)),
            (Term::SuccessOtherAmount, sum(1, 300)),
            (Term::SuccessRefunded, sum(1, -20_700)),
            (Term::ReversedNotRefunded, sum(1, 20_700)),
            (Term::DeadDebited, sum(1, 20_700)),
            (Term::Unknown, sum(1, 7)),
            (Term::OtherDay, sum(1, 5)),
        ]
    );
    assert_eq!(closed.open, [2, 3]);
}

#[test]
fn without_a_statement_nothing_is_called_equal() {
    let closed = close(&[attempt(1, PAID)], &[], None);
    assert_eq!((closed.debited, closed.difference), (None, None));
    assert_eq!(closed.known, Rupiah::new(20_700));
}

#[test]
fn around_midnight_a_missing_debit_may_stand_in_another_days_statement() {
    let term = |from: i64, until: i64| {
        let witness = Witness { rows: &[], certain: (at(from), at(until)) };
        let closed = ppob_evidence::close::close(&[attempt(1, PAID)], &[], Some(witness));
        let (term, _) = closed.terms.into_iter().next().unwrap();
        term
    };
    assert_eq!(term(0, 601), Term::SuccessNotDebited);
    assert_eq!(term(1, 601), Term::SuccessAtEdge);
    assert_eq!(term(0, 600), Term::SuccessAtEdge);
    assert!(Term::SuccessNotDebited.is_mismatch() && !Term::SuccessAtEdge.is_mismatch());
}
