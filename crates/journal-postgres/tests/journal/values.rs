//! Values that cannot be written, and who else must not suffer from them; and the hashes over those that can.

use std::sync::Arc;

use futures::future::join_all;
use ppob_journal::{Committed, Journal, JournalError};
use ppob_journal_durable::chain::Fields;
use ppob_types::{PayOutcome, ProviderRef};
use tokio_postgres::Row;

use crate::support::payments::{answered, entry, key, note, pay, provider, send};
use crate::support::{CloseIt as _, Place, TURN, somebody_waits};

#[tokio::test]
async fn a_reference_with_a_zero_byte_is_kept_and_found() {
    let place = Place::opened_once();
    let journal = place.open().await;
    let reference = "12\0 34";
    let paid = pay(&journal, 1, reference).await;
    assert_eq!(journal.load(&paid.key).await.unwrap().as_ref(), Some(&paid));
    let asked = ProviderRef::new(reference).unwrap();
    assert_eq!(journal.settled_by(&provider(), &asked).await.unwrap(), Some(paid));
    // And it settles no other payment.
    let other = send(&journal, 2).await;
    let taken = journal.commit(answered(&other, PayOutcome::Succeeded, Some(reference))).await;
    assert!(matches!(taken, Ok(Committed::ReferenceTaken { .. })), "{taken:?}");
    journal.close_it().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_cannot_be_made_keeps_no_other_of_its_batch_from_being_made() {
    let place = Place::opened_once();
    let journal = Arc::new(place.open().await);
    let sent = send(&*journal, 1).await;
    let holder = place.client().await;
    holder.execute("SELECT pg_advisory_lock($1)", &[&TURN]).await.unwrap();
    let first = {
        let journal = Arc::clone(&journal);
        tokio::spawn(async move { journal.save_document("first", "{}".to_owned()).await })
    };
    somebody_waits(&holder).await;
    // All of these wait for the next batch.
    let wrong = |actor: &'static str| async { journal.add_note(note(1, actor), entry("x")).await };
    let long = incompressible(6_000);
    let mut too_long = std::pin::pin!(journal.audit(entry(&long)));
    let mut blank = std::pin::pin!(wrong(" "));
    let mut zero = std::pin::pin!(wrong("sa\0ri"));
    let mut paid =
        std::pin::pin!(journal.commit(answered(&sent, PayOutcome::Succeeded, Some("1234"))));
    let mut noted = std::pin::pin!(journal.add_note(note(1, "sari"), entry("payment/shop/1")));
    let unknown = key(7);
    let mut buried = std::pin::pin!(journal.bury(&unknown, sent.updated_at));
    assert!(futures::poll!(&mut too_long).is_pending());
    assert!(futures::poll!(&mut blank).is_pending());
    assert!(futures::poll!(&mut zero).is_pending());
    assert!(futures::poll!(&mut paid).is_pending());
    assert!(futures::poll!(&mut noted).is_pending());
    assert!(futures::poll!(&mut buried).is_pending());
    holder.execute("SELECT pg_advisory_unlock($1)", &[&TURN]).await.unwrap();
    first.await.unwrap().unwrap();
    let (too_long, blank, zero) = (too_long.await, blank.await, zero.await);
    assert!(matches!(too_long, Err(JournalError::RuleBroken(_))), "{too_long:?}");
    assert!(matches!(blank, Err(JournalError::RuleBroken(_))), "{blank:?}");
    assert!(matches!(zero, Err(JournalError::RuleBroken(_))), "{zero:?}");
    let paid = paid.await;
    assert!(matches!(paid, Ok(Committed::Done(_))), "{paid:?}");
    assert!(noted.await.unwrap());
    assert_eq!(buried.await.unwrap(), None);
    // And of one that breaks a rule alone the batch is kept as well.
    let writes = (10..20).map(|number| {
        let (journal, good) = (&journal, number % 2 == 0);
        async move {
            let actor = if good { "sari" } else { " " };
            (good, number, journal.add_note(note(1, actor), entry("payment/shop/1")).await)
        }
    });
    for (good, number, done) in join_all(writes).await {
        assert_eq!(done.is_ok(), good, "{number}: {done:?}");
    }
    journal.close().await.unwrap();
}

/// A text that does not fit into an index, however it is packed.
fn incompressible(bytes: u64) -> String {
    let mut state = 1_u64;
    let letters = (0..bytes).map(|_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from_u32(0x21 + u32::try_from(state >> 33).unwrap() % 0x5d).unwrap()
    });
    letters.collect()
}

/// A column of a row, as SQLite has it.
fn column(fields: &mut Fields, row: &Row, index: usize) {
    match row.columns().get(index).unwrap().type_().name() {
        "int8" => row.get::<_, Option<i64>>(index).map(|it| fields.integer(it)),
        "text" => row.get::<_, Option<&str>>(index).map(|it| fields.text(it)),
        "bytea" => row.get::<_, Option<&[u8]>>(index).map(|it| fields.bytes(it)),
        "bool" => row.get::<_, Option<bool>>(index).map(|it| fields.integer(it.into())),
        other => unreachable!("{other}"),
    }
    .unwrap_or_else(|| fields.null());
}

fn all_columns(fields: &mut Fields, row: &Row) {
    (0..row.len()).for_each(|index| column(fields, row, index));
}

#[tokio::test]
async fn every_hash_is_the_one_that_sqlite_has() {
    let place = Place::opened_once();
    let journal = place.open().await;
    let odd = "\"q'u\\o/t\u{1}\u{8}\t\n\u{c}\r\u{1f}\u{7f}é 💡\u{2028}e";
    pay(&journal, 1, odd).await;
    pay(&journal, 2, "1234").await;
    let refused = send(&journal, 3).await;
    assert!(journal.add_note(note(3, "sari é"), entry(odd)).await.unwrap());
    journal.bury(&key(9), refused.updated_at).await.unwrap();
    let client = place.client().await;
    let payments = client
        .query(
            "SELECT serial, consumer, payment_id, product, family, repeat, accepted_at,
                fingerprint_index, version, state, total, cost, attempts FROM payment",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(payments.len(), 3);
    for payment in &payments {
        let serial: i64 = payment.get(0);
        let tried = client
            .query(
                "SELECT number, attempt_id, provider, state, settled_reference FROM attempt
                WHERE payment_serial = $1 ORDER BY number",
                &[&serial],
            )
            .await
            .unwrap();
        let tried: Vec<serde_json::Value> = tried
            .iter()
            .map(|row| {
                serde_json::json!([
                    row.get::<_, i64>(0),
                    row.get::<_, &str>(1),
                    row.get::<_, &str>(2),
                    row.get::<_, &str>(3),
                    row.get::<_, Option<&str>>(4),
                ])
            })
            .collect();
        let mut fields = Fields::new();
        all_columns(&mut fields, payment);
        fields.text(&serde_json::to_string(&tried).unwrap());
        let digest = client
            .query_one(
                "SELECT payment_digest(payment), (
                    SELECT digest FROM event WHERE payment_serial = serial
                    ORDER BY event.version DESC LIMIT 1
                ) FROM payment WHERE serial = $1",
                &[&serial],
            )
            .await
            .unwrap();
        let hash = fields.finish().to_vec();
        assert_eq!(digest.get::<_, Vec<u8>>(0), hash, "{tried:?}");
        assert_eq!(digest.get::<_, Vec<u8>>(1), hash, "{tried:?}");
    }
    for (kind, columns) in [
        ("audit", "sequence, operator, actor, second_actor, action, subject, before, after, at"),
        ("note", "sequence, payment_serial, operator, proven, actor, at"),
        ("buried", "consumer, payment_id, at"),
    ] {
        let row = client.query_one(&format!("SELECT {columns} FROM {kind}"), &[]).await.unwrap();
        let mut fields = Fields::new();
        all_columns(&mut fields, &row);
        let fact = client.query_one("SELECT digest FROM fact WHERE kind = $1", &[&kind]).await;
        assert_eq!(fact.unwrap().get::<_, Vec<u8>>(0), fields.finish().to_vec(), "{kind}");
    }
    journal.close_it().await;
    chain_is_that_of_sqlite(&client).await;
}

/// Each link over what it covers.
async fn chain_is_that_of_sqlite(client: &tokio_postgres::Client) {
    let links =
        "SELECT previous, number, at, last_event, last_fact, hash FROM chain ORDER BY number";
    let links = client.query(links, &[]).await.unwrap();
    assert!(links.len() > 4);
    let (mut event, mut fact, mut previous) = (0_i64, 0_i64, vec![0_u8; 32]);
    for link in &links {
        assert_eq!(link.get::<_, Vec<u8>>(0), previous);
        let mut added = Fields::new();
        let (last_event, last_fact): (i64, i64) = (link.get(3), link.get(4));
        let events = client
            .query(
                "SELECT sequence, payment_serial, version, consumer, kind, state, at, digest
                FROM event WHERE sequence > $1 AND sequence <= $2 ORDER BY sequence",
                &[&event, &last_event],
            )
            .await
            .unwrap();
        for row in &events {
            all_columns(&mut added, row);
        }
        added.text("facts");
        let facts = client
            .query(
                "SELECT sequence, kind, subject, digest FROM fact
                WHERE sequence > $1 AND sequence <= $2 ORDER BY sequence",
                &[&fact, &last_fact],
            )
            .await
            .unwrap();
        for row in &facts {
            all_columns(&mut added, row);
        }
        let mut fields = Fields::new();
        fields.text("ppob-chain-1");
        (0..5).for_each(|index| column(&mut fields, link, index));
        fields.bytes(&added.finish());
        previous = fields.finish().to_vec();
        assert_eq!(link.get::<_, Vec<u8>>(5), previous, "{link:?}");
        (event, fact) = (last_event, last_fact);
    }
}
