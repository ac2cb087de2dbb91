//! Where an engine under test keeps its journal.

use ppob_test_postgres::Database;
use tokio::task::spawn_blocking;

use crate::{Problem, Result};

/// A file or a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A file of SQLite.
    InAFile,
    /// A database of PostgreSQL, made for one test.
    InADatabase,
}

/// Does what waits where it stands, such as anything with a server of PostgreSQL, elsewhere.
///
/// # Errors
/// What `work` says, or if it panics.
pub async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> ppob_test_postgres::Result<T> + Send + 'static,
) -> Result<T> {
    spawn_blocking(work).await?.map_err(|problem| Problem::new(problem.to_string()))
}

/// An empty database in the server that all tests share.
///
/// # Errors
/// If there is no server.
pub async fn fresh_database() -> Result<Database> {
    aside(Database::fresh).await
}
