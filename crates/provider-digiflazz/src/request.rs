//! What is asked: the bodies of requests, and which purchases can be said in them.

use ppob_types::{Family, Purchase, Rupiah};
use serde::Serialize;

/// What a `transaction` is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// A prepaid purchase; with a reference that is known it tells how that one stands.
    TopUp,
    /// What is owed.
    Inquire,
    /// Pays what was inquired about under the same reference.
    Pay,
    /// How the payment of a bill stands.
    Status,
}

/// The body of `transaction`.
#[derive(Serialize)]
pub(crate) struct Transaction<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commands: Option<&'static str>,
    pub(crate) username: &'a str,
    pub(crate) buyer_sku_code: &'a str,
    pub(crate) customer_no: &'a str,
    pub(crate) ref_id: &'a str,
    pub(crate) sign: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) testing: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_price: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) allow_dot: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cb_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) year: Option<u32>,
}

/// The body of `cek-saldo` and `price-list`.
#[derive(Serialize)]
pub(crate) struct Ask<'a> {
    pub(crate) cmd: &'static str,
    pub(crate) username: &'a str,
    pub(crate) sign: &'a str,
}

/// The body of `inquiry-pln`.
#[derive(Serialize)]
pub(crate) struct PlnInquiry<'a> {
    pub(crate) username: &'a str,
    pub(crate) customer_no: &'a str,
    pub(crate) sign: &'a str,
}

impl Command {
    /// The value of `commands`; a prepaid purchase has none.
    pub(crate) const fn word(self) -> Option<&'static str> {
        match self {
            Self::TopUp => None,
            Self::Inquire => Some("inq-pasca"),
            Self::Pay => Some("pay-pasca"),
            Self::Status => Some("status-pasca"),
        }
    }
}

/// The customer number as it stands on the wire; `None` if the purchase cannot be said to Digiflazz, which
/// must not buy something else instead.
pub(crate) fn customer_no(purchase: &Purchase) -> Option<String> {
    let number = purchase.customer.expose();
    let asked = &purchase.parameters;
    // There is no field for a number of months, and none for an open amount but e-money's.
    let amount_fits = match purchase.amount {
        None => true,
        Some(amount) => purchase.family == Family::Other && is_open_amount(amount),
    };
    let year_fits = asked.year.is_none() || purchase.family == Family::Tax;
    if asked.months.is_some() || !amount_fits || !year_fits {
        return None;
    }
    match &asked.second_id {
        None => Some(number.to_owned()),
        // Payment code and identity number, joined by a comma: neither may bring one along.
        Some(second)
            if purchase.family == Family::Tax
                && asked.year.is_none()
                && !number.contains(',')
                && !second.expose().contains(',') =>
        {
            Some(format!("{number},{}", second.expose()))
        }
        Some(_) => None,
    }
}

/// E-money is sold in whole thousands.
fn is_open_amount(amount: Rupiah) -> bool {
    amount.is_positive() && amount.get() % 1_000 == 0
}

#[cfg(test)]
mod tests {
    use ppob_types::{CustomerNumber, Parameters, ProductCode};

    use super::*;

    fn purchase(family: Family, number: &str) -> Purchase {
        Purchase {
            product: ProductCode::new("TEST").unwrap(),
            family,
            customer: CustomerNumber::parse(family, number).unwrap(),
            amount: None,
            parameters: Parameters::default(),
        }
    }

    fn with_second(number: &str, second: &str) -> Purchase {
        let second = CustomerNumber::parse(Family::Tax, second).unwrap();
        let parameters = Parameters { second_id: Some(second), ..Parameters::default() };
        Purchase { parameters, ..purchase(Family::Tax, number) }
    }

    #[test]
    fn fact_20_numbers_are_text_and_a_comma_of_the_caller_is_refused_before_two_are_joined() {
        assert_eq!(customer_no(&purchase(Family::Gas, "0110014601")).unwrap(), "0110014601");
        let joined = "9658548523568701,0212502110170100";
        assert_eq!(customer_no(&purchase(Family::Tax, joined)).unwrap(), joined);
        let apart = with_second("9658548523568701", "0212502110170100");
        assert_eq!(customer_no(&apart).unwrap(), joined);
        assert_eq!(customer_no(&with_second("96585,1", "0212502110170100")), None);
        assert_eq!(customer_no(&with_second("9658548523568701", "02125,2")), None);
        let mut game = purchase(Family::Games, "12345678");
        game.parameters.second_id = Some(CustomerNumber::parse(Family::Games, "1234").unwrap());
        assert_eq!(customer_no(&game), None);
    }

    #[test]
    fn what_has_no_field_is_not_left_out_silently() {
        let mut months = purchase(Family::Bpjs, "8801234560001");
        months.parameters.months = Some(2);
        assert_eq!(customer_no(&months), None);
        let mut year = purchase(Family::Tax, "329801092375999991");
        year.parameters.year = Some(2026);
        assert!(customer_no(&year).is_some());
        year.family = Family::Other;
        assert_eq!(customer_no(&year), None);
        for (family, amount, fits) in [
            (Family::Other, 25_000, true),
            (Family::Other, 25_500, false),
            (Family::Other, 0, false),
            (Family::Emoney, 25_000, false),
            (Family::Multifinance, 25_000, false),
        ] {
            let mut open = purchase(family, "082100000001");
            open.amount = Some(Rupiah::new(amount));
            assert_eq!(customer_no(&open).is_some(), fits, "{family} {amount}");
        }
    }
}
