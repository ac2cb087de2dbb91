//! The send journal: what cannot be written, what was changed, what goes, what comes back.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ppob_journal::{
    Acceptance, AuditFilter, Change, Committed, EventKind, Journal, JournalError, LostSends,
    NewPayment, StoredPayment,
};
use ppob_payment::{AttemptState, Event, PaymentState, step};
use ppob_seal::{KeyId, MasterKey, MasterKeys};
use ppob_types::{FailureReason, NotSentCause, Timestamp};
use tempfile::TempDir;

use super::payments::{key, new_payment};
use super::{keys, place};
use crate::journal::SqliteJournal;
use crate::writer::{Fault, Faults};
use crate::{KeySource, OpenError, SendSettings, SendsError, rotate};

const DAY: Duration = Duration::from_hours(24);

fn day(number: u32) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000).plus(DAY * number)
}

/// Each commit begins a segment.
fn small() -> SendSettings {
    SendSettings { segment_bytes: 1, ..SendSettings::default() }
}

fn open(path: &Path, settings: &SendSettings) -> SqliteJournal {
    SqliteJournal::open_with_sends(path, &keys(), settings).unwrap()
}

fn segments(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(SendSettings::default().directory(path)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some());
    files.sort();
    files
}

async fn new(journal: &SqliteJournal, number: u64, now: Timestamp) -> NewPayment {
    let serial = journal.reserve_serial().await.unwrap();
    NewPayment { now, ..new_payment(number, serial) }
}

async fn send(journal: &SqliteJournal, number: u64, now: Timestamp) -> StoredPayment {
    match journal.accept(new(journal, number, now).await).await {
        Ok(Acceptance::Accepted(stored)) => *stored,
        other => unreachable!("{other:?}"),
    }
}

fn change(stored: &StoredPayment, event: Event, now: Timestamp) -> Change {
    Change {
        key: stored.key.clone(),
        expected_version: stored.version,
        payment: step(&stored.payment, event, now).unwrap().payment,
        kind: EventKind::Answered,
        now,
        unlisted: Vec::new(),
        audit: None,
        agreement: None,
    }
}

const NOT_BEGUN: Event = Event::NotBegun { attempt: 1, cause: NotSentCause::NoPermit };

/// A copy of the closed journal, without its send journal.
fn copy(path: &Path) -> PathBuf {
    let copy = path.with_extension("copy");
    fs::copy(path, &copy).unwrap();
    copy
}

/// Sets the closed journal back to the copy, as nobody should.
fn set_back(path: &Path, copy: &Path) {
    fs::copy(copy, path).unwrap();
}

async fn state(journal: &SqliteJournal, number: u64) -> Option<PaymentState> {
    journal.load(&key(number)).await.unwrap().map(|stored| stored.payment.state())
}

async fn lost(journal: &SqliteJournal) -> LostSends {
    let json = journal.load_document(LostSends::DOCUMENT).await.unwrap();
    json.map(|json| serde_json::from_str(&json).unwrap()).unwrap_or_default()
}

/// An empty journal and a copy of it.
async fn empty(settings: &SendSettings) -> (TempDir, PathBuf, PathBuf) {
    let (directory, path) = place();
    open(&path, settings).close().await.unwrap();
    let copy = copy(&path);
    (directory, path, copy)
}

#[tokio::test]
async fn without_its_record_nobody_may_send_although_the_intent_is_durable() {
    let (_directory, path, copy) = empty(&small()).await;
    let broken = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&broken);
    let send_fault = Fault(Arc::new(move || switch.load(Ordering::SeqCst)));
    let faults = Faults { commit: None, send: Some(send_fault) };
    let journal = SqliteJournal::open_with(&path, &keys(), &small(), faults).unwrap();
    let before = send(&journal, 1, day(0)).await;
    broken.store(true, Ordering::SeqCst);
    let refused = journal.accept(new(&journal, 2, day(0)).await).await;
    assert!(matches!(refused, Err(JournalError::Unacknowledged(_))), "{refused:?}");
    // News about money, and what permits no send, does not wait for it.
    let answered = journal.commit(change(&before, NOT_BEGUN, day(0))).await;
    assert!(matches!(answered, Ok(Committed::Done(_))), "{answered:?}");
    // What the engine does then: it reads again, and records that it did not send.
    let durable = journal.load(&key(2)).await.unwrap().unwrap();
    assert_eq!(durable.payment.attempts[0].state, AttemptState::Sending);
    let settled = journal.commit(change(&durable, NOT_BEGUN, day(0))).await;
    assert!(matches!(settled, Ok(Committed::Done(_))), "{settled:?}");
    broken.store(false, Ordering::SeqCst);
    send(&journal, 3, day(0)).await;
    journal.close().await.unwrap();

    set_back(&path, &copy);
    let journal = open(&path, &small());
    assert_eq!(state(&journal, 1).await, Some(PaymentState::InDoubt));
    assert_eq!(state(&journal, 2).await, None, "nothing was sent for it");
    assert_eq!(state(&journal, 3).await, Some(PaymentState::InDoubt));
    assert_eq!(lost(&journal).await.found, 2);
}

#[tokio::test]
async fn a_directory_that_is_gone_stops_sends_and_nothing_else() {
    let (directory, path, _) = empty(&small()).await;
    let journal = open(&path, &small());
    let aside = directory.path().join("aside");
    fs::rename(SendSettings::default().directory(&path), &aside).unwrap();
    let refused = journal.accept(new(&journal, 1, day(0)).await).await;
    assert!(matches!(refused, Err(JournalError::Unacknowledged(_))), "{refused:?}");
    assert_eq!(journal.save_document("name", "{}".to_owned()).await, Ok(()));
    fs::rename(&aside, SendSettings::default().directory(&path)).unwrap();
    send(&journal, 2, day(0)).await;
}

#[tokio::test]
async fn a_copy_reads_as_far_back_as_it_is_old_and_a_plain_start_reads_no_further() {
    let (_directory, path, first) = empty(&small()).await;
    let journal = open(&path, &small());
    for number in 1..=3 {
        send(&journal, number, day(0)).await;
    }
    journal.close().await.unwrap();
    let second = path.with_extension("second");
    fs::copy(&path, &second).unwrap();
    let journal = open(&path, &small());
    send(&journal, 4, day(0)).await;
    journal.close().await.unwrap();
    for (copy, found) in [(&second, 1), (&first, 4)] {
        set_back(&path, copy);
        let journal = open(&path, &small());
        assert_eq!(lost(&journal).await.found, found);
        for number in (1..=4).rev().take(usize::try_from(found).unwrap()) {
            assert_eq!(state(&journal, number).await, Some(PaymentState::InDoubt));
        }
        journal.close().await.unwrap();
    }
    // All of it is covered: nothing is read, so that nothing can be found wrong.
    for file in segments(&path) {
        fs::write(file, "no segment at all, but something follows").unwrap();
    }
    open(&path, &small()).close().await.unwrap();
    set_back(&path, &first);
    let journal = open(&path, &small());
    assert_eq!(lost(&journal).await.found, 0, "nothing of it is readable");
}

#[tokio::test]
async fn wherever_the_last_records_were_cut_what_is_whole_is_in_doubt_again() {
    let settings = SendSettings::default();
    let (_directory, path, copy) = empty(&settings).await;
    let journal = open(&path, &settings);
    let mut ends = Vec::new();
    for number in 1..=2 {
        send(&journal, number, day(0)).await;
        ends.push(fs::metadata(&segments(&path)[0]).unwrap().len());
    }
    journal.close().await.unwrap();
    let file = &segments(&path)[0];
    let whole = fs::read(file).unwrap();
    let [first, second] = ends[..] else { unreachable!("two records") };
    let cuts = [0, 4, 8, 9, first - 1, first, first + 1, first + 12, second - 1, second];
    for cut in cuts {
        fs::write(file, &whole[..usize::try_from(cut).unwrap()]).unwrap();
        set_back(&path, &copy);
        let journal = open(&path, &settings);
        let expected = ends.iter().filter(|end| **end <= cut).count();
        assert_eq!(lost(&journal).await.found, u64::try_from(expected).unwrap(), "cut at {cut}");
        // Nothing is written behind what was cut.
        send(&journal, 9, day(0)).await;
        assert_eq!(segments(&path).len(), 2);
        journal.close().await.unwrap();
        fs::remove_file(&segments(&path)[1]).unwrap();
    }
}

#[tokio::test]
async fn a_changed_segment_keeps_the_engine_from_starting_where_the_journal_relies_on_it() {
    let settings = SendSettings::default();
    let (_directory, path, copy) = empty(&settings).await;
    let journal = open(&path, &settings);
    for number in 1..=2 {
        send(&journal, number, day(0)).await;
    }
    journal.close().await.unwrap();
    let file = &segments(&path)[0];
    let mut bytes = fs::read(file).unwrap();
    bytes[100] ^= 1;
    fs::write(file, bytes).unwrap();
    set_back(&path, &copy);
    let error = SqliteJournal::open(&path, &keys()).unwrap_err();
    assert!(
        matches!(&error, OpenError::Sends { cause: SendsError::Damaged { .. }, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("nothing can be sent"), "{error}");
}

#[tokio::test]
async fn segments_go_when_their_time_has_come_and_no_number_is_used_twice() {
    let settings = SendSettings { keep: DAY * 35, ..small() };
    let (_directory, path, _) = empty(&settings).await;
    let journal = open(&path, &settings);
    for (number, now) in [(1, day(0)), (2, day(10)), (3, day(40)), (4, day(40))] {
        send(&journal, number, now).await;
    }
    // The first ended on day 10, when the second began.
    assert_eq!(segments(&path).len(), 4);
    send(&journal, 5, day(46)).await;
    assert_eq!(segments(&path).len(), 4, "the first is gone");
    send(&journal, 6, day(76)).await;
    let left = segments(&path);
    assert_eq!(left.len(), 3, "gone are those that ended on day 40");
    journal.close().await.unwrap();
    for file in left {
        fs::remove_file(file).unwrap();
    }
    let journal = open(&path, &settings);
    send(&journal, 7, day(70)).await;
    let name = segments(&path)[0].file_stem().unwrap().to_str().unwrap().to_owned();
    let number: i64 = name.parse().unwrap();
    assert!(number > day(76).as_micros(), "not even after all files and the clock were set back");
}

#[tokio::test]
async fn a_segment_is_written_to_for_a_day_at_most() {
    let (_directory, path, _) = empty(&SendSettings::default()).await;
    let journal = open(&path, &SendSettings::default());
    for (number, now, files) in [(1, day(0), 1), (2, day(0), 1), (3, day(1), 2), (4, day(1), 2)] {
        send(&journal, number, now).await;
        assert_eq!(segments(&path).len(), files);
    }
}

#[tokio::test]
async fn without_its_keys_nothing_starts_and_none_are_drawn_anew() {
    let (_directory, path, _) = empty(&SendSettings::default()).await;
    let journal = open(&path, &SendSettings::default());
    send(&journal, 1, day(0)).await;
    journal.close().await.unwrap();
    let kept = SendSettings::default().directory(&path).join("keys");
    let bytes = fs::read(&kept).unwrap();
    fs::remove_file(&kept).unwrap();
    let error = SqliteJournal::open(&path, &keys()).unwrap_err();
    assert!(matches!(&error, OpenError::Sends { cause: SendsError::NoKeys, .. }), "{error}");
    fs::write(&kept, bytes).unwrap();
    open(&path, &SendSettings::default()).close().await.unwrap();
}

fn master(id: &str, digits: &str) -> MasterKey {
    MasterKey::parse(KeyId::new(id).unwrap(), &digits.repeat(32)).unwrap()
}

#[tokio::test]
async fn a_copy_from_before_a_new_key_still_finds_what_was_sent_after_it() {
    let settings = SendSettings::default();
    let (_directory, path, copy) = empty(&settings).await;
    let journal = open(&path, &settings);
    send(&journal, 1, day(0)).await;
    journal.close().await.unwrap();
    let both = MasterKeys::new(master("next", "23")).with_old(vec![master("test", "17")]);
    let both = KeySource::Given(both);
    rotate(&path, &both, &settings, &mut |_| {}).unwrap();
    let next = KeySource::Given(MasterKeys::new(master("next", "23")));
    let journal = SqliteJournal::open(&path, &next).unwrap();
    send(&journal, 2, day(0)).await;
    journal.close().await.unwrap();
    set_back(&path, &copy);
    let error = SqliteJournal::open(&path, &keys()).unwrap_err();
    assert!(error.to_string().contains("`next`"), "it names the key: {error}");
    let journal = SqliteJournal::open(&path, &both).unwrap();
    assert_eq!(lost(&journal).await.found, 2);
}

#[tokio::test]
async fn a_send_of_a_payment_that_ended_without_it_leaves_it_and_freezes_the_provider() {
    let settings = SendSettings::default();
    let (directory, path) = place();
    let journal = open(&path, &settings);
    let serial = journal.reserve_serial().await.unwrap();
    let mut bare = new_payment(1, serial);
    let with_attempt = std::mem::take(&mut bare.payment.attempts);
    let stored = match journal.accept(bare).await {
        Ok(Acceptance::Accepted(stored)) => *stored,
        other => unreachable!("{other:?}"),
    };
    journal.close().await.unwrap();
    let copy = copy(&path);
    let journal = open(&path, &settings);
    let mut payment = stored.payment.clone();
    payment.attempts = with_attempt;
    let begun = Change { payment, ..change(&stored, Event::Recovered, day(0)) };
    assert!(matches!(journal.commit(begun).await, Ok(Committed::Done(_))));
    journal.close().await.unwrap();
    // Set back, and started without the send journal; somebody ends the payment.
    set_back(&path, &copy);
    let sends = settings.directory(&path);
    fs::rename(&sends, directory.path().join("aside")).unwrap();
    let journal = open(&path, &settings);
    let ended = change(&stored, Event::GiveUp(FailureReason::NoRoute), day(0));
    assert!(matches!(journal.commit(ended).await, Ok(Committed::Done(_))));
    journal.close().await.unwrap();
    fs::remove_dir_all(&sends).unwrap();
    fs::rename(directory.path().join("aside"), &sends).unwrap();
    let journal = open(&path, &settings);
    assert_eq!(state(&journal, 1).await, Some(PaymentState::Failed), "what was told stays");
    let found = lost(&journal).await;
    assert_eq!(found.found, 1);
    assert_eq!(
        found.freeze.iter().map(ppob_types::ProviderName::as_str).collect::<Vec<_>>(),
        ["mmbc-jkt"]
    );
    let trail = journal.audit_trail(&AuditFilter::default(), 10).await.unwrap();
    assert_eq!(trail.len(), 1);
    assert!(trail[0].entry.after.contains("may have been paid besides"), "{trail:?}");
}
