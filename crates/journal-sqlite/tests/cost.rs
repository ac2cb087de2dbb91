//! What sealing costs. Not a test of anything; it prints a figure:
//! `cargo test --release -p ppob-journal-sqlite --test cost -- --ignored --nocapture`
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod payments;

use std::time::{Duration, Instant};

use ppob_payment::{Event, Payment, step};
use ppob_seal::{Place, Sealer};
use ppob_types::{Observed, PayAnswer, PayOutcome, RawAnswer, Timestamp};

use self::payments::new_payment;

const ROUNDS: u32 = 20_000;

fn timed(work: impl Fn()) -> Duration {
    #[expect(clippy::disallowed_methods, reason = "a measurement")]
    let start = Instant::now();
    for _ in 0..ROUNDS {
        work();
    }
    start.elapsed() / ROUNDS
}

/// The payment after an answer with 2 KiB of raw text.
fn answered(payment: &Payment) -> Payment {
    let raw = Some(RawAnswer::new(&[b'x'; 2_048]));
    let observed = Observed { raw, ..Observed::default() };
    let answer = PayAnswer { outcome: PayOutcome::Succeeded, observed };
    let event = Event::Answered { attempt: 1, answer, refusal_trusted: true };
    step(payment, event, Timestamp::from_seconds(1_800_000_001)).unwrap().payment
}

/// What a payment of two commits needs: at acceptance the request, the value, a blind index and a
/// keyed fingerprint; at its end the value once more, and the request opened for the answer.
#[test]
#[ignore = "prints a figure"]
fn what_sealing_a_payment_costs() {
    let sealer = Sealer::generate().unwrap();
    let new = new_payment(1, 1);
    let place = Place::new("payment.value", &["shop", "payment-000001"]);
    let request = serde_json::to_vec(&new.request).unwrap();
    let first = serde_json::to_vec(&new.payment).unwrap();
    let last = serde_json::to_vec(&answered(&new.payment)).unwrap();
    let kept = sealer.seal(&place, &request).unwrap();
    let seal = |plain: &[u8]| {
        std::hint::black_box(sealer.seal(&place, plain).unwrap());
    };
    let whole = timed(|| {
        seal(&request);
        seal(&first);
        seal(&last);
        std::hint::black_box(sealer.blind("customer", "91011121314"));
        std::hint::black_box(sealer.keyed("fingerprint", &new.fingerprint.0));
        std::hint::black_box(sealer.open(&place, &kept).unwrap());
    });
    println!(
        "sealing one payment: {whole:?} (request {} bytes, value {} and {} bytes)",
        request.len(),
        first.len(),
        last.len()
    );
}
