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
                "there is no configuration {}; name another with --config, or begin with a [[provider]] table as \
                 README.md shows it",
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
                write!(f, "{place}: {}", in_words(problem))
            }
            Self::Value { key, place, problem } => {
                write!(f, "`{key}` in {place}: {}", in_words(problem))
            }
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

/// A problem as the libraries tell it, without the names of Rust's types.
fn in_words(problem: &str) -> String {
    const INTEGERS: [&str; 7] = ["i64", "u64", "u32", "u16", "i32", "u8", "usize"];
    if problem == "invalid socket address syntax" {
        return "it is no address; write IP:PORT, for example 127.0.0.1:50051".to_owned();
    }
    if let Some((found, of)) = problem
        .strip_prefix("unknown variant: found ")
        .and_then(|rest| rest.split_once(", expected `one of "))
    {
        return format!(
            "there is no {found}; choose one of {}",
            of.trim_end_matches('`').to_owned() + "`"
        );
    }
    match problem.rsplit_once("expected ") {
        Some((found, kind)) if INTEGERS.contains(&kind) => {
            format!("{found}expected a whole number, as in 500000")
        }
        _ => problem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libraries_say_is_told_without_the_words_of_the_language() {
        for (problem, words) in [
            (
                "invalid type: string \"500.000\", expected i64",
                "invalid type: string \"500.000\", expected a whole number, as in 500000",
            ),
            (
                "unknown variant: found `cheap`, expected `one of `cheapest`, `priority``",
                "there is no `cheap`; choose one of `cheapest`, `priority`",
            ),
            (
                "invalid socket address syntax",
                "it is no address; write IP:PORT, for example 127.0.0.1:50051",
            ),
            ("it is missing", "it is missing"),
        ] {
            assert_eq!(in_words(problem), words);
        }
    }
}
