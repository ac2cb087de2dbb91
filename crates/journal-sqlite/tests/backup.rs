//! Backups of a journal at work, and what becomes of one that is put back.
#![expect(clippy::unwrap_used, reason = "tests")]

mod keys;
mod payments;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use ppob_journal::{Acceptance, Journal, Restored};
use ppob_journal_sqlite::{
    BackupError, OpenError, RestoreError, RestoreMark, SqliteJournal, VerifyError, back_up,
    check_quickly, restore, verify,
};
use ppob_types::{AttemptId, Timestamp};
use tempfile::TempDir;

use self::keys::keys;
use self::payments::{key, new_payment};

/// After every payment of these tests.
const NOW: Timestamp = Timestamp::from_seconds(1_800_001_000);

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

async fn accept(journal: &SqliteJournal, number: u64) -> u64 {
    let serial = journal.reserve_serial().await.unwrap();
    let accepted = journal.accept(new_payment(number, serial)).await.unwrap();
    assert!(matches!(accepted, Acceptance::Accepted(_)));
    serial
}

/// A journal with payments below `count`, closed.
async fn closed_journal(path: &Path, count: u64) {
    let journal = SqliteJournal::open(path, &keys()).unwrap();
    for number in 0..count {
        accept(&journal, number).await;
    }
    journal.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_one_view_with_everything_acknowledged_before_it() {
    let place = Place::new();
    let journal = Arc::new(SqliteJournal::open(&place.file("journal.db"), &keys()).unwrap());
    let (acknowledged, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let writer = {
        let (journal, acknowledged, stop) =
            (Arc::clone(&journal), Arc::clone(&acknowledged), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut number = 0;
            while !stop.load(Ordering::SeqCst) {
                accept(&journal, number).await;
                number += 1;
                acknowledged.store(number, Ordering::SeqCst);
            }
            number
        })
    };
    for round in 0..5 {
        while acknowledged.load(Ordering::SeqCst) < (round + 1) * 20 {
            tokio::task::yield_now().await;
        }
        let (from, to) = (place.file("journal.db"), place.file(&format!("{round}.backup")));
        let before = acknowledged.load(Ordering::SeqCst);
        let taken = tokio::task::spawn_blocking(move || back_up(&from, &to, NOW));
        let verified = taken.await.unwrap().unwrap();
        let after = acknowledged.load(Ordering::SeqCst) + 1;
        assert!((before..=after).contains(&verified.payments), "{before} {verified:?} {after}");
        assert_eq!(verified.events, verified.payments, "one view of both tables");
        assert_eq!((verified.taken_at, verified.restored), (Some(NOW), None));
        assert_eq!(verified.broken_rules, Vec::<&str>::new());
    }
    stop.store(true, Ordering::SeqCst);
    let written = writer.await.unwrap();
    assert_eq!(journal.latest_cursor().await.unwrap().0, written);
}

#[tokio::test]
async fn a_backup_is_one_private_file_and_is_never_written_over() {
    let place = Place::new();
    let journal = SqliteJournal::open(&place.file("journal.db"), &keys()).unwrap();
    accept(&journal, 1).await;
    back_up(&place.file("journal.db"), &place.file("backup"), NOW).unwrap();
    let of_backup: Vec<String> =
        place.names().into_iter().filter(|name| name.starts_with("backup")).collect();
    assert_eq!(of_backup, ["backup"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(place.file("backup")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
    let again = back_up(&place.file("journal.db"), &place.file("backup"), NOW).unwrap_err();
    assert!(matches!(again, BackupError::Exists(_)), "{again}");
}

#[tokio::test]
async fn what_a_crash_left_in_the_log_is_in_the_backup() {
    let place = Place::new();
    let journal = SqliteJournal::open(&place.file("journal.db"), &keys()).unwrap();
    for number in 0..50 {
        accept(&journal, number).await;
    }
    let crashed = Place::new();
    for file in ["journal.db", "journal.db-wal"] {
        fs::copy(place.file(file), crashed.file(file)).unwrap();
    }
    let verified = back_up(&crashed.file("journal.db"), &crashed.file("backup"), NOW).unwrap();
    assert_eq!(verified.payments, 50);
    // A raw copy with its log beside it is a backup too.
    let restored =
        restore(&crashed.file("journal.db"), &crashed.file("other.db"), false, NOW).unwrap();
    assert_eq!(restored.verified.payments, 50);
    assert_eq!(restored.taken_at, Timestamp::from_seconds(1_800_000_000), "as far as it knows");
}

#[tokio::test]
async fn of_a_damaged_journal_there_is_no_backup_and_no_start() {
    let place = Place::new();
    closed_journal(&place.file("journal.db"), 200).await;
    assert!(check_quickly(&place.file("journal.db")).is_ok());
    assert!(check_quickly(&place.file("missing.db")).is_ok(), "it would be created");
    let mut bytes = fs::read(place.file("journal.db")).unwrap();
    let middle = bytes.len() / 2;
    bytes.iter_mut().skip(middle).take(8_192).for_each(|byte| *byte = 0xa5);
    fs::write(place.file("journal.db"), bytes).unwrap();
    let error = back_up(&place.file("journal.db"), &place.file("backup"), NOW).unwrap_err();
    assert!(matches!(error, BackupError::Copy(VerifyError::Damaged { .. })), "{error}");
    assert!(!place.names().iter().any(|name| name.starts_with("backup")), "{:?}", place.names());
    let error = check_quickly(&place.file("journal.db")).unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("ppob restore"), "{error}");
}

#[tokio::test]
async fn a_restored_journal_gives_out_no_serial_that_was_given_out_before() {
    let place = Place::new();
    let (path, backup) = (place.file("journal.db"), place.file("backup"));
    closed_journal(&path, 3).await;
    back_up(&path, &backup, NOW).unwrap();
    let mut given = Vec::new();
    let mut epoch = 0;
    for round in 0..3_u64 {
        let journal = SqliteJournal::open(&path, &keys()).unwrap();
        assert_eq!(journal.load_document(Restored::DOCUMENT).await.unwrap().is_some(), round > 0);
        assert!(journal.opened().owner_epoch > epoch, "round {round}");
        epoch = journal.opened().owner_epoch;
        for number in 0..20 {
            given.push(accept(&journal, 1_000 * (round + 1) + number).await);
        }
        journal.close().await.unwrap();
        // The same backup each time, as a desperate night would have it.
        let now = NOW.plus(Duration::from_secs(round + 1));
        let restored = restore(&backup, &path, true, now).unwrap();
        assert_eq!((restored.verified.payments, restored.taken_at), (3, NOW));
        let mark = RestoreMark { taken_at: NOW, restored_at: now, taken_over: false };
        assert_eq!(restored.verified.restored, Some(mark));
        assert_eq!(restored.verified.taken_at, None, "it is a journal again");
        assert_eq!(restored.verified.time_high_water, now);
    }
    let mut sorted = given.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted, given, "rising, and no serial twice");
    let longest = AttemptId::new(*given.last().unwrap(), 99);
    assert!(longest.as_str().len() <= 20, "{longest}");
}

#[tokio::test]
async fn the_journal_that_was_there_is_kept_whole() {
    let place = Place::new();
    let (path, backup) = (place.file("journal.db"), place.file("backup"));
    closed_journal(&path, 2).await;
    back_up(&path, &backup, NOW).unwrap();
    let journal = SqliteJournal::open(&path, &keys()).unwrap();
    accept(&journal, 77).await;
    let in_use = restore(&backup, &path, true, NOW).unwrap_err();
    assert!(matches!(in_use, RestoreError::Journal(OpenError::InUse(_))), "{in_use}");
    // Nothing is written meanwhile: what a power cut would leave.
    let crashed = Place::new();
    for name in ["journal.db", "journal.db-wal"] {
        fs::copy(place.file(name), crashed.file(name)).unwrap();
    }
    journal.close().await.unwrap();
    let path = crashed.file("journal.db");
    let exists = restore(&backup, &path, false, NOW).unwrap_err();
    assert!(matches!(exists, RestoreError::Exists(_)), "{exists}");
    assert_eq!(verify(&path).unwrap().payments, 3, "as it was");
    let aside = restore(&backup, &path, true, NOW).unwrap().moved_to.unwrap();
    assert_eq!(verify(&path).unwrap().payments, 2);
    assert_eq!(verify(&aside).unwrap().payments, 3);
    assert!(SqliteJournal::open(&aside, &keys()).unwrap().load(&key(77)).await.unwrap().is_some());
}

#[tokio::test]
async fn nothing_starts_on_a_restore_that_broke_off_and_restoring_again_finishes_it() {
    let place = Place::new();
    let (path, backup) = (place.file("journal.db"), place.file("backup"));
    closed_journal(&path, 2).await;
    back_up(&path, &backup, NOW).unwrap();
    // As a crash leaves it after the journal was moved aside.
    fs::rename(&path, place.file("journal.db.before-1")).unwrap();
    fs::write(place.file("journal.db.restoring"), b"half").unwrap();
    let error = SqliteJournal::open(&path, &keys()).unwrap_err();
    assert!(matches!(error, OpenError::RestoreUnfinished(_)), "{error}");
    assert!(!path.exists(), "no empty journal takes its place");
    assert_eq!(restore(&backup, &path, false, NOW).unwrap().verified.payments, 2);
    assert!(SqliteJournal::open(&path, &keys()).unwrap().load(&key(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_no_whole_backup_or_a_clock_that_is_behind_restores_nothing() {
    let place = Place::new();
    let (path, backup) = (place.file("journal.db"), place.file("backup"));
    closed_journal(&place.file("first.db"), 2).await;
    back_up(&place.file("first.db"), &backup, NOW).unwrap();
    let early = Timestamp::from_seconds(1_800_000_999);
    let behind = restore(&backup, &path, false, early).unwrap_err();
    assert!(
        matches!(behind, RestoreError::ClockBehind { taken_at } if taken_at == NOW),
        "{behind}"
    );
    fs::write(place.file("text"), "not a journal at all, only some text in a file").unwrap();
    let text = restore(&place.file("text"), &path, false, NOW).unwrap_err();
    assert!(matches!(text, RestoreError::Backup(VerifyError::NotAJournal(_))), "{text}");
    let missing = restore(&place.file("missing"), &path, false, NOW).unwrap_err();
    assert!(matches!(missing, RestoreError::Backup(VerifyError::Missing(_))), "{missing}");
    assert!(!path.exists());
}

#[tokio::test]
async fn a_rule_of_money_that_the_rows_break_is_named() {
    let place = Place::new();
    let path = place.file("journal.db");
    closed_journal(&path, 2).await;
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "DROP INDEX one_live_attempt;
             INSERT INTO attempt SELECT payment_serial, 2, 'P2', provider, 'sending', NULL, begun_at
             FROM attempt LIMIT 1;",
        )
        .unwrap();
    drop(connection);
    let broken = verify(&path).unwrap().broken_rules;
    assert!(broken.iter().any(|rule| rule.contains("(P1)")), "{broken:?}");
    assert!(broken.iter().any(|rule| rule.contains("(P3)")), "{broken:?}");
}

#[tokio::test]
async fn a_backup_that_was_merely_copied_to_the_place_of_the_journal_is_not_worked_on() {
    let place = Place::new();
    let (journal, backup) = (place.file("journal.db"), place.file("backup.db"));
    closed_journal(&journal, 2).await;
    back_up(&journal, &backup, NOW).unwrap();
    fs::remove_file(&journal).unwrap();
    fs::copy(&backup, &journal).unwrap();
    let error = SqliteJournal::open(&journal, &keys()).unwrap_err();
    assert!(matches!(error, OpenError::IsBackup(_)), "{error}");
    restore(&backup, &journal, true, NOW).unwrap();
    SqliteJournal::open(&journal, &keys()).unwrap();
}
