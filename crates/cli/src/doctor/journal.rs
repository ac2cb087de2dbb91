//! The journal's file.

use std::path::{Path, PathBuf};

use ppob_journal_sqlite::{VerifyError, key_file, verify};
use ppob_types::Timestamp;

use super::{Finding, files};
use crate::keep::summary;

const WHAT: &str = "journal";
/// A log that grows beyond this is not moved into the journal any more.
const LONG_LOG: u64 = 256 * 1024 * 1024;

/// What there is to say, and the latest time that the journal knows.
pub(super) fn all(path: &Path) -> (Vec<Finding>, Option<Timestamp>) {
    let shown = path.display();
    let mut findings = Vec::new();
    if beside(path, ".restoring").exists() {
        findings.push(Finding::fail(
            WHAT,
            format!("a restore of {shown} is not finished"),
            "restore the backup again; start nothing on it before",
        ));
    }
    findings.extend(files::private(path, "the payments of customers"));
    findings.extend(files::private(&key_file(path), "the key that opens the journal"));
    let log = beside(path, "-wal");
    if std::fs::metadata(&log).is_ok_and(|log| log.len() > LONG_LOG) {
        findings.push(Finding::warn(
            WHAT,
            format!("{} has grown long", log.display()),
            "look for a program that reads the journal without end",
        ));
    }
    match verify(path) {
        Ok(verified) => {
            if verified.broken_rules.is_empty() {
                findings.push(Finding::ok(WHAT, format!("{shown}: {}", summary(&verified))));
            } else {
                findings.push(Finding::fail(
                    WHAT,
                    format!("{shown}: {}", summary(&verified)),
                    "stop, keep a backup of it as it is, and have somebody look who knows the code",
                ));
            }
            if let Some(restored) = verified.restored {
                findings.push(Finding::warn(
                    WHAT,
                    format!(
                        "it was restored from a backup taken at {} WIB; payments after that moment are \
                         missing in it",
                        restored.taken_at.wib()
                    ),
                    "release no provider before its statement was compared, see docs/OPERATIONS.md",
                ));
            }
            (findings, Some(verified.time_high_water))
        }
        Err(VerifyError::Missing(_)) => {
            findings.push(of_missing(path));
            (findings, None)
        }
        Err(error) => {
            let todo = match error {
                VerifyError::TooNew { .. } => "run the newer program",
                VerifyError::NotAJournal(_) => {
                    "set another journal.path, and leave that file alone"
                }
                _ => "stop the engine and restore the latest backup: ppob restore BACKUP --replace",
            };
            findings.push(Finding::fail(WHAT, error.to_string(), todo));
            (findings, None)
        }
    }
}

fn of_missing(path: &Path) -> Finding {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    if directory.is_dir() {
        Finding::ok(
            WHAT,
            format!("{} is not there yet; the first start creates it", path.display()),
        )
    } else {
        Finding::fail(
            WHAT,
            format!("the directory of {} is not there", path.display()),
            format!("mkdir -p {}", directory.display()),
        )
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}
