//! Names of payments, attempts, consumers and providers.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Text that is no identifier of its kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} has {expected}")]
pub struct IdError {
    /// What was being read, e.g. `a payment_id`.
    pub kind: &'static str,
    /// The grammar in words.
    pub expected: &'static str,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $expected:literal, $range:expr, $extra:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Reads the identifier.
            ///
            /// # Errors
            /// [`IdError`] if the text breaks the grammar.
            pub fn new(text: &str) -> Result<Self, IdError> {
                let well_formed = $range.contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || $extra.contains(&b));
                if well_formed {
                    Ok(Self(text.into()))
                } else {
                    Err(IdError { kind: $kind, expected: $expected })
                }
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.as_ref().to_owned()
            }
        }
    };
}

text_id! {
    /// The caller's own name for a payment, and its idempotency key.
    ///
    /// 8 to 64 characters of letters, digits, `.`, `_`, `:` and `-`; a UUID or ULID is a good choice.
    PaymentId, "a payment_id", "8 to 64 letters, digits, '.', '_', ':' or '-'", (8..=64), b"._:-"
}

text_id! {
    /// An authenticated caller; owns its payments.
    ConsumerId, "a consumer id", "1 to 64 letters, digits, '.', '_' or '-'", (1..=64), b"._-"
}

text_id! {
    /// A configured provider: one deposit account, e.g. `mmbc-jkt`.
    ProviderName, "a provider name", "1 to 40 letters, digits, '_' or '-'", (1..=40), b"_-"
}

text_id! {
    /// The name of an answered inquiry, given by the engine.
    InquiryId, "an inquiry_id", "1 to 64 letters, digits or '-'", (1..=64), b"-"
}

/// A payment, by whose it is and what its owner calls it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PaymentKey {
    /// The owner.
    pub consumer: ConsumerId,
    /// The owner's name for it.
    pub id: PaymentId,
}

impl fmt::Display for PaymentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.consumer, self.id)
    }
}

/// One try of one payment at one provider: the reference number a provider gets, if it takes one.
///
/// Capital letters and digits, at most 20 characters, so that every known provider accepts it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptId(Arc<str>);

/// What four digits to the base of 36 can tell apart.
const MARKS: u64 = 36 * 36 * 36 * 36;

impl AttemptId {
    /// The id of attempt `number` (from 1) of the payment with journal-wide serial `serial`.
    pub fn new(serial: u64, number: u32) -> Self {
        Self(format!("P{serial:012X}N{number}").into())
    }

    /// The same for an attempt whose bill was asked for under its id: a reference that was asked under may not
    /// be asked under again, so each question makes another one, told apart by `mark` (of which 36⁴ count).
    pub fn asked(serial: u64, number: u32, mark: u64) -> Self {
        let digits = [46_656, 1_296, 36, 1].map(|place| {
            let digit = u32::try_from(mark % MARKS / place % 36).unwrap_or_default();
            char::from_digit(digit, 36).unwrap_or('0').to_ascii_uppercase()
        });
        let digits: String = digits.into_iter().collect();
        Self(format!("P{serial:012X}N{number}T{digits}").into())
    }

    /// Reads an id that a provider gave back. Only what [`AttemptId::new`] and [`AttemptId::asked`] write is
    /// one.
    ///
    /// # Errors
    /// [`IdError`] if no attempt has this id.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let none = IdError { kind: "an attempt id", expected: "the form P000000000000N0" };
        let (serial, number) =
            text.strip_prefix('P').and_then(|rest| rest.split_once('N')).ok_or(none.clone())?;
        let serial = u64::from_str_radix(serial, 16).map_err(|_| none.clone())?;
        let (number, asked) = match number.split_once('T') {
            None => (number, None),
            Some((number, asked)) => (number, Some(asked)),
        };
        let number = number.parse().map_err(|_| none.clone())?;
        let id = match asked {
            None => Self::new(serial, number),
            Some(asked) => {
                let mark = u64::from_str_radix(asked, 36).map_err(|_| none.clone())?;
                Self::asked(serial, number, mark)
            }
        };
        Some(id).filter(|id| id.as_str() == text).ok_or(none)
    }

    /// The serial of the payment it is an attempt of.
    pub fn serial(&self) -> u64 {
        let serial =
            self.0.get(1..).and_then(|rest| rest.split_once('N')).map(|(serial, _)| serial);
        serial.and_then(|serial| u64::from_str_radix(serial, 16).ok()).unwrap_or(0)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payment_ids_are_printable_and_neither_tiny_nor_huge() {
        assert!(PaymentId::new("0191f3c0-7d1e-7c2b-8000-000000000001").is_ok());
        for bad in ["short", "has a space in it", "ümläut-payment", &"x".repeat(65)] {
            assert!(PaymentId::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_attempt_id_that_a_provider_gives_back_is_read_and_nothing_like_it() {
        for (serial, number) in [(1, 1), (0xABC_DEF0_1234, 12), (u64::MAX, 3)] {
            let id = AttemptId::new(serial, number);
            assert_eq!(AttemptId::parse(id.as_str()), Ok(id.clone()));
            assert_eq!(id.serial(), serial);
        }
        let marks = [(0, "T0000"), (1, "T0001"), (12_000, "T099C"), (MARKS - 1, "TZZZZ")];
        for (mark, text) in marks.into_iter().chain([(MARKS, "T0000")]) {
            let id = AttemptId::asked(1, 2, mark);
            assert_eq!(id.as_str(), format!("P000000000001N2{text}"));
            assert_eq!(AttemptId::parse(id.as_str()), Ok(id.clone()));
            assert_eq!(id.serial(), 1);
        }
        let like = [
            "",
            "P1N1",
            "p000000000001N1",
            "P000000000001N01",
            "P00000000000aN1",
            "P000000000001N",
            "P000000000001N1T",
            "P000000000001N1T001",
            "P000000000001N1T000z",
            "P000000000001N1T00000",
        ];
        for text in like {
            assert!(AttemptId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn attempt_ids_fit_the_strictest_known_reference_grammar() {
        for id in [
            AttemptId::new(u64::from(u32::MAX), 3),
            AttemptId::asked(u64::from(u32::MAX), 3, u64::MAX),
        ] {
            assert!(id.as_str().len() <= 20);
            assert!(id.as_str().bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
        }
    }
}
