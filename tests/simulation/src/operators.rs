//! Operators: honest, sometimes hasty. They look the truth up in the provider's own records.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ppob_engine::{
    CheckNow, NewNote, OperateError, Resolve, ResolveVerdict, Resolved, Review, ReviewReason, Seen,
};
use ppob_journal::{Filter, Page, StoredPayment, Who};
use ppob_payment::{AttemptState, PaymentState};
use ppob_routing::Mode;
use ppob_types::{Clock, ConsumerId, PaymentKey, ProviderRef};

use crate::fault::Fault;
use crate::host::{Host, Process};
use crate::random::Random;
use crate::world::Habit;

/// Who was told to wait asks again after this, at the latest.
const PATIENCE: Duration = Duration::from_mins(2);

/// What operators remember.
#[derive(Debug, Default)]
struct Memory {
    /// Since when a payment is known to need somebody.
    first_seen: BTreeMap<PaymentKey, Duration>,
    /// Before this it is no use to say "not executed".
    wait_until: BTreeMap<PaymentKey, Duration>,
}

impl Memory {
    fn seen(&mut self, key: &PaymentKey, now: Duration) -> Duration {
        *self.first_seen.entry(key.clone()).or_insert(now)
    }

    fn waits(&self, key: &PaymentKey, now: Duration) -> bool {
        self.wait_until.get(key).is_some_and(|until| now < *until)
    }
}

const PAGE: Page = Page { before_serial: None, limit: 100 };

/// Looks at what is open, again and again, until the world ends.
pub(crate) async fn look_again_and_again(host: Arc<Host>) {
    let mut random = Random::fork(host.stage.world.seed, 5);
    let mut memory = Memory::default();
    loop {
        tokio::time::sleep(host.stage.world.operators_every + random.millis(0, 900)).await;
        let Some(process) = host.running() else {
            continue;
        };
        // A page of reviews of a process that dies meanwhile is nothing to go by.
        if let Some(Ok(reviews)) = process.ask(process.engine.reviews(200)).await {
            for review in reviews {
                review_one(&host, &process, &review, &mut memory, &mut random).await;
            }
        }
        unfreeze(&host, &process).await;
        ask_about_pending(&host, &process, &mut random).await;
    }
}

/// Somebody has looked at what froze a provider.
async fn unfreeze(host: &Host, process: &Process) {
    for status in process.engine.providers() {
        let Mode::Frozen { .. } = status.mode else { continue };
        let Some(who) = person("sari", false) else { continue };
        let going_on =
            process.engine.set_provider_mode(&status.name, Mode::Active, &who, "looked at");
        if let Some(Ok(())) = process.ask(Box::pin(going_on)).await {
            host.stage.count(Fault::Unfrozen);
        }
    }
}

/// What was found out about a charge that contradicts how a payment ended: somebody writes it down.
async fn write_down(process: &Process, key: &PaymentKey) {
    let Some(who) = person("sari", false) else { return };
    let note = NewNote { key: key.clone(), text: "looked at".into(), who };
    let _ = process.ask(Box::pin(process.engine.add_note(note))).await;
}

async fn review_one(
    host: &Host,
    process: &Process,
    review: &Review,
    memory: &mut Memory,
    random: &mut Random,
) {
    let key = &review.payment.key;
    if review.reason == ReviewReason::LateCharge {
        write_down(process, key).await;
        return;
    }
    if random.permille(150) {
        check(host, process, key, random).await;
    }
    let now = host.stage.clock.elapsed();
    if !memory.waits(key, now) && host.stage.happens(random, Fault::HastyVerdict) {
        let hasty = person("joko", true);
        let hasty = hasty.map(|who| verdict(&review.payment, review.seen, None, who, None));
        decide(host, process, memory, hasty).await;
    }
    let age = now.saturating_sub(memory.seen(key, now));
    if age >= host.stage.world.operators_patience {
        resolve(host, process, review, memory, random).await;
    }
}

/// The provider said that it works on it: ask again, sometimes.
async fn ask_about_pending(host: &Host, process: &Process, random: &mut Random) {
    let filter = Filter { states: vec![PaymentState::Processing], ..Filter::default() };
    let Some(Ok(open)) = process.ask(process.engine.list_payments(&filter, PAGE)).await else {
        return;
    };
    for stored in open {
        if random.permille(if host.stage.is_quiet() { 1_000 } else { 100 }) {
            check(host, process, &stored.key, random).await;
        }
    }
}

/// One status check, or two at once.
async fn check(host: &Host, process: &Process, key: &PaymentKey, random: &mut Random) {
    let stage = &host.stage;
    let asked = stage.checker().asks();
    let Some(who) = person("budi", false) else { return };
    let question = || CheckNow { key: key.clone(), provider_ref: None, who: who.clone() };
    let engine = &process.engine;
    let answer = if stage.happens(random, Fault::CheckTwice) {
        let both =
            async { tokio::join!(engine.check_now(question()), engine.check_now(question())).0 };
        process.ask(Box::pin(both)).await
    } else {
        process.ask(Box::pin(engine.check_now(question()))).await
    };
    if let Some(Ok(checked)) = answer {
        stage.told(asked, host.is_current(process), &checked.payment);
    }
}

/// A person; `proven` shows credentials of their own.
fn person(actor: &str, proven: bool) -> Option<Who> {
    let operator = if proven { format!("desk-{actor}") } else { "local".to_owned() };
    let operator = ConsumerId::new(&operator).ok()?;
    Some(Who { operator, proven, actor: actor.to_owned() })
}

async fn resolve(
    host: &Host,
    process: &Process,
    review: &Review,
    memory: &mut Memory,
    random: &mut Random,
) {
    let (stage, stored) = (&host.stage, &*review.payment);
    let waits = memory.waits(&stored.key, stage.clock.elapsed());
    let doubted = stored.payment.attempts.iter().rev().find(|attempt| {
        matches!(attempt.state, AttemptState::Unknown(_) | AttemptState::Pending)
            || (stored.payment.contradicted && attempt.late_charge.is_some())
    });
    let Some(attempt) = doubted else {
        return;
    };
    let charge = stage.truth().charge_of_attempt(&stored.key, &attempt.id).cloned();
    let is_given_back = charge.as_ref().is_some_and(|charge| charge.given_back);
    let mut plans = stage.world.providers.iter();
    let plan = plans.find(|plan| plan.name == attempt.provider);
    // While facts contradict each other the engine asks nobody: persons decide first, also about what was
    // given back.
    let will_be_heard = !stored.payment.contradicted
        && (plan.is_some_and(|plan| plan.habit != Habit::OwnReference)
            || attempt.observed.provider_ref.is_some());
    if is_given_back && will_be_heard {
        return;
    }
    // What was given back is not paid; the engine cannot know which order it was.
    let reference = charge.filter(|charge| !charge.given_back).map(|charge| charge.reference);
    if reference.is_none() && waits {
        return;
    }
    let by = |who: Option<Who>, second: Option<&str>| {
        who.map(|who| verdict(stored, review.seen, reference.as_ref(), who, second))
    };
    if reference.is_none() && stage.happens(random, Fault::VerdictProposed) {
        let first = by(person("budi", true), Some("sari"));
        if stage.happens(random, Fault::VerdictsAtOnce) {
            let second = by(person("sari", true), None);
            let mut other = Memory::default();
            tokio::join!(
                decide(host, process, memory, first),
                decide(host, process, &mut other, second)
            );
            return;
        }
        decide(host, process, memory, first).await;
        // News may come in between.
        if random.permille(300) {
            check(host, process, &stored.key, random).await;
        }
        // The second person looks for himself, now: the first call may have taken long.
        let Some(seen) = shown(process, &stored.key).await else { return };
        let charge = stage.truth().charge_of_attempt(&stored.key, &attempt.id).cloned();
        if will_be_heard && charge.as_ref().is_some_and(|charge| charge.given_back) {
            return;
        }
        let found = charge.filter(|charge| !charge.given_back).map(|charge| charge.reference);
        let second = person("sari", true);
        let second = second.map(|who| verdict(stored, Some(seen), found.as_ref(), who, None));
        decide(host, process, memory, second).await;
    } else {
        decide(host, process, memory, by(person("budi", false), Some("sari"))).await;
    }
}

/// What the review of a payment shows now.
async fn shown(process: &Process, key: &PaymentKey) -> Option<Seen> {
    let reviews = process.ask(process.engine.reviews(200)).await?.ok()?;
    reviews.into_iter().find(|review| review.payment.key == *key)?.seen
}

fn verdict(
    stored: &StoredPayment,
    seen: Option<Seen>,
    reference: Option<&ProviderRef>,
    who: Who,
    second: Option<&str>,
) -> Resolve {
    let verdict = match reference {
        Some(provider_ref) => ResolveVerdict::Executed { provider_ref: provider_ref.clone() },
        None => ResolveVerdict::NotExecuted { second_actor: second.map(str::to_owned) },
    };
    Resolve {
        key: stored.key.clone(),
        attempt: None,
        seen,
        expected_version: None,
        verdict,
        who,
        evidence: "the provider's records".into(),
    }
}

async fn decide(host: &Host, process: &Process, memory: &mut Memory, resolve: Option<Resolve>) {
    let stage = &host.stage;
    let Some(resolve) = resolve else { return };
    let key = resolve.key.clone();
    let executed = matches!(resolve.verdict, ResolveVerdict::Executed { .. });
    let asked = stage.checker().asks();
    match process.ask(Box::pin(process.engine.resolve(resolve))).await {
        Some(Ok(Resolved::Settled(told))) => {
            stage.count(if executed {
                Fault::ResolvedExecuted
            } else {
                Fault::ResolvedNotExecuted
            });
            stage.told(asked, host.is_current(process), &told);
        }
        Some(Ok(Resolved::AwaitsSecondPerson(told))) => {
            stage.told(asked, host.is_current(process), &told);
        }
        Some(Err(OperateError::TooEarly { until })) => {
            stage.count(Fault::ResolvedTooEarly);
            // By the machine's clock, which people set: nobody waits for ever.
            let wait = until.since(stage.clock.now()).min(PATIENCE);
            memory.wait_until.insert(key, stage.clock.elapsed() + wait);
        }
        Some(Err(error)) => stage.note(|| format!("not resolved {key}: {error}")),
        None => {}
    }
}
