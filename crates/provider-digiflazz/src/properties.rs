//! What must hold for any bytes that Digiflazz, or somebody on the way, sends.
//!
//! Each function takes bytes, reads them with this crate, and panics if a property does not hold. What an
//! answer may mean is judged by a second reading (`oracle.rs`) that has nothing of the first one.
//!
//! The first byte of an input about a purchase says which purchase (modulo their number), the rest is the
//! body of the answer.
#![expect(clippy::panic, reason = "a property that does not hold panics; no release compiles it")]

mod callback;
mod oracle;
mod pay;
mod reads;
#[cfg(test)]
mod tests;

use ppob_http::Answer;
use ppob_types::{AttemptId, CustomerNumber, Family, Parameters, ProductCode, Purchase};

pub use self::callback::callback;
pub use self::pay::{outcome_of, pay, status};
pub use self::reads::{balance, inquiry, prices};
use crate::echo::Asked;

/// Longer answers say nothing that shorter ones do not.
const LONGEST: usize = 16 * 1024;

/// What was bought: a family each, by a code and a number that fits.
const PURCHASES: [(Family, &str, &str); 8] = [
    (Family::MobileTopUp, "xld10", "087800001230"),
    (Family::PlnPrepaid, "pln20", "530000000001"),
    (Family::Games, "ml86", "12345678"),
    (Family::PlnPostpaid, "pln", "530000000001"),
    (Family::Water, "pdam", "1013226"),
    (Family::Bpjs, "bpjs", "8801234560001"),
    (Family::Gas, "pgas", "0110014601"),
    (Family::Tax, "samsat", "9658548523568701,0212502110170100"),
];

/// A purchase, and the body of an answer about it.
struct Input<'a> {
    attempt: AttemptId,
    purchase: Purchase,
    code: &'static str,
    body: &'a [u8],
}

impl<'a> Input<'a> {
    fn read(data: &'a [u8]) -> Option<Self> {
        let (choice, body) = data.split_first()?;
        if body.len() > LONGEST {
            return None;
        }
        let (family, code, number) = *PURCHASES.get(usize::from(*choice) % PURCHASES.len())?;
        let purchase = Purchase {
            product: ProductCode::new("PLN-PREPAID-20000").ok()?,
            family,
            customer: CustomerNumber::parse(family, number).ok()?,
            amount: None,
            parameters: Parameters::default(),
        };
        Some(Self { attempt: AttemptId::new(1, 1), purchase, code, body })
    }

    fn asked(&self) -> Asked<'_> {
        Asked {
            reference: Some(self.attempt.as_str()),
            customer: self.number(),
            code: Some(self.code),
        }
    }

    fn number(&self) -> &str {
        self.purchase.customer.expose()
    }
}

fn answer(body: impl Into<Vec<u8>>) -> Answer {
    Answer { status: 200, body: body.into(), truncated_by_cap: false }
}

/// Where to cut `length` bytes: everywhere if they are few, else at places spread over them and always right
/// before the end.
fn cuts(length: usize) -> impl Iterator<Item = usize> {
    const MOST: usize = 24;
    let step = length.div_ceil(MOST).max(1);
    (0..length).step_by(step).chain(length.checked_sub(1))
}
