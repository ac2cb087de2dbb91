//! Operators: honest, sometimes hasty. They look the truth up in the provider's own records.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ppob_engine::{OperateError, Resolve, ResolveVerdict, Review};
use ppob_journal::{Filter, Page, StoredPayment};
use ppob_payment::{AttemptState, PaymentState};
use ppob_types::PaymentKey;

use crate::fault::Fault;
use crate::host::{Host, Process};
use crate::random::Random;

/// From then on a payment that the provider once called pending is a person's to decide.
const FORGOTTEN: Duration = Duration::from_mins(40);

const PAGE: Page = Page { before_serial: None, limit: 100 };

/// Looks at what is open, again and again, until the world ends.
pub(crate) async fn look_again_and_again(host: Arc<Host>) {
    let mut random = Random::fork(host.stage.world.seed, 5);
    let mut first_seen = BTreeMap::new();
    loop {
        tokio::time::sleep(host.stage.world.operators_every + random.millis(0, 900)).await;
        let Some(process) = host.running() else {
            continue;
        };
        // A page of reviews of a process that dies meanwhile is nothing to go by.
        if let Some(Ok(reviews)) = process.ask(process.engine.reviews(200)).await {
            for review in reviews {
                let seen = *first_seen
                    .entry(review.payment.key.clone())
                    .or_insert_with(|| host.stage.clock.elapsed());
                review_one(&host, &process, &review, seen, &mut random).await;
            }
        }
        ask_about_pending(&host, &process, &mut first_seen, &mut random).await;
    }
}

async fn review_one(
    host: &Host,
    process: &Process,
    review: &Review,
    seen: Duration,
    random: &mut Random,
) {
    let key = &review.payment.key;
    if random.permille(300) {
        check(host, process, key, random).await;
    }
    let age = host.stage.clock.elapsed().saturating_sub(seen);
    if age >= host.stage.world.operators_patience {
        resolve(host, process, &review.payment).await;
    }
}

/// The provider said that it works on it: ask again, sometimes.
async fn ask_about_pending(
    host: &Host,
    process: &Process,
    first_seen: &mut BTreeMap<PaymentKey, Duration>,
    random: &mut Random,
) {
    let filter = Filter { states: vec![PaymentState::Processing], ..Filter::default() };
    let Some(Ok(open)) = process.ask(process.engine.list_payments(&filter, PAGE)).await else {
        return;
    };
    for stored in open {
        if random.permille(if host.stage.is_quiet() { 1_000 } else { 100 }) {
            check(host, process, &stored.key, random).await;
        }
        // The provider forgot what it worked on. The reviews would show it in time, too.
        let now = host.stage.clock.elapsed();
        let seen = *first_seen.entry(stored.key.clone()).or_insert(now);
        if now.saturating_sub(seen) > FORGOTTEN {
            resolve(host, process, &stored).await;
        }
    }
}

/// One status check, or two at once.
async fn check(host: &Host, process: &Process, key: &PaymentKey, random: &mut Random) {
    let stage = &host.stage;
    let asked = stage.checker().asks();
    let answer = if stage.happens(random, Fault::CheckTwice) {
        let both =
            async { tokio::join!(process.engine.check_now(key), process.engine.check_now(key)).0 };
        process.ask(Box::pin(both)).await
    } else {
        process.ask(Box::pin(process.engine.check_now(key))).await
    };
    if let Some(Ok(stored)) = answer {
        stage.told(asked, host.is_current(process), &stored);
    }
}

async fn resolve(host: &Host, process: &Process, stored: &StoredPayment) {
    let stage = &host.stage;
    let doubted =
        stored.payment.attempts.iter().rev().find(|attempt| {
            matches!(attempt.state, AttemptState::Unknown(_) | AttemptState::Pending)
        });
    let Some(attempt) = doubted else {
        return;
    };
    let reference = stage
        .truth()
        .charge_of_attempt(&stored.key, &attempt.id)
        .map(|charge| charge.reference.clone());
    let executed = reference.is_some();
    let verdict = match reference {
        Some(provider_ref) => ResolveVerdict::Executed { provider_ref },
        None => ResolveVerdict::NotExecuted { second_actor: "sari".to_owned() },
    };
    let resolve = Resolve {
        key: stored.key.clone(),
        verdict,
        actor: "budi".to_owned(),
        evidence: "the provider's records".to_owned(),
    };
    let asked = stage.checker().asks();
    match process.ask(process.engine.resolve(resolve)).await {
        Some(Ok(told)) => {
            stage.count(if executed {
                Fault::ResolvedExecuted
            } else {
                Fault::ResolvedNotExecuted
            });
            stage.told(asked, host.is_current(process), &told);
        }
        Some(Err(OperateError::TooEarly { .. })) => stage.count(Fault::ResolvedTooEarly),
        Some(Err(error)) => stage.note(|| format!("not resolved {}: {error}", stored.key)),
        None => {}
    }
}
