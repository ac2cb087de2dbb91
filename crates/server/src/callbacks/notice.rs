//! What an operator has to hear of: callbacks of a configured provider that cannot be taken. Whoever
//! reaches the listener can cause it, so it is said at most once a minute for each provider and cause.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ppob_engine::CallbackRefused;
use ppob_types::{Clock, Monotonic, ProviderName};

const EVERY: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) struct Notices {
    clock: Arc<dyn Clock>,
    told: Mutex<BTreeMap<(ProviderName, &'static str), Monotonic>>,
}

impl Notices {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, told: Mutex::default() }
    }

    /// Tells it, unless it was told a moment ago. Of unknown providers nothing is told or remembered.
    pub(super) fn tell(&self, provider: &ProviderName, refused: CallbackRefused) {
        let advice = match refused {
            CallbackRefused::NotAuthentic => {
                "a callback under this provider's name is not authentic; if there are many, compare the \
                 secret in the configuration with the one that the provider signs with"
            }
            CallbackRefused::Unreadable => {
                "an authentic callback of this provider is not in its format; payments are asked about \
                 as without it"
            }
            CallbackRefused::NoSuchProvider | CallbackRefused::Later => return,
        };
        if self.is_news(provider, refused.as_str()) {
            tracing::warn!(%provider, "{advice}");
        }
    }

    fn is_news(&self, provider: &ProviderName, cause: &'static str) -> bool {
        let now = self.clock.monotonic();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let before = told.get(&(provider.clone(), cause));
        if before.is_some_and(|before| now.since(*before) < EVERY) {
            return false;
        }
        told.insert((provider.clone(), cause), now);
        true
    }
}

#[cfg(test)]
mod tests {
    use ppob_types::Timestamp;

    use super::*;

    #[derive(Debug)]
    struct Still(Mutex<Duration>);

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::from_seconds(0)
        }

        fn monotonic(&self) -> Monotonic {
            Monotonic::from_start(*self.0.lock().unwrap())
        }
    }

    #[test]
    fn a_flood_of_forged_callbacks_is_told_once_a_minute() {
        let clock = Arc::new(Still(Mutex::default()));
        let notices = Notices::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let (a, b) = (ProviderName::new("a").unwrap(), ProviderName::new("b").unwrap());
        assert!(notices.is_news(&a, "not-authentic"));
        assert!(!notices.is_news(&a, "not-authentic"));
        assert!(notices.is_news(&a, "unreadable") && notices.is_news(&b, "not-authentic"));
        *clock.0.lock().unwrap() = EVERY;
        assert!(notices.is_news(&a, "not-authentic"));
    }
}
