//! Amounts by their grammar; never by a float.

use ppob_types::Rupiah;
use serde::{Deserialize, Serialize};

/// The most digits of an amount: a thousand million million rupiah are no payment.
const DIGITS: usize = 15;
/// The most digits behind a decimal sign. Three of them would be a thousand.
const DECIMALS: usize = 2;

/// How thousands are set apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Thousands {
    /// Told by the amount itself: rupiah have no fractions, so three digits behind a sign are thousands.
    #[default]
    Auto,
    /// `102.500` or `102.500,00`.
    Dot,
    /// `102,500` or `102,500.00`.
    Comma,
    /// `102500` or `102500.00`.
    None,
}

/// Reads an amount: digits, or groups of three digits, maybe with `Rp` or `IDR` before, a sign, and
/// decimals that are zero. Anything else is none.
pub fn amount(text: &str, thousands: Thousands) -> Option<Rupiah> {
    let text = text.trim();
    let (negative, text) = signed(text);
    let text = without_currency(text);
    let (negative, text) = match signed(text) {
        (true, _) if negative => return None,
        (inner, text) => (negative || inner, text),
    };
    let text = text.strip_suffix(",-").unwrap_or(text);
    let whole = whole_part(text, thousands)?;
    let (separator, other) = match thousands {
        Thousands::Dot => (Some('.'), None),
        Thousands::Comma => (Some(','), None),
        Thousands::None => (None, None),
        Thousands::Auto => (Some('.'), Some(',')),
    };
    let digits = ungrouped(whole, separator).or_else(|| ungrouped(whole, other))?;
    let value: i64 = digits.parse().ok()?;
    Some(Rupiah::new(if negative { -value } else { value }))
}

fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').map_or(text, str::trim_start)),
    }
}

fn without_currency(text: &str) -> &str {
    for currency in ["Rp.", "Rp", "IDR"] {
        let head = text.get(..currency.len());
        if head.is_some_and(|head| head.eq_ignore_ascii_case(currency)) {
            return text.get(currency.len()..).unwrap_or_default().trim_start();
        }
    }
    text
}

/// What stands before decimals that are zero; none if there are others.
fn whole_part(text: &str, thousands: Thousands) -> Option<&str> {
    let Some(at) = text.rfind(['.', ',']) else { return Some(text) };
    let (whole, decimals) = (text.get(..at)?, text.get(at + 1..)?);
    let is_dot = text.get(at..=at) == Some(".");
    let may_be_decimal = match thousands {
        Thousands::Auto => {
            decimals.len() <= DECIMALS && !whole.contains(if is_dot { '.' } else { ',' })
        }
        Thousands::Dot => !is_dot,
        Thousands::Comma => is_dot,
        Thousands::None => true,
    };
    if !may_be_decimal {
        return Some(text);
    }
    let zero = (1..=DECIMALS).contains(&decimals.len()) && decimals.bytes().all(|b| b == b'0');
    zero.then_some(whole)
}

/// The digits of `^\d+$`, or of `^\d{1,3}(S\d{3})+$` with the separator S.
fn ungrouped(text: &str, separator: Option<char>) -> Option<String> {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let mut digits = String::with_capacity(text.len());
    match separator.filter(|separator| text.contains(*separator)) {
        None => digits.push_str(text),
        Some(separator) => {
            for (index, part) in text.split(separator).enumerate() {
                let fits = if index == 0 { part.len() <= 3 } else { part.len() == 3 };
                if !fits || !is_digits(part) {
                    return None;
                }
                digits.push_str(part);
            }
        }
    }
    (is_digits(&digits) && digits.len() <= DIGITS).then_some(digits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn auto(text: &str) -> Option<i64> {
        amount(text, Thousands::Auto).map(Rupiah::get)
    }

    #[test]
    fn amounts_are_read_as_people_and_programs_write_them() {
        for text in [
            "102500",
            "102.500",
            "102,500",
            "102.500,00",
            "102,500.00",
            "102500.0",
            "102500,00",
            "Rp 102.500",
            "Rp102.500,-",
            "rp. 102.500",
            "IDR 102,500",
            " 102.500 ",
            "+102.500",
        ] {
            assert_eq!(auto(text), Some(102_500), "{text}");
        }
        assert_eq!(auto("-Rp 102.500"), Some(-102_500));
        assert_eq!(auto("Rp -102.500"), Some(-102_500));
        assert_eq!(auto("1.234.567"), Some(1_234_567));
        assert_eq!(auto("0"), Some(0));
    }

    #[test]
    fn what_is_no_whole_amount_is_none() {
        for text in [
            "",
            "-",
            "Rp",
            "94,50",
            "94.5",
            "1.2345",
            "12.34.567",
            "1.234,567",
            "1,234.567",
            "1e5",
            "5.3E+11",
            "--5",
            "-Rp -5",
            "1 000",
            "0x10",
            ".500",
            "500.",
            "1.00.000",
            "1000.500",
            "9999999999999999",
            "12a",
            "٣",
            "١٢٣",
        ] {
            assert_eq!(auto(text), None, "{text}");
        }
    }

    #[test]
    fn a_stated_style_is_not_read_as_another() {
        assert_eq!(amount("102.500", Thousands::Comma), None);
        assert_eq!(amount("102,500", Thousands::Dot), None);
        assert_eq!(amount("102.500", Thousands::None), None);
        assert_eq!(amount("102,500.00", Thousands::Comma), Some(Rupiah::new(102_500)));
        assert_eq!(amount("102.500,00", Thousands::Dot), Some(Rupiah::new(102_500)));
    }

    proptest! {
        #[test]
        fn amounts_come_back_as_they_were_printed(rupiah in -999_999_999_999_999_i64..=999_999_999_999_999) {
            let dotted = Rupiah::new(rupiah).to_string();
            prop_assert_eq!(amount(&dotted, Thousands::Auto), Some(Rupiah::new(rupiah)));
            prop_assert_eq!(amount(&dotted, Thousands::Dot), Some(Rupiah::new(rupiah)));
            let commas = format!("{}.00", dotted.replace('.', ","));
            prop_assert_eq!(amount(&commas, Thousands::Auto), Some(Rupiah::new(rupiah)));
            prop_assert_eq!(amount(&commas, Thousands::Comma), Some(Rupiah::new(rupiah)));
            prop_assert_eq!(amount(&rupiah.to_string(), Thousands::None), Some(Rupiah::new(rupiah)));
        }

        #[test]
        fn no_text_makes_it_panic_or_reads_more_digits_than_stand_there(text in ".{0,24}") {
            if let Some(read) = amount(&text, Thousands::Auto) {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                prop_assert!(digits.contains(&read.get().unsigned_abs().to_string()));
            }
        }
    }
}
