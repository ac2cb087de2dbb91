//! The rules of what is sealed, asked of SQL itself.

use std::sync::Arc;

use ppob_seal::{Place, Sealer};
use rusqlite::Connection;

use super::{keys, place};
use crate::open::{self, Ready};

/// Two payments that have ended, written by hand, and one that is open.
fn written() -> (tempfile::TempDir, Ready) {
    let (directory, path) = place();
    let ready = open::open(&path, &keys()).unwrap();
    let connection = &ready.writer.connection;
    for (serial, id, state) in
        [(1, "one", "SUCCEEDED"), (2, "two", "FAILED"), (3, "three", "IN_DOUBT")]
    {
        connection
            .execute(
                "INSERT INTO payment VALUES (?1, 'shop', ?2, 3, ?3, 'PLN-PREPAID-20000',
                    blind_customer(?2), 'pln-prepaid', 0, 0, 10, 20, NULL, NULL, NULL, zeroblob(32),
                    'everything', seal('payment.request', 'request', 'shop', ?2),
                    seal('payment.value', 'value', 'shop', ?2))",
                (serial, id, state),
            )
            .unwrap();
    }
    (directory, ready)
}

fn refused(connection: &Connection, statement: &str, rule: &str) {
    let error = connection.execute_batch(statement).unwrap_err().to_string();
    assert!(error.contains(rule), "{statement}: {error}");
}

#[test]
fn sealed_anew_a_payment_must_hold_the_same() {
    let (_directory, ready) = written();
    let connection = &ready.writer.connection;
    let set = |what: &str| format!("UPDATE payment SET {what} WHERE serial = 1");
    for (what, rule) in [
        ("value = seal('payment.value', 'other', 'shop', 'one')", "would not rise by one"),
        ("value = seal('payment.value', 'value', 'shop', 'two')", "would not rise by one"),
        ("value = x''", "would not rise by one"),
        ("request = seal('payment.request', 'other', 'shop', 'one')", "asked for would change"),
        ("request = (SELECT request FROM payment WHERE serial = 2)", "asked for would change"),
        ("customer_index = blind_customer('two')", "asked for would change"),
        ("fingerprint_index = zeroblob(32)", "asked for would change"),
        ("updated_at = 21", "would not rise by one"),
        ("state = 'REVERSED'", "would not rise by one"),
        ("version = 5", "would not rise by one"),
    ] {
        refused(connection, &set(what), rule);
    }
    for what in [
        "value = seal('payment.value', 'value', 'shop', 'one')",
        "request = seal('payment.request', 'request', 'shop', 'one')",
        "version = 4, value = seal('payment.value', 'other', 'shop', 'one')",
    ] {
        connection.execute_batch(&set(what)).unwrap();
    }
}

#[test]
fn personal_data_leave_only_what_has_ended_and_never_come_back() {
    let (_directory, ready) = written();
    let connection = &ready.writer.connection;
    let set =
        |what: &str, serial: i64| format!("UPDATE payment SET {what} WHERE serial = {serial}");
    let gone = "retention = 'no-personal-data', customer_index = ''";
    let early = "too early, or regain";
    refused(connection, &set("retention = 'no-raw-answers'", 3), early);
    refused(connection, &set(gone, 3), early);
    let due = "version = version + 1, next_check_at = 30";
    connection.execute_batch(&set(due, 2)).unwrap();
    refused(connection, &set(gone, 2), early);
    refused(connection, &set("retention = 'no-personal-data'", 1), "CHECK constraint failed");
    let with_news = format!("version = version + 1, {gone}");
    refused(connection, &set(&with_news, 1), early);

    connection.execute_batch(&set("retention = 'no-raw-answers'", 1)).unwrap();
    refused(connection, &set("retention = 'everything'", 1), early);
    connection.execute_batch(&set(gone, 1)).unwrap();
    for back in ["retention = 'no-raw-answers'", "retention = 'everything'"] {
        let back = format!("{back}, customer_index = blind_customer('one')");
        refused(connection, &set(&back, 1), "");
    }
    let refill = "request = seal('payment.request', 'request of siti', 'shop', 'one')";
    refused(connection, &set(refill, 1), "asked for would change");
}

#[test]
fn an_operators_reason_can_be_sealed_anew_but_not_exchanged() {
    let (_directory, ready) = written();
    let connection = &ready.writer.connection;
    connection
        .execute_batch(
            "INSERT INTO audit VALUES (1, 'desk', 'dewi', NULL, 'AddNote', 'payment/shop/one',
                seal('audit.reason', 'because', 'desk', 'dewi', '', 'AddNote', 'payment/shop/one', 7),
                '', '', 7)",
        )
        .unwrap();
    for what in [
        "reason = seal('audit.reason', 'other', 'desk', 'dewi', '', 'AddNote', 'payment/shop/one', 7)",
        "actor = 'budi'",
        "at = 8",
        "operator = 'shop'",
        "second_actor = 'eve'",
        "subject = 'payment/shop/two'",
        "after = 'nothing'",
        "reason = x''",
    ] {
        refused(connection, &format!("UPDATE audit SET {what}"), "would be changed");
    }
    let anew = "UPDATE audit SET reason =
        seal('audit.reason', 'because', 'desk', 'dewi', '', 'AddNote', 'payment/shop/one', 7)";
    connection.execute_batch(anew).unwrap();
    refused(connection, "DELETE FROM audit", "would be deleted");
}

#[test]
fn a_key_that_something_is_sealed_with_cannot_be_deleted() {
    let (_directory, ready) = written();
    let connection = &ready.writer.connection;
    for key in [0, 1] {
        let delete = format!("DELETE FROM sealed_key WHERE number = {key}");
        refused(connection, &delete, "something is sealed with");
    }
    connection.execute_batch("INSERT INTO sealed_key VALUES (2, 'test', zeroblob(72))").unwrap();
    connection.execute_batch("DELETE FROM sealed_key WHERE number = 2").unwrap();
}

#[test]
fn a_shell_without_the_key_cannot_exchange_a_value() {
    let (directory, ready) = written();
    drop(ready);
    let shell = Connection::open(directory.path().join("journal.db")).unwrap();
    refused(&shell, "UPDATE payment SET value = x'00' WHERE serial = 1", "sealed_alike");
    let other = Arc::new(Sealer::generate().unwrap());
    crate::functions::register(&shell, &other).unwrap();
    let forged = other.seal(&Place::new("payment.value", &["shop", "one"]), b"value").unwrap();
    let error =
        shell.execute("UPDATE payment SET value = ?1 WHERE serial = 1", [forged]).unwrap_err();
    assert!(error.to_string().contains("would not rise by one"), "{error}");
}
