//! Proof of success.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{FamilyDetails, Sensitive, Timestamp};

/// What a customer gets: typed fields, the provider's raw fields, and printable lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The provider's reference number to be printed (MMBC: `ppob_reff`). Of a voucher it is the code itself,
    /// which is worth money to whoever reads it, and nobody can tell by its look.
    pub reference: Option<Sensitive>,
    /// When the provider says it was paid.
    pub paid_at: Option<Timestamp>,
    /// Name of the customer.
    pub customer_name: Option<Sensitive>,
    /// Typed fields of the family.
    pub details: FamilyDetails,
    /// Every field of the provider's answer by the provider's name for it, unknown ones too; but not
    /// what is only between us and the provider, such as our balance.
    pub raw_fields: BTreeMap<String, Sensitive>,
    /// Labels and values in printing order, so that any receipt can be shown without knowing its family.
    pub lines: Vec<ReceiptLine>,
}

/// One printable line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptLine {
    /// What it is, in Indonesian, e.g. `Nama`.
    pub label: String,
    /// The value as printed.
    pub value: Sensitive,
}

/// Whether a payment's receipt carries the token its family promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenState {
    /// The family has no token.
    None,
    /// The provider says it paid, but no valid token came yet.
    Awaited,
    /// The receipt carries a valid token.
    Present,
}

/// A PLN electricity token: exactly 20 digits (STS). A bearer value: `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlnToken(String);

/// Text that holds no PLN token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a PLN token has exactly 20 digits")]
pub struct PlnTokenError;

impl Receipt {
    /// Takes over what `later` shows and `self` does not. A receipt may only gain fields.
    pub fn gain(&mut self, later: Self) {
        if self.reference.is_none() {
            self.reference = later.reference;
        }
        if self.paid_at.is_none() {
            self.paid_at = later.paid_at;
        }
        if self.customer_name.is_none() {
            self.customer_name = later.customer_name;
        }
        self.details.gain(later.details);
        for (name, value) in later.raw_fields {
            let known = self.raw_fields.entry(name).or_default();
            if known.is_empty() {
                *known = value;
            }
        }
        for line in later.lines {
            match self.lines.iter_mut().find(|known| known.label == line.label) {
                Some(known) if known.value.is_empty() => known.value = line.value,
                Some(_) => {}
                None => self.lines.push(line),
            }
        }
    }
}

impl ReceiptLine {
    /// A line.
    pub fn new(label: &str, value: impl Into<String>) -> Self {
        Self { label: label.to_owned(), value: Sensitive::new(value) }
    }
}

impl PlnToken {
    /// Reads a token; spaces and dashes between digits do not matter.
    ///
    /// # Errors
    /// [`PlnTokenError`] unless exactly 20 digits remain.
    pub fn parse(text: &str) -> Result<Self, PlnTokenError> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        if digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(digits))
        } else {
            Err(PlnTokenError)
        }
    }

    /// The 20 digits, for the receipt; never for a log.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// `1234 5678 9101 1121 3141`, as a customer types it.
    pub fn grouped(&self) -> String {
        let mut grouped = String::with_capacity(24);
        for (index, digit) in self.0.chars().enumerate() {
            if index > 0 && index.is_multiple_of(4) {
                grouped.push(' ');
            }
            grouped.push(digit);
        }
        grouped
    }
}

impl TryFrom<String> for PlnToken {
    type Error = PlnTokenError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<PlnToken> for String {
    fn from(token: PlnToken) -> Self {
        token.0
    }
}

impl fmt::Debug for PlnToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlnToken(•••)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PlnPrepaidDetails;

    #[test]
    fn a_token_has_exactly_twenty_digits() {
        let token = PlnToken::parse("1234 5678 9101 1121 3141").unwrap();
        assert_eq!(token.expose(), "12345678910111213141");
        assert_eq!(token.grouped(), "1234 5678 9101 1121 3141");
        assert!(!format!("{token:?}").contains("1234"));
        for bad in [
            "",
            "1234",
            "1234 5678 9101 1121 314",
            "1234 5678 9101 1121 3141 5",
            "x2345678910111213141",
        ] {
            assert_eq!(PlnToken::parse(bad), Err(PlnTokenError), "{bad}");
        }
    }

    #[test]
    fn a_receipt_gains_a_late_token_and_loses_nothing() {
        let mut receipt = Receipt {
            reference: Some(Sensitive::from("REF")),
            details: FamilyDetails::PlnPrepaid(PlnPrepaidDetails::default()),
            lines: vec![ReceiptLine::new("Token", "")],
            ..Receipt::default()
        };
        let token = PlnToken::parse("12345678910111213141").unwrap();
        receipt.gain(Receipt {
            reference: Some(Sensitive::from("OTHER")),
            details: FamilyDetails::PlnPrepaid(PlnPrepaidDetails {
                token: Some(token.clone()),
                ..PlnPrepaidDetails::default()
            }),
            lines: vec![ReceiptLine::new("Token", token.grouped())],
            ..Receipt::default()
        });
        assert_eq!(receipt.reference, Some(Sensitive::from("REF")));
        assert!(!format!("{receipt:?}").contains("REF"));
        assert_eq!(receipt.details.pln_token(), Some(&token));
        assert_eq!(receipt.lines.len(), 1);
        assert_eq!(receipt.lines[0].value.expose(), "1234 5678 9101 1121 3141");
    }
}
