//! Reads amounts as these centres write them: whole rupiah, dots between thousands or none at all.

use ppob_types::Rupiah;

/// Text that is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount is written neither like 102.500 nor like 2500")]
pub(crate) struct AmountError;

/// `102.500`, `2500` or `0`; anything else is an error, never a guess.
pub(crate) fn rupiah(text: &str) -> Result<Rupiah, AmountError> {
    let text = text.trim();
    let mut groups = text.split('.');
    let first = groups.next().ok_or(AmountError)?;
    let dotted = text.contains('.');
    let first_fits = !first.is_empty() && !(dotted && (first.len() > 3 || first.starts_with('0')));
    if !first_fits || !groups.all(|group| group.len() == 3) {
        return Err(AmountError);
    }
    let digits = text.replace('.', "");
    // Fifteen digits are a thousand times all the money there is, and never overflow.
    if digits.len() > 15 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AmountError);
    }
    digits.parse().map(Rupiah::new).map_err(|_| AmountError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_stand_between_thousands_or_nowhere() {
        for (text, amount) in
            [("102.500", 102_500), ("2500", 2_500), ("150.094.085", 150_094_085), (" 0 ", 0)]
        {
            assert_eq!(rupiah(text), Ok(Rupiah::new(amount)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_an_error_and_never_a_guess() {
        for text in [
            "",
            ".",
            "1.5",
            "100.7",
            "1,000",
            "1234.567",
            "0.500",
            "1..000",
            "1.000.",
            "-500",
            "1e3",
            "Rp 500",
            "1.000,00",
            "9999999999999999",
            "５００",
        ] {
            assert_eq!(rupiah(text), Err(AmountError), "{text}");
        }
    }
}
