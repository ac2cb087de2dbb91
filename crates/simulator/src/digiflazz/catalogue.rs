//! What is sold: the documented test products, and a few more that behave like real ones.

use serde::Deserialize;

/// A prepaid product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepaid {
    /// The code, which the owner of an account chooses.
    pub code: String,
    /// Its name.
    pub name: &'static str,
    /// `Pulsa`, `PLN` and so on.
    pub category: &'static str,
    /// Whose it is.
    pub brand: &'static str,
    /// What leaves the deposit, in rupiah.
    pub price: i64,
    /// Whether it is an electricity token of 20 digits.
    pub is_token: bool,
    /// Whether it is sold.
    pub offered: bool,
    /// How many are left; `None`: unlimited.
    pub stock: Option<u32>,
    /// Whether one number may buy it twice a day.
    pub multi: bool,
    /// Between which times of day it is not sold, `HH:MM`; equal ones: never.
    pub cut_off: (&'static str, &'static str),
}

/// A product with a bill.
#[derive(Clone, Debug)]
pub(crate) struct Postpaid {
    pub(crate) code: &'static str,
    pub(crate) brand: &'static str,
    /// Per sheet, in rupiah.
    pub(crate) admin: i64,
    /// Per sheet, in rupiah.
    pub(crate) commission: i64,
    /// What a sheet owes apart from the admin fee, in rupiah.
    pub(crate) sheet: i64,
    pub(crate) offered: bool,
}

/// A change of one product; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductUpdate {
    /// The code.
    pub code: String,
    /// What it costs now, in rupiah (prepaid).
    #[serde(default)]
    pub price: Option<i64>,
    /// Whether it is sold.
    #[serde(default)]
    pub offered: Option<bool>,
    /// How many are left (prepaid).
    #[serde(default)]
    pub stock: Option<u32>,
    /// Whether one number may buy it twice a day (prepaid).
    #[serde(default)]
    pub multi: Option<bool>,
}

const NO_CUT_OFF: (&str, &str) = ("00:00", "00:00");

impl Prepaid {
    /// A product that is sold at any time, as often as anybody likes.
    pub fn new(
        code: &str,
        name: &'static str,
        category: &'static str,
        brand: &'static str,
        price: i64,
    ) -> Self {
        Self {
            code: code.to_owned(),
            name,
            category,
            brand,
            price,
            is_token: false,
            offered: true,
            stock: None,
            multi: true,
            cut_off: NO_CUT_OFF,
        }
    }

    /// The same, as an electricity token.
    #[must_use]
    pub fn token(self) -> Self {
        Self { is_token: true, ..self }
    }
}

pub(crate) fn prepaid() -> Vec<Prepaid> {
    let base = Prepaid::new;
    vec![
        base("xld10", "Xl 10.000", "Pulsa", "XL", 10_000),
        Prepaid {
            is_token: true,
            cut_off: ("23:45", "00:15"),
            ..base("pln20", "PLN 20.000", "PLN", "PLN", 20_100)
        },
        base("gopay25", "Go Pay 25.000", "E-Money", "GO PAY", 25_400),
        base("ml86", "MOBILELEGEND - 86 Diamond", "Games", "MOBILE LEGENDS", 19_500),
        Prepaid {
            multi: false,
            stock: Some(50),
            ..base("tsel5", "Telkomsel 5.000", "Pulsa", "TELKOMSEL", 5_350)
        },
    ]
}

pub(crate) fn postpaid() -> Vec<Postpaid> {
    let row = |code, brand, admin, commission, sheet| Postpaid {
        code,
        brand,
        admin,
        commission,
        sheet,
        offered: true,
    };
    vec![
        row("pln", "PLN PASCABAYAR", 2_500, 1_000, 8_500),
        row("pdam", "PDAM", 2_500, 1_000, 10_000),
        row("internet", "INTERNET PASCABAYAR", 2_500, 1_175, 8_000),
        row("bpjs", "BPJS KESEHATAN", 2_500, 800, 25_500),
        row("multifinance", "MULTIFINANCE", 2_500, 1_000, 8_500),
        row("cimahi", "PBB", 1_000, 300, 95_000),
        row("pdl", "PAJAK DAERAH LAINNYA", 1_000, 300, 50_000),
        row("pgas", "GAS NEGARA", 2_500, 900, 22_000),
        row("tv", "TV PASCABAYAR", 2_500, 1_000, 8_000),
        row("bpjstk", "BPJS KETENAGAKERJAAN", 2_500, 700, 36_800),
        row("bpjstkpu", "BPJS KETENAGAKERJAAN PU", 2_500, 700, 1_200_000),
        row("plnnontaglist", "PLN NONTAGLIS", 5_000, 1_200, 80_000),
        // Its amount is the caller's.
        row("emoney", "E-MONEY", 1_500, 500, 0),
        row("samsat", "SAMSAT", 5_000, 1_000, 250_000),
        row("hp", "HP PASCABAYAR", 2_500, 1_000, 8_000),
    ]
}
