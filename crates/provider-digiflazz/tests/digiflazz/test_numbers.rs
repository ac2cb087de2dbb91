//! Every documented test number: inquired about, paid, and looked up until it has ended.

use std::time::Duration;

use ppob_provider::{PayRequest, ProviderErrorKind};
use ppob_simulator::digiflazz::{TEST_NUMBERS, TestCourse, TestNumber};
use ppob_types::{Family, PayOutcome, RefusalCode, RefusalScope, Rejection, Rupiah, StatusVerdict};

use crate::support::{DEPOSIT, Shop, payment, purchase, simulator};

/// The family under which a test product is sold.
fn family(code: &str) -> Family {
    match code {
        "xld10" => Family::MobileTopUp,
        "pln" => Family::PlnPostpaid,
        "pdam" => Family::Water,
        "internet" => Family::Telkom,
        "bpjs" | "bpjstk" => Family::Bpjs,
        "multifinance" => Family::Multifinance,
        "cimahi" | "pdl" | "samsat" => Family::Tax,
        "pgas" => Family::Gas,
        "tv" => Family::PayTv,
        "plnnontaglist" => Family::PlnNonTaglis,
        "hp" => Family::PostpaidPhone,
        "bpjstkpu" | "emoney" => Family::Other,
        code => panic!("{code} is of no family"),
    }
}

fn request(test: &TestNumber, number: u32) -> PayRequest {
    let mut purchase = purchase(family(test.code), test.number);
    if test.code == "emoney" {
        purchase.amount = Some(Rupiah::new(25_000));
    }
    payment(purchase, test.code, number)
}

fn failed() -> Rejection {
    Rejection { code: RefusalCode::Other, scope: RefusalScope::Provider }
}

#[tokio::test]
async fn every_documented_test_number_does_what_it_is_documented_to_do() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), serde_json::json!({}));
    let mut spent = 0;
    for (number, test) in (1..).zip(&TEST_NUMBERS) {
        let shown = format!("{} {}", test.code, test.number);
        let mut request = request(test, number);
        if request.purchase.family.is_bill() {
            let asked = shop.inquire(&request.purchase, test.code, &request.attempt).await;
            if test.course == TestCourse::InquiryFails {
                let kind = asked.unwrap_err().kind;
                assert_eq!(kind, ProviderErrorKind::Refused(failed()), "{shown}");
                continue;
            }
            let bill = asked.unwrap_or_else(|error| panic!("{shown}: {error}"));
            assert_eq!(bill.total.minus(bill.admin.unwrap()).ok(), bill.amount, "{shown}");
            assert!(bill.cost.unwrap() < bill.total, "{shown}");
            request.inquiry_token = bill.token;
            request.max_cost = bill.cost.unwrap();
        }
        let paid = shop.pay(&request).await;
        let expected = match test.course {
            TestCourse::Succeeds => PayOutcome::Succeeded,
            TestCourse::Fails => PayOutcome::Rejected(failed()),
            _ => PayOutcome::Pending,
        };
        assert_eq!(paid.outcome, expected, "{shown}");
        assert_eq!(simulator.calls(request.attempt.as_str()), expected_calls(&request), "{shown}");

        // The second look-up finds it ended.
        let mut verdicts = Vec::new();
        for _ in 0..2 {
            simulator.pass(Duration::from_mins(1));
            verdicts.push(shop.check(&request).await.unwrap().verdict);
        }
        let (first, last) = match test.course {
            TestCourse::Succeeds => (StatusVerdict::Succeeded, StatusVerdict::Succeeded),
            TestCourse::PendingThenSucceeds => (StatusVerdict::Pending, StatusVerdict::Succeeded),
            TestCourse::PendingThenFails => {
                (StatusVerdict::Pending, StatusVerdict::Rejected(failed()))
            }
            _ => (StatusVerdict::Rejected(failed()), StatusVerdict::Rejected(failed())),
        };
        assert_eq!(verdicts, [first, last.clone()], "{shown}");

        let ledger = simulator.ledger();
        let charges = ledger.charges_for(test.code, test.number);
        let kept: Vec<i64> =
            charges.iter().filter(|charge| !charge.refunded).map(|charge| charge.cost).collect();
        assert_eq!(kept.len(), usize::from(last == StatusVerdict::Succeeded), "{shown}");
        spent += kept.iter().sum::<i64>();
        if test.course == TestCourse::Succeeds {
            assert_eq!(paid.observed.charged, Some(Rupiah::new(kept[0])), "{shown}");
            let total = request.purchase.family.is_bill().then(|| Rupiah::new(charges[0].total));
            assert_eq!(paid.observed.total, total, "{shown}");
        }
    }
    assert_eq!(simulator.balance("demo-user"), Some(DEPOSIT - spent));
    assert_eq!(simulator.violations(), []);
    simulator.shutdown().await;
}

/// A bill is inquired about and paid, a purchase only paid.
fn expected_calls(request: &PayRequest) -> u64 {
    1 + u64::from(request.purchase.family.is_bill())
}

#[tokio::test]
async fn fact_26_admin_and_commission_of_a_bill_with_two_sheets_are_doubled() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), serde_json::json!({}));
    for (number, total, cost, admin) in
        [("530000000001", 11_000, 10_000, 2_500), ("530000000002", 25_000, 23_000, 5_000)]
    {
        let request = payment(purchase(Family::PlnPostpaid, number), "pln", admin);
        let bill = shop.inquire(&request.purchase, "pln", &request.attempt).await.unwrap();
        assert_eq!(bill.total, Rupiah::new(total));
        assert_eq!(bill.cost, Some(Rupiah::new(cost)));
        assert_eq!(bill.admin, Some(Rupiah::new(i64::from(admin))));
    }
    simulator.shutdown().await;
}
