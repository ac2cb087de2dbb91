//! How the journal is reached.

use std::path::PathBuf;
use std::time::Duration;

use ppob_journal_durable::sends::SendSettings;
use ppob_seal::MasterKeys;
use secrecy::{ExposeSecret as _, SecretString};
use tokio_postgres::Config;
use tokio_postgres::config::Host;

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

    /// Where the journal is, in words for people: without the password.
    pub fn place(&self) -> String {
        let config: Config = self.url.expose_secret().parse().unwrap_or_default();
        let hosts: Vec<String> = config
            .get_hosts()
            .iter()
            .map(|host| match host {
                Host::Tcp(name) => name.clone(),
                #[cfg(unix)]
                Host::Unix(path) => path.display().to_string(),
            })
            .collect();
        let database = config.get_dbname().unwrap_or("?");
        format!("the database `{database}` of PostgreSQL at {}", hosts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use ppob_seal::{KeyId, MasterKey};

    use super::*;

    #[test]
    fn the_place_of_a_journal_is_told_without_its_password() {
        let key = MasterKey::parse(KeyId::new("test").unwrap(), &"17".repeat(32)).unwrap();
        let settings = PostgresSettings {
            url: "postgres://ppob:secret@db.example/payments".into(),
            ca: None,
            allow_plaintext: false,
            readers: 1,
            patience: Duration::from_secs(1),
            keys: MasterKeys::new(key),
            sends_directory: PathBuf::new(),
            sends: SendSettings::default(),
        };
        assert_eq!(settings.place(), "the database `payments` of PostgreSQL at db.example");
    }
}
