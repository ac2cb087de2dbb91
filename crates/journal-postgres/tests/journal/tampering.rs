//! Somebody changes the database with other tools; the chain of hashes tells.

use std::sync::Arc;

use ppob_journal::{Journal, suite};
use ppob_journal_durable::chain::{Audited, FindingKind, Head};
use ppob_journal_postgres::{
    PostgresJournal, PostgresSettings, VerifyError, audit, chain_head, verify,
};
use ppob_test_postgres::psql;

use crate::support::{self, Place};

/// A closed journal that holds something of everything.
async fn journal(place: &Place) -> PostgresSettings {
    let settings = place.settings();
    let journal: Arc<dyn Journal> = Arc::new(PostgresJournal::open(&settings).await.unwrap());
    suite::fill(&journal).await;
    journal.close().await.unwrap();
    settings
}

/// Changes a journal past its triggers and foreign keys, as a superuser can.
fn tamper(url: &str, statements: &str) {
    let all =
        format!("SET search_path = ppob; SET session_replication_role = replica; {statements}");
    psql(url, &all).unwrap();
}

/// What is found without the send journal.
async fn alone(settings: &PostgresSettings, known: &[Head]) -> Audited {
    let directory = tempfile::tempdir().unwrap();
    let nothing = directory.path().join("nothing");
    audit(&PostgresSettings { sends_directory: nothing, ..settings.clone() }, known).await.unwrap()
}

/// What is found alone in a copy of the journal that is changed.
async fn tampered(place: &Place, statements: &str) -> Audited {
    let (name, url) = (place.database.name(), place.database.url());
    let (server, copy) = (url.replace(name, "postgres"), format!("{name}_copy"));
    psql(&server, &format!("CREATE DATABASE {copy} TEMPLATE {name}")).unwrap();
    let url = url.replace(name, &copy);
    tamper(&url, statements);
    let audited = alone(&support::settings(url, place.sends()), &[]).await;
    psql(&server, &format!("DROP DATABASE {copy} WITH (FORCE)")).unwrap();
    audited
}

fn kinds(audited: &Audited) -> Vec<FindingKind> {
    let mut kinds: Vec<FindingKind> = audited.findings.iter().map(|one| one.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn has(audited: &Audited, kind: FindingKind, words: &str) {
    let found = audited.findings.iter().any(|one| one.kind == kind && one.what.contains(words));
    assert!(found, "{kind:?} … {words}: {audited:#?}");
}

async fn newest(settings: &PostgresSettings) -> Head {
    chain_head(settings).await.unwrap().unwrap().0
}

#[tokio::test]
async fn what_the_engine_does_itself_is_no_change_also_beside_a_running_engine() {
    let place = Place::new();
    let settings = place.settings();
    assert!(matches!(audit(&settings, &[]).await, Err(VerifyError::NoJournal)));
    assert!(matches!(verify(&settings).await, Err(VerifyError::NoJournal)));
    let journal: Arc<dyn Journal> = Arc::new(PostgresJournal::open(&settings).await.unwrap());
    suite::fill(&journal).await;
    let head = newest(&settings).await;
    journal.save_document("later", "{}".to_owned()).await.unwrap();
    let beside = audit(&settings, &[head]).await.unwrap();
    assert_eq!(beside.findings, [], "{beside:#?}");
    assert!(beside.heads > 5, "{beside:#?}");
    assert_eq!(beside.not_compared, None);
    journal.close().await.unwrap();
    let verified = verify(&settings).await.unwrap();
    assert_eq!(verified.broken_rules, [""; 0]);
    assert_eq!(verified.head, Some(newest(&settings).await));
    assert_eq!(verified.payments, 14);
    assert_eq!(verified.open_payments, 8);
}

#[tokio::test]
async fn a_changed_state_or_cost_or_attempt_is_found_and_its_payment_is_named() {
    let place = Place::opened_once();
    journal(&place).await;
    let of = "payment_serial = (SELECT serial FROM payment WHERE payment_id = 'payment-000005')";
    for change in [
        "UPDATE payment SET state = 'FAILED' WHERE payment_id = 'payment-000005'",
        "UPDATE payment SET cost = 1 WHERE payment_id = 'payment-000005'",
        "UPDATE payment SET total = total + 1 WHERE payment_id = 'payment-000005'",
        "UPDATE payment SET payment_id = 'payment-000050' WHERE payment_id = 'payment-000005'",
        "UPDATE payment SET version = 1 WHERE payment_id = 'payment-000005'",
        &format!("UPDATE attempt SET state = 'not_sent' WHERE {of}"),
        &format!("UPDATE attempt SET provider = 'another' WHERE {of}"),
    ] {
        let audited = tampered(&place, change).await;
        assert_eq!(kinds(&audited), [FindingKind::PaymentChanged], "{change}: {audited:#?}");
        assert_eq!(audited.findings.len(), 1);
        has(&audited, FindingKind::PaymentChanged, "shop/payment-0000");
    }
}

#[tokio::test]
async fn a_changed_payment_whose_event_was_made_to_fit_is_found_in_the_chain() {
    let place = Place::opened_once();
    journal(&place).await;
    let audited = tampered(
        &place,
        "UPDATE payment SET cost = 1 WHERE payment_id = 'payment-000005';
        UPDATE event SET digest = payment_digest(payment) FROM payment
        WHERE payment_serial = serial AND event.version = payment.version
            AND payment_id = 'payment-000005'",
    )
    .await;
    assert_eq!(kinds(&audited), [FindingKind::CommitChanged], "{audited:#?}");
}

#[tokio::test]
async fn a_removed_attempt_or_payment_or_event_is_found() {
    let place = Place::opened_once();
    journal(&place).await;
    let of = "(SELECT serial FROM payment WHERE payment_id = 'payment-000005')";
    let attempt = format!("DELETE FROM attempt WHERE payment_serial = {of}");
    has(&tampered(&place, &attempt).await, FindingKind::AttemptRemoved, "shop/payment-000005");
    let payment = "DELETE FROM payment WHERE payment_id = 'payment-000005'";
    has(&tampered(&place, payment).await, FindingKind::PaymentRemoved, "its events are");
    for version in [1, 3] {
        let event =
            format!("DELETE FROM event WHERE version = {version} AND payment_serial = {of}");
        has(&tampered(&place, &event).await, FindingKind::EventRemoved, "1 of the events");
    }
}

#[tokio::test]
async fn a_payment_removed_with_all_its_rows_is_found_and_the_send_journal_knows_its_name() {
    let place = Place::opened_once();
    let settings = journal(&place).await;
    tamper(
        &place.database.url(),
        "CREATE TEMP TABLE gone AS SELECT serial FROM payment WHERE payment_id = 'payment-000005';
        DELETE FROM event WHERE payment_serial IN (SELECT serial FROM gone);
        DELETE FROM attempt WHERE payment_serial IN (SELECT serial FROM gone);
        DELETE FROM payment WHERE serial IN (SELECT serial FROM gone);",
    );
    has(&alone(&settings, &[]).await, FindingKind::EventRemoved, "of the events");
    let audited = audit(&settings, &[]).await.unwrap();
    let words = "payment shop/payment-000005 was about to be sent";
    has(&audited, FindingKind::PaymentRemoved, words);
}

#[tokio::test]
async fn a_removed_changed_or_added_entry_of_an_operator_is_found_also_with_its_fact() {
    let place = Place::opened_once();
    journal(&place).await;
    for (change, kind, words) in [
        (
            "UPDATE audit SET actor = 'budi' WHERE sequence = 2",
            FindingKind::FactChanged,
            "entry of the audit 2",
        ),
        (
            "DELETE FROM audit WHERE sequence = 2",
            FindingKind::FactRemoved,
            "entry of the audit 2 is",
        ),
        (
            "DELETE FROM audit WHERE sequence = 2;
            DELETE FROM fact WHERE kind = 'audit' AND subject = '2'",
            FindingKind::FactRemoved,
            "1 entries",
        ),
        ("UPDATE deposit SET amount = 1", FindingKind::FactChanged, "deposit deposit-5000000"),
        ("DELETE FROM deposit", FindingKind::FactRemoved, "deposit deposit-5000000"),
        ("DELETE FROM note", FindingKind::FactRemoved, "note 1"),
        (
            "UPDATE proposal SET second_actor = 'rudi' WHERE state = 'confirmed'",
            FindingKind::FactChanged,
            "proposed verdict",
        ),
        ("DELETE FROM buried", FindingKind::FactRemoved, "tombstone app/payment-000099"),
        (
            "INSERT INTO buried VALUES ('shop', 'payment-000098', 1)",
            FindingKind::Added,
            "tombstone shop/payment-000098",
        ),
        ("DELETE FROM late_charge", FindingKind::FactRemoved, "late charge of the payment"),
    ] {
        has(&tampered(&place, change).await, kind, words);
    }
}

#[tokio::test]
async fn a_cut_tail_is_found_against_a_head_and_against_the_send_journal() {
    let place = Place::opened_once();
    let settings = journal(&place).await;
    let head = newest(&settings).await;
    // The last payment and everything after it, and their commits.
    tamper(
        &place.database.url(),
        "CREATE TEMP TABLE cut AS SELECT max(sequence) - 3 AS event FROM event;
        CREATE TEMP TABLE kept AS
            SELECT max(number) AS number, max(last_fact) AS fact FROM chain
            WHERE last_event <= (SELECT event FROM cut);
        DELETE FROM payment WHERE payment_id = 'payment-000022';
        DELETE FROM attempt WHERE payment_serial NOT IN (SELECT serial FROM payment);
        DELETE FROM event WHERE sequence > (SELECT event FROM cut);
        DELETE FROM fact WHERE sequence > (SELECT fact FROM kept);
        DELETE FROM chain WHERE number > (SELECT number FROM kept);",
    );
    assert_eq!(alone(&settings, &[]).await.findings, [], "what is left fits together");
    let told = alone(&settings, &[head]).await;
    has(&told, FindingKind::Cut, &format!("commit {}", head.number));
    let audited = audit(&settings, &[]).await.unwrap();
    has(&audited, FindingKind::Cut, "written down at");
    has(&audited, FindingKind::PaymentRemoved, "payment shop/payment-000022");
}

#[tokio::test]
async fn a_rewritten_chain_is_found_against_a_head_that_was_kept() {
    let place = Place::opened_once();
    let settings = journal(&place).await;
    let head = newest(&settings).await;
    let other = Head { hash: [7; 32], ..head };
    has(&audit(&settings, &[other]).await.unwrap(), FindingKind::Cut, "another one");
    assert_eq!(audit(&settings, &[head]).await.unwrap().findings, []);
}

#[tokio::test]
async fn events_in_another_order_and_commits_in_another_order_are_found() {
    let place = Place::opened_once();
    journal(&place).await;
    let events = "UPDATE event SET sequence = -1 WHERE sequence = 3;
        UPDATE event SET sequence = 3 WHERE sequence = 5;
        UPDATE event SET sequence = 5 WHERE sequence = -1;";
    has(&tampered(&place, events).await, FindingKind::CommitChanged, "another order");
    let commits = "UPDATE chain SET number = 1000 WHERE number = 3;
        UPDATE chain SET number = 3 WHERE number = 4;
        UPDATE chain SET number = 4 WHERE number = 1000;";
    has(&tampered(&place, commits).await, FindingKind::ChainBroken, "does not follow");
    let gap = tampered(&place, "DELETE FROM chain WHERE number = 3").await;
    has(&gap, FindingKind::ChainBroken, "commit 4 does not follow commit 2");
}

#[tokio::test]
async fn rows_that_break_a_rule_of_money_and_rules_that_are_off_are_told() {
    let place = Place::opened_once();
    let settings = journal(&place).await;
    for (change, words) in [
        ("ALTER TABLE payment DISABLE TRIGGER payment_end_stays", "switched off"),
        ("DELETE FROM attempt WHERE state = 'succeeded'", "(P3)"),
        ("DELETE FROM proposal WHERE state = 'confirmed'", "without two persons"),
        ("UPDATE payment SET state = 'FAILED' WHERE state = 'ACCEPTED'", "(P6)"),
        ("DELETE FROM payment", "that is not there"),
    ] {
        tamper(&place.database.url(), change);
        let broken = verify(&settings).await.unwrap().broken_rules;
        assert!(broken.iter().any(|rule| rule.contains(words)), "{words}: {broken:?}");
    }
}

#[tokio::test]
async fn a_send_journal_of_another_journal_is_not_compared_and_that_is_said() {
    let (place, other) = (Place::opened_once(), Place::new());
    let (settings, others) = (journal(&place).await, journal(&other).await);
    let mixed = PostgresSettings { sends_directory: others.sends_directory, ..settings };
    let audited = audit(&mixed, &[]).await.unwrap();
    assert!(audited.not_compared.unwrap().contains("another journal's"));
    assert_eq!(audited.findings, []);
}
