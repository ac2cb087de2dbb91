//! A provider's prices, before they are mapped to our products.

use serde::{Deserialize, Serialize};

use crate::{Family, ProductCode, Rupiah, RupiahOverflow, Timestamp};

/// What a provider sells, as it says itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceList {
    /// One row per product; a code may occur more than once.
    pub rows: Vec<PriceRow>,
    /// Rows of the answer that could not be read, with the reason; never silently dropped.
    pub unreadable: Vec<String>,
}

/// One line of a price list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceRow {
    /// The provider's own code, verbatim; may hold spaces and slashes.
    pub provider_code: String,
    /// The provider's group name.
    pub group: String,
    /// The provider's product name.
    pub name: String,
    /// The nominal, for products that have one.
    pub nominal: Option<Rupiah>,
    /// The admin fee the end customer pays on top, if stated.
    pub admin: Option<Rupiah>,
    /// What is debited from our deposit.
    pub cost: Cost,
    /// Whether the provider sells it now.
    pub open: bool,
    /// Daily hours in which it cannot be bought.
    pub cut_off: Option<CutOff>,
}

/// Which of our products a provider's row is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedProduct {
    /// Our code.
    pub product: ProductCode,
    /// Its family.
    pub family: Family,
    /// Its name for people.
    pub name: String,
}

/// What is debited from our deposit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cost {
    /// This much.
    Fixed(Rupiah),
    /// The bill, and this much (MMBC: `Tagihan + 700`); negative where the provider pays us.
    BillPlus(Rupiah),
}

impl Cost {
    /// The cost once the bill (without admin fee) is known.
    ///
    /// # Errors
    /// [`RupiahOverflow`] if the sum does not fit.
    pub fn of_bill(self, bill: Rupiah) -> Result<Rupiah, RupiahOverflow> {
        match self {
            Self::Fixed(cost) => Ok(cost),
            Self::BillPlus(extra) => bill.plus(extra),
        }
    }

    /// The part that differs between providers: the whole cost, or what comes on top of the bill.
    pub const fn comparable(self) -> Rupiah {
        match self {
            Self::Fixed(cost) => cost,
            Self::BillPlus(extra) => extra,
        }
    }
}

/// Daily hours, in Western Indonesian Time, in which a product cannot be bought. May cross midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutOff {
    /// First second of the day that is closed.
    pub from_second: u32,
    /// First second of the day that is open again.
    pub until_second: u32,
}

impl CutOff {
    /// Whether `moment` falls into the closed hours. Equal ends mean no cut-off.
    pub fn covers(self, moment: Timestamp) -> bool {
        let second = moment.wib_second_of_day();
        if self.from_second <= self.until_second {
            (self.from_second..self.until_second).contains(&second)
        } else {
            second >= self.from_second || second < self.until_second
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_off_may_cross_midnight() {
        let pln = CutOff { from_second: 23 * 3600, until_second: 3600 };
        let at = |text: &str| pln.covers(Timestamp::from_wib(text).unwrap());
        assert!(at("2026-01-01 23:00:00"));
        assert!(at("2026-01-02 00:59:59"));
        assert!(!at("2026-01-02 01:00:00"));
        assert!(!at("2026-01-02 22:59:59"));
        let none = CutOff { from_second: 0, until_second: 0 };
        assert!(!none.covers(Timestamp::from_wib("2026-01-02 00:00:00").unwrap()));
    }

    #[test]
    fn the_cost_of_a_bill_is_the_bill_and_the_fee() {
        assert_eq!(
            Cost::BillPlus(Rupiah::new(700)).of_bill(Rupiah::new(80_000)),
            Ok(Rupiah::new(80_700))
        );
        assert_eq!(Cost::Fixed(Rupiah::new(20_700)).of_bill(Rupiah::ZERO), Ok(Rupiah::new(20_700)));
    }
}
