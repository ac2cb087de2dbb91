//! An inquiry never pays, and a payment never only asks, where the code alone tells them apart.
#![expect(clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "shared with the other tests")]
mod support;

use ppob_provider::ProviderErrorKind;
use ppob_provider_h2h::{Centre, SHIPPED};
use ppob_simulator::h2h::Profile;
use ppob_types::{Family, NotSentCause, PayOutcome};
use serde_json::json;
use support::{context, inquiry, payment, permit, provider, simulator};

const NUMBER: &str = "530000009999";

#[tokio::test]
async fn a_bill_without_a_code_to_ask_by_is_not_asked_about() {
    let simulator = simulator(Profile::OkeConnect).await;
    let built = provider(Profile::OkeConnect, &simulator.origin(), json!({}));
    // None begins as a code to pay by does, and the last is one to ask by already.
    for code in ["PLNPASCA", "plnpasca", "", "É", "CPLA"] {
        let request = inquiry(Family::PlnPostpaid, code, NUMBER);
        let error = built.provider.inquire(&context(), &request).await.unwrap_err();
        assert_eq!(error.kind, ProviderErrorKind::Unsupported, "{code}");
        assert!(error.message.contains("inquiry_code"), "{error}");
    }
    assert_eq!(simulator.pay_requests(), 0);
    assert!(simulator.ledger().charges.is_empty());
}

#[tokio::test]
async fn a_code_in_small_letters_is_asked_about_by_the_code_to_ask_by() {
    let simulator = simulator(Profile::OkeConnect).await;
    let built = provider(Profile::OkeConnect, &simulator.origin(), json!({}));
    let request = inquiry(Family::PlnPostpaid, "bPLA", NUMBER);
    assert!(built.provider.inquire(&context(), &request).await.is_ok());
    assert!(simulator.ledger().charges.is_empty());
}

#[tokio::test]
async fn nothing_is_paid_under_a_code_to_ask_by() {
    let simulator = simulator(Profile::OkeConnect).await;
    let built = provider(Profile::OkeConnect, &simulator.origin(), json!({}));
    for code in ["CPLA", "cpla", "CXYZ"] {
        let request = payment(Family::PlnPostpaid, code, NUMBER);
        let answer = built.provider.pay(&context(), &request, permit()).await;
        assert_eq!(answer.outcome, PayOutcome::NotSent(NotSentCause::Unsupported), "{code}");
    }
    assert_eq!(simulator.pay_requests(), 0);
}

/// How the inquiry of that shipped description begins.
const INQUIRY: &str =
    r#"request = { method = "get", path = "trx", fields = { product = "{product}", dest ="#;

fn okeconnect() -> String {
    SHIPPED.iter().find(|one| one.name == "okeconnect").unwrap().text.to_owned()
}

fn with(pairs: &[(&str, &str)]) -> Result<Centre, ppob_provider_h2h::DescriptionError> {
    let text = pairs.iter().fold(okeconnect(), |text, (piece, other)| {
        assert!(text.contains(piece), "{piece}");
        text.replacen(piece, other, 1)
    });
    Centre::read(&text)
}

const PREFIX: &str = r#"code_prefix = { pay = "B", inquiry = "C" }"#;

/// The shipped description without prefixes, its inquiry changed.
fn same_codes(piece: &str, other: &str) -> Result<Centre, ppob_provider_h2h::DescriptionError> {
    with(&[(PREFIX, ""), (INQUIRY, &INQUIRY.replacen(piece, other, 1))])
}

#[test]
fn a_description_by_which_asking_would_pay_is_refused() {
    let bill = |lines: &str| with(&[("code = \"BPLA\"", lines)]);
    for (read, part) in [
        (with(&[(PREFIX, "")]), "asking would pay"),
        (with(&[(PREFIX, r#"code_prefix = { pay = "B", inquiry = "b" }"#)]), "asking would pay"),
        (bill("code = \"PLNPASCA\""), "asking would pay"),
        (bill("code = \"BPLA\"\ninquiry_code = \"bpla\""), "asking would pay"),
        // By the code of another product.
        (bill("code = \"BPLA\"\ninquiry_code = \"pln20\""), "asking would pay"),
        (bill("code = \"CPLA\"\ninquiry_code = \"XPLA\""), "a code to ask by"),
        // By which of both it comes tells nothing, nor does what is filled in from outside, or is empty.
        (same_codes("\"get\"", "\"form\""), "asking would pay"),
        (same_codes("dest =", "nomor = \"{dest}\", dest ="), "asking would pay"),
        (same_codes("dest =", "cek = \"\", dest ="), "asking would pay"),
    ] {
        let refused = read.err().unwrap().to_string();
        assert!(refused.contains(part), "{part}: {refused}");
    }
}

#[test]
fn a_description_whose_inquiry_has_a_field_a_path_or_a_code_of_its_own_is_taken() {
    for read in [
        same_codes("dest =", "cek = \"1\", dest ="),
        same_codes("{product}", "CEK{product}"),
        same_codes("\"trx\"", "\"cek\""),
        with(&[("code = \"BPLA\"", "code = \"PLNPASCA\"\ninquiry_code = \"CEKPLN\"")]),
    ] {
        read.unwrap();
    }
}
