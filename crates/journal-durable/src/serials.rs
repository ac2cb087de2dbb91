//! Serials, reserved durably in blocks and given out from memory.

use std::ops::RangeInclusive;

use ppob_journal::JournalError;
use ppob_types::Timestamp;
use tokio::sync::Mutex;

/// How many serials one write reserves. What is left of a block at the end of a process is skipped.
pub const BLOCK: u64 = 4_096;

/// After a journal was set back, serials go on this far ahead, in any case.
pub const AHEAD: u64 = 1 << 24;

/// So many microseconds are one serial where serials are given out by the clock.
const MICROS_EACH: i64 = 16;

/// After a journal was set back, serials go on no lower than this. No engine gives out more than 62 500 in a
/// second, so what it begins with is beyond whatever was given out before, also by a journal that was set
/// back to the same state earlier.
pub fn by_clock(now: Timestamp) -> u64 {
    u64::try_from(now.as_micros() / MICROS_EACH).unwrap_or_default()
}

/// The block that serials are given out from.
#[derive(Debug)]
pub struct Serials(Mutex<RangeInclusive<u64>>);

impl Default for Serials {
    fn default() -> Self {
        Self::new()
    }
}

impl Serials {
    /// None yet: the first caller reserves a block.
    pub fn new() -> Self {
        #[expect(clippy::reversed_empty_ranges, reason = "an empty block is meant")]
        let none = 1..=0;
        Self(Mutex::new(none))
    }

    /// The next serial; `reserve` makes the next block durable.
    pub async fn next<R>(&self, reserve: impl FnOnce() -> R) -> Result<u64, JournalError>
    where
        R: Future<Output = Result<RangeInclusive<u64>, JournalError>>,
    {
        let mut block = self.0.lock().await;
        if let Some(serial) = block.next() {
            return Ok(serial);
        }
        *block = reserve().await?;
        block.next().ok_or_else(|| JournalError::Corrupt("an empty block of serials".to_owned()))
    }
}
