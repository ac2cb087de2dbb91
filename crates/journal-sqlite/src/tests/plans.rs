//! Every listing reads through an index, whatever grows.

use ppob_journal::{AuditFilter, Filter, GuardKey, Page};
use ppob_journal_durable::sealed::Seal;
use ppob_payment::PaymentState;
use ppob_types::{ConsumerId, CustomerNumber, Family, ProductCode};
use rusqlite::{Connection, params_from_iter};

use super::{keys, place};
use crate::query::{audit_sql, list_sql};
use crate::{open, sql};

fn plan(connection: &Connection, statement: &str, values: &[rusqlite::types::Value]) -> String {
    let explained = format!("EXPLAIN QUERY PLAN {statement}");
    let mut prepared = connection.prepare(&explained).unwrap();
    let rows = prepared.query_map(params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
    rows.map(Result::unwrap).collect::<Vec<_>>().join("; ")
}

fn numbers(count: i64) -> Vec<rusqlite::types::Value> {
    (1..=count).map(rusqlite::types::Value::Integer).collect()
}

#[test]
fn due_and_open_payments_and_events_are_found_by_their_index_without_sorting() {
    let (_directory, path) = place();
    let ready = open::open(&path, &keys()).unwrap();
    let connection = &ready.writer.connection;
    for (statement, values, index) in [
        (sql::DUE, 1, "payment_due"),
        (sql::NEXT_DUE, 0, "payment_due"),
        (sql::OPEN_PAYMENTS, 1, "payment_open"),
        (sql::EVENTS_OF_ALL, 2, "SEARCH event USING INTEGER PRIMARY KEY"),
        (sql::EVENTS_OF_CONSUMER, 3, "event_of_consumer"),
        (sql::LATEST_CURSOR, 0, "SEARCH event"),
        (sql::PAYMENT_BY_KEY, 2, "sqlite_autoindex_payment_1"),
        (sql::GUARD_GIVE_BACK, 2, "payment_open_of_customer"),
        (sql::PAYMENT_BY_REFERENCE, 2, "one_payment_per_reference"),
        (sql::PAYMENT_BY_SERIAL, 1, "SEARCH payment USING INTEGER PRIMARY KEY"),
        (sql::REFERENCE_OWNER, 3, "one_payment_per_reference"),
        (sql::PAYMENTS_OF_PROVIDER, 4, "COVERING INDEX attempt_of_provider"),
        (sql::INQUIRY_FORGET, 1, "inquiry_by_end"),
        (sql::SPEND_GET, 2, "SEARCH spend USING PRIMARY KEY"),
        (sql::INQUIRY_FORGET_EXPIRED, 2, "inquiry_by_end"),
        (sql::STRIPPABLE, 2, "payment_ended"),
        (sql::NOTES_OF_PAYMENT, 2, "note_of_payment"),
        (sql::PROPOSALS_OF_PAYMENT, 2, "one_open_proposal"),
        (sql::PROPOSAL_SUBJECT, 3, "SEARCH proposal"),
        (sql::LATE_CHARGES, 1, "SEARCH late_charge USING INTEGER PRIMARY KEY"),
        (sql::DEPOSITS, 3, "deposit_of_provider"),
    ] {
        let plan = plan(connection, statement, &numbers(values));
        assert!(plan.contains(index), "{statement}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{statement}: {plan}");
    }
    // One customer has few payments; these may be sorted.
    for (statement, values, index) in [
        (sql::PAYMENTS_OF, 2, "payment_of_customer"),
        (sql::INQUIRY_FORGET_CUSTOMER, 1, "inquiry_of_customer"),
    ] {
        let plan = plan(connection, statement, &numbers(values));
        assert!(plan.contains(index), "{statement}: {plan}");
    }
    let lookup = plan(connection, sql::ACCEPT_LOOKUP, &numbers(4));
    for table in ["payment", "buried", "guard", "success"] {
        assert!(lookup.contains(&format!("SEARCH {table}")), "{lookup}");
    }
}

#[test]
fn a_list_uses_the_index_that_fits_its_filter_and_never_sorts() {
    let (_directory, path) = place();
    let ready = open::open(&path, &keys()).unwrap();
    let connection = &ready.writer.connection;
    let seal = Seal::new(std::sync::Arc::clone(&ready.keys.sealer));
    let page = Page { before_serial: Some(1_000), limit: 50 };
    let consumer = Filter { consumer: Some(ConsumerId::new("shop").unwrap()), ..Filter::default() };
    let customer = Filter {
        guard: Some(GuardKey {
            product: ProductCode::new("PLN-PREPAID-20000").unwrap(),
            customer: CustomerNumber::parse(Family::PlnPrepaid, "91011121314").unwrap(),
        }),
        ..Filter::default()
    };
    let reviews = Filter { states: vec![PaymentState::InDoubt], ..Filter::default() };
    for (filter, index) in [
        (consumer, "payment_of_consumer"),
        (customer, "payment_of_customer"),
        (reviews, "payment_open"),
        (Filter::default(), "INTEGER PRIMARY KEY"),
    ] {
        let (statement, values) = list_sql(&seal, &filter, page);
        let plan = plan(connection, &statement, &values);
        assert!(plan.contains(index), "{statement}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{statement}: {plan}");
    }
}

#[test]
fn the_audit_is_read_in_its_order_and_a_subject_by_its_index() {
    let (_directory, path) = place();
    let ready = open::open(&path, &keys()).unwrap();
    let connection = &ready.writer.connection;
    let subject = AuditFilter { subject: Some("provider/a".to_owned()), ..AuditFilter::default() };
    for (filter, index) in [(subject, "audit_of_subject"), (AuditFilter::default(), "SCAN audit")] {
        let (statement, values) = audit_sql(&filter, 10);
        let plan = plan(connection, &statement, &values);
        assert!(plan.contains(index), "{statement}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{statement}: {plan}");
    }
}
