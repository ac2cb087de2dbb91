//! Price lists and bills.

use std::time::Duration;

use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::{
    Bill, Cost, FamilyDetails, PriceList, PriceRow, Purchase, RefusalCode, RefusalScope, Rejection,
    Rupiah,
};

use super::State;
use crate::fault::Fault;
use crate::stage::Stage;
use crate::world::{GOODS, goods};

/// From this long after a payment until `OWED_AGAIN` a bill is gone.
const BILLER_LAG: Duration = Duration::from_secs(30);
const OWED_AGAIN: Duration = Duration::from_mins(8);

impl State {
    pub(crate) fn price_list(&mut self, stage: &Stage, margin: i64) -> PriceList {
        if stage.happens(&mut self.random, Fault::PriceChange) {
            self.price_shift = i64::try_from(self.random.below(900)).unwrap_or(0);
        }
        let closed = if stage.happens(&mut self.random, Fault::PriceClosed) {
            self.random.below(5)
        } else {
            u64::MAX
        };
        let rows = GOODS
            .iter()
            .zip(0_u64..)
            .map(|(goods, index)| {
                let extra = Rupiah::new(margin + self.price_shift);
                PriceRow {
                    provider_code: goods.code.to_owned(),
                    group: String::new(),
                    name: goods.code.to_owned(),
                    nominal: goods.nominal.map(Rupiah::new),
                    admin: Some(Rupiah::new(goods.admin)),
                    cost: match goods.nominal {
                        Some(nominal) => Cost::Fixed(extra.saturating_plus(Rupiah::new(nominal))),
                        None => Cost::BillPlus(extra),
                    },
                    open: index != closed,
                    cut_off: None,
                }
            })
            .collect();
        PriceList { rows, unreadable: Vec::new() }
    }

    pub(crate) fn bill(
        &mut self,
        stage: &Stage,
        purchase: &Purchase,
    ) -> Result<Bill, ProviderError> {
        let paid =
            stage.truth().last_paid(purchase).map(|at| stage.clock.elapsed().saturating_sub(at));
        if paid.is_some_and(|ago| (BILLER_LAG..OWED_AGAIN).contains(&ago)) {
            let no = Rejection { code: RefusalCode::BillAlreadyPaid, scope: RefusalScope::Bill };
            return Err(ProviderError::new(ProviderErrorKind::Refused(no), "paid already"));
        }
        let now = stage.clock.elapsed();
        let (mut change, told_at) = self.bills.get(&purchase.customer).copied().unwrap_or_default();
        // Not between the last question and the payment: that race cannot be closed.
        let may_change = now.saturating_sub(told_at) > Duration::from_mins(1);
        if may_change && stage.happens(&mut self.random, Fault::BillChanged) {
            change = 5_000 - change;
        }
        self.bills.insert(purchase.customer.clone(), (change, now));
        let amount = self.owed(purchase);
        let admin = goods(purchase.product.as_str()).map_or(0, |goods| goods.admin);
        Ok(Bill {
            customer_name: None,
            periods: vec!["202601".to_owned()],
            amount: Some(Rupiah::new(amount)),
            admin: Some(Rupiah::new(admin)),
            penalty: None,
            total: Rupiah::new(amount + admin),
            cost: None,
            details: FamilyDetails::None,
            lines: Vec::new(),
            token: None,
        })
    }

    /// What this customer owes.
    pub(crate) fn owed(&self, purchase: &Purchase) -> i64 {
        let digits: i64 = purchase.customer.expose().bytes().map(i64::from).sum();
        let change = self.bills.get(&purchase.customer).map_or(0, |(change, _)| *change);
        50_000 + digits * 10 + change
    }
}
