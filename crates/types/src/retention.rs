//! How much of a payment is kept, and what must go for less.
//!
//! Every value is taken apart field by field, so that a new field cannot be forgotten here.

use serde::{Deserialize, Serialize};

use crate::{
    Bill, CustomerNumber, Observed, Parameters, PlnToken, Purchase, Receipt, Rupiah, Sensitive,
};

/// How much of a payment is kept. Only ever less: what is greater keeps less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retention {
    /// Everything.
    #[default]
    Everything,
    /// Everything but the raw answers of providers.
    NoRawAnswers,
    /// No personal data: amounts, times, states and references only.
    NoPersonalData,
}

/// What becomes of a field of a receipt or bill when personal data go: amounts stay.
pub(crate) trait Anonymous {
    /// The field without personal data.
    fn anonymous(self) -> Self;
}

impl Retention {
    /// The stable name, as in the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::NoRawAnswers => "no-raw-answers",
            Self::NoPersonalData => "no-personal-data",
        }
    }

    /// Whether everything is kept.
    pub fn is_everything(&self) -> bool {
        *self == Self::Everything
    }
}

impl Anonymous for Option<Rupiah> {
    fn anonymous(self) -> Self {
        self
    }
}

impl Anonymous for Option<Sensitive> {
    fn anonymous(self) -> Self {
        None
    }
}

impl Anonymous for Option<PlnToken> {
    fn anonymous(self) -> Self {
        None
    }
}

/// Free text of a provider: readings, tariffs, periods, and whatever else it puts there.
impl Anonymous for Option<String> {
    fn anonymous(self) -> Self {
        None
    }
}

impl Observed {
    /// What is kept of it.
    #[must_use]
    pub fn stripped(self, to: Retention) -> Self {
        let Self { provider_ref, charged, total, balance_after, receipt, unlisted, raw } = self;
        let personal = to < Retention::NoPersonalData;
        Self {
            provider_ref,
            charged,
            total,
            balance_after,
            receipt: if personal {
                receipt
            } else {
                receipt.map(|receipt| Box::new(receipt.without_personal_data()))
            },
            unlisted: unlisted.filter(|_| personal),
            raw: raw.filter(|_| to.is_everything()),
        }
    }
}

impl Receipt {
    /// What is kept when personal data go.
    #[must_use]
    pub fn without_personal_data(self) -> Self {
        let Self { reference, paid_at, customer_name: _, details, raw_fields: _, lines: _ } = self;
        Self {
            reference,
            paid_at,
            customer_name: None,
            details: details.without_personal_data(),
            raw_fields: std::collections::BTreeMap::new(),
            lines: Vec::new(),
        }
    }
}

impl Bill {
    /// What is kept when personal data go.
    #[must_use]
    pub fn without_personal_data(self) -> Self {
        let Self {
            customer_name: _,
            periods: _,
            amount,
            admin,
            penalty,
            total,
            cost,
            details,
            lines: _,
            token: _,
        } = self;
        Self {
            customer_name: None,
            periods: Vec::new(),
            amount,
            admin,
            penalty,
            total,
            cost,
            details: details.without_personal_data(),
            lines: Vec::new(),
            token: None,
        }
    }
}

impl Purchase {
    /// What is kept when personal data go.
    #[must_use]
    pub fn without_personal_data(self) -> Self {
        let Self { product, family, customer: _, amount, parameters } = self;
        let Parameters { months, year, second_id: _ } = parameters;
        Self {
            product,
            family,
            customer: CustomerNumber::erased(),
            amount,
            parameters: Parameters { months, year, second_id: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FamilyDetails, PlnPrepaidDetails, ProviderRef, RawAnswer, ReceiptLine};

    fn observed() -> Observed {
        Observed {
            provider_ref: ProviderRef::new("12345678"),
            charged: Some(Rupiah::new(20_700)),
            total: Some(Rupiah::new(22_500)),
            balance_after: Some(Rupiah::new(1_000_000)),
            receipt: Some(Box::new(Receipt {
                reference: Some(Sensitive::from("REF-1")),
                paid_at: None,
                customer_name: Some(Sensitive::new("SITI AMINAH")),
                details: FamilyDetails::PlnPrepaid(PlnPrepaidDetails {
                    nominal: Some(Rupiah::new(20_000)),
                    meter_number: Some(Sensitive::new("91011121314")),
                    tariff_power: Some("R2/4400 VA".to_owned()),
                    token: PlnToken::parse("12345678910111213141").ok(),
                    ..PlnPrepaidDetails::default()
                }),
                raw_fields: [("alamat".to_owned(), Sensitive::new("JL KENARI"))].into(),
                lines: vec![ReceiptLine::new("Nama", "SITI AMINAH")],
            })),
            unlisted: Some("GAGAL •".to_owned()),
            raw: Some(RawAnswer::new(b"SITI AMINAH")),
        }
    }

    #[test]
    fn without_raw_answers_only_the_raw_answer_is_gone() {
        let stripped = observed().stripped(Retention::NoRawAnswers);
        assert_eq!(stripped, Observed { raw: None, ..observed() });
        assert_eq!(observed().stripped(Retention::Everything), observed());
    }

    #[test]
    fn without_personal_data_amounts_and_references_remain_and_nothing_else() {
        let stripped = observed().stripped(Retention::NoPersonalData);
        let expected = Observed {
            receipt: Some(Box::new(Receipt {
                reference: Some(Sensitive::from("REF-1")),
                details: FamilyDetails::PlnPrepaid(PlnPrepaidDetails {
                    nominal: Some(Rupiah::new(20_000)),
                    ..PlnPrepaidDetails::default()
                }),
                ..Receipt::default()
            })),
            unlisted: None,
            raw: None,
            ..observed()
        };
        assert_eq!(stripped, expected);
        let json = serde_json::to_string(&stripped).unwrap();
        for trace in ["SITI", "9101", "1234567891", "KENARI", "4400"] {
            assert!(!json.contains(trace), "{trace}");
        }
    }

    #[test]
    fn what_keeps_less_is_greater() {
        assert!(Retention::Everything < Retention::NoRawAnswers);
        assert!(Retention::NoRawAnswers < Retention::NoPersonalData);
        for one in [Retention::Everything, Retention::NoRawAnswers, Retention::NoPersonalData] {
            assert_eq!(serde_json::to_string(&one).unwrap(), format!("\"{}\"", one.as_str()));
        }
    }
}
