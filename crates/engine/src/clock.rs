//! Wall time that never goes back, and knows when it was last set.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ppob_types::{Clock, Monotonic, Timestamp};

/// The machine's clock, never before the latest time ever recorded: a clock set back must not reopen
/// anything that had passed, and a clock set forward must not let anything pass too early.
#[derive(Debug)]
pub(crate) struct SteadyClock {
    inner: Arc<dyn Clock>,
    seen: Mutex<Seen>,
}

/// Wall time that runs ahead of monotonic time by more than this was set, not waited for.
const JUMP: Duration = Duration::from_secs(30);

#[derive(Debug)]
struct Seen {
    wall: Timestamp,
    monotonic: Monotonic,
    /// Since when wall time has run as monotonic time does: since the start, or the last jump.
    steady_since: (Timestamp, Monotonic),
    /// Where within the steady span wall time was furthest behind: it falls behind while it goes on
    /// slowly, and catching that up at once is a jump for everything that began meanwhile.
    furthest_behind: (Timestamp, Monotonic),
    /// By how much it was set forward, and the time after that; oldest first.
    jumps: VecDeque<(Timestamp, Duration)>,
}

/// How many jumps are remembered. A clock that is set more often lets windows pass early.
const JUMPS: usize = 64;

impl SteadyClock {
    pub(crate) fn new(inner: Arc<dyn Clock>, high_water: Timestamp) -> Self {
        let wall = inner.now().max(high_water);
        let monotonic = inner.monotonic();
        let start = (wall, monotonic);
        let seen = Seen {
            wall,
            monotonic,
            steady_since: start,
            furthest_behind: start,
            jumps: VecDeque::new(),
        };
        Self { inner, seen: Mutex::new(seen) }
    }

    /// How long it takes until `span` has surely passed since the wall time `from`, by monotonic time:
    /// what happened before this process (or the last jump of the clock) counts as having happened only
    /// then. Zero if it has passed.
    pub(crate) fn left_of(&self, span: Duration, from: Timestamp) -> Duration {
        let now = self.now();
        let seen = self.seen();
        let (steady_wall, steady_monotonic) = seen.steady_since;
        if from >= steady_wall {
            // Within the steady span the wall may run ahead by that much.
            span.saturating_add(JUMP).saturating_sub(now.since(from))
        } else {
            span.saturating_sub(self.inner.monotonic().since(steady_monotonic))
        }
    }

    /// How much wall time has to pass for `window` to have passed in truth: more, while a jump forward of
    /// this process's clock lies within it.
    pub(crate) fn stretched(&self, window: Duration) -> Duration {
        let now = self.now();
        let seen = self.seen();
        let within = seen.jumps.iter().filter(|(after, _)| now.since(*after) <= window);
        within.fold(window, |whole, (_, jump)| whole.saturating_add(*jump))
    }

    /// The wall time from which on `span` has surely passed since the wall time `from`. It moves further
    /// away whenever the clock is set: then nobody knows how much of it had passed.
    pub(crate) fn surely_over_at(&self, span: Duration, from: Timestamp) -> Timestamp {
        self.now();
        let (steady_wall, _) = self.seen().steady_since;
        from.max(steady_wall).plus(span).plus(JUMP)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        let mut seen = self.seen();
        let monotonic = self.inner.monotonic();
        // Ahead of a machine that was set back, time goes on at half its pace until the machine has
        // caught up: standing still would hold up every status check for as long.
        let slow = seen.wall.plus(monotonic.since(seen.monotonic) / 2);
        let wall = self.inner.now().max(slow);
        // Against the whole steady span, so that many small steps are seen as the jump they add up to; and
        // against where it was furthest behind, so that no lag from before makes up for a jump.
        let (behind_wall, behind_monotonic) = seen.furthest_behind;
        let passed = monotonic.since(behind_monotonic);
        let by_the_wall = wall.since(behind_wall);
        if by_the_wall < passed {
            seen.furthest_behind = (wall, monotonic);
        } else if by_the_wall > passed.saturating_add(JUMP) {
            seen.steady_since = (wall, monotonic);
            seen.furthest_behind = (wall, monotonic);
            seen.jumps.push_back((wall, by_the_wall.saturating_sub(passed)));
            if seen.jumps.len() > JUMPS {
                seen.jumps.pop_front();
            }
        }
        (seen.wall, seen.monotonic) = (wall, monotonic);
        wall
    }

    fn monotonic(&self) -> Monotonic {
        self.inner.monotonic()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default)]
    struct SetClock(Mutex<(u64, u64)>);

    impl SetClock {
        fn pass(&self, wall: u64, monotonic: u64) {
            let mut time = self.0.lock().unwrap();
            *time = (wall, time.1 + monotonic);
        }
    }

    impl Clock for SetClock {
        fn now(&self) -> Timestamp {
            Timestamp::default().plus(Duration::from_secs(self.0.lock().unwrap().0))
        }

        fn monotonic(&self) -> Monotonic {
            Monotonic::from_start(Duration::from_secs(self.0.lock().unwrap().1))
        }
    }

    fn steady(high_water: i64) -> (Arc<SetClock>, SteadyClock) {
        let machine = Arc::new(SetClock::default());
        let shared = Arc::clone(&machine) as Arc<dyn Clock>;
        (machine, SteadyClock::new(shared, Timestamp::from_seconds(high_water)))
    }

    #[test]
    fn a_clock_that_is_set_back_goes_on_slowly_from_the_latest_time_seen() {
        let (machine, clock) = steady(50);
        assert_eq!(clock.now(), Timestamp::from_seconds(50));
        machine.pass(100, 50);
        assert_eq!(clock.now(), Timestamp::from_seconds(100));
        machine.pass(70, 0);
        assert_eq!(clock.now(), Timestamp::from_seconds(100));
        machine.pass(80, 10);
        assert_eq!(clock.now(), Timestamp::from_seconds(105));
        machine.pass(120, 40);
        assert_eq!(clock.now(), Timestamp::from_seconds(125));
        machine.pass(180, 60);
        assert_eq!(clock.now(), Timestamp::from_seconds(180), "the machine has caught up");
    }

    #[test]
    fn a_clock_that_is_set_forward_lets_nothing_pass_too_early() {
        let (machine, clock) = steady(0);
        let minute = Duration::from_mins(1);
        let begun = clock.now();
        machine.pass(3_600, 1);
        assert!(!clock.left_of(minute, begun).is_zero(), "an hour by the wall, a second in truth");
        machine.pass(3_659, 59);
        assert!(!clock.left_of(minute, begun).is_zero(), "59 seconds since the jump was seen");
        machine.pass(3_660, 1);
        assert!(clock.left_of(minute, begun).is_zero());
    }

    #[test]
    fn what_began_while_time_went_slowly_does_not_pass_when_the_clock_is_put_right() {
        let (machine, clock) = steady(1_000);
        let minutes = Duration::from_mins(4);
        for _ in 0..10 {
            machine.pass(0, 60);
            clock.now();
        }
        let begun = clock.now();
        assert_eq!(begun, Timestamp::from_seconds(1_300), "half the pace of ten minutes");
        machine.pass(1_600, 1);
        assert_eq!(clock.now(), Timestamp::from_seconds(1_600));
        assert!(!clock.left_of(minutes, begun).is_zero());
        assert!(clock.stretched(minutes) > minutes);
        assert!(clock.surely_over_at(minutes, begun) >= Timestamp::from_seconds(1_840));
        machine.pass(1_839, 239);
        assert!(!clock.left_of(minutes, begun).is_zero());
        machine.pass(1_840, 1);
        assert!(clock.left_of(minutes, begun).is_zero());
    }

    #[test]
    fn a_machine_that_time_waited_for_catches_up_without_a_jump() {
        let (machine, clock) = steady(100);
        for second in 1..=300 {
            machine.pass(second, 1);
            clock.now();
        }
        assert_eq!(clock.now(), Timestamp::from_seconds(300));
        let minute = Duration::from_mins(1);
        assert_eq!(clock.stretched(minute), minute);
        let steady = Timestamp::from_seconds(100);
        assert_eq!(clock.surely_over_at(minute, steady), Timestamp::from_seconds(190));
    }

    #[test]
    fn a_window_that_the_clock_was_set_over_lasts_as_long_as_it_would_have() {
        let (machine, clock) = steady(0);
        let window = Duration::from_mins(10);
        assert_eq!(clock.stretched(window), window);
        machine.pass(60, 60);
        let (succeeded, begun) = (clock.now(), 60);
        machine.pass(begun + 86_400, 1);
        let has_passed =
            |clock: &SteadyClock| clock.now().since(succeeded) > clock.stretched(window);
        assert!(!has_passed(&clock), "a day by the wall, a second in truth");
        machine.pass(begun + 86_400 + 590, 590);
        assert!(!has_passed(&clock), "591 seconds in truth");
        machine.pass(begun + 86_400 + 601, 11);
        assert!(has_passed(&clock), "602 seconds in truth");
        assert_eq!(clock.stretched(window), window, "nothing within it is left of the jump");
    }

    #[test]
    fn what_an_earlier_process_began_counts_from_the_start_of_this_one() {
        let (machine, clock) = steady(1_000);
        let earlier = Timestamp::from_seconds(10);
        assert!(!clock.left_of(Duration::from_mins(1), earlier).is_zero());
        machine.pass(1_060, 60);
        assert!(clock.left_of(Duration::from_mins(1), earlier).is_zero());
    }
}
