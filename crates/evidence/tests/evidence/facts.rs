//! Attempts and rows for the tests.

use std::time::Duration;

use ppob_evidence::statement::{Comparison, Movement, Row, Statement};
use ppob_evidence::{AttemptFacts, DepositFacts, Standing};
use ppob_types::{
    ConsumerId, CustomerNumber, Family, PaymentId, PaymentKey, ProviderRef, Rupiah, Sensitive,
    Timestamp,
};

/// `seconds` after noon of 2026-11-27 in WIB.
pub(crate) fn at(seconds: i64) -> Timestamp {
    let noon = Timestamp::from_wib("2026-11-27 12:00:00").unwrap();
    Timestamp::from_micros(noon.as_micros() + seconds * 1_000_000)
}

pub(crate) fn key(number: u64) -> PaymentKey {
    let id = PaymentId::new(&format!("payment-{number:04}")).unwrap();
    PaymentKey { consumer: ConsumerId::new("shop").unwrap(), id }
}

pub(crate) fn customer(number: u64) -> String {
    format!("{:011}", 52_000_000_000 + number)
}

/// Attempt `number` for the customer of the same number, begun so many seconds after noon.
pub(crate) fn attempt(number: u64, standing: Standing) -> AttemptFacts {
    let text = customer(number);
    AttemptFacts {
        key: key(number),
        number: 1,
        reference: None,
        customer: Some(CustomerNumber::parse(Family::PlnPrepaid, &text).unwrap()),
        provider_code: "PLN 20/TOKEN".to_owned(),
        expected_cost: Rupiah::new(20_700),
        max_cost: Rupiah::new(20_800),
        begun_at: at(0),
        debited_until: at(0).plus(Duration::from_mins(10)),
        standing,
    }
}

pub(crate) fn referred(attempt: AttemptFacts, reference: &str) -> AttemptFacts {
    AttemptFacts { reference: ProviderRef::new(reference), ..attempt }
}

pub(crate) const PAID: Standing = Standing::Succeeded { cost: Rupiah::new(20_700) };

/// A debit of 20 700 for the customer of this number, five seconds after noon.
pub(crate) fn debit(line: u64, reference: &str, number: u64) -> Row {
    Row {
        line,
        from: at(5),
        until: at(5),
        reference: ProviderRef::new(reference),
        customer: Some(Sensitive::new(customer(number))),
        product: Some("PLN 20/TOKEN".to_owned()),
        movement: Movement::Debit,
        amount: Rupiah::new(20_700),
        balance: None,
        text: Sensitive::default(),
    }
}

pub(crate) fn statement(rows: Vec<Row>) -> Statement {
    Statement { rows, ..Statement::default() }
}

/// With a quarter of an hour for the provider's clock.
pub(crate) fn compare(
    statement: &Statement,
    attempts: &[AttemptFacts],
    deposits: &[DepositFacts],
    covered: Option<(Timestamp, Timestamp)>,
) -> Comparison {
    let tolerance = Duration::from_mins(15);
    ppob_evidence::statement::compare(statement, attempts, deposits, covered, tolerance)
}

pub(crate) fn deposit(amount: i64, credited_at: Timestamp) -> DepositFacts {
    DepositFacts { id: format!("d{amount}"), amount: Rupiah::new(amount), credited_at }
}
