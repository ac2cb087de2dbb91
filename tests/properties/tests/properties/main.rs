//! The properties, on every input that is kept and on many that are drawn.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod drawn;
mod kept;
mod whole_answers;
