//! Reads amounts as IAK writes them: JSON numbers of type Double, and text that holds such a number.

use ppob_types::Rupiah;

/// Text that is no amount in whole rupiah.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount is not written like 302500 or 302500.00")]
pub(crate) struct AmountError;

/// `302500`, or `302500.00` of a Double: whole rupiah, exactly.
///
/// A fraction of three digits may be thousands as much as a fraction, so it is neither.
pub(crate) fn rupiah(text: &str) -> Result<Rupiah, AmountError> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if !matches!(fraction, "0" | "00") {
        return Err(AmountError);
    }
    digits(whole)
}

/// What a product of a price list is worth, in words: `20000` or `20.000`; none for other text.
pub(crate) fn nominal(text: &str) -> Option<Rupiah> {
    let text = text.trim();
    let groups: Vec<&str> = text.split('.').collect();
    let (first, rest) = groups.split_first()?;
    let grouped = rest.is_empty() || (1..=3).contains(&first.len());
    let fits = grouped && !first.starts_with('0') && rest.iter().all(|group| group.len() == 3);
    fits.then(|| digits(&groups.concat()).ok()).flatten()
}

fn digits(text: &str) -> Result<Rupiah, AmountError> {
    // Fifteen digits are a thousand times all the money there is, and never overflow.
    if text.is_empty() || text.len() > 15 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AmountError);
    }
    text.parse().map(Rupiah::new).map_err(|_| AmountError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_rupiah_are_read_exactly_also_from_a_double() {
        for (text, amount) in [
            ("302500", 302_500),
            ("302500.0", 302_500),
            ("302500.00", 302_500),
            (" 0 ", 0),
            ("99995833900", 99_995_833_900),
        ] {
            assert_eq!(rupiah(text), Ok(Rupiah::new(amount)), "{text}");
        }
    }

    #[test]
    fn anything_that_may_be_another_amount_is_none() {
        for text in [
            "",
            ".",
            "1.5",
            "1.50",
            "102.500",
            "1.000",
            "100.000",
            "-1",
            "+1",
            "1e3",
            "1,000",
            "5 0",
            "1.",
            ".0",
            "0x10",
            "9999999999999999",
            "NaN",
            "Rp 5",
        ] {
            assert_eq!(rupiah(text), Err(AmountError), "{text}");
        }
    }

    #[test]
    fn a_nominal_may_have_dots_between_thousands_and_nothing_else() {
        for (text, amount) in [("20000", 20_000), ("20.000", 20_000), ("1.000.000", 1_000_000)] {
            assert_eq!(nominal(text), Some(Rupiah::new(amount)), "{text}");
        }
        for text in ["", "-", "Voucher Alfamart Rp 100.000", "20.00", "0.500", "2000.000", "1GB"] {
            assert_eq!(nominal(text), None, "{text}");
        }
    }
}
