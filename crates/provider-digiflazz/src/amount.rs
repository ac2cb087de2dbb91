//! Amounts as Digiflazz writes them: whole rupiah, as number or as text, some documented as "Float".

use ppob_types::Rupiah;

/// Something that is no exact amount of whole rupiah.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no amount of whole rupiah")]
pub(crate) struct AmountError;

/// Reads the digits of an amount, never through a float. A fraction may only say that there is none, in one
/// or two places: three could be thousands.
pub(crate) fn rupiah(text: &str) -> Result<Rupiah, AmountError> {
    const MOST_DIGITS: usize = 15;
    let text = text.trim();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = !whole.is_empty()
        && whole.len() <= MOST_DIGITS
        && whole.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || !matches!(fraction, "0" | "00") {
        return Err(AmountError);
    }
    let amount: i64 = whole.parse().map_err(|_| AmountError)?;
    Ok(Rupiah::new(sign * amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_rupiah_are_read_exactly_also_where_a_float_is_documented() {
        for (text, amount) in [
            ("0", 0),
            ("100000", 100_000),
            ("100000.0", 100_000),
            ("100000.00", 100_000),
            (" 2500 ", 2_500),
            ("-1500", -1_500),
            ("999999999999999", 999_999_999_999_999),
        ] {
            assert_eq!(rupiah(text), Ok(Rupiah::new(amount)), "{text}");
        }
    }

    #[test]
    fn what_is_not_exactly_whole_rupiah_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "0.5",
            "100.5",
            "100.000",
            "100,000",
            "1e5",
            "1E+5",
            "+5",
            "0x10",
            "Rp 5",
            "1 000",
            "--5",
            "5.",
            ".0",
            "9999999999999999",
            "NaN",
            "٣",
        ] {
            assert_eq!(rupiah(text), Err(AmountError), "{text}");
        }
    }
}
