//! Products that a provider called closed.

use std::collections::BTreeMap;

use ppob_types::{Monotonic, PayOutcome, ProductCode, RefusalCode};

use crate::TripReason;
use crate::breaker::{OPEN_MAX, open_time};

/// Closed products rest one by one: a provider that closed one water company sells the others, and
/// its account is well. The refusal was definite, so asking again after the rest costs no money.
#[derive(Debug, Default)]
pub(crate) struct Resting {
    products: BTreeMap<ProductCode, Rest>,
}

#[derive(Debug)]
struct Rest {
    until: Monotonic,
    times: u32,
    reason: TripReason,
}

impl Resting {
    /// Why `product` rests now, if it does.
    pub(crate) fn reason(&self, product: &ProductCode, now: Monotonic) -> Option<TripReason> {
        let rest = self.products.get(product)?;
        (now < rest.until).then_some(rest.reason)
    }

    pub(crate) fn list(&self, now: Monotonic) -> Vec<(ProductCode, TripReason)> {
        self.products
            .iter()
            .filter(|(_, rest)| now < rest.until)
            .map(|(product, rest)| (product.clone(), rest.reason))
            .collect()
    }

    pub(crate) fn settle(&mut self, product: &ProductCode, outcome: &PayOutcome, now: Monotonic) {
        let reason = match outcome {
            PayOutcome::Succeeded => {
                self.products.remove(product);
                return;
            }
            PayOutcome::Rejected(no) => match no.code {
                RefusalCode::ProductClosed => TripReason::ProductClosed,
                RefusalCode::CutOff => TripReason::CutOff,
                _ => return,
            },
            PayOutcome::Pending | PayOutcome::NotSent(_) | PayOutcome::Unknown(_) => return,
        };
        // What nobody asked for again is forgotten.
        self.products.retain(|_, rest| now <= rest.until.plus(OPEN_MAX));
        let rest =
            self.products.entry(product.clone()).or_insert(Rest { until: now, times: 0, reason });
        if now < rest.until {
            // Sent before the rest began.
            return;
        }
        rest.times = rest.times.saturating_add(1);
        rest.until = now.plus(open_time(rest.times));
        rest.reason = reason;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ppob_types::{RefusalScope, Rejection};

    use super::*;

    const fn closed() -> PayOutcome {
        PayOutcome::Rejected(Rejection {
            code: RefusalCode::ProductClosed,
            scope: RefusalScope::Provider,
        })
    }

    fn at(seconds: u64) -> Monotonic {
        Monotonic::from_start(Duration::from_secs(seconds))
    }

    fn product(code: &str) -> ProductCode {
        ProductCode::new(code).unwrap()
    }

    #[test]
    fn a_closed_product_rests_alone_and_longer_each_time() {
        let mut resting = Resting::default();
        let atb = product("PDAM-ATB");
        resting.settle(&atb, &closed(), at(0));
        resting.settle(&atb, &closed(), at(1));
        assert_eq!(resting.reason(&atb, at(29)), Some(TripReason::ProductClosed));
        assert_eq!(resting.reason(&atb, at(30)), None);
        assert_eq!(resting.reason(&product("PDAM-TPJ"), at(0)), None);
        resting.settle(&atb, &closed(), at(30));
        assert_eq!(resting.list(at(89)), [(atb.clone(), TripReason::ProductClosed)]);
        assert_eq!(resting.reason(&atb, at(90)), None);
        resting.settle(&atb, &PayOutcome::Succeeded, at(91));
        resting.settle(&atb, &closed(), at(100));
        assert_eq!(resting.reason(&atb, at(130)), None, "short again");
    }

    #[test]
    fn products_nobody_asks_for_again_are_forgotten() {
        let mut resting = Resting::default();
        for n in 0..100 {
            resting.settle(&product(&format!("P-{n}")), &closed(), at(n * 1_000));
        }
        assert_eq!(resting.products.len(), 1);
    }
}
