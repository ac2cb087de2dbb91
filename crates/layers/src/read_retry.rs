//! Asks again where asking again may help: reads only, few times, and not when everybody does.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ppob_provider::ProviderError;
use ppob_types::{Clock, Monotonic};

use crate::around::{Around, Next, Read, Running};
use crate::jitter::Jitter;
use crate::{BreakerState, Reserve};

/// The longest wait before the first and the second repetition.
const LONGEST: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];
const SHORTEST: Duration = Duration::from_millis(100);

pub(crate) struct ReadRetry {
    reserve: Reserve,
    jitter: Jitter,
    budget: Budget,
    clock: Arc<dyn Clock>,
}

impl ReadRetry {
    pub(crate) fn new(reserve: Reserve, clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self { reserve, jitter: Jitter::new(seed), budget: Budget::default(), clock }
    }

    fn may_repeat(&self, read: Read, error: &ProviderError) -> bool {
        read.may_be_repeated
            && error.is_retryable()
            // Where the provider is known to be unwell, one question at a time is enough.
            && self.reserve.overview().breaker == BreakerState::Closed
            && self.budget.spend(self.clock.monotonic())
    }
}

impl Around for ReadRetry {
    const NAME: &'static str = "read-retry";

    fn read<'a, T: Send + 'a>(
        &'a self,
        read: Read,
        next: Next<'a, T>,
    ) -> Running<'a, Result<T, ProviderError>> {
        Box::pin(async move {
            self.budget.earn();
            for longest in LONGEST {
                match next().await {
                    Err(error) if self.may_repeat(read, &error) => {
                        tokio::time::sleep(self.jitter.between(SHORTEST, longest)).await;
                    }
                    answer => return answer,
                }
            }
            next().await
        })
    }
}

/// Repetitions that may be made: one for ten reads, and three a minute in any case, so that a quiet
/// time is no reason to give up early, nor an outage a reason to ask three times as much.
#[derive(Debug, Default)]
struct Budget(Mutex<Account>);

#[derive(Debug)]
struct Account {
    /// In tenths of a repetition.
    tenths: u32,
    /// Which spell of [`SPELL`] the last gift was for.
    spell: u64,
}

const ONE: u32 = 10;
const MOST: u32 = 10 * ONE;
const MINIMUM: u32 = 3 * ONE;
const SPELL: Duration = Duration::from_secs(20);

impl Default for Account {
    fn default() -> Self {
        Self { tenths: MINIMUM, spell: 0 }
    }
}

impl Budget {
    fn earn(&self) {
        self.with(|account| account.tenths = account.tenths.saturating_add(1).min(MOST));
    }

    fn spend(&self, now: Monotonic) -> bool {
        self.with(|account| {
            let spell = now.since_start().as_secs() / SPELL.as_secs();
            let gifts = u32::try_from(spell.saturating_sub(account.spell)).unwrap_or(u32::MAX);
            account.spell = spell.max(account.spell);
            let floor = account.tenths.saturating_add(gifts.saturating_mul(ONE)).min(MINIMUM);
            account.tenths = account.tenths.max(floor);
            match account.tenths.checked_sub(ONE) {
                Some(rest) => {
                    account.tenths = rest;
                    true
                }
                None => false,
            }
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Account) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Monotonic {
        Monotonic::from_start(Duration::from_secs(seconds))
    }

    fn spent(budget: &Budget, seconds: u64) -> usize {
        (0..100).filter(|_| budget.spend(at(seconds))).count()
    }

    #[test]
    fn one_repetition_is_earned_by_ten_reads() {
        let budget = Budget::default();
        assert_eq!(spent(&budget, 0), 3);
        for _ in 0..40 {
            budget.earn();
        }
        assert_eq!(spent(&budget, 0), 4);
        for _ in 0..10_000 {
            budget.earn();
        }
        assert_eq!(spent(&budget, 0), 10, "savings are bounded");
    }

    #[test]
    fn a_quiet_minute_gives_three_again() {
        let budget = Budget::default();
        assert_eq!(spent(&budget, 0), 3);
        assert_eq!(spent(&budget, 19), 0);
        assert_eq!(spent(&budget, 20), 1);
        assert_eq!(spent(&budget, 3_600), 3);
    }
}
