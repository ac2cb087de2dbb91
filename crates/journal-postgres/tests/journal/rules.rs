//! Whoever is in the database with other tools cannot do what must not be done.

use ppob_journal::{
    Change, Committed, Deposit, DepositRecorded, Journal, NewProposal, Propose, Proposed,
};
use ppob_payment::Event;
use ppob_types::{
    NotSentCause, PayOutcome, RefusalCode, RefusalScope, Rejection, Rupiah, Sensitive, UnknownCause,
};
use tokio_postgres::Client;

use crate::support::payments::{NOW, answered, change, entry, key, note, pay, provider, send, who};
use crate::support::{CloseIt as _, Place};

/// Serials: 1 was paid, 2 was refused, 3 is in doubt with an open proposal, 4 was not sent.
async fn told(place: &Place) -> Client {
    let journal = place.open().await;
    pay(&journal, 1, "1234").await;
    let refused = send(&journal, 2).await;
    let rejection = Rejection { code: RefusalCode::NumberInvalid, scope: RefusalScope::Bill };
    done(&journal, answered(&refused, PayOutcome::Rejected(rejection), None)).await;
    let doubt = send(&journal, 3).await;
    let doubt =
        done(&journal, answered(&doubt, PayOutcome::Unknown(UnknownCause::Unlisted), None)).await;
    let unsent = send(&journal, 4).await;
    let not_begun = Event::NotBegun { attempt: 1, cause: NotSentCause::NoPermit };
    done(&journal, change(&unsent, not_begun)).await;
    assert!(journal.add_note(note(1, "sari"), entry("payment/shop/1")).await.unwrap());
    let deposit = Deposit {
        id: "deposit-1".to_owned(),
        provider: provider(),
        amount: Rupiah::new(5_000_000),
        credited_at: NOW,
        reference: Sensitive::new("SITI AMINAH"),
        who: who("sari"),
        recorded_at: NOW,
    };
    let recorded = journal.record_deposit(deposit, entry("provider/mmbc-jkt")).await.unwrap();
    assert!(matches!(recorded, DepositRecorded::Done(_)));
    let proposal = NewProposal {
        key: doubt.key.clone(),
        attempt: 1,
        version: doubt.version,
        facts: "unknown".to_owned(),
        who: who("sari"),
        evidence: Sensitive::new("told by telephone"),
        at: NOW,
    };
    let propose = Propose { proposal, replaces: None, audit: entry("payment/shop/3") };
    assert!(matches!(journal.propose(propose).await.unwrap(), Proposed::Done(_)));
    journal.bury(&key(9), NOW).await.unwrap();
    journal.save_document("switches", "{}".to_owned()).await.unwrap();
    journal.close_it().await;
    let client = place.client().await;
    // Serials are given out in blocks, from the first one on.
    let serials = "SELECT array_agg(serial - (SELECT min(serial) FROM payment) + 1 ORDER BY serial)
        FROM payment";
    assert_eq!(client.query_one(serials, &[]).await.unwrap().get::<_, Vec<i64>>(0), [1, 2, 3, 4]);
    let late = "INSERT INTO late_charge SELECT min(serial), 5 FROM payment;
        INSERT INTO restore VALUES (7, 6)";
    client.batch_execute(late).await.unwrap();
    client
}

async fn done(journal: &dyn Journal, change: Change) -> ppob_journal::StoredPayment {
    match journal.commit(change).await.unwrap() {
        Committed::Done(stored) => *stored,
        other => unreachable!("{other:?}"),
    }
}

/// Each is refused with these words. `$1` is the serial of the first payment.
async fn all_are_refused(client: &Client, statements: &[(&str, &str)]) {
    let first = "SELECT min(serial) FROM payment";
    let first: i64 = client.query_one(first, &[]).await.unwrap().get(0);
    for (statement, words) in statements {
        let statement = statement.replace("$1", &first.to_string());
        let told = client.batch_execute(&statement).await;
        let told = told.err().unwrap_or_else(|| panic!("{statement}: it was done"));
        let told = told.as_db_error().unwrap_or_else(|| panic!("{statement}: {told}"));
        assert!(told.message().contains(words), "{statement}: {}", told.message());
        assert_eq!(&told.code().code()[..2], "23", "{statement}: {}", told.message());
    }
}

#[tokio::test]
async fn what_was_recorded_is_not_deleted_and_not_changed() {
    let place = Place::opened_once();
    let client = told(&place).await;
    let statements = [
        ("DELETE FROM payment", "a payment would be deleted"),
        ("TRUNCATE payment CASCADE", "would be deleted"),
        ("DELETE FROM attempt", "an attempt would be deleted"),
        ("TRUNCATE attempt CASCADE", "would be deleted"),
        ("DELETE FROM buried", "a tombstone would be deleted"),
        ("UPDATE buried SET at = 1", "a tombstone would be changed"),
        ("TRUNCATE buried", "tombstones would be deleted"),
        ("UPDATE event SET at = at + 1", "an event would be changed"),
        ("DELETE FROM event", "an event would be deleted"),
        ("TRUNCATE event", "events would be deleted"),
        ("UPDATE audit SET actor = 'x'", "an entry of the audit trail would be changed"),
        ("DELETE FROM audit", "an entry of the audit trail would be deleted"),
        ("TRUNCATE audit", "the audit trail would be deleted"),
        ("UPDATE note SET actor = 'x'", "a note would be changed"),
        ("UPDATE note SET text = ''", "a note would be changed"),
        ("UPDATE note SET text = 'other'", "a note would be changed"),
        ("DELETE FROM note", "a note would be deleted"),
        ("TRUNCATE note", "notes would be deleted"),
        ("UPDATE deposit SET amount = 1", "a deposit would be changed"),
        ("DELETE FROM deposit", "a deposit would be deleted"),
        ("TRUNCATE deposit", "deposits would be deleted"),
        ("UPDATE proposal SET facts = 'x'", "a proposed verdict would be changed"),
        ("UPDATE proposal SET evidence = ''", "a proposed verdict would be changed"),
        ("UPDATE proposal SET evidence = 'x'", "a proposed verdict would be changed"),
        ("DELETE FROM proposal", "a proposed verdict would be deleted"),
        ("TRUNCATE proposal", "proposed verdicts would be deleted"),
        ("DELETE FROM late_charge", "a late charge would be forgotten"),
        ("TRUNCATE late_charge", "late charges would be forgotten"),
        ("UPDATE restore SET taken_at = 1", "a restore would be changed"),
        ("DELETE FROM restore", "a restore would be forgotten"),
        ("TRUNCATE restore", "restores would be forgotten"),
        ("UPDATE fact SET subject = 'x'", "a fact would be changed"),
        ("DELETE FROM fact", "a fact would be deleted"),
        ("TRUNCATE fact", "facts would be deleted"),
        ("UPDATE chain SET at = 1", "the chain of hashes would be changed"),
        ("DELETE FROM chain", "the chain of hashes would be cut"),
        ("TRUNCATE chain", "the chain of hashes would be cut"),
        (
            "INSERT INTO chain SELECT number, previous, hash, 1, 1, 1 FROM (
                SELECT max(number) + 1 AS number, sha256('') AS previous, sha256('') AS hash
                FROM chain) AS next",
            "the chain of hashes would be broken",
        ),
        (
            "INSERT INTO chain SELECT number + 2, hash, hash, 1, 1, 1 FROM chain
            ORDER BY number DESC LIMIT 1",
            "the chain of hashes would be broken",
        ),
        ("UPDATE meta SET value = value - 1", "a high-water mark would fall"),
        ("DELETE FROM meta", "a high-water mark would fall"),
        ("TRUNCATE meta", "a high-water mark would fall"),
        ("UPDATE send_journal SET covered = 0", "what is known of the send journal would fall"),
        ("UPDATE send_journal SET name = 'x'", "what is known of the send journal would fall"),
        ("DELETE FROM send_journal", "what is known of the send journal would fall"),
        ("TRUNCATE send_journal", "what is known of the send journal would fall"),
        ("DELETE FROM sealed_key WHERE number = 0", "something is sealed with"),
        ("DELETE FROM sealed_key WHERE number = 1", "something is sealed with"),
        ("TRUNCATE sealed_key", "something is sealed with"),
        ("INSERT INTO identity VALUES (true, 'x')", "identity_pkey"),
        ("INSERT INTO identity VALUES (false, 'x')", "identity_is_only_check"),
    ];
    all_are_refused(&client, &statements).await;
}

#[tokio::test]
async fn a_payment_and_its_attempts_change_only_as_money_may() {
    let place = Place::opened_once();
    let client = told(&place).await;
    let statements = [
        ("UPDATE payment SET product = 'x'", "what was asked for would change"),
        (
            "UPDATE payment SET payment_id = 'x' WHERE serial = $1",
            "what was asked for would change",
        ),
        ("UPDATE payment SET request = 'x'", "what was asked for would change"),
        ("UPDATE payment SET fingerprint_index = sha256('')", "what was asked for would change"),
        ("UPDATE payment SET version = version + 2", "version of a payment would not rise by one"),
        ("UPDATE payment SET value = 'x'", "version of a payment would not rise by one"),
        ("UPDATE payment SET next_check_at = 5", "version of a payment would not rise by one"),
        ("UPDATE payment SET total = 5 WHERE serial = $1 + 2", "would not rise by one"),
        (
            "UPDATE payment SET version = version + 1, state = 'FAILED' WHERE serial = $1",
            "the outcome of a payment that ended would change",
        ),
        (
            "UPDATE payment SET version = version + 1, total = NULL, cost = NULL WHERE serial = $1",
            "the outcome of a payment that ended would change",
        ),
        (
            "UPDATE payment SET version = version + 1, cost = 1 WHERE serial = $1",
            "the outcome of a payment that ended would change",
        ),
        (
            "UPDATE payment SET version = version + 1, state = 'PROCESSING' WHERE serial = $1 + 1",
            "the outcome of a payment that ended would change",
        ),
        (
            "UPDATE payment SET version = version + 1, state = 'FAILED' WHERE serial = $1 + 2",
            "a payment failed while an attempt is alive",
        ),
        (
            "UPDATE payment SET version = version + 1, attempts = 0 WHERE serial = $1",
            "an attempt that was recorded is missing",
        ),
        (
            "UPDATE payment SET retention = 'no-raw-answers' WHERE serial = $1 + 2",
            "a payment would lose its personal data too early",
        ),
        (
            "UPDATE payment SET retention = 'no-personal-data' WHERE serial = $1 + 1",
            "payment_check",
        ),
        (
            "UPDATE payment SET version = version + 1, state = 'PAID' WHERE serial = $1 + 2",
            "payment_state_check",
        ),
    ];
    all_are_refused(&client, &statements).await;
    all_are_refused(&client, &OF_ATTEMPTS).await;
}

const OF_ATTEMPTS: [(&str, &str); 16] = [
    (
        "UPDATE attempt SET state = 'rejected' WHERE payment_serial = $1",
        "attempt that ended would change",
    ),
    (
        "UPDATE attempt SET state = 'unknown' WHERE payment_serial = $1 + 1",
        "attempt that ended would change",
    ),
    ("UPDATE attempt SET provider = 'x'", "another attempt would take the place"),
    ("UPDATE attempt SET number = 2", "another attempt would take the place"),
    ("UPDATE attempt SET begun_at = 1", "another attempt would take the place"),
    (
        "UPDATE attempt SET state = 'not_executed' WHERE payment_serial = $1 + 2",
        "not executed without two persons",
    ),
    (
        "INSERT INTO attempt VALUES ($1 + 1, 2, 'x', 'p', 'not_executed', NULL, 1)",
        "not executed without two persons",
    ),
    ("INSERT INTO attempt VALUES ($1 + 2, 2, 'x', 'p', 'sending', NULL, 1)", "one_live_attempt"),
    ("INSERT INTO attempt VALUES ($1, 2, 'x', 'p', 'unknown', NULL, 1)", "one_live_attempt"),
    (
        "INSERT INTO attempt VALUES ($1 + 1, 2, 'x', 'mmbc-jkt', 'succeeded', '1234', 1)",
        "one_payment_per_reference",
    ),
    (
        "INSERT INTO attempt VALUES ($1 + 1, 2, 'x', 'p', 'sending', NULL, 0)",
        "attempt_begun_at_check",
    ),
    ("INSERT INTO attempt VALUES ($1 + 9, 1, 'x', 'p', 'sending', NULL, 1)", "foreign key"),
    ("INSERT INTO guard SELECT product, customer_index, $1 FROM guard", "guard_pkey"),
    ("UPDATE spend SET amount = -1", "spend_amount_check"),
    (
        "INSERT INTO event SELECT sequence + 100, payment_serial, version, consumer, kind, state, at, digest FROM event",
        "event_payment_serial_version_key",
    ),
    (
        "INSERT INTO payment SELECT serial + 100, consumer, payment_id, version, state, product, customer_index, family, repeat, attempts, accepted_at, updated_at, next_check_at, total, cost, fingerprint_index, owner, retention, request, value FROM payment",
        "payment_consumer_payment_id_key",
    ),
];

#[tokio::test]
async fn a_verdict_takes_two_persons_who_are_not_one() {
    let place = Place::opened_once();
    let client = told(&place).await;
    let confirm = "UPDATE proposal SET state = 'confirmed', ended_at = 9, second_operator";
    let by = |operator: &str, proven: &str, actor: &str| {
        format!("{confirm} = {operator}, second_proven = {proven}, second_actor = {actor}")
    };
    let wrong = [
        by("'desk'", "true", "' SARI '"),
        by("'desk'", "true", "' '"),
        by("'office'", "true", "'dewi'"),
        by("'desk'", "false", "'dewi'"),
        by("NULL", "true", "'dewi'"),
        by("'desk'", "NULL", "'dewi'"),
        by("'desk'", "true", "NULL"),
        "UPDATE proposal SET state = 'withdrawn'".to_owned(),
        "UPDATE proposal SET ended_at = 9".to_owned(),
    ];
    for statement in &wrong {
        all_are_refused(&client, &[(statement, "proposal_check")]).await;
    }
    let again = "INSERT INTO proposal SELECT number + 1, payment_serial, attempt, version, facts,
        operator, proven, actor, evidence, at, state FROM proposal";
    all_are_refused(&client, &[(again, "one_open_proposal")]).await;
    client.batch_execute(&by("'desk'", "true", "'dewi'")).await.unwrap();
    let ended = [
        ("UPDATE proposal SET second_actor = 'x'", "the end of a proposed verdict would change"),
        ("UPDATE proposal SET ended_at = 10", "the end of a proposed verdict would change"),
        (
            "UPDATE proposal SET state = 'open', ended_at = NULL, second_operator = NULL,
                second_proven = NULL, second_actor = NULL",
            "the end of a proposed verdict would change",
        ),
        (
            "INSERT INTO audit VALUES (99, 'o', ' ', NULL, 'a', 's', '', '', '', 1)",
            "audit_actor_check",
        ),
        (
            "INSERT INTO audit VALUES (99, 'o', 'sari', 'Sari ', 'a', 's', '', '', '', 1)",
            "audit_check",
        ),
    ];
    all_are_refused(&client, &ended).await;
    // And now the verdict may be.
    let verdict = "UPDATE attempt SET state = 'not_executed'
        WHERE payment_serial = (SELECT payment_serial FROM proposal)";
    client.batch_execute(verdict).await.unwrap();
}

#[tokio::test]
async fn nobody_writes_in_a_transaction_that_may_see_an_older_state() {
    let place = Place::opened_once();
    let client = told(&place).await;
    let write = "BEGIN ISOLATION LEVEL REPEATABLE READ;
        SELECT write('{}', '[]', '{}', 1, NULL, NULL, NULL, 0, NULL)";
    let told = client.batch_execute(write).await.unwrap_err();
    assert!(told.as_db_error().unwrap().message().contains("READ COMMITTED only"), "{told}");
}
