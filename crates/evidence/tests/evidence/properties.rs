//! What holds for every file, every attempt and every row.

use std::collections::BTreeSet;

use ppob_evidence::close::{KeptKind, KeptRow};
use ppob_evidence::statement::{FindingKind, Meaning, Movement, Row, StatementFormat, read};
use ppob_evidence::{AttemptFacts, Standing};
use ppob_types::{Rupiah, Timestamp};
use proptest::prelude::*;

use crate::close::{close, kept};
use crate::facts::{at, attempt, compare, debit, referred, statement};

fn standing() -> impl Strategy<Value = Standing> {
    let cost = Rupiah::new(20_700);
    prop_oneof![
        Just(Standing::Succeeded { cost }),
        Just(Standing::Reversed { cost }),
        Just(Standing::Open),
        Just(Standing::Dead),
        Just(Standing::LateCharge { cost }),
    ]
}

/// Few customers and few references, so that they meet.
fn attempts() -> impl Strategy<Value = Vec<AttemptFacts>> {
    let one = (0_u64..4, 0_u32..6, standing(), 0_i64..3_000);
    prop::collection::vec(one, 0..8).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        let made = numbered.map(|(index, (customer, reference, standing, begun))| {
            let mut one = attempt(customer, standing);
            one.number = u32::try_from(index).unwrap() + 1;
            one.begun_at = at(begun);
            one.debited_until = at(begun + 600);
            if reference < 4 { referred(one, &format!("R{reference}")) } else { one }
        });
        made.collect()
    })
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let movement = prop_oneof![4 => Just(Movement::Debit), 1 => Just(Movement::Credit), 1 => Just(Movement::Refund)];
    let one =
        (0_u64..5, 0_u32..7, movement, 0_i64..3_000, prop_oneof![Just(20_700), 1_i64..30_000]);
    prop::collection::vec(one, 0..10).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        let made = numbered.map(|(index, (customer, reference, movement, when, amount))| {
            let reference = if reference < 6 { format!("R{reference}") } else { String::new() };
            Row {
                movement,
                amount: Rupiah::new(amount),
                from: at(when),
                until: at(when),
                ..debit(u64::try_from(index).unwrap() + 2, &reference, customer)
            }
        });
        made.collect()
    })
}

fn covered() -> (Timestamp, Timestamp) {
    (at(-36_000), at(36_000))
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _read_or_refused = read(&bytes, &StatementFormat::default());
    }

    #[test]
    fn no_rows_make_the_reader_panic_and_every_line_is_told_of_once(
        lines in prop::collection::vec("[0-9;,.\"A-Za-z:/ -]{0,40}", 0..12)
    ) {
        let text = format!("tanggal;invoice;debit;kredit\n{}\n", lines.join("\n"));
        let found = read(text.as_bytes(), &StatementFormat::default()).unwrap();
        let told: Vec<u64> = found.rows.iter().map(|row| row.line)
            .chain(found.unreadable.iter().map(|row| row.line)).collect();
        let once: BTreeSet<u64> = told.iter().copied().collect();
        prop_assert_eq!(once.len(), told.len());
        prop_assert!(found.rows.iter().all(|row| row.amount.is_positive()));
    }

    #[test]
    fn no_row_speaks_for_two_attempts_and_no_two_rows_for_one(
        attempts in attempts(), rows in rows(),
    ) {
        let found = compare(&statement(rows.clone()), &attempts, &[], Some(covered()));
        prop_assert_eq!(found.rows.len(), rows.len());
        let settles = found.findings.iter().filter(|one| {
            matches!(
                one.kind,
                FindingKind::Agrees | FindingKind::Candidate | FindingKind::LateCharge
                    | FindingKind::LateChargeKnown | FindingKind::AmountDiffers
            )
        });
        let mut seen = BTreeSet::new();
        for one in settles {
            prop_assert!(one.line.is_some());
            prop_assert!(seen.insert(one.attempt.unwrap()), "two rows for one attempt");
        }
        let missing = found.findings.iter().filter(|one| one.line.is_none());
        for one in missing {
            prop_assert!(!seen.contains(&one.attempt.unwrap()), "a row is there, and missing");
        }
    }

    #[test]
    fn an_open_attempt_is_never_called_missing_while_a_debit_of_its_customer_fits(
        attempts in attempts(), rows in rows(),
    ) {
        let found = compare(&statement(rows.clone()), &attempts, &[], Some(covered()));
        for one in found.findings.iter().filter(|one| one.kind == FindingKind::OpenMissing) {
            let attempt = &attempts[one.attempt.unwrap()];
            let number = attempt.customer.as_ref().unwrap().expose();
            let taken = |line: u64| found.findings.iter().any(|other| {
                other.line == Some(line) && other.attempt.is_some()
            });
            let may_be_its_own = rows.iter().any(|row| {
                row.movement == Movement::Debit
                    && row.customer.as_ref().unwrap().expose() == number
                    && row.amount <= attempt.max_cost
                    && row.from >= attempt.begun_at && row.from <= attempt.debited_until
                    && !taken(row.line)
            });
            prop_assert!(!may_be_its_own);
        }
    }

    #[test]
    fn comparing_again_finds_the_same(attempts in attempts(), rows in rows()) {
        let rows = statement(rows);
        prop_assert_eq!(
            compare(&rows, &attempts, &[], Some(covered())),
            compare(&rows, &attempts, &[], Some(covered()))
        );
    }

    #[test]
    fn the_terms_of_a_close_add_up_to_its_difference(
        attempts in attempts(),
        lines in prop::collection::vec((0_usize..12, 0_u8..3, 1_i64..100_000), 0..20),
    ) {
        let rows: Vec<KeptRow> = lines.into_iter().map(|(place, kind, amount)| {
            let kind = [KeptKind::Debit, KeptKind::Refund, KeptKind::Deposit][usize::from(kind)];
            let of = attempts.get(place).map(|attempt| (attempt.key.clone(), attempt.number));
            let other_day = (place == 11).then(|| (crate::facts::key(77), 1));
            KeptRow { of: of.or(other_day), ..kept(None, kind, amount) }
        }).collect();
        let closed = close(&attempts, &[], Some(&rows));
        let terms: i64 = closed.terms.values().map(|term| term.amount.get()).sum();
        prop_assert_eq!(closed.difference.unwrap().get(), terms);
        let debits: i64 = rows.iter().map(|row| match row.kind {
            KeptKind::Debit => row.amount.get(),
            KeptKind::Refund => -row.amount.get(),
            KeptKind::Deposit => 0,
        }).sum();
        prop_assert_eq!(closed.debited.unwrap().get(), debits);
    }

    #[test]
    fn what_a_row_means_is_what_was_found_of_it(attempts in attempts(), rows in rows()) {
        let found = compare(&statement(rows), &attempts, &[], None);
        for (finding, meaning) in found.findings.iter().zip(&found.rows) {
            match meaning {
                Meaning::Debit(attempt) | Meaning::Refund(attempt) => {
                    prop_assert_eq!(*attempt, finding.attempt);
                }
                Meaning::Deposit => prop_assert_eq!(finding.attempt, None),
            }
        }
    }
}
