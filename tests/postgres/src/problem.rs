//! What goes wrong, as a sentence for whoever runs the tests.

use std::fmt;

/// The result of everything in this crate.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// A sentence. `Debug` shows it as it is, so that `unwrap` in a test does.
pub struct Problem(String);

impl Problem {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// An error, and what it came in the way of.
    pub(crate) fn of(what: &str) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self(format!("{what}: {error}"))
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

impl std::error::Error for Problem {}
