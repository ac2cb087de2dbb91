//! From master keys to the keys that seal, and how those are kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ppob_journal_durable::keys::{NoKeys, needed, unlock_or_draw};
use ppob_seal::{
    KeyId, MasterKey, MasterKeys, SealError, Sealer, WrappedKey, create_key_file, read_key_file,
};
use rusqlite::Connection;

use crate::{OpenError, sql};

/// The id of the key in the file beside the journal.
const BESIDE: &str = "local";

/// Where the master keys of a journal come from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// These keys.
    Given(MasterKeys),
    /// The file `<journal>.key` beside the journal, whose key is called `local`. It is created
    /// together with the journal, and never for a journal that needs another one.
    Beside {
        /// Keys that wrapped the journal's keys earlier.
        old: Vec<MasterKey>,
    },
}

/// The keys of an open journal.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) sealer: Arc<Sealer>,
    /// The master key that wraps; needed only until the journal is open.
    pub(crate) master: MasterKeys,
    /// The key file that was created just now.
    pub(crate) created: Option<PathBuf>,
    /// Whether the wrapped keys are kept already.
    pub(crate) kept: bool,
}

impl KeySource {
    /// The key file beside the journal.
    pub const fn beside() -> Self {
        Self::Beside { old: Vec::new() }
    }

    /// The master keys for the journal at `path`, if they are there; none is created.
    pub(crate) fn existing(&self, path: &Path) -> Option<MasterKeys> {
        let missing = matches!(self, Self::Beside { .. }) && !key_file(path).exists();
        if missing { None } else { self.master_keys(path).ok().map(|(keys, _)| keys) }
    }

    /// The master keys for the journal at `path`, and the file that was created for it, if one was.
    /// Not asked for a sealed journal whose key file is missing.
    fn master_keys(&self, path: &Path) -> Result<(MasterKeys, Option<PathBuf>), OpenError> {
        let (old, wrong) = match self {
            Self::Given(keys) => return Ok((keys.clone(), None)),
            Self::Beside { old } => (old, |cause| OpenError::Key { path: path.to_owned(), cause }),
        };
        let id = KeyId::new(BESIDE).map_err(wrong)?;
        let file = key_file(path);
        let (key, created) = if file.exists() {
            (read_key_file(id, &file).map_err(wrong)?, None)
        } else {
            (create_key_file(id, &file).map_err(wrong)?, Some(file))
        };
        Ok((MasterKeys::new(key).with_old(old.clone()), created))
    }
}

/// The key file beside the journal at `path`.
pub fn key_file(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}

/// Unwraps the keys of the journal, or draws new ones if it was never sealed.
pub(crate) fn unlock(
    path: &Path,
    connection: &Connection,
    source: &KeySource,
) -> Result<Keys, OpenError> {
    let failed = |error: rusqlite::Error| OpenError::from_sqlite(path.to_owned(), &error);
    let wrapped = wrapped(connection).map_err(failed)?;
    let kept = !wrapped.is_empty();
    if kept && matches!(source, KeySource::Beside { .. }) && !key_file(path).exists() {
        return Err(OpenError::KeyFileMissing {
            path: path.to_owned(),
            file: key_file(path),
            needed: needed(&wrapped),
        });
    }
    let (master, created) = source.master_keys(path)?;
    let sealer = unlock_or_draw(&wrapped, &master).map_err(|error| match error {
        NoKeys::Locked(cause) => OpenError::Locked { path: path.to_owned(), cause },
        NoKeys::NotDrawn(error) => not_sealed(path, error),
    })?;
    Ok(Keys { sealer: Arc::new(sealer), master, created, kept })
}

/// Keeps all keys of `sealer`, wrapped by `master`.
pub(crate) fn keep(
    path: &Path,
    connection: &Connection,
    sealer: &Sealer,
    master: &MasterKeys,
) -> Result<(), OpenError> {
    let failed = |error: rusqlite::Error| OpenError::from_sqlite(path.to_owned(), &error);
    let wrapped = sealer.wrap(master.current()).map_err(|error| not_sealed(path, error))?;
    let mut put = connection.prepare(sql::SEALED_KEY_PUT).map_err(failed)?;
    for key in wrapped {
        put.execute((key.number, key.master.as_str(), key.bytes)).map_err(failed)?;
    }
    Ok(())
}

/// The wrapped keys; none before the journal was sealed for the first time.
pub(crate) fn wrapped(connection: &Connection) -> rusqlite::Result<Vec<WrappedKey>> {
    if !connection.table_exists(None, "sealed_key")? {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare(sql::SEALED_KEYS)?;
    let rows = statement.query_map([], |row| {
        let master: String = row.get(1)?;
        let master = KeyId::new(&master).map_err(|_| rusqlite::Error::InvalidQuery)?;
        Ok(WrappedKey { number: row.get(0)?, master, bytes: row.get(2)? })
    })?;
    rows.collect()
}

fn not_sealed(path: &Path, error: SealError) -> OpenError {
    OpenError::Other { path: path.to_owned(), cause: format!("it could not be sealed: {error}") }
}
