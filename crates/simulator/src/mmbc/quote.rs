//! What a customer owes right now, and what the provider knows about the customer.

use super::accounts::Price;
use super::catalogue::Product;
use super::families::Family;
use super::hash::Draws;
use super::month::Month;

/// Invented customers; no relation to anybody.
const NAMES: [&str; 8] = [
    "MMBC TOUR TRAVEL",
    "BUDI SANTOSO",
    "SITI AMINAH",
    "H. ABDUL RAHMAN/ITI",
    "CV \"MAJU JAYA\"",
    "I MADE WIRAWAN",
    "NUR'AINI",
    "TOKO SUMBER REJEKI",
];

/// Tariff class, power in VA, price of a kWh in rupiah.
const TARIFFS: [(&str, u32, i64); 5] = [
    ("R1M", 900, 1_352),
    ("R1", 1_300, 1_444),
    ("R1", 2_200, 1_444),
    ("R2", 4_400, 1_699),
    ("R3", 6_600, 1_699),
];

/// One month of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) month: Month,
    /// Rupiah, with the penalty.
    pub(crate) amount: i64,
    /// Rupiah.
    pub(crate) penalty: i64,
}

/// The answer to "what would this cost", before anybody paid.
#[derive(Clone)]
pub(crate) struct Quote {
    pub(crate) product: &'static Product,
    pub(crate) customer_number: String,
    pub(crate) draws: Draws,
    /// The months of a bill, oldest first; empty for a token.
    pub(crate) sheets: Vec<Sheet>,
    /// The bill or the face value, in rupiah.
    pub(crate) amount: i64,
    pub(crate) admin: i64,
    /// What the customer pays.
    pub(crate) total: i64,
    /// What leaves the deposit.
    pub(crate) cost: i64,
}

/// What a face value is spent on; the parts add up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenParts {
    pub(crate) energy: i64,
    pub(crate) street_lighting_tax: i64,
    pub(crate) value_added_tax: i64,
    pub(crate) stamp_duty: i64,
    pub(crate) instalment: i64,
    pub(crate) kwh_hundredths: i64,
}

impl Quote {
    /// What `customer_number` owes for `product` in `now`, or `None` when everything up to
    /// `paid_through` covers it.
    pub(crate) fn new(
        product: &'static Product,
        customer_number: &str,
        now: Month,
        paid_through: Option<Month>,
        price: &Price,
    ) -> Option<Self> {
        let draws = Draws::new(&[product.code, customer_number]);
        let sheets = sheets(product, draws, now, paid_through);
        if sheets.is_empty() && product.family != Family::PlnToken {
            return None;
        }
        let amount = product.nominal + sheets.iter().map(|sheet| sheet.amount).sum::<i64>();
        let billed = if price.per_sheet { sheets.len().max(1) } else { 1 };
        let billed = i64::try_from(billed).unwrap_or(1);
        Some(Self {
            product,
            customer_number: customer_number.to_owned(),
            draws,
            sheets,
            amount,
            admin: price.admin * billed,
            total: amount + price.admin * billed,
            cost: amount + price.fee * billed,
        })
    }

    /// The name belongs to the number, whatever is paid for it.
    pub(crate) fn customer_name(&self) -> &'static str {
        Draws::new(&[&self.customer_number]).pick("name", &NAMES, "PELANGGAN")
    }

    /// Tariff class, power in VA, price of a kWh in rupiah.
    pub(crate) fn tariff(&self) -> (&'static str, u32, i64) {
        Draws::new(&[&self.customer_number]).pick("tariff", &TARIFFS, ("R1", 1_300, 1_444))
    }

    pub(crate) fn penalty(&self) -> i64 {
        self.sheets.iter().map(|sheet| sheet.penalty).sum()
    }

    /// The document's sample splits 100 000 into 97 619 of energy and 2 381 of street lighting tax.
    pub(crate) fn token_parts(&self) -> TokenParts {
        let (_, power, kwh_price) = self.tariff();
        let instalment = if self.draws.below("instalment", 5) == 0 { 5_000 } else { 0 };
        let stamp_duty = if self.amount >= 1_000_000 { 3_000 } else { 0 };
        let taxable = self.amount - instalment - stamp_duty;
        let street_lighting_tax = (taxable * 2_381 + 50_000) / 100_000;
        let value_added_tax = if power >= 6_600 { taxable / 11 } else { 0 };
        let energy = taxable - street_lighting_tax - value_added_tax;
        TokenParts {
            energy,
            street_lighting_tax,
            value_added_tax,
            stamp_duty,
            instalment,
            kwh_hundredths: energy * 100 / kwh_price,
        }
    }
}

fn sheets(product: &Product, draws: Draws, now: Month, paid_through: Option<Month>) -> Vec<Sheet> {
    let (low, high) = product.amounts;
    (0..product.family.most_sheets(draws))
        .rev()
        .map(|months| now.back(months))
        .filter(|month| paid_through.is_none_or(|paid| *month > paid))
        .map(|month| {
            let label = month.compact();
            let is_late = month < now || draws.below(&format!("late {label}"), 3) == 0;
            let penalty = if is_late { product.family.penalty() } else { 0 };
            Sheet { month, amount: draws.amount(&label, low, high) + penalty, penalty }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::product;
    use super::*;

    const PRICE: Price = Price { admin: 2_500, fee: 700, ready: true, per_sheet: false };

    fn quote(code: &str, number: &str, paid: Option<Month>) -> Option<Quote> {
        let now = Month::of("2026-01-15 10:00:00").unwrap();
        Quote::new(product(code).unwrap(), number, now, paid, &PRICE)
    }

    #[test]
    fn the_parts_of_every_token_add_up_to_its_face_value() {
        for number in 0..300_u32 {
            for code in ["PLNS20", "PLNS100", "PLNS1000"] {
                let quote = quote(code, &number.to_string(), None).unwrap();
                let parts = quote.token_parts();
                let sum = parts.energy
                    + parts.street_lighting_tax
                    + parts.value_added_tax
                    + parts.stamp_duty
                    + parts.instalment;
                assert_eq!(sum, quote.product.nominal);
                assert_eq!(quote.total, quote.product.nominal + 2_500);
                assert_eq!(quote.cost, quote.product.nominal + 700);
                assert!(parts.energy > 0 && parts.kwh_hundredths > 0);
            }
        }
    }

    #[test]
    fn a_bill_is_the_same_at_every_inquiry_and_some_span_several_months() {
        let mut lengths = std::collections::BTreeSet::new();
        for number in 0..100_u32 {
            let first = quote("PLN", &number.to_string(), None).unwrap();
            let again = quote("PLN", &number.to_string(), None).unwrap();
            assert_eq!(first.sheets, again.sheets);
            lengths.insert(first.sheets.len());
        }
        assert_eq!(lengths.into_iter().collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn nothing_is_owed_for_a_month_that_is_paid() {
        let now = Month::of("2026-01-15 10:00:00").unwrap();
        assert!(quote("PLN", "530000000001", Some(now)).is_none());
        let last_month = quote("PLN", "530000000001", Some(now.back(1))).unwrap();
        assert_eq!(last_month.sheets.len(), 1);
        assert!(quote("PLNS20", "530000000001", Some(now)).is_some());
    }

    #[test]
    fn the_sum_of_the_months_is_the_bill() {
        let quote = quote("MCF", "0100200300", None).unwrap();
        let sum: i64 = quote.sheets.iter().map(|sheet| sheet.amount).sum();
        assert_eq!(quote.amount, sum);
    }
}
