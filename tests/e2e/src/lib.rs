//! What the end-to-end tests and the load run have in common: the real `ppob` as a child process,
//! a simulated provider that outlives it, and the comparison of what was charged with what is
//! recorded.
//!
//! The provider runs in the test's own process, so that its truth ledger is there after the engine
//! was killed. Every child process ends when its handle is dropped. Nothing waits for a span of
//! time to pass; everything waits for a condition, for a bounded time, and tells what it saw last.

pub mod audit;
pub mod binary;
pub mod engine;
pub mod flood;
pub mod http;
pub mod kept;
pub mod load;
pub mod metrics;
mod problem;
pub mod process;
pub mod relay;
pub mod request;
pub mod rights;
pub mod shops;
pub mod wait;
pub mod world;

pub use engine::Engine;
pub use kept::Kept;
pub use problem::{Problem, Result};
pub use process::Process;
pub use relay::Relay;
pub use world::World;
