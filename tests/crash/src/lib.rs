//! Breaks the real binary, and looks at what is left of the money.
//!
//! The engine runs as a process of its own, on a journal that lives through all its deaths. The
//! provider runs in the test's process and keeps the truth ledger. Callers do what callers do: they ask
//! again, twice at once, under another id, and go away. After each death the record is held against
//! the ledger, and against everything that callers were told before.

pub mod arm;
pub mod audit;
pub mod callers;
pub mod clock;
pub mod death;
pub mod disk;
pub mod faults;
pub mod life;
pub mod peer;
pub mod random;
pub mod report;
pub mod run;
pub mod standstill;
pub mod told;
pub mod truth;
pub mod wire;

use std::path::PathBuf;

use ppob_e2e::{Problem, Result};

/// The binary that is broken: the given one, or the one beside the program that asks.
///
/// # Errors
/// If there is none.
pub fn program(given: Option<PathBuf>) -> Result<String> {
    let program = match given {
        Some(given) => given,
        None => std::env::current_exe()?.with_file_name("ppob-crashing"),
    };
    if program.is_file() {
        return Ok(program.display().to_string());
    }
    Err(Problem::new(format!(
        "{} is not there; `make crash` builds it, and so does cargo build -p ppob-crash --bins",
        program.display()
    )))
}
