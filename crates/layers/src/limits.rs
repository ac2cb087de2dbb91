//! How much one provider is asked at once.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use crate::gate::Width;

/// Limits of one provider account. Payments and reads are counted apart, so that neither starves
/// the other.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Payments begun per second, on average.
    pub pay_per_second: NonZeroU32,
    /// Payments that may begin at once after a quiet time.
    pub pay_burst: NonZeroU32,
    /// Payments on their way at one time; as many again may wait for a slot.
    pub pay_in_flight: NonZeroU32,
    /// Reads (price list, inquiry, status, balance) begun per second.
    pub reads_per_second: NonZeroU32,
    /// Reads on their way at one time. A quarter of both read limits, at least 1, is kept for status
    /// checks: they must go on when inquiries flood.
    pub reads_in_flight: NonZeroU32,
    /// How long a payment or a read waits for room before it is refused. Key: `wait_max_ms`.
    #[serde(rename = "wait_max_ms", deserialize_with = "milliseconds")]
    pub wait_max: Duration,
    /// How long one read may take on the wire. Key: `read_timeout_ms`. Payments have no such limit.
    #[serde(rename = "read_timeout_ms", deserialize_with = "milliseconds")]
    pub read_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pay_per_second: number(20),
            pay_burst: number(20),
            // Little's law: 20 a second that take 5 seconds each.
            pay_in_flight: number(100),
            reads_per_second: number(20),
            reads_in_flight: number(40),
            wait_max: Duration::from_secs(2),
            read_timeout: Duration::from_secs(30),
        }
    }
}

impl Limits {
    pub(crate) const fn of_payments(&self) -> Width {
        Width {
            size: self.pay_in_flight,
            per_second: self.pay_per_second,
            burst: self.pay_burst,
            wait_max: self.wait_max,
        }
    }

    /// Those of status checks, and those of the other reads.
    pub(crate) fn of_reads(&self) -> (Width, Width) {
        let (status_slots, other_slots) = share(self.reads_in_flight);
        let (status_rate, other_rate) = share(self.reads_per_second);
        let width = |size: NonZeroU32, rate: NonZeroU32| Width {
            size,
            per_second: rate,
            burst: rate,
            wait_max: self.wait_max,
        };
        (width(status_slots, status_rate), width(other_slots, other_rate))
    }
}

/// `n`, and at least 1.
const fn number(n: u32) -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(n.saturating_sub(1))
}

fn milliseconds<'de, D: Deserializer<'de>>(input: D) -> Result<Duration, D::Error> {
    u64::deserialize(input).map(Duration::from_millis)
}

/// How a limit is shared between status checks (first) and the other reads.
fn share(limit: NonZeroU32) -> (NonZeroU32, NonZeroU32) {
    let status = number(limit.get() / 4);
    (status, number(limit.get() - status.get()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_configured_keeps_its_default() {
        let limits: Limits =
            serde_json::from_str(r#"{"pay_per_second": 5, "wait_max_ms": 250}"#).unwrap();
        assert_eq!(limits.pay_per_second.get(), 5);
        assert_eq!(limits.wait_max, Duration::from_millis(250));
        assert_eq!(limits.pay_in_flight, Limits::default().pay_in_flight);
    }

    #[test]
    fn zero_and_unknown_keys_are_errors() {
        for wrong in [r#"{"pay_per_second": 0}"#, r#"{"pay_per_minute": 1}"#] {
            assert!(serde_json::from_str::<Limits>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_quarter_of_the_reads_is_kept_for_status_checks() {
        let shares = |n| {
            let (status, others) = share(number(n));
            (status.get(), others.get())
        };
        assert_eq!(shares(40), (10, 30));
        assert_eq!(shares(2), (1, 1));
        assert_eq!(shares(1), (1, 1), "nothing is ever locked out");
    }
}
