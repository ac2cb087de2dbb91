//! What tells about customers goes when it shall, and nothing else goes.

use std::time::Duration;

use ppob_engine::{
    AboutCustomer, CreateError, DuplicateWindows, EngineConfig, Erasure, OperateError, Resolve,
    ResolveVerdict, RetentionSpans,
};
use ppob_journal::{AuditFilter, Journal, MemoryJournal, Page, StoredPayment};
use ppob_payment::PaymentState;
use ppob_provider::RefusalTrust;
use ppob_types::{
    CustomerNumber, PayAnswer, PaymentId, PaymentKey, Retention, Sensitive, TokenState,
    UnknownCause,
};

use crate::support::*;

const EVERYTHING: Page = Page { before_serial: None, limit: 100 };

fn key(id: &str) -> PaymentKey {
    PaymentKey { consumer: consumer(), id: PaymentId::new(id).unwrap() }
}

fn about(number: &str) -> AboutCustomer {
    AboutCustomer {
        customer_number: Sensitive::new(number),
        who: claimed("dewi"),
        reason: "request 17 of the customer".to_owned(),
    }
}

async fn actions(journal: &MemoryJournal) -> Vec<String> {
    let trail = journal.audit_trail(&AuditFilter::default(), 10).await.unwrap();
    trail.into_iter().map(|record| record.entry.action).collect()
}

fn holds_personal_data(stored: &StoredPayment) -> bool {
    stored.request.purchase.customer != CustomerNumber::erased()
        || stored.payment.receipt().is_some_and(|receipt| receipt.details.pln_token().is_some())
        || stored.payment.attempts.iter().any(|attempt| attempt.observed.raw.is_some())
}

#[tokio::test(start_paused = true)]
async fn an_export_finds_every_payment_of_the_customer_and_is_written_down_first() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    world.pay(token("payment-0001")).await;
    world.pay(bill_payment("payment-0002", 82_500)).await;
    let found = world.engine.export_customer(&about(" 9101-1121 314"), EVERYTHING).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].key, key("payment-0001"));
    assert!(holds_personal_data(&found[0]));
    let entry =
        world.journal.audit_trail(&AuditFilter::default(), 1).await.unwrap().remove(0).entry;
    assert_eq!((entry.actor.as_str(), entry.action.as_str()), ("dewi", "ExportCustomer"));
    assert!(entry.reason.expose().contains("request 17"), "{entry:?}");
    assert_eq!(entry.subject, "customer/••••1314");
}

#[tokio::test(start_paused = true)]
async fn nobody_reads_or_erases_without_a_name_a_reason_and_a_number() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    for (question, wrong) in [
        (AboutCustomer { who: claimed(" "), ..about(METER) }, "actor"),
        (AboutCustomer { reason: String::new(), ..about(METER) }, "reason"),
        (about("?"), "customer_number"),
    ] {
        let read = world.engine.export_customer(&question, EVERYTHING).await.unwrap_err();
        let erased = world.engine.erase_customer(&question, false).await.unwrap_err();
        for error in [read, erased] {
            let OperateError::FieldInvalid { field, .. } = error else { panic!("{error:?}") };
            assert_eq!(field, wrong);
        }
    }
    assert_eq!(actions(&world.journal).await, [] as [String; 0]);
}

#[tokio::test(start_paused = true)]
async fn only_what_has_ended_past_the_duplicate_window_is_erased_and_it_answers_on() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let before = world.pay(token("payment-0001")).await;
    let kept = Erasure { erased: 0, kept: 1 };
    assert_eq!(world.engine.erase_customer(&about(METER), false).await, Ok(kept));
    tokio::time::sleep(Duration::from_mins(11)).await;
    provider.will([Pay::Free(PayAnswer::unknown(UnknownCause::TimedOut))]);
    let doubt = world.pay(token("payment-0002")).await;
    assert_eq!(doubt.payment.state(), PaymentState::InDoubt);

    let one_of_two = Erasure { erased: 1, kept: 1 };
    assert_eq!(world.engine.erase_customer(&about(METER), true).await, Ok(one_of_two));
    let untouched = world.engine.get_payment(&key("payment-0001")).await.unwrap();
    assert_eq!(untouched, before);
    assert_eq!(world.engine.erase_customer(&about(METER), false).await, Ok(one_of_two));

    let after = world.engine.get_payment(&key("payment-0001")).await.unwrap();
    assert!(!holds_personal_data(&after));
    assert_eq!(after.payment.conclusion, before.payment.conclusion);
    assert_eq!(after.payment.token_state(), TokenState::None);
    let other = world.engine.get_payment(&key("payment-0002")).await.unwrap();
    assert!(holds_personal_data(&other));
    let found = world.engine.export_customer(&about(METER), EVERYTHING).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        actions(&world.journal).await,
        ["ExportCustomer", "EraseCustomer", "EraseCustomer", "EraseCustomer"]
    );

    // The caller who asks again gets the same payment, and another request under its id nothing.
    let again = world.pay(token("payment-0001")).await;
    assert_eq!((again.version, again.payment.state()), (before.version, PaymentState::Succeeded));
    let mut changed = token("payment-0001");
    changed.repeat = 1;
    assert_eq!(world.create(changed).await.unwrap_err(), CreateError::IdReused);
    assert_eq!(provider.charges(), 1);
}

#[tokio::test(start_paused = true)]
async fn raw_answers_go_first_and_personal_data_later_and_an_open_payment_keeps_all() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let config = EngineConfig {
        duplicate_windows: DuplicateWindows { listed: Duration::ZERO, bills: Duration::ZERO },
        retention: RetentionSpans {
            raw_answers: Some(Duration::from_hours(3)),
            personal_data: Some(Duration::from_hours(6)),
        },
        ..EngineConfig::default()
    };
    let clock = PausedClock::new();
    let world = World::configured(config, MemoryJournal::new(), &[&provider], clock).await;
    world.pay(token("payment-0001")).await;
    let stored = async |id: &str| world.journal.load(&key(id)).await.unwrap().unwrap();
    provider.will([Pay::Free(PayAnswer::unknown(UnknownCause::TimedOut))]);
    let mut second = token("payment-0002");
    second.repeat = 1;
    world.pay(second).await;
    tokio::time::sleep(Duration::from_hours(2)).await;
    assert_eq!(stored("payment-0001").await.retention(), Retention::Everything);
    tokio::time::sleep(Duration::from_hours(2)).await;
    assert_eq!(stored("payment-0001").await.retention(), Retention::NoRawAnswers);
    assert!(holds_personal_data(&stored("payment-0001").await));
    tokio::time::sleep(Duration::from_hours(4)).await;
    let erased = stored("payment-0001").await;
    assert_eq!(erased.retention(), Retention::NoPersonalData);
    assert!(!holds_personal_data(&erased));
    let open = stored("payment-0002").await;
    assert_eq!(
        (open.payment.state(), open.retention()),
        (PaymentState::InDoubt, Retention::Everything)
    );
}

/// By its customer number it is known that the doubted one must not be bought any more.
#[tokio::test(start_paused = true)]
async fn what_was_paid_in_spite_of_a_doubt_is_not_erased_while_the_doubt_lasts() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let config = EngineConfig {
        duplicate_windows: DuplicateWindows { listed: Duration::ZERO, bills: Duration::ZERO },
        retention: RetentionSpans {
            raw_answers: None,
            personal_data: Some(Duration::from_hours(3)),
        },
        ..EngineConfig::default()
    };
    let clock = PausedClock::new();
    let world = World::configured(config, MemoryJournal::new(), &[&provider], clock).await;
    provider.will([Pay::Free(PayAnswer::unknown(UnknownCause::TimedOut))]);
    world.pay(token("payment-0001")).await;
    tokio::time::advance(Duration::from_mins(11)).await;
    let mut despite = token("payment-0002");
    despite.despite_in_doubt = Some(key("payment-0001").id);
    despite.repeat = 1;
    assert_eq!(world.pay(despite).await.payment.state(), PaymentState::Succeeded);
    tokio::time::sleep(Duration::from_hours(5)).await;
    let erased = async || world.engine.erase_customer(&about(METER), false).await.unwrap();
    assert_eq!(erased().await, Erasure { erased: 0, kept: 2 });
    let stored = world.journal.load(&key("payment-0002")).await.unwrap().unwrap();
    assert!(holds_personal_data(&stored), "{stored:?}");

    let not_executed = Resolve {
        key: key("payment-0001"),
        attempt: None,
        seen: None,
        expected_version: None,
        verdict: ResolveVerdict::NotExecuted { second_actor: Some("joko".to_owned()) },
        who: claimed("sari"),
        evidence: "mutasi 24 Juli".into(),
    };
    settled(world.resolve(not_executed).await.unwrap());
    assert_eq!(erased().await, Erasure { erased: 2, kept: 0 });
}

#[tokio::test(start_paused = true)]
async fn what_is_to_be_kept_for_ever_is_kept() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let config = EngineConfig {
        retention: RetentionSpans { raw_answers: None, personal_data: None },
        ..EngineConfig::default()
    };
    let clock = PausedClock::new();
    let world = World::configured(config, MemoryJournal::new(), &[&provider], clock).await;
    let paid = world.pay(token("payment-0001")).await;
    tokio::time::sleep(Duration::from_hours(30)).await;
    let kept = world.journal.load(&key("payment-0001")).await.unwrap();
    assert_eq!(kept.as_ref(), Some(&*paid));
}
