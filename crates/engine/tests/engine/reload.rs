//! The engine is told something else while it works.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use ppob_engine::{
    CreatePayment, EngineConfig, OfferMode, ProviderSetup, Reload, ReloadError, Remapped,
};
use ppob_journal::{AuditFilter, Journal, JournalError, MemoryHooks, MemoryJournal, MemoryWrite};
use ppob_layers::{Limits, TripReason, guard};
use ppob_payment::PaymentState;
use ppob_provider::{PpobProvider, RefusalTrust};
use ppob_routing::{Mapping, MappingOverride, Mode};
use ppob_types::{
    Family, Observed, PayAnswer, PayOutcome, ProductCode, ProviderName, RefusalCode, RefusalScope,
    Rejection, Rupiah,
};
use tokio::sync::Semaphore;

use crate::support::*;

const MOVED: &str = "PLN-PREPAID-MOVED";

fn told(providers: BTreeMap<ProviderName, ProviderSetup>) -> Reload {
    Reload {
        config: EngineConfig::default(),
        providers,
        who: claimed("sari"),
        changes: "provider.a.password".to_owned(),
    }
}

fn name(text: &str) -> ProviderName {
    ProviderName::new(text).unwrap()
}

fn product(code: &str) -> ProductCode {
    ProductCode::new(code).unwrap()
}

fn for_another_meter(id: &str) -> CreatePayment {
    CreatePayment { customer_number: "91011121322".to_owned(), ..token(id) }
}

/// The token is sold under another code.
fn moved() -> Mapping {
    let moved = MappingOverride::Product {
        product: product(MOVED),
        family: Family::PlnPrepaid,
        name: None,
    };
    Mapping::new([("TOKEN".to_owned(), moved)].into(), |_| None)
}

/// A journal that takes no notes while it is down.
#[derive(Debug, Default)]
struct Down(AtomicBool);

#[async_trait]
impl MemoryHooks for Down {
    async fn before_apply(&self, _: MemoryWrite<'_>) -> Result<(), JournalError> {
        if self.0.load(Ordering::SeqCst) {
            return Err(JournalError::Unavailable("the disk is gone".to_owned()));
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_payment_on_its_way_ends_at_the_provider_it_began_with_and_the_next_begins_at_the_new_one()
 {
    let before = Scripted::new("a", 20_700, RefusalTrust::None);
    before.will([Pay::Held]);
    let world = World::of(&[&before]).await;
    let on_its_way = world.create(token("payment-0001")).await.unwrap();
    before.held.acquire().await.unwrap().forget();
    let after = Scripted::new("a", 20_700, RefusalTrust::None);
    after.will([Pay::Charged(success(2, 20_700))]);
    world.engine.reload(told(world.setups(&[&after]))).await.unwrap();
    let in_flight = world.engine.providers()[0].reserve.in_flight;
    assert_eq!(in_flight, 1, "what is on its way stays counted");
    before.gate.add_permits(1);
    let paid = on_its_way.settled(Duration::from_mins(5)).await;
    assert_eq!(paid.payment.state(), PaymentState::Succeeded);
    assert_eq!((before.charges(), after.charges()), (1, 0));
    let paid = world.pay(for_another_meter("payment-0002")).await;
    assert_eq!(paid.payment.state(), PaymentState::Succeeded);
    assert_eq!((before.charges(), after.charges()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_narrower_limit_takes_effect_and_counts_what_is_on_its_way() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Held]);
    let world = World::of(&[&provider]).await;
    let on_its_way = world.create(token("payment-0001")).await.unwrap();
    provider.held.acquire().await.unwrap().forget();
    let mut setups = world.setups(&[&provider]);
    let plain = Arc::clone(&provider) as Arc<dyn PpobProvider>;
    let narrow = Limits { pay_in_flight: NonZeroU32::MIN, ..Limits::default() };
    for setup in setups.values_mut() {
        setup.guarded = guard(Arc::clone(&plain), &narrow, world.shared_clock(), 1);
    }
    world.engine.reload(told(setups)).await.unwrap();
    let waiting = world.create(for_another_meter("payment-0002")).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(waiting.payment().payment.state(), PaymentState::Accepted, "no room for two");
    provider.gate.add_permits(1);
    let first = on_its_way.settled(Duration::from_mins(5)).await;
    assert_eq!(first.payment.state(), PaymentState::Succeeded);
    let second = waiting.settled(Duration::from_mins(5)).await;
    assert_eq!(second.payment.state(), PaymentState::Succeeded);
    assert_eq!(provider.charges(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_operators_switched_off_stays_off() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let (at, what) = (name("a"), product(TOKEN));
    world
        .engine
        .set_offer_mode(&at, &what, OfferMode::Off { until: None }, &claimed("sari"), "closed")
        .await
        .unwrap();
    world.engine.reload(told(world.setups(&[&provider]))).await.unwrap();
    assert!(!world.engine.is_available(&product(TOKEN)));
    assert!(world.engine.is_available(&product(BILL)));
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_changes_nothing_at_all() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let other = Scripted::new("b", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let changed = || {
        let mut setups = world.setups(&[&provider]);
        for setup in setups.values_mut() {
            setup.balance_floor = Rupiah::new(77);
        }
        setups
    };
    let mut added = changed();
    added.extend(world.setups(&[&other]));
    let refused = world.engine.reload(told(added)).await.unwrap_err();
    assert_eq!(refused, ReloadError::OtherProviders(name("b")));
    let refused = world.engine.reload(told(BTreeMap::new())).await.unwrap_err();
    assert_eq!(refused, ReloadError::OtherProviders(name("a")));
    let mut account = Scripted::new("a", 20_700, RefusalTrust::None);
    Arc::get_mut(&mut account).unwrap().info.login = "another".into();
    let refused = world.engine.reload(told(world.setups(&[&account]))).await.unwrap_err();
    assert_eq!(refused, ReloadError::OtherProviders(name("a")));
    assert_eq!(world.engine.providers()[0].balance_floor, Rupiah::ZERO);
    assert_eq!(world.journal.audit_trail(&AuditFilter::default(), 10).await.unwrap(), []);
    world.engine.reload(told(changed())).await.unwrap();
    assert_eq!(world.engine.providers()[0].balance_floor, Rupiah::new(77));
    let audit = world.journal.audit_trail(&AuditFilter::default(), 10).await.unwrap();
    let entry = &audit[0].entry;
    assert_eq!((entry.actor.as_str(), entry.action.as_str()), ("sari", "ReloadConfig"));
    assert_eq!(entry.after, "provider.a.password");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_noted_down_is_not_changed() {
    let down = Arc::new(Down::default());
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let journal = MemoryJournal::with_hooks(Arc::clone(&down) as Arc<dyn MemoryHooks>);
    let world = World::on_journal(journal, &[&provider]).await;
    let mut setups = world.setups(&[&provider]);
    for setup in setups.values_mut() {
        setup.balance_floor = Rupiah::new(77);
    }
    down.0.store(true, Ordering::SeqCst);
    let refused = world.engine.reload(told(setups)).await.unwrap_err();
    assert_eq!(refused, ReloadError::JournalUnavailable);
    assert_eq!(world.engine.providers()[0].balance_floor, Rupiah::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_new_mapping_takes_effect_at_once_on_the_list_at_hand() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let fetched_at = world.engine.catalogue().get(&product(TOKEN)).unwrap().offers[0].as_of;
    tokio::time::sleep(Duration::from_mins(2)).await;
    let mut setups = world.setups(&[&provider]);
    for setup in setups.values_mut() {
        setup.mapping = moved();
    }
    let remapped = world.engine.reload(told(setups)).await.unwrap();
    assert_eq!(remapped, [(name("a"), Remapped::Changed(3))].into());
    let catalogue = world.engine.catalogue();
    assert!(catalogue.get(&product(TOKEN)).is_none() && catalogue.get(&product(BILL)).is_none());
    let moved = &catalogue.get(&product(MOVED)).unwrap().offers[0];
    assert_eq!(moved.as_of, fetched_at, "the prices are as old as they were");
}

#[tokio::test(start_paused = true)]
async fn offers_of_an_earlier_process_are_not_sold_under_a_new_mapping_before_the_list_is_read() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    provider.no_prices.store(true, Ordering::SeqCst);
    let world = world.restarted().await;
    assert!(world.engine.is_available(&product(TOKEN)), "a warm start");
    let mut setups = world.setups(&[&provider]);
    for setup in setups.values_mut() {
        setup.mapping = moved();
    }
    let remapped = world.engine.reload(told(setups)).await.unwrap();
    assert_eq!(remapped, [(name("a"), Remapped::Withdrawn(2))].into());
    assert!(world.engine.catalogue().is_empty());
    provider.no_prices.store(false, Ordering::SeqCst);
    world.engine.refresh_catalogue(&name("a"), &claimed("sari")).await.unwrap();
    assert!(world.engine.is_available(&product(MOVED)));
}

#[tokio::test(start_paused = true)]
async fn the_deposit_of_another_account_under_the_same_name_is_not_known_until_it_is_seen() {
    let before = Scripted::telling("a", 20_700, RefusalTrust::None, 1_000_000);
    let world = World::of(&[&before]).await;
    assert_eq!(world.engine.providers()[0].balance.unwrap().amount, Rupiah::new(1_000_000));
    world.engine.reload(told(world.setups(&[&before]))).await.unwrap();
    assert!(world.engine.providers()[0].balance.is_some(), "the same account is known as before");
    let after = Scripted::telling("a", 20_700, RefusalTrust::None, 5);
    world.engine.reload(told(world.setups(&[&after]))).await.unwrap();
    assert_eq!(world.engine.providers()[0].balance, None);
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_tripped_on_a_wrong_password_lets_payments_through_after_a_good_read() {
    let before = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&before]).await;
    let setups = world.setups(&[&before]);
    let reserve = world.reserve(&name("a"));
    reserve.trip(TripReason::Credentials);
    world.engine.reload(told(setups)).await.unwrap();
    assert!(!world.engine.is_available(&product(TOKEN)), "the breaker is the same one");
    tokio::time::sleep(Duration::from_mins(2)).await;
    assert!(
        world.engine.is_available(&product(TOKEN)),
        "a price list was read through the new one"
    );
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_waits_for_room_is_not_sent_under_a_code_that_means_something_else_by_then()
{
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Held]);
    let world = World::of(&[&provider]).await;
    let narrow = || {
        let plain = Arc::clone(&provider) as Arc<dyn PpobProvider>;
        let limits = Limits { pay_in_flight: NonZeroU32::MIN, ..Limits::default() };
        let mut setups = world.setups(&[&provider]);
        for setup in setups.values_mut() {
            setup.guarded = guard(Arc::clone(&plain), &limits, world.shared_clock(), 1);
        }
        setups
    };
    world.engine.reload(told(narrow())).await.unwrap();
    let first = world.create(token("payment-0001")).await.unwrap();
    provider.held.acquire().await.unwrap().forget();
    let remap_while_it_waits = async {
        while world.engine.providers()[0].reserve.waiting == 0 {
            tokio::task::yield_now().await;
        }
        let mut setups = narrow();
        for setup in setups.values_mut() {
            setup.mapping = moved();
        }
        world.engine.reload(told(setups)).await.unwrap();
        provider.gate.add_permits(1);
    };
    let (second, ()) =
        tokio::join!(world.pay(for_another_meter("payment-0002")), remap_while_it_waits);
    assert_eq!(second.payment.state(), PaymentState::Failed, "nobody sells it any more");
    let first = first.settled(Duration::from_mins(5)).await;
    assert_eq!(first.payment.state(), PaymentState::Succeeded);
    assert_eq!(provider.charges(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_waits_for_room_is_not_sent_to_a_provider_that_was_switched_off_meanwhile() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([Pay::Held]);
    let world = World::of(&[&provider]).await;
    let mut setups = world.setups(&[&provider]);
    let plain = Arc::clone(&provider) as Arc<dyn PpobProvider>;
    let limits = Limits { pay_in_flight: NonZeroU32::MIN, ..Limits::default() };
    for setup in setups.values_mut() {
        setup.guarded = guard(Arc::clone(&plain), &limits, world.shared_clock(), 1);
    }
    world.engine.reload(told(setups)).await.unwrap();
    let _first = world.create(token("payment-0001")).await.unwrap();
    provider.held.acquire().await.unwrap().forget();
    let switch_off_while_it_waits = async {
        while world.engine.providers()[0].reserve.waiting == 0 {
            tokio::task::yield_now().await;
        }
        let who = claimed("sari");
        world.engine.set_provider_mode(&name("a"), Mode::Off, &who, "wrong prices").await.unwrap();
        provider.gate.add_permits(1);
    };
    let (second, ()) =
        tokio::join!(world.pay(for_another_meter("payment-0002")), switch_off_while_it_waits);
    assert_eq!(second.payment.state(), PaymentState::Failed);
    assert_eq!(provider.charges(), 1);
}

/// Acceptances wait while this is held.
#[derive(Debug)]
struct Acceptances(Semaphore);

#[async_trait]
impl MemoryHooks for Acceptances {
    async fn before_apply(&self, write: MemoryWrite<'_>) -> Result<(), JournalError> {
        if matches!(write, MemoryWrite::Accept(_)) {
            let _open = self.0.acquire().await;
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn the_deposit_of_the_new_account_proves_nothing_about_a_payment_that_goes_to_the_old_one() {
    let insufficient =
        Rejection { code: RefusalCode::InsufficientBalance, scope: RefusalScope::Provider };
    let lied = PayAnswer {
        outcome: PayOutcome::Rejected(insufficient),
        observed: Observed { balance_after: Some(Rupiah::new(20_000)), ..Observed::default() },
    };
    let trust = RefusalTrust::CorroboratedByBalance;
    let before = Scripted::telling("a", 20_700, trust, 40_700);
    before.will([Pay::Charged(lied)]);
    let other = Scripted::new("b", 20_800, RefusalTrust::None);
    let acceptances = Arc::new(Acceptances(Semaphore::new(0)));
    let hooks = Arc::clone(&acceptances) as Arc<dyn MemoryHooks>;
    let world = World::on_journal(MemoryJournal::with_hooks(hooks), &[&before, &other]).await;
    // Shortly before deposits are asked for again.
    tokio::time::sleep(Duration::from_secs(59)).await;
    let after = Scripted::telling("a", 20_700, trust, 25_000);
    let reload_while_it_is_accepted = async {
        while world.engine.providers()[0].reserve.in_flight == 0 {
            tokio::task::yield_now().await;
        }
        world.engine.reload(told(world.setups(&[&after, &other]))).await.unwrap();
        tokio::time::sleep(Duration::from_secs(8)).await;
        let known = world.engine.providers()[0].balance.map(|known| known.amount);
        assert_eq!(known, Some(Rupiah::new(25_000)), "the new account was looked at");
        before.balance.store(20_000, Ordering::SeqCst);
        acceptances.0.add_permits(1);
    };
    let (paid, ()) = tokio::join!(world.pay(token("payment-0001")), reload_while_it_is_accepted);
    assert_eq!(before.charges(), 1);
    assert_eq!(other.charges(), 0, "paid twice: {paid:?}");
}
