//! Where a sandbox listens, written down for whoever looks for it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::exit::Exit;
use crate::failure::Failure;

/// What is written down, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Written {
    /// gRPC.
    pub(crate) api: SocketAddr,
    /// gRPC for operators.
    pub(crate) operator: SocketAddr,
    /// Metrics.
    pub(crate) metrics: SocketAddr,
    /// Where providers send callbacks, if any does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) callbacks: Option<SocketAddr>,
    /// The simulated providers, by name.
    pub(crate) simulators: BTreeMap<String, Simulated>,
}

/// A simulated provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Simulated {
    /// The accounts that it has, as the engine calls them.
    pub(crate) providers: Vec<String>,
    /// Where it is.
    pub(crate) address: String,
    /// Where it tells what it charged, and takes faults.
    pub(crate) control: String,
}

impl Written {
    /// Where the latest sandbox of this machine writes.
    pub(crate) fn usual_place() -> PathBuf {
        std::env::temp_dir().join("ppob-sandbox.json")
    }

    /// Writes to `file`. A reader never sees half of it, and a link that stands there is replaced,
    /// not followed.
    pub(super) fn write(&self, file: &Path) -> Result<(), Failure> {
        self.write_to(file).map_err(|error| {
            Failure::new(
                Exit::Refused,
                format!(
                    "The addresses could not be written to {}: {error}. The sandbox was not started; \
                     make room there, or set TMPDIR to another directory.",
                    file.display()
                ),
            )
        })
    }

    /// Reads what a sandbox wrote.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let problem = |why: String| {
            Failure::new(
                Exit::Unknown,
                format!(
                    "No running sandbox was found ({}: {why}). Start one in another terminal:\n  \
                     ppob sandbox",
                    file.display()
                ),
            )
        };
        let text = fs::read_to_string(file).map_err(|error| problem(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| problem(error.to_string()))
    }

    /// Removes a file if it still says what this sandbox wrote.
    pub(super) fn remove(&self, file: &Path) {
        if Self::read(file).is_ok_and(|found| found == *self) {
            // A file that stays behind names addresses where nothing listens: harmless.
            let _gone_or_not = fs::remove_file(file);
        }
    }

    fn write_to(&self, file: &Path) -> std::io::Result<()> {
        let directory = match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let mut fresh = NamedTempFile::new_in(directory)?;
        fresh.write_all(&serde_json::to_vec_pretty(self)?)?;
        fresh.persist(file)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(port: u16) -> Written {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Written {
            api: address,
            operator: address,
            metrics: address,
            callbacks: None,
            simulators: BTreeMap::from([(
                "iak".to_owned(),
                Simulated {
                    providers: vec!["iak".to_owned()],
                    address: "http://127.0.0.1:1".to_owned(),
                    control: "http://127.0.0.1:2/control".to_owned(),
                },
            )]),
        }
    }

    #[test]
    fn what_is_written_reads_back_and_only_ones_own_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("addresses.json");
        written(1).write(&file).unwrap();
        assert_eq!(Written::read(&file).unwrap(), written(1));
        written(2).remove(&file);
        assert!(file.exists());
        written(1).remove(&file);
        assert!(!file.exists());
        let error = Written::read(&file).unwrap_err();
        assert!(error.text.contains("ppob sandbox"), "{}", error.text);
    }
}
