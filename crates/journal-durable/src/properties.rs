//! What must hold for any value that stands in a journal, and in its send journal.
//!
//! Each function takes bytes, reads them with this crate, and panics if a property does not hold.
#![expect(clippy::panic, reason = "a property that does not hold panics; no release compiles it")]

use std::fmt::Debug;
use std::sync::{Arc, LazyLock};

use ppob_journal::{EventKind, Fingerprint, JournalError, StoredInquiry};
use ppob_payment::{Event, Payment, PaymentRequest, PaymentState, Resolution, broken, next, step};
use ppob_seal::Sealer;
use ppob_types::{Basis, FailureReason, Family, PaymentKey, Retention, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::decode::{PaymentRow, from_json, from_word, payment_key, to_json};
use crate::sealed::{Seal, payment_value};

/// Longer values say nothing that shorter ones do not.
const LONGEST: usize = 32 * 1024;

/// Keys of this process; nothing is sealed for another one.
static SEAL: LazyLock<Seal> = LazyLock::new(|| match Sealer::generate() {
    Ok(sealer) => Seal::new(Arc::new(sealer)),
    Err(error) => panic!("{error}"),
});

/// A stored value: the first byte says of which kind, the rest is its JSON or its word. It is read, and
/// written again as the same, or it is corrupt, which is said without anything that stands in it; and the
/// machine takes whatever can be read.
pub fn stored_values(data: &[u8]) {
    let Some((choice, value)) = data.split_first() else { return };
    if value.len() > LONGEST {
        return;
    }
    match choice % 6 {
        0 => {
            if let Some(payment) = json::<Payment>(value) {
                machine(&payment);
                row(value, &payment);
            }
        }
        1 => drop(json::<PaymentRequest>(value)),
        2 => drop(json::<StoredInquiry>(value)),
        3 => word::<EventKind>(value),
        4 => word::<PaymentState>(value),
        _ => word::<Retention>(value),
    }
}

/// Bytes where something sealed belongs: nothing that was not sealed opens, in no column of the row.
pub fn sealed_values(data: &[u8]) {
    let Some((version, sealed)) = data.split_first() else { return };
    let row = |request: &[u8], value: &[u8]| PaymentRow {
        serial: 1,
        consumer: "shop".to_owned(),
        payment_id: "payment-0001".to_owned(),
        version: i64::from(*version),
        updated_at: 0,
        request: request.to_vec(),
        value: value.to_vec(),
    };
    is_corrupt(&row(sealed, sealed).decode(&SEAL));
    let text = String::from_utf8_lossy(sealed);
    let key = payment_key(&text, "payment-0001").map(drop);
    assert!(matches!(key, Ok(()) | Err(JournalError::Corrupt(_))));
    // Sealed for another column of the same row.
    let Ok(key) = payment_key("shop", "payment-0001") else { return };
    if let Ok(moved) = SEAL.seal_text(&payment_value(&key), &text) {
        is_corrupt(&row(&moved, &moved).decode(&SEAL));
        let mut cut = moved;
        cut.truncate(usize::from(*version));
        is_corrupt(&row(&cut, &cut).decode(&SEAL));
    }
}

fn is_corrupt<T>(read: &Result<T, JournalError>) {
    assert!(matches!(read, Err(JournalError::Corrupt(_))), "something opened, or is not corrupt");
}

fn json<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &[u8]) -> Option<T> {
    match from_json::<T>(value) {
        Ok(read) => {
            let Ok(written) = to_json(&read) else { panic!("it cannot be written again") };
            match from_json::<T>(written.as_bytes()) {
                Ok(again) => assert_eq!(again, read),
                Err(error) => panic!("it cannot be read again: {error}"),
            }
            Some(read)
        }
        Err(JournalError::Corrupt(said)) => {
            let line = String::from_utf8_lossy(value);
            let told = line.split(|c: char| !c.is_ascii_digit()).filter(|word| word.len() > 9);
            assert!(told.into_iter().all(|number| !said.contains(number)), "{said}");
            None
        }
        Err(other) => panic!("{other:?} of a value that is corrupt"),
    }
}

fn word<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &[u8]) {
    let text = String::from_utf8_lossy(value).into_owned();
    match from_word::<T>(text.clone()) {
        Ok(read) => assert_eq!(to_json(&read).ok(), Some(format!("\"{text}\""))),
        Err(error) => assert!(matches!(error, JournalError::Corrupt(_))),
    }
}

/// Whatever the file makes of a payment, the machine ends every step.
fn machine(payment: &Payment) {
    let _ = broken(payment, payment);
    let last = payment.attempts.last().map_or(1, |attempt| attempt.number);
    let executed = Resolution::Executed { observed: Box::default(), basis: Basis::Operator };
    let events = [
        Event::Recovered,
        Event::Checked { attempt: last },
        Event::Disowned { attempt: last },
        Event::GiveUp(FailureReason::NoRoute),
        Event::Abandon,
        Event::Resolved { attempt: last, resolution: executed },
        Event::Resolved { attempt: last, resolution: Resolution::NotExecuted },
        Event::Reversed { basis: Basis::Callback },
    ];
    for at in
        [Timestamp::from_micros(i64::MIN), Timestamp::default(), Timestamp::from_micros(i64::MAX)]
    {
        let _ = next(payment, at);
        for event in &events {
            if let Ok(done) = step(payment, event.clone(), at) {
                let _ = (done.payment.state(), done.payment.counted(), done.payment.token_state());
            }
        }
    }
}

/// Sealed into its row, it comes back.
fn row(value: &[u8], payment: &Payment) {
    let Ok(key) = payment_key("shop", "payment-0001") else { return };
    let Some(request) = a_request() else { return };
    let fingerprint = Fingerprint([7; 32]);
    let (Ok(value), Ok(request)) = (
        SEAL.seal_text(&payment_value(&key), &String::from_utf8_lossy(value)),
        SEAL.seal_request(&key, fingerprint, &request),
    ) else {
        return;
    };
    let PaymentKey { consumer, id } = &key;
    let row = PaymentRow {
        serial: 1,
        consumer: consumer.to_string(),
        payment_id: id.to_string(),
        version: 1,
        updated_at: 0,
        request,
        value,
    };
    match row.decode(&SEAL) {
        Ok(stored) => assert_eq!((&stored.payment, stored.fingerprint), (payment, fingerprint)),
        Err(error) => panic!("what was sealed does not open: {error}"),
    }
}

fn a_request() -> Option<PaymentRequest> {
    use ppob_types::{CustomerNumber, Parameters, ProductCode, Purchase};
    let family = Family::PlnPostpaid;
    Some(PaymentRequest {
        purchase: Purchase {
            product: ProductCode::new("PLN-POSTPAID").ok()?,
            family,
            customer: CustomerNumber::parse(family, "530000000001").ok()?,
            amount: None,
            parameters: Parameters::default(),
        },
        approval: ppob_payment::Approval::ListPrice,
        allow_lower_total: false,
        repeat: 0,
        despite_in_doubt: None,
        shown: None,
    })
}

/// A segment of the send journal: bytes that were never written by it hold no send; and of a segment that was,
/// cut and with these bytes after the cut, exactly the frames before the cut are read, or it is said to be
/// changed.
pub fn send_segments(data: &[u8]) {
    crate::sends::properties::segments(data);
}
