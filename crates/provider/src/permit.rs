//! The right to send one payment request, once.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use ppob_types::{AttemptId, Clock, Monotonic, NotSentCause, PayOutcome, Timestamp, UnknownCause};

/// The right to send the request of one attempt, once, soon.
///
/// Minted only by the commit of that attempt's intent, so holding one proves that the intent is
/// durable. Not `Clone`; [`start`](Self::start) consumes it. It records how far the send came, so
/// that "not sent" is proved and never guessed.
#[must_use = "an unused permit means that nothing was sent; return it as `NotSent`"]
pub struct SendPermit {
    attempt: AttemptId,
    deadline: Deadline,
    phase: SendPhase,
}

/// Until when a send may begin.
#[derive(Clone, Debug)]
struct Deadline {
    start_by: Monotonic,
    /// The same moment by the wall, with some slack: monotonic time stands still while a machine is
    /// suspended, the wall does not.
    start_by_wall: Timestamp,
    clock: Arc<dyn Clock>,
}

/// A send that has begun: the permit is spent.
#[derive(Debug)]
pub struct StartedSend {
    attempt: AttemptId,
    deadline: Deadline,
    phase: SendPhase,
}

/// How far a send came: 0 nothing, then connecting, then connected. Only ever moves forward.
#[derive(Clone, Debug, Default)]
pub struct SendPhase(Arc<AtomicU8>);

/// The engine's view of a send that it handed to a provider.
#[derive(Clone, Debug)]
pub struct SendWatch(SendPhase);

/// How far the wall clock may be corrected between the permit and the send.
const WALL_SLACK: Duration = Duration::from_secs(30);

const CONNECTING: u8 = 1;
const CONNECTED: u8 = 2;

impl SendPermit {
    /// Mints a permit. **Only the code that just saw the intent's commit acknowledged may call
    /// this**; clippy bans it everywhere else.
    #[doc(hidden)]
    pub fn mint(
        attempt: AttemptId,
        start_by: Monotonic,
        clock: Arc<dyn Clock>,
    ) -> (Self, SendWatch) {
        let phase = SendPhase::default();
        let watch = SendWatch(phase.clone());
        let left = start_by.since(clock.monotonic());
        let start_by_wall = clock.now().plus(left).plus(WALL_SLACK);
        let deadline = Deadline { start_by, start_by_wall, clock };
        (Self { attempt, deadline, phase }, watch)
    }

    /// The attempt it is for.
    pub fn attempt(&self) -> &AttemptId {
        &self.attempt
    }

    /// Spends the permit.
    ///
    /// # Errors
    /// [`NotSentCause::PermitExpired`] if `start_by` has passed: a process that slept must not send.
    pub fn start(self) -> Result<StartedSend, NotSentCause> {
        if self.deadline.has_passed() {
            return Err(NotSentCause::PermitExpired);
        }
        Ok(StartedSend { attempt: self.attempt, deadline: self.deadline, phase: self.phase })
    }
}

impl Deadline {
    fn has_passed(&self) -> bool {
        self.clock.monotonic() > self.start_by || self.clock.now() > self.start_by_wall
    }
}

impl StartedSend {
    /// Whether `start_by` has passed meanwhile. Whoever connects looks again before the first byte: the
    /// process may have slept while the connection was made.
    pub fn is_late(&self) -> bool {
        self.deadline.has_passed()
    }

    /// The attempt being sent.
    pub fn attempt(&self) -> &AttemptId {
        &self.attempt
    }

    /// Where the transport records how far it came.
    pub fn phase(&self) -> &SendPhase {
        &self.phase
    }
}

impl SendPhase {
    /// A connection is being made; nothing of the request can have left.
    pub fn mark_connecting(&self) {
        self.0.fetch_max(CONNECTING, Ordering::SeqCst);
    }

    /// A connection stands; from here on bytes may have left.
    pub fn mark_connected(&self) {
        self.0.fetch_max(CONNECTED, Ordering::SeqCst);
    }

    /// Whether bytes may have left.
    pub fn may_have_sent(&self) -> bool {
        self.0.load(Ordering::SeqCst) >= CONNECTED
    }
}

impl SendWatch {
    /// Whether bytes may have left.
    pub fn may_have_sent(&self) -> bool {
        self.0.may_have_sent()
    }

    /// What to record if the provider's code ended without an answer (a panic, a lost task).
    pub fn outcome_without_answer(&self) -> PayOutcome {
        if self.may_have_sent() {
            PayOutcome::Unknown(UnknownCause::Crashed)
        } else {
            PayOutcome::NotSent(NotSentCause::Connect)
        }
    }
}

impl fmt::Debug for SendPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendPermit").field("attempt", &self.attempt).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the permit's own tests mint permits")]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct StoppedClock(Duration);

    impl Clock for StoppedClock {
        fn now(&self) -> Timestamp {
            Timestamp::default()
        }

        fn monotonic(&self) -> Monotonic {
            Monotonic::from_start(self.0)
        }
    }

    fn mint(now: u64, start_by: u64) -> (SendPermit, SendWatch) {
        SendPermit::mint(
            AttemptId::new(1, 1),
            Monotonic::from_start(Duration::from_secs(start_by)),
            Arc::new(StoppedClock(Duration::from_secs(now))),
        )
    }

    #[test]
    fn a_permit_past_its_time_does_not_start() {
        let (fresh, _) = mint(5, 5);
        assert!(fresh.start().is_ok());
        let (stale, watch) = mint(6, 5);
        assert_eq!(stale.start().unwrap_err(), NotSentCause::PermitExpired);
        assert!(!watch.may_have_sent());
    }

    #[test]
    fn a_permit_of_a_machine_that_was_suspended_does_not_start() {
        let clock = Arc::new(SetClock::default());
        let shared = Arc::clone(&clock) as Arc<dyn Clock>;
        let start_by = Monotonic::from_start(Duration::from_secs(5));
        let (permit, _) = SendPermit::mint(AttemptId::new(1, 1), start_by, shared);
        clock.0.store(3_600, Ordering::SeqCst);
        assert_eq!(permit.start().unwrap_err(), NotSentCause::PermitExpired);
    }

    #[test]
    fn a_send_that_slept_after_it_started_is_late() {
        let clock = Arc::new(SetClock::default());
        let shared = Arc::clone(&clock) as Arc<dyn Clock>;
        let start_by = Monotonic::from_start(Duration::from_secs(5));
        let (permit, _) = SendPermit::mint(AttemptId::new(1, 1), start_by, shared);
        let started = permit.start().unwrap();
        assert!(!started.is_late());
        clock.0.store(3_600, Ordering::SeqCst);
        assert!(started.is_late());
    }

    #[derive(Debug, Default)]
    struct SetClock(std::sync::atomic::AtomicI64);

    impl Clock for SetClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_seconds(self.0.load(Ordering::SeqCst))
        }

        fn monotonic(&self) -> Monotonic {
            Monotonic::default()
        }
    }

    #[test]
    fn a_lost_send_is_unknown_once_a_connection_stood() {
        let (permit, watch) = mint(0, 5);
        let started = permit.start().unwrap();
        started.phase().mark_connecting();
        assert_eq!(watch.outcome_without_answer(), PayOutcome::NotSent(NotSentCause::Connect));
        started.phase().mark_connected();
        started.phase().mark_connecting();
        assert_eq!(watch.outcome_without_answer(), PayOutcome::Unknown(UnknownCause::Crashed));
    }
}
