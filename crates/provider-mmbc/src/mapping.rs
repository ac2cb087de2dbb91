//! Which of our products MMBC's codes are.

use ppob_types::{Family, MappedProduct, PriceRow, ProductCode, Rupiah};

/// `(MMBC's code, family, our code, name)`.
///
/// Codes as the document writes them; `PLNNONTAGLIS`, `MNCVISION`, the codes of PDAM and the long
/// forms of a name as working clients of the API use them; `COLUMBIA` is inferred.
const PRODUCTS: [(&str, Family, &str, &str); 29] = [
    ("PLN", Family::PlnPostpaid, "PLN-POSTPAID", "PLN Tagihan Bulanan"),
    ("PLNNONTAGLIS", Family::PlnNonTaglis, "PLN-NON-TAGLIS", "PLN Non Taglis"),
    ("TELKOM", Family::Telkom, "TELKOM", "Telkom"),
    ("SPEEDY", Family::Telkom, "TELKOM-SPEEDY", "Telkom Speedy"),
    ("TELKOMVISION", Family::Telkom, "TELKOM-VISION", "Telkomvision"),
    ("INDOVISION", Family::PayTv, "TV-INDOVISION", "Indovision"),
    ("TOPTV", Family::PayTv, "TV-TOPTV", "Top TV"),
    ("OKEVISION", Family::PayTv, "TV-OKEVISION", "Okevision"),
    ("NEXMEDIA", Family::PayTv, "TV-NEXMEDIA", "Nexmedia"),
    ("MNCVISION", Family::PayTv, "TV-MNCVISION", "MNC Vision"),
    ("PGN", Family::Gas, "GAS-PGN", "Perusahaan Gas Negara"),
    ("PDAM AETRA/TPJ", Family::Water, "PDAM-AETRA-TPJ", "PDAM Aetra/TPJ"),
    ("PDAM PALYJA", Family::Water, "PDAM-PALYJA", "PDAM Palyja"),
    ("PDAM ATB", Family::Water, "PDAM-ATB", "PDAM ATB Batam"),
    ("PDAM ATB BATAM", Family::Water, "PDAM-ATB", "PDAM ATB Batam"),
    ("MCF", Family::Multifinance, "FINANCE-MCF", "Mega Central Finance"),
    ("MAF", Family::Multifinance, "FINANCE-MAF", "Mega Auto Finance"),
    ("WOM", Family::Multifinance, "FINANCE-WOM", "WOM Finance"),
    ("BAF", Family::Multifinance, "FINANCE-BAF", "Bussan Auto Finance"),
    ("FIF", Family::Multifinance, "FINANCE-FIF", "Federal International Finance"),
    ("ADIRA", Family::Multifinance, "FINANCE-ADIRA", "Adira Finance"),
    ("COLUMBIA", Family::Multifinance, "FINANCE-COLUMBIA", "Columbia"),
    ("HALO", Family::PostpaidPhone, "POSTPAID-HALO", "Telkomsel Halo"),
    ("KARTU HALO", Family::PostpaidPhone, "POSTPAID-HALO", "Telkomsel Halo"),
    ("XPLOR", Family::PostpaidPhone, "POSTPAID-XPLOR", "XL Xplor"),
    ("MENTARI", Family::PostpaidPhone, "POSTPAID-MENTARI", "Indosat Mentari"),
    ("BPJS", Family::Bpjs, "BPJS-KESEHATAN", "BPJS Kesehatan"),
    ("BPJS KESEHATAN", Family::Bpjs, "BPJS-KESEHATAN", "BPJS Kesehatan"),
    ("BPJSKESEHATAN", Family::Bpjs, "BPJS-KESEHATAN", "BPJS Kesehatan"),
];

/// Our product for a row of the price list; `None` if the code is not known, never a guess.
pub(crate) fn map(row: &PriceRow) -> Option<MappedProduct> {
    let code = row.provider_code.to_ascii_uppercase();
    let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(nominal) = token_nominal(&code) {
        // A token whose code and nominal disagree would be sold as something it is not.
        if row.nominal != Some(nominal) {
            return None;
        }
        return Some(MappedProduct {
            product: ProductCode::new(&format!("PLN-PREPAID-{}", nominal.get())).ok()?,
            family: Family::PlnPrepaid,
            name: format!("Token PLN {nominal}"),
        });
    }
    let (_, family, product, name) = PRODUCTS.into_iter().find(|known| known.0 == code)?;
    Some(MappedProduct { product: ProductCode::new(product).ok()?, family, name: name.to_owned() })
}

/// What a token of this code is worth: `PLNS20` is 20 000 (the document's price list).
pub(crate) fn token_nominal(code: &str) -> Option<Rupiah> {
    let prefix = code.get(..4)?;
    let thousands = code.get(4..)?;
    let plain = thousands.bytes().all(|byte| byte.is_ascii_digit()) && !thousands.starts_with('0');
    if !prefix.eq_ignore_ascii_case("PLNS") || !plain || thousands.len() > 6 {
        return None;
    }
    thousands.parse::<i64>().ok().map(|k| Rupiah::new(k * 1_000))
}

#[cfg(test)]
mod tests {
    use ppob_types::Cost;

    use super::*;

    fn mapped(code: &str, nominal: Option<i64>) -> Option<(String, Family)> {
        let row = PriceRow {
            provider_code: code.to_owned(),
            group: String::new(),
            name: String::new(),
            nominal: nominal.map(Rupiah::new),
            admin: None,
            cost: Cost::BillPlus(Rupiah::ZERO),
            open: true,
            cut_off: None,
        };
        map(&row).map(|product| (product.product.to_string(), product.family))
    }

    #[test]
    fn a_token_needs_a_nominal_that_agrees_with_its_code() {
        let token = |code: &str| Some((code.to_owned(), Family::PlnPrepaid));
        assert_eq!(mapped("PLNS20", Some(20_000)), token("PLN-PREPAID-20000"));
        assert_eq!(mapped("plns1000", Some(1_000_000)), token("PLN-PREPAID-1000000"));
        for (code, nominal) in [
            ("PLNS20", Some(50_000)),
            ("PLNS20", None),
            ("PLNS", Some(0)),
            ("PLNS0", Some(0)),
            ("PLNS020", Some(20_000)),
            ("PLNS20X", Some(20_000)),
            ("PLNS9999999", Some(9_999_999_000)),
        ] {
            assert_eq!(mapped(code, nominal), None, "{code}");
        }
    }

    #[test]
    fn every_known_code_is_a_valid_product_and_unknown_ones_are_none() {
        for (code, family, product, _) in PRODUCTS {
            assert_eq!(mapped(code, None), Some((product.to_owned(), family)), "{code}");
        }
        assert_eq!(
            mapped(" pdam  aetra/tpj ", None),
            Some(("PDAM-AETRA-TPJ".to_owned(), Family::Water))
        );
        for unknown in ["", "PDAM", "PLN2", "PLN NON TAGLIS X", "INDOSAT", "ééé"] {
            assert_eq!(mapped(unknown, None), None, "{unknown}");
        }
    }
}
