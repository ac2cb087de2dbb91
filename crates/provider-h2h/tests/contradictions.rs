//! Replies that say one thing of a payment and show another: nobody knows.
#![expect(clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "shared with the other tests")]
mod support;

use ppob_provider::{ProviderErrorKind, RawCallback};
use ppob_provider_h2h::{Call as Question, Centre, SHIPPED};
use ppob_simulator::h2h::{Call, Fault, FaultKind, Profile};
use ppob_types::{Family, PayOutcome, StatusVerdict, UnknownCause};
use serde_json::json;
use support::{attempt, context, payment, permit, provider, simulator};

fn shipped(name: &str) -> Centre {
    SHIPPED.iter().find(|one| one.name == name).unwrap().centre().unwrap()
}

#[test]
fn a_refusal_with_a_serial_number_is_unknown_and_one_with_a_word_in_its_place_is_a_refusal() {
    let rajabiller = shipped("rajabiller");
    let read = |sn: &str| {
        let body = json!({
            "REF1": "P1", "REF2": "", "STATUS": "47", "KET": "PRODUK SEDANG GANGGUAN", "SN": sn,
        });
        rajabiller.explain(Question::Pay, Family::MobileTopUp, &body.to_string()).verdict
    };
    assert!(read("5121600014").starts_with("odd"), "{}", read("5121600014"));
    for sn in ["", "-", "0", "GAGAL"] {
        assert!(read(sn).starts_with("refused"), "{sn}");
    }
}

#[tokio::test]
async fn a_refusal_that_states_a_debit_is_unknown_and_no_verdict_of_a_check_or_a_callback() {
    let refusal =
        "T#7 R#P00000000000BN1 Telkomsel 5.000 S5.081234569999 GAGAL. Nomor tujuan salah.";
    for (end, refused) in [
        ("Saldo 100.000 - 5.500 = 94.500 @10:00", false),
        // It does not even add up.
        ("Saldo 100.000 - 0 = 94.500 @10:00", false),
        ("Saldo 100.000 - 0 = 100.000 @10:00", true),
        ("Saldo 100.000 @10:00", true),
    ] {
        let text = format!("{refusal} {end}");
        for profile in [Profile::OkeConnect, Profile::OtomaX] {
            let simulator = simulator(profile).await;
            for call in [Call::Pay, Call::Check] {
                let words = FaultKind::Words { text: text.clone() };
                simulator.add_fault(Fault::new(words).call(call));
            }
            let built = provider(profile, &simulator.origin(), json!({}));
            let request = payment(Family::MobileTopUp, "S5", "081234569999");
            let paid = built.provider.pay(&context(), &request, permit()).await;
            assert_eq!(paid.outcome.class() == "rejected", refused, "{profile:?}: {end}");
            if !refused {
                assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::Unlisted));
                let unlisted = paid.observed.unlisted.unwrap();
                assert!(unlisted.contains("something was debited"), "{unlisted}");
            }
            let report = if profile == Profile::OtomaX {
                built.provider.check_by_purchase(&context(), &request, None, permit()).await
            } else {
                built.provider.check_status(&context(), &attempt(&request, None)).await
            };
            match report {
                Ok(report) => {
                    assert!(refused && matches!(report.verdict, StatusVerdict::Rejected(_)));
                }
                Err(error) => {
                    assert!(!refused, "{profile:?}: {error}");
                    assert_eq!(error.kind, ProviderErrorKind::Unreadable);
                }
            }
            let message = text.replace('#', "%23").replace(' ', "+").replace('=', "%3D");
            let query = format!("refid=P00000000000BN1&message={message}").into_bytes();
            let raw = RawCallback { headers: Vec::new(), query, body: Vec::new() };
            let told = built.provider.decode_callback(&raw).unwrap().report.verdict;
            assert_eq!(matches!(told, StatusVerdict::Rejected(_)), refused, "{profile:?}: {end}");
            assert_eq!(told == StatusVerdict::Pending, !refused, "{profile:?}: {end}");
        }
    }
}

#[test]
fn a_refusal_of_fields_that_states_a_debit_is_unknown() {
    let rajabiller = shipped("rajabiller");
    let read = |debit: &str| {
        let body = json!({
            "REF1": "P1", "STATUS": "46", "KET": "SALDO ANDA TIDAK MENCUKUPI", "SALDO_TERPOTONG": debit,
        });
        rajabiller.explain(Question::Pay, Family::MobileTopUp, &body.to_string()).verdict
    };
    for debit in ["5500", "5.500", "5500,00"] {
        assert!(read(debit).starts_with("odd"), "{debit}: {}", read(debit));
    }
    for debit in ["0", ""] {
        assert!(read(debit).starts_with("refused"), "{debit}: {}", read(debit));
    }
}

#[tokio::test]
async fn a_success_that_cost_nothing_is_what_an_inquiry_is_answered_with_and_no_payment() {
    let bill = |code: &str| {
        format!(
            "R#P00000000000BN1 Cek PLN {code}.530000000001 SUKSES. SN/Ref: BUDI/202601/TAG:98.500/ADM:2.500/TTL:101.000."
        )
    };
    for (profile, code) in [(Profile::OkeConnect, "BPLA"), (Profile::OtomaX, "BYRPLN")] {
        for (end, paid) in [
            ("Hrg 0. Saldo 150.000 @10:00", false),
            ("Saldo 150.000 - 0 = 150.000 @10:00", false),
            ("Saldo 250.000 - 99.850 = 150.150 @10:00", true),
            ("Saldo 150.000 @10:00", true),
        ] {
            let simulator = simulator(profile).await;
            let text = format!("T#7 {} {end}", bill(code));
            for call in [Call::Pay, Call::Check] {
                let words = FaultKind::Words { text: text.clone() };
                simulator.add_fault(Fault::new(words).call(call));
            }
            let built = provider(profile, &simulator.origin(), json!({}));
            let request = payment(Family::PlnPostpaid, code, "530000000001");
            let answer = built.provider.pay(&context(), &request, permit()).await;
            assert_eq!(answer.outcome == PayOutcome::Succeeded, paid, "{code}: {end}");
            if !paid {
                assert_eq!(answer.outcome, PayOutcome::Unknown(UnknownCause::Unlisted));
                assert!(answer.observed.receipt.is_none());
                assert!(answer.observed.unlisted.unwrap().contains("nothing was debited"));
            }
            let report = if profile == Profile::OtomaX {
                built.provider.check_by_purchase(&context(), &request, None, permit()).await
            } else {
                built.provider.check_status(&context(), &attempt(&request, None)).await
            };
            assert_eq!(report.is_ok(), paid, "{code}: {end}");
        }
    }
}

#[test]
fn a_success_of_fields_that_cost_nothing_is_unknown() {
    let rajabiller = shipped("rajabiller");
    let read = |debit: &str| {
        let body = json!({
            "REF1": "P1", "REF2": "7", "STATUS": "00", "KET": "APPROVE", "NOMINAL": "98500", "ADMIN": "2500",
            "SALDO_TERPOTONG": debit,
        });
        rajabiller.explain(Question::Pay, Family::PlnPostpaid, &body.to_string()).verdict
    };
    assert!(read("0").starts_with("odd"), "{}", read("0"));
    assert_eq!(read("99850"), "success");
}
