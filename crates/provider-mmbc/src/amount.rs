//! Reads amounts as MMBC writes them; each field by its own rule, never a guess.

use ppob_types::{Cost, Rupiah};

/// Text that is no amount of its field's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount is written neither like 102.500 nor like 2500")]
pub(crate) struct AmountError;

/// `102.500`, `2500` or `0`: dots between thousands, all of them or none (the document's samples).
pub(crate) fn rupiah(text: &str) -> Result<Rupiah, AmountError> {
    let text = text.trim();
    let mut groups = text.split('.');
    let first = groups.next().ok_or(AmountError)?;
    let dotted = text.contains('.');
    let first_fits = !first.is_empty() && !(dotted && (first.len() > 3 || first.starts_with('0')));
    if !first_fits || !groups.all(|group| group.len() == 3) {
        return Err(AmountError);
    }
    whole(&text.replace('.', ""))
}

/// An amount, or `-` for an open one (the document's sample of `PLN`).
pub(crate) fn open_or_rupiah(text: &str) -> Result<Option<Rupiah>, AmountError> {
    if text.trim() == "-" {
        return Ok(None);
    }
    rupiah(text).map(Some)
}

/// `20.700`, or `Tagihan + 700`: the bill and 700 (the document's samples).
pub(crate) fn cost(text: &str) -> Result<Cost, AmountError> {
    let text = text.trim().to_ascii_lowercase();
    let Some(formula) = text.strip_prefix("tagihan") else {
        return rupiah(&text).map(Cost::Fixed);
    };
    let formula = formula.trim_start();
    let (negative, rest) = if let Some(rest) = formula.strip_prefix('+') {
        let rest = rest.trim_start();
        rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest))
    } else {
        (true, formula.strip_prefix('-').ok_or(AmountError)?)
    };
    let extra = rupiah(rest)?;
    let extra = if negative { Rupiah::ZERO.minus(extra).map_err(|_| AmountError)? } else { extra };
    Ok(Cost::BillPlus(extra))
}

/// Digits only, as in a JSON number.
pub(crate) fn whole(digits: &str) -> Result<Rupiah, AmountError> {
    // Fifteen digits are a thousand times all the money there is, and never overflow.
    if digits.is_empty() || digits.len() > 15 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AmountError);
    }
    digits.parse().map(Rupiah::new).map_err(|_| AmountError)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAD: [&str; 20] = [
        "",
        " ",
        ".",
        "1.5",
        "1.50",
        "1,000",
        "94,50",
        "1.0000",
        "1234.567",
        "0.500",
        "1..000",
        "1.000.",
        ".500",
        "-500",
        "+500",
        "1e3",
        "Rp 500",
        "5 00",
        "1.000,00",
        "9999999999999999",
    ];

    #[test]
    fn fact_01_dots_stand_between_thousands_and_begin_no_fraction() {
        for (text, amount) in [
            ("102.500", 102_500),
            ("100.700", 100_700),
            ("45.200", 45_200),
            ("2500", 2_500),
            ("2.500", 2_500),
            ("97619", 97_619),
            ("0", 0),
            ("100", 100),
            (" 1.000.000 ", 1_000_000),
        ] {
            assert_eq!(rupiah(text), Ok(Rupiah::new(amount)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_an_error() {
        for text in BAD {
            assert_eq!(rupiah(text), Err(AmountError), "{text}");
            assert_eq!(open_or_rupiah(text), Err(AmountError), "{text}");
            assert_eq!(cost(text), Err(AmountError), "{text}");
        }
    }

    #[test]
    fn a_dash_is_an_open_nominal_and_nothing_else() {
        assert_eq!(open_or_rupiah("-"), Ok(None));
        assert_eq!(open_or_rupiah("20.000"), Ok(Some(Rupiah::new(20_000))));
        assert_eq!(rupiah("-"), Err(AmountError));
        assert_eq!(cost("-"), Err(AmountError));
    }

    #[test]
    fn a_cost_is_an_amount_or_the_bill_and_something() {
        let plus = |amount| Ok(Cost::BillPlus(Rupiah::new(amount)));
        assert_eq!(cost("20.700"), Ok(Cost::Fixed(Rupiah::new(20_700))));
        assert_eq!(cost("Tagihan + 700"), plus(700));
        assert_eq!(cost("TAGIHAN+1.500"), plus(1_500));
        assert_eq!(cost("Tagihan + 0"), plus(0));
        assert_eq!(cost("Tagihan - 1.250"), plus(-1_250));
        assert_eq!(cost("Tagihan + -300"), plus(-300));
        for bad in [
            "Tagihan",
            "Tagihan +",
            "Tagihan + x",
            "Tagihan 700",
            "Tagihan * 2",
            "700 + Tagihan",
            "Tagihan + 1,5",
            "Tagihan - -5",
            "Tagihan + 7 + 1",
        ] {
            assert_eq!(cost(bad), Err(AmountError), "{bad}");
        }
    }
}
