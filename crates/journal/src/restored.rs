//! That a journal came out of a backup.

use ppob_types::Timestamp;
use serde::{Deserialize, Serialize};

/// The document that a restore leaves in a journal. Until the engine has acted on it, whatever was paid
/// after the backup may be paid again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// Payments after this moment are missing.
    pub taken_at: Timestamp,
    /// When the backup was put back.
    pub restored_at: Timestamp,
    /// Whether every provider was frozen because of it.
    pub providers_frozen: bool,
}

impl Restored {
    /// The document's name.
    pub const DOCUMENT: &str = "restored";
}
