//! What went wrong in the harness, as a sentence for the person who reads the failed test.

use std::error::Error;
use std::fmt;

/// The result of everything in this crate.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// A sentence. `Debug` shows it as it is, so that `unwrap` in a test does.
pub struct Problem(String);

impl Problem {
    /// With this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// Tells an error with all its causes.
impl<E: Error> From<E> for Problem {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        Self(text)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
