//! How many callbacks the engine works on at a time: in all, and under one provider's name.
//!
//! A place is taken once a callback has come in as a whole, so somebody who sends slowly holds none.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ppob_types::ProviderName;

#[derive(Debug)]
pub(super) struct InFlight(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    most: usize,
    most_per_provider: usize,
    taken: Mutex<Taken>,
}

/// Names come from outside; there are never more of them than places.
#[derive(Debug, Default)]
struct Taken {
    total: usize,
    by_provider: BTreeMap<ProviderName, usize>,
}

/// One place; dropping it gives it back.
#[derive(Debug)]
pub(super) struct Place {
    shared: Arc<Shared>,
    provider: ProviderName,
}

impl InFlight {
    pub(super) fn new(most: usize, most_per_provider: usize) -> Self {
        Self(Arc::new(Shared { most, most_per_provider, taken: Mutex::default() }))
    }

    /// A place for a callback of `provider`, unless there are too many.
    pub(super) fn take(&self, provider: &ProviderName) -> Option<Place> {
        let shared = &self.0;
        let mut taken = shared.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_provider = taken.by_provider.get(provider).copied().unwrap_or_default();
        if taken.total >= shared.most || of_provider >= shared.most_per_provider {
            return None;
        }
        taken.total += 1;
        taken.by_provider.insert(provider.clone(), of_provider + 1);
        metrics::gauge!("ppob_callbacks_in_flight").increment(1.0);
        Some(Place { shared: Arc::clone(shared), provider: provider.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.shared.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.total = taken.total.saturating_sub(1);
        if let Some(count) = taken.by_provider.get_mut(&self.provider) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.by_provider.remove(&self.provider);
            }
        }
        metrics::gauge!("ppob_callbacks_in_flight").decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> ProviderName {
        ProviderName::new(text).unwrap()
    }

    #[test]
    fn one_provider_cannot_take_the_places_of_others_and_names_do_not_pile_up() {
        let in_flight = InFlight::new(3, 2);
        let first = in_flight.take(&name("a")).unwrap();
        let _second = in_flight.take(&name("a")).unwrap();
        assert!(in_flight.take(&name("a")).is_none());
        let third = in_flight.take(&name("b")).unwrap();
        assert!(in_flight.take(&name("c")).is_none(), "all are taken");
        drop(first);
        drop(third);
        assert!(in_flight.take(&name("a")).is_some());
        let taken = in_flight.0.taken.lock().unwrap();
        assert_eq!((taken.total, taken.by_provider.len()), (1, 1));
    }
}
