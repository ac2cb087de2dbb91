//! What odd answers mean: unknown rather than refused, and an error rather than a verdict.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use ppob_provider::{Capability, InquiryRule, ProviderErrorKind, RefusalTrust, StatusLookup};
use ppob_types::{
    Cost, Family, NotSentCause, PayAnswer, PayOutcome, Rupiah, StatusVerdict, UnknownCause,
};
use serde_json::{Value, json};
use support::{Peer, attempt, context, inquiry, pay, payment, permit, provider};

const CUSTOMER: &str = "530000000001";

/// A confirmed payment with `changes`; `null` takes a field out.
fn confirmed(changes: Value) -> String {
    let mut body = json!({
        "result": "ok",
        "ppob_invoice": "12345678",
        "ppob_nomorpelanggan": CUSTOMER,
        "ppob_nomormeter": "91011121314",
        "ppob_namapelanggan": "BUDI SANTOSO",
        "ppob_nominal": "20.000",
        "ppob_totalbayar": "22.500",
        "ppob_stroomtoken": "1234 5678 9101 1121 3141",
        "ppob_debet": "20.700",
        "ppob_saldo": "45.200",
        "ppob_status": "confirm",
    });
    let (Some(fields), Value::Object(changes)) = (body.as_object_mut(), changes) else {
        return body.to_string();
    };
    for (name, value) in changes {
        if value.is_null() {
            fields.remove(&name);
        } else {
            fields.insert(name, value);
        }
    }
    body.to_string()
}

async fn paid(body: &str) -> PayAnswer {
    let peer = Peer::answering(body).await;
    let answer = pay(&peer.url, &payment(Family::PlnPrepaid, "PLNS20", CUSTOMER)).await;
    assert_eq!(peer.requests().len(), 1);
    assert_eq!(answer.observed.raw.as_ref().unwrap().expose(), body);
    answer
}

async fn checked(body: &str) -> Result<StatusVerdict, ProviderErrorKind> {
    let peer = Peer::answering(body).await;
    let built = provider(&peer.url, json!({}));
    let attempt = attempt(&payment(Family::PlnPrepaid, "PLNS20", CUSTOMER), "12345678");
    let report = built.provider.check_status(&context(), &attempt).await;
    report.map(|report| report.verdict).map_err(|error| error.kind)
}

fn refusal(reason: &str) -> String {
    json!({ "result": "no", "reason": reason }).to_string()
}

fn unknown(cause: UnknownCause) -> PayOutcome {
    PayOutcome::Unknown(cause)
}

#[tokio::test]
async fn fact_48_pending_is_not_paid_and_no_word_says_failed() {
    for status in [json!("pending"), json!("PENDING")] {
        let body = confirmed(json!({ "ppob_status": status }));
        let answer = paid(&body).await;
        assert_eq!(answer.outcome, PayOutcome::Pending, "{status}");
        assert!(answer.observed.provider_ref.is_some(), "what it can be asked about by is kept");
        assert_eq!(answer.observed.unlisted, None, "{status}");
        assert_eq!(checked(&body).await, Ok(StatusVerdict::Pending), "{status}");
    }
    for status in [json!("proses"), json!("gagal"), json!("refund"), Value::Null] {
        let body = confirmed(json!({ "ppob_status": status }));
        let answer = paid(&body).await;
        assert_eq!(answer.outcome, unknown(UnknownCause::Unlisted), "{status}");
        assert_eq!(answer.observed.provider_ref.unwrap().as_str(), "12345678");
        let word = status.as_str().unwrap_or("(none)");
        assert_eq!(answer.observed.unlisted, Some(format!("ppob_status: {word}")));
        assert_eq!(checked(&body).await, Err(ProviderErrorKind::Unreadable), "{status}");
    }
}

#[tokio::test]
async fn a_bill_that_is_paid_already_when_we_pay_may_have_been_paid_by_us() {
    for reason in ["TAGIHAN SUDAH TERBAYAR", "ERROR PLN 123456789: TAGIHAN SUDAH LUNAS"] {
        let answer = paid(&refusal(reason)).await;
        assert_eq!(answer.outcome, unknown(UnknownCause::Unlisted), "{reason}");
        assert!(answer.observed.unlisted.unwrap().contains("TAGIHAN SUDAH"));
    }
}

#[tokio::test]
async fn a_pending_answer_without_an_invoice_is_unknown() {
    for invoice in [Value::Null, json!(""), json!("-"), json!("0")] {
        let body = confirmed(json!({ "ppob_status": "pending", "ppob_invoice": invoice }));
        let answer = paid(&body).await;
        assert_eq!(answer.outcome, unknown(UnknownCause::NoReference), "{body}");
    }
}

#[tokio::test]
async fn a_token_payment_without_a_valid_token_is_a_success_that_awaits_it() {
    for token in [Value::Null, json!(""), json!("1234 5678 9101 1121 314")] {
        let answer = paid(&confirmed(json!({ "ppob_stroomtoken": token }))).await;
        assert_eq!(answer.outcome, PayOutcome::Succeeded);
        let receipt = answer.observed.receipt.unwrap();
        assert_eq!(receipt.details.pln_token(), None);
        let line = receipt.lines.iter().find(|line| line.label == "Stroom/Token");
        assert_eq!(line.unwrap().value.expose(), "", "its place is kept");
    }
}

#[tokio::test]
async fn an_answer_about_something_else_is_unknown_and_gives_no_receipt() {
    let others = [
        json!({ "ppob_nomorpelanggan": "530000000002", "ppob_nomormeter": null }),
        json!({ "ppob_nomorpelanggan": null, "ppob_nomormeter": "91011121315" }),
        json!({ "ppob_kodeproduk": "PLNS50" }),
        json!({ "ppob_nominal": "50.000" }),
    ];
    for other in others {
        let answer = paid(&confirmed(other.clone())).await;
        assert_eq!(answer.outcome, unknown(UnknownCause::Mismatch), "{other}");
        let observed = answer.observed;
        assert_eq!(observed.provider_ref.unwrap().as_str(), "12345678");
        assert_eq!(observed.charged, Some(Rupiah::new(20_700)));
        assert_eq!(observed.receipt, None);
    }
}

#[tokio::test]
async fn an_answer_that_names_less_or_spells_it_otherwise_contradicts_nothing() {
    let same = [
        json!({ "ppob_nomorpelanggan": null, "ppob_nomormeter": null, "ppob_nominal": null }),
        json!({ "ppob_nomorpelanggan": "5300 0000-0001" }),
        json!({ "ppob_nomorpelanggan": 530_000_000_001_u64 }),
        json!({ "ppob_kodeproduk": "plns20" }),
        json!({ "ppob_nominal": 20_000 }),
        json!({ "ppob_nominal": "?" }),
    ];
    for same in same {
        let answer = paid(&confirmed(same.clone())).await;
        assert_eq!(answer.outcome, PayOutcome::Succeeded, "{same}");
    }
}

#[tokio::test]
async fn only_a_json_number_may_have_lost_its_leading_zeros() {
    for (echo, outcome) in [
        (json!(110_014_601), PayOutcome::Succeeded),
        (json!("110014601"), unknown(UnknownCause::Mismatch)),
    ] {
        let body = json!({ "ppob_nomorpelanggan": echo, "ppob_nomormeter": null });
        let peer = Peer::answering(&confirmed(body)).await;
        let request = payment(Family::Water, "PDAM ATB", "0110014601");
        assert_eq!(pay(&peer.url, &request).await.outcome, outcome, "{echo}");
    }
}

#[tokio::test]
async fn fact_69_what_is_shown_of_an_error_names_neither_the_customer_nor_our_account() {
    let body = json!({
        "result": "no",
        "ppob_nomormeter": "91011121314",
        "ppob_namapelanggan": "BUDI SANTOSO",
        "reason": format!(
            "ERROR PLNS20 {CUSTOMER}: BUDI SANTOSO, METER 91011121314, AGEN JKT-12345, KODE RESPON 9917"
        ),
    });
    let body = body.to_string();
    let answer = paid(&body).await;
    assert_eq!(answer.outcome, unknown(UnknownCause::Unlisted));
    let shown = "ERROR PLNS# …: …, METER #, AGEN JKT-#, KODE RESPON #";
    assert_eq!(answer.observed.unlisted.as_deref(), Some(shown));
    let named = [CUSTOMER, "BUDI", "91011121314", "12345"];
    assert!(named.iter().all(|named| !format!("{answer:?}").contains(named)), "{answer:?}");

    let peer = Peer::answering(&body).await;
    let built = provider(&peer.url, json!({}));
    let request = payment(Family::PlnPrepaid, "PLNS20", CUSTOMER);
    let about = inquiry(Family::PlnPrepaid, "PLNS20", CUSTOMER);
    let errors = [
        built.provider.inquire(&context(), &about).await.unwrap_err(),
        built.provider.check_status(&context(), &attempt(&request, "12345678")).await.unwrap_err(),
    ];
    for error in errors {
        assert!(error.message.ends_with(shown), "{error}");
    }
}

#[tokio::test]
async fn a_reason_on_no_list_is_unknown() {
    for body in [
        refusal("ERROR PLN 123456789: TRANSAKSI GAGAL"),
        refusal("No Data!"),
        refusal(""),
        "{\"result\":\"no\"}".to_owned(),
        "{\"result\":\"maybe\"}".to_owned(),
        "{\"result\":\"no\",\"reason\":\"PRODUK SEDANG CLOSE\",\"ppob_invoice\":\"12\"}".to_owned(),
        "{\"result\":\"no\",\"reason\":\"PRODUK SEDANG CLOSE\",\"ppob_stroomtoken\":\"1234 5678 9101 1121 3141\"}"
            .to_owned(),
        "{\"result\":\"no\",\"reason\":\"PRODUK SEDANG CLOSE\",\"ppob_status\":\"pending\"}"
            .to_owned(),
    ] {
        assert_eq!(paid(&body).await.outcome, unknown(UnknownCause::Unlisted), "{body}");
    }
}

#[tokio::test]
async fn fact_11_http_200_may_bring_a_no_or_no_json_at_all() {
    let no = paid(&refusal("PRODUK SEDANG CLOSE")).await.outcome;
    assert!(matches!(no, PayOutcome::Rejected(_)), "{no:?}");
    let notice = "<br />\n<b>Notice</b>: Undefined index in <b>/a.php</b><br />\n";
    let beside = paid(&format!("{notice}{}", confirmed(json!({})))).await.outcome;
    assert_eq!(beside, PayOutcome::Succeeded, "read by what it holds");
    for body in ["<html><body>OK</body></html>", notice, "OK"] {
        assert_eq!(paid(body).await.outcome, unknown(UnknownCause::Unreadable), "{body}");
        assert_eq!(checked(body).await, Err(ProviderErrorKind::Unreadable), "{body}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_one_whole_object_is_unknown_but_its_invoice_is_kept() {
    let whole = confirmed(json!({}));
    for body in ["<html>", "[]", "{}", "", "null", &format!("{whole}{whole}")] {
        assert_eq!(paid(body).await.outcome, unknown(UnknownCause::Unreadable), "{body}");
    }
    let cut = "{\"result\":\"ok\",\"ppob_invoice\":\"12345678\",\"ppob_status\":\"confirm\"";
    let answer = paid(cut).await;
    assert_eq!(answer.outcome, unknown(UnknownCause::Unreadable));
    assert_eq!(answer.observed.provider_ref.unwrap().as_str(), "12345678");
}

#[tokio::test]
async fn any_other_http_status_is_unknown_whatever_the_body_says() {
    let body = confirmed(json!({}));
    for status in ["201 Created", "302 Found", "400 Bad Request", "502 Bad Gateway"] {
        let peer = Peer::answering_with(status, body.as_bytes()).await;
        let answer = pay(&peer.url, &payment(Family::PlnPrepaid, "PLNS20", CUSTOMER)).await;
        assert_eq!(answer.outcome, unknown(UnknownCause::HttpStatus), "{status}");
        assert_eq!(answer.observed.provider_ref.unwrap().as_str(), "12345678");
        assert_eq!(answer.observed.raw.unwrap().expose(), body);
    }
}

#[tokio::test]
async fn what_mmbc_has_no_field_for_is_not_sent() {
    let peer = Peer::answering(&confirmed(json!({}))).await;
    let built = provider(&peer.url, json!({}));
    let mut requests = [(); 3].map(|()| payment(Family::PlnPrepaid, "PLNS20", CUSTOMER));
    requests[0].purchase.amount = Some(Rupiah::new(5_000));
    requests[1].purchase.parameters.months = Some(2);
    requests[2].purchase.family = Family::Games;
    for request in &requests {
        let answer = built.provider.pay(&context(), request, permit()).await;
        let outcome = PayOutcome::NotSent(NotSentCause::Unsupported);
        assert_eq!(answer.outcome, outcome);
    }
    assert_eq!(peer.requests(), []);
}

#[tokio::test]
async fn a_status_check_gives_a_verdict_only_about_our_payment() {
    let confirm = confirmed(json!({}));
    assert_eq!(checked(&confirm).await, Ok(StatusVerdict::Succeeded));
    let nobody = json!({ "ppob_nomorpelanggan": null, "ppob_nomormeter": null });
    assert_eq!(checked(&confirmed(nobody)).await, Ok(StatusVerdict::Succeeded), "the invoice is");
    let no_invoice = confirmed(json!({ "ppob_invoice": null }));
    assert_eq!(checked(&no_invoice).await, Ok(StatusVerdict::Succeeded), "the number is");
    let pending = confirmed(json!({ "ppob_status": "pending" }));
    assert_eq!(checked(&pending).await, Ok(StatusVerdict::Pending));
    assert_eq!(checked(&refusal("No Data!")).await, Ok(StatusVerdict::NotFound));
    for body in [
        confirmed(json!({ "ppob_status": "gagal" })),
        confirmed(json!({ "ppob_status": null })),
        confirmed(json!({ "ppob_invoice": "12345679" })),
        "{\"result\":\"ok\",\"ppob_status\":\"confirm\"}".to_owned(),
        confirmed(json!({
            "ppob_invoice": null, "ppob_nomorpelanggan": null, "ppob_nomormeter": "",
        })),
        confirmed(json!({ "ppob_nomorpelanggan": "530000000002", "ppob_nomormeter": null })),
        confirmed(json!({ "ppob_nominal": "50.000" })),
        refusal("no data"),
        refusal("TRANSAKSI GAGAL"),
        refusal("TAGIHAN SUDAH TERBAYAR"),
        "<html>".to_owned(),
        "[]".to_owned(),
    ] {
        assert_eq!(checked(&body).await, Err(ProviderErrorKind::Unreadable), "{body}");
    }
    let credentials = checked(&refusal("Username atau password anda salah!")).await;
    assert_eq!(credentials, Err(ProviderErrorKind::Credentials));
}

#[tokio::test]
async fn a_status_check_without_an_invoice_asks_nobody() {
    let peer = Peer::answering("{}").await;
    let built = provider(&peer.url, json!({}));
    let mut attempt = attempt(&payment(Family::PlnPrepaid, "PLNS20", CUSTOMER), "1");
    attempt.provider_ref = None;
    let error = built.provider.check_status(&context(), &attempt).await;
    assert_eq!(error.unwrap_err().kind, ProviderErrorKind::Unsupported);
    assert_eq!(peer.requests(), []);
}

#[tokio::test]
async fn an_inquiry_refuses_or_fails_but_never_guesses() {
    let bill = |changes| confirmed(changes);
    let cases = [
        (refusal("TAGIHAN SUDAH TERBAYAR"), "refused"),
        (refusal("TRANSAKSI GAGAL"), "refused"),
        (refusal("IP anda 203.0.113.9 tidak terdaftar!"), "credentials"),
        (bill(json!({ "ppob_totalbayar": "1.5" })), "unreadable"),
        (bill(json!({ "ppob_totalbayar": null })), "unreadable"),
        (bill(json!({ "ppob_debet": "x" })), "unreadable"),
        (bill(json!({ "ppob_kodeproduk": "PLNS50" })), "unreadable"),
        ("{\"result\":\"ok\"".to_owned(), "unreadable"),
    ];
    for (body, class) in cases {
        let peer = Peer::answering(&body).await;
        let built = provider(&peer.url, json!({}));
        let request = inquiry(Family::PlnPrepaid, "PLNS20", CUSTOMER);
        let error = built.provider.inquire(&context(), &request).await;
        let error = error.unwrap_err();
        assert_eq!(error.class(), class, "{body}");
        assert!(!error.message.contains(CUSTOMER), "{error}");
    }
}

#[tokio::test]
async fn a_read_says_how_http_failed() {
    for (status, class) in [
        ("502 Bad Gateway", "transport"),
        ("429 Too Many Requests", "rate-limited"),
        ("403 Forbidden", "credentials"),
        ("302 Found", "unreadable"),
    ] {
        let peer = Peer::answering_with(status, b"[]").await;
        let built = provider(&peer.url, json!({}));
        let error = built.provider.price_list(&context()).await.unwrap_err();
        assert_eq!(error.class(), class, "{status}");
    }
}

#[tokio::test]
async fn a_price_list_keeps_what_is_readable_and_names_the_rest() {
    let row = ROW;
    let closed = row.replace("PLNS20", "PDAM AETRA/TPJ").replace("Ready", "Close");
    let closed = closed.replace("20.700", "Tagihan + 1.000").replace("20.000", "-");
    let bad = [
        row.replace("20.700", "20,700"),
        row.replace("20.000", ""),
        row.replace("Ready", "Gangguan"),
        row.replace("ppob_kodeproduk", "kode"),
        "7".to_owned(),
    ];
    let body = format!("[{row},{closed},{}]", bad.join(","));
    let peer = Peer::answering(&body).await;
    let built = provider(&peer.url, json!({}));
    let list = built.provider.price_list(&context()).await.unwrap();
    let codes: Vec<(&str, bool)> =
        list.rows.iter().map(|row| (row.provider_code.as_str(), row.open)).collect();
    assert_eq!(codes, [("PLNS20", true), ("PDAM AETRA/TPJ", false)]);
    assert_eq!(list.unreadable.len(), bad.len());
    let peer = Peer::answering("[7]").await;
    let built = provider(&peer.url, json!({}));
    let error = built.provider.price_list(&context()).await.unwrap_err();
    assert_eq!(error.class(), "unreadable", "nothing of it is readable");
}

const ROW: &str = r#"{"ppob_kodeproduk":"PLNS20","ppob_nominal":"20.000","ppob_debet":"20.700","ppob_status":"Ready"}"#;

#[tokio::test]
async fn fact_04_the_price_list_is_a_bare_array_and_an_object_in_its_place_an_error() {
    let peer = Peer::answering(&format!("[{ROW}]")).await;
    let built = provider(&peer.url, json!({}));
    let list = built.provider.price_list(&context()).await.unwrap();
    assert_eq!((list.rows.len(), list.unreadable.len()), (1, 0));
    for (body, class) in [
        (refusal("Username atau password anda salah!"), "credentials"),
        (refusal("Sedang maintenance"), "unreadable"),
        (format!("{{\"data\":[{ROW}]}}"), "unreadable"),
        ("{}".to_owned(), "unreadable"),
    ] {
        let peer = Peer::answering(&body).await;
        let built = provider(&peer.url, json!({}));
        let error = built.provider.price_list(&context()).await.unwrap_err();
        assert_eq!(error.class(), class, "{body}");
    }
}

#[tokio::test]
async fn fact_05_an_equal_row_counts_once_and_another_price_of_the_same_code_besides() {
    let dearer = ROW.replace("20.700", "20.800");
    let peer = Peer::answering(&format!("[{ROW},{dearer},{ROW},{dearer}]")).await;
    let built = provider(&peer.url, json!({}));
    let list = built.provider.price_list(&context()).await.unwrap();
    let costs: Vec<Cost> = list.rows.iter().map(|row| row.cost).collect();
    assert_eq!(costs, [20_700, 20_800].map(|cost| Cost::Fixed(Rupiah::new(cost))));
    assert_eq!(list.unreadable, Vec::<String>::new());
}

#[tokio::test]
async fn fact_06_a_code_with_a_space_and_a_slash_is_known_and_sent_as_it_stands() {
    const CODE: &str = "PDAM AETRA/TPJ";
    let row = ROW.replace("PLNS20", CODE).replace("20.000", "-").replace("20.700", "Tagihan + 700");
    let peer = Peer::answering(&format!("[{row}]")).await;
    let built = provider(&peer.url, json!({}));
    let list = built.provider.price_list(&context()).await.unwrap();
    let product = built.mapping.map(&list.rows[0]).unwrap().product;
    assert_eq!((list.rows[0].provider_code.as_str(), product.as_str()), (CODE, "PDAM-AETRA-TPJ"));

    let request = inquiry(Family::Water, CODE, "0110014601");
    let _refused = built.provider.inquire(&context(), &request).await;
    let _unread = pay(&peer.url, &payment(Family::Water, CODE, "0110014601")).await;
    let asked: Vec<_> = peer.requests().into_iter().skip(1).collect();
    let paths: Vec<&str> = asked.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/json/ppob/cektagihan", "/json/ppob/bayartagihan"]);
    for (_, form) in asked {
        assert_eq!((form["ppob_kodeproduk"].as_str(), form.len()), (CODE, 4));
    }
}

#[tokio::test]
async fn a_balance_is_told_only_where_it_is_switched_on() {
    let peer = Peer::answering("{\"result\":\"ok\",\"saldo\":\"45.200\"}").await;
    let silent = provider(&peer.url, json!({}));
    assert!(!silent.provider.info().tells_balance);
    let error = silent.provider.balance(&context()).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Unsupported);
    let telling = provider(&peer.url, json!({ "balance_path": "../ceksaldo" }));
    assert!(telling.provider.info().tells_balance);
    let balance = telling.provider.balance(&context()).await;
    assert_eq!(balance, Ok(Rupiah::new(45_200)));
    assert_eq!(peer.requests()[0].0, "/json/ceksaldo");
}

#[test]
fn what_it_can_do_is_told_per_family() {
    let built = provider("http://127.0.0.1:1/", json!({}));
    assert!(built.provider.info().plaintext);
    assert_eq!(built.warnings.len(), 1);
    for family in Family::ALL {
        let capability = built.provider.capability(family);
        let sold = !matches!(
            family,
            Family::MobileTopUp | Family::Emoney | Family::Games | Family::Tax | Family::Other
        );
        assert_eq!(capability.pay, sold, "{family}");
        if !sold {
            assert_eq!(capability, Capability::default());
            continue;
        }
        assert_eq!(capability.inquiry, InquiryRule::Unbound);
        assert_eq!(capability.status, StatusLookup::ProviderReference);
        assert_eq!(capability.refusals, RefusalTrust::CorroboratedByBalance);
        assert_eq!(capability.repeat_same_day, family == Family::PlnPrepaid);
        assert!(!capability.client_reference && !capability.cost_cap && !capability.callbacks);
        assert_eq!(capability.late_execution_bound.as_secs(), 600);
    }
}

#[test]
fn nothing_secret_or_personal_shows_in_debug() {
    let built = provider("http://127.0.0.1:1/", json!({}));
    let shown = format!("{built:?} {:?}", built.provider);
    assert!(!shown.contains("dummy"), "{shown}");
}
