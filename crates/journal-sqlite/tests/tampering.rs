//! Somebody changes the file with other tools; the chain of hashes tells.
#![expect(clippy::unwrap_used, reason = "tests")]

mod keys;
mod payments;

use std::path::{Path, PathBuf};

use ppob_journal::{Acceptance, DepositRecorded};
use ppob_journal::{
    AuditEntry, Change, Committed, Deposit, EventKind, Journal, StoredPayment, Stripped, Who,
};
use ppob_journal_sqlite::{
    Audited, FindingKind, Head, SendSettings, SendsOf, SqliteJournal, audit, back_up, chain_head,
    restore, rotate, verify,
};
use ppob_payment::{Event, Payment, step};
use ppob_types::{
    ConsumerId, Observed, PayAnswer, PayOutcome, ProviderName, RefusalCode, RefusalScope,
    Rejection, Retention, Rupiah, Sensitive, Timestamp,
};
use rusqlite::Connection;
use tempfile::TempDir;

use self::keys::keys;
use self::payments::{key, new_payment};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_005);
const LATER: Timestamp = Timestamp::from_seconds(1_800_001_000);

/// So many seconds after the backup was taken.
fn after(seconds: u64) -> Timestamp {
    LATER.plus(std::time::Duration::from_secs(seconds))
}

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn journal(&self) -> PathBuf {
        self.0.path().join("journal.db")
    }

    fn backup(&self) -> PathBuf {
        self.0.path().join("backup")
    }

    /// Changes the closed journal, past its triggers.
    fn tamper(&self, statements: &str) {
        let file = Connection::open(self.journal()).unwrap();
        let mut triggers =
            file.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").unwrap();
        let names: Vec<String> =
            triggers.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        drop(triggers);
        file.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        for name in names {
            file.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        file.execute_batch(statements).unwrap();
        file.close().unwrap();
    }

    /// What is found without anything that was kept elsewhere.
    fn alone(&self) -> Audited {
        audit(&self.journal(), &[], None).unwrap()
    }

    fn with_sends(&self, file: &Path) -> Audited {
        let (settings, keys) = (SendSettings::default(), keys());
        let sends = SendsOf { journal: &self.journal(), settings: &settings, keys: &keys };
        audit(file, &[], Some(sends)).unwrap()
    }
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

fn entry(subject: &str) -> AuditEntry {
    AuditEntry {
        operator: ConsumerId::new("office").unwrap(),
        actor: "sari".to_owned(),
        second_actor: None,
        action: "SetProviderMode".to_owned(),
        subject: subject.to_owned(),
        reason: Sensitive::new("clarified"),
        before: "FROZEN".to_owned(),
        after: "ACTIVE".to_owned(),
        at: NOW,
    }
}

fn answered(payment: &Payment, outcome: PayOutcome) -> Payment {
    let answer = PayAnswer {
        outcome,
        observed: Observed { charged: Some(Rupiah::new(20_700)), ..Observed::default() },
    };
    let event = Event::Answered { attempt: 1, answer, refusal_trusted: true };
    step(payment, event, NOW).unwrap().payment
}

async fn pay(journal: &SqliteJournal, number: u64) -> StoredPayment {
    pay_at(journal, number, NOW).await
}

/// One that the provider refuses, so that nothing is awaited.
async fn refuse(journal: &SqliteJournal, number: u64) -> StoredPayment {
    let rejection = Rejection { code: RefusalCode::NumberInvalid, scope: RefusalScope::Bill };
    let outcome = PayOutcome::Rejected(rejection);
    answer_at(journal, number, NOW, outcome).await
}

async fn pay_at(journal: &SqliteJournal, number: u64, now: Timestamp) -> StoredPayment {
    answer_at(journal, number, now, PayOutcome::Succeeded).await
}

async fn answer_at(
    journal: &SqliteJournal,
    number: u64,
    now: Timestamp,
    outcome: PayOutcome,
) -> StoredPayment {
    let serial = journal.reserve_serial().await.unwrap();
    let mut new = new_payment(number, serial);
    new.now = now;
    new.payment.attempts.iter_mut().for_each(|attempt| attempt.begun_at = now);
    let Acceptance::Accepted(stored) = journal.accept(new).await.unwrap() else {
        unreachable!("a new payment")
    };
    let change = Change {
        key: stored.key.clone(),
        expected_version: 1,
        payment: answered(&stored.payment, outcome),
        kind: EventKind::Answered,
        now,
        unlisted: Vec::new(),
        audit: None,
        agreement: None,
    };
    match journal.commit(change).await.unwrap() {
        Committed::Done(stored) => *stored,
        other => unreachable!("{other:?}"),
    }
}

/// A closed journal with four payments, an audit of three entries, a deposit and a tombstone, each in a
/// commit of its own.
async fn journal(place: &Place) {
    let journal = SqliteJournal::open(&place.journal(), &keys()).unwrap();
    for number in 1..=4 {
        pay(&journal, number).await;
        if number > 1 {
            journal.audit(entry(&format!("provider/mmbc-{number}"))).await.unwrap();
        }
    }
    let who = Who {
        operator: ConsumerId::new("office").unwrap(),
        proven: true,
        actor: "sari".to_owned(),
    };
    let deposit = Deposit {
        id: "deposit-1".to_owned(),
        provider: ProviderName::new("mmbc-jkt").unwrap(),
        amount: Rupiah::new(5_000_000),
        credited_at: NOW,
        reference: Sensitive::new("SITI AMINAH"),
        who,
        recorded_at: NOW,
    };
    let recorded = journal.record_deposit(deposit, entry("provider/mmbc-jkt")).await.unwrap();
    assert!(matches!(recorded, DepositRecorded::Done(_)));
    journal.bury(&key(99), NOW).await.unwrap();
    journal.close().await.unwrap();
}

#[tokio::test]
async fn what_the_engine_does_itself_is_no_change_also_after_a_new_key_and_without_personal_data() {
    let place = Place::new();
    journal(&place).await;
    let head = chain_head(&place.journal()).unwrap().unwrap().0;
    let clean = |audited: &Audited| assert_eq!(audited.findings, [], "{audited:#?}");
    clean(&place.alone());
    clean(&place.with_sends(&place.journal()));
    rotate(&place.journal(), &keys(), &SendSettings::default(), &mut |_| {}).unwrap();
    clean(&place.with_sends(&place.journal()));
    let journal = SqliteJournal::open(&place.journal(), &keys()).unwrap();
    for (number, to) in [(11, Retention::NoRawAnswers), (12, Retention::NoPersonalData)] {
        let refused = refuse(&journal, number).await;
        let stripped = journal.strip(&refused, to).await;
        assert!(matches!(stripped, Ok(Stripped::Done(_))), "{stripped:?}");
    }
    // Beside a running engine.
    pay(&journal, 5).await;
    clean(&place.with_sends(&place.journal()));
    back_up(&place.journal(), &place.backup(), LATER).unwrap();
    pay_at(&journal, 6, after(1)).await;
    journal.close().await.unwrap();
    clean(&place.with_sends(&place.backup()));
    assert_eq!(audit(&place.backup(), &[head], None).unwrap().findings, []);
    restore(&place.backup(), &place.journal(), true, after(2)).unwrap();
    let journal = SqliteJournal::open(&place.journal(), &keys()).unwrap();
    pay_at(&journal, 7, after(3)).await;
    journal.close().await.unwrap();
    let audited = place.with_sends(&place.journal());
    clean(&audited);
    assert!(audited.heads > 5, "{audited:#?}");
    assert!(audited.not_compared.is_none());
    assert_eq!(verify(&place.journal()).unwrap().broken_rules, [""; 0]);
}

#[tokio::test]
async fn a_changed_state_or_cost_or_attempt_is_found_and_its_payment_is_named() {
    for change in [
        "UPDATE payment SET state = 'FAILED' WHERE payment_id = 'payment-000002'",
        "UPDATE payment SET cost = 1 WHERE payment_id = 'payment-000002'",
        "UPDATE payment SET total = total + 1 WHERE payment_id = 'payment-000002'",
        "UPDATE payment SET payment_id = 'payment-000022' WHERE payment_id = 'payment-000002'",
        "UPDATE payment SET version = 1 WHERE payment_id = 'payment-000002'",
        "UPDATE attempt SET state = 'not_sent'
         WHERE payment_serial = (SELECT serial FROM payment WHERE payment_id = 'payment-000002')",
        "UPDATE attempt SET provider = 'another'
         WHERE payment_serial = (SELECT serial FROM payment WHERE payment_id = 'payment-000002')",
    ] {
        let place = Place::new();
        journal(&place).await;
        place.tamper(change);
        let audited = place.alone();
        assert_eq!(kinds(&audited), [FindingKind::PaymentChanged], "{change}: {audited:#?}");
        assert_eq!(audited.findings.len(), 1);
        has(&audited, FindingKind::PaymentChanged, "shop/payment-0000");
    }
}

#[tokio::test]
async fn a_changed_payment_whose_event_was_made_to_fit_is_found_in_the_chain() {
    let place = Place::new();
    journal(&place).await;
    place.tamper(
        "UPDATE event SET state = 'FAILED' WHERE payment_serial = (
             SELECT serial FROM payment WHERE payment_id = 'payment-000002'
         ) AND version = 2",
    );
    has(&place.alone(), FindingKind::CommitChanged, "commit 4");
}

#[tokio::test]
async fn a_removed_attempt_is_found() {
    let place = Place::new();
    journal(&place).await;
    place.tamper(
        "DELETE FROM attempt
         WHERE payment_serial = (SELECT serial FROM payment WHERE payment_id = 'payment-000003')",
    );
    let audited = place.alone();
    assert_eq!(kinds(&audited), [FindingKind::AttemptRemoved], "{audited:#?}");
    has(&audited, FindingKind::AttemptRemoved, "shop/payment-000003");
}

#[tokio::test]
async fn a_removed_event_is_found_also_the_newest_of_a_payment() {
    for version in [1, 2] {
        let place = Place::new();
        journal(&place).await;
        place.tamper(&format!(
            "DELETE FROM event WHERE version = {version} AND payment_serial =
                 (SELECT serial FROM payment WHERE payment_id = 'payment-000002')"
        ));
        has(&place.alone(), FindingKind::EventRemoved, "1 of the events");
    }
}

#[tokio::test]
async fn a_removed_or_changed_entry_of_the_audit_is_found_also_with_its_fact() {
    let place = Place::new();
    journal(&place).await;
    place.tamper("UPDATE audit SET actor = 'budi' WHERE sequence = 2");
    has(&place.alone(), FindingKind::FactChanged, "entry of the audit 2");
    let place = Place::new();
    journal(&place).await;
    place.tamper("DELETE FROM audit WHERE sequence = 2");
    has(&place.alone(), FindingKind::FactRemoved, "entry of the audit 2");
    let place = Place::new();
    journal(&place).await;
    place.tamper(
        "DELETE FROM audit WHERE sequence = 2; DELETE FROM fact WHERE kind = 'audit' AND subject = '2'",
    );
    has(&place.alone(), FindingKind::FactRemoved, "1 entries");
}

#[tokio::test]
async fn a_removed_or_changed_deposit_or_tombstone_is_found() {
    for (change, kind, words) in [
        ("UPDATE deposit SET amount = 1", FindingKind::FactChanged, "deposit deposit-1"),
        ("DELETE FROM deposit", FindingKind::FactRemoved, "deposit deposit-1"),
        ("DELETE FROM buried", FindingKind::FactRemoved, "tombstone shop/payment-000099"),
        (
            "INSERT INTO buried VALUES ('shop', 'payment-000098', 1)",
            FindingKind::Added,
            "tombstone shop/payment-000098",
        ),
    ] {
        let place = Place::new();
        journal(&place).await;
        place.tamper(change);
        has(&place.alone(), kind, words);
    }
}

const REMOVE_ONE: &str = "
    CREATE TEMP TABLE gone AS SELECT serial FROM payment WHERE payment_id = 'payment-000002';
    DELETE FROM guard WHERE payment_serial IN (SELECT serial FROM gone);
    DELETE FROM event WHERE payment_serial IN (SELECT serial FROM gone);
    DELETE FROM attempt WHERE payment_serial IN (SELECT serial FROM gone);
    DELETE FROM payment WHERE serial IN (SELECT serial FROM gone);";

#[tokio::test]
async fn a_payment_removed_with_all_its_rows_is_found_and_the_send_journal_knows_its_name() {
    let place = Place::new();
    journal(&place).await;
    place.tamper(REMOVE_ONE);
    has(&place.alone(), FindingKind::EventRemoved, "1 of the events");
    has(
        &place.with_sends(&place.journal()),
        FindingKind::PaymentRemoved,
        "payment shop/payment-000002 was about to be sent",
    );
    let place = Place::new();
    journal(&place).await;
    place.tamper("DELETE FROM payment WHERE payment_id = 'payment-000002'");
    has(&place.alone(), FindingKind::PaymentRemoved, "its events are");
}

#[tokio::test]
async fn a_cut_tail_is_found_against_a_head_and_against_the_send_journal() {
    let place = Place::new();
    journal(&place).await;
    let head = chain_head(&place.journal()).unwrap().unwrap().0;
    // The last payment and everything after it, and their commits.
    place.tamper(
        "CREATE TEMP TABLE cut AS SELECT max(sequence) - 2 AS event FROM event;
         CREATE TEMP TABLE kept AS
             SELECT max(number) AS number, max(last_fact) AS fact FROM chain
             WHERE last_event <= (SELECT event FROM cut);
         DELETE FROM payment WHERE payment_id = 'payment-000004';
         DELETE FROM attempt WHERE payment_serial NOT IN (SELECT serial FROM payment);
         DELETE FROM event WHERE sequence > (SELECT event FROM cut);
         DELETE FROM audit WHERE CAST(sequence AS TEXT) IN (
             SELECT subject FROM fact WHERE kind = 'audit' AND sequence > (SELECT fact FROM kept)
         );
         DELETE FROM deposit; DELETE FROM buried;
         DELETE FROM fact WHERE sequence > (SELECT fact FROM kept);
         DELETE FROM chain WHERE number > (SELECT number FROM kept);",
    );
    assert_eq!(place.alone().findings, [], "what is left fits together");
    let told = audit(&place.journal(), &[head], None).unwrap();
    has(&told, FindingKind::Cut, &format!("commit {}", head.number));
    let audited = place.with_sends(&place.journal());
    has(&audited, FindingKind::Cut, "written down at");
    has(&audited, FindingKind::PaymentRemoved, "payment shop/payment-000004");
}

#[tokio::test]
async fn a_rewritten_chain_is_found_against_a_head_that_was_kept() {
    let place = Place::new();
    journal(&place).await;
    let head = chain_head(&place.journal()).unwrap().unwrap().0;
    let other = Head { hash: [7; 32], ..head };
    has(&audit(&place.journal(), &[other], None).unwrap(), FindingKind::Cut, "another one");
    assert_eq!(audit(&place.journal(), &[head], None).unwrap().findings, []);
}

#[tokio::test]
async fn events_in_another_order_and_commits_in_another_order_are_found() {
    let place = Place::new();
    journal(&place).await;
    place.tamper(
        "UPDATE event SET sequence = -1 WHERE sequence = 3;
         UPDATE event SET sequence = 3 WHERE sequence = 5;
         UPDATE event SET sequence = 5 WHERE sequence = -1;",
    );
    has(&place.alone(), FindingKind::CommitChanged, "another order");
    let place = Place::new();
    journal(&place).await;
    place.tamper(
        "UPDATE chain SET number = 1000 WHERE number = 3; UPDATE chain SET number = 3 WHERE number = 4;
         UPDATE chain SET number = 4 WHERE number = 1000;",
    );
    has(&place.alone(), FindingKind::ChainBroken, "does not follow");
    let place = Place::new();
    journal(&place).await;
    place.tamper("DELETE FROM chain WHERE number = 3");
    has(&place.alone(), FindingKind::ChainBroken, "commit 4 does not follow commit 2");
}

#[tokio::test]
async fn a_backup_of_a_changed_journal_says_so() {
    let place = Place::new();
    journal(&place).await;
    place.tamper("UPDATE payment SET cost = 1 WHERE payment_id = 'payment-000002'");
    let verified = back_up(&place.journal(), &place.backup(), LATER).unwrap();
    assert!(verified.broken_rules.iter().any(|rule| rule.contains("ppob audit verify")));
}

#[tokio::test]
async fn the_chain_is_not_changed_nor_cut_while_its_triggers_stand() {
    let place = Place::new();
    journal(&place).await;
    let file = Connection::open(place.journal()).unwrap();
    for statement in [
        "UPDATE chain SET at = 0",
        "DELETE FROM chain",
        "DELETE FROM fact",
        "UPDATE fact SET subject = ''",
        "INSERT INTO chain VALUES (1000, zeroblob(32), zeroblob(32), 0, 0, 0)",
        "UPDATE send_journal SET covered = -1",
        "DELETE FROM send_journal",
    ] {
        assert!(file.execute_batch(statement).is_err(), "{statement}");
    }
}
