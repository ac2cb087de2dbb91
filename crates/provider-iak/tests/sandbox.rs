//! The whole table of documented test numbers, provider against simulator.
#![expect(clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "shared with the other tests")]
mod support;

use ppob_provider::{BuiltProvider, InquiryRequest, ProviderErrorKind};
use ppob_simulator::iak::{
    AccountConfig, IakConfig, IakHandle, IakSimulator, Promise, SandboxNumber, sandbox_numbers,
};
use ppob_types::{
    AttemptId, Bill, Family, PayAnswer, PayOutcome, ProviderRef, RefusalCode, Rupiah,
    StatusVerdict, UnknownCause,
};
use serde_json::json;
use support::{API_KEY, USERNAME, attempt, context, inquiry, payment_of, permit, provider};

async fn simulator() -> IakHandle {
    let accounts = vec![AccountConfig::new(USERNAME, API_KEY, 100_000_000)];
    IakSimulator::start(IakConfig::new(accounts)).await.unwrap()
}

fn family(code: &str) -> Family {
    match code {
        "PLNPOSTPAID" => Family::PlnPostpaid,
        "PLNNONH" => Family::PlnNonTaglis,
        "BPJS" | "BPJSTK" => Family::Bpjs,
        "TELKOMPSTN" | "TVTLKMV" => Family::Telkom,
        "TVBIG" => Family::PayTv,
        "PGAS" => Family::Gas,
        "PDAMKOTA.SURABAYA" | "PDAMKOTA.MEDAN" | "AETRA" => Family::Water,
        "HPTHREE" => Family::PostpaidPhone,
        "FNMEGA" => Family::Multifinance,
        "ESAMSAT.JABAR" | "PBBKOT.CIMAHI" => Family::Tax,
        // CBN, SHOPEEPAY, BPJSTKPU.
        _ => Family::Other,
    }
}

/// The inquiry about a test number, the `serial`-th of this test.
fn request(test: &SandboxNumber, serial: u64) -> InquiryRequest {
    let mut request = inquiry(family(test.code), test.code, &test.number);
    request.reference = Some(AttemptId::new(serial, 1));
    if test.code == "SHOPEEPAY" {
        request.purchase.amount = Some(Rupiah::new(100_000));
    }
    if test.code == "ESAMSAT.JABAR" {
        let identity = serde_json::from_value(json!("0212502110170100")).unwrap();
        request.purchase.parameters.second_id = Some(identity);
    }
    request
}

/// Pays what was asked for, and asks what became of it.
async fn pay(
    built: &BuiltProvider,
    request: &InquiryRequest,
    bill: &Bill,
) -> (PayAnswer, StatusVerdict) {
    let payment = payment_of(request, bill);
    let answer = built.provider.pay(&context(), &payment, permit()).await;
    let report = built.provider.check_status(&context(), &attempt(&payment)).await.unwrap();
    if report.verdict == StatusVerdict::Succeeded {
        assert_eq!(report.observed.charged, bill.cost);
        assert_eq!(report.observed.total, Some(bill.total));
        let receipt = |observed: &ppob_types::Observed| observed.receipt.clone().unwrap();
        assert_eq!(receipt(&report.observed).details, receipt(&answer.observed).details);
    }
    (answer, report.verdict)
}

#[tokio::test]
async fn every_test_number_of_the_document_leads_to_what_it_promises() {
    let simulator = simulator().await;
    let built = provider(&simulator.base_url(), json!({}));
    let table = sandbox_numbers();
    assert!(table.len() > 100, "{}", table.len());
    for (serial, test) in (1..).zip(&table) {
        let (request, what) = (request(test, serial), format!("{} {}", test.code, test.number));
        let before = simulator.balance(USERNAME).unwrap();
        let asked = built.provider.inquire(&context(), &request).await;
        let refusal = match test.promises {
            Promise::InquiryTimeout => Some(RefusalCode::Other),
            Promise::InquiryPaid => Some(RefusalCode::BillAlreadyPaid),
            Promise::InquiryWrongNumber => Some(RefusalCode::NumberInvalid),
            _ => None,
        };
        if let Some(refusal) = refusal {
            let ProviderErrorKind::Refused(no) = asked.unwrap_err().kind else { panic!("{what}") };
            assert_eq!(no.code, refusal, "{what}");
            assert_eq!(simulator.balance(USERNAME), Some(before), "{what}");
            continue;
        }
        let bill = asked.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(Some(bill.total), bill.amount.and_then(|a| a.plus(bill.admin?).ok()), "{what}");
        let (answer, found) = pay(&built, &request, &bill).await;
        let unlisted = PayOutcome::Unknown(UnknownCause::Unlisted);
        let charged = match test.promises {
            Promise::Success(_) => {
                assert_eq!(
                    (answer.outcome, found),
                    (PayOutcome::Succeeded, StatusVerdict::Succeeded),
                    "{what}"
                );
                assert_eq!(answer.observed.charged, bill.cost, "{what}");
                true
            }
            Promise::PaymentPending => {
                assert_eq!(
                    (answer.outcome, found),
                    (PayOutcome::Pending, StatusVerdict::Pending),
                    "{what}"
                );
                true
            }
            // Failed, or an error of the biller: that nothing was paid is for the status to say.
            _ => {
                assert_eq!(answer.outcome, unlisted, "{what}");
                assert!(matches!(found, StatusVerdict::Rejected(_)), "{what}");
                false
            }
        };
        let left = before - if charged { bill.cost.unwrap().get() } else { 0 };
        assert_eq!(simulator.balance(USERNAME), Some(left), "{what}");
        assert_eq!(answer.observed.balance_after, Some(Rupiah::new(left)), "{what}");
        let charge = simulator.ledger().charges.last().unwrap().clone();
        assert_eq!((charge.product.as_str(), charge.refunded), (test.code, !charged), "{what}");
        assert_eq!(answer.observed.provider_ref, ProviderRef::new(&charge.invoice), "{what}");
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_26_the_admin_fee_and_our_commission_are_of_each_sheet() {
    let simulator = simulator().await;
    let built = provider(&simulator.base_url(), json!({}));
    for (code, number, sheets, admin, earned) in [
        ("TELKOMPSTN", "6391601201", 1, 2_500, 1_200),
        ("TELKOMPSTN", "6391601202", 3, 7_500, 3_600),
        ("PDAMKOTA.MEDAN", "10202002", 4, 8_000, 2_800),
    ] {
        let test =
            SandboxNumber { code, number: number.to_owned(), promises: Promise::Success(sheets) };
        let request = request(&test, 100 + u64::from(sheets));
        let bill = built.provider.inquire(&context(), &request).await.unwrap();
        assert_eq!(bill.admin, Some(Rupiah::new(admin)), "{number}");
        assert_eq!(bill.total.minus(bill.cost.unwrap()), Ok(Rupiah::new(earned)), "{number}");
    }
    simulator.shutdown().await;
}

#[tokio::test]
async fn eight_bills_of_pln_are_paid_four_at_a_time_and_the_rest_stands_on_the_receipt() {
    let simulator = simulator().await;
    let built = provider(&simulator.base_url(), json!({}));
    let test = SandboxNumber {
        code: "PLNPOSTPAID",
        number: "530000000002".to_owned(),
        promises: Promise::Success(8),
    };
    for (serial, left) in [(1, Some("4 lembar belum dibayar")), (2, None)] {
        let request = request(&test, serial);
        let bill = built.provider.inquire(&context(), &request).await.unwrap();
        assert_eq!(bill.total, Rupiah::new(4 * 302_500));
        let (answer, _) = pay(&built, &request, &bill).await;
        assert_eq!(answer.outcome, PayOutcome::Succeeded);
        let receipt = answer.observed.receipt.unwrap();
        let line = |label: &str| {
            let line = receipt.lines.iter().find(|line| line.label == label);
            line.map(|line| line.value.expose().to_owned())
        };
        assert_eq!(line("Sisa Lembar Tagihan").as_deref(), left);
        assert!(line("Lembar 4").unwrap().contains("Rp 300.000"));
    }
    let again = built.provider.inquire(&context(), &request(&test, 3)).await.unwrap_err();
    let ProviderErrorKind::Refused(no) = again.kind else { panic!("{again:?}") };
    assert_eq!(no.code, RefusalCode::BillAlreadyPaid);
    simulator.shutdown().await;
}
