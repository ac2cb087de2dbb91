//! What a person was shown before giving a verdict, and when.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use ppob_payment::Attempt;
use ppob_types::{Clock, Monotonic};

use crate::OperateError;
use crate::engine::Inner;

/// The mark of a review: which attempt was shown, by which run of the engine, and when by a clock that
/// nobody sets. Whoever says that the attempt was not executed gives it back.
///
/// A verdict may wait on its way for as long as a machine stands still. Only what its giver was shown tells
/// which attempt it is about, and that the provider's records were looked at after the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    run: u64,
    attempt: u32,
    at: Monotonic,
}

/// Text that is no mark of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no mark of a review; send `seen` as the review of the payment shows it")]
pub struct NotSeen;

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.since_start().as_micros();
        write!(f, "{:016x}-{}-{at:x}", self.run, self.attempt)
    }
}

impl FromStr for Seen {
    type Err = NotSeen;

    fn from_str(text: &str) -> Result<Self, NotSeen> {
        let mut parts = text.splitn(3, '-');
        let mut next = || parts.next().ok_or(NotSeen);
        let (run, attempt, at) = (next()?, next()?, next()?);
        let micros = u64::from_str_radix(at, 16).map_err(|_| NotSeen)?;
        let seen = Self {
            run: u64::from_str_radix(run, 16).map_err(|_| NotSeen)?,
            attempt: attempt.parse().map_err(|_| NotSeen)?,
            at: Monotonic::from_start(Duration::from_micros(micros)),
        };
        // One mark has one text.
        if seen.to_string() == text { Ok(seen) } else { Err(NotSeen) }
    }
}

impl Inner {
    /// The mark of `attempt` as it is shown now.
    pub(super) fn seen_now(&self, attempt: &Attempt) -> Seen {
        Seen { run: self.run, attempt: attempt.number, at: self.clock.monotonic() }
    }

    /// Whoever says that an attempt was not executed looks after its bound: before, nothing that could be
    /// seen would show it. So what rests on an earlier look is too early, whenever it arrives.
    pub(super) fn require_seen_after_the_bound(
        &self,
        attempt: &Attempt,
        seen: Option<Seen>,
    ) -> Result<(), OperateError> {
        let Some(seen) = seen else {
            return Err(OperateError::FieldInvalid {
                field: "seen",
                problem: "look at the review of this payment and at the provider's records, then send the \
                          review's `seen` along; nothing was changed",
            });
        };
        if (seen.run, seen.attempt) != (self.run, attempt.number) {
            return Err(OperateError::Changed);
        }
        if self.bound_had_passed(attempt, seen.at) {
            return Ok(());
        }
        let left = self.left_of_bound(attempt);
        if left.is_zero() {
            return Err(OperateError::SeenTooEarly);
        }
        Err(OperateError::TooEarly { until: self.now().plus(left) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back_and_nothing_else_does() {
        let at = Monotonic::from_start(Duration::from_micros(1_234_567));
        let seen = Seen { run: 0xfeed, attempt: 2, at };
        assert_eq!(seen.to_string(), "000000000000feed-2-12d687");
        assert_eq!(seen.to_string().parse(), Ok(seen));
        for text in [
            "",
            "feed-2-12d687",
            "000000000000feed-2",
            "000000000000feed-02-12d687",
            "-2-1",
            "x-y-z",
        ] {
            assert_eq!(text.parse::<Seen>(), Err(NotSeen), "{text}");
        }
    }
}
