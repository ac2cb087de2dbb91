//! The real binary, killed, stopped, starved and lied to.

mod acknowledged;
mod clock;
mod killed;
mod room;
mod stopped;
mod upkeep;
mod wire;

/// The binary under test: the real one, with the moments at which it may be made to die.
const PROGRAM: &str = env!("CARGO_BIN_EXE_ppob-crashing");
