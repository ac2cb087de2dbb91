//! What the simulated IAK puts on the wire, seen by a client that knows nothing of it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod postpaid;
mod prepaid;
mod support;
