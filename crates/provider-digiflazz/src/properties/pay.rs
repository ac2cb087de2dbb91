//! What the answers to a payment and to a status check may be taken for.

use ppob_http::{Answer, SendResult};
use ppob_types::{Observed, PayAnswer, PayOutcome, RawAnswer, Rupiah, StatusVerdict, UnknownCause};

use super::oracle::Object;
use super::{Input, answer, cuts};
use crate::pay::interpret;

/// The body of an answer to a payment: it is definite only if it is one whole object that speaks of this
/// payment by a code of the table, and it stays unknown if it was cut, doubled, has a key twice, or came with
/// any HTTP status but 200 and 400.
pub fn pay(data: &[u8]) {
    let Some(input) = Input::read(data) else { return };
    let whole = read(&input, input.body.to_vec());
    assert_eq!(whole.observed.raw, Some(RawAnswer::new(input.body)));
    unfit_to_be_definite(&input);
    let refused = SendResult::Answered(Answer { status: 400, ..answer(input.body) });
    assert_eq!(interpret(&input.asked(), input.purchase.family, refused), whole, "with HTTP 400");
    if let Some(unlisted) = &whole.observed.unlisted {
        assert!(!unlisted.contains(input.number()), "the number shows");
        assert!(unlisted.chars().count() <= 220);
    }
    if matches!(whole.outcome, PayOutcome::Unknown(_)) {
        nothing_moved(&whole.observed);
        return;
    }
    let Some(one) = data_of(input.body) else { panic!("{:?} without an object", whole.outcome) };
    assert!(one.fits(&input), "{:?} of something else", whole.outcome);
    match &whole.outcome {
        PayOutcome::NotSent(_) | PayOutcome::Unknown(_) => panic!("an answer came and was read"),
        PayOutcome::Succeeded => {
            assert!(one.has_code("00") && one.says("status", "sukses") && one.names(&input));
            money_as_stated(&one, &whole.observed);
            ours_only(&whole.observed);
        }
        PayOutcome::Pending => {
            assert!(one.has_code("03 99") && one.says("status", "pending") && one.names(&input));
            money_as_stated(&one, &whole.observed);
            assert!(whole.observed.receipt.is_none(), "a receipt of what is not paid yet");
        }
        PayOutcome::Rejected(_) => {
            let kept = one.is_refused_and_kept() && one.names(&input);
            assert!(kept || one.is_refused_at_the_door(), "a refusal of no list");
            nothing_moved(&whole.observed);
        }
    }
    damaged(&input, |body| {
        let read = read(&input, body);
        assert!(matches!(read.outcome, PayOutcome::Unknown(_)), "{:?}", read.outcome);
        assert!(read.observed.receipt.is_none(), "a receipt of what was damaged");
    });
}

/// The body of an answer to a status check: a verdict is of this attempt, by a code of the table that speaks of
/// the attempt and not of the asking, and damage makes an error of it.
pub fn status(data: &[u8]) {
    let Some(input) = Input::read(data) else { return };
    let check =
        |answer: &Answer| crate::status::interpret(&input.asked(), input.purchase.family, answer);
    let report = match check(&answer(input.body)) {
        Ok(report) => report,
        Err(error) => {
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains(input.number()), "the number shows");
            return;
        }
    };
    let Some(one) = data_of(input.body) else { panic!("{:?} without an object", report.verdict) };
    assert!(one.fits(&input), "{:?} of something else", report.verdict);
    let named = one.names(&input);
    match &report.verdict {
        StatusVerdict::Succeeded => {
            assert!(one.has_code("00") && one.says("status", "sukses") && named);
            money_as_stated(&one, &report.observed);
            ours_only(&report.observed);
        }
        StatusVerdict::Pending => {
            let pending = one.has_code("03 99") && one.says("status", "pending");
            assert!((pending || one.has_code("01 70")) && named);
        }
        StatusVerdict::Rejected(_) => assert!(one.is_refused_and_kept() && named),
        StatusVerdict::Reversed => {
            assert!(one.has_code("74") && one.says("status", "gagal") && named);
            nothing_moved(&report.observed);
        }
        StatusVerdict::NotFound => {
            let no_data = one.text("message").is_some_and(|said| {
                said.to_lowercase().contains("data") && !one.says("status", "sukses")
            });
            assert!(one.has_code("50") || no_data);
            nothing_moved(&report.observed);
        }
    }
    for status in [201, 302, 401, 429, 500, 502] {
        assert!(check(&Answer { status, ..answer(input.body) }).is_err(), "HTTP {status}");
    }
    damaged(&input, |body| assert!(check(&answer(body)).is_err(), "a verdict of what was damaged"));
}

/// The class of the outcome of such an input, so that a test can see that its inputs are of every class.
pub fn outcome_of(data: &[u8]) -> Option<&'static str> {
    let input = Input::read(data)?;
    Some(read(&input, input.body.to_vec()).outcome.class())
}

fn read(input: &Input<'_>, body: Vec<u8>) -> PayAnswer {
    interpret(&input.asked(), input.purchase.family, SendResult::Answered(answer(body)))
}

/// The one object in `data` of a whole body, none of whose keys occurs twice.
pub(super) fn data_of(body: &[u8]) -> Option<Object> {
    let envelope = Object::whole(body)?;
    let data = envelope.data()?;
    assert!(envelope.keys_are_unique() && data.keys_are_unique(), "a key occurs twice");
    Some(data)
}

fn money_as_stated(one: &Object, observed: &Observed) {
    let stated = |key: &str, amount: Option<Rupiah>| {
        amount.is_none_or(|amount| one.amount(key) == Some(amount.get()) && !amount.is_negative())
    };
    assert!(stated("price", observed.charged), "a charge that stands nowhere");
    assert!(stated("selling_price", observed.total), "a total that stands nowhere");
}

fn nothing_moved(observed: &Observed) {
    assert!(observed.charged.is_none() && observed.total.is_none() && observed.receipt.is_none());
}

pub(super) fn ours_only(observed: &Observed) {
    let Some(receipt) = &observed.receipt else { panic!("a success without a receipt") };
    for ours in ["price", "buyer_last_saldo", "tele", "wa"] {
        assert!(!receipt.raw_fields.contains_key(ours), "{ours} on a receipt");
    }
}

/// Nothing but an answer with status 200 or 400, read to its end, may be definite.
fn unfit_to_be_definite(input: &Input<'_>) {
    let mut results = vec![
        SendResult::Answered(Answer { truncated_by_cap: true, ..answer(input.body) }),
        SendResult::Lost { cause: UnknownCause::TimedOut, partial: None },
        SendResult::Lost { cause: UnknownCause::ConnectionLost, partial: Some(answer(input.body)) },
    ];
    for status in [100, 201, 302, 401, 403, 404, 429, 500, 502] {
        results.push(SendResult::Answered(Answer { status, ..answer(input.body) }));
    }
    for result in results {
        let read = interpret(&input.asked(), input.purchase.family, result);
        assert!(matches!(read.outcome, PayOutcome::Unknown(_)), "{:?}", read.outcome);
        nothing_moved(&read.observed);
    }
}

/// An answer that was definite, damaged in every way that must make it say nothing.
fn damaged(input: &Input<'_>, says_nothing: impl Fn(Vec<u8>)) {
    let Ok(text) = std::str::from_utf8(input.body) else { return };
    let text = text.trim_end();
    for cut in cuts(text.len()) {
        says_nothing(input.body.get(..cut).unwrap_or_default().to_vec());
    }
    says_nothing(format!("{text}{text}").into_bytes());
    says_nothing(format!("<b>Notice</b>{text}").into_bytes());
    if let Some(inside) = text.strip_suffix('}') {
        says_nothing(format!("{inside},\"data\":{{\"rc\":\"02\"}}}}").into_bytes());
        says_nothing(format!("{inside},\"\\u0064ata\":{{\"rc\":\"02\"}}}}").into_bytes());
    }
}
