//! Serial numbers (document, *SN Format*): what is in `sn` of a top-up that succeeded.

use ppob_types::PlnToken;

/// What the serial number of a PLN token holds: `0123-4567-8901-2345-6789/NAME/R1 /000001300/66.2`.
///
/// A name, and the tariff, may hold slashes themselves, so what stands between the first and the last part
/// is not taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenSerial {
    /// The token, if the first part has exactly 20 digits.
    pub(crate) token: Option<PlnToken>,
    /// Kilowatt-hours as they were written, with a comma or a dot.
    pub(crate) kwh: Option<String>,
    /// Name, tariff and power, as they were written.
    pub(crate) between: Option<String>,
}

impl TokenSerial {
    pub(crate) fn read(serial: &str) -> Self {
        let (first, rest) = serial.split_once('/').unwrap_or((serial, ""));
        let digits: String = first.chars().filter(char::is_ascii_digit).collect();
        let token = PlnToken::parse(&digits).ok();
        let (between, last) = rest.rsplit_once('/').unwrap_or(("", rest));
        let last = last.trim();
        let (between, kwh) = if is_decimal(last) { (between, Some(last)) } else { (rest, None) };
        let between: Vec<&str> = between.split_whitespace().collect();
        let between = between.join(" ");
        Self {
            token,
            kwh: kwh.map(str::to_owned),
            between: (!between.is_empty()).then_some(between),
        }
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    text.len() <= 12 && digits(whole) && digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(serial: &str) -> (Option<String>, Option<String>, Option<String>) {
        let TokenSerial { token, kwh, between } = TokenSerial::read(serial);
        (token.map(|token| token.expose().to_owned()), kwh, between)
    }

    #[test]
    fn fact_21_slashes_inside_of_the_tariff_and_kilowatt_hours_with_comma_or_dot() {
        let token = Some("01234567890123456789".to_owned());
        for (serial, kwh, between) in [
            ("0123-4567-8901-2345-6789/NAME/R1 /000001300/66.2", "66.2", "NAME/R1 /000001300"),
            ("0123-4567-8901-2345-6789/NAME/R1M/900VA/33.7", "33.7", "NAME/R1M/900VA"),
            ("01234567890123456789/NAME/R1/900VA/71,3", "71,3", "NAME/R1/900VA"),
            ("0123 4567 8901 2345 6789/PT A/B  JAYA/R1/1300/120", "120", "PT A/B JAYA/R1/1300"),
        ] {
            let expected = (token.clone(), Some(kwh.to_owned()), Some(between.to_owned()));
            assert_eq!(read(serial), expected, "{serial}");
        }
    }

    #[test]
    fn a_first_part_without_exactly_twenty_digits_is_no_token() {
        for serial in
            ["", "0123-4567-8901-2345-678/NAME/R1/900/1.0", "NAME/01234567890123456789", "1/2"]
        {
            assert_eq!(TokenSerial::read(serial).token, None, "{serial}");
        }
        let (_, kwh, between) = read("01234567890123456789/NAME/R1/900 VA");
        assert_eq!((kwh, between.as_deref()), (None, Some("NAME/R1/900 VA")));
        assert_eq!(read("01234567890123456789"), (Some("01234567890123456789".into()), None, None));
    }

    #[test]
    fn debug_does_not_show_the_token() {
        let read = TokenSerial::read("01234567890123456789/NAME/R1/900/1,0");
        assert!(!format!("{:?}", read.token).contains("0123"));
    }
}
