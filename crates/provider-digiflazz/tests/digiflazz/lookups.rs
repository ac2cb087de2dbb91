//! Look-ups of purchases: the same purchase once more, which is refused at the door before anybody looks.

use std::time::Duration;

use ppob_provider::ProviderErrorKind;
use ppob_simulator::digiflazz::{
    DigiflazzConfig, DigiflazzSimulator, Fault, FaultKind, ProductUpdate, Verb,
};
use ppob_types::{Family, PayOutcome, Rupiah, StatusVerdict, UnknownCause};
use serde_json::json;

use crate::support::{DEPOSIT, Shop, account, payment, purchase, simulator, topup};

#[tokio::test]
async fn a_look_up_that_is_refused_for_lack_of_deposit_says_nothing_about_what_was_bought_with_it()
{
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    simulator.deposit("demo-user", 10_000 - DEPOSIT).unwrap();
    let request = topup("087800001230");
    assert_eq!(shop.pay(&request).await.outcome, PayOutcome::Succeeded);
    assert_eq!(simulator.balance("demo-user"), Some(0));
    simulator.pass(Duration::from_mins(1));
    let error = shop.check(&request).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Unreadable);
    assert!(error.message.contains("rc 44"), "{error}");
    simulator.deposit("demo-user", 10_000).unwrap();
    assert_eq!(shop.check(&request).await.unwrap().verdict, StatusVerdict::Succeeded);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_look_up_of_a_product_that_is_not_sold_any_more_says_nothing_about_what_was_bought() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let request = topup("087800001230");
    assert_eq!(shop.pay(&request).await.outcome, PayOutcome::Succeeded);
    let closed = ProductUpdate {
        code: "xld10".to_owned(),
        offered: Some(false),
        ..ProductUpdate::default()
    };
    simulator.update(&closed).unwrap();
    assert!(shop.check(&request).await.unwrap_err().message.contains("rc 43"));
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_36_a_reference_that_is_taken_is_never_a_failure() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    assert_eq!(shop.pay(&topup("087800001230")).await.outcome, PayOutcome::Succeeded);
    // The same reference for another number: Digiflazz keeps the first one.
    let paid = shop.pay(&topup("087800009999")).await;
    assert_eq!(paid.outcome, PayOutcome::Unknown(UnknownCause::Unlisted));
    assert!(shop.check(&topup("087800009999")).await.is_err());
    assert_eq!(simulator.ledger().charges.len(), 1);
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_56_the_same_thing_twice_a_day_is_refused_where_the_product_forbids_it_and_goes_nowhere_else()
 {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let first = payment(purchase(Family::MobileTopUp, "081234567890"), "tsel5", 1);
    let second = payment(purchase(Family::MobileTopUp, "081234567890"), "tsel5", 2);
    assert_eq!(shop.pay(&first).await.outcome, PayOutcome::Succeeded);
    let PayOutcome::Rejected(no) = shop.pay(&second).await.outcome else { panic!("bought twice") };
    assert_eq!(no.scope, ppob_types::RefusalScope::Bill);
    assert!(!shop.built.provider.capability(Family::MobileTopUp).repeat_same_day);
    // The look-up of the first is not taken for a second.
    simulator.pass(Duration::from_mins(1));
    assert_eq!(shop.check(&first).await.unwrap().verdict, StatusVerdict::Succeeded);
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_50_the_simulated_provider_buys_again_after_90_days_so_nobody_asks_it_then() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let request = topup("087800001230");
    assert_eq!(shop.pay(&request).await.outcome, PayOutcome::Succeeded);
    simulator.pass(Duration::from_hours(24 * 84));
    assert_eq!(shop.check(&request).await.unwrap().verdict, StatusVerdict::Succeeded);
    assert_eq!(simulator.ledger().charges.len(), 1);
    let bounds = shop.built.provider.capability(Family::MobileTopUp).status_is_purchase.unwrap();
    assert!(bounds.max_age < Duration::from_hours(24 * 90));
    simulator.pass(Duration::from_hours(24 * 7));
    // What would happen: the look-up of the forgotten reference buys.
    assert_eq!(shop.check(&request).await.unwrap().verdict, StatusVerdict::Succeeded);
    assert_eq!(simulator.ledger().charges.len(), 2);
    simulator.shutdown().await;
}

#[tokio::test]
async fn what_the_documentation_warns_of_happens_at_the_simulator_and_is_seen() {
    let mut config = DigiflazzConfig::new(vec![account()]);
    config.doubles_within_a_minute = true;
    let simulator = DigiflazzSimulator::start(config).await.unwrap();
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let request = topup("087800001230");
    assert_eq!(shop.pay(&request).await.outcome, PayOutcome::Succeeded);
    simulator.pass(Duration::from_secs(59));
    assert_eq!(shop.check(&request).await.unwrap().verdict, StatusVerdict::Succeeded);
    assert_eq!(simulator.ledger().charges.len(), 2);
    assert_eq!(simulator.violations().len(), 1);
    simulator.pass(Duration::from_mins(1));
    assert_eq!(shop.check(&request).await.unwrap().verdict, StatusVerdict::Succeeded);
    assert_eq!(simulator.ledger().charges.len(), 2);
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_37_a_success_may_be_undone_and_the_money_comes_back() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    simulator.add_fault(Fault::new(FaultKind::ThenRefunded {}).times(1));
    let request = topup("087800001230");
    assert_eq!(shop.pay(&request).await.outcome, PayOutcome::Succeeded);
    simulator.settle().await;
    simulator.pass(Duration::from_mins(1));
    let report = shop.check(&request).await.unwrap();
    assert_eq!(report.verdict, StatusVerdict::Reversed);
    assert_eq!(report.observed.balance_after, Some(Rupiah::new(DEPOSIT)));
    assert_eq!(simulator.ledger().cost_of("demo-user"), 0);
    simulator.shutdown().await;
}

#[tokio::test]
async fn fact_42_what_is_older_than_90_days_is_not_found_and_no_failure() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let mut request = payment(purchase(Family::PlnPostpaid, "530000000001"), "pln", 1);
    let bill = shop.inquire(&request.purchase, "pln", &request.attempt).await.unwrap();
    request.inquiry_token = bill.token;
    assert_eq!(shop.pay(&request).await.outcome, PayOutcome::Succeeded);
    simulator.pass(Duration::from_hours(24 * 91));
    assert_eq!(shop.check(&request).await.unwrap().verdict, StatusVerdict::NotFound);
    simulator.shutdown().await;
}

#[tokio::test]
async fn a_token_comes_with_a_later_look_up() {
    let simulator = simulator().await;
    let shop = Shop::at(&simulator.base_url(), json!({}));
    let missing = FaultKind::SerialMissing { until_check: Some(1) };
    simulator.add_fault(Fault::new(missing).verb(Verb::TopUp).times(1));
    let request = payment(purchase(Family::PlnPrepaid, "530000000001"), "pln20", 1);
    let paid = shop.pay(&request).await;
    assert_eq!(paid.outcome, PayOutcome::Succeeded);
    assert!(paid.observed.receipt.unwrap().details.pln_token().is_none());
    simulator.pass(Duration::from_mins(1));
    let report = shop.check(&request).await.unwrap();
    let token = report.observed.receipt.unwrap().details.pln_token().unwrap().clone();
    assert_eq!(Some(token.expose().to_owned()), simulator.ledger().charges[0].token);
    simulator.shutdown().await;
}
