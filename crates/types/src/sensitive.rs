//! Text that must not reach a log.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Personal data or a bearer value: `Debug` and `Display` show a placeholder.
///
/// Reading it is a visible act: [`Sensitive::expose`].
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sensitive(String);

impl Sensitive {
    /// Wraps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the wire, the journal and the receipt; never for a log.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Sensitive {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Sensitive {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

impl fmt::Display for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_debug_nor_display_shows_the_text() {
        let name = Sensitive::new("MMBC TOUR TRAVEL");
        assert_eq!(format!("{name} {name:?} {:?}", Some(&name)), "••• ••• Some(•••)");
        assert_eq!(name.expose(), "MMBC TOUR TRAVEL");
    }
}
