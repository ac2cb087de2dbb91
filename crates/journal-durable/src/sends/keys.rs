//! The keys of the send journal: its own, wrapped by the journal's master key. The database's data keys
//! would not do: one that was set back does not have those that were drawn after it.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use data_encoding::HEXLOWER;
use ppob_seal::{KeyId, MasterKeys, Sealer, WrappedKey};
use serde::{Deserialize, Serialize};

use super::{SendsError, segments};
use crate::files::{create_private_file, sync};

const FILE: &str = "keys";
const NEW: &str = "keys.new";

#[derive(Serialize, Deserialize)]
struct Kept {
    number: u32,
    master: String,
    wrapped: String,
}

pub(super) fn unlock(directory: &Path, master: &MasterKeys) -> Result<Sealer, SendsError> {
    let text = match fs::read(directory.join(FILE)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(SendsError::NoKeys),
        Err(error) => return Err(error.into()),
    };
    let kept: Vec<Kept> = serde_json::from_slice(&text).map_err(|_| SendsError::NoKeys)?;
    let wrapped = kept.into_iter().map(|kept| {
        Some(WrappedKey {
            number: kept.number,
            master: KeyId::new(&kept.master).ok()?,
            bytes: HEXLOWER.decode(kept.wrapped.as_bytes()).ok()?,
        })
    });
    let wrapped: Vec<WrappedKey> = wrapped.collect::<Option<_>>().ok_or(SendsError::NoKeys)?;
    Ok(Sealer::unlock(&wrapped, master)?)
}

/// Draws keys only where there is nothing that others have sealed.
pub(super) fn unlock_or_create(
    directory: &Path,
    master: &MasterKeys,
) -> Result<Sealer, SendsError> {
    match unlock(directory, master) {
        Err(SendsError::NoKeys)
            if !directory.join(FILE).exists() && segments(directory)?.is_empty() =>
        {
            let sealer = Sealer::generate()?;
            keep(directory, &sealer, master)?;
            Ok(sealer)
        }
        unlocked => unlocked,
    }
}

/// Draws a new data key for what is written from now on, and wraps all keys with the current master key.
/// What is sealed already goes with its age. Nothing happens where there is no send journal.
pub fn rotate(directory: &Path, master: &MasterKeys) -> Result<(), SendsError> {
    if !directory.join(FILE).exists() {
        return Ok(());
    }
    let mut sealer = unlock(directory, master)?;
    sealer.add_data_key()?;
    keep(directory, &sealer, master)
}

/// Replaces the file as a whole.
fn keep(directory: &Path, sealer: &Sealer, master: &MasterKeys) -> Result<(), SendsError> {
    let kept: Vec<Kept> = sealer
        .wrap(master.current())?
        .into_iter()
        .map(|key| Kept {
            number: key.number,
            master: key.master.as_str().to_owned(),
            wrapped: HEXLOWER.encode(&key.bytes),
        })
        .collect();
    let text = serde_json::to_vec(&kept).map_err(io::Error::from)?;
    let new = directory.join(NEW);
    let _ = fs::remove_file(&new);
    let mut file = create_private_file(&new)?;
    file.write_all(&text)?;
    file.sync_all()?;
    fs::rename(&new, directory.join(FILE))?;
    sync(directory)?;
    Ok(())
}
