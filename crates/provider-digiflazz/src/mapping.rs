//! Which of our products Digiflazz's codes are.
//!
//! `buyer_sku_code` is chosen by the owner of the account, and names and brands are Digiflazz's to change, so
//! nothing in a production list says for certain what a row is: there the operator's own mapping decides. In
//! test mode the documented test codes are known.

use ppob_types::{Family, MappedProduct, PriceRow, ProductCode, Rupiah};

/// `(test code, family, our code, name)`; `xld10` is the one prepaid code.
const TEST_CODES: [(&str, Family, &str, &str); 16] = [
    ("xld10", Family::MobileTopUp, "XL-10000", "XL 10.000"),
    ("pln", Family::PlnPostpaid, "PLN-POSTPAID", "PLN Tagihan Bulanan"),
    ("pdam", Family::Water, "PDAM-TEST", "PDAM"),
    ("internet", Family::Telkom, "INTERNET-TEST", "Internet"),
    ("bpjs", Family::Bpjs, "BPJS-KESEHATAN", "BPJS Kesehatan"),
    ("multifinance", Family::Multifinance, "FINANCE-TEST", "Multifinance"),
    ("cimahi", Family::Tax, "TAX-PBB-CIMAHI", "PBB Cimahi"),
    ("pdl", Family::Tax, "TAX-PDL-TEST", "Pajak Daerah Lainnya"),
    ("pgas", Family::Gas, "GAS-PGN", "Perusahaan Gas Negara"),
    ("tv", Family::PayTv, "TV-TEST", "TV Berlangganan"),
    ("bpjstk", Family::Bpjs, "BPJS-KETENAGAKERJAAN", "BPJS Ketenagakerjaan"),
    ("bpjstkpu", Family::Other, "BPJS-KETENAGAKERJAAN-PU", "BPJS Ketenagakerjaan PU"),
    ("plnnontaglist", Family::PlnNonTaglis, "PLN-NON-TAGLIS", "PLN Non Taglis"),
    ("emoney", Family::Other, "EMONEY-TEST", "E-Money"),
    ("samsat", Family::Tax, "TAX-SAMSAT-TEST", "SAMSAT"),
    ("hp", Family::PostpaidPhone, "POSTPAID-TEST", "HP Pascabayar"),
];

/// In production: nothing. A guess would sell one thing as another.
pub(crate) fn by_the_operator(_: &PriceRow) -> Option<MappedProduct> {
    None
}

/// In test mode: the documented test codes.
pub(crate) fn of_tests(row: &PriceRow) -> Option<MappedProduct> {
    let (_, family, product, name) =
        TEST_CODES.into_iter().find(|(code, ..)| *code == row.provider_code)?;
    Some(MappedProduct { product: ProductCode::new(product).ok()?, family, name: name.to_owned() })
}

/// What an electricity token of ours is worth: `PLN-PREPAID-20000` is 20 000.
pub(crate) fn nominal(product: &ProductCode) -> Option<Rupiah> {
    let nominal = product.as_str().strip_prefix("PLN-PREPAID-")?.parse().ok()?;
    Some(Rupiah::new(nominal)).filter(|nominal| nominal.is_positive())
}

#[cfg(test)]
mod tests {
    use ppob_types::Cost;

    use super::*;

    fn row(code: &str) -> PriceRow {
        PriceRow {
            provider_code: code.to_owned(),
            group: "Pascabayar".to_owned(),
            name: "Pln Pascabayar".to_owned(),
            nominal: None,
            admin: None,
            cost: Cost::BillPlus(Rupiah::ZERO),
            open: true,
            cut_off: None,
        }
    }

    #[test]
    fn every_test_code_is_a_valid_product_and_nothing_like_it_is() {
        for (code, family, product, _) in TEST_CODES {
            let mapped = of_tests(&row(code)).unwrap();
            assert_eq!((mapped.product.as_str(), mapped.family), (product, family));
            assert_eq!(of_tests(&row(&code.to_uppercase())), None);
        }
        assert_eq!(of_tests(&row("pln1")), None);
    }

    #[test]
    fn no_row_of_a_production_list_is_guessed_at() {
        for code in ["pln", "xld10", "PLN20"] {
            assert_eq!(by_the_operator(&row(code)), None);
        }
    }

    #[test]
    fn only_a_code_that_says_what_a_token_is_worth_is_worth_something() {
        let worth = |code: &str| nominal(&ProductCode::new(code).unwrap()).map(Rupiah::get);
        assert_eq!(worth("PLN-PREPAID-20000"), Some(20_000));
        for code in ["PLN-PREPAID", "PLN-PREPAID-0", "PLN-PREPAID-X", "PLN-POSTPAID"] {
            assert_eq!(worth(code), None, "{code}");
        }
    }
}
