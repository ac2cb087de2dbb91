//! Every row of both tables of response codes, as the answer to each call.
#![expect(clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "shared with the other tests")]
mod support;

use ppob_provider::{ProviderErrorKind, RefusalTrust};
use ppob_types::RefusalCode::{self, *};
use ppob_types::{Family, PayOutcome, RefusalScope, Rejection, StatusVerdict, UnknownCause};
use serde_json::{Value, json};
use support::{
    Peer, asked, bill, bill_data, bill_inquiry, body, checked, context, paid, provider, reference,
    top_up, top_up_data,
};

const UNKNOWN: PayOutcome = PayOutcome::Unknown(UnknownCause::Unlisted);

fn refused(code: RefusalCode) -> PayOutcome {
    PayOutcome::Rejected(Rejection { code, scope: scope(code) })
}

/// Where a code is used with one scope only.
fn scope(code: RefusalCode) -> RefusalScope {
    match code {
        LimitReached | AmountInvalid | BillAlreadyPaid | NumberInvalid => RefusalScope::Bill,
        _ => RefusalScope::Provider,
    }
}

/// The class of an outcome and, of a refusal, its code: scopes have a test of their own.
fn shown(outcome: &PayOutcome) -> (&'static str, Option<RefusalCode>) {
    match outcome {
        PayOutcome::Rejected(rejection) => (outcome.class(), Some(rejection.code)),
        outcome => (outcome.class(), None),
    }
}

/// `(rc, what it means in answer to a top-up, what a status check with status 2 says)`.
const TOP_UPS: [(&str, &str, Option<RefusalCode>); 31] = [
    ("06", "unknown", None),
    ("07", "rejected", Some(Other)),
    ("10", "rejected", Some(LimitReached)),
    ("12", "rejected", Some(LimitReached)),
    ("13", "rejected", Some(NumberInvalid)),
    ("14", "rejected", Some(NumberInvalid)),
    ("16", "rejected", Some(NumberInvalid)),
    ("17", "rejected", Some(InsufficientBalance)),
    ("20", "rejected", Some(ProductClosed)),
    ("102", "rejected", Some(Credentials)),
    ("106", "rejected", Some(ProductClosed)),
    ("107", "rejected", Some(Other)),
    // Maintenance may have begun while the purchase was on its way.
    ("110", "unknown", None),
    ("117", "rejected", Some(Other)),
    ("118", "rejected", Some(Credentials)),
    ("121", "rejected", Some(LimitReached)),
    ("131", "rejected", Some(Other)),
    ("141", "rejected", Some(NumberInvalid)),
    ("142", "rejected", Some(NumberInvalid)),
    ("143", "unknown", None),
    ("202", "rejected", Some(Duplicate)),
    ("203", "rejected", Some(NumberInvalid)),
    ("204", "rejected", Some(Credentials)),
    ("205", "rejected", Some(Other)),
    ("206", "rejected", Some(NumberInvalid)),
    ("207", "rejected", Some(Duplicate)),
    // Not in the table, or nonsense with status 2.
    ("00", "unknown", None),
    ("39", "unknown", None),
    ("201", "unknown", None),
    ("99", "unknown", None),
    ("x", "unknown", None),
];

#[tokio::test]
async fn every_row_of_the_prepaid_table_means_what_it_says_in_answer_to_a_top_up() {
    for (code, class, refusal) in TOP_UPS {
        let changes = json!({ "rc": code, "status": 2, "message": "SOMETHING" });
        let answer = paid(&top_up(), &body(top_up_data(), changes)).await;
        assert_eq!(shown(&answer.outcome), (class, refusal), "{code}");
        assert_eq!(answer.observed.unlisted.is_some(), class == "unknown", "{code}");
        if class == "rejected" {
            assert_eq!(answer.observed.charged, None, "{code}: nothing was paid");
        }
    }
}

#[tokio::test]
async fn a_code_and_a_status_that_contradict_each_other_mean_nothing() {
    for (status, code) in
        [(0, "00"), (0, "17"), (1, "39"), (1, "17"), (1, "07"), (2, "39"), (7, "00")]
    {
        let changes = json!({ "rc": code, "status": status });
        let contradiction = body(top_up_data(), changes);
        assert_eq!(paid(&top_up(), &contradiction).await.outcome, UNKNOWN, "{status} {code}");
        let error = checked(&top_up(), &contradiction).await.unwrap_err();
        assert_eq!(error.kind, ProviderErrorKind::Unreadable, "{status} {code}");
    }
}

#[tokio::test]
async fn every_row_of_the_prepaid_table_means_what_it_says_in_answer_to_a_status_check() {
    for (code, _, refusal) in TOP_UPS {
        let changes = json!({ "rc": code, "status": 2, "message": "SOMETHING" });
        let report = checked(&top_up(), &body(top_up_data(), changes)).await;
        match (code, refusal) {
            ("06", _) => assert_eq!(report.unwrap().verdict, StatusVerdict::NotFound),
            // Who asks now is refused, which says nothing about what was asked before.
            (_, Some(Credentials)) => {
                assert_eq!(report.unwrap_err().kind, ProviderErrorKind::Credentials, "{code}");
            }
            // Of the check itself.
            ("107" | "117" | "205", _) => {
                assert_eq!(report.unwrap_err().kind, ProviderErrorKind::Unreadable, "{code}");
            }
            ("143", _) => assert!(matches!(report.unwrap().verdict, StatusVerdict::Rejected(_))),
            (_, Some(refusal)) => {
                let StatusVerdict::Rejected(rejection) = report.unwrap().verdict else {
                    panic!("{code}")
                };
                assert_eq!(rejection.code, refusal, "{code}");
            }
            (_, None) => {
                assert_eq!(report.unwrap_err().kind, ProviderErrorKind::Unreadable, "{code}");
            }
        }
    }
}

/// What a code of the postpaid table means: in answer to a payment, to a status check with status 2, and to
/// an inquiry.
struct Row(&'static str, Pay, Check, RefusalCode);

#[derive(Clone, Copy, PartialEq)]
enum Pay {
    Refused,
    Unknown,
    Pending,
}

#[derive(Clone, Copy, PartialEq)]
enum Check {
    Refused,
    NoVerdict,
}

const BILLS: [Row; 51] = [
    Row("01", Pay::Unknown, Check::NoVerdict, BillAlreadyPaid),
    Row("02", Pay::Unknown, Check::NoVerdict, Other),
    Row("03", Pay::Refused, Check::Refused, Other),
    Row("04", Pay::Unknown, Check::Refused, Other),
    Row("05", Pay::Unknown, Check::NoVerdict, Other),
    Row("06", Pay::Unknown, Check::NoVerdict, Other),
    Row("07", Pay::Unknown, Check::Refused, Other),
    Row("08", Pay::Unknown, Check::Refused, NumberInvalid),
    Row("09", Pay::Unknown, Check::Refused, Other),
    Row("10", Pay::Unknown, Check::Refused, Other),
    Row("11", Pay::Unknown, Check::Refused, Duplicate),
    Row("13", Pay::Unknown, Check::Refused, NumberInvalid),
    Row("14", Pay::Unknown, Check::Refused, NumberInvalid),
    Row("15", Pay::Unknown, Check::Refused, NumberInvalid),
    Row("16", Pay::Unknown, Check::Refused, NumberInvalid),
    Row("17", Pay::Refused, Check::Refused, InsufficientBalance),
    Row("20", Pay::Refused, Check::Refused, ProductClosed),
    Row("30", Pay::Unknown, Check::Refused, Other),
    Row("31", Pay::Unknown, Check::Refused, LimitReached),
    Row("32", Pay::Unknown, Check::Refused, Other),
    Row("33", Pay::Unknown, Check::Refused, Other),
    Row("34", Pay::Unknown, Check::NoVerdict, BillAlreadyPaid),
    Row("35", Pay::Unknown, Check::Refused, Other),
    Row("36", Pay::Unknown, Check::Refused, Other),
    Row("37", Pay::Unknown, Check::Refused, Other),
    Row("38", Pay::Unknown, Check::Refused, Other),
    Row("39", Pay::Pending, Check::NoVerdict, Other),
    Row("40", Pay::Unknown, Check::NoVerdict, BillAlreadyPaid),
    Row("41", Pay::Unknown, Check::Refused, Other),
    Row("42", Pay::Unknown, Check::NoVerdict, Other),
    Row("91", Pay::Unknown, Check::NoVerdict, Other),
    Row("92", Pay::Unknown, Check::NoVerdict, Other),
    Row("93", Pay::Unknown, Check::Refused, AmountInvalid),
    Row("94", Pay::Unknown, Check::Refused, Other),
    Row("100", Pay::Refused, Check::NoVerdict, Credentials),
    Row("101", Pay::Refused, Check::NoVerdict, Other),
    Row("102", Pay::Refused, Check::NoVerdict, Credentials),
    Row("103", Pay::Unknown, Check::NoVerdict, Other),
    Row("105", Pay::Unknown, Check::NoVerdict, Other),
    Row("106", Pay::Unknown, Check::Refused, ProductClosed),
    Row("107", Pay::Refused, Check::NoVerdict, Other),
    Row("108", Pay::Unknown, Check::Refused, NumberInvalid),
    Row("109", Pay::Refused, Check::Refused, CutOff),
    Row("110", Pay::Unknown, Check::NoVerdict, ProductClosed),
    Row("117", Pay::Refused, Check::NoVerdict, Other),
    Row("118", Pay::Refused, Check::NoVerdict, Credentials),
    Row("201", Pay::Pending, Check::NoVerdict, Other),
    // In no table.
    Row("12", Pay::Unknown, Check::NoVerdict, Other),
    Row("68", Pay::Unknown, Check::NoVerdict, Other),
    Row("999", Pay::Unknown, Check::NoVerdict, Other),
    Row("ok", Pay::Unknown, Check::NoVerdict, Other),
];

#[tokio::test]
async fn every_row_of_the_postpaid_table_means_what_it_says_in_answer_to_a_payment() {
    for Row(code, pay, _, refusal) in BILLS {
        let changes = json!({ "response_code": code, "message": "SOMETHING" });
        let answer = paid(&bill(), &body(bill_data(), changes)).await;
        let expected = match pay {
            Pay::Refused => ("rejected", Some(refusal)),
            Pay::Unknown => ("unknown", None),
            Pay::Pending => ("pending", None),
        };
        assert_eq!(shown(&answer.outcome), expected, "{code}");
        assert_eq!(answer.observed.unlisted.is_some(), pay == Pay::Unknown, "{code}");
    }
}

#[tokio::test]
async fn every_row_of_the_postpaid_table_means_what_it_says_in_answer_to_a_status_check() {
    for Row(code, _, check, refusal) in BILLS {
        let changes = json!({ "response_code": code, "message": "SOMETHING", "status": 2 });
        let report = checked(&bill(), &body(bill_data(), changes)).await;
        match check {
            Check::Refused => {
                let StatusVerdict::Rejected(rejection) = report.unwrap().verdict else {
                    panic!("{code}")
                };
                assert_eq!(rejection.code, refusal, "{code}");
            }
            Check::NoVerdict => assert!(report.is_err(), "{code}"),
        }
        // Whatever the code, a standing that is not "failed" refuses nothing.
        for status in [Value::Null, json!(0), json!(1), json!(3), json!(4), json!("x")] {
            let changes = json!({ "response_code": code, "status": status.clone() });
            let report = checked(&bill(), &body(bill_data(), changes)).await;
            let verdict = report.map(|report| report.verdict).ok();
            let allowed = match (&status, code) {
                (status, "02" | "06" | "42") if status.is_null() || *status == json!(0) => {
                    Some(StatusVerdict::NotFound)
                }
                (status, "05" | "39" | "91" | "92" | "103" | "105" | "201")
                    if *status == json!(3) =>
                {
                    Some(StatusVerdict::Pending)
                }
                _ => None,
            };
            assert_eq!(verdict, allowed, "{code} with status {status}");
        }
    }
}

#[tokio::test]
async fn every_row_of_the_postpaid_table_refuses_an_inquiry_as_it_says() {
    for Row(code, _, _, refusal) in BILLS {
        let changes = json!({ "response_code": code, "message": "NOMOR 530000000001 SALAH" });
        let error = asked(&bill_inquiry(), &body(bill_data(), changes)).await.unwrap_err();
        match error.kind {
            ProviderErrorKind::Credentials => assert_eq!(refusal, Credentials, "{code}"),
            ProviderErrorKind::Refused(rejection) => {
                assert_eq!((rejection.code, refusal == Credentials), (refusal, false), "{code}");
            }
            other => panic!("{code}: {other:?}"),
        }
        assert!(!error.message.contains("530000000001"), "{code}");
    }
}

#[tokio::test]
async fn fact_39_time_out_undefined_and_unknown_codes_after_a_payment_are_never_failed() {
    for (code, expected) in [
        ("39", PayOutcome::Pending),
        ("201", PayOutcome::Pending),
        // The table calls it pending and says "failed" beside it.
        ("05", UNKNOWN),
        ("91", UNKNOWN),
        ("92", UNKNOWN),
        ("103", UNKNOWN),
        ("105", UNKNOWN),
        ("77", UNKNOWN),
    ] {
        let changes = json!({ "response_code": code, "message": "TIMEOUT" });
        let told = body(bill_data(), changes);
        assert_eq!(paid(&bill(), &told).await.outcome, expected, "{code}");
        // A check that says so and no standing is no verdict, whatever the column of the table says.
        let verdict = checked(&bill(), &told).await.map(|report| report.verdict);
        assert!(!matches!(verdict, Ok(StatusVerdict::Rejected(_))), "{code}: {verdict:?}");
    }
    let process = json!({ "rc": "201", "status": 0, "message": "PROCESS" });
    let told = body(top_up_data(), process);
    assert_eq!(paid(&top_up(), &told).await.outcome, PayOutcome::Pending);
}

#[tokio::test]
async fn fact_41_paid_already_in_answer_to_our_own_payment_may_be_ours() {
    for code in ["01", "34", "40"] {
        let changes = json!({ "response_code": code, "message": "INVOICE HAS BEEN PAID" });
        let told = body(bill_data(), changes);
        assert_eq!(paid(&bill(), &told).await.outcome, UNKNOWN, "{code}");
        let ProviderErrorKind::Refused(no) = asked(&bill_inquiry(), &told).await.unwrap_err().kind
        else {
            panic!("{code}")
        };
        assert_eq!((no.code, no.scope), (BillAlreadyPaid, RefusalScope::Bill));
    }
}

#[tokio::test]
async fn fact_73_a_deposit_that_is_too_small_is_a_refusal_of_this_provider_only() {
    let answer = paid(
        &bill(),
        &body(json!({}), json!({ "response_code": "17", "message": "BALANCE NOT ENOUGH" })),
    )
    .await;
    assert_eq!(answer.outcome, refused(InsufficientBalance));
    let changes = json!({ "rc": "17", "status": 2, "message": "INSUFFICIENT DEPOSIT" });
    let answer = paid(&top_up(), &body(top_up_data(), changes)).await;
    assert_eq!(answer.outcome, refused(InsufficientBalance));
    assert!(answer.observed.balance_after.is_some());
}

#[tokio::test]
async fn fact_59_the_cut_off_of_pln_is_a_refusal_of_its_own() {
    let told = body(json!({}), json!({ "response_code": "109", "message": "SYSTEM CUT OFF" }));
    assert_eq!(paid(&bill(), &told).await.outcome, refused(CutOff));
    let error = asked(&bill_inquiry(), &told).await.unwrap_err();
    let cut_off = Rejection { code: CutOff, scope: RefusalScope::Provider };
    assert_eq!(error.kind, ProviderErrorKind::Refused(cut_off));
}

#[tokio::test]
async fn fact_71_an_address_that_is_not_allowed_is_about_us_and_about_no_customer() {
    let of_bills =
        body(json!({}), json!({ "response_code": "102", "message": "INVALID IP ADDRESS" }));
    let of_top_ups =
        body(json!({}), json!({ "rc": "102", "status": 2, "message": "INVALID IP ADDRESS" }));
    let error = asked(&bill_inquiry(), &of_bills).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Credentials);
    for (request, told) in [(bill(), &of_bills), (top_up(), &of_top_ups)] {
        let error = checked(&request, told).await.unwrap_err();
        assert_eq!(error.kind, ProviderErrorKind::Credentials);
        assert_eq!(paid(&request, told).await.outcome, refused(Credentials));
    }
    let peer = Peer::answering(&of_top_ups).await;
    let built = provider(&peer.url, json!({}));
    let error = built.provider.balance(&context()).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Credentials);
    let error = built.provider.price_list(&context()).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Credentials);
}

#[tokio::test]
async fn fact_72_a_wrong_key_shows_as_a_wrong_signature_and_is_about_us() {
    for told in [
        body(json!({}), json!({ "response_code": "100", "message": "INVALID SIGNATURE" })),
        body(json!({}), json!({ "rc": "204", "status": 2, "message": "WRONG AUTHENTICATION" })),
    ] {
        let peer = Peer::answering(&told).await;
        let built = provider(&peer.url, json!({}));
        let of_bills = told.contains("response_code");
        let error = if of_bills {
            built.provider.inquire(&context(), &bill_inquiry()).await.unwrap_err()
        } else {
            built.provider.balance(&context()).await.unwrap_err()
        };
        assert_eq!(error.kind, ProviderErrorKind::Credentials, "{told}");
        let request = if of_bills { bill() } else { top_up() };
        assert_eq!(paid(&request, &told).await.outcome, refused(Credentials), "{told}");
    }
}

#[tokio::test]
async fn a_refused_status_check_refuses_no_payment() {
    for code in ["07", "14", "17", "102", "106", "107", "110", "117", "118", "204", "205"] {
        let of_the_check = json!({ "ref_id": reference().as_str(), "status": 2, "rc": code });
        assert!(checked(&top_up(), &body(of_the_check, json!({}))).await.is_err(), "{code}");
    }
    for code in ["07", "37", "100", "101", "102", "106", "107", "110", "117", "118"] {
        let of_the_check =
            json!({ "ref_id": reference().as_str(), "status": 2, "response_code": code });
        assert!(checked(&bill(), &body(of_the_check, json!({}))).await.is_err(), "{code}");
    }
}

#[tokio::test]
async fn a_failed_transaction_that_does_not_say_which_is_unknown() {
    for code in ["00", "07", "37", "38"] {
        let nameless = json!({ "response_code": code, "tr_id": null, "ref_id": null, "status": 2 });
        let told = body(bill_data(), nameless);
        assert_eq!(paid(&bill(), &told).await.outcome, UNKNOWN, "{code}");
        assert!(checked(&bill(), &told).await.is_err(), "{code}");
    }
    for (status, code) in [(1, "00"), (2, "07")] {
        let nameless = json!({ "rc": code, "status": status, "ref_id": null });
        let told = body(top_up_data(), nameless);
        assert_eq!(paid(&top_up(), &told).await.outcome, UNKNOWN, "{code}");
        assert!(checked(&top_up(), &told).await.is_err(), "{code}");
    }
    let inquiry = json!({ "message": "INQUIRY SUCCESS" });
    assert_eq!(paid(&bill(), &body(bill_data(), inquiry)).await.outcome, UNKNOWN);
}

#[tokio::test]
async fn a_bill_that_failed_is_unknown_until_the_status_check_says_failed_too() {
    for (code, refusal) in
        [("07", Other), ("37", Other), ("38", Other), ("04", Other), ("106", ProductClosed)]
    {
        let told = json!({ "response_code": code, "message": "PEMBAYARAN GAGAL" });
        let answer = paid(&bill(), &body(bill_data(), told.clone())).await;
        assert_eq!(answer.outcome, UNKNOWN, "{code}");
        assert_eq!(answer.observed.receipt, None, "{code}");
        let mut told = bill_data();
        told["response_code"] = json!(code);
        // Not even the check says so without the standing.
        assert!(checked(&bill(), &body(told.clone(), json!({}))).await.is_err(), "{code}");
        let report = checked(&bill(), &body(told, json!({ "status": 2 }))).await.unwrap();
        let closed = Rejection { code: refusal, scope: RefusalScope::Provider };
        assert_eq!(report.verdict, StatusVerdict::Rejected(closed), "{code}");
    }
}

#[tokio::test]
async fn maintenance_refuses_an_inquiry_and_neither_a_payment_nor_what_is_checked() {
    let changes = json!({ "response_code": "110", "message": "SYSTEM UNDER MAINTENANCE" });
    let told = body(bill_data(), changes);
    assert_eq!(paid(&bill(), &told).await.outcome, UNKNOWN);
    let failed = told.replace("\"code\":", "\"status\":2,\"code\":");
    assert_ne!(failed, told);
    let error = checked(&bill(), &failed).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Unreadable);
    let error = asked(&bill_inquiry(), &told).await.unwrap_err();
    let closed = Rejection { code: ProductClosed, scope: RefusalScope::Provider };
    assert_eq!(error.kind, ProviderErrorKind::Refused(closed));
    for status in [json!(2), Value::Null] {
        let changes = json!({ "rc": "110", "status": status, "message": "UNDER MAINTENANCE" });
        let told = body(top_up_data(), changes);
        assert_eq!(paid(&top_up(), &told).await.outcome, UNKNOWN);
        let error = checked(&top_up(), &told).await.unwrap_err();
        assert_eq!(error.kind, ProviderErrorKind::Unreadable);
    }
}

#[tokio::test]
async fn a_top_up_that_failed_is_unknown_without_the_status_that_says_so() {
    let failed = json!({ "rc": "07", "status": null, "message": "FAILED" });
    assert_eq!(paid(&top_up(), &body(top_up_data(), failed)).await.outcome, UNKNOWN);
}

#[tokio::test]
async fn what_the_guard_of_the_day_refuses_is_refused_for_every_provider() {
    for code in ["202", "207"] {
        let changes = json!({ "rc": code, "status": 2, "message": "MAXIMUM 1 NUMBER 1 TIME" });
        let told = body(top_up_data(), changes);
        let guarded = Rejection { code: Duplicate, scope: RefusalScope::Bill };
        let outcome = paid(&top_up(), &told).await.outcome;
        assert_eq!(outcome, PayOutcome::Rejected(guarded.clone()), "{code}");
        let report = checked(&top_up(), &told).await.unwrap();
        assert_eq!(report.verdict, StatusVerdict::Rejected(guarded), "{code}");
    }
}

#[tokio::test]
async fn a_bill_is_paid_only_if_the_answer_shows_a_payment() {
    for (noref, datetime, message, expected) in [
        (json!("1609626"), Value::Null, "SUCCESS", PayOutcome::Succeeded),
        (Value::Null, json!("20180803171844"), "SUCCESS", PayOutcome::Succeeded),
        (Value::Null, Value::Null, "Payment success", PayOutcome::Succeeded),
        (Value::Null, Value::Null, "SUCCESS", UNKNOWN),
        (json!(""), json!(" "), "", UNKNOWN),
        (Value::Null, Value::Null, "INQUIRY SUCCESS", UNKNOWN),
        (json!("1609626"), json!("20180803171844"), "INQUIRY SUCCESS", UNKNOWN),
    ] {
        let changes = json!({ "noref": noref, "datetime": datetime, "message": message });
        let answer = paid(&bill(), &body(bill_data(), changes.clone())).await;
        assert_eq!(answer.outcome, expected, "{changes}");
        assert_eq!(answer.observed.receipt.is_some(), expected != UNKNOWN, "{changes}");
    }
}

#[test]
fn what_can_be_done_differs_between_the_hosts() {
    let url = "https://iak.example";
    let more = json!({ "late_execution_bound_s": 77, "inquiry_valid_for_s": 99 });
    let built = provider(url, more);
    let second = std::time::Duration::from_secs;
    for family in Family::ALL {
        let can = built.provider.capability(family);
        let common = (can.pay, can.status, can.repeat_same_day, can.cost_cap);
        let by_ours = ppob_provider::StatusLookup::ClientReference;
        assert_eq!(common, (true, by_ours, false, false), "{family}");
        assert_eq!(can.late_execution_bound, second(77));
        assert_eq!(can.refusals, RefusalTrust::Authenticated);
        assert_eq!(can.status_is_purchase, None);
        let bound = ppob_provider::InquiryRule::Bound { valid_for: second(99), same_day: false };
        assert_eq!(can.inquiry == bound, family.is_bill(), "{family}");
        assert_eq!((can.callbacks, can.client_reference), (!family.is_bill(), !family.is_bill()));
    }
    assert!(!built.provider.info().plaintext && built.provider.info().tells_balance);
}
