//! What must hold for any bytes that IAK, or somebody on the way, sends.
//!
//! Each function takes bytes, reads them with this crate, and panics if a property does not hold. What an
//! answer may mean is judged by a second reading (`oracle.rs`) that has nothing of the first one.
//!
//! The first byte of an input about a purchase says which purchase (modulo their number), the rest is the
//! body of the answer.
#![expect(clippy::panic, reason = "a property that does not hold panics; no release compiles it")]

mod calls;
mod oracle;
mod pay;
mod reads;

use ppob_http::Answer;
use ppob_types::{CustomerNumber, Family, Parameters, ProductCode, Purchase};

pub use self::calls::{callback, settings};
pub use self::pay::{outcome_of, pay};
pub use self::reads::{balance, inquiry, prices, status};
use crate::echo::Asked;
use crate::requests::Host;

/// Longer answers say nothing that shorter ones do not.
const LONGEST: usize = 16 * 1024;

/// Our reference and the number of the inquiry that is paid, in every input.
const REFERENCE: &str = "P0000000000B3N1";
const TR_ID: &str = "9732792";

/// What was bought: a family each, by IAK's code and a number that fits.
const PURCHASES: [(Family, &str, &str); 10] = [
    (Family::PlnPrepaid, "hpln20000", "12345678901"),
    (Family::MobileTopUp, "xld25000", "0817777215"),
    (Family::Games, "game103", "156378300|8483"),
    (Family::PlnPostpaid, "PLNPOSTPAID", "530000000001"),
    (Family::Bpjs, "BPJS", "8801234560001"),
    (Family::Telkom, "TELKOMPSTN", "6391601202"),
    (Family::Water, "PDAMKOTA.SURABAYA", "10202001"),
    (Family::Gas, "PGAS", "0110014601"),
    (Family::Multifinance, "FNMEGA", "6391601201"),
    (Family::Tax, "ESAMSAT.JABAR", "9658548523568701"),
];

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

    fn host(&self) -> Host {
        Host::of(self.purchase.family)
    }

    fn asked(&self) -> Asked<'_> {
        let tr_id = (self.host() == Host::Postpaid).then_some(TR_ID);
        Asked { purchase: &self.purchase, code: self.code, reference: Some(REFERENCE), tr_id }
    }

    fn number(&self) -> &str {
        self.purchase.customer.expose()
    }
}

fn answer(body: impl Into<Vec<u8>>) -> Answer {
    Answer { status: 200, body: body.into(), truncated_by_cap: false }
}

/// Where to cut `length` bytes: everywhere if they are few, else at some places spread by `seed`, and always
/// right before the end.
fn cuts(length: usize, seed: &[u8]) -> Vec<usize> {
    const MOST: usize = 24;
    if length <= MOST {
        return (0..length).collect();
    }
    let mut state = seed.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut cuts = vec![0, 1, length - 2, length - 1];
    while cuts.len() < MOST {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        cuts.push(usize::try_from(state >> 33).unwrap_or_default() % length);
    }
    cuts
}
