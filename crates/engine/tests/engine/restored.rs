//! A journal that came out of a backup.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use ppob_engine::{AbandonError, Engine, EngineConfig, Parts, ReviewReason};
use ppob_journal::{
    AuditFilter, AuditRecord, Journal, JournalError, LostSends, MemoryHooks, MemoryJournal,
    MemoryWrite, Restored,
};
use ppob_payment::PaymentState;
use ppob_provider::RefusalTrust;
use ppob_routing::Mode;
use ppob_types::{ProductCode, ProviderName, Timestamp};

use crate::support::*;

async fn restored(journal: &MemoryJournal) {
    restored_at(journal, Timestamp::from_seconds(1_799_999_900)).await;
}

async fn restored_at(journal: &MemoryJournal, restored_at: Timestamp) {
    let taken_at = Timestamp::from_seconds(1_799_999_000);
    let restored = Restored { taken_at, restored_at, providers_frozen: false };
    let json = serde_json::to_string(&restored).unwrap();
    journal.save_document(Restored::DOCUMENT, json).await.unwrap();
}

fn modes(world: &World) -> Vec<Mode> {
    world.engine.providers().into_iter().map(|status| status.mode).collect()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_paid_after_a_restore_until_each_provider_is_released() {
    let (a, b) = (
        Scripted::new("a", 20_700, RefusalTrust::None),
        Scripted::new("b", 20_800, RefusalTrust::None),
    );
    let journal = MemoryJournal::new();
    restored(&journal).await;
    let world = World::on_journal(journal, &[&a, &b]).await;
    for mode in modes(&world) {
        let Mode::Frozen { reason } = mode else { unreachable!("{mode:?}") };
        assert!(reason.contains("payments after that moment are missing"), "{reason}");
        assert!(reason.contains("WIB"), "{reason}");
    }
    let refused = world.pay(token("payment-0001")).await;
    assert_eq!(refused.payment.state(), PaymentState::Failed);
    assert_eq!((a.charges(), b.charges()), (0, 0));
    let audit = world.journal.audit_trail(&AuditFilter::default(), 10).await.unwrap();
    let frozen = |record: &AuditRecord| {
        let entry = &record.entry;
        (entry.operator.to_string(), entry.subject.clone(), entry.after.starts_with("FROZEN"))
    };
    let by_engine = |subject: &str| ("engine".to_owned(), subject.to_owned(), true);
    let frozen: Vec<_> = audit.iter().map(frozen).collect();
    assert_eq!(frozen, [by_engine("provider/b"), by_engine("provider/a")]);

    let name = ProviderName::new("b").unwrap();
    world
        .engine
        .set_provider_mode(&name, Mode::Active, &claimed("sari"), "compared")
        .await
        .unwrap();
    let paid = world.pay(token("payment-0002")).await;
    assert_eq!(paid.payment.state(), PaymentState::Succeeded);
    assert_eq!((a.charges(), b.charges()), (0, 1));
    let world = world.restarted().await;
    assert!(
        matches!(modes(&world)[..], [Mode::Frozen { .. }, Mode::Active]),
        "{:?}",
        modes(&world)
    );
    assert_eq!(world.engine.restored().map(|restored| restored.providers_frozen), Some(true));
}

/// A journal that keeps no document while it is down.
#[derive(Debug, Default)]
struct Down(AtomicBool);

#[async_trait]
impl MemoryHooks for Down {
    async fn before_apply(&self, write: MemoryWrite<'_>) -> Result<(), JournalError> {
        if self.0.load(Ordering::SeqCst) && matches!(write, MemoryWrite::SaveDocument(_)) {
            return Err(JournalError::Unavailable("the disk is gone".to_owned()));
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_restore_that_cannot_be_acted_on_durably_keeps_the_engine_from_starting() {
    let down = Arc::new(Down::default());
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let journal = MemoryJournal::with_hooks(Arc::clone(&down) as Arc<dyn MemoryHooks>);
    let world = World::on_journal(journal, &[&provider]).await;
    world.engine.crash();
    restored(&world.journal).await;
    down.0.store(true, Ordering::SeqCst);
    let parts = || Parts {
        config: EngineConfig::default(),
        journal: Arc::new(world.journal.reopen()),
        providers: world.setups(&[&provider]),
        clock: world.shared_clock(),
        seed: 7,
    };
    assert!(Engine::start(parts()).await.is_err());
    down.0.store(false, Ordering::SeqCst);
    let engine = Engine::start(parts()).await.unwrap();
    assert!(matches!(engine.providers()[0].mode, Mode::Frozen { .. }));
    assert!(!engine.is_available(&ProductCode::new(TOKEN).unwrap()));
}

#[tokio::test(start_paused = true)]
async fn a_payment_without_a_living_attempt_in_the_backup_is_neither_paid_nor_called_failed() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.silent.store(true, Ordering::SeqCst);
    let world = World::of(&[&provider]).await;
    let ticket = world.create(bill_payment("payment-0001", 82_500)).await.unwrap();
    let key = ticket.payment().key.clone();
    assert_eq!(ticket.payment().payment.state(), PaymentState::Accepted);
    // The backup is of this moment. What became of the payment then is forgotten.
    restored_at(&world.journal, world.now()).await;
    provider.silent.store(false, Ordering::SeqCst);
    let world = world.restarted().await;
    let engine = &world.engine;
    tokio::time::sleep(Duration::from_mins(10)).await;
    let held = engine.get_payment(&key).await.unwrap();
    assert_eq!(held.payment.state(), PaymentState::Accepted, "nobody knows that it was not paid");
    let reviews = engine.reviews(10).await.unwrap();
    let reasons: Vec<_> = reviews.iter().map(|review| review.reason).collect();
    assert_eq!(reasons, [ReviewReason::InDoubt], "a person has to look");
    let early = engine.abandon(&key).await.unwrap_err();
    assert_eq!(early, AbandonError::AttemptAlive, "nobody has compared the statement yet");
    let name = ProviderName::new("a").unwrap();
    let who = claimed("sari");
    engine.set_provider_mode(&name, Mode::Active, &who, "compared").await.unwrap();
    tokio::time::sleep(Duration::from_mins(10)).await;
    let held = engine.get_payment(&key).await.unwrap();
    assert_eq!(held.payment.state(), PaymentState::Accepted);
    engine.abandon(&key).await.unwrap();
    assert_eq!(engine.get_payment(&key).await.unwrap().payment.state(), PaymentState::Failed);
    assert_eq!(provider.charges(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_configured_again_after_the_first_start_is_frozen_as_well() {
    let (a, b) = (
        Scripted::new("a", 20_700, RefusalTrust::None),
        Scripted::new("b", 20_800, RefusalTrust::None),
    );
    let world = World::of(&[&a, &b]).await;
    world.engine.crash();
    restored(&world.journal).await;
    let start = async |providers: &[&Arc<Scripted>]| {
        let journal = Arc::new(world.journal.reopen());
        let (config, clock) = (EngineConfig::default(), world.shared_clock());
        let providers = world.setups(providers);
        Engine::start(Parts { config, journal, providers, clock, seed: 7 }).await.unwrap()
    };
    start(&[&a]).await.crash();
    let engine = start(&[&a, &b]).await;
    let modes: Vec<_> = engine.providers().into_iter().map(|status| status.mode).collect();
    assert!(matches!(modes[..], [Mode::Frozen { .. }, Mode::Frozen { .. }]), "{modes:?}");
}

#[tokio::test(start_paused = true)]
async fn what_was_paid_after_the_copy_is_in_doubt_again_and_is_charged_once_however_often_it_is_repeated()
 {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let copy = world.journal.copy();
    let paid = world.pay(token("payment-0001")).await;
    assert_eq!(paid.payment.state(), PaymentState::Succeeded);
    world.engine.crash();
    // Nobody knows that the disk was set back: no provider is frozen because of it.
    let journal = world.journal.restored_to_earlier(&copy, None);
    let world = World::on_journal(journal, &[&provider]).await;
    assert_eq!(modes(&world), [Mode::Active]);
    for _ in 0..3 {
        let repeated = world.pay(token("payment-0001")).await;
        assert_eq!(repeated.payment.state(), PaymentState::InDoubt);
        assert_eq!(repeated.serial, paid.serial);
    }
    assert_eq!(provider.charges(), 1);
    let reviews = world.engine.reviews(10).await.unwrap();
    let reasons: Vec<ReviewReason> = reviews.iter().map(|review| review.reason).collect();
    assert_eq!(reasons, [ReviewReason::InDoubt]);
    let other = token("payment-0002");
    assert!(world.create(other).await.is_err(), "its customer has one open");
    assert_eq!(provider.charges(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_send_that_fits_to_nothing_freezes_its_provider_until_it_was_compared() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let journal = MemoryJournal::new();
    let name = ProviderName::new("a").unwrap();
    let lost = LostSends { found: 1, freeze: vec![name.clone()] };
    let json = serde_json::to_string(&lost).unwrap();
    journal.save_document(LostSends::DOCUMENT, json).await.unwrap();
    let world = World::on_journal(journal, &[&provider]).await;
    let mode = modes(&world).remove(0);
    assert!(
        matches!(&mode, Mode::Frozen { reason } if reason.contains("RememberSend")),
        "{mode:?}"
    );
    let refused = world.pay(token("payment-0001")).await;
    assert_eq!((refused.payment.state(), provider.charges()), (PaymentState::Failed, 0));
    let sari = claimed("sari");
    world.engine.set_provider_mode(&name, Mode::Active, &sari, "compared").await.unwrap();
    let world = world.restarted().await;
    assert_eq!(modes(&world), [Mode::Active], "it was acted on once");
}
