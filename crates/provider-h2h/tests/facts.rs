//! Facts about such centres that careless implementations get wrong, each against a simulated centre or by the
//! shipped descriptions.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::Duration;

use ppob_provider::{CallbackError, InquiryRule, ProviderErrorKind, RawCallback, StatusLookup};
use ppob_provider_h2h::{Call as Question, SHIPPED};
use ppob_simulator::h2h::{
    Call, Fault, FaultKind, H2hConfig, H2hSimulator, PendingEnd, Profile, Reason,
};
use ppob_simulator::{CallbackAddress, Ending};
use ppob_types::{
    AttemptId, Family, NotSentCause, PayOutcome, RefusalCode, Rupiah, StatusVerdict, UnknownCause,
};
use serde_json::json;
use support::{attempt, context, inquiry, payment, permit, provider, simulator, start};

#[tokio::test]
async fn fact_20_leading_zeros_of_a_number_reach_the_centre() {
    let simulator = simulator(Profile::Rajabiller).await;
    let built = provider(Profile::Rajabiller, &simulator.origin(), json!({}));
    let request = inquiry(Family::Water, "WASDA", "0010019999");
    let bill = built.provider.inquire(&context(), &request).await.unwrap();
    let mut pay = payment(Family::Water, "WASDA", "0010019999");
    pay.inquiry_token = bill.token;
    let answer = built.provider.pay(&context(), &pay, permit()).await;
    assert_eq!(answer.outcome, PayOutcome::Succeeded);
    assert_eq!(simulator.ledger().charges.first().unwrap().customer_number, "0010019999");
}

#[tokio::test]
async fn fact_33_a_lost_answer_is_unknown_and_the_check_finds_what_was_debited() {
    for profile in [Profile::OkeConnect, Profile::OtomaX] {
        let simulator = simulator(profile).await;
        let drop = FaultKind::Drop {
            stage: ppob_simulator::mmbc::Stage::AfterDebit,
            ending: Ending::Reset,
        };
        simulator.add_fault(Fault::new(drop).call(Call::Pay).times(1));
        let built = provider(profile, &simulator.origin(), json!({}));
        let request = payment(Family::MobileTopUp, "S5", "081234569999");
        let answer = built.provider.pay(&context(), &request, permit()).await;
        assert_eq!(answer.outcome, PayOutcome::Unknown(UnknownCause::ConnectionLost));
        let looked = attempt(&request, None);
        let report = if profile == Profile::OtomaX {
            let refused = built.provider.check_status(&context(), &looked).await.unwrap_err();
            assert_eq!(refused.kind, ProviderErrorKind::Unsupported, "it is no read");
            built.provider.check_by_purchase(&context(), &request, None, permit()).await
        } else {
            built.provider.check_status(&context(), &looked).await
        };
        assert_eq!(report.unwrap().verdict, StatusVerdict::Succeeded, "{profile:?}");
        assert_eq!(simulator.ledger().charges.len(), 1, "{profile:?}: debited once");
    }
}

#[tokio::test]
async fn fact_42_not_found_is_no_failure() {
    let simulator = simulator(Profile::OkeConnect).await;
    let built = provider(Profile::OkeConnect, &simulator.origin(), json!({}));
    let request = payment(Family::MobileTopUp, "S5", "081234569999");
    let report = built.provider.check_status(&context(), &attempt(&request, None)).await.unwrap();
    assert_eq!(report.verdict, StatusVerdict::NotFound);
    assert_eq!(report.observed.provider_ref, None);
}

#[tokio::test]
async fn fact_44_a_top_up_of_00_without_serial_number_is_not_delivered_and_68_is_pending() {
    let rajabiller = SHIPPED.iter().find(|one| one.name == "rajabiller").unwrap().centre().unwrap();
    let read = |family, body: &str| rajabiller.explain(Question::Pay, family, body).verdict;
    let top_up = Family::MobileTopUp;
    assert_eq!(read(top_up, r#"{"STATUS":"00","SN":"","REF1":"P1","REF2":"7"}"#), "pending");
    assert_eq!(read(top_up, r#"{"STATUS":"00","REF2":"7"}"#), "pending");
    assert_eq!(read(top_up, r#"{"STATUS":"00","SN":"51216","REF1":"P1","REF2":"7"}"#), "success");
    assert_eq!(read(top_up, r#"{"STATUS":"68","SN":"51216","REF2":"7"}"#), "pending");
    assert_eq!(read(Family::PlnPostpaid, r#"{"STATUS":"68","REF2":"7"}"#), "pending");
    // Nobody can be asked there, so a person has to look at it.
    let simulator = simulator(Profile::Rajabiller).await;
    let pending = FaultKind::Pending { then: PendingEnd::Never, at_check: 1 };
    simulator.add_fault(Fault::new(pending).call(Call::Pay));
    let built = provider(Profile::Rajabiller, &simulator.origin(), json!({}));
    let request = payment(Family::MobileTopUp, "S5H", "081234569999");
    let answer = built.provider.pay(&context(), &request, permit()).await;
    assert_eq!(answer.outcome, PayOutcome::Unknown(UnknownCause::NoReference));
    assert!(answer.observed.provider_ref.is_some(), "what it is known by is kept for that person");
}

#[tokio::test]
async fn fact_46_failed_without_a_reason_is_not_final() {
    for (profile, code) in
        [(Profile::OkeConnect, "S5"), (Profile::OtomaX, "S5"), (Profile::Rajabiller, "S5H")]
    {
        for reason in ["Timeout", "Gagal", "Transaksi gagal, silahkan coba beberapa saat lagi"] {
            let simulator = simulator(profile).await;
            let reason = Reason::Other(reason.to_owned());
            simulator.add_fault(Fault::new(FaultKind::Refused { reason }).call(Call::Pay));
            let built = provider(profile, &simulator.origin(), json!({}));
            let request = payment(Family::MobileTopUp, code, "081234569999");
            let answer = built.provider.pay(&context(), &request, permit()).await;
            assert_eq!(answer.outcome, PayOutcome::Unknown(UnknownCause::Unlisted), "{profile:?}");
            let unlisted = answer.observed.unlisted.unwrap();
            assert!(!unlisted.contains("081234569999"), "{unlisted}");
        }
    }
}

#[tokio::test]
async fn fact_47_taken_is_only_received() {
    let simulator = simulator(Profile::OkeConnect).await;
    let built = provider(Profile::OkeConnect, &simulator.origin(), json!({}));
    let request = payment(Family::MobileTopUp, "S5", "081234560101");
    let answer = built.provider.pay(&context(), &request, permit()).await;
    assert_eq!(answer.outcome, PayOutcome::Pending);
    assert_eq!(answer.observed.charged, Some(Rupiah::new(5_500)));
    let attempt = attempt(&request, answer.observed.provider_ref);
    let check = async || built.provider.check_status(&context(), &attempt).await;
    assert_eq!(check().await.unwrap().verdict, StatusVerdict::Pending);
    assert_eq!(check().await.unwrap().verdict, StatusVerdict::Succeeded);
}

#[test]
fn fact_49_what_fits_no_rule_of_a_shipped_description_is_unknown() {
    for shipped in SHIPPED {
        let centre = shipped.centre().unwrap();
        for reply in
            ["SUKSES", "GAGAL", "OK", "{}", "{\"STATUS\":\"99\"}", "", "<html>SUKSES</html>", "[]"]
        {
            for call in Question::ALL {
                let verdict = centre.explain(call, Family::MobileTopUp, reply).verdict;
                let unknown = verdict.starts_with("unlisted") || verdict.starts_with("unreadable");
                assert!(unknown, "{}: {reply}: {verdict}", shipped.name);
            }
        }
    }
}

#[tokio::test]
async fn fact_50_repeating_the_call_is_a_check_that_may_buy_and_says_so_with_its_bounds() {
    let otomax = provider(Profile::OtomaX, "http://127.0.0.1:1", json!({}));
    let capability = otomax.provider.capability(Family::MobileTopUp);
    let bounds = capability.status_is_purchase.unwrap();
    assert_eq!(bounds.min_gap, Duration::from_mins(1));
    assert_eq!(bounds.max_age, Duration::from_hours(1));
    let okeconnect = provider(Profile::OkeConnect, "http://127.0.0.1:1", json!({}));
    let capability = okeconnect.provider.capability(Family::MobileTopUp);
    assert_eq!(capability.status, StatusLookup::ClientReference);
    assert_eq!(capability.status_is_purchase, None, "check=1 only looks");
}

#[tokio::test]
async fn fact_55_a_repeated_reference_after_a_failure_is_answered_with_the_old_failure() {
    for profile in [Profile::OkeConnect, Profile::OtomaX] {
        let simulator = simulator(profile).await;
        let failing = FaultKind::Pending { then: PendingEnd::Failed, at_check: 1 };
        simulator.add_fault(Fault::new(failing).call(Call::Pay).times(1));
        let built = provider(profile, &simulator.origin(), json!({}));
        let request = payment(Family::MobileTopUp, "S5", "081234569999");
        let answer = built.provider.pay(&context(), &request, permit()).await;
        assert_eq!(answer.outcome, PayOutcome::Pending);
        // The call that pays once more, word by word, as a lost connection could have it.
        let again = built.provider.pay(&context(), &request, permit()).await;
        assert_eq!(again.outcome, PayOutcome::Unknown(UnknownCause::Unlisted), "{profile:?}");
        assert_eq!(again.observed.provider_ref, None, "it may be another payment's");
        let report = if profile == Profile::OtomaX {
            built.provider.check_by_purchase(&context(), &request, None, permit()).await
        } else {
            let known = attempt(&request, answer.observed.provider_ref);
            built.provider.check_status(&context(), &known).await
        };
        let StatusVerdict::Rejected(no) = report.unwrap().verdict else { panic!("{profile:?}") };
        assert_eq!(no.code, RefusalCode::NumberInvalid);
        let ledger = simulator.ledger();
        assert_eq!(ledger.charges.len(), 1, "{profile:?}: not bought again");
        assert!(ledger.charges.iter().all(|charge| charge.refunded));
    }
}

#[tokio::test]
async fn fact_56_a_wanted_repetition_has_a_reference_of_its_own_and_is_paid() {
    let simulator = simulator(Profile::OtomaX).await;
    let built = provider(Profile::OtomaX, &simulator.origin(), json!({}));
    assert!(built.provider.capability(Family::MobileTopUp).repeat_same_day);
    for number in 1..=2 {
        let mut request = payment(Family::MobileTopUp, "S5", "081234569999");
        request.attempt = AttemptId::new(7, number);
        let answer = built.provider.pay(&context(), &request, permit()).await;
        assert_eq!(answer.outcome, PayOutcome::Succeeded);
    }
    assert_eq!(simulator.ledger().charges.len(), 2);
}

#[tokio::test]
async fn fact_61_a_fourth_inquiry_of_a_day_is_not_made() {
    let simulator = simulator(Profile::Rajabiller).await;
    let built = provider(Profile::Rajabiller, &simulator.origin(), json!({}));
    let request = inquiry(Family::PlnPostpaid, "PLNPASCH", "530000009999");
    for _ in 0..3 {
        assert!(built.provider.inquire(&context(), &request).await.is_ok());
    }
    let error = built.provider.inquire(&context(), &request).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::RateLimited);
}

#[tokio::test]
async fn fact_65_a_callback_is_not_signed_and_names_nobody() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/callback", listener.local_addr().unwrap());
    let mut config =
        H2hConfig::new(Profile::OkeConnect, "OK001", support::SECRET, support::SECRET, 1_000_000);
    config.callbacks = Some(CallbackAddress::parse(&address).unwrap());
    let simulator = H2hSimulator::start(config).await.unwrap();
    let built = provider(Profile::OkeConnect, &simulator.origin(), json!({}));
    let request = payment(Family::MobileTopUp, "S5", "081234560102");
    let answer = built.provider.pay(&context(), &request, permit()).await;
    assert_eq!(answer.outcome, PayOutcome::Pending);
    simulator.settle(request.attempt.as_str(), PendingEnd::Success).unwrap();
    let query = support::received_query(&listener).await;
    let raw =
        |query: &str| RawCallback { headers: Vec::new(), query: query.into(), body: Vec::new() };
    let callback = built.provider.decode_callback(&raw(&query)).unwrap();
    assert_eq!(callback.attempt, Some(request.attempt.clone()));
    assert_eq!(callback.report.verdict, StatusVerdict::Succeeded, "a hint, and no more");
    // The engine lets a callback count by itself only if it names the customer.
    assert_eq!((callback.customer, callback.provider_ref), (None, None));
    assert_eq!(callback.provider_code, None);
    assert_eq!(callback.report.observed.provider_ref, None);
    // A message about another payment says nothing about this one.
    let other = query.replace("R%23P", "R%23Q");
    assert_ne!(other, query);
    let callback = built.provider.decode_callback(&raw(&other)).unwrap();
    assert_eq!(callback.report.verdict, StatusVerdict::Pending);
    let twice = format!("{query}&refid={}", AttemptId::new(9, 9));
    assert_eq!(built.provider.decode_callback(&raw(&twice)), Err(CallbackError::Unreadable));
}

#[tokio::test]
async fn fact_70_a_pin_that_an_answer_repeats_is_kept_nowhere() {
    let mut config = H2hConfig::new(Profile::Rajabiller, "SP1", support::SECRET, "", 1_000_000);
    config.repeats_pin = true;
    let simulator = start(config).await;
    let built = provider(Profile::Rajabiller, &simulator.origin(), json!({}));
    let request = payment(Family::MobileTopUp, "S5H", "081234569999");
    let answer = built.provider.pay(&context(), &request, permit()).await;
    assert_eq!(answer.outcome, PayOutcome::Succeeded);
    let kept = serde_json::to_string(&answer.observed).unwrap();
    assert!(kept.contains("\\\"PIN\\\":\\\"•••\\\""), "the answer repeated it");
    assert!(!kept.contains(support::SECRET));
    assert!(!format!("{answer:?} {:?}", built.provider).contains(support::SECRET));
}

#[tokio::test]
async fn fact_71_a_refused_pin_is_an_error_of_the_account_and_no_answer_about_a_customer() {
    for profile in [Profile::OkeConnect, Profile::OtomaX, Profile::Rajabiller] {
        let simulator = start(H2hConfig::new(profile, "OTHER", "other", "other", 1_000)).await;
        let built = provider(profile, &simulator.origin(), json!({}));
        let error = built.provider.balance(&context()).await.unwrap_err();
        assert_eq!(error.kind, ProviderErrorKind::Credentials, "{profile:?}: {error}");
    }
}

#[tokio::test]
async fn a_bill_of_rajabiller_is_paid_with_what_its_inquiry_said_and_not_without() {
    let simulator = simulator(Profile::Rajabiller).await;
    let built = provider(Profile::Rajabiller, &simulator.origin(), json!({}));
    let capability = built.provider.capability(Family::PlnPostpaid);
    assert!(matches!(capability.inquiry, InquiryRule::Bound { same_day: true, .. }));
    assert_eq!(capability.status, StatusLookup::None);
    let mut request = payment(Family::PlnPostpaid, "PLNPASCH", "530000009999");
    let unbound = built.provider.pay(&context(), &request, permit()).await;
    assert_eq!(unbound.outcome, PayOutcome::NotSent(NotSentCause::Unsupported));
    let asked = inquiry(Family::PlnPostpaid, "PLNPASCH", "530000009999");
    let bill = built.provider.inquire(&context(), &asked).await.unwrap();
    assert_eq!(bill.cost, None, "0 was debited by asking, which is not what paying costs");
    request.inquiry_token = bill.token;
    let answer = built.provider.pay(&context(), &request, permit()).await;
    assert_eq!(answer.outcome, PayOutcome::Succeeded);
    assert_eq!(answer.observed.total, Some(bill.total));
    let charge = simulator.ledger().charges.pop().unwrap();
    assert_eq!(answer.observed.charged, Some(Rupiah::new(charge.cost)));
    assert_eq!(simulator.pay_requests(), 1);
}

#[tokio::test]
async fn a_bill_of_okeconnect_is_asked_about_under_another_code_and_reference() {
    let simulator = simulator(Profile::OkeConnect).await;
    let built = provider(Profile::OkeConnect, &simulator.origin(), json!({}));
    let asked = inquiry(Family::PlnPostpaid, "BPLA", "530000009999");
    let bill = built.provider.inquire(&context(), &asked).await.unwrap();
    assert_eq!(simulator.ledger().charges.len(), 0, "asking costs nothing");
    let request = payment(Family::PlnPostpaid, "BPLA", "530000009999");
    let answer = built.provider.pay(&context(), &request, permit()).await;
    assert_eq!(answer.outcome, PayOutcome::Succeeded, "under a reference that was not used");
    assert_eq!(answer.observed.charged, bill.cost);
    let again = built.provider.inquire(&context(), &asked).await.unwrap_err();
    let ProviderErrorKind::Refused(no) = again.kind else { panic!("{again}") };
    assert_eq!(no.code, RefusalCode::BillAlreadyPaid);
}

#[tokio::test]
async fn a_refusal_of_the_repeated_call_is_no_refusal_of_the_payment_that_it_asks_about() {
    let head = "R#P00000000000BN1 Telkomsel 5.000 S5.081234569999 GAGAL.";
    for words in [
        format!("{head} Saldo tidak cukup. Saldo 100 @10:00"),
        format!("T#9 {head} Saldo tidak cukup. Saldo 100 @10:00"),
        format!("{head} Produk sedang gangguan. Saldo 100 @10:00"),
        format!("{head} Sedang cut off. Saldo 100 @10:00"),
        format!("{head} Kode produk salah. Saldo 100 @10:00"),
        format!("{head} Nomor tujuan salah. Saldo 100 @10:00"),
    ] {
        for (profile, call) in [(Profile::OtomaX, Call::Pay), (Profile::OkeConnect, Call::Check)] {
            let simulator = simulator(profile).await;
            let built = provider(profile, &simulator.origin(), json!({}));
            let request = payment(Family::MobileTopUp, "S5", "081234569999");
            let paid = built.provider.pay(&context(), &request, permit()).await;
            assert_eq!(paid.outcome, PayOutcome::Succeeded);
            simulator.add_fault(Fault::new(FaultKind::Words { text: words.clone() }).call(call));
            let report = if profile == Profile::OtomaX {
                built.provider.check_by_purchase(&context(), &request, None, permit()).await
            } else {
                built.provider.check_status(&context(), &attempt(&request, None)).await
            };
            let kind = report.unwrap_err().kind;
            assert_eq!(kind, ProviderErrorKind::Unreadable, "{profile:?}: {words}");
        }
    }
}

#[tokio::test]
async fn a_check_by_purchase_that_finds_another_transaction_than_the_known_one_is_no_verdict() {
    let simulator = simulator(Profile::OtomaX).await;
    let built = provider(Profile::OtomaX, &simulator.origin(), json!({}));
    let request = payment(Family::MobileTopUp, "S5", "081234569999");
    let paid = built.provider.pay(&context(), &request, permit()).await;
    assert_eq!(paid.outcome, PayOutcome::Succeeded);
    let known = paid.observed.provider_ref;
    let checked = async |known: Option<&ppob_types::ProviderRef>| {
        built.provider.check_by_purchase(&context(), &request, known, permit()).await
    };
    let report = checked(known.as_ref()).await.unwrap();
    assert_eq!((report.verdict, &report.observed.provider_ref), (StatusVerdict::Succeeded, &known));
    // Under the same reference of ours: bought a second time, perhaps.
    let other = ppob_types::ProviderRef::new("99999999");
    assert_eq!(checked(other.as_ref()).await.unwrap_err().kind, ProviderErrorKind::Unreadable);
    assert_eq!(simulator.ledger().charges.len(), 1);
}

#[tokio::test]
async fn an_earlier_payment_for_the_same_number_is_no_outcome_of_this_one() {
    let earlier = "R#P00000000000BN1 Telkomsel 5.000 S5.081234569999 sudah pernah jam 10:00, status Sukses. SN: 1.";
    for (profile, end) in
        [(Profile::OkeConnect, "Hrg 5.500"), (Profile::OtomaX, "Saldo 94.500 @10:05")]
    {
        let simulator = simulator(profile).await;
        let built = provider(profile, &simulator.origin(), json!({}));
        let request = payment(Family::MobileTopUp, "S5", "081234569999");
        let says = |text: String, call| {
            simulator.add_fault(Fault::new(FaultKind::Words { text }).call(call).times(1));
        };
        says(format!("T#7 {earlier} {end}"), Call::Pay);
        let answer = built.provider.pay(&context(), &request, permit()).await;
        assert_eq!(answer.outcome, PayOutcome::Unknown(UnknownCause::Unlisted), "{profile:?}");
        assert_eq!((answer.observed.provider_ref, answer.observed.charged), (None, None));
        if profile == Profile::OtomaX {
            says(format!("{earlier} {end}"), Call::Pay);
            let report =
                built.provider.check_by_purchase(&context(), &request, None, permit()).await;
            assert_eq!(report.unwrap_err().kind, ProviderErrorKind::Unreadable);
            continue;
        }
        let known = attempt(&request, ppob_types::ProviderRef::new("8"));
        for words in [format!("{earlier} {end}"), format!("T#7 {earlier} {end}")] {
            says(words.clone(), Call::Check);
            let report = built.provider.check_status(&context(), &known).await;
            assert_eq!(report.unwrap_err().kind, ProviderErrorKind::Unreadable, "{words}");
        }
        says(format!("T#8 {earlier} {end}"), Call::Check);
        let report = built.provider.check_status(&context(), &known).await.unwrap();
        assert_eq!(report.verdict, StatusVerdict::Succeeded);
    }
}

#[test]
fn a_bill_of_rajabiller_is_paid_only_with_a_serial_number_or_a_word_of_approval() {
    let rajabiller = SHIPPED.iter().find(|one| one.name == "rajabiller").unwrap().centre().unwrap();
    let nameless = r#"{"STATUS":"00","NO_HP":"081234567890","SN":"51216","REF2":"7"}"#;
    let read = rajabiller.explain(Question::Pay, Family::MobileTopUp, nameless).verdict;
    assert!(read.starts_with("nameless"), "the number alone: {read}");
    for (more, verdict) in [
        (r#""SN":"","KET":"APPROVE""#, "success"),
        (r#""SN":"0SYM1","KET":"""#, "success"),
        (r#""SN":"","KET":"""#, "unlisted"),
        (r#""SN":"","KET":"SEDANG DIPROSES""#, "unlisted"),
    ] {
        let body = format!(r#"{{"STATUS":"00","REF1":"P1","REF2":"7",{more}}}"#);
        let read = rajabiller.explain(Question::Pay, Family::PlnPostpaid, &body).verdict;
        assert!(read.starts_with(verdict), "{more}: {read}");
    }
}
