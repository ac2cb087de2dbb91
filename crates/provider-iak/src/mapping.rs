//! Which of our products IAK's codes are.

use ppob_types::{Family, MappedProduct, PriceRow, ProductCode, Rupiah};

use crate::prices::{POSTPAID, PREPAID};

/// `(what the code begins with, what our code begins with, name)`: mobile credit, whose nominal follows.
///
/// `xld25000` stands in the document, `htelkomsel10000` in the official SDK; the others as working clients of the
/// interface use them.
const CREDIT: [(&str, &str, &str); 6] = [
    ("htelkomsel", "TSEL", "Telkomsel"),
    ("hindosat", "ISAT", "Indosat"),
    ("xld", "XL", "XL"),
    ("haxis", "AXIS", "Axis"),
    ("hthree", "TRI", "Tri"),
    ("hsmart", "SMARTFREN", "Smartfren"),
];

/// `(IAK's code, family, our code, name)`. From the document's test numbers and samples; of the phone bills
/// only `HPTHREE`, the others as working clients use them.
const BILLS: [(&str, Family, &str, &str); 16] = [
    ("PLNPOSTPAID", Family::PlnPostpaid, "PLN-POSTPAID", "PLN Tagihan Bulanan"),
    ("PLNNONH", Family::PlnNonTaglis, "PLN-NON-TAGLIS", "PLN Non Taglis"),
    ("BPJS", Family::Bpjs, "BPJS-KESEHATAN", "BPJS Kesehatan"),
    ("BPJSTK", Family::Bpjs, "BPJS-KETENAGAKERJAAN", "BPJS Ketenagakerjaan BPU"),
    // Its numbers have twelve digits, which the family's have not.
    ("BPJSTKPU", Family::Other, "BPJS-KETENAGAKERJAAN-PU", "BPJS Ketenagakerjaan PU"),
    ("TELKOMPSTN", Family::Telkom, "TELKOM", "Telkom"),
    ("TVTLKMV", Family::Telkom, "TELKOM-VISION", "Telkomvision"),
    ("TVBIG", Family::PayTv, "TV-BIG", "Big TV"),
    ("PGAS", Family::Gas, "GAS-PGN", "Perusahaan Gas Negara"),
    ("AETRA", Family::Water, "PDAM-AETRA-TPJ", "PDAM Aetra/TPJ"),
    ("HPTHREE", Family::PostpaidPhone, "POSTPAID-TRI", "Tri Pascabayar"),
    ("HPTSEL", Family::PostpaidPhone, "POSTPAID-HALO", "Telkomsel Halo"),
    ("HPXL", Family::PostpaidPhone, "POSTPAID-XL", "XL Pascabayar"),
    ("HPMTRIX", Family::PostpaidPhone, "POSTPAID-MATRIX", "Indosat Matrix"),
    ("HPSMART", Family::PostpaidPhone, "POSTPAID-SMARTFREN", "Smartfren Pascabayar"),
    ("SHOPEEPAY", Family::Other, "EMONEY-SHOPEEPAY-OPEN", "ShopeePay, nominal bebas"),
];

/// `(what the code begins with, family, our code, name)`: the place follows, as in `PDAMKOTA.SURABAYA`.
const PLACES: [(&str, Family, &str, &str); 5] = [
    ("PDAMKOTA.", Family::Water, "PDAM-KOTA-", "PDAM Kota "),
    ("PDAMKAB.", Family::Water, "PDAM-KAB-", "PDAM Kabupaten "),
    ("PBBKOT.", Family::Tax, "TAX-PBB-KOTA-", "PBB Kota "),
    ("PBBKAB.", Family::Tax, "TAX-PBB-KAB-", "PBB Kabupaten "),
    ("ESAMSAT.", Family::Tax, "TAX-SAMSAT-", "e-Samsat "),
];

/// What the codes of PLN tokens begin with; the nominal follows.
const TOKEN: &str = "hpln";

/// Our product for a row of the price list; `None` if the code is not known, never a guess.
pub(crate) fn map(row: &PriceRow) -> Option<MappedProduct> {
    let code = row.provider_code.trim();
    if row.group.starts_with(PREPAID) {
        top_up(&code.to_ascii_lowercase(), row.nominal)
    } else if row.group.starts_with(POSTPAID) {
        bill(&code.to_ascii_uppercase())
    } else {
        None
    }
}

/// What a token of this code is worth: `hpln20000` is 20 000.
pub(crate) fn token_nominal(code: &str) -> Option<Rupiah> {
    nominal(code.trim().to_ascii_lowercase().strip_prefix(TOKEN)?)
}

/// What an electricity token of ours is worth: `PLN-PREPAID-20000` is 20 000. For codes that the operator
/// maps, which may have any form.
pub(crate) fn worth(product: &ProductCode) -> Option<Rupiah> {
    nominal(product.as_str().strip_prefix("PLN-PREPAID-")?)
}

fn top_up(code: &str, stated: Option<Rupiah>) -> Option<MappedProduct> {
    let (ours, family, name, worth) = if let Some(worth) = token_nominal(code) {
        ("PLN-PREPAID", Family::PlnPrepaid, "Token PLN", worth)
    } else {
        let known = CREDIT.iter().find_map(|(prefix, ours, name)| {
            Some((*ours, *name, nominal(code.strip_prefix(prefix)?)?))
        });
        let (ours, name, worth) = known?;
        (ours, Family::MobileTopUp, name, worth)
    };
    // What code and nominal do not agree about would be sold as something it is not.
    if stated != Some(worth) {
        return None;
    }
    Some(MappedProduct {
        product: ProductCode::new(&format!("{ours}-{}", worth.get())).ok()?,
        family,
        name: format!("{name} {worth}"),
    })
}

fn bill(code: &str) -> Option<MappedProduct> {
    if let Some((_, family, ours, name)) = BILLS.into_iter().find(|known| known.0 == code) {
        let product = ProductCode::new(ours).ok()?;
        return Some(MappedProduct { product, family, name: name.to_owned() });
    }
    PLACES.into_iter().find_map(|(prefix, family, ours, name)| {
        let place = code.strip_prefix(prefix)?;
        // Two places must not become one product, so nothing is left out or put together.
        let plain = place.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let product = ProductCode::new(&format!("{ours}{place}")).ok().filter(|_| plain)?;
        Some(MappedProduct { product, family, name: format!("{name}{place}") })
    })
}

fn nominal(digits: &str) -> Option<Rupiah> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    let fits = plain && (4..=8).contains(&digits.len());
    fits.then(|| digits.parse().ok().map(Rupiah::new)).flatten()
}

#[cfg(test)]
mod tests {
    use ppob_types::Cost;

    use super::*;

    fn mapped(group: &str, code: &str, nominal: Option<i64>) -> Option<(String, Family)> {
        let row = PriceRow {
            provider_code: code.to_owned(),
            group: group.to_owned(),
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
    fn a_top_up_needs_a_nominal_that_agrees_with_its_code() {
        let credit = |code: &str| Some((code.to_owned(), Family::MobileTopUp));
        assert_eq!(mapped("prepaid pulsa", "xld25000", Some(25_000)), credit("XL-25000"));
        assert_eq!(mapped("prepaid pulsa", "htelkomsel10000", Some(10_000)), credit("TSEL-10000"));
        let token = Some(("PLN-PREPAID-20000".to_owned(), Family::PlnPrepaid));
        assert_eq!(mapped("prepaid pln", "HPLN20000", Some(20_000)), token);
        for (code, nominal) in [
            ("hpln20000", Some(50_000)),
            ("hpln20000", None),
            ("hpln020000", Some(20_000)),
            ("hpln20", Some(20)),
            ("hpln", None),
            ("xld25000x", Some(25_000)),
            ("xldata25000", Some(25_000)),
            ("dana25", Some(25_000)),
            ("PLNPOSTPAID", None),
        ] {
            assert_eq!(mapped("prepaid pulsa", code, nominal), None, "{code}");
        }
    }

    #[test]
    fn only_a_code_that_says_what_a_token_is_worth_is_worth_something() {
        let of = |code: &str| worth(&ProductCode::new(code).unwrap()).map(Rupiah::get);
        assert_eq!(of("PLN-PREPAID-20000"), Some(20_000));
        for code in ["PLN-PREPAID", "PLN-PREPAID-0", "PLN-PREPAID-X", "PLN-POSTPAID"] {
            assert_eq!(of(code), None, "{code}");
        }
    }

    #[test]
    fn a_code_means_a_product_at_its_own_host_only() {
        for (code, family, product, _) in BILLS {
            let expected = Some((product.to_owned(), family));
            assert_eq!(mapped("postpaid x", code, None), expected, "{code}");
            assert_eq!(mapped("prepaid x", code, None), None, "{code}");
            assert_eq!(mapped("x", code, None), None, "{code}");
        }
        assert_eq!(mapped("postpaid pln", "hpln20000", Some(20_000)), None);
    }

    #[test]
    fn places_keep_their_names_and_odd_ones_stay_unmapped() {
        let water = |code: &str| Some((code.to_owned(), Family::Water));
        assert_eq!(mapped("postpaid pdam", "PDAMKOTA.SURABAYA", None), water("PDAM-KOTA-SURABAYA"));
        assert_eq!(mapped("postpaid pdam", "PDAMKAB.KEDIRI", None), water("PDAM-KAB-KEDIRI"));
        let tax = mapped("postpaid pajak-kendaraan", "ESAMSAT.JABAR", None);
        assert_eq!(tax, Some(("TAX-SAMSAT-JABAR".to_owned(), Family::Tax)));
        for odd in ["PDAMKOTA.", "PDAMKOTA.A B", "PDAMKOTA.A.B", "PDAMKOTA", "FNMEGA", "CBN", ""] {
            assert_eq!(mapped("postpaid x", odd, None), None, "{odd}");
        }
    }
}
