//! A clock that a test steps while the engine runs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ppob_types::{Clock, Monotonic, Timestamp};

/// The file that holds what is added to the clock: seconds of the wall, and seconds that have passed
/// besides.
pub const STEPS: &str = "CRASH_CLOCK";

/// The clock of the machine, and what a test adds to it.
#[derive(Debug)]
struct SteppedClock {
    machine: Arc<dyn Clock>,
    steps: PathBuf,
}

/// The clock of this process: the machine's, stepped if its environment names a file of steps.
pub fn clock() -> Arc<dyn Clock> {
    let machine = ppob_cli::machine_clock();
    match env::var_os(STEPS) {
        Some(steps) => Arc::new(SteppedClock { machine, steps: steps.into() }),
        None => machine,
    }
}

/// Steps the clock of processes that read `file`: what is added to the machine's wall, in seconds, and
/// how many seconds have passed besides, which no clock takes back.
///
/// # Errors
/// If it cannot be written.
pub fn step(file: &Path, wall: i64, passed: u64) -> std::io::Result<()> {
    // Renamed into place, so that nobody reads half of it.
    let partial = file.with_extension("partial");
    fs::write(&partial, format!("{wall} {passed}"))?;
    fs::rename(partial, file)
}

impl SteppedClock {
    fn steps(&self) -> (i64, u64) {
        let text = fs::read_to_string(&self.steps).unwrap_or_default();
        let mut words = text.split(' ');
        let wall = words.next().and_then(|word| word.parse().ok());
        let passed = words.next().and_then(|word| word.parse().ok());
        (wall.unwrap_or(0), passed.unwrap_or(0))
    }
}

impl Clock for SteppedClock {
    fn now(&self) -> Timestamp {
        let micros = self.steps().0.saturating_mul(1_000_000);
        Timestamp::from_micros(self.machine.now().as_micros().saturating_add(micros))
    }

    fn monotonic(&self) -> Monotonic {
        self.machine.monotonic().plus(Duration::from_secs(self.steps().1))
    }
}
