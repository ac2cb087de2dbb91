//! The serial number of an electricity token: `TOKEN/NAME/TARIFF/POWER/KWH`.

use ppob_types::PlnToken;

/// A serial number, taken apart as far as that is certain.
pub(super) struct Serial {
    pub(super) token: Option<PlnToken>,
    /// Name, tariff and power. All of them may hold slashes, so where one ends is not known.
    pub(super) between: Option<String>,
    /// Kilowatt-hours, with a comma.
    pub(super) kwh: Option<String>,
}

impl Serial {
    pub(super) fn read(text: &str) -> Self {
        let (first, rest) = text.split_once('/').unwrap_or((text, ""));
        let Ok(token) = PlnToken::parse(first.trim()) else {
            return Self { token: None, between: None, kwh: None };
        };
        let (between, last) = rest.rsplit_once('/').unwrap_or((rest, ""));
        let kwh = kilowatt_hours(last);
        let between = if kwh.is_some() { between } else { rest };
        let between = between.split_whitespace().collect::<Vec<_>>().join(" ");
        let between = (!between.is_empty()).then_some(between);
        Self { token: Some(token), between, kwh }
    }
}

/// `66.2`, `71,3`, `33.7KWH`: digits, and some of them behind a comma or dot.
fn kilowatt_hours(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let number = text.strip_suffix("kwh").unwrap_or(&text).trim();
    let (whole, fraction) = number.split_once([',', '.']).unwrap_or((number, "0"));
    let digits =
        |part: &str| (1..=6).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    (digits(whole) && digits(fraction)).then(|| number.replace('.', ","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fact_21_slashes_and_either_decimal_sign_in_a_serial_number_of_pln_do_not_move_its_parts() {
        for (text, between, kwh) in [
            ("/BUDI/R1 /000001300/66.2", "BUDI/R1 /000001300", "66,2"),
            ("/BUDI/R1M/900VA/33.7", "BUDI/R1M/900VA", "33,7"),
            ("/BUDI/R1/900VA/71,3", "BUDI/R1/900VA", "71,3"),
            ("/PT A/B JAYA/R1/900/33.7KWH", "PT A/B JAYA/R1/900", "33,7"),
            ("/BUDI/R1/900VA/12", "BUDI/R1/900VA", "12"),
        ] {
            let serial = Serial::read(&format!("1234-5678-9101-1121-3141{text}"));
            assert_eq!(serial.token.unwrap().expose(), "12345678910111213141");
            assert_eq!(serial.between.as_deref(), Some(between));
            assert_eq!(serial.kwh.as_deref(), Some(kwh));
        }
    }

    #[test]
    fn what_is_no_whole_token_is_none_and_shows_nothing() {
        for text in ["", "1234", "12345678910111213/BUDI/R1/900/33.7", "BUDI/12345678910111213141"]
        {
            let serial = Serial::read(text);
            assert!(serial.token.is_none() && serial.between.is_none(), "{text}");
        }
        let alone = Serial::read("12345678910111213141");
        assert!(alone.token.is_some() && alone.between.is_none() && alone.kwh.is_none());
        let odd = Serial::read("12345678910111213141/BUDI/R1/habis");
        assert_eq!((odd.between.as_deref(), odd.kwh), (Some("BUDI/R1/habis"), None));
    }
}
