//! Files that are moved, deleted or replaced while the journal is open.

use std::fs;
use std::path::{Path, PathBuf};

use ppob_journal::{Journal, JournalError};

use super::{keys, place};
use crate::SqliteJournal;

fn with_end(path: &Path, end: &str) -> PathBuf {
    PathBuf::from(format!("{}{end}", path.display()))
}

async fn save(journal: &SqliteJournal, name: &str) -> Result<(), JournalError> {
    journal.save_document(name, "{}".to_owned()).await
}

#[tokio::test]
async fn nothing_is_acknowledged_into_files_that_are_not_where_they_were() {
    for end in ["", "-wal", "-shm"] {
        let (_directory, path) = place();
        let journal = SqliteJournal::open(&path, &keys()).unwrap();
        save(&journal, "before").await.unwrap();
        let (file, aside) = (with_end(&path, end), with_end(&path, ".aside"));
        fs::rename(&file, &aside).unwrap();
        for _ in 0..2 {
            let refused = save(&journal, "meanwhile").await.unwrap_err();
            assert!(
                matches!(&refused, JournalError::Unavailable(why) if why.contains("was moved"))
            );
        }
        // Another file of that name is another file.
        fs::write(&file, "another").unwrap();
        assert!(save(&journal, "meanwhile").await.is_err(), "{end}");
        fs::rename(&aside, &file).unwrap();
        assert_eq!(save(&journal, "after").await, Ok(()), "{end}");
        journal.close().await.unwrap();
        let journal = SqliteJournal::open(&path, &keys()).unwrap();
        for (name, there) in [("before", true), ("meanwhile", false), ("after", true)] {
            let found = journal.load_document(name).await.unwrap();
            assert_eq!(found.is_some(), there, "{end}: {name}");
        }
        journal.close().await.unwrap();
    }
}
