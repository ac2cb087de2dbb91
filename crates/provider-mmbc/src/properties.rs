//! What must hold for any bytes that MMBC, or somebody on the way, sends.
//!
//! Each function takes bytes, reads them with this crate, and panics if a property does not hold. What an
//! answer may mean is judged by a second reading (`oracle.rs`) that has nothing of the first one.
//!
//! The first byte of an input about a purchase says which purchase (modulo their number), the rest is the
//! body of the answer.
#![expect(clippy::panic, reason = "a property that does not hold panics; no release compiles it")]

mod grammar;
mod oracle;
mod pay;
mod reads;
mod settings;

use std::sync::LazyLock;

use ppob_http::Answer;
use ppob_types::{CustomerNumber, Family, Parameters, ProductCode, Purchase};

pub use self::grammar::{amounts, refusals};
pub use self::pay::{outcome_of, pay};
pub use self::reads::{balance, inquiry, prices, status};
pub use self::settings::settings;
use crate::codes::Refusals;
use crate::echo::Asked;

/// Longer answers say nothing that shorter ones do not.
const LONGEST: usize = 16 * 1024;

/// What was bought: a family each, by MMBC's code and a number that fits.
const PURCHASES: [(Family, &str, &str); 10] = [
    (Family::PlnPrepaid, "PLNS20", "530000000001"),
    (Family::PlnPrepaid, "PLNS100", "91011121314"),
    (Family::PlnPostpaid, "PLN", "530000000001"),
    (Family::PlnNonTaglis, "PLNNONTAGLIS", "5300000000012"),
    (Family::Telkom, "TELKOM", "0217654321"),
    (Family::PayTv, "INDOVISION", "301234567890"),
    (Family::Gas, "PGN", "0110014601"),
    (Family::Water, "PDAM AETRA/TPJ", "0110014601"),
    (Family::Bpjs, "BPJS KESEHATAN", "8888801234567890"),
    (Family::Multifinance, "FIF", "440123456789A"),
];

/// This crate's own patterns.
static KNOWN: LazyLock<Refusals> = LazyLock::new(|| match Refusals::new(&[]) {
    Ok(known) => known,
    Err(error) => unreachable!("{error}"),
});

/// A purchase, and the body of an answer about it.
struct Input<'a> {
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
            product: ProductCode::new("PRODUCT").ok()?,
            family,
            customer: CustomerNumber::parse(family, number).ok()?,
            amount: None,
            parameters: Parameters::default(),
        };
        Some(Self { purchase, code, body })
    }

    fn asked(&self) -> Asked<'_> {
        Asked { purchase: &self.purchase, code: self.code }
    }

    fn number(&self) -> &str {
        self.purchase.customer.expose()
    }
}

fn answer(body: impl Into<Vec<u8>>) -> Answer {
    Answer { status: 200, body: body.into(), truncated_by_cap: false }
}

/// Where to cut `length` bytes: everywhere if they are few, or for one input in 32, else at some places
/// spread by `seed`, and always right before the end.
fn cuts(length: usize, seed: &[u8]) -> Vec<usize> {
    const MOST: usize = 24;
    let mut state = seed.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    if length <= MOST || state >> 59 == 0 {
        return (0..length).collect();
    }
    let mut cuts = vec![0, 1, length - 2, length - 1];
    while cuts.len() < MOST {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        cuts.push(usize::try_from(state >> 33).unwrap_or_default() % length);
    }
    cuts
}
