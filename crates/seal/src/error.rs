//! What can go wrong. No error shows a key or what was sealed.

use std::path::PathBuf;

use crate::KeyId;

/// Why a master key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The id is not one.
    #[error("a key id has 1 to 64 letters, digits, '.', '_' or '-'")]
    Id,
    /// The text is not a key.
    #[error(
        "the key `{0}` is not readable; a key is 32 random bytes, written as 64 hexadecimal digits or as base64"
    )]
    Text(KeyId),
    /// The file is not there.
    #[error("the key file {0} does not exist")]
    Missing(PathBuf),
    /// Anybody on the machine can read the file.
    #[error(
        "the key file {0} is open to every user of this machine; take the right away with `chmod o-rwx`, and think about replacing the key"
    )]
    Exposed(PathBuf),
    /// The file exists already.
    #[error("the key file {0} exists already; a key is never written over another one")]
    Exists(PathBuf),
    /// The file cannot be read or written.
    #[error("the key file {path} cannot be used: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes, so no key was made")]
    NoRandom,
}

/// Why something was not sealed. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    NoRandom,
    /// Longer than the cipher permits.
    #[error("it is too long to be sealed")]
    TooLong,
}

/// Why something sealed does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsealError {
    /// Shorter than anything sealed.
    #[error("it was cut")]
    Cut,
    /// Sealed by a later version of this program, or not sealed at all.
    #[error("it is sealed in an unknown format ({0})")]
    Format(u8),
    /// Its data key is not there.
    #[error("it is sealed with data key {0}, which is not there")]
    UnknownKey(u32),
    /// Changed, sealed by another key, or sealed for another place.
    #[error("it was changed, or was sealed for another place or by another key")]
    Forged,
}

/// Why the keys that do the work cannot be unwrapped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnlockError {
    /// The master key that wrapped them was not given.
    #[error("the master key `{needed}` is needed; given: {}", given.join(", "))]
    NoKey {
        /// The id of the key that is needed.
        needed: KeyId,
        /// The ids of the keys that are there.
        given: Vec<String>,
    },
    /// A master key of this id was given, but it is another one.
    #[error("the master key given as `{0}` is not the one of that name that is needed")]
    WrongKey(KeyId),
    /// The index key or every data key is missing.
    #[error("the wrapped keys are not complete")]
    Incomplete,
}
