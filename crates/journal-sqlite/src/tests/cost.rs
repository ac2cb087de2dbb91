//! What the chain and the send journal cost. Not a test of anything; it prints figures:
//! `cargo test --release -p ppob-journal-sqlite --lib -- --ignored --nocapture cost`
#![expect(clippy::print_stdout, reason = "it prints figures")]

use std::time::{Duration, Instant};

use futures::future::join_all;
use ppob_journal::Journal;
use ppob_journal_durable::chain::Link;
use ppob_journal_durable::sends::{SendJournal, of_acceptance};
use ppob_seal::{KeyId, MasterKey, MasterKeys};
use ppob_types::Timestamp;

use super::payments::new_payment;
use super::{keys, place};
use crate::chain::added;
use crate::connection::open_reader;
use crate::journal::SqliteJournal;
use crate::{SendSettings, audit};

const PAYMENTS: u64 = 4_096;

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    #[expect(clippy::disallowed_methods, reason = "a measurement")]
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

/// Per payment: the digest of its row, its event's and commit's share of the chain, and its record in
/// the send journal; per commit: the flush of the send journal; per payment: the check of it all.
#[tokio::test]
#[ignore = "prints figures"]
async fn what_chain_and_send_journal_cost() {
    let (_directory, path) = place();
    let journal = SqliteJournal::open(&path, &keys()).unwrap();
    let mut news = Vec::new();
    for number in 0..PAYMENTS {
        news.push(new_payment(number, journal.reserve_serial().await.unwrap()));
    }
    let records: Vec<_> = news.iter().map(|new| of_acceptance(new).unwrap().unwrap()).collect();
    #[expect(clippy::disallowed_methods, reason = "a measurement")]
    let start = Instant::now();
    for batch in news.chunks(256) {
        for accepted in join_all(batch.iter().map(|new| journal.accept(new.clone()))).await {
            assert!(matches!(accepted, Ok(ppob_journal::Acceptance::Accepted(_))));
        }
    }
    let whole = start.elapsed();
    let commits = journal.stats().commits;
    journal.close().await.unwrap();

    let connection = open_reader(&path).unwrap();
    let count = u32::try_from(PAYMENTS).unwrap();
    let (digests, ()) = timed(|| {
        let mut digest =
            connection.prepare("SELECT digest FROM payment_digest WHERE serial = ?1").unwrap();
        for new in &news {
            let serial = i64::try_from(new.serial).unwrap();
            std::hint::black_box(
                digest.query_row([serial], |row| row.get::<_, [u8; 32]>(0)).unwrap(),
            );
        }
    });
    let (hashes, _) = timed(|| added(&connection, &Link::default(), i64::MAX, i64::MAX).unwrap());
    let (json, ()) = timed(|| {
        for new in &news {
            std::hint::black_box(of_acceptance(new).unwrap());
        }
    });
    let master = MasterKeys::new(MasterKey::generate(KeyId::new("test").unwrap()).unwrap());
    let aside = path.with_extension("aside");
    let mut sends = SendJournal::open(&aside, &SendSettings::default(), &master).unwrap();
    let at = Timestamp::from_seconds(1_900_000_000);
    let (appends, ()) = timed(|| {
        for batch in records.chunks(64) {
            sends.ready(at).unwrap();
            sends.append(at, None, batch.iter().map(|record| record.as_slice())).unwrap();
        }
    });
    let (checked, found) = timed(|| audit(&path, &[], None).unwrap());
    assert_eq!(found.findings, []);
    let flushes = u32::try_from(records.len().div_ceil(64)).unwrap();
    println!(
        "acceptance as a whole: {:?} per payment in {commits} commits\n\
         digest of a payment's row: {:?}\nhash of its event: {:?}\nits record as JSON: {:?}\n\
         sealing, writing and flushing 64 records: {:?}\nppob audit verify: {:?} per payment",
        whole / count,
        digests / count,
        hashes / count,
        json / count,
        appends / flushes,
        checked / count
    );
}
