//! Statements of providers: what they say was debited and credited, and what that shows about attempts.
//!
//! [`read`] makes rows of a file and guesses nothing: what it does not understand is told with its line.
//! [`compare`] holds the rows against attempts and deposits; no row speaks for two attempts, and no attempt
//! is spoken for by two rows. What is done about it is the engine's.

mod amount;
mod columns;
mod compare;
mod finding;
mod format;
mod header;
mod matching;
mod missing;
mod read;
mod row;
mod text;

pub use amount::{Thousands, amount};
pub use columns::Columns;
pub use compare::{Comparison, Meaning, compare};
pub use finding::{Finding, FindingKind};
pub use format::{
    AmountSign, Delimiter, Encoding, KindWords, Pattern, PatternError, StatementFormat,
};
pub use read::{MOST_BYTES, StatementError, read};
pub use row::{Movement, Row, Statement, Unreadable};
