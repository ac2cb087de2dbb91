//! Whether the files that are written are still those that stand under their names.
//!
//! An open file can be moved or deleted, and writing to it goes on as if nothing had happened. What was
//! acknowledged would be gone with the process.

use std::path::{Path, PathBuf};

use ppob_journal::JournalError;

/// The database, its log, and the index of the log.
const FILES: [&str; 3] = ["", "-wal", "-shm"];

/// The files of a journal, as they were first seen.
#[derive(Debug)]
pub(crate) struct Anchor {
    path: PathBuf,
    seen: [Option<Identity>; 3],
}

/// What tells one file from another that has its name.
type Identity = (u64, u64);

impl Anchor {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), seen: [None; 3] }
    }

    /// To be called while a transaction is open: then all the files are there.
    ///
    /// # Errors
    /// If one of them is not the one it was.
    pub(crate) fn hold(&mut self) -> Result<(), JournalError> {
        for (end, seen) in FILES.iter().zip(&mut self.seen) {
            let now = identity(&with_end(&self.path, end));
            match (*seen, now) {
                (None, Some(_)) => *seen = now,
                (Some(before), Some(now)) if before == now => {}
                _ => return Err(moved(&self.path)),
            }
        }
        Ok(())
    }

    /// To be called before the files are opened again.
    ///
    /// # Errors
    /// If one that was there is not the one it was.
    pub(crate) fn stands(&self) -> Result<(), JournalError> {
        let stands = |(end, seen): (&&str, &Option<Identity>)| {
            seen.is_none() || *seen == identity(&with_end(&self.path, end))
        };
        if FILES.iter().zip(&self.seen).all(stands) { Ok(()) } else { Err(moved(&self.path)) }
    }
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn moved(path: &Path) -> JournalError {
    JournalError::Unavailable(format!(
        "the journal {} or its log was moved, deleted or replaced while the engine works; put the same \
         files back where they were and it goes on, and do not end the engine before: what it \
         acknowledged is in those files",
        path.display()
    ))
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    let found = std::fs::metadata(path).ok()?;
    Some((std::os::unix::fs::MetadataExt::dev(&found), std::os::unix::fs::MetadataExt::ino(&found)))
}

/// Elsewhere a file that is open can be neither moved nor deleted.
#[cfg(not(unix))]
fn identity(_path: &Path) -> Option<Identity> {
    Some((0, 0))
}
