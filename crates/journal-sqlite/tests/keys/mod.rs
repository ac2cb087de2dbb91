//! The master key of every test.

use ppob_journal_sqlite::KeySource;
use ppob_seal::{KeyId, MasterKey, MasterKeys};

/// The key of every test.
pub(crate) fn keys() -> KeySource {
    let id = KeyId::new("test").unwrap();
    KeySource::Given(MasterKeys::new(MasterKey::parse(id, &"17".repeat(32)).unwrap()))
}
