//! Customer numbers: text with a grammar per family.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Family;

/// Who a bill or token is for: a meter, subscriber, contract or phone number.
///
/// Text, because leading zeros, commas (SAMSAT) and pipes (games) matter. Normalised for its
/// family when read, so that two spellings of one number meet the same duplicate guard.
/// Personal data: `Debug` shows the last four characters only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomerNumber(String);

/// A number that breaks its family's grammar. Says what is expected, never what was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the customer number does not fit {family}: expected {expected}")]
pub struct CustomerNumberError {
    /// The family whose grammar was broken.
    pub family: Family,
    /// The grammar in words.
    pub expected: &'static str,
}

impl CustomerNumber {
    /// Reads and normalises a number.
    ///
    /// Spaces, dots and dashes between digits are dropped for families whose numbers are digits;
    /// a phone number's `+62` or `62` becomes `0`; letters become capitals where letters occur.
    ///
    /// # Errors
    /// [`CustomerNumberError`] if the number breaks the family's grammar.
    pub fn parse(family: Family, text: &str) -> Result<Self, CustomerNumberError> {
        let grammar = Grammar::of(family);
        let normal = grammar.normalise(text);
        if grammar.accepts(&normal) {
            Ok(Self(normal))
        } else {
            Err(CustomerNumberError { family, expected: grammar.expected })
        }
    }

    /// In place of a number that is gone. Belongs to nobody: it fits no family's grammar.
    pub const fn erased() -> Self {
        Self(String::new())
    }

    /// Every number that `text` may stand for: the normalised spellings of all families.
    pub fn spellings(text: &str) -> BTreeSet<Self> {
        Family::ALL.iter().filter_map(|family| Self::parse(*family, text).ok()).collect()
    }

    /// The number itself, for the wire, the journal and the receipt; never for a log.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// `••••6789`, for people who must recognise a number without reading it.
    pub fn masked(&self) -> String {
        let count = self.0.chars().count();
        let tail: String = self.0.chars().skip(count.saturating_sub(4)).collect();
        if count > 4 { format!("••••{tail}") } else { "••••".to_owned() }
    }
}

impl fmt::Debug for CustomerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

struct Grammar {
    expected: &'static str,
    min: usize,
    max: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Digits,
    Phone,
    Alphanumeric,
    /// Letters, digits, and the separators that number formats of this kind use.
    Separated(&'static str),
}

impl Grammar {
    const fn of(family: Family) -> Self {
        let (expected, min, max, kind) = match family {
            Family::PlnPrepaid => (
                "a meter number of 11 digits or a subscriber id of 12 digits",
                11,
                12,
                Kind::Digits,
            ),
            Family::PlnPostpaid => ("a subscriber id of 12 digits", 12, 12, Kind::Digits),
            Family::PlnNonTaglis => ("a registration number of 13 digits", 13, 13, Kind::Digits),
            Family::Telkom => ("6 to 13 digits, area code first", 6, 13, Kind::Digits),
            Family::Gas => ("8 to 12 digits", 8, 12, Kind::Digits),
            Family::Bpjs => (
                "a card number of 13 digits or a virtual account of 16 digits",
                13,
                16,
                Kind::Digits,
            ),
            Family::PostpaidPhone | Family::MobileTopUp => {
                ("an Indonesian mobile number, such as 081234567890", 10, 14, Kind::Phone)
            }
            Family::PayTv => ("5 to 20 letters or digits", 5, 20, Kind::Alphanumeric),
            Family::Multifinance => ("5 to 25 letters or digits", 5, 25, Kind::Alphanumeric),
            Family::Water => {
                ("3 to 20 letters, digits, '/', '.' or '-'", 3, 20, Kind::Separated("/.-"))
            }
            Family::Tax => {
                ("5 to 40 letters, digits, ',', '.' or '-'", 5, 40, Kind::Separated(",.-"))
            }
            Family::Emoney => ("8 to 20 letters or digits", 8, 20, Kind::Alphanumeric),
            Family::Games | Family::Other => (
                "3 to 40 letters, digits, '|', '@', '.', '_' or '-'",
                3,
                40,
                Kind::Separated("|@._-"),
            ),
        };
        Self { expected, min, max, kind }
    }

    fn normalise(&self, text: &str) -> String {
        let text = text.trim();
        match self.kind {
            Kind::Digits => text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect(),
            Kind::Phone => {
                let digits: String =
                    text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
                let national = digits.strip_prefix("+62").or_else(|| digits.strip_prefix("62"));
                national.map_or_else(|| digits.clone(), |rest| format!("0{rest}"))
            }
            Kind::Alphanumeric => {
                text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase()
            }
            Kind::Separated(_) => text.to_ascii_uppercase(),
        }
    }

    fn accepts(&self, number: &str) -> bool {
        let shape = match self.kind {
            Kind::Digits => number.bytes().all(|b| b.is_ascii_digit()),
            Kind::Phone => number.starts_with("08") && number.bytes().all(|b| b.is_ascii_digit()),
            Kind::Alphanumeric => number.bytes().all(|b| b.is_ascii_alphanumeric()),
            Kind::Separated(extra) => {
                number.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
            }
        };
        // BPJS has two lengths and nothing between.
        let length = (self.min..=self.max).contains(&number.len())
            && !(self.min == 13 && self.max == 16 && !matches!(number.len(), 13 | 16));
        shape && length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(family: Family, text: &str) -> Option<String> {
        CustomerNumber::parse(family, text).ok().map(|n| n.expose().to_owned())
    }

    #[test]
    fn each_family_keeps_its_grammar() {
        let good = [
            (Family::PlnPrepaid, "91011121314"),
            (Family::PlnPrepaid, "530000000001"),
            (Family::PlnPostpaid, "530000000001"),
            (Family::Telkom, "0217654321"),
            (Family::Water, "0110014601"),
            (Family::Bpjs, "0001234567890"),
            (Family::Bpjs, "8888801234567890"),
            (Family::Multifinance, "4401234A"),
            (Family::Tax, "12345678,3171234567890001"),
            (Family::Games, "12345678|1234"),
        ];
        for (family, number) in good {
            assert_eq!(read(family, number).as_deref(), Some(number), "{family}");
        }
        let bad = [
            (Family::PlnPrepaid, "123456789"),
            (Family::PlnPrepaid, "9101112131A"),
            (Family::PlnPostpaid, "91011121314"),
            (Family::Bpjs, "88888012345678"),
            (Family::Water, "12;DROP"),
            (Family::PostpaidPhone, "0217654321"),
            (Family::Other, ""),
        ];
        for (family, number) in bad {
            assert_eq!(read(family, number), None, "{family} {number}");
        }
    }

    #[test]
    fn spellings_of_one_number_become_one_number() {
        assert_eq!(read(Family::PlnPrepaid, " 9101 1121-314 ").as_deref(), Some("91011121314"));
        for phone in ["0812-3456-7890", "+62 812 3456 7890", "6281234567890"] {
            assert_eq!(read(Family::PostpaidPhone, phone).as_deref(), Some("081234567890"));
        }
        assert_eq!(read(Family::Multifinance, "ab 12345").as_deref(), Some("AB12345"));
    }

    #[test]
    fn every_spelling_of_a_text_is_found_and_nonsense_has_none() {
        let spellings = CustomerNumber::spellings("+62 812 3456 7890");
        assert!(spellings.iter().any(|number| number.expose() == "081234567890"));
        let dotted = CustomerNumber::spellings("0110.014601");
        let dotted: Vec<&str> = dotted.iter().map(CustomerNumber::expose).collect();
        assert_eq!(dotted, ["0110.014601", "0110014601"]);
        assert_eq!(CustomerNumber::spellings(""), BTreeSet::new());
        assert_eq!(CustomerNumber::spellings(CustomerNumber::erased().expose()), BTreeSet::new());
    }

    #[test]
    fn debug_and_errors_do_not_show_the_number() {
        let number = CustomerNumber::parse(Family::PlnPrepaid, "91011121314").unwrap();
        assert_eq!(format!("{number:?}"), "••••1314");
        let error = CustomerNumber::parse(Family::PlnPrepaid, "91011121314999").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("9101"));
    }
}
