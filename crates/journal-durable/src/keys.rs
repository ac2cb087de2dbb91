//! From master keys to the keys that seal.

use std::collections::BTreeSet;

use ppob_seal::{MasterKeys, SealError, Sealer, UnlockError, WrappedKey};

/// Why there are no keys to seal with.
#[derive(Debug, thiserror::Error)]
pub enum NoKeys {
    /// They are wrapped by another master key.
    #[error("{0}")]
    Locked(#[from] UnlockError),
    /// None could be drawn.
    #[error("{0}")]
    NotDrawn(#[from] SealError),
}

/// Unwraps the keys of a journal, or draws new ones if it has none because it was never sealed.
///
/// # Errors
/// [`NoKeys`].
pub fn unlock_or_draw(wrapped: &[WrappedKey], master: &MasterKeys) -> Result<Sealer, NoKeys> {
    if wrapped.is_empty() {
        return Ok(Sealer::generate()?);
    }
    Ok(Sealer::unlock(wrapped, master)?)
}

/// The ids of the master keys that are needed, for people.
pub fn needed(wrapped: &[WrappedKey]) -> String {
    let ids: BTreeSet<&str> = wrapped.iter().map(|key| key.master.as_str()).collect();
    let quoted: Vec<String> = ids.into_iter().map(|id| format!("`{id}`")).collect();
    quoted.join(" and ")
}
