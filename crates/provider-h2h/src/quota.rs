//! How often a number was asked about today, where a centre limits it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ppob_types::Timestamp;

/// Counts inquiries by product and number, for one day of Western Indonesian Time.
#[derive(Default)]
pub(crate) struct Quota(Mutex<Day>);

#[derive(Default)]
struct Day {
    day: i64,
    asked: BTreeMap<(String, String), u32>,
}

/// How many numbers are counted. A day that has more of them is not limited any further.
const MOST: usize = 1_000_000;

impl Quota {
    /// Counts one more inquiry; false if `most` were made today.
    pub(crate) fn take(&self, most: u32, product: &str, number: &str, now: Timestamp) -> bool {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let today = now.wib_day();
        if counted.day != today {
            *counted = Day { day: today, asked: BTreeMap::new() };
        }
        let key = (product.to_owned(), number.to_owned());
        if counted.asked.len() >= MOST && !counted.asked.contains_key(&key) {
            return true;
        }
        let asked = counted.asked.entry(key).or_default();
        let allowed = *asked < most;
        *asked += u32::from(allowed);
        allowed
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn fact_61_three_inquiries_for_a_number_and_product_a_day_are_made_and_no_fourth() {
        let quota = Quota::default();
        // 23:59:50 in Western Indonesian Time.
        let now = Timestamp::from_wib("2026-01-15 23:59:50").unwrap();
        let taken: Vec<bool> = (0..4).map(|_| quota.take(3, "PLN", "530000000001", now)).collect();
        assert_eq!(taken, [true, true, true, false]);
        assert!(quota.take(3, "PLN", "530000000002", now), "another number");
        assert!(quota.take(3, "BPJS", "530000000001", now), "another product");
        let tomorrow = now.plus(Duration::from_secs(10));
        assert!(quota.take(3, "PLN", "530000000001", tomorrow), "another day");
    }
}
