//! What the answer to a payment may be taken for.

use ppob_http::{Answer, SendResult};
use ppob_types::{PayAnswer, PayOutcome, RawAnswer, RefusalCode, UnknownCause};

use super::oracle::{Tree, refuses_bill, refuses_top_up, says_nothing, tree};
use super::{Input, answer, cuts};
use crate::pay as payments;
use crate::requests::Host;

/// The body of an answer to a payment: it is definite only if it is one whole object that speaks of this
/// payment in codes of the list, and it stays unknown if it was cut, doubled, or came with any status but
/// 200.
pub fn pay(data: &[u8]) {
    let Some(input) = Input::read(data) else { return };
    let whole = read(&input, SendResult::Answered(answer(input.body)));
    // What was cut from these bytes is known to the person who looks at them only.
    assert_eq!(whole.observed.raw, Some(RawAnswer::new(input.body)));
    shows_nothing_personal(&input, &whole);
    unfit_to_be_definite(&input);
    match &whole.outcome {
        PayOutcome::NotSent(_) => panic!("an answer came, so something was sent"),
        PayOutcome::Unknown(_) => {}
        PayOutcome::Succeeded | PayOutcome::Pending | PayOutcome::Rejected(_) => {
            let Some(all) = tree(input.body) else { panic!("definite without one whole value") };
            assert!(all.keys_are_unique(), "definite, although a key occurs twice");
            let Some(data) = all.get("data") else { panic!("definite without data") };
            judge(&input, data, &whole);
            damaged(&input, &whole);
        }
    }
}

/// The class of the outcome of such an input, so that a test can see that its inputs are of every class.
pub fn outcome_of(data: &[u8]) -> Option<&'static str> {
    let input = Input::read(data)?;
    Some(read(&input, SendResult::Answered(answer(input.body))).outcome.class())
}

fn read(input: &Input<'_>, sent: SendResult) -> PayAnswer {
    match input.host() {
        Host::Prepaid => payments::top_up(&input.asked(), sent),
        Host::Postpaid => payments::bill(&input.asked(), sent),
    }
}

fn judge(input: &Input<'_>, data: &Tree, whole: &PayAnswer) {
    let prepaid = input.host() == Host::Prepaid;
    let code = data.code(if prepaid { "rc" } else { "response_code" }).unwrap_or_default();
    let status = data.text("status");
    assert!(data.fits(input, !prepaid), "definite about something else");
    match &whole.outcome {
        PayOutcome::Succeeded => {
            assert_eq!(code, "00");
            assert!(!prepaid || status.as_deref() == Some("1"));
            assert!(data.is_ours(!prepaid), "a success of nobody");
            let message = data.text("message").unwrap_or_default().to_uppercase();
            assert!(prepaid || !message.contains("INQUIRY"), "an inquiry is no payment");
            let of_payment = ["noref", "datetime"].iter().any(|key| data.text(key).is_some());
            assert!(prepaid || of_payment || message.contains("PAYMENT"), "no sign of a payment");
        }
        PayOutcome::Pending => {
            assert!(["39", "201"].contains(&&*code), "pending by {code}");
            assert!(!prepaid || status.is_none_or(|status| status == "0"));
        }
        PayOutcome::Rejected(no) => {
            assert!(!says_nothing(&code), "refused by {code}");
            assert!(if prepaid { refuses_top_up(&code) } else { refuses_bill(&code) }, "{code}");
            assert!(!prepaid || status.is_none_or(|status| status == "2"));
            let ended = data.is_ours(false) && data.text("status").as_deref() == Some("2");
            assert!(code != "07" || ended, "the end of nobody's top-up, or no end");
            assert_ne!(no.code, RefusalCode::BillAlreadyPaid, "it may be we who paid it");
            let shown = &whole.observed;
            assert_eq!((shown.charged, shown.total, &shown.receipt), (None, None, &None));
        }
        PayOutcome::NotSent(_) | PayOutcome::Unknown(_) => {}
    }
    if let Some(receipt) = &whole.observed.receipt {
        let ours = ["balance", "selling_price", "sign"];
        assert!(ours.iter().all(|key| !receipt.raw_fields.contains_key(*key)));
    }
    for (read, key) in [
        (whole.observed.charged, if prepaid { "price" } else { "selling_price" }),
        (whole.observed.balance_after, "balance"),
    ] {
        assert!(read.is_none() || read.map(ppob_types::Rupiah::get) == data.amount(key), "{key}");
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
        let read = read(input, result);
        assert!(matches!(read.outcome, PayOutcome::Unknown(_)), "{:?}", read.outcome);
        assert!(read.observed.receipt.is_none());
    }
}

/// A definite answer that was cut, doubled, or has a key twice is definite no more.
fn damaged(input: &Input<'_>, whole: &PayAnswer) {
    let unknown = |body: Vec<u8>, how: &str| {
        let read = read(input, SendResult::Answered(answer(body)));
        assert!(matches!(read.outcome, PayOutcome::Unknown(_)), "{how}: {:?}", read.outcome);
        assert!(read.observed.receipt.is_none(), "{how}: a receipt");
    };
    let Some(end) = input.body.iter().rposition(|byte| *byte == b'}') else { return };
    for cut in cuts(end, input.body) {
        unknown(input.body.get(..cut).unwrap_or_default().to_vec(), "cut");
    }
    unknown([input.body, input.body].concat(), "twice");
    unknown([input.body, b"{\"data\":{\"rc\":\"07\"}}"].concat(), "and a refusal");
    for key in ["data", "dat\\u0061"] {
        let inserted = format!("{{\"{key}\":{{}},");
        let Some(at) = input.body.iter().position(|byte| *byte == b'{') else { return };
        let (before, after) = (input.body.get(..at), input.body.get(at + 1..));
        let (Some(before), Some(after)) = (before, after) else { return };
        unknown([before, inserted.as_bytes(), after].concat(), "data twice");
    }
    // White space around it changes nothing.
    let spaced = [b"\n ", input.body, b"\r\n"].concat();
    let spaced = read(input, SendResult::Answered(answer(spaced)));
    if std::str::from_utf8(input.body).is_ok() {
        assert_eq!(spaced.outcome, whole.outcome, "with white space around it");
    }
}

/// The customer's number shows nowhere but where the answer itself put it into a name of a field.
fn shows_nothing_personal(input: &Input<'_>, whole: &PayAnswer) {
    if let Some(unlisted) = &whole.observed.unlisted {
        let (_, message) = unlisted.split_once(": ").unwrap_or_default();
        assert!(!message.chars().any(char::is_numeric), "{unlisted:?}");
        assert!(unlisted.chars().count() <= 200);
    }
    let number = input.number();
    let in_a_key = String::from_utf8_lossy(input.body).contains(&format!("{number}\":"));
    let told = [
        whole.observed.provider_ref.as_ref().map(|found| found.as_str().to_owned()),
        whole.observed.receipt.as_ref().and_then(|receipt| {
            receipt.reference.as_ref().map(|reference| reference.expose().to_owned())
        }),
    ];
    let told = told.iter().flatten().any(|text| text.contains(number));
    let amounts = [whole.observed.charged, whole.observed.total, whole.observed.balance_after];
    let told =
        told || amounts.iter().flatten().any(|amount| number.ends_with(&amount.get().to_string()));
    let details = format!("{:?}", whole.observed.receipt.as_ref().map(|receipt| &receipt.details));
    if !in_a_key && !told && !details.contains(number) {
        assert!(!format!("{whole:?}").contains(number), "the number shows");
    }
}
