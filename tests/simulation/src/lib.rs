//! The deterministic simulation: the real engine in a simulated world, held against the truth.
//!
//! A world follows from its seed alone: one thread, paused time, no I/O, every draw from the seed.
//! Around the real engine stand a journal that is slow, loses writes and crashes on both sides of
//! each, model providers that outlive every crash and keep the ledger of what was really charged,
//! callers who repeat, drop, change and abandon, and honest operators. The checker holds everything
//! that is told against the ledger. [`Mutant`](ppob_payment::Mutant)s check the checker.
//!
//! Reading order: [`world`], `host`, `provider`, `callers`, `checker`.

mod callers;
mod checker;
mod clock;
mod fault;
mod host;
mod journal;
mod operators;
mod points;
mod postman;
mod provider;
mod random;
mod run;
mod stage;
mod streams;
mod trace;
mod truth;
mod watch;
mod world;

pub use checker::{Violation, ViolationKind};
pub use fault::{Counts, Fault};
pub use run::{Outcome, PAYMENTS_PER_WORLD, Report, Settings, Variant, replay, simulate, world};
