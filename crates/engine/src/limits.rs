//! What one consumer may do, and its payments that are being worked on.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ppob_types::{ConsumerId, Family, Rupiah};

use crate::CreateError;

/// What a consumer may buy, and how much at once. Goes with each of its requests; by default there is
/// no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsumerLimits {
    /// Only products of these families; all if absent.
    pub families: Option<Arc<[Family]>>,
    /// New payments that this process works on at a time.
    pub payments_in_flight: Option<NonZeroU32>,
    /// The most that one payment may come to.
    pub payment_max: Option<Rupiah>,
    /// The most that the payments of one day (WIB) may come to together.
    pub day_max: Option<Rupiah>,
}

/// Per consumer: its payments that are being worked on, and whether its day was full when it last asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spending(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    in_flight: BTreeMap<ConsumerId, u32>,
    day_is_full: BTreeSet<ConsumerId>,
}

/// One payment of a consumer that is being worked on; dropping it makes room for the next.
#[derive(Debug)]
#[must_use]
pub(crate) struct InFlight {
    spending: Spending,
    consumer: ConsumerId,
}

impl ConsumerLimits {
    /// Whether products of this family may be seen and bought.
    pub fn allows(&self, family: Family) -> bool {
        self.families.as_ref().is_none_or(|families| families.contains(&family))
    }

    /// Refuses a payment that may come to more than one payment may.
    pub(crate) fn check_payment(&self, total: Rupiah) -> Result<(), CreateError> {
        match self.payment_max {
            Some(limit) if total > limit => Err(CreateError::AbovePaymentLimit { total, limit }),
            _ => Ok(()),
        }
    }
}

impl Spending {
    /// Room for one more payment of this consumer.
    pub(crate) fn take(
        &self,
        consumer: &ConsumerId,
        limit: Option<NonZeroU32>,
    ) -> Result<InFlight, CreateError> {
        let mut book = self.book();
        let count = book.in_flight.entry(consumer.clone()).or_default();
        if let Some(limit) = limit.filter(|limit| *count >= limit.get()) {
            return Err(CreateError::TooManyInFlight { limit: limit.get() });
        }
        *count = count.saturating_add(1);
        Ok(InFlight { spending: self.clone(), consumer: consumer.clone() })
    }

    /// Whether the consumer's day was full when it last asked. Then no room at a provider is spent on
    /// what will most likely be refused again.
    pub(crate) fn was_full(&self, consumer: &ConsumerId) -> bool {
        self.book().day_is_full.contains(consumer)
    }

    /// Remembers whether the consumer's day was full.
    pub(crate) fn note(&self, consumer: &ConsumerId, full: bool) {
        let mut book = self.book();
        if full {
            book.day_is_full.insert(consumer.clone());
        } else {
            book.day_is_full.remove(consumer);
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut book = self.spending.book();
        if let Some(count) = book.in_flight.get_mut(&self.consumer) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                book.in_flight.remove(&self.consumer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_counted_per_consumer_and_comes_back() {
        let spending = Spending::default();
        let (shop, app) = (ConsumerId::new("shop").unwrap(), ConsumerId::new("app").unwrap());
        let limit = NonZeroU32::new(2);
        let first = spending.take(&shop, limit).unwrap();
        let second = spending.take(&shop, limit).unwrap();
        let refused = spending.take(&shop, limit).unwrap_err();
        assert_eq!(refused, CreateError::TooManyInFlight { limit: 2 });
        let _other = spending.take(&app, limit).unwrap();
        drop(first);
        let _third = spending.take(&shop, limit).unwrap();
        assert!(spending.take(&shop, limit).is_err());
        drop(second);
        assert!(spending.take(&shop, None).is_ok());
    }

    #[test]
    fn one_payment_may_come_to_its_limit_and_not_to_a_rupiah_more() {
        let limits =
            ConsumerLimits { payment_max: Some(Rupiah::new(22_500)), ..ConsumerLimits::default() };
        assert_eq!(limits.check_payment(Rupiah::new(22_500)), Ok(()));
        assert!(limits.check_payment(Rupiah::new(22_501)).is_err());
        assert!(ConsumerLimits::default().check_payment(Rupiah::new(i64::MAX)).is_ok());
    }
}
