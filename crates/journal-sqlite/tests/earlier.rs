//! Journals that earlier versions wrote, in plain text.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod canary;
mod keys;
mod payments;

use std::path::Path;
use std::sync::Arc;

use ppob_journal::{
    Acceptance, AuditEntry, AuditFilter, AuditRecord, Journal, StoredPayment, settled_reference,
    success_at,
};
use ppob_journal_sqlite::SqliteJournal;
use ppob_types::{ConsumerId, Timestamp};
use rusqlite::{Connection, params};

use self::keys::keys;

const FIRST: &str = include_str!("../migrations/0001_start.sql");
const SECOND: &str = include_str!("../migrations/0002_guards_given_back.sql");

/// Payments as a journal of today holds them, to be written as an earlier version did.
async fn told() -> Vec<StoredPayment> {
    let directory = tempfile::tempdir().unwrap();
    let journal = SqliteJournal::open(&directory.path().join("journal.db"), &keys()).unwrap();
    canary::tell(Arc::new(journal)).await
}

/// A journal of schema version 1 or 2 with these payments and everything else that is told.
fn write(path: &Path, version: i64, payments: &[StoredPayment]) {
    let file = Connection::open(path).unwrap();
    file.execute_batch("PRAGMA journal_mode = WAL").unwrap();
    file.execute_batch(FIRST).unwrap();
    if version > 1 {
        file.execute_batch(SECOND).unwrap();
    }
    file.execute("UPDATE schema_version SET version = ?1", [version]).unwrap();
    file.execute("UPDATE meta SET value = 4096 WHERE name = 'last_serial'", []).unwrap();
    for stored in payments {
        write_payment(&file, stored);
    }
    let asked = canary::inquiry();
    let json = serde_json::to_string(&asked).unwrap();
    file.execute(
        "INSERT INTO inquiry VALUES (?1, ?2, ?3, ?4)",
        (asked.consumer.as_str(), asked.id.as_str(), asked.expires_at.as_micros(), json),
    )
    .unwrap();
    file.execute("INSERT INTO document VALUES ('switches', ?1)", [canary::NAME]).unwrap();
    file.execute(
        "INSERT INTO unlisted_reply VALUES ('mmbc-jkt', ?1, 3, 1, 2)",
        [format!("GAGAL {}", canary::NAME)],
    )
    .unwrap();
    let entry = canary::entry();
    let key = payments::key(1);
    file.execute(
        "INSERT INTO audit (actor, action, consumer, payment_id, reason, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (
            entry.actor,
            "resolve-payment",
            key.consumer.as_str(),
            key.id.as_str(),
            entry.reason.expose(),
            entry.at.as_micros(),
        ),
    )
    .unwrap();
}

fn write_payment(file: &Connection, stored: &StoredPayment) {
    let (purchase, payment) = (&stored.request.purchase, &stored.payment);
    let serial = i64::try_from(stored.serial).unwrap();
    let (product, customer) = (purchase.product.as_str(), purchase.customer.expose());
    let attempt = payment.attempts.first().unwrap();
    file.execute(
        "INSERT INTO payment VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, ?10, ?11, ?12, ?13, ?14,
            ?15, ?16, ?17)",
        params![
            serial,
            stored.key.consumer.as_str(),
            stored.key.id.as_str(),
            i64::try_from(stored.version).unwrap(),
            payment.state().as_str(),
            product,
            customer,
            purchase.family.as_str(),
            stored.request.repeat,
            payment.terms.accepted_at.as_micros(),
            stored.updated_at.as_micros(),
            payment.next_check_at.map(Timestamp::as_micros),
            success_at(payment).map(|_| 22_500),
            success_at(payment).map(|_| 20_700),
            stored.fingerprint.0,
            serde_json::to_string(&stored.request).unwrap(),
            serde_json::to_string(payment).unwrap(),
        ],
    )
    .unwrap();
    file.execute(
        "INSERT INTO attempt VALUES (?1, 1, ?2, ?3, ?4, ?5)",
        (
            serial,
            attempt.id.as_str(),
            attempt.provider.as_str(),
            attempt.state.as_str(),
            settled_reference(payment, attempt).map(ppob_types::ProviderRef::as_str),
        ),
    )
    .unwrap();
    file.execute(
        "INSERT INTO event VALUES (NULL, ?1, 1, 'shop', 'accepted', 'PROCESSING', 1)",
        [serial],
    )
    .unwrap();
    if let Some(at) = success_at(payment) {
        let success = (product, customer, stored.request.repeat, at.as_micros());
        file.execute("INSERT INTO success VALUES (?1, ?2, ?3, ?4)", success).unwrap();
    }
    if !payment.is_concluded() {
        let guard = (product, customer, serial);
        file.execute("INSERT INTO guard VALUES (?1, ?2, ?3)", guard).unwrap();
    }
}

#[tokio::test]
async fn a_plain_journal_is_sealed_when_it_is_opened_and_keeps_every_value() {
    let told = told().await;
    for version in [1, 2] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        write(&path, version, &told);
        assert_ne!(canary::found(directory.path()), [] as [String; 0]);

        let journal = SqliteJournal::open(&path, &keys()).unwrap();
        assert_eq!(canary::found(directory.path()), [] as [String; 0], "{version}");
        for stored in &told {
            assert_eq!(journal.load(&stored.key).await.unwrap().as_ref(), Some(stored));
        }
        let asked = canary::inquiry();
        let loaded = journal.load_inquiry(&asked.consumer, &asked.id).await.unwrap();
        assert_eq!(loaded, Some(asked));
        let trail = journal.audit_trail(&AuditFilter::default(), 10).await.unwrap();
        // Whose credentials were used was not kept then.
        let operator = ConsumerId::new("unrecorded").unwrap();
        let entry = AuditEntry { operator, ..canary::entry() };
        assert_eq!(trail, [AuditRecord { sequence: 1, entry }]);
        let document = journal.load_document("switches").await.unwrap();
        assert_eq!(document.as_deref(), Some(canary::NAME));
        let replies = journal.unlisted_replies(None, 10).await.unwrap();
        let replies: Vec<_> =
            replies.iter().map(|reply| (reply.text.clone(), reply.count)).collect();
        assert_eq!(replies, [(format!("GAGAL {}", canary::NAME), 3)]);
        journal.close().await.unwrap();
        assert_eq!(canary::found(directory.path()), [] as [String; 0], "{version}");
    }
}

#[tokio::test]
async fn attempts_of_an_earlier_journal_began_when_their_payment_was_accepted() {
    let told = told().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    write(&path, 2, &told);
    let journal = SqliteJournal::open(&path, &keys()).unwrap();
    let accepted: Vec<_> =
        told.iter().map(|stored| stored.payment.terms.accepted_at.as_micros()).collect();
    let provider = &told[0].payment.attempts[0].provider;
    let from = Timestamp::from_micros(*accepted.iter().min().unwrap());
    let until = Timestamp::from_micros(accepted.iter().max().unwrap() + 1);
    let found = journal.payments_of_provider(provider, (from, until), 0, 10).await.unwrap();
    assert_eq!(found, told);
    let nothing = journal.payments_of_provider(provider, (until, until), 0, 10).await.unwrap();
    assert_eq!(nothing, []);
}

#[tokio::test]
async fn guard_id_and_duplicate_window_of_a_plain_journal_hold_after_it_was_sealed() {
    let told = told().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    write(&path, 2, &told);
    let journal = SqliteJournal::open(&path, &keys()).unwrap();
    let serial = journal.reserve_serial().await.unwrap();
    let again = canary::of_the_customer(1, serial);
    assert_eq!(again.key, told[1].key);
    let known = journal.accept(again.clone()).await.unwrap();
    assert_eq!(known, Acceptance::Known(Box::new(told[1].clone())));
    let mut other = again;
    other.fingerprint = ppob_journal::Fingerprint([9; 32]);
    assert_eq!(journal.accept(other).await.unwrap(), Acceptance::Conflict);
    let guarded = journal.accept(canary::of_the_customer(3, serial)).await.unwrap();
    assert_eq!(guarded, Acceptance::Guarded { holder: told[2].key.clone() });

    let path = directory.path().join("other.db");
    write(&path, 2, &told[..2]);
    let journal = SqliteJournal::open(&path, &keys()).unwrap();
    let mut third = canary::of_the_customer(3, serial);
    third.now = canary::now();
    let repeat = journal.accept(third).await.unwrap();
    assert!(matches!(repeat, Acceptance::RepeatNeeded { repeat: 2, .. }), "{repeat:?}");
}

#[tokio::test]
async fn a_guard_that_an_earlier_schema_freed_too_early_is_taken_again() {
    let told = told().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    write(&path, 1, &told);
    Connection::open(&path).unwrap().execute("DELETE FROM guard", []).unwrap();
    let journal = SqliteJournal::open(&path, &keys()).unwrap();
    let serial = journal.reserve_serial().await.unwrap();
    let guarded = Acceptance::Guarded { holder: told[2].key.clone() };
    assert_eq!(journal.accept(canary::of_the_customer(3, serial)).await, Ok(guarded));
}
