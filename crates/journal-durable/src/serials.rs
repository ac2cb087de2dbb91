//! Serials, reserved durably in blocks and given out from memory.

use std::ops::RangeInclusive;

use ppob_journal::JournalError;
use tokio::sync::Mutex;

/// How many serials one write reserves. What is left of a block at the end of a process is skipped.
pub const BLOCK: u64 = 4_096;

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
