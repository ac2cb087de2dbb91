//! The bodies of the requests, and what cannot be asked for.

use ppob_provider::InquiryRequest;
use ppob_types::{Family, Purchase, Rupiah};
use serde::Serialize;

/// Where a family is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// Top-ups, by `ref_id` alone.
    Prepaid,
    /// Bills: an inquiry, and its payment.
    Postpaid,
}

impl Host {
    pub(crate) const fn of(family: Family) -> Self {
        match family {
            Family::PlnPrepaid | Family::MobileTopUp | Family::Emoney | Family::Games => {
                Self::Prepaid
            }
            Family::PlnPostpaid
            | Family::PlnNonTaglis
            | Family::Telkom
            | Family::PayTv
            | Family::Gas
            | Family::Water
            | Family::Bpjs
            | Family::Multifinance
            | Family::PostpaidPhone
            | Family::Tax
            | Family::Other => Self::Postpaid,
        }
    }
}

/// Whether a top-up can say what is bought: it has fields for a product and a number only.
pub(crate) fn is_top_up(purchase: &Purchase) -> bool {
    purchase.amount.is_none() && purchase.parameters.is_empty() && is_one_number(purchase)
}

/// A comma joins two numbers at other providers; here each has a field of its own.
fn is_one_number(purchase: &Purchase) -> bool {
    !purchase.customer.expose().contains(',')
}

/// Asks the prepaid host. Fields that a call does not have are left out.
#[derive(Serialize)]
pub(crate) struct Prepaid<'a> {
    pub(crate) username: &'a str,
    pub(crate) sign: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ref_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) customer_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) product_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<&'static str>,
}

/// Asks the postpaid host, whose one path tells calls apart by `commands`.
#[derive(Serialize)]
pub(crate) struct Postpaid<'a> {
    pub(crate) commands: &'static str,
    pub(crate) username: &'a str,
    pub(crate) sign: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ref_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tr_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<&'static str>,
    #[serde(flatten)]
    pub(crate) bill: Option<BillFields<'a>>,
}

/// What an inquiry about a bill is about.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct BillFields<'a> {
    code: &'a str,
    hp: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    month: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nomor_identitas: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    desc: Option<OpenAmount>,
}

/// The amount of a product that has no nominal of its own.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct OpenAmount {
    amount: i64,
}

/// What the codes of vehicle tax begin with.
const VEHICLE_TAX: &str = "ESAMSAT";

impl<'a> BillFields<'a> {
    /// What `request` asks for; none if IAK has no field for a part of it, or lacks a field it needs.
    pub(crate) fn of(request: &'a InquiryRequest) -> Option<Self> {
        let (purchase, code) = (&request.purchase, request.provider_code.as_str());
        let (family, given) = (purchase.family, &purchase.parameters);
        let of_vehicle = code.to_ascii_uppercase().starts_with(VEHICLE_TAX);
        let has_field = (given.months.is_none() || family == Family::Bpjs)
            && (given.year.is_none() || family == Family::Tax && !of_vehicle)
            && (given.second_id.is_some() == of_vehicle)
            && (purchase.amount.is_none() || family == Family::Other);
        if !has_field || !is_one_number(purchase) || Host::of(family) != Host::Postpaid {
            return None;
        }
        // BPJS must be told how many months; one is what nobody asked more than.
        let month = (family == Family::Bpjs).then(|| given.months.unwrap_or(1).to_string());
        Some(Self {
            code,
            hp: purchase.customer.expose(),
            month,
            year: given.year.map(|year| year.to_string()),
            nomor_identitas: given.second_id.as_ref().map(ppob_types::CustomerNumber::expose),
            desc: purchase.amount.map(Rupiah::get).map(|amount| OpenAmount { amount }),
        })
    }
}

#[cfg(test)]
mod tests {
    use ppob_types::{CustomerNumber, Parameters, ProductCode};

    use super::*;

    fn request(family: Family, code: &str, number: &str, given: Parameters) -> InquiryRequest {
        let purchase = Purchase {
            product: ProductCode::new("PRODUCT").unwrap(),
            family,
            customer: CustomerNumber::parse(family, number).unwrap(),
            amount: None,
            parameters: given,
        };
        InquiryRequest { purchase, provider_code: code.to_owned(), reference: None }
    }

    fn written(request: &InquiryRequest) -> Option<String> {
        BillFields::of(request).map(|fields| serde_json::to_string(&fields).unwrap())
    }

    #[test]
    fn months_of_bpjs_are_always_said() {
        let two = Parameters { months: Some(2), ..Parameters::default() };
        for (given, month) in [(Parameters::default(), 1), (two, 2)] {
            let request = request(Family::Bpjs, "BPJS", "8801234560001", given);
            let expected = format!(r#"{{"code":"BPJS","hp":"8801234560001","month":"{month}"}}"#);
            assert_eq!(written(&request), Some(expected));
        }
    }

    #[test]
    fn a_year_is_for_land_and_an_identity_for_vehicles() {
        let year = Parameters { year: Some(2026), ..Parameters::default() };
        let identity = Parameters {
            second_id: CustomerNumber::parse(Family::Tax, "0212502110170100").ok(),
            ..Parameters::default()
        };
        let land = |given| request(Family::Tax, "PBBKOT.CIMAHI", "329801092375999901", given);
        let vehicle = |given| request(Family::Tax, "ESAMSAT.JABAR", "9658548523568701", given);
        let expected = r#"{"code":"PBBKOT.CIMAHI","hp":"329801092375999901","year":"2026"}"#;
        assert_eq!(written(&land(year.clone())).as_deref(), Some(expected));
        let expected = r#"{"code":"ESAMSAT.JABAR","hp":"9658548523568701","nomor_identitas":"0212502110170100"}"#;
        assert_eq!(written(&vehicle(identity.clone())).as_deref(), Some(expected));
        for inexpressible in [land(identity), vehicle(Parameters::default()), vehicle(year)] {
            assert_eq!(written(&inexpressible), None);
        }
    }

    #[test]
    fn an_open_amount_is_whole_rupiah_and_only_for_what_has_none_of_its_own() {
        let mut open = request(Family::Other, "SHOPEEPAY", "082100000001", Parameters::default());
        open.purchase.amount = Some(Rupiah::new(100_000));
        let expected = r#"{"code":"SHOPEEPAY","hp":"082100000001","desc":{"amount":100000}}"#;
        assert_eq!(written(&open).as_deref(), Some(expected));
        let mut bill = request(Family::Gas, "PGAS", "0110014601", Parameters::default());
        bill.purchase.amount = Some(Rupiah::new(1));
        assert_eq!(written(&bill), None);
        assert!(!is_top_up(&open.purchase));
    }

    #[test]
    fn fact_20_numbers_stay_text_and_a_comma_that_a_user_wrote_is_not_sent() {
        let zero = request(Family::Gas, "PGAS", "0110014601", Parameters::default());
        assert_eq!(written(&zero).as_deref(), Some(r#"{"code":"PGAS","hp":"0110014601"}"#));
        let joined =
            request(Family::Tax, "PBBKOT.CIMAHI", "12345678,3171234567", Parameters::default());
        assert_eq!(written(&joined), None);
        let game = request(Family::Games, "game103", "156378300|8483", Parameters::default());
        assert!(is_top_up(&game.purchase) && written(&game).is_none());
    }
}
