//! How many payments were settled lately, and how many of them are unknown.

use std::collections::VecDeque;
use std::time::Duration;

use ppob_types::Monotonic;

/// This many unknown outcomes …
const FEW: usize = 3;
/// … within this time are too many.
const SHORT: Duration = Duration::from_mins(1);
/// Or more than two in a hundred …
const MOST_PERCENT: u64 = 2;
/// … of at least this many payments …
const ENOUGH: u64 = 50;
/// … within this many slots of this length: five minutes.
const SLOTS: u64 = 10;
const SLOT: Duration = Duration::from_secs(30);

/// Counts per slot of time, so that its size does not grow with traffic.
#[derive(Debug, Default)]
pub(crate) struct Window {
    latest_unknown: VecDeque<Monotonic>,
    slots: VecDeque<Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    number: u64,
    settled: u64,
    unknown: u64,
}

impl Window {
    /// Counts a payment whose outcome is known.
    pub(crate) fn known(&mut self, now: Monotonic) {
        self.count(now, 0);
    }

    /// Counts a payment whose outcome is not known. Whether that makes too many.
    pub(crate) fn unknown(&mut self, now: Monotonic) -> bool {
        self.count(now, 1);
        self.latest_unknown.push_back(now);
        if self.latest_unknown.len() > FEW {
            self.latest_unknown.pop_front();
        }
        let many = self.latest_unknown.len() == FEW
            && self.latest_unknown.front().is_some_and(|first| now.since(*first) <= SHORT);
        let settled: u64 = self.slots.iter().map(|slot| slot.settled).sum();
        let unknown: u64 = self.slots.iter().map(|slot| slot.unknown).sum();
        many || (settled >= ENOUGH && unknown * 100 > settled * MOST_PERCENT)
    }

    /// How many outcomes became unknown lately.
    pub(crate) fn unknown_lately(&self, now: Monotonic) -> u64 {
        let number = now.since_start().as_secs() / SLOT.as_secs();
        let recent = self.slots.iter().filter(|slot| slot.number + SLOTS > number);
        recent.map(|slot| slot.unknown).sum()
    }

    /// Counts into the slot of `now`, and forgets slots that are too old.
    fn count(&mut self, now: Monotonic, unknown: u64) {
        let number = now.since_start().as_secs() / SLOT.as_secs();
        while self.slots.front().is_some_and(|oldest| oldest.number + SLOTS <= number) {
            self.slots.pop_front();
        }
        let mut newest = match self.slots.pop_back() {
            Some(newest) if newest.number >= number => newest,
            older => {
                self.slots.extend(older);
                Slot { number, ..Slot::default() }
            }
        };
        newest.settled += 1;
        newest.unknown += unknown;
        self.slots.push_back(newest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Monotonic {
        Monotonic::from_start(Duration::from_secs(seconds))
    }

    #[test]
    fn three_unknown_outcomes_in_a_minute_are_too_many() {
        let mut window = Window::default();
        assert!(!window.unknown(at(0)));
        assert!(!window.unknown(at(30)));
        assert!(!window.unknown(at(61)), "the first is more than a minute old");
        assert!(window.unknown(at(90)));
    }

    #[test]
    fn more_than_two_percent_of_fifty_in_five_minutes_are_too_many() {
        let mut window = Window::default();
        for _ in 0..48 {
            window.known(at(0));
        }
        assert!(!window.unknown(at(10)), "1 of 49");
        assert!(window.unknown(at(200)), "2 of 50");

        let mut calm = Window::default();
        for _ in 0..98 {
            calm.known(at(0));
        }
        assert!(!calm.unknown(at(10)));
        assert!(!calm.unknown(at(200)), "2 of 100 is not more than 2 %");
    }

    #[test]
    fn what_is_older_than_five_minutes_is_forgotten() {
        let mut window = Window::default();
        assert!(!window.unknown(at(0)));
        for _ in 0..60 {
            window.known(at(310));
        }
        assert!(!window.unknown(at(320)), "1 of 61");
        assert!(window.slots.len() <= 10);
    }
}
