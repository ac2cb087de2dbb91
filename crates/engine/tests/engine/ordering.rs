//! In which order providers are asked, by what is known of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ppob_engine::{CreatePayment, EngineConfig, RouteExplanation};
use ppob_journal::MemoryJournal;
use ppob_payment::PaymentState;
use ppob_provider::RefusalTrust;
use ppob_routing::{Criterion, Strategy, StrategyTable};
use ppob_types::{
    Family, NotSentCause, Observed, PayAnswer, PayOutcome, ProductCode, ProviderRef, RefusalCode,
    RefusalScope, Rejection, StatusReport, StatusVerdict, UnknownCause,
};

use crate::support::*;

const OTHER: &str = "91011121315";

fn lost() -> Pay {
    Pay::Charged(PayAnswer::unknown(UnknownCause::ConnectionLost))
}

fn provider(name: &str, cost: i64) -> Arc<Scripted> {
    Scripted::new(name, cost, RefusalTrust::Authenticated)
}

async fn by(strategies: StrategyTable, providers: &[&Arc<Scripted>]) -> World {
    let config = EngineConfig { strategies, ..EngineConfig::default() };
    World::configured(config, MemoryJournal::new(), providers, PausedClock::new()).await
}

async fn by_success(providers: &[&Arc<Scripted>]) -> World {
    by(StrategyTable { default: Strategy::BestSuccess, ..StrategyTable::default() }, providers)
        .await
}

impl World {
    fn explained(&self, product: &str) -> RouteExplanation {
        self.engine.explain_route(&ProductCode::new(product).unwrap(), None, false).unwrap()
    }

    fn order(&self, product: &str) -> String {
        let route = self.explained(product).route;
        route.candidates.iter().map(|one| one.provider.as_str()).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn whose_payments_fail_is_asked_later_and_with_time_first_again() {
    let (a, b) = (provider("a", 20_700), provider("b", 20_800));
    let world = by_success(&[&a, &b]).await;
    assert_eq!(world.order(TOKEN), "ab");
    a.will([lost()]);
    let doubt =
        world.pay(CreatePayment { customer_number: OTHER.to_owned(), ..token("payment-0001") });
    let doubt = doubt.await;
    assert_eq!(doubt.payment.state(), PaymentState::InDoubt);
    assert_eq!(doubt.payment.attempts[0].provider, a.name());
    assert_eq!(world.order(TOKEN), "ba");
    assert_eq!(world.explained(TOKEN).route.because, [Criterion::Success]);
    let paid = world.pay(token("payment-0002")).await;
    assert_eq!(paid.payment.attempts[0].provider, b.name());
    tokio::time::sleep(Duration::from_hours(2)).await;
    assert_eq!(world.order(TOKEN), "ab", "what was is forgotten");
}

#[tokio::test(start_paused = true)]
async fn a_payment_taken_as_pending_is_judged_by_what_becomes_of_it() {
    let (a, b) = (provider("a", 20_700), provider("b", 20_800));
    let world = by_success(&[&a, &b]).await;
    let observed = Observed { provider_ref: ProviderRef::new("INV1"), ..Observed::default() };
    a.will([Pay::Charged(PayAnswer { outcome: PayOutcome::Pending, observed })]);
    // Neither breaker nor rest, so that only what was learnt decides.
    let no = Rejection { code: RefusalCode::Duplicate, scope: RefusalScope::Provider };
    let report =
        StatusReport { verdict: StatusVerdict::Rejected(no), observed: Observed::default() };
    let ticket = world.create(token("payment-0001")).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(world.order(TOKEN), "ab", "nothing is known of it yet");
    a.will_report(Ok(report));
    let paid = ticket.settled(Duration::from_mins(10)).await;
    assert_eq!(paid.payment.state(), PaymentState::Succeeded);
    assert_eq!(paid.payment.attempts.last().unwrap().provider, b.name());
    assert_eq!(world.order(TOKEN), "ba");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_about_the_bill_or_the_number_says_nothing_about_the_provider() {
    let (a, b) = (provider("a", 20_700), provider("b", 20_800));
    let world = by_success(&[&a, &b]).await;
    let no = Rejection { code: RefusalCode::NumberInvalid, scope: RefusalScope::Bill };
    a.will([Pay::Free(PayAnswer::bare(PayOutcome::Rejected(no)))]);
    assert_eq!(world.pay(token("payment-0001")).await.payment.state(), PaymentState::Failed);
    assert_eq!(world.order(TOKEN), "ab");
}

#[tokio::test(start_paused = true)]
async fn at_equal_cost_whose_lost_answers_can_be_found_out_is_asked_first() {
    let (a, b) = (provider("a", 20_700), provider("b", 20_700));
    a.cannot_be_asked.store(true, Ordering::SeqCst);
    let world = World::of(&[&a, &b]).await;
    let explained = world.explained(TOKEN);
    assert_eq!(world.order(TOKEN), "ba");
    assert_eq!(explained.route.because, [Criterion::Lookup]);
    let paid = world.pay(token("payment-0001")).await;
    assert_eq!(paid.payment.attempts[0].provider, b.name());
}

#[tokio::test(start_paused = true)]
async fn a_product_and_a_family_have_strategies_of_their_own() {
    let (a, b) = (provider("a", 20_700), provider("b", 20_800));
    let strategies = StrategyTable {
        default: Strategy::Cheapest,
        families: [(Family::PlnPostpaid, Strategy::Priority)].into(),
        products: [(ProductCode::new(TOKEN).unwrap(), Strategy::BestSuccess)].into(),
    };
    let world = by(strategies, &[&a, &b]).await;
    assert_eq!(world.explained(TOKEN).route.strategy, Strategy::BestSuccess);
    assert_eq!(world.explained(BILL).route.strategy, Strategy::Priority);
}

#[tokio::test(start_paused = true)]
async fn what_is_bought_again_goes_to_whom_sells_it_again_on_the_same_day() {
    let (a, b) = (provider("a", 20_700), provider("b", 20_800));
    a.once_a_day.store(true, Ordering::SeqCst);
    let world = by(StrategyTable::default(), &[&a, &b]).await;
    world.pay(token("payment-0001")).await;
    assert_eq!((a.charges(), b.charges()), (1, 0), "the cheaper one");
    let again = world.pay(CreatePayment { repeat: 1, ..token("payment-0002") }).await;
    assert_eq!(again.payment.state(), PaymentState::Succeeded);
    assert_eq!((a.charges(), b.charges()), (1, 1));
    // It is what was said would be done.
    let explained = |again| {
        let product = ProductCode::new(TOKEN).unwrap();
        let route = world.engine.explain_route(&product, None, again).unwrap().route;
        (route.candidates[0].provider.clone(), route.because)
    };
    assert_eq!(explained(false), (a.name(), vec![Criterion::Cost]));
    assert_eq!(explained(true), (b.name(), vec![Criterion::Repeat]));
    // With nobody else to ask, it is asked all the same.
    b.will([Pay::Free(PayAnswer::not_sent(NotSentCause::Connect))]);
    let third = world.pay(CreatePayment { repeat: 2, ..token("payment-0003") }).await;
    assert_eq!(third.payment.state(), PaymentState::Succeeded);
    assert_eq!((a.charges(), b.charges()), (2, 1));
}
