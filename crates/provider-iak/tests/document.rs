//! What IAK's document shows, read as it says; restated, because its samples are partly invalid JSON.
#![expect(clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "shared with the other tests")]
mod support;

use ppob_provider::ProviderErrorKind;
use ppob_types::{
    Cost, CutOff, Family, FamilyDetails, NotSentCause, PayOutcome, Rupiah, Sensitive, StatusVerdict,
};
use serde_json::{Value, json};
use support::{
    Peer, USERNAME, asked, attempt, bill, bill_data, bill_inquiry, body, checked, context, inquiry,
    paid, payment, permit, provider, purchase, reference, top_up, top_up_data,
};

const fn rupiah(amount: i64) -> Rupiah {
    Rupiah::new(amount)
}

/// `md5(username + api_key + what)` of the tests' account, known from elsewhere.
const SIGNED_TR_ID: &str = "0230d65ed1ab45d3c340d9692f631f49";
const SIGNED_STATUS: &str = "610797e42f21575bf9b3f95430ebc425";
const SIGNED_BALANCE: &str = "670e7126b73db4159cee4398ecc60535";
const SIGNED_PRICES: &str = "21a576673419ac39611ad4765e8aebe5";

#[tokio::test]
async fn a_top_up_carries_reference_number_product_and_signature_and_nothing_else() {
    let peer = Peer::answering(&body(top_up_data(), json!({}))).await;
    let built = provider(&peer.url, json!({}));
    let answer = built.provider.pay(&context(), &top_up(), permit()).await;
    assert_eq!(answer.outcome, PayOutcome::Pending);
    let requests = peer.requests();
    let [(path, sent)] = requests.as_slice() else { panic!("one request") };
    assert_eq!(path, "/api/top-up");
    let sign = sent.get("sign").unwrap().clone();
    assert_eq!(
        *sent,
        json!({
            "username": USERNAME,
            "ref_id": reference().as_str(),
            "customer_id": "0817777215",
            "product_code": "xld25000",
            "sign": sign,
        })
    );
    assert_eq!(sign.as_str().unwrap().len(), 32);
}

#[tokio::test]
async fn a_serial_number_or_a_pin_contradicts_a_refusal_in_answer_to_a_check_as_to_a_purchase() {
    for (sn, pin, refused) in [
        (json!("123456789"), Value::Null, false),
        (json!(""), json!("000003482"), false),
        (json!("0"), json!("-"), true),
        (Value::Null, Value::Null, true),
    ] {
        for code in ["07", "14"] {
            let told = json!({ "rc": code, "status": 2, "sn": sn.clone(), "pin": pin.clone() });
            let told = body(top_up_data(), told);
            let outcome = paid(&top_up(), &told).await.outcome;
            assert_eq!(matches!(outcome, PayOutcome::Rejected(_)), refused, "{told}");
            assert_eq!(matches!(outcome, PayOutcome::Unknown(_)), !refused, "{told}");
            assert_eq!(checked(&top_up(), &told).await.is_ok(), refused, "{told}");
        }
    }
}

#[tokio::test]
async fn paying_a_bill_carries_the_number_of_its_inquiry_and_its_signature_only() {
    let peer = Peer::answering(&body(bill_data(), json!({}))).await;
    let built = provider(&peer.url, json!({}));
    let answer = built.provider.pay(&context(), &bill(), permit()).await;
    assert_eq!(answer.outcome, PayOutcome::Succeeded);
    let expected = json!({
        "commands": "pay-pasca", "username": USERNAME, "tr_id": "9732792", "sign": SIGNED_TR_ID,
    });
    assert_eq!(peer.requests(), [("/api/v1/bill/check".to_owned(), expected)]);
}

#[tokio::test]
async fn status_balance_and_prices_are_asked_for_as_documented() {
    let peer = Peer::answering("{}").await;
    let built = provider(&peer.url, json!({}));
    let _unreadable = built.provider.check_status(&context(), &attempt(&bill())).await;
    let _unreadable = built.provider.check_status(&context(), &attempt(&top_up())).await;
    let _unreadable = built.provider.balance(&context()).await;
    let _unreadable = built.provider.price_list(&context()).await;
    let requests = peer.requests();
    let (paths, bodies): (Vec<&str>, Vec<&Value>) =
        requests.iter().map(|(path, body)| (path.as_str(), body)).unzip();
    assert_eq!(
        paths,
        ["/api/v1/bill/check", "/api/check-status", "/api/check-balance", "/api/pricelist"]
    );
    let of_bill = json!({
        "commands": "checkstatus",
        "username": USERNAME,
        "ref_id": reference().as_str(),
        "sign": SIGNED_STATUS,
    });
    assert_eq!(*bodies[0], of_bill);
    assert_eq!(bodies[1]["ref_id"], reference().as_str());
    assert_eq!(*bodies[2], json!({ "username": USERNAME, "sign": SIGNED_BALANCE }));
    let prices = json!({ "username": USERNAME, "sign": SIGNED_PRICES, "status": "all" });
    assert_eq!(*bodies[3], prices);
}

#[tokio::test]
async fn fact_40_a_payment_that_was_not_received_is_not_found_and_no_refusal() {
    for (status, code) in
        [(json!(0), "42"), (json!("0"), "42"), (Value::Null, "42"), (json!(0), "02")]
    {
        let changes = json!({
            "response_code": code,
            "status": status,
            "message": "REQUEST PEMBAYARAN BELUM DITERIMA",
            "datetime": null,
            "noref": null,
        });
        let report = checked(&bill(), &body(bill_data(), changes)).await.unwrap();
        assert_eq!(report.verdict, StatusVerdict::NotFound);
        // The money that is stated beside it is that of the inquiry.
        assert_eq!((report.observed.charged, report.observed.provider_ref), (None, None));
        assert!(report.observed.raw.is_some());
    }
}

#[tokio::test]
async fn fact_43_the_first_answer_to_a_top_up_is_process_and_means_pending() {
    let answer = paid(&top_up(), &body(top_up_data(), json!({}))).await;
    assert_eq!(answer.outcome, PayOutcome::Pending);
    let observed = &answer.observed;
    assert_eq!(observed.provider_ref.as_ref().unwrap().as_str(), "prepaid-3482");
    assert_eq!((observed.charged, observed.total), (Some(rupiah(25_000)), None));
    assert_eq!(observed.balance_after, Some(rupiah(997_061_249)));
}

#[tokio::test]
async fn a_top_up_is_found_again_as_succeeded_with_its_serial_number_or_failed() {
    let success = json!({ "status": 1, "rc": "00", "message": "SUCCESS", "sn": "123456789" });
    let report = checked(&top_up(), &body(top_up_data(), success)).await.unwrap();
    assert_eq!(report.verdict, StatusVerdict::Succeeded);
    let receipt = report.observed.receipt.unwrap();
    assert_eq!(receipt.reference.as_ref().map(Sensitive::expose), Some("123456789"));
    let ours = ["price", "balance", "sign"];
    assert!(ours.iter().all(|field| !receipt.raw_fields.contains_key(*field)));
    let failed = json!({ "status": 2, "rc": "07", "message": "FAILED" });
    let report = checked(&top_up(), &body(top_up_data(), failed)).await.unwrap();
    assert!(matches!(report.verdict, StatusVerdict::Rejected(_)));
    assert_eq!((report.observed.charged, report.observed.receipt), (None, None));
}

#[tokio::test]
async fn fact_25_price_is_what_the_customer_owes_and_selling_price_what_we_pay() {
    let answer = paid(&bill(), &body(bill_data(), json!({}))).await;
    assert_eq!(answer.outcome, PayOutcome::Succeeded);
    assert_eq!(answer.observed.total, Some(rupiah(302_500)));
    assert_eq!(answer.observed.charged, Some(rupiah(301_900)));
    let told = json!({ "message": "INQUIRY SUCCESS", "datetime": null, "noref": null });
    let told = asked(&bill_inquiry(), &body(bill_data(), told)).await.unwrap();
    assert_eq!((told.total, told.cost), (Rupiah::new(302_500), Some(rupiah(301_900))));
    assert_eq!((told.amount, told.admin), (Some(rupiah(300_000)), Some(rupiah(2_500))));
    assert_eq!(told.penalty, Some(rupiah(0)));
}

#[tokio::test]
async fn the_receipt_of_a_bill_has_reference_time_and_typed_fields_and_not_what_we_paid() {
    let answer = paid(&bill(), &body(bill_data(), json!({}))).await;
    assert_eq!(answer.observed.provider_ref.unwrap().as_str(), "9732792");
    let receipt = answer.observed.receipt.unwrap();
    assert_eq!(
        receipt.reference.as_ref().map(Sensitive::expose),
        Some("004212C9245F1BA43A77CEBD5CD5DA39")
    );
    assert_eq!(receipt.paid_at.unwrap().wib(), "2018-08-03 17:18:44");
    assert_eq!(receipt.customer_name.unwrap().expose(), "NAMA PELANGGAN");
    let FamilyDetails::PlnPostpaid(details) = receipt.details else { panic!("PLN") };
    assert_eq!(details.meter_stand.as_deref(), Some("00080000-00080120"));
    assert_eq!(details.tariff_power.as_deref(), Some("R1/1300 VA"));
    for ours in ["selling_price", "balance"] {
        assert!(!receipt.raw_fields.contains_key(ours), "{ours}");
    }
    assert!(receipt.lines.iter().all(|line| line.label != "Sisa Lembar Tagihan"));
}

#[tokio::test]
async fn fact_16_meta_is_a_list_and_the_reference_is_noref() {
    let with_list = body(bill_data(), json!({}));
    assert!(with_list.contains("\"meta\":[]"));
    let answer = paid(&bill(), &with_list).await;
    assert!(answer.observed.receipt.unwrap().reference.is_some());
    // XML spells it otherwise; what we read is JSON.
    let other = body(bill_data(), json!({ "noref": null, "no_ref": "1", "meta": {} }));
    assert_eq!(paid(&bill(), &other).await.observed.receipt.unwrap().reference, None);
}

#[tokio::test]
async fn fact_53_the_reference_is_capital_letters_and_digits_of_at_most_twenty() {
    let peer = Peer::answering(&body(bill_data(), json!({ "message": "INQUIRY SUCCESS" }))).await;
    let built = provider(&peer.url, json!({}));
    let told = built.provider.inquire(&context(), &bill_inquiry()).await.unwrap();
    let requests = peer.requests();
    let sent = requests[0].1["ref_id"].as_str().unwrap();
    assert!(sent.len() <= 20 && sent.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
    assert_eq!(told.token.unwrap().0.expose(), format!("{}:9732792", reference()));
    let without = ppob_provider::InquiryRequest { reference: None, ..bill_inquiry() };
    let error = built.provider.inquire(&context(), &without).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Unsupported);
    assert_eq!(peer.requests().len(), 1);
}

#[tokio::test]
async fn an_inquiry_of_another_reference_or_none_is_not_paid() {
    let peer = Peer::answering(&body(bill_data(), json!({}))).await;
    let built = provider(&peer.url, json!({}));
    for token in [None, Some("P000000000099N1:9732792"), Some("9732792"), Some(""), Some("x:y")] {
        let mut request = bill();
        request.inquiry_token = token.map(|token| ppob_types::InquiryToken(Sensitive::new(token)));
        let answer = built.provider.pay(&context(), &request, permit()).await;
        assert_eq!(answer.outcome, PayOutcome::NotSent(NotSentCause::Unsupported), "{token:?}");
    }
    let mut open = top_up();
    open.purchase.amount = Some(rupiah(1));
    let answer = built.provider.pay(&context(), &open, permit()).await;
    assert_eq!(answer.outcome, PayOutcome::NotSent(NotSentCause::Unsupported));
    assert_eq!(peer.requests(), []);
}

#[tokio::test]
async fn a_meter_is_found_with_its_owner_tariff_and_the_worth_of_the_token() {
    let data = json!({
        "status": "1",
        "customer_id": "12345678901",
        "meter_no": "548933889287",
        "subscriber_id": "12345678901",
        "name": "Sintya Oktaviani",
        "segment_power": "R1 /000001300",
        "message": "SUCCESS",
        "rc": "00",
    });
    let request = inquiry(Family::PlnPrepaid, "hpln20000", "12345678901");
    let found = asked(&request, &body(data.clone(), json!({ "status": 1 }))).await.unwrap();
    assert_eq!(found.total, Rupiah::new(20_000));
    let FamilyDetails::PlnPrepaid(details) = found.details else { panic!("PLN") };
    assert_eq!(details.meter_number.unwrap().expose(), "548933889287");
    assert_eq!(details.tariff_power.as_deref(), Some("R1 /000001300"));
    assert_eq!((found.cost, found.token), (None, None));

    let none = json!({ "status": "2", "rc": "14", "message": "INCORRECT DESTINATION NUMBER" });
    let error = asked(&request, &body(data.clone(), none)).await.unwrap_err();
    assert!(matches!(error.kind, ProviderErrorKind::Refused(_)));
    let other = json!({ "customer_id": "1", "subscriber_id": "2", "meter_no": "3" });
    let error = asked(&request, &body(data, other)).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Unreadable);
    let unknown_worth = inquiry(Family::PlnPrepaid, "PLN", "12345678901");
    let error = asked(&unknown_worth, "{}").await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Unsupported);
}

#[tokio::test]
async fn fact_13_the_list_of_top_ups_may_be_data_itself_or_lie_in_it() {
    let rows = json!([
        {
            "product_code": "xld25000", "product_description": "XL", "product_nominal": "25.000",
            "product_price": 25_000.0, "product_type": "pulsa", "status": "active",
        },
        {
            "product_code": "altel10", "product_description": "Malaysia", "product_nominal": "10",
            "product_price": 39_750, "product_type": "malaysia", "status": "non active",
        },
        { "product_code": "x", "product_price": 1.5, "status": "active" },
    ]);
    // Both hosts get the same answer here: it also holds the list of bills.
    let pasca = json!([
        { "code": "AETRA", "name": "AETRA", "status": 1, "fee": 2_500, "komisi": 700, "type": "pdam" },
        { "code": "PLNPOSTPAID", "name": "PLN", "status": "4", "fee": 0, "komisi": 600, "type": "pln" },
        { "code": "PLNPOSTPAID", "name": "PLN", "status": "4", "fee": 0, "komisi": 600, "type": "pln" },
        { "code": "Y", "status": 3, "fee": 1, "komisi": 1 },
    ]);
    let wrapped = json!({ "data": { "pricelist": rows.clone(), "pasca": pasca, "rc": "00" } });
    let peer = Peer::answering(&wrapped.to_string()).await;
    let built = provider(&peer.url, json!({}));
    let list = built.provider.price_list(&context()).await.unwrap();
    assert_eq!((list.rows.len(), list.unreadable.len()), (4, 2));
    let [xl, altel, aetra, pln] = list.rows.as_slice() else { panic!("four rows") };
    assert_eq!((xl.nominal, xl.cost), (Some(rupiah(25_000)), Cost::Fixed(Rupiah::new(25_000))));
    assert_eq!((altel.nominal, altel.open), (None, false), "ten of another money");
    assert_eq!(aetra.cost, Cost::BillPlus(Rupiah::new(1_800)));
    assert_eq!(pln.cost, Cost::BillPlus(Rupiah::new(-600)));
    let night = CutOff { from_second: 23 * 3_600, until_second: 3_600 };
    assert_eq!((aetra.cut_off, pln.cut_off), (None, Some(night)));
    assert_eq!(pln.admin, Some(rupiah(0)), "fact 27: a fee of nothing is nothing");

    let peer = Peer::answering(&json!({ "data": rows }).to_string()).await;
    let built = provider(&peer.url, json!({}));
    // The bare list is read; that the other host has no list in it is an error of the whole.
    let error = built.provider.price_list(&context()).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Unreadable);
    assert_eq!(peer.requests().len(), 2);
}

#[tokio::test]
async fn fact_75_an_answer_with_a_missing_comma_as_in_the_document_is_unreadable() {
    let broken = body(bill_data(), json!({})).replace("\"daya\":1300,", "\"daya\":1300 ");
    let answer = paid(&bill(), &broken).await;
    assert_eq!(answer.outcome, PayOutcome::Unknown(ppob_types::UnknownCause::Unreadable));
}

#[tokio::test]
async fn what_iak_has_no_field_for_is_not_asked() {
    let peer = Peer::answering("{}").await;
    let built = provider(&peer.url, json!({}));
    let mut vehicle = inquiry(Family::Tax, "ESAMSAT.JABAR", "9658548523568701");
    let error = built.provider.inquire(&context(), &vehicle).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Unsupported, "a vehicle needs an identity");
    vehicle.purchase.parameters.second_id =
        serde_json::from_value(json!("0212502110170100")).unwrap();
    let _unreadable = built.provider.inquire(&context(), &vehicle).await;
    let credit = inquiry(Family::MobileTopUp, "xld25000", "0817777215");
    let error = built.provider.inquire(&context(), &credit).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Unsupported);
    let requests = peer.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].1["nomor_identitas"], "0212502110170100");
    assert_eq!(purchase(Family::Tax, "1").family, Family::Tax);
    assert!(payment(Family::Tax, "X", "1", None).inquiry_token.is_none());
}
