//! The real binary, killed, stopped, starved and lied to.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the figures of a run, and what could not be tried on this machine"
)]

mod acknowledged;
mod clock;
mod killed;
mod room;
mod stopped;
mod upkeep;
mod wire;

/// The binary under test: the real one, with the moments at which it may be made to die.
const PROGRAM: &str = env!("CARGO_BIN_EXE_ppob-crashing");
