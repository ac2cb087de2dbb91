//! A new data key, also after a kill in the middle.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "tests")]

mod canary;
mod payments;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use futures::future::join_all;
use ppob_journal::{AuditFilter, Journal, StoredPayment};
use ppob_journal_sqlite::{KeySource, OpenError, Progress, SendSettings, SqliteJournal, rotate};
use ppob_seal::{KeyId, MasterKey, MasterKeys};
use rusqlite::Connection;

use self::payments::{key, new_payment};

/// Where the process that is to be killed finds its journal.
const VICTIM: &str = "PPOB_TEST_ROTATE";

fn master(name: &str, digit: char) -> MasterKey {
    MasterKey::parse(KeyId::new(name).unwrap(), &digit.to_string().repeat(64)).unwrap()
}

fn before() -> KeySource {
    KeySource::Given(MasterKeys::new(master("first", '1')))
}

/// A new master key, with the earlier one to unwrap.
fn after() -> KeySource {
    KeySource::Given(MasterKeys::new(master("second", '2')).with_old(vec![master("first", '1')]))
}

fn only(name: &str, digit: char) -> KeySource {
    KeySource::Given(MasterKeys::new(master(name, digit)))
}

/// More payments than share one commit, and one of every other record.
async fn filled(path: &Path) -> Vec<StoredPayment> {
    let journal = Arc::new(SqliteJournal::open(path, &before()).unwrap());
    let mut told = canary::tell(Arc::clone(&journal) as Arc<dyn Journal>).await;
    let first = journal.reserve_serial().await.unwrap();
    let writes = (10..700).map(|number| journal.accept(new_payment(number, first + number)));
    assert!(join_all(writes).await.iter().all(Result::is_ok));
    for number in [10, 400, 699] {
        told.push(journal.load(&key(number)).await.unwrap().unwrap());
    }
    journal.close().await.unwrap();
    told
}

/// How many payments each data key seals the value of, and the data keys that are kept.
fn sealed_with(path: &Path) -> (Vec<(String, i64)>, Vec<i64>) {
    let file = Connection::open(path).unwrap();
    let mut counts = file
        .prepare("SELECT hex(substr(value, 2, 4)), count(*) FROM payment GROUP BY 1 ORDER BY 1")
        .unwrap();
    let counts = counts.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let mut keys = file.prepare("SELECT number FROM sealed_key WHERE number > 0").unwrap();
    let keys = keys.query_map([], |row| row.get(0)).unwrap();
    (counts.map(Result::unwrap).collect(), keys.map(Result::unwrap).collect())
}

async fn holds(path: &Path, source: &KeySource, told: &[StoredPayment]) {
    let journal = SqliteJournal::open(path, source).unwrap();
    for stored in told {
        assert_eq!(journal.load(&stored.key).await.unwrap().as_ref(), Some(stored));
    }
    let trail = journal.audit_trail(&AuditFilter::default(), 1).await.unwrap();
    assert_eq!(trail.first().map(|record| &record.entry), Some(&canary::entry()));
    let paid = told.get(1).unwrap();
    assert_eq!(journal.dossier(&paid.key).await.unwrap().notes, [canary::note(&paid.key)]);
    assert_eq!(journal.unlisted_replies(None, 10).await.unwrap().len(), 1);
    assert!(journal.load_document("switches").await.unwrap().is_some());
    let asked = canary::inquiry();
    let loaded = journal.load_inquiry(&asked.consumer, &asked.id).await.unwrap();
    assert_eq!(loaded, Some(asked));
    journal.close().await.unwrap();
}

#[tokio::test]
async fn after_a_rotation_everything_is_sealed_with_the_new_key_and_the_old_ones_are_gone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let told = filled(&path).await;
    let payments = 693;
    assert_eq!(sealed_with(&path), (vec![("00000001".to_owned(), payments)], vec![1]));
    let rotated = rotate(&path, &after(), &SendSettings::default(), &mut |_| {}).unwrap();
    assert_eq!((rotated.data_key, rotated.continued), (2, false));
    assert_eq!(rotated.master.as_str(), "second");
    assert_eq!(rotated.values.resealed, rotated.values.seen);
    assert_eq!(sealed_with(&path), (vec![("00000002".to_owned(), payments)], vec![2]));
    holds(&path, &only("second", '2'), &told).await;
    assert_eq!(canary::found(directory.path()), [] as [String; 0]);
    let old = SqliteJournal::open(&path, &only("first", '1')).unwrap_err();
    assert!(matches!(old, OpenError::Locked { .. }), "{old:?}");
}

#[test]
fn a_journal_that_is_not_there_is_not_made() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let error = rotate(&path, &before(), &SendSettings::default(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, OpenError::Missing(_)), "{error:?}");
    assert!(!path.exists());
}

#[tokio::test]
async fn a_running_engine_keeps_a_rotation_away() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let journal = SqliteJournal::open(&path, &before()).unwrap();
    let error = rotate(&path, &before(), &SendSettings::default(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, OpenError::InUse(_)), "{error:?}");
    journal.close().await.unwrap();
}

/// Not a test by itself: the process that the next one kills.
#[test]
fn a_rotation_that_stands_still_after_its_second_commit() {
    #[expect(clippy::disallowed_methods, reason = "how the killing test tells its victim")]
    let Ok(path) = std::env::var(VICTIM) else { return };
    let mut commits = 0;
    let _ = rotate(&PathBuf::from(path), &after(), &SendSettings::default(), &mut |_: Progress| {
        commits += 1;
        if commits == 2 {
            println!("standing still");
            loop {
                std::thread::park();
            }
        }
    });
}

#[tokio::test]
async fn a_rotation_that_was_killed_in_the_middle_loses_nothing_and_is_finished_later() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let told = filled(&path).await;
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_rotation_that_stands_still_after_its_second_commit", "--nocapture"])
        .env(VICTIM, &path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let stands = lines.map_while(Result::ok).any(|line| line.contains("standing still"));
    assert!(stands, "the rotation ended before it could be killed");
    victim.kill().unwrap();
    victim.wait().unwrap();

    // Half of the requests are sealed anew, no value is, and both keys are there.
    assert_eq!(sealed_with(&path), (vec![("00000001".to_owned(), 693)], vec![1, 2]));
    let file = Connection::open(&path).unwrap();
    let anew = "SELECT count(*) FROM payment WHERE hex(substr(request, 2, 4)) = '00000002'";
    let anew: i64 = file.query_row(anew, [], |row| row.get(0)).unwrap();
    drop(file);
    assert!((1..693).contains(&anew), "{anew}");
    // The engine may run in between, with the new master key alone.
    holds(&path, &only("second", '2'), &told).await;

    let rotated =
        rotate(&path, &only("second", '2'), &SendSettings::default(), &mut |_| {}).unwrap();
    assert_eq!((rotated.data_key, rotated.continued), (2, true));
    assert!(rotated.values.resealed < rotated.values.seen, "{rotated:?}");
    assert_eq!(sealed_with(&path), (vec![("00000002".to_owned(), 693)], vec![2]));
    holds(&path, &only("second", '2'), &told).await;
}
