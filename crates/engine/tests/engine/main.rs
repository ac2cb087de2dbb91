//! The engine over the journal in memory and scripted providers, in paused time.
#![expect(clippy::unwrap_used, reason = "tests")]

mod balances;
mod bills;
mod callbacks;
mod doubt;
mod failover;
mod idempotency;
mod intervals;
mod journal_trouble;
mod limits;
mod mishaps;
mod operators;
mod ordering;
mod privacy;
mod reload;
mod restart;
mod restored;
mod statements;
mod support;
mod verdict;
