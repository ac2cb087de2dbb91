//! Callers: impatient, repetitive, sometimes careless, and never trusted with money.

mod purchase;

use std::sync::Arc;
use std::time::Duration;

use ppob_engine::{AbandonError, Abandoned, CreateError, CreatePayment};
use ppob_journal::StoredPayment;
use ppob_payment::PaymentState;
use ppob_types::{ConsumerId, PaymentId, PaymentKey};
use tokio::task::JoinSet;

pub(crate) use self::purchase::key as key_of;
use self::purchase::{Want, want};
use crate::checker::ViolationKind;
use crate::fault::Fault;
use crate::host::{Host, Process};
use crate::random::Random;

/// All callers of a world, until each has what it wants or has gone away.
pub(crate) async fn crowd(host: Arc<Host>) {
    let mut random = Random::fork(host.stage.world.seed, 4);
    let mut buyers = JoinSet::new();
    let pace = u64::try_from(host.stage.world.pace.as_millis()).unwrap_or(0);
    for number in 0..host.stage.world.payments {
        let buyer = Buyer {
            host: Arc::clone(&host),
            random: Random::fork(host.stage.world.seed, 10_000 + u64::from(number)),
            key: key_of(number, host.stage.world.consumers),
        };
        buyers.spawn(buyer.buys());
        tokio::time::sleep(random.millis(0, 2 * pace)).await;
    }
    while buyers.join_next().await.is_some() {}
}

/// One person who wants one thing.
struct Buyer {
    host: Arc<Host>,
    random: Random,
    key: PaymentKey,
}

/// What a caller makes of an answer.
enum Heard {
    /// It has ended.
    End,
    /// It is on its way, or in doubt.
    Open,
    /// Refused: nothing was accepted.
    Refused(CreateError),
    /// Nobody knows: the caller's connection broke, or the engine does not know itself.
    Nothing,
}

impl Buyer {
    async fn buys(mut self) {
        let mut want = want(&self.host, &mut self.random).await;
        if self.happens(Fault::AbandonBefore) {
            self.abandons().await;
        }
        let rounds = 3 + self.random.below(7);
        let mut heard = Heard::Nothing;
        for _ in 0..rounds {
            heard = self.asks(&want).await;
            match &heard {
                Heard::End => {
                    // Who is asked then is the record: nothing of it is in memory any more.
                    if self.happens(Fault::ChangedBody) {
                        let other = purchase::other(&want, &mut self.random, &self.host);
                        self.asks(&other).await;
                    }
                    if !self.happens(Fault::EndedAgain) {
                        break;
                    }
                    tokio::time::sleep(self.random.millis(0, 60_000)).await;
                }
                Heard::Open => {
                    if self.happens(Fault::Abandon) {
                        self.abandons().await;
                    }
                    if self.happens(Fault::ChangedBody) {
                        let other = purchase::other(&want, &mut self.random, &self.host);
                        self.asks(&other).await;
                    }
                    if !self.happens(Fault::SameAgain) {
                        break;
                    }
                    tokio::time::sleep(self.random.millis(0, 20_000)).await;
                }
                Heard::Refused(error) => {
                    let Some(next) = self.considers(want, error).await else {
                        return;
                    };
                    want = next;
                }
                Heard::Nothing => tokio::time::sleep(self.random.millis(100, 5_000)).await,
            }
        }
        if !matches!(heard, Heard::End) && !self.happens(Fault::Vanish) {
            self.watches(&want).await;
        }
    }

    fn happens(&mut self, fault: Fault) -> bool {
        self.host.stage.happens(&mut self.random, fault)
    }

    /// One create call, or two at once, maybe dropped; and waiting for what comes of it.
    async fn asks(&mut self, want: &Want) -> Heard {
        let Some(process) = self.process().await else {
            return Heard::Nothing;
        };
        if self.happens(Fault::DoubleSubmit) {
            let patience = self.random.millis(0, 40_000);
            let first = create(&self.host, &process, want.request(&self.key), None, patience);
            let second =
                create(&self.host, &process, want.request(&self.key), None, Duration::ZERO);
            let (first, _) = tokio::join!(first, second);
            return first;
        }
        if self.happens(Fault::AbandonAtOnce) {
            let after = self.random.pick(&[1, 5, 15, 400, 2_000], 0);
            let patience = self.random.millis(0, 40_000);
            let creating = create(&self.host, &process, want.request(&self.key), None, patience);
            let abandoning = async {
                tokio::time::sleep(Duration::from_millis(after)).await;
                abandon(&self.host, &process, &self.key).await;
            };
            return tokio::join!(creating, abandoning).0;
        }
        let drop_after =
            self.happens(Fault::CallDropped).then(|| self.random.pick(&[0, 3, 12, 400, 3_000], 0));
        let drop_after = drop_after.map(Duration::from_millis);
        let patience = self.random.millis(0, 90_000);
        create(&self.host, &process, want.request(&self.key), drop_after, patience).await
    }

    /// What a caller does about a refusal: nothing, or another request. The id is still free.
    async fn considers(&mut self, want: Want, error: &CreateError) -> Option<Want> {
        match error {
            CreateError::RepeatNeeded { repeat, .. } => {
                self.happens(Fault::Repeat).then_some(Want { repeat: *repeat, ..want })
            }
            CreateError::DuplicateInProgress { holder } => {
                self.host.stage.count(Fault::SamePurchase);
                tokio::time::sleep(self.random.seconds(1, 600)).await;
                let would = self.host.stage.would(&mut self.random, Fault::DespiteInDoubt);
                match holder.clone().filter(|_| would) {
                    Some(holder) => Some(self.in_spite_of(holder, want).await),
                    None => Some(want),
                }
            }
            CreateError::FieldInvalid { field: "despite_in_doubt", .. } => {
                // Too early, or the doubt is over.
                tokio::time::sleep(self.random.seconds(30, 300)).await;
                let over = self.random.permille(300);
                Some(if over { Want { despite: None, ..want } } else { want })
            }
            CreateError::UnknownProduct(_)
            | CreateError::Draining
            | CreateError::JournalUnavailable => {
                tokio::time::sleep(self.random.millis(200, 4_000)).await;
                Some(want)
            }
            _ => None,
        }
    }

    /// The caller's own payment in doubt stands in the way: the next repetition may pass it by, once
    /// the provider can execute it no more.
    async fn in_spite_of(&mut self, holder: PaymentId, want: Want) -> Want {
        let key = PaymentKey { consumer: self.key.consumer.clone(), id: holder.clone() };
        for _ in 0..12 {
            if let Some(process) = self.process().await
                && let Some(Ok(held)) = process.ask(process.engine.get_payment(&key)).await
            {
                match held.payment.state() {
                    PaymentState::InDoubt => {
                        let despite = Some(holder);
                        return Want { despite, repeat: held.request.repeat + 1, ..want };
                    }
                    PaymentState::Accepted | PaymentState::Processing => {}
                    PaymentState::Succeeded | PaymentState::Failed | PaymentState::Reversed => {
                        return want;
                    }
                }
            }
            tokio::time::sleep(self.random.seconds(5, 60)).await;
        }
        want
    }

    async fn watches(&mut self, want: &Want) {
        for _ in 0..6 {
            tokio::time::sleep(self.random.seconds(5, 120)).await;
            let Some(process) = self.process().await else {
                continue;
            };
            let patience = self.random.seconds(1, 60);
            let Some(stored) = watch(&self.host, &process, &self.key, patience).await else {
                continue;
            };
            if stored.payment.state().is_final() {
                return;
            }
            if stored.payment.state() == PaymentState::InDoubt
                && self.host.stage.would(&mut self.random, Fault::DespiteInDoubt)
            {
                self.pays_again(want, stored.request.repeat + 1).await;
                return;
            }
        }
    }

    /// Pays once more under another id, in spite of the doubt, as soon as the engine allows it.
    async fn pays_again(&mut self, want: &Want, repeat: u32) {
        let despite = Some(self.key.id.clone());
        let again = Want { repeat, despite, ..want.clone() };
        let id = PaymentId::new(&format!("{}-again", self.key.id));
        self.key.id = id.unwrap_or_else(|_| unreachable!("it keeps to the grammar"));
        for _ in 0..20 {
            match self.asks(&again).await {
                Heard::End | Heard::Open => return,
                Heard::Refused(CreateError::FieldInvalid { problem, .. })
                    if problem.contains("not in doubt") || problem.contains("has ended") =>
                {
                    return;
                }
                Heard::Refused(_) | Heard::Nothing => {}
            }
            tokio::time::sleep(self.random.seconds(20, 90)).await;
        }
    }

    async fn abandons(&mut self) {
        let Some(process) = self.process().await else {
            return;
        };
        abandon(&self.host, &process, &self.key).await;
    }

    /// The process that works, if one does within a while.
    async fn process(&mut self) -> Option<Process> {
        for _ in 0..20 {
            if let Some(process) = self.host.running() {
                return Some(process);
            }
            tokio::time::sleep(self.random.millis(200, 1_000)).await;
        }
        None
    }
}

/// Watches a payment for a while: what it is now, and its news. The last that was told of it.
async fn watch(
    host: &Host,
    process: &Process,
    key: &PaymentKey,
    patience: Duration,
) -> Option<Arc<StoredPayment>> {
    let stage = &host.stage;
    let asked = stage.checker().asks();
    let mut ticket = process.ask(process.engine.ticket(key)).await?.ok()?;
    let mut stored = ticket.payment();
    stage.told(asked, host.is_current(process), &stored);
    let until = tokio::time::Instant::now() + patience;
    loop {
        let asked = stage.checker().asks();
        let news = process.ask(tokio::time::timeout_at(until, ticket.changed())).await;
        let Some(Ok(Some(news))) = news else { return Some(stored) };
        if news.version <= stored.version {
            let what = format!("{key}: version {} after {}", news.version, stored.version);
            stage.violated(ViolationKind::StreamBroken, what);
        }
        stage.told(asked, host.is_current(process), &news);
        stored = news;
    }
}

async fn abandon(host: &Host, process: &Process, key: &PaymentKey) {
    let stage = &host.stage;
    let asked = stage.checker().asks();
    match process.ask(process.engine.abandon(key)).await {
        Some(Ok(Abandoned::NeverAPayment)) => stage.promised_never(key),
        Some(Ok(Abandoned::Payment(stored))) => {
            stage.told(asked, host.is_current(process), &stored);
        }
        Some(Err(AbandonError::AttemptAlive)) => stage.promised_no_further(key),
        Some(Err(AbandonError::Ended | AbandonError::JournalUnavailable)) | None => {}
    }
}

/// One create call. The one who waits for the payment's news is the only one at a time, so that the
/// order in which several are woken plays no part.
async fn create(
    host: &Host,
    process: &Process,
    request: CreatePayment,
    drop_after: Option<Duration>,
    patience: Duration,
) -> Heard {
    let stage = &host.stage;
    let key = PaymentKey { consumer: request.consumer.clone(), id: request.id.clone() };
    let body = format!("{:?} {}", request, request.customer_number);
    let (asked, number) = {
        let mut checker = stage.checker();
        (checker.asks(), checker.creates(&key))
    };
    stage.note(|| format!("create {key} {} repeat {}", request.product, request.repeat));
    let creating = Box::pin(process.ask(process.engine.create_payment(request)));
    let answer = match drop_after {
        None => creating.await,
        Some(span) => tokio::time::timeout(span, creating).await.ok().flatten(),
    };
    let alone = stage.checker().created(&key, number);
    let ticket = match answer {
        None | Some(Err(CreateError::Unclear)) => return Heard::Nothing,
        Some(Err(error)) => {
            stage.note(|| format!("refused {key}: {error}"));
            // Said of this request: that of another one under the same id is another matter.
            if alone && error != CreateError::IdReused {
                stage.refused(&key, &error.to_string());
            }
            return Heard::Refused(error);
        }
        Some(Ok(ticket)) => ticket,
    };
    stage.accepted(&key, &body);
    let first = ticket.payment();
    let is_end = first.payment.state().is_final();
    let stored = if is_end || patience.is_zero() {
        first
    } else {
        match process.ask(ticket.settled(patience)).await {
            Some(stored) => stored,
            None => return Heard::Nothing,
        }
    };
    stage.told(asked, host.is_current(process), &stored);
    if stored.request.despite_in_doubt.is_some() {
        stage.count(Fault::DespiteInDoubt);
    }
    match stored.payment.state() {
        PaymentState::Succeeded | PaymentState::Failed | PaymentState::Reversed => Heard::End,
        PaymentState::Accepted | PaymentState::Processing | PaymentState::InDoubt => Heard::Open,
    }
}

/// The name of consumer `number`.
pub(crate) fn consumer(number: u32) -> ConsumerId {
    names(number, 0).0
}

/// The names of consumers and payments.
fn names(consumer: u32, number: u32) -> (ConsumerId, PaymentId) {
    let consumer = ConsumerId::new(&format!("shop-{consumer}"));
    let id = PaymentId::new(&format!("payment-{number:06}"));
    match (consumer, id) {
        (Ok(consumer), Ok(id)) => (consumer, id),
        _ => unreachable!("both keep to the grammar"),
    }
}
