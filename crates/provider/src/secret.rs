//! Secrets by reference: configuration names where a secret is, never the secret.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

/// Where a secret is: `{ env = "MMBC_PASSWORD" }` or `{ file = "/run/secrets/mmbc" }`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum SecretRef {
    /// The environment variable of this name.
    Env(String),
    /// The content of this file, without the line end.
    File(PathBuf),
}

/// Why a secret could not be had. Never shows it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The environment variable is not set or not text.
    #[error("the environment variable {0} is not set; set it to the secret")]
    Env(String),
    /// The file could not be read.
    #[error("the secret file {path} could not be read: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is nothing in it.
    #[error("the secret {0} is empty")]
    Empty(String),
}

impl SecretRef {
    /// Fetches the secret.
    ///
    /// # Errors
    /// [`SecretError`] if it is not there, not readable or empty.
    pub fn resolve(&self) -> Result<SecretString, SecretError> {
        let secret = match self {
            Self::Env(name) => {
                #[expect(clippy::disallowed_methods, reason = "this is how a secret is configured")]
                let value = std::env::var(name);
                value.map_err(|_| SecretError::Env(name.clone()))?
            }
            Self::File(path) => std::fs::read_to_string(path)
                .map_err(|source| SecretError::File { path: path.clone(), source })?
                .trim_end_matches(['\r', '\n'])
                .to_owned(),
        };
        if secret.is_empty() {
            return Err(SecretError::Empty(format!("{self:?}")));
        }
        Ok(secret.into())
    }
}
