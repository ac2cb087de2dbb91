//! A payment the provider accepted, and how it looks over time.

use super::faults::PendingEnd;
use super::hash::Draws;
use super::quote::Quote;

/// A payment that was debited.
pub(crate) struct Invoice {
    pub(crate) number: u64,
    /// Login of the account that paid.
    pub(crate) account: String,
    pub(crate) quote: Quote,
    /// Local time of the debit.
    pub(crate) at: String,
    /// The 20 digits of an electricity token.
    pub(crate) token: Option<String>,
    pub(crate) course: Course,
}

/// How a payment develops; checks are status requests, counted from 1, and the payment's own
/// answer is number 0.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Course {
    /// It stays pending before check `n`, then ends like this.
    pub(crate) pending: Option<(PendingEnd, u32)>,
    /// The token is missing before this check.
    pub(crate) token_from: u32,
}

/// How a payment looks at one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Pending,
    Confirmed {
        token: bool,
    },
    /// The status request finds nothing.
    NoData,
}

impl Course {
    pub(crate) fn at(self, check: u32) -> Standing {
        let token = check >= self.token_from;
        match self.pending {
            Some((PendingEnd::Never, _)) => Standing::Pending,
            Some((_, from)) if check < from.max(1) => Standing::Pending,
            Some((PendingEnd::NoData, _)) => Standing::NoData,
            Some((PendingEnd::Confirm, _)) | None => Standing::Confirmed { token },
        }
    }
}

impl Standing {
    /// The value of `ppob_status`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Confirmed { .. } => "confirm",
            Self::Pending | Self::NoData => "pending",
        }
    }

    pub(crate) fn shows_token(self) -> bool {
        self == Self::Confirmed { token: true }
    }
}

impl Invoice {
    /// 32 characters, as in the sample.
    pub(crate) fn reference(&self) -> String {
        let draws = Draws::new(&["reference", &self.number.to_string()]);
        format!("{:016X}{:016X}", draws.below("high", u64::MAX), draws.below("low", u64::MAX))
    }
}

/// A 20-digit token no other invoice has: the last eight digits follow from the invoice number.
pub(crate) fn fresh_token(invoice_number: u64, product: &str, customer_number: &str) -> String {
    let draws = Draws::new(&[product, customer_number, &invoice_number.to_string()]);
    // Odd and not a multiple of 5, so it permutes the numbers below 10^8.
    let tail = invoice_number.wrapping_mul(61_803_399) % 100_000_000;
    format!("{:012}{tail:08}", draws.below("token", 1_000_000_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_twenty_digits_and_differ() {
        let tokens: std::collections::BTreeSet<String> =
            (20_000_001..20_002_001).map(|number| fresh_token(number, "PLNS20", "1")).collect();
        assert_eq!(tokens.len(), 2_000);
        assert!(tokens.iter().all(|token| token.len() == 20));
        assert!(tokens.iter().all(|token| token.bytes().all(|byte| byte.is_ascii_digit())));
    }

    #[test]
    fn a_pending_payment_ends_at_its_check() {
        let course = Course { pending: Some((PendingEnd::Confirm, 2)), token_from: 0 };
        let standings = [0, 1, 2, 3].map(|check| course.at(check).word());
        assert_eq!(standings, ["pending", "pending", "confirm", "confirm"]);
        let lost = Course { pending: Some((PendingEnd::NoData, 1)), token_from: 0 };
        assert_eq!((lost.at(0), lost.at(1)), (Standing::Pending, Standing::NoData));
    }
}
