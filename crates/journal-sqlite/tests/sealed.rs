//! Nobody who has the files of a journal, and not its key, sees a customer.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod canary;
mod keys;
mod payments;

use std::path::Path;
use std::sync::Arc;

use ppob_journal::{AuditFilter, Filter, Journal, Page};
use ppob_journal_sqlite::{KeySource, OpenError, SqliteJournal, key_file};
use ppob_seal::{KeyId, MasterKey, MasterKeys};

use self::keys::keys;

fn key(name: &str, digit: char) -> MasterKey {
    MasterKey::parse(KeyId::new(name).unwrap(), &digit.to_string().repeat(64)).unwrap()
}

#[tokio::test]
async fn no_file_of_a_journal_shows_number_name_address_or_token() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let journal = Arc::new(SqliteJournal::open(&path, &keys()).unwrap());
    let told = canary::tell(Arc::clone(&journal) as Arc<dyn Journal>).await;
    assert!(directory.path().join("journal.db-wal").exists());
    assert_eq!(canary::found(directory.path()), [] as [String; 0]);
    journal.close().await.unwrap();
    assert!(!directory.path().join("journal.db-wal").exists());
    assert_eq!(canary::found(directory.path()), [] as [String; 0]);

    // And all of it is there for whoever has the key.
    let journal = SqliteJournal::open(&path, &keys()).unwrap();
    for stored in &told {
        assert_eq!(journal.load(&stored.key).await.unwrap().as_ref(), Some(stored));
    }
    let asked = canary::inquiry();
    let loaded = journal.load_inquiry(&asked.consumer, &asked.id).await.unwrap();
    assert_eq!(loaded, Some(asked));
    let trail = journal.audit_trail(&AuditFilter::default(), 1).await.unwrap();
    assert_eq!(trail.first().map(|record| &record.entry), Some(&canary::entry()));
    let paid = told.get(1).unwrap();
    let dossier = journal.dossier(&paid.key).await.unwrap();
    assert_eq!(dossier.notes, [canary::note(&paid.key)]);
    let doubt = told.get(2).unwrap();
    let dossier = journal.dossier(&doubt.key).await.unwrap();
    assert_eq!(dossier.proposals.first().unwrap().proposed, canary::proposal(doubt));
    let replies = journal.unlisted_replies(None, 10).await.unwrap();
    assert_eq!(replies.len(), 1);
    assert_eq!(replies.first().unwrap().count, 3);
    assert!(replies.first().unwrap().text.contains(canary::NAME));
    let guard = Some(told.first().unwrap().guard_key());
    let filter = Filter { guard, ..Filter::default() };
    let page = Page { before_serial: None, limit: 10 };
    assert_eq!(journal.list(&filter, page).await.unwrap().len(), told.len());
}

#[tokio::test]
async fn the_search_for_traces_finds_them_where_they_are() {
    let directory = tempfile::tempdir().unwrap();
    let text = format!("x{}{}", canary::NUMBER, canary::NAME);
    std::fs::write(directory.path().join("plain"), text).unwrap();
    assert_eq!(canary::found(directory.path()).len(), 3);
}

#[tokio::test]
async fn another_key_or_none_opens_nothing_and_is_told_by_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let given = |key| KeySource::Given(MasterKeys::new(key));
    let journal = SqliteJournal::open(&path, &given(key("vault-7", '1'))).unwrap();
    journal.close().await.unwrap();
    drop(journal);
    let before = std::fs::read(&path).unwrap();
    for (source, named) in [
        (given(key("vault-8", '1')), "`vault-7`"),
        (given(key("vault-7", '2')), "`vault-7`"),
        (KeySource::beside(), "`vault-7`"),
    ] {
        let error = SqliteJournal::open(&path, &source).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(named) && text.contains("nothing was changed"), "{text}");
        assert!(matches!(error, OpenError::Locked { .. } | OpenError::KeyFileMissing { .. }));
    }
    assert!(!key_file(&path).exists(), "a key was made for a journal that needs another one");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let old = MasterKeys::new(key("vault-8", '3')).with_old(vec![key("vault-7", '1')]);
    let journal = SqliteJournal::open(&path, &KeySource::Given(old)).unwrap();
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_key_file_is_made_with_the_journal_and_only_then() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let journal = SqliteJournal::open(&path, &KeySource::beside()).unwrap();
    assert_eq!(journal.created_key_file(), Some(key_file(&path).as_path()));
    journal.save_document("kept", "1".to_owned()).await.unwrap();
    journal.close().await.unwrap();
    drop(journal);
    let journal = SqliteJournal::open(&path, &KeySource::beside()).unwrap();
    assert_eq!(journal.created_key_file(), None);
    assert_eq!(journal.load_document("kept").await.unwrap().as_deref(), Some("1"));
    journal.close().await.unwrap();
    drop(journal);
    std::fs::remove_file(key_file(&path)).unwrap();
    let error = SqliteJournal::open(&path, &KeySource::beside()).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, OpenError::KeyFileMissing { .. }), "{error:?}");
    assert!(text.contains("`local`") && text.contains("journal.db.key"), "{text}");
    assert!(!key_file(&path).exists());
}

#[tokio::test]
async fn what_a_killed_sealing_left_plain_is_gone_after_the_next_opening() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    SqliteJournal::open(&path, &keys()).unwrap().close().await.unwrap();
    // The state between the commit that seals and the rewriting of the file.
    let file = rusqlite::Connection::open(&path).unwrap();
    let leave = format!(
        "PRAGMA secure_delete = OFF;
         CREATE TABLE plain (text TEXT);
         INSERT INTO plain VALUES ('{}');
         DROP TABLE plain;
         PRAGMA user_version = 1;",
        canary::NAME.repeat(1_000)
    );
    file.execute_batch(&leave).unwrap();
    drop(file);
    assert_ne!(canary::found(directory.path()), [] as [String; 0]);
    let journal = SqliteJournal::open(&path, &keys()).unwrap();
    assert_eq!(canary::found(directory.path()), [] as [String; 0]);
    journal.close().await.unwrap();
    assert_eq!(user_version(&path), 0);
}

fn user_version(path: &Path) -> i64 {
    let file = rusqlite::Connection::open(path).unwrap();
    file.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}
