//! The documented test numbers: the last digit chooses what happens.

use super::catalogue::{Family, find_biller};

/// A documented test number and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxNumber {
    /// The product's code.
    pub code: &'static str,
    /// The customer number.
    pub number: String,
    /// What the document promises.
    pub promises: Promise,
}

/// What the document promises of a test number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// It is paid; so many sheets are owed.
    Success(u32),
    /// The inquiry times out.
    InquiryTimeout,
    /// The inquiry says that it was paid.
    InquiryPaid,
    /// The inquiry does not know the number.
    InquiryWrongNumber,
    /// The payment fails.
    PaymentFailed,
    /// The payment is pending.
    PaymentPending,
    /// The payment meets an error of the biller.
    PaymentBillerError,
}

impl Promise {
    /// What the last digit of a number promises.
    pub(crate) fn of(family: Family, number: &str) -> Self {
        match number.bytes().last() {
            // Its only test number ends in a digit that means nothing here.
            _ if family == Family::BpjsPu => Self::Success(1),
            Some(b'2') => Self::Success(several(family)),
            Some(b'3') => Self::InquiryTimeout,
            Some(b'4') => Self::InquiryPaid,
            Some(b'5') => Self::InquiryWrongNumber,
            Some(b'6') => Self::PaymentFailed,
            Some(b'7') => Self::PaymentPending,
            Some(b'8') => Self::PaymentBillerError,
            _ => Self::Success(1),
        }
    }
}

/// How many sheets a number that ends in 2 owes.
const fn several(family: Family) -> u32 {
    match family {
        Family::Pln => 8,
        Family::Telkom => 3,
        Family::Water => 4,
        _ => 1,
    }
}

/// Every test number that the document lists, product by product.
pub fn sandbox_numbers() -> Vec<SandboxNumber> {
    let mut all = Vec::new();
    for (code, stem, digits) in [
        ("PLNPOSTPAID", "53000000000", "12345678"),
        ("PLNNONH", "322503000592", "2"),
        ("PLNNONH", "181121701032", "9"),
        ("PLNNONH", "322601500822", "9"),
        ("BPJS", "880123456000", "1345678"),
        ("BPJSTK", "810205101127000", "1345678"),
        ("BPJSTKPU", "21030001606", "6"),
        ("TELKOMPSTN", "639160120", "12345678"),
        ("CBN", "0192710", "1"),
        ("CBN", "0178300", "2345678"),
        ("TVBIG", "107216140", "1345678"),
        ("TVTLKMV", "12724650010", "1345678"),
        ("PGAS", "011001460", "1345678"),
        ("PDAMKOTA.SURABAYA", "1020200", "1"),
        ("PDAMKOTA.MEDAN", "1020200", "2678"),
        ("AETRA", "1020200", "345"),
        ("HPTHREE", "0899123450", "1345678"),
        ("FNMEGA", "639160120", "1345678"),
        ("ESAMSAT.JABAR", "965854852356870", "1345678"),
        ("PBBKOT.CIMAHI", "32980109237599990", "1345678"),
        ("SHOPEEPAY", "08210000000", "12345678"),
    ] {
        let Some(family) = find_biller(code).map(|biller| biller.family) else { continue };
        for digit in digits.chars() {
            let number = format!("{stem}{digit}");
            let promises = Promise::of(family, &number);
            all.push(SandboxNumber { code, number, promises });
        }
    }
    all
}
