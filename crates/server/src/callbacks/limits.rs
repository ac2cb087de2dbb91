//! How much may come in, and how long it may take.

use std::time::Duration;

/// Bounds of the listener for callbacks. A callback has some hundred bytes and is told again if it was
/// not taken, so these are far from what honest providers need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallbackLimits {
    /// The most bytes of request line and headers together; not less than 8 192.
    pub head_bytes: usize,
    /// The most headers.
    pub headers: usize,
    /// The most bytes after the `?` of the address.
    pub query_bytes: usize,
    /// The most bytes of a body.
    pub body_bytes: usize,
    /// How long the head may take to come in, and then the body.
    pub read_within: Duration,
    /// How long the engine may take before the provider is asked to tell it again.
    pub answer_within: Duration,
    /// The most callbacks that the engine works on at a time.
    pub in_flight: usize,
    /// Of these under one provider's name.
    pub in_flight_per_provider: usize,
}

/// How long the answer may take to be read by the other side.
const WRITE_WITHIN: Duration = Duration::from_secs(5);

impl CallbackLimits {
    /// How long a connection may last in all.
    pub(super) const fn whole(&self) -> Duration {
        self.read_within
            .saturating_mul(2)
            .saturating_add(self.answer_within)
            .saturating_add(WRITE_WITHIN)
    }
}

impl Default for CallbackLimits {
    fn default() -> Self {
        Self {
            head_bytes: 16 * 1024,
            headers: 64,
            query_bytes: 4 * 1024,
            body_bytes: 64 * 1024,
            read_within: Duration::from_secs(10),
            answer_within: Duration::from_secs(15),
            in_flight: 128,
            in_flight_per_provider: 32,
        }
    }
}
