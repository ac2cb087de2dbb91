//! Every product the simulated provider sells.
//!
//! `PLN` and `PLNS…` are written as in the document's price list; the other codes are the names
//! the document and clients of the real API use. Amounts of bills are invented.

use super::families::Family;

/// A product of the price list.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) code: &'static str,
    pub(crate) group: &'static str,
    /// The name in the price list.
    pub(crate) name: &'static str,
    /// The name in inquiries and receipts, which may differ from that in the list.
    pub(crate) receipt_name: &'static str,
    pub(crate) family: Family,
    /// The face value of a token in rupiah, 0 for bills.
    pub(crate) nominal: i64,
    /// The admin fee in rupiah, 0 for families without one.
    pub(crate) admin: i64,
    /// What one month costs at least and at most, in rupiah.
    pub(crate) amounts: (i64, i64),
}

/// The product with this code.
pub(crate) fn product(code: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.code == code)
}

const fn token(code: &'static str, nominal: i64) -> Product {
    Product {
        code,
        group: "PLN Group",
        name: "PLN Pra Bayar",
        receipt_name: "PLN Pra Bayar",
        family: Family::PlnToken,
        nominal,
        admin: 2_500,
        amounts: (0, 0),
    }
}

const fn bill(
    group: &'static str,
    code: &'static str,
    family: Family,
    admin: i64,
    amounts: (i64, i64),
) -> Product {
    Product { code, group, name: code, receipt_name: code, family, nominal: 0, admin, amounts }
}

const fn named(name: &'static str, receipt_name: &'static str, product: &Product) -> Product {
    Product {
        name,
        receipt_name,
        code: product.code,
        group: product.group,
        family: product.family,
        nominal: product.nominal,
        admin: product.admin,
        amounts: product.amounts,
    }
}

const PLN: &str = "PLN Group";
const TELKOM: &str = "TELKOM Group";
const TV: &str = "TV Berlangganan";
const FINANCE: &str = "Multifinance";
const CARD: &str = "Kartu Postpaid";

/// The whole price list, in its order.
pub(crate) static PRODUCTS: [Product; 30] = [
    named("PLN Bulanan", "PLN", &bill(PLN, "PLN", Family::PlnMonthly, 2_500, (45_000, 950_000))),
    token("PLNS20", 20_000),
    token("PLNS50", 50_000),
    token("PLNS100", 100_000),
    token("PLNS200", 200_000),
    token("PLNS500", 500_000),
    token("PLNS1000", 1_000_000),
    named(
        "PLN Non Taglis",
        "PLNNONTAGLIS",
        &bill(PLN, "PLNNONTAGLIS", Family::PlnNonTaglis, 2_500, (100_000, 1_500_000)),
    ),
    bill(TELKOM, "TELKOM", Family::Telkom, 2_500, (50_000, 400_000)),
    bill(TELKOM, "SPEEDY", Family::Telkom, 2_500, (150_000, 600_000)),
    bill(TELKOM, "TELKOMVISION", Family::Telkom, 2_500, (80_000, 250_000)),
    bill(TV, "INDOVISION", Family::PayTv, 2_500, (100_000, 400_000)),
    bill(TV, "TOPTV", Family::PayTv, 2_500, (60_000, 150_000)),
    bill(TV, "OKEVISION", Family::PayTv, 2_500, (60_000, 180_000)),
    bill(TV, "NEXMEDIA", Family::PayTv, 2_500, (70_000, 200_000)),
    bill("PGN", "PGN", Family::Pgn, 2_500, (30_000, 350_000)),
    bill("PDAM", "PDAM AETRA/TPJ", Family::Pdam, 2_500, (25_000, 300_000)),
    bill("PDAM", "PDAM PALYJA", Family::Pdam, 2_500, (25_000, 300_000)),
    named(
        "PDAM ATB Batam",
        "PDAM ATB Batam",
        &bill("PDAM", "PDAM ATB", Family::Pdam, 2_000, (25_000, 300_000)),
    ),
    bill(FINANCE, "MCF", Family::VehicleFinance, 5_000, (450_000, 2_500_000)),
    bill(FINANCE, "MAF", Family::VehicleFinance, 5_000, (450_000, 2_500_000)),
    bill(FINANCE, "WOM", Family::VehicleFinance, 5_000, (400_000, 1_500_000)),
    bill(FINANCE, "BAF", Family::VehicleFinance, 5_000, (400_000, 1_500_000)),
    bill(FINANCE, "FIF", Family::Fif, 0, (400_000, 1_500_000)),
    bill(FINANCE, "ADIRA", Family::Adira, 5_000, (400_000, 2_000_000)),
    bill(FINANCE, "COLUMBIA", Family::OtherFinance, 0, (150_000, 900_000)),
    bill(CARD, "HALO", Family::PostpaidPhone, 2_500, (50_000, 500_000)),
    bill(CARD, "XPLOR", Family::PostpaidPhone, 2_500, (50_000, 400_000)),
    bill(CARD, "MENTARI", Family::PostpaidPhone, 2_500, (50_000, 400_000)),
    named(
        "BPJS Kesehatan",
        "BPJS Kesehatan",
        &bill("BPJS", "BPJS", Family::Bpjs, 2_500, (42_000, 600_000)),
    ),
];
