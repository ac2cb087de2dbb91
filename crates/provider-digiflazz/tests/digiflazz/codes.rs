//! Every response code, as the answer to a payment and to a look-up.

use ppob_provider::ProviderErrorKind;
use ppob_types::{
    PayOutcome, RefusalCode as Code, RefusalScope, Rejection, StatusVerdict, UnknownCause,
};
use serde_json::{Value, json};

use crate::support::{Peer, Shop, bill, topup};
use RefusalScope::{Bill, Provider};

/// What a code means: as the answer to a payment, and as that to a look-up (`None`: an error of the check).
fn meanings() -> Vec<(&'static str, PayOutcome, Option<StatusVerdict>)> {
    let kept = |rc, code, scope| {
        let no = Rejection { code, scope };
        (rc, PayOutcome::Rejected(no.clone()), Some(StatusVerdict::Rejected(no)))
    };
    // Of these nothing is kept: they speak of the asking, not of what was asked about.
    let at_the_door = |rc, code, scope| (rc, PayOutcome::Rejected(Rejection { code, scope }), None);
    let odd = || PayOutcome::Unknown(UnknownCause::Unlisted);
    let timed_out = || PayOutcome::Unknown(UnknownCause::TimedOut);
    vec![
        ("00", PayOutcome::Succeeded, Some(StatusVerdict::Succeeded)),
        ("01", timed_out(), Some(StatusVerdict::Pending)),
        kept("02", Code::Other, Provider),
        ("03", PayOutcome::Pending, Some(StatusVerdict::Pending)),
        at_the_door("40", Code::Other, Provider),
        at_the_door("41", Code::Credentials, Provider),
        at_the_door("42", Code::Credentials, Provider),
        at_the_door("43", Code::ProductClosed, Provider),
        at_the_door("44", Code::InsufficientBalance, Provider),
        at_the_door("45", Code::Credentials, Provider),
        at_the_door("47", Code::Duplicate, Bill),
        ("49", odd(), None),
        ("50", odd(), Some(StatusVerdict::NotFound)),
        kept("51", Code::NumberInvalid, Bill),
        kept("52", Code::NumberInvalid, Bill),
        kept("53", Code::ProductClosed, Provider),
        kept("54", Code::NumberInvalid, Bill),
        kept("55", Code::ProductClosed, Provider),
        at_the_door("56", Code::ProductClosed, Provider),
        kept("57", Code::NumberInvalid, Bill),
        at_the_door("58", Code::CutOff, Provider),
        kept("59", Code::NumberInvalid, Provider),
        ("60", odd(), None),
        at_the_door("61", Code::InsufficientBalance, Provider),
        at_the_door("62", Code::ProductClosed, Provider),
        at_the_door("63", Code::Duplicate, Bill),
        ("64", odd(), None),
        at_the_door("65", Code::Duplicate, Bill),
        at_the_door("66", Code::CutOff, Provider),
        at_the_door("67", Code::ProductClosed, Provider),
        at_the_door("68", Code::ProductClosed, Provider),
        at_the_door("69", Code::CostAboveCap, Provider),
        ("70", timed_out(), Some(StatusVerdict::Pending)),
        kept("71", Code::ProductClosed, Provider),
        kept("72", Code::Other, Bill),
        kept("73", Code::LimitReached, Bill),
        ("74", odd(), Some(StatusVerdict::Reversed)),
        at_the_door("80", Code::ProductClosed, Provider),
        at_the_door("81", Code::ProductClosed, Provider),
        at_the_door("82", Code::Credentials, Provider),
        ("83", odd(), None),
        kept("84", Code::AmountInvalid, Bill),
        ("85", odd(), None),
        at_the_door("86", Code::LimitReached, Provider),
        at_the_door("87", Code::AmountInvalid, Provider),
        at_the_door("88", Code::Other, Provider),
        ("99", PayOutcome::Pending, Some(StatusVerdict::Pending)),
    ]
}

fn word(rc: &str) -> &'static str {
    match rc {
        "00" => "Sukses",
        "03" | "99" => "Pending",
        _ => "Gagal",
    }
}

fn says(rc: &str, status: &str) -> Value {
    json!({
        "ref_id": "P00000000000BN1", "customer_no": "087800001230", "buyer_sku_code": "xld10",
        "message": "x", "status": status, "rc": rc, "sn": "", "buyer_last_saldo": 990_000, "price": 10_000,
    })
}

#[tokio::test]
async fn every_code_of_the_table_means_what_it_says_and_no_more() {
    let meanings = meanings();
    assert_eq!(meanings.len(), 47);
    let request = topup("087800001230");
    for (rc, outcome, verdict) in meanings {
        let peer = Peer::saying(&says(rc, word(rc))).await;
        let shop = Shop::at(&peer.url, json!({}));
        let paid = shop.pay(&request).await;
        assert_eq!(paid.outcome, outcome, "{rc}");
        let moved = matches!(outcome, PayOutcome::Succeeded | PayOutcome::Pending);
        assert_eq!(paid.observed.charged.is_some(), moved, "{rc}");
        assert_eq!(paid.observed.receipt.is_some(), outcome == PayOutcome::Succeeded, "{rc}");
        let looked = shop.check(&request).await;
        assert_eq!(looked.ok().map(|report| report.verdict), verdict, "{rc}");
    }
}

#[tokio::test]
async fn a_bill_that_is_paid_already_may_have_been_paid_by_us_so_only_an_inquiry_is_refused() {
    let request = bill("530000000001");
    let said = json!({
        "ref_id": request.attempt.as_str(), "customer_no": "530000000001", "buyer_sku_code": "pln",
        "message": "Tagihan belum tersedia", "status": "Gagal", "rc": "60", "price": 10_000,
    });
    let peer = Peer::saying(&said).await;
    let shop = Shop::at(&peer.url, json!({}));
    let asked = shop.inquire(&request.purchase, "pln", &request.attempt).await;
    let no = Rejection { code: Code::BillAlreadyPaid, scope: Bill };
    assert_eq!(asked.unwrap_err().kind, ProviderErrorKind::Refused(no));
    let paid = shop.pay(&request).await;
    assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::Unlisted));
    assert_eq!(
        paid.observed.unlisted.as_deref(),
        Some("rc 60, status Gagal: Tagihan belum tersedia")
    );
    let error = shop.check(&request).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Unreadable);
}

#[tokio::test]
async fn a_call_that_came_too_often_or_at_night_refuses_no_purchase_that_was_made_before() {
    for (rc, kind) in [
        ("58", ProviderErrorKind::Unreadable),
        ("85", ProviderErrorKind::RateLimited),
        ("86", ProviderErrorKind::RateLimited),
    ] {
        let mut said = says(rc, "Gagal");
        let peer = Peer::saying(&said).await;
        let shop = Shop::at(&peer.url, json!({}));
        assert_eq!(shop.check(&topup("087800001230")).await.unwrap_err().kind, kind, "{rc}");
        (said["customer_no"], said["buyer_sku_code"]) = (json!("530000000001"), json!("pln"));
        let peer = Peer::saying(&said).await;
        let shop = Shop::at(&peer.url, json!({}));
        assert_eq!(shop.check(&bill("530000000001")).await.unwrap_err().kind, kind, "{rc}");
    }
    // It may be the second time that a request arrived.
    let peer = Peer::saying(&says("85", "Gagal")).await;
    let paid = Shop::at(&peer.url, json!({})).pay(&topup("087800001230")).await;
    assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::Unlisted));
}

#[tokio::test]
async fn fact_12_http_400_with_a_valid_body_is_read_like_200() {
    let request = topup("087800001230");
    for (rc, outcome, _) in meanings() {
        let body = json!({ "data": says(rc, word(rc)) }).to_string();
        let peer = Peer::answering("400 Bad Request", body.as_bytes()).await;
        let paid = Shop::at(&peer.url, json!({})).pay(&request).await;
        assert_eq!(paid.outcome, outcome, "{rc}");
    }
    let peer = Peer::answering("400 Bad Request", b"<html>400</html>").await;
    let paid = Shop::at(&peer.url, json!({})).pay(&request).await;
    assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::Unreadable));
    let body = json!({ "data": says("44", "Gagal") }).to_string();
    for status in ["500 X", "502 X", "404 X", "201 X", "302 X"] {
        let peer = Peer::answering(status, body.as_bytes()).await;
        let paid = Shop::at(&peer.url, json!({})).pay(&request).await;
        assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::HttpStatus), "{status}");
    }
}

#[tokio::test]
async fn fact_24_words_are_read_whatever_their_case_and_message() {
    for (rc, status, outcome) in
        [("00", "SUKSES", PayOutcome::Succeeded), ("03", "pending", PayOutcome::Pending)]
    {
        for message in ["Transaksi pending", "Sukses", "Transaksi Gagal", ""] {
            let mut said = says(rc, status);
            said["message"] = json!(message);
            let peer = Peer::saying(&said).await;
            let paid = Shop::at(&peer.url, json!({})).pay(&topup("087800001230")).await;
            assert_eq!(paid.outcome, outcome, "{rc} {message}");
        }
    }
}

#[tokio::test]
async fn fact_35_code_99_is_pending_and_never_failed() {
    let peer = Peer::saying(&says("99", "Pending")).await;
    let shop = Shop::at(&peer.url, json!({}));
    assert_eq!(shop.pay(&topup("087800001230")).await.outcome, PayOutcome::Pending);
    // Labelled as failed it is no row of the table any more, and still no failure.
    let peer = Peer::saying(&says("99", "Gagal")).await;
    let shop = Shop::at(&peer.url, json!({}));
    let paid = shop.pay(&topup("087800001230")).await;
    assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::Unlisted));
    assert!(shop.check(&topup("087800001230")).await.is_err());
}

#[tokio::test]
async fn fact_49_an_unlisted_code_or_word_is_unknown_and_listed_for_the_operator() {
    for (rc, status) in
        [("04", "Gagal"), ("00", "Gagal"), ("02", "Sukses"), ("03", "Sukses"), ("S1", "Success")]
    {
        let mut said = says(rc, status);
        said["message"] = json!("nomor 087800001230 ditolak");
        let peer = Peer::saying(&said).await;
        let shop = Shop::at(&peer.url, json!({}));
        let paid = shop.pay(&topup("087800001230")).await;
        assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::Unlisted), "{rc} {status}");
        let listed = paid.observed.unlisted.unwrap();
        assert_eq!(listed, format!("rc {rc}, status {status}: nomor … ditolak"));
        let error = shop.check(&topup("087800001230")).await.unwrap_err();
        assert_eq!(error.kind, ProviderErrorKind::Unreadable);
        assert!(!error.message.contains("0878"), "{error}");
    }
}

#[tokio::test]
async fn fact_71_an_address_that_is_not_listed_is_about_the_account_and_not_about_the_customer() {
    let bare = json!({ "rc": "45", "status": "Gagal", "message": "IP Anda tidak kami kenali" });
    let peer = Peer::saying(&bare).await;
    let shop = Shop::at(&peer.url, json!({}));
    let no = Rejection { code: Code::Credentials, scope: Provider };
    assert_eq!(shop.pay(&topup("087800001230")).await.outcome, PayOutcome::Rejected(no));
    let cx = shop.context();
    for kind in [
        shop.check(&topup("087800001230")).await.unwrap_err().kind,
        shop.built.provider.balance(&cx).await.unwrap_err().kind,
        shop.built.provider.price_list(&cx).await.unwrap_err().kind,
        shop.inquire(&bill("530000000001").purchase, "pln", &bill("530000000001").attempt)
            .await
            .unwrap_err()
            .kind,
    ] {
        assert_eq!(kind, ProviderErrorKind::Credentials);
    }
}

#[tokio::test]
async fn an_answer_about_a_transaction_that_names_none_is_not_believed() {
    for rc in ["00", "02", "03", "01"] {
        let said = json!({ "rc": rc, "status": word(rc), "message": "x", "price": 10_000 });
        let peer = Peer::saying(&said).await;
        let shop = Shop::at(&peer.url, json!({}));
        let paid = shop.pay(&topup("087800001230")).await;
        assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::Unreadable), "{rc}");
        assert!(shop.check(&topup("087800001230")).await.is_err(), "{rc}");
    }
}
