//! How the journal is reached.

use std::path::PathBuf;
use std::time::Duration;

use ppob_journal_durable::sends::SendSettings;
use ppob_seal::MasterKeys;
use secrecy::SecretString;

use crate::OpenError;
use crate::connect::Connector;

/// Where the journal is, and how it is used.
#[derive(Clone, Debug)]
pub struct PostgresSettings {
    /// `postgres://…` or `host=… user=… dbname=…`, with the password.
    pub url: SecretString,
    /// A file with the certificates (PEM) of those who may vouch for the server. Without it there is no TLS.
    pub ca: Option<PathBuf>,
    /// Whether a server on another machine may be reached without TLS.
    pub allow_plaintext: bool,
    /// How many reads may run at the same time.
    pub readers: usize,
    /// How long a read may wait for its turn, and a connection for the server.
    pub patience: Duration,
    /// The master keys; every process that opens the journal needs the same.
    pub keys: MasterKeys,
    /// Where the send journal is: a directory of this machine, and of this process alone.
    pub sends_directory: PathBuf,
    /// How the send journal is kept.
    pub sends: SendSettings,
}

impl PostgresSettings {
    /// Looks whether they can be used, as far as that can be seen without the server.
    ///
    /// # Errors
    /// What an opening would be refused for.
    pub fn check(&self) -> Result<(), OpenError> {
        Connector::new(self).map(drop)
    }
}
