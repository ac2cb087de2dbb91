//! The journal on PostgreSQL, with group commit.
//!
//! One task writes: it takes everything that waits, changes of payments before acceptances, and hands it to
//! the function `write` as one statement: one round trip, one commit, and each write with an answer of its
//! own. Nobody is told before that commit returned. The rules that keep money safe are constraints and
//! triggers of the database (`migrations`).
//!
//! Whoever writes has the turn to write until its commit, and no client holds it: so events become visible
//! in the order of their sequence, and one chain of hashes holds for all. Each batch states the head of the
//! chain that its writer was last told. A database that has lost it has lost commits: nothing is written
//! any more, until a new opening has put in doubt what was sent meanwhile.
//!
//! What tells about a customer is sealed before it leaves the process.

mod apply;
mod connect;
mod error;
mod identity;
mod items;
mod journal;
mod keys;
mod look;
mod lost;
mod migrate;
mod open;
mod owner;
mod query;
mod reader;
mod remembered;
mod rows;
mod settings;
mod sql;
mod tls;
mod told;
mod writer;

pub use error::OpenError;
pub use journal::PostgresJournal;
pub use look::{Looked, LookedJournal};
pub use lost::Lost;
pub use settings::PostgresSettings;
