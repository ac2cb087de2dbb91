//! When a provider is asked about an attempt.

use std::time::Duration;

use crate::Attempt;

/// So many answers that do not say what a callback said are enough.
pub(crate) const LOOKS_FOR_A_HINT: u32 = 5;

const STEPS_SECONDS: [u64; 6] = [30, 2 * 60, 5 * 60, 15 * 60, 60 * 60, 6 * 60 * 60];
const DAILY_SECONDS: u64 = 24 * 60 * 60;

/// How long to wait before the next status check, given how many were made: 30 s, 2 m, 5 m, 15 m,
/// 1 h, 6 h, then daily; moved by up to a fifth so that many payments lost together are not all
/// asked about together. The shift comes from the attempt's id, so a replay sees the same one.
///
/// What a callback said is looked into at once, and then by the same steps from their beginning.
pub fn next_check_after(attempt: &Attempt) -> Duration {
    let made = match attempt.hint.as_ref().map(|hint| hint.checks) {
        Some(0) => return Duration::ZERO,
        Some(since) => since.saturating_sub(1),
        None => attempt.checks,
    };
    let step = usize::try_from(made).unwrap_or(usize::MAX);
    let seconds = STEPS_SECONDS.get(step).copied().unwrap_or(DAILY_SECONDS);
    // 800..=1200 thousandths of the step.
    let thousandths = 800 + fold(attempt.id.as_str(), attempt.checks) % 401;
    Duration::from_millis(seconds.saturating_mul(thousandths))
}

/// FNV-1a; any even spread will do.
fn fold(id: &str, salt: u32) -> u64 {
    let bytes = id.bytes().chain(salt.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
