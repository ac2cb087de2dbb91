//! Rows against attempts and deposits.

use ppob_evidence::statement::{Comparison, FindingKind, Movement, Row, Unreadable};
use ppob_evidence::{AttemptFacts, Standing};
use ppob_types::{Rupiah, Timestamp};

use crate::facts::{PAID, at, attempt, compare, debit, deposit, referred, statement};

const DEAD: Standing = Standing::Dead;
const OPEN: Standing = Standing::Open;

fn day() -> (Timestamp, Timestamp) {
    (at(-12 * 3600), at(12 * 3600))
}

fn kinds(found: &Comparison) -> Vec<(FindingKind, Option<usize>)> {
    found.findings.iter().map(|one| (one.kind, one.attempt)).collect()
}

fn compared(rows: Vec<Row>, attempts: &[AttemptFacts]) -> Vec<(FindingKind, Option<usize>)> {
    kinds(&compare(&statement(rows), attempts, &[], Some(day())))
}

#[test]
fn a_success_is_found_by_its_reference_or_by_all_else_it_says() {
    let attempts = [referred(attempt(1, PAID), "A1"), attempt(2, PAID)];
    let rows = vec![debit(2, "A1", 9), debit(3, "", 2)];
    let found = compare(&statement(rows), &attempts, &[], Some(day()));
    assert_eq!(kinds(&found), [(FindingKind::Agrees, Some(0)), (FindingKind::Agrees, Some(1))]);
    assert_eq!(
        found.findings.iter().map(|one| one.by_reference).collect::<Vec<_>>(),
        [true, false]
    );
}

#[test]
fn an_open_attempt_with_a_row_is_only_a_candidate() {
    assert_eq!(
        compared(vec![debit(2, "A1", 1)], &[attempt(1, OPEN)]),
        [(FindingKind::Candidate, Some(0))]
    );
}

#[test]
fn zeros_that_a_spreadsheet_dropped_do_not_hide_a_customer() {
    let mut one = attempt(1, OPEN);
    let number =
        ppob_types::CustomerNumber::parse(ppob_types::Family::Water, "0110014601").unwrap();
    one.customer = Some(number);
    let row = Row { customer: Some("110014601".into()), ..debit(2, "A1", 1) };
    assert_eq!(compared(vec![row], &[one]), [(FindingKind::Candidate, Some(0))]);
}

#[test]
fn what_is_not_unique_is_nobodys_and_concludes_nothing() {
    let both = [attempt(1, OPEN), AttemptFacts { number: 2, ..attempt(1, OPEN) }];
    assert_eq!(
        compared(vec![debit(2, "A1", 1)], &both),
        [
            (FindingKind::Unclear, None),
            (FindingKind::NotJudged, Some(0)),
            (FindingKind::NotJudged, Some(1))
        ]
    );
    assert_eq!(
        compared(vec![debit(2, "A1", 1), debit(3, "A2", 1)], &[attempt(1, OPEN)]),
        [
            (FindingKind::Unclear, None),
            (FindingKind::Unclear, None),
            (FindingKind::NotJudged, Some(0))
        ]
    );
    let same = [referred(attempt(1, PAID), "A1"), referred(attempt(2, DEAD), "A1")];
    assert_eq!(compared(vec![debit(2, "A1", 1)], &same)[0], (FindingKind::Unclear, None));
}

#[test]
fn another_product_code_customer_time_or_amount_makes_no_candidate() {
    let open = [attempt(1, OPEN)];
    let product = Row { product: Some("PLN 50/TOKEN".to_owned()), ..debit(2, "A1", 1) };
    assert_eq!(compared(vec![product], &open)[0], (FindingKind::Unclear, None));
    let customer = debit(2, "A1", 7);
    assert_eq!(compared(vec![customer], &open)[0], (FindingKind::UnknownCharge, None));
    let late = Row { from: at(7200), until: at(7200), ..debit(2, "A1", 1) };
    assert_eq!(compared(vec![late], &open)[0], (FindingKind::UnknownCharge, None));
    let dear = Row { amount: Rupiah::new(20_801), ..debit(2, "A1", 1) };
    assert_eq!(compared(vec![dear], &open)[0], (FindingKind::UnknownCharge, None));
}

#[test]
fn another_reference_is_another_transaction() {
    let paid = [referred(attempt(1, PAID), "A1")];
    assert_eq!(
        compared(vec![debit(2, "A2", 1)], &paid),
        [(FindingKind::UnknownCharge, None), (FindingKind::SuccessMissing, Some(0))]
    );
}

#[test]
fn a_dead_attempt_with_a_row_is_a_late_charge_until_it_is_known() {
    let row = vec![debit(2, "A1", 1)];
    assert_eq!(compared(row.clone(), &[attempt(1, DEAD)]), [(FindingKind::LateCharge, Some(0))]);
    let known = Standing::LateCharge { cost: Rupiah::new(20_700) };
    assert_eq!(
        compared(row, &[referred(attempt(1, known), "A1")]),
        [(FindingKind::LateChargeKnown, Some(0))]
    );
}

#[test]
fn other_amounts_second_debits_and_charges_of_nobody_are_mismatches() {
    let paid = [referred(attempt(1, PAID), "A1")];
    let dear = Row { amount: Rupiah::new(21_000), ..debit(2, "A1", 1) };
    let found =
        compare(&statement(vec![dear, debit(3, "A1", 1), debit(4, "Z", 8)]), &paid, &[], None);
    assert_eq!(
        kinds(&found),
        [
            (FindingKind::AmountDiffers, Some(0)),
            (FindingKind::SecondDebit, Some(0)),
            (FindingKind::UnknownCharge, None)
        ]
    );
    assert_eq!(found.findings[0].expected, Some(Rupiah::new(20_700)));
    assert!(found.findings.iter().all(|one| one.kind.is_mismatch()));
}

#[test]
fn money_that_came_back_is_told_and_never_decides() {
    let back = |line: u64, reference: &str| Row {
        movement: Movement::Refund,
        ..debit(line, reference, 1)
    };
    let paid = [referred(attempt(1, PAID), "A1")];
    assert_eq!(
        compared(vec![debit(2, "A1", 1), back(3, "A1")], &paid),
        [(FindingKind::Agrees, Some(0)), (FindingKind::Refund, Some(0))]
    );
    let reversed = Standing::Reversed { cost: Rupiah::new(20_700) };
    assert_eq!(
        compared(vec![back(3, "A1")], &[referred(attempt(1, reversed), "A1")]),
        [(FindingKind::RefundKnown, Some(0))]
    );
    let open = [referred(attempt(1, OPEN), "A1")];
    assert_eq!(
        compared(vec![debit(2, "A1", 1), back(3, "A1")], &open),
        [(FindingKind::DebitedAndRefunded, Some(0)), (FindingKind::DebitedAndRefunded, Some(0))]
    );
    assert_eq!(compared(vec![back(3, "Z")], &paid)[0], (FindingKind::UnknownRefund, None));
}

#[test]
fn deposits_are_compared_with_those_recorded_each_once() {
    let credit = |line: u64, amount: i64| Row {
        movement: Movement::Credit,
        amount: Rupiah::new(amount),
        customer: None,
        ..debit(line, "", 1)
    };
    let taken_out = Row { amount: Rupiah::new(300), customer: None, ..debit(5, "", 1) };
    let recorded = [deposit(500, at(-3600)), deposit(-300, at(0)), deposit(700, at(0))];
    let rows = vec![credit(2, 500), credit(3, 500), taken_out];
    let found = compare(&statement(rows), &[], &recorded, Some(day()));
    let kinds: Vec<_> = found.findings.iter().map(|one| (one.kind, one.amount.get())).collect();
    assert_eq!(
        kinds,
        [
            (FindingKind::DepositAgrees, 500),
            (FindingKind::DepositUnrecorded, 500),
            (FindingKind::DepositAgrees, 300),
            (FindingKind::DepositMissing, 700)
        ]
    );
}

#[test]
fn what_is_missing_counts_only_in_a_complete_statement_that_could_be_read_whole() {
    let attempts = [attempt(1, PAID), attempt(2, OPEN), attempt(3, DEAD)];
    let missing = [(FindingKind::SuccessMissing, Some(0)), (FindingKind::OpenMissing, Some(1))];
    assert_eq!(compared(vec![], &attempts), missing);
    assert_eq!(kinds(&compare(&statement(vec![]), &attempts, &[], None)), []);
    let mut unreadable = statement(vec![]);
    unreadable.unreadable.push(Unreadable { line: 7, problem: "it moves no money" });
    assert_eq!(kinds(&compare(&unreadable, &attempts, &[], Some(day()))), []);
}

#[test]
fn at_the_edge_of_what_is_covered_nothing_is_said() {
    let judged = |standing, from: i64, until: i64| {
        let covered = Some((at(from), at(until)));
        let found = compare(&statement(vec![]), &[attempt(1, standing)], &[], covered);
        found.findings.first().map(|one| one.kind)
    };
    // It may have been debited from noon to ten minutes later, and clocks differ by a quarter of an hour.
    assert_eq!(judged(PAID, 0, 601), Some(FindingKind::SuccessMissing));
    assert_eq!(judged(PAID, 1, 601), Some(FindingKind::NotJudged));
    assert_eq!(judged(PAID, 0, 600), Some(FindingKind::NotJudged));
    assert_eq!(judged(OPEN, -900, 1501), Some(FindingKind::OpenMissing));
    assert_eq!(judged(OPEN, -899, 1501), Some(FindingKind::NotJudged));
    assert_eq!(judged(OPEN, -900, 1500), Some(FindingKind::NotJudged));
    assert_eq!(judged(OPEN, 601, 9000), None);
}

#[test]
fn an_unexplained_debit_that_may_be_its_own_speaks_for_an_open_attempt() {
    let masked = Row { customer: Some("5200****001".into()), ..debit(2, "A1", 1) };
    assert_eq!(
        compared(vec![masked], &[attempt(1, OPEN)]),
        [(FindingKind::UnknownCharge, None), (FindingKind::NotJudged, Some(0))]
    );
}
