//! A queue with two lanes between async callers and a thread that blocks.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Which lane; the first is emptied before the second.
#[derive(Clone, Copy, Debug)]
pub enum Lane {
    /// News about money that may already be moving.
    Outcome,
    /// Everything else.
    Intake,
}

/// The queue.
pub struct Lanes<T> {
    state: Mutex<State<T>>,
    arrived: Condvar,
    intake_limit: usize,
}

struct State<T> {
    outcomes: VecDeque<T>,
    intakes: VecDeque<T>,
    closed: bool,
}

/// Kept by the threads that take: however the last of them ends (a panic, too), nobody must wait for
/// it for ever.
#[derive(Debug)]
pub struct Closing<T>(Arc<Lanes<T>>);

/// Why an item was not taken. It never began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// Nothing is taken any more.
    Closed,
    /// Too many wait in the second lane.
    Full,
}

impl<T> Lanes<T> {
    /// At most `intake_limit` items wait in the second lane; outcomes are always taken.
    pub const fn new(intake_limit: usize) -> Self {
        Self {
            state: Mutex::new(State {
                outcomes: VecDeque::new(),
                intakes: VecDeque::new(),
                closed: false,
            }),
            arrived: Condvar::new(),
            intake_limit,
        }
    }

    /// Drops what waits: whoever waits for it learns that nobody answers.
    pub fn discard(&self) {
        let (outcomes, intakes) = {
            let mut state = self.lock();
            (std::mem::take(&mut state.outcomes), std::mem::take(&mut state.intakes))
        };
        drop((outcomes, intakes));
    }

    /// Lets `item` wait in its lane.
    ///
    /// # Errors
    /// [`NotTaken`]: it does not wait.
    pub fn push(&self, lane: Lane, item: T) -> Result<(), NotTaken> {
        let mut state = self.lock();
        if state.closed {
            return Err(NotTaken::Closed);
        }
        match lane {
            Lane::Outcome => state.outcomes.push_back(item),
            Lane::Intake if state.intakes.len() >= self.intake_limit => return Err(NotTaken::Full),
            Lane::Intake => state.intakes.push_back(item),
        }
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits for items and moves up to `limit` of them to `taken`, outcomes first. Says how many
    /// stay; `None` once the queue is closed and empty.
    pub fn take(&self, limit: usize, taken: &mut Vec<T>) -> Option<usize> {
        let mut state = self.lock();
        while state.is_empty() {
            if state.closed {
                return None;
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let outcomes = state.outcomes.len().min(limit);
        taken.extend(state.outcomes.drain(..outcomes));
        let intakes = state.intakes.len().min(limit - outcomes);
        taken.extend(state.intakes.drain(..intakes));
        Some(state.outcomes.len() + state.intakes.len())
    }

    /// Takes nothing more; what waits is still handed out.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    /// Whether nothing is taken any more.
    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Closing<T> {
    /// Closes these lanes when it is dropped.
    pub const fn new(lanes: Arc<Lanes<T>>) -> Self {
        Self(lanes)
    }
}

impl<T> Drop for Closing<T> {
    fn drop(&mut self) {
        self.0.close();
        self.0.discard();
    }
}

impl<T> State<T> {
    fn is_empty(&self) -> bool {
        self.outcomes.is_empty() && self.intakes.is_empty()
    }
}

impl<T> fmt::Debug for Lanes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Lanes")
            .field("outcomes", &state.outcomes.len())
            .field("intakes", &state.intakes.len())
            .field("closed", &state.closed)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_overtake_intakes_and_keep_their_own_order() {
        let lanes = Lanes::new(10);
        for item in [1, 2] {
            lanes.push(Lane::Intake, item).unwrap();
        }
        for item in [11, 12] {
            lanes.push(Lane::Outcome, item).unwrap();
        }
        let mut taken = Vec::new();
        assert_eq!(lanes.take(3, &mut taken), Some(1));
        assert_eq!(taken, [11, 12, 1]);
    }

    #[test]
    fn a_full_queue_refuses_intakes_but_never_an_outcome() {
        let lanes = Lanes::new(1);
        lanes.push(Lane::Intake, 1).unwrap();
        assert_eq!(lanes.push(Lane::Intake, 2), Err(NotTaken::Full));
        assert_eq!(lanes.push(Lane::Outcome, 3), Ok(()));
    }

    #[test]
    fn a_closed_queue_hands_out_what_waits_and_then_ends() {
        let lanes = Lanes::new(10);
        lanes.push(Lane::Intake, 1).unwrap();
        lanes.close();
        assert_eq!(lanes.push(Lane::Outcome, 2), Err(NotTaken::Closed));
        let mut taken = Vec::new();
        assert_eq!(lanes.take(8, &mut taken), Some(0));
        assert_eq!(lanes.take(8, &mut taken), None);
        assert_eq!(taken, [1]);
    }
    #[test]
    fn when_whoever_takes_is_gone_the_queue_is_closed_and_empty() {
        let lanes = Arc::new(Lanes::new(10));
        let closing = Closing::new(Arc::clone(&lanes));
        lanes.push(Lane::Intake, 1).unwrap();
        drop(closing);
        assert_eq!(lanes.push(Lane::Intake, 2), Err(NotTaken::Closed));
        assert_eq!(lanes.take(8, &mut Vec::new()), None);
    }
}
