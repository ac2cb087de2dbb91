//! Putting texts together.

use std::fmt::{Arguments, Write};

/// Adds formatted text to the end.
pub(crate) trait Add {
    /// `text.add(format_args!("{id}: {state}\n"))`.
    fn add(&mut self, text: Arguments<'_>);
}

impl Add for String {
    fn add(&mut self, text: Arguments<'_>) {
        // Writing to a `String` never fails.
        let _written = self.write_fmt(text);
    }
}

/// With a capital and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}
