use ppob_api::error::{ACCEPTED, ACCEPTED_NO, ACCEPTED_UNKNOWN, DOMAIN, reason};
use tonic_types::{ErrorDetails, StatusExt};

use super::*;

fn status<const N: usize>(
    code: Code,
    word: &str,
    message: &str,
    metadata: [(&str, &str); N],
) -> Status {
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let details = ErrorDetails::with_error_info(word, DOMAIN, metadata);
    Status::with_error_details(code, message, details)
}

fn paying() -> Paying {
    Paying {
        id: "pay-0001".to_owned(),
        repeat: "ppob pay PLN-PREPAID-20000 530000001234 --id pay-0001".to_owned(),
        earlier: false,
    }
}

fn pay() -> Asked {
    Asked::Pay(paying())
}

#[test]
fn a_refusal_says_that_nothing_is_paid_and_what_to_do() {
    let refused = status(
        Code::FailedPrecondition,
        reason::REPEAT_NEEDED,
        "the same product was paid for this customer; nothing was accepted",
        [(ACCEPTED, ACCEPTED_NO), ("next_repeat", "1")],
    );
    let failure = failure(&refused, &pay());
    assert_eq!(failure.exit, Exit::Refused);
    assert_eq!(
        failure.text,
        "\
Refused: the same product was paid for this customer; nothing was accepted
Money: not accepted: this call paid nothing and will pay nothing.
Do:    if an equal payment is meant, add --repeat 1
(REPEAT_NEEDED)
"
    );
}

#[test]
fn a_lost_connection_while_paying_says_exactly_what_to_repeat() {
    let failure = failure(&Status::unavailable("the connection was closed"), &pay());
    assert_eq!(failure.exit, Exit::Unknown);
    assert_eq!(
        failure.text,
        "\
No usable answer: the connection was closed
Money: it may be paid. Do not pay by other means.
Do:    repeat exactly this; the same id never pays twice:
         ppob pay PLN-PREPAID-20000 530000001234 --id pay-0001
       or make sure that it never happens:
         ppob payment abandon pay-0001
(Unavailable)
"
    );
}

#[test]
fn an_error_of_the_engine_that_may_have_been_accepted_is_no_refusal() {
    let unclear = status(
        Code::Unavailable,
        reason::JOURNAL_UNAVAILABLE,
        "it is not known yet whether it was accepted",
        [(ACCEPTED, ACCEPTED_UNKNOWN)],
    );
    let failure = failure(&unclear, &pay());
    assert_eq!(failure.exit, Exit::Unknown);
    assert!(failure.text.contains("it may be paid"), "{}", failure.text);
    assert!(json_error(&unclear, &pay(), true).contains("\"accepted\": \"unknown\""));
}

#[test]
fn a_read_never_speaks_of_money_moved() {
    let unknown = status(Code::NotFound, reason::PRODUCT_UNKNOWN, "there is no product X", []);
    let failure = failure(&unknown, &Asked::Read);
    assert_eq!(
        failure.text,
        "\
Refused: there is no product X
Money: asking moves no money.
Do:    see `ppob products` for the codes.
(PRODUCT_UNKNOWN)
"
    );
    assert_eq!(failure.exit, Exit::Refused);
}

#[test]
fn only_the_error_of_a_payment_says_whether_it_was_accepted() {
    let refused = status(
        Code::NotFound,
        reason::PAYMENT_NOT_FOUND,
        "there is no such payment",
        [(ACCEPTED, ACCEPTED_NO)],
    );
    for asked in [Asked::Read, Asked::Change] {
        let told: serde_json::Value =
            serde_json::from_str(&json_error(&refused, &asked, true)).unwrap();
        assert!(told["error"]["accepted"].is_null(), "{told}");
    }
    assert!(json_error(&refused, &pay(), true).contains("\"accepted\": \"no\""));
}

#[test]
fn an_engine_that_is_not_there_was_sent_nothing() {
    let failure = unreached("--address", "127.0.0.1:50051", "connection refused", false);
    assert_eq!(failure.exit, Exit::Unknown);
    assert!(failure.text.contains("nothing was sent"), "{}", failure.text);
}

#[test]
fn patience_that_ended_is_unknown_even_if_the_last_call_was_refused() {
    let refused = status(
        Code::ResourceExhausted,
        reason::RATE_LIMITED,
        "too many calls; nothing was done",
        [(ACCEPTED, ACCEPTED_NO)],
    );
    for last in [None, Some(&refused)] {
        let failure = unanswered(last, &paying());
        assert_eq!(failure.exit, Exit::Unknown);
        assert!(failure.text.contains("it may be paid"), "{}", failure.text);
        assert!(failure.text.contains(&paying().repeat), "{}", failure.text);
    }
    assert!(json_error(&refused, &pay(), false).contains("\"accepted\": \"unknown\""));
    assert!(json_error(&refused, &pay(), true).contains("\"accepted\": \"no\""));
}

#[test]
fn a_refusal_does_not_speak_for_an_earlier_call_with_the_same_id() {
    let refused = status(
        Code::ResourceExhausted,
        reason::RATE_LIMITED,
        "too many calls; nothing was done",
        [(ACCEPTED, ACCEPTED_NO)],
    );
    let again = Asked::Pay(Paying { earlier: true, ..paying() });
    let failure = failure(&refused, &again);
    assert!(failure.text.contains("An earlier call with this id may have"), "{}", failure.text);
}
