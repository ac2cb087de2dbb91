//! What is wrong with the configuration.

use std::net::SocketAddr;
use std::path::PathBuf;

/// What is wrong, where, and what to do. Never shows a value that may be a secret.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ConfigError {
    /// The file that was named is not there.
    Missing(PathBuf),
    /// A key that does not exist.
    UnknownKey {
        /// Its path, for example `payments.pay_withn_s`.
        key: String,
        /// The file or variable it stands in.
        place: String,
        /// The most similar key there is.
        nearest: Option<String>,
    },
    /// A value that does not fit its key, or a file that is no TOML.
    Value {
        /// Its path; empty if the file as a whole is meant.
        key: String,
        /// The file or variable it stands in.
        place: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// An address that other machines could reach, and what that needs is missing.
    Exposed {
        /// Which listener.
        listener: &'static str,
        /// Its address.
        address: SocketAddr,
        /// What is missing.
        lacks: &'static str,
    },
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing(file) => write!(
                f,
                "there is no configuration {}; name another with --config, or begin with a copy of \
                 config/ppob.example.toml",
                file.display()
            ),
            Self::UnknownKey { key, place, nearest } => {
                write!(f, "unknown key `{key}` in {place}")?;
                match nearest {
                    Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
                    None => write!(f, "; every key stands in config/ppob.example.toml"),
                }
            }
            Self::Value { key, place, problem } if key.is_empty() => {
                write!(f, "{place}: {problem}")
            }
            Self::Value { key, place, problem } => write!(f, "`{key}` in {place}: {problem}"),
            Self::Exposed { listener, address, lacks } => write!(
                f,
                "`listen.{listener}` is {address}, which other machines could reach, but {lacks}. \
                 Configure that, or listen on this machine only (127.0.0.1 or [::1]), or name \
                 \"{listener}\" in `listen.insecure` to run all the same"
            ),
        }
    }
}

impl std::error::Error for ConfigError {}
