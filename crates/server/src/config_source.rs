//! Reading the configuration again. What it is and where it stands, the composition root knows.

use std::fmt::Debug;

use ppob_journal::Who;

/// Where the configuration comes from.
#[tonic::async_trait]
pub trait ConfigSource: Debug + Send + Sync + 'static {
    /// Reads it again and puts into effect what needs no restart: all of that, or nothing. With
    /// `validate_only` it only tells what would change. Once begun it goes on to its end, also if the
    /// caller goes away.
    ///
    /// # Errors
    /// [`NotReloaded`]; nothing was changed.
    async fn reload(&self, who: &Who, validate_only: bool) -> Result<Reloaded, NotReloaded>;
}

/// What reading it again changed, or would change. Names of keys, never values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reloaded {
    /// Keys that took effect.
    pub changed_keys: Vec<String>,
    /// Keys that take effect at the next start.
    pub restart_keys: Vec<String>,
    /// What may be unwanted, for people.
    pub warnings: Vec<String>,
}

/// Why nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReloaded {
    /// The configuration is wrong; the sentence says where and what to do, and shows no secret.
    #[error("{0} (nothing was changed)")]
    Invalid(String),
    /// The change could not be written down.
    #[error("{0}")]
    JournalUnavailable(String),
}
