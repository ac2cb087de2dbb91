//! A real PostgreSQL for tests.
//!
//! A [`Cluster`] is a server with a data directory of its own, which is there for as long as its owner, and can
//! be killed, frozen and started again. A [`Database`] is empty and belongs to one test; all databases lie in the
//! cluster that [`GIVEN`] names, as `ppob-with-postgres` sets it, or else in one that the process starts.
//!
//! Everything waits where it stands: in asynchronous code that must not be held up, call it in
//! `tokio::task::spawn_blocking`.

mod cluster;
mod database;
mod guard;
mod problem;
mod processes;
mod programs;

pub use cluster::Cluster;
pub use database::{Database, GIVEN, given};
pub use problem::{Problem, Result};
pub use processes::processes_in;
pub use programs::{BINARIES, program, psql};
