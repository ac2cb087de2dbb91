//! What a centre sells.

use super::config::Profile;

/// A product of a centre.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// The code that pays.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Whether it is sold now.
    pub open: bool,
}

/// What a product is. Amounts in rupiah.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Credit, money or a voucher, at a fixed price.
    TopUp {
        /// What is debited.
        price: i64,
    },
    /// A token of 20 digits.
    Token {
        /// What is debited.
        price: i64,
    },
    /// A bill. The customer pays the bill and the admin fee; the deposit is debited the bill and `margin`.
    Bill {
        /// The admin fee.
        admin: i64,
        /// What is debited on top of the bill.
        margin: i64,
    },
}

/// What a bill comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owed {
    pub(crate) bill: i64,
    pub(crate) admin: i64,
    pub(crate) cost: i64,
}

impl Owed {
    pub(crate) const fn total(self) -> i64 {
        self.bill + self.admin
    }
}

impl Product {
    fn new(code: &str, name: &str, kind: Kind) -> Self {
        Self { code: code.to_owned(), name: name.to_owned(), kind, open: true }
    }

    /// Whether it has to be asked what is owed.
    pub(crate) const fn is_bill(&self) -> bool {
        matches!(self.kind, Kind::Bill { .. })
    }

    /// What a customer owes, or a purchase costs: the same for the same number.
    pub(crate) fn owed(&self, dest: &str) -> Owed {
        match self.kind {
            Kind::TopUp { price } | Kind::Token { price } => {
                Owed { bill: price, admin: 0, cost: price }
            }
            Kind::Bill { admin, margin } => {
                let drawn = i64::try_from(drawn(&[&self.code, dest]) % 600).unwrap_or(0);
                let bill = 20_000 + 500 * drawn;
                Owed { bill, admin, cost: bill + margin }
            }
        }
    }
}

/// A number that depends on nothing but `parts` (FNV-1a).
pub(crate) fn drawn(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The low bits of FNV mix poorly.
    (hash ^ (hash >> 29)) % 1_000_000_007
}

/// What a centre of this kind usually sells.
pub(crate) fn usual(profile: Profile) -> Vec<Product> {
    let top_up = |code: &str, name: &str, price| Product::new(code, name, Kind::TopUp { price });
    let token = |code: &str, name: &str, price| Product::new(code, name, Kind::Token { price });
    let bill = |code: &str, name: &str| {
        Product::new(code, name, Kind::Bill { admin: 2_500, margin: 1_350 })
    };
    match profile {
        Profile::OkeConnect => vec![
            top_up("S5", "Telkomsel 5.000", 5_500),
            top_up("S10", "Telkomsel 10.000", 10_450),
            top_up("T5", "Three 5.000", 5_300),
            top_up("DANA10", "Dana 10.000", 10_100),
            top_up("DML86", "Mobile Legends 86 Diamond", 19_800),
            token("PLN20", "Token PLN 20.000", 20_150),
            token("PLN100", "Token PLN 100.000", 100_150),
            bill("BPLA", "PLN Bulanan"),
            bill("BBPJS", "BPJS Kesehatan"),
        ],
        Profile::OtomaX => vec![
            top_up("S5", "Telkomsel 5.000", 5_500),
            top_up("S10", "Telkomsel 10.000", 10_450),
            top_up("DANA10", "Dana 10.000", 10_100),
            top_up("DML86", "Mobile Legends 86 Diamond", 19_800),
            token("PLN20", "Token PLN 20.000", 20_150),
            bill("BYRPLN", "PLN Bulanan"),
        ],
        Profile::Rajabiller => vec![
            top_up("S5H", "Telkomsel 5.000", 5_500),
            top_up("S10H", "Telkomsel 10.000", 10_450),
            top_up("ML86H", "Mobile Legends 86 Diamond", 19_800),
            bill("PLNPASCH", "PLN Bulanan"),
            bill("WASDA", "PDAM Sidoarjo"),
            bill("WABONDO", "PDAM Bondowoso"),
        ],
    }
}
