//! What the balances of an account that nothing else uses show, and what they do not.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ppob_engine::{CheckNow, Found, NewDeposit};
use ppob_journal::{MemoryJournal, StoredPayment};
use ppob_payment::{Conclusion, EvidenceKind, PaymentState};
use ppob_provider::RefusalTrust;
use ppob_routing::{LeftOut, Mode};
use ppob_types::{
    Basis, Observed, PayAnswer, PayOutcome, PaymentId, PaymentKey, ProductCode, ProviderName,
    ProviderRef, Rupiah, StatusReport, StatusVerdict, Timestamp, TokenState, UnknownCause,
};

use crate::support::*;

const COST: i64 = 20_700;

/// Longer than it takes until the balances have been looked at.
const A_WHILE: Duration = Duration::from_secs(10);

fn exclusive(name: &str) -> Arc<Scripted> {
    let provider = Scripted::new(name, COST, RefusalTrust::None);
    provider.exclusive.store(true, Ordering::SeqCst);
    provider
}

/// A success that leaves this balance.
fn leaves(invoice: &str, balance: i64) -> Pay {
    let observed =
        Observed { balance_after: Some(Rupiah::new(balance)), ..observed(invoice, COST) };
    Pay::Charged(PayAnswer { outcome: PayOutcome::Succeeded, observed })
}

fn lost() -> Pay {
    Pay::Free(PayAnswer::unknown(UnknownCause::TimedOut))
}

/// Each for a customer of its own, and at a moment of its own.
async fn pay(world: &World, number: u32) -> Arc<StoredPayment> {
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.pay(request(number)).await
}

fn request(number: u32) -> ppob_engine::CreatePayment {
    let mut request = token(&id(number));
    request.customer_number = format!("9101112{number:04}");
    request
}

fn key(id: &str) -> PaymentKey {
    PaymentKey { consumer: consumer(), id: PaymentId::new(id).unwrap() }
}

fn id(number: u32) -> String {
    format!("payment-{number:04}")
}

async fn now(world: &World, number: u32) -> Arc<StoredPayment> {
    world.engine.get_payment(&key(&id(number))).await.unwrap()
}

/// The payment once it has ended; the test never ends if it does not.
async fn ended(world: &World, number: u32) -> Arc<StoredPayment> {
    let mut ticket = world.create(request(number)).await.unwrap();
    while !ticket.payment().payment.is_concluded() {
        ticket.changed().await.unwrap();
    }
    ticket.payment()
}

fn mode(world: &World) -> Mode {
    world.engine.providers().remove(0).mode
}

fn name(provider: &str) -> ProviderName {
    ProviderName::new(provider).unwrap()
}

async fn switch_back(world: &World) {
    let who = claimed("sari");
    world.engine.set_provider_mode(&name("a"), Mode::Active, &who, "looked at it").await.unwrap();
}

async fn deposit(world: &World, id: &str, amount: i64, credited_at: Timestamp) {
    let deposit = NewDeposit {
        id: id.to_owned(),
        provider: name("a"),
        amount: Rupiah::new(amount),
        credited_at,
        reference: "transfer".into(),
        who: claimed("sari"),
    };
    world.engine.record_deposit(deposit).await.unwrap();
}

fn assert_shown_by_balances(paid: &Arc<StoredPayment>) {
    let Some(Conclusion::Succeeded { cost, basis, .. }) = paid.payment.conclusion else {
        unreachable!("{:?}", paid.payment.conclusion)
    };
    assert_eq!((cost, basis), (Rupiah::new(COST), Basis::BalanceChain));
    assert_eq!(paid.payment.token_state(), TokenState::Awaited, "balances show no token");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_found_paid_by_what_is_missing_from_the_deposit() {
    let provider = exclusive("a");
    provider.will([leaves("INV1", 979_300), lost(), leaves("INV2", 937_900)]);
    let world = World::of(&[&provider]).await;
    pay(&world, 1).await;
    assert_eq!(pay(&world, 2).await.payment.state(), PaymentState::InDoubt);
    pay(&world, 3).await;
    assert_shown_by_balances(&ended(&world, 2).await);
    assert_eq!(mode(&world), Mode::Active);
}

#[tokio::test(start_paused = true)]
async fn the_token_of_a_payment_that_balances_showed_comes_with_a_reference_that_a_person_found() {
    let provider = exclusive("a");
    provider.will([leaves("INV1", 979_300), lost(), leaves("INV2", 937_900)]);
    let world = World::of(&[&provider]).await;
    for number in 1..=3 {
        pay(&world, number).await;
    }
    assert_shown_by_balances(&ended(&world, 2).await);
    let observed = observed("INV7", COST);
    provider.will_report(Ok(StatusReport { verdict: StatusVerdict::Succeeded, observed }));
    let check =
        CheckNow { key: key(&id(2)), provider_ref: ProviderRef::new("INV7"), who: claimed("sari") };
    let checked = world.engine.check_now(check).await.unwrap();
    let paid = checked.payment.payment.paid_attempt().unwrap();
    assert_eq!(paid.observed.provider_ref, ProviderRef::new("INV7"));
    assert_eq!(paid.basis, Some(Basis::BalanceChain), "what it rests on stays");
    assert_ne!(checked.payment.payment.token_state(), TokenState::Awaited);
}

#[tokio::test(start_paused = true)]
async fn that_nothing_is_missing_says_nothing() {
    let provider = exclusive("a");
    provider.will([leaves("INV1", 979_300), lost(), leaves("INV2", 958_600)]);
    let world = World::of(&[&provider]).await;
    for number in 1..=3 {
        pay(&world, number).await;
    }
    tokio::time::sleep(Duration::from_hours(30)).await;
    let doubted = now(&world, 2).await;
    assert_eq!(doubted.payment.state(), PaymentState::InDoubt, "it may be executed late");
    assert_eq!(doubted.payment.attempts[0].evidence, []);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_others_may_use_concludes_nothing() {
    let provider = Scripted::new("a", COST, RefusalTrust::None);
    provider.will([leaves("INV1", 979_300), lost(), leaves("INV2", 937_900)]);
    let world = World::of(&[&provider]).await;
    for number in 1..=3 {
        pay(&world, number).await;
    }
    tokio::time::sleep(Duration::from_hours(2)).await;
    assert_eq!(now(&world, 2).await.payment.state(), PaymentState::InDoubt);
    assert_eq!(mode(&world), Mode::Active);
}

#[tokio::test(start_paused = true)]
async fn of_two_that_fit_neither_is_called_paid_and_both_get_a_hint_until_both_are_missing() {
    let provider = exclusive("a");
    provider.will([leaves("INV1", 979_300), lost(), lost(), leaves("INV2", 937_900)]);
    let world = World::of(&[&provider]).await;
    for number in 1..=4 {
        pay(&world, number).await;
    }
    let check = CheckNow { key: key(&id(2)), provider_ref: None, who: claimed("sari") };
    let checked = world.engine.check_now(check).await.unwrap();
    assert_eq!(checked.found, Found::FitsBalances);
    tokio::time::sleep(A_WHILE).await;
    for number in [2, 3] {
        assert_eq!(now(&world, number).await.payment.state(), PaymentState::InDoubt);
    }
    let evidence = &now(&world, 2).await.payment.attempts[0].evidence.clone();
    assert_eq!(evidence[0].kind, EvidenceKind::FitsBalances);
    assert_eq!(mode(&world), Mode::Active, "something explains it");
    // The second one is executed late.
    provider.will([leaves("INV3", 896_500)]);
    pay(&world, 5).await;
    assert_shown_by_balances(&ended(&world, 2).await);
    assert_shown_by_balances(&ended(&world, 3).await);
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_the_provider_works_on_and_that_fits_keeps_it_open() {
    let provider = exclusive("a");
    let working = PayAnswer {
        outcome: PayOutcome::Pending,
        observed: Observed { provider_ref: ProviderRef::new("INV9"), ..Observed::default() },
    };
    provider.will([leaves("INV1", 979_300), Pay::Free(working), lost(), leaves("INV2", 937_900)]);
    let world = World::of(&[&provider]).await;
    pay(&world, 1).await;
    let pending = world.create(request(2)).await.unwrap();
    pending.settled(A_WHILE).await;
    pay(&world, 3).await;
    pay(&world, 4).await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(now(&world, 3).await.payment.state(), PaymentState::InDoubt);
    assert_eq!(mode(&world), Mode::Active, "either of the two explains it");
}

#[tokio::test(start_paused = true)]
async fn money_that_nothing_explains_freezes_the_provider_once() {
    let provider = exclusive("a");
    provider.will([leaves("INV1", 979_300), leaves("INV2", 953_600)]);
    let world = World::of(&[&provider]).await;
    pay(&world, 1).await;
    pay(&world, 2).await;
    tokio::time::sleep(A_WHILE).await;
    let Mode::Frozen { reason } = mode(&world) else { unreachable!("{:?}", mode(&world)) };
    assert!(reason.contains("Rp 5.000 left this deposit between"), "{reason}");
    assert!(reason.contains("then switch back"), "{reason}");
    let refused = pay(&world, 3).await;
    assert_eq!(refused.payment.state(), PaymentState::Failed, "nothing is sent there");
    let world = world.restarted().await;
    tokio::time::sleep(A_WHILE).await;
    switch_back(&world).await;
    provider.will([leaves("INV3", 932_900), leaves("INV4", 912_200)]);
    pay(&world, 4).await;
    pay(&world, 5).await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(mode(&world), Mode::Active, "that hole was looked at");
    let world = world.restarted().await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(mode(&world), Mode::Active, "and stays looked at");
    provider.will([leaves("INV5", 891_499)]);
    pay(&world, 6).await;
    tokio::time::sleep(A_WHILE).await;
    let Mode::Frozen { reason } = mode(&world) else { unreachable!("{:?}", mode(&world)) };
    assert!(reason.contains("Rp 1 left this deposit between"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_out_by_hand_is_no_hole_once_it_is_recorded() {
    let provider = exclusive("a");
    provider.will([leaves("INV1", 979_300), leaves("INV2", 953_600)]);
    let world = World::of(&[&provider]).await;
    pay(&world, 1).await;
    let taken_at = world.now();
    pay(&world, 2).await;
    tokio::time::sleep(A_WHILE).await;
    assert!(matches!(mode(&world), Mode::Frozen { .. }));
    deposit(&world, "d1", -5_000, taken_at).await;
    tokio::time::sleep(A_WHILE).await;
    switch_back(&world).await;
    // The chain did not begin anew: what is missing from now on is seen against what was before.
    provider.will([leaves("INV3", 932_800)]);
    pay(&world, 3).await;
    tokio::time::sleep(A_WHILE).await;
    // What was recorded by hand may have moved then as well, and a credit beside it: that is waited for.
    assert_eq!(mode(&world), Mode::Active);
    tokio::time::sleep(Duration::from_hours(5)).await;
    let Mode::Frozen { reason } = mode(&world) else { unreachable!("{:?}", mode(&world)) };
    assert!(reason.contains("Rp 100 left"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn a_deposit_hides_what_is_missing_until_it_is_recorded() {
    let provider = exclusive("a");
    provider.will([leaves("INV1", 79_300), lost(), leaves("INV2", 1_037_900)]);
    let world = World::of(&[&provider]).await;
    pay(&world, 1).await;
    pay(&world, 2).await;
    let credited_at = world.now();
    pay(&world, 3).await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(now(&world, 2).await.payment.state(), PaymentState::InDoubt);
    assert_eq!(mode(&world), Mode::Active, "it will be recorded in a moment");
    deposit(&world, "d1", 1_000_000, credited_at).await;
    assert_shown_by_balances(&ended(&world, 2).await);
}

#[tokio::test(start_paused = true)]
async fn a_deposit_that_nobody_records_freezes_the_provider_after_the_grace() {
    let provider = exclusive("a");
    provider.will([leaves("INV1", 79_300), leaves("INV2", 1_058_600)]);
    let world = World::of(&[&provider]).await;
    pay(&world, 1).await;
    pay(&world, 2).await;
    tokio::time::sleep(Duration::from_hours(3)).await;
    assert_eq!(mode(&world), Mode::Active);
    tokio::time::sleep(Duration::from_hours(2)).await;
    let Mode::Frozen { reason } = mode(&world) else { unreachable!("{:?}", mode(&world)) };
    assert!(reason.contains("Rp 1.000.000 came into this deposit between"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_the_account_pays_one_at_a_time_until_the_bound_has_passed() {
    let (cheap, dear) = (exclusive("a"), Scripted::new("b", COST + 100, RefusalTrust::None));
    cheap.will([lost(), Pay::Held]);
    let world = World::of(&[&cheap, &dear]).await;
    pay(&world, 1).await;
    let held = world.create(request(2)).await.unwrap();
    cheap.held.acquire().await.unwrap().forget();
    let product = ProductCode::new(TOKEN).unwrap();
    let explained = world.engine.explain_route(&product, None, false).unwrap().route;
    assert_eq!(explained.left_out, [(name("a"), LeftOut::OneAtATime)]);
    pay(&world, 3).await;
    assert_eq!((cheap.charges(), dear.charges()), (0, 1), "the other one is asked meanwhile");
    cheap.gate.add_permits(1);
    held.settled(A_WHILE).await;
    pay(&world, 4).await;
    assert_eq!(cheap.charges(), 2, "nobody is on the way there");
    // Ten minutes and the ten seconds within which a send may start, by a clock that may be off by 30 s.
    tokio::time::sleep(Duration::from_mins(11)).await;
    cheap.will([Pay::Held, Pay::Held]);
    let both = [world.create(request(5)).await.unwrap(), world.create(request(6)).await.unwrap()];
    cheap.held.acquire_many(2).await.unwrap().forget();
    cheap.gate.add_permits(2);
    for ticket in both {
        assert_eq!(ticket.settled(A_WHILE).await.payment.state(), PaymentState::Succeeded);
    }
    assert_eq!((cheap.charges(), dear.charges()), (4, 1));
}

#[tokio::test(start_paused = true)]
async fn with_nobody_else_to_ask_a_payment_waits_for_its_turn() {
    let provider = exclusive("a");
    provider.will([lost(), Pay::Held]);
    let world = World::of(&[&provider]).await;
    pay(&world, 1).await;
    let held = world.create(request(2)).await.unwrap();
    provider.held.acquire().await.unwrap().forget();
    let waiting = world.create(request(3)).await.unwrap();
    let still = waiting.clone().settled(A_WHILE).await;
    assert_eq!(still.payment.state(), PaymentState::Accepted);
    assert_eq!(still.payment.attempts, [], "no intent before its turn");
    provider.gate.add_permits(1);
    held.settled(A_WHILE).await;
    assert_eq!(waiting.settled(A_WHILE).await.payment.state(), PaymentState::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_restart_keeps_the_chain() {
    let provider = exclusive("a");
    provider.will([leaves("INV1", 979_300), lost()]);
    let world = World::of(&[&provider]).await;
    pay(&world, 1).await;
    pay(&world, 2).await;
    let world = world.restarted_after(Duration::from_hours(1)).await;
    provider.will([leaves("INV2", 937_900)]);
    pay(&world, 3).await;
    assert_shown_by_balances(&ended(&world, 2).await);
}

#[tokio::test(start_paused = true)]
async fn what_an_account_did_before_it_was_exclusive_is_nothing_to_go_by() {
    let provider = Scripted::new("a", COST, RefusalTrust::None);
    provider.will([leaves("INV1", 979_300), lost()]);
    let world = World::on_journal(MemoryJournal::new(), &[&provider]).await;
    pay(&world, 1).await;
    pay(&world, 2).await;
    provider.exclusive.store(true, Ordering::SeqCst);
    let world = world.restarted().await;
    provider.will([leaves("INV2", 837_900), leaves("INV3", 817_200)]);
    pay(&world, 3).await;
    pay(&world, 4).await;
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(now(&world, 2).await.payment.state(), PaymentState::InDoubt);
    assert_eq!(mode(&world), Mode::Active);
}

#[tokio::test(start_paused = true)]
async fn an_answer_about_somebody_else_states_no_balance_of_this_account() {
    let provider = exclusive("a");
    let mismatch = PayAnswer {
        outcome: PayOutcome::Unknown(UnknownCause::Mismatch),
        observed: Observed {
            balance_after: Some(Rupiah::new(1)),
            charged: Some(Rupiah::new(COST)),
            ..Observed::default()
        },
    };
    provider.will([leaves("INV1", 979_300), Pay::Free(mismatch), leaves("INV2", 958_600)]);
    let world = World::of(&[&provider]).await;
    for number in 1..=3 {
        pay(&world, number).await;
    }
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(now(&world, 2).await.payment.state(), PaymentState::InDoubt);
    assert_eq!(mode(&world), Mode::Active);
}
