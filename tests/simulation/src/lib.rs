//! The deterministic simulation: the real engine in a simulated world, held against the truth.
//!
//! A world follows from its seed alone: one thread, paused time, no I/O, every draw from the seed.
//! Around the real engine stand a journal that is slow, loses writes and crashes on both sides of
//! each, model providers that outlive every crash and keep the ledger of what was really charged, the
//! callbacks they send, callers who repeat, drop, change, watch and abandon, readers of the event stream,
//! and operators, honest but for a hasty one. Processes die at named points of their own path, overlap,
//! stand still and go on. The checker holds everything that is told against the ledger.
//! [`Mutant`](ppob_payment::Mutant)s check the checker.
//!
//! Reading order: [`world`], `host`, `points`, `provider`, `callers`, `checker`, [`hunt`].

mod callers;
mod checker;
mod clock;
mod fault;
mod host;
mod journal;
mod kills;
mod operators;
mod points;
mod postman;
mod provider;
mod random;
mod run;
mod set_back;
mod stage;
mod streams;
mod trace;
mod truth;
mod watch;
mod world;

pub use checker::{Violation, ViolationKind};
pub use fault::{Counts, Fault};
pub use kills::{Kill, TABLE_HEAD, hunt, hunt_one};
pub use run::{
    Outcome, PAYMENTS_PER_WORLD, Report, Settings, StopAt, Variant, replay, simulate, world,
};
