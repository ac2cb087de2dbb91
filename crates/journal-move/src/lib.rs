//! Moves a journal from a file of SQLite to a database of PostgreSQL.
//!
//! There is never a moment when both can be opened, and none when a part of it can:
//!
//! 1. The file's lock and the database's lock are held throughout.
//! 2. Everything is copied in one transaction, and held against the file before its commit.
//! 3. The commit says that nobody may open the journal there yet.
//! 4. The send journal is copied, and gets the name by which the database knows it.
//! 5. The file says that it moved: nobody opens it any more.
//! 6. The database may be opened.
//!
//! Whatever ends before step 5, the file is the journal, and asking again replaces what was copied. Between 5
//! and 6 none of them can be opened, and asking again does step 6.

mod error;
mod source;
mod steps;

pub use error::MoveError;
pub use steps::{MovedJournal, Progress, SqliteFile, Step, move_journal};
