//! What the response codes mean: the two tables of IAK's document, row by row.
//!
//! "Failed" in the document's column does not say that nothing was paid: a time-out is listed as failed, too.
//! So each row says here what its code is worth, and a code that has no row is worth nothing.

mod postpaid;
mod prepaid;

use ppob_types::{RefusalCode, RefusalScope, Rejection};

pub(crate) use self::postpaid::postpaid;
pub(crate) use self::prepaid::prepaid;

/// What a response code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// It is done.
    Done,
    /// It is being worked on.
    Working,
    /// The transaction was formed and has failed; the deposit got back what was taken. Final only together with
    /// a standing that is "failed": every answer about a top-up has one, that of a bill has one in a status
    /// check only.
    Failed(RefusalCode, RefusalScope),
    /// Refused at IAK's door for something of the order, before anything was formed: final of a payment, and of
    /// a transaction whose standing is "failed".
    AtTheDoor(RefusalCode, RefusalScope),
    /// Refused because of the call, or of who makes it. Final of a payment; of a status check it is about the
    /// check, and says nothing about the payment.
    TheCall(RefusalCode, RefusalScope),
    /// The biller says no. Final of an inquiry, and of a transaction whose standing is "failed"; as the
    /// answer to a payment alone it is not (it may be what the biller says to a request that came twice).
    ByTheBiller(RefusalCode, RefusalScope),
    /// Nobody can be served now. Final of an inquiry only: it says neither how far a payment came before, nor
    /// what a status check was asked about.
    NotNow(RefusalCode, RefusalScope),
    /// The bill is paid: of an inquiry that nothing is owed; of our own payment nothing, for we may be who
    /// paid it.
    AlreadyPaid,
    /// There is an inquiry, and no payment was received for it so far.
    NotReceived,
    /// Nothing is known under this reference so far.
    NotFound,
    /// It does not say what became of it, whatever the document's column says.
    Unclear,
}

impl Says {
    /// The refusal of a payment whose answer says this, if it is final by itself.
    pub(crate) fn refuses_payment(self) -> Option<Rejection> {
        match self {
            Self::AtTheDoor(code, scope) | Self::TheCall(code, scope) => {
                Some(Rejection { code, scope })
            }
            Self::Done
            | Self::Working
            | Self::Failed(..)
            | Self::ByTheBiller(..)
            | Self::NotNow(..)
            | Self::AlreadyPaid
            | Self::NotReceived
            | Self::NotFound
            | Self::Unclear => None,
        }
    }

    /// The refusal of a transaction whose standing is "failed" for this reason.
    pub(crate) fn ends_failed(self) -> Option<Rejection> {
        match self {
            Self::Failed(code, scope) | Self::ByTheBiller(code, scope) => {
                Some(Rejection { code, scope })
            }
            Self::TheCall(..) => None,
            says => says.refuses_payment(),
        }
    }

    /// The refusal of an inquiry. It moves no money, so whatever is no bill is a plain no.
    pub(crate) fn refuses_inquiry(self) -> Rejection {
        let other = Rejection { code: RefusalCode::Other, scope: RefusalScope::Provider };
        match self {
            Self::AlreadyPaid => {
                Rejection { code: RefusalCode::BillAlreadyPaid, scope: RefusalScope::Bill }
            }
            Self::NotNow(code, scope) => Rejection { code, scope },
            says => says.ends_failed().or_else(|| says.refuses_payment()).unwrap_or(other),
        }
    }

    /// Whether it is about who we are: a person must look, and no customer is to blame.
    pub(crate) fn is_about_us(self) -> bool {
        matches!(self, Self::TheCall(RefusalCode::Credentials, _))
    }
}

/// A reply as the operator's list shows it: the code, and the message without the customer's number and
/// name, with `#` for every number.
pub(crate) fn masked(code: Option<&str>, message: Option<&str>, personal: &[&str]) -> String {
    const LONGEST: usize = 200;
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut text = one_line(message.unwrap_or("(no message)")).to_uppercase();
    for personal in personal.iter().map(|personal| one_line(personal).to_uppercase()) {
        if personal.len() >= 3 {
            text = text.replace(&personal, "…");
        }
    }
    // A code is three digits at most; whatever else stands in its place may be anything.
    let known = |code: &&str| code.len() <= 3 && code.bytes().all(|byte| byte.is_ascii_digit());
    let code = code.filter(known).unwrap_or("(no code)");
    let mut masked = format!("{code}: ");
    for character in text.chars() {
        if !character.is_numeric() {
            masked.push(character);
        } else if !masked.ends_with('#') {
            masked.push('#');
        }
    }
    masked.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_reply_shows_its_code_and_neither_number_nor_name() {
        let shown = masked(
            Some("88"),
            Some("Nomor 530000000001 a.n. Budi  Santoso saldo 45.200"),
            &["530000000001", "BUDI SANTOSO"],
        );
        assert_eq!(shown, "88: NOMOR … A.N. … SALDO #.#");
        assert_eq!(masked(Some("081234567890"), None, &[]), "(no code): (NO MESSAGE)");
        assert_eq!(masked(None, Some("x"), &[""]), "(no code): X");
    }

    #[test]
    fn only_the_door_and_the_call_refuse_a_payment_by_themselves() {
        let no = (RefusalCode::Other, RefusalScope::Bill);
        assert!(Says::Failed(no.0, no.1).ends_failed().is_some());
        assert!(Says::NotNow(no.0, no.1).ends_failed().is_none());
        assert!(Says::AtTheDoor(no.0, no.1).refuses_payment().is_some());
        let of_the_call = Says::TheCall(no.0, no.1);
        assert!(of_the_call.refuses_payment().is_some() && of_the_call.ends_failed().is_none());
        for says in [
            Says::Done,
            Says::Working,
            Says::Failed(no.0, no.1),
            Says::ByTheBiller(no.0, no.1),
            Says::NotNow(no.0, no.1),
            Says::AlreadyPaid,
            Says::NotReceived,
            Says::NotFound,
            Says::Unclear,
        ] {
            assert_eq!(says.refuses_payment(), None, "{says:?}");
        }
    }

    #[test]
    fn fact_49_a_code_without_a_row_says_nothing() {
        for code in ["", "0", "000", "88", "99", "999", "ok", "00 "] {
            assert_eq!((prepaid(code), postpaid(code)), (None, None), "{code:?}");
        }
    }
}
