//! What the answer to a payment may be taken for.

use ppob_http::{Answer, SendResult};
use ppob_types::{PayAnswer, PayOutcome, RawAnswer, RefusalCode, UnknownCause};

use super::oracle::{Object, could_mean, objects};
use super::{Input, KNOWN, answer, cuts};
use crate::pay::{interpret, is_refused};

/// A refusal that is on the list, to be put beside another answer.
const REFUSAL: &str = "{\"result\":\"no\",\"reason\":\"PRODUK SEDANG CLOSE\"}";

/// The body of an answer to a payment: it is definite only if it is one whole object that speaks of this
/// payment in words of the list, and it stays unknown if it was cut, doubled, or came with any status but
/// 200.
pub fn pay(data: &[u8]) {
    let Some(input) = Input::read(data) else { return };
    let whole = read(&input, input.body.to_vec());
    // What was cut from these bytes is known to the person who looks at them only.
    assert_eq!(whole.observed.raw, Some(RawAnswer::new(input.body)));
    shows_nothing_personal(&input, &whole);
    unfit_to_be_definite(&input);
    let found = objects(&String::from_utf8_lossy(input.body));
    match &whole.outcome {
        PayOutcome::NotSent(_) => panic!("an answer came, so something was sent"),
        PayOutcome::Unknown(_) => {}
        PayOutcome::Succeeded | PayOutcome::Pending | PayOutcome::Rejected(_) => {
            let speaking: Vec<&Object> = found.iter().filter(|one| one.has("result")).collect();
            let [one] = speaking.as_slice() else {
                panic!("{:?} of {} objects that have a result", whole.outcome, speaking.len());
            };
            judge(&input, one, &whole);
            damaged(&input, one, &whole.outcome);
        }
    }
    let refused = matches!(&whole.outcome, PayOutcome::Rejected(_));
    if refused {
        assert!(is_refused(&RawAnswer::new(input.body), &KNOWN), "a trial reads it otherwise");
    }
}

/// The class of the outcome of such an input, so that a test can see that its inputs are of every class.
pub fn outcome_of(data: &[u8]) -> Option<&'static str> {
    let input = Input::read(data)?;
    Some(read(&input, input.body.to_vec()).outcome.class())
}

fn read(input: &Input<'_>, body: Vec<u8>) -> PayAnswer {
    interpret(&input.asked(), SendResult::Answered(answer(body)), &KNOWN)
}

fn judge(input: &Input<'_>, one: &Object, whole: &PayAnswer) {
    assert!(one.keys_are_unique(), "definite, although a key occurs twice");
    match &whole.outcome {
        PayOutcome::Succeeded => {
            assert!(one.says("result", "ok") && one.says("ppob_status", "confirm"));
            assert!(one.fits(input), "a success of something else");
        }
        PayOutcome::Pending => {
            assert!(one.says("result", "ok") && one.says("ppob_status", "pending"));
            assert!(one.fits(input), "a pending of something else");
            assert!(one.has_invoice() && whole.observed.provider_ref.is_some());
        }
        PayOutcome::Rejected(no) => {
            assert!(one.says("result", "no"));
            assert!(one.text("ppob_status").is_none(), "refused, and it has a standing");
            assert!(whole.observed.provider_ref.is_none(), "refused, and it has an invoice");
            assert_ne!(no.code, RefusalCode::BillAlreadyPaid, "it may be we who paid it");
            let reason = one.text("reason").unwrap_or_default();
            assert!(could_mean(&reason, no.code), "{:?} of {reason:?}", no.code);
        }
        PayOutcome::NotSent(_) | PayOutcome::Unknown(_) => {}
    }
    if let Some(receipt) = &whole.observed.receipt {
        assert!(one.fits(input), "a receipt of something else");
        let deposit = ["ppob_saldo", "saldo"];
        assert!(deposit.iter().all(|key| !receipt.raw_fields.contains_key(*key)));
    }
}

/// Nothing but an answer with status 200, read to its end, may be definite.
fn unfit_to_be_definite(input: &Input<'_>) {
    let body = || input.body.to_vec();
    let mut results = vec![
        SendResult::Answered(Answer { truncated_by_cap: true, ..answer(body()) }),
        SendResult::Lost { cause: UnknownCause::TimedOut, partial: None },
        SendResult::Lost { cause: UnknownCause::ConnectionLost, partial: Some(answer(body())) },
    ];
    for status in [100, 201, 302, 400, 500, 502] {
        results.push(SendResult::Answered(Answer { status, ..answer(body()) }));
    }
    for result in results {
        let read = interpret(&input.asked(), result, &KNOWN);
        assert!(matches!(read.outcome, PayOutcome::Unknown(_)), "{:?}", read.outcome);
        assert!(read.observed.receipt.is_none());
    }
}

/// A definite answer that was cut, doubled, or has a key twice is definite no more.
fn damaged(input: &Input<'_>, one: &Object, outcome: &PayOutcome) {
    let Ok(text) = std::str::from_utf8(input.body) else { return };
    let unknown = |body: String, how: &str| {
        let read = read(input, body.into_bytes());
        assert!(matches!(read.outcome, PayOutcome::Unknown(_)), "{how}: {:?}", read.outcome);
    };
    for cut in cuts(one.until, input.body) {
        let prefix = input.body.get(..cut).unwrap_or_default();
        let read = read(input, prefix.to_vec());
        assert!(matches!(read.outcome, PayOutcome::Unknown(_)), "cut at {cut}: {:?}", read.outcome);
        assert!(read.observed.receipt.is_none(), "a receipt of an answer that was cut");
    }
    unknown(format!("{text}{text}"), "twice");
    unknown(format!("{text}{REFUSAL}"), "and a refusal");
    unknown(format!("{REFUSAL}{text}"), "a refusal and");
    for key in ["result", "reason", "ppob_status", "ppob_invoice", "ppob_nomorpelanggan"] {
        let (before, after) = (text.get(..=one.from), text.get(one.from + 1..));
        let (inside, end) = (text.get(..one.until - 1), text.get(one.until - 1..));
        let (Some(before), Some(after), Some(inside), Some(end)) = (before, after, inside, end)
        else {
            continue;
        };
        if !one.has(key) {
            continue;
        }
        let escaped = key.replacen('p', "\\u0070", 1).replacen("re", "\\u0072e", 1);
        for key in [key, &escaped] {
            for value in ["ok", "no", "confirm", "pending", "0"] {
                unknown(format!("{before}\"{key}\":\"{value}\",{after}"), "a key twice, first");
                unknown(format!("{inside},\"{key}\":\"{value}\"{end}"), "a key twice, last");
            }
        }
    }
    // A notice that holds nothing like an answer changes nothing.
    let noticed = read(input, format!("<b>Notice</b>: x {{3}} [2]\n{text}\n<!-- 1 -->").into());
    assert_eq!(&noticed.outcome, outcome, "with notices around it");
}

/// Neither the customer's number nor any digit of an unlisted reply may be seen.
fn shows_nothing_personal(input: &Input<'_>, whole: &PayAnswer) {
    if let Some(unlisted) = &whole.observed.unlisted {
        assert!(!unlisted.chars().any(char::is_numeric), "{unlisted:?}");
        assert!(unlisted.chars().count() <= 200);
    }
    let text = String::from_utf8_lossy(input.body);
    let number = input.number();
    if objects(&text).iter().any(|one| one.number_stands_openly(number)) {
        return;
    }
    // A reference is no secret, and an unreadable answer may call anything one.
    let reference = whole.observed.provider_ref.as_ref().map_or("", |found| found.as_str());
    if !reference.contains(number) {
        assert!(!format!("{whole:?}").contains(number), "the number shows");
    }
}
