//! The pipeline of a request: count it, plan its faults, work, answer, tell.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::answers::{Said, refused};
use super::call::{Call, Verb};
use super::callbacks::Callback;
use super::door::enter;
use super::faults::Stage;
use super::plan::{Plan, take};
use super::state::State;
use super::transaction::Transaction;
use super::{dress, lists, magic, pasca, topup};
use crate::http::{Answer, Ending, Handler, Head, Reply, Request};

/// The API of the provider.
pub(crate) struct Service {
    pub(crate) state: Arc<State>,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
}

/// Callbacks of a piece of work: those that go before its answer, and those that go after it.
#[derive(Default)]
struct News {
    before: Vec<Callback>,
    after: Vec<Callback>,
    /// A reference that ends by itself.
    pending: Option<String>,
}

impl Handler for Service {
    fn before_body(&self, _: &Head) -> Option<Reply> {
        None
    }

    async fn respond(&self, request: Request) -> Reply {
        let Some(call) = Call::new(&request) else {
            return Reply::Answer(Answer::new(404, "text/html", "<html>404</html>"));
        };
        if request.head.method != "POST" {
            return Reply::Answer(Answer::new(405, "text/html", "<html>405</html>"));
        }
        let plan = self.admit(&call);
        wait(&plan, Stage::BeforeDebit).await;
        if let Some(reply) = plan.reply_at(Stage::BeforeDebit) {
            return reply;
        }
        if plan.late_execution().is_some() {
            return self.execute_later(call, plan);
        }
        let (said, news) = work(&self.state, &call, &plan);
        self.state.send(&news.before).await;
        self.tell(news);
        wait(&plan, Stage::AfterDebit).await;
        plan.reply_at(Stage::AfterDebit).unwrap_or_else(|| dress::reply(said, &plan))
    }
}

impl Service {
    /// Counts a request that was read, and takes its faults from those that are switched on.
    fn admit(&self, call: &Call) -> Plan {
        let mut book = self.state.book();
        *book.requests.entry(call.verb).or_default() += 1;
        if call.verb.moves_money() {
            *book.pay_requests.entry(call.text("username").to_owned()).or_default() += 1;
        }
        let mut is_first = true;
        if !call.reference().is_empty() {
            let calls = book.calls.entry(call.reference().to_owned()).or_default();
            *calls += 1;
            is_first = *calls == 1;
        }
        let magic =
            if self.state.rules.magic_numbers { magic::fault(call, is_first) } else { None };
        take(&mut book.faults, call, magic)
    }

    fn execute_later(&self, call: Call, plan: Plan) -> Reply {
        let Some(after) = plan.late_execution() else { return Reply::Close(Ending::Fin) };
        let (state, stop) = (Arc::clone(&self.state), self.stop.clone());
        self.tasks.spawn(async move {
            if stop.run_until_cancelled(tokio::time::sleep(after)).await.is_some() {
                let (_nobody_gets_the_answer, news) = work(&state, &call, &plan);
                let news = [news.before, news.after].concat();
                let _stopped = stop.run_until_cancelled(state.send(&news)).await;
            }
        });
        Reply::Stall(None)
    }

    /// Sends what goes after the answer, and lets what is pending end by itself.
    fn tell(&self, news: News) {
        let (state, stop) = (Arc::clone(&self.state), self.stop.clone());
        self.tasks.spawn(async move {
            let telling = async {
                state.send(&news.after).await;
                if let Some((reference, after)) = news.pending.zip(state.rules.ends_after) {
                    tokio::time::sleep(after).await;
                    let news = state.settle(Some(&reference), None);
                    state.send(&news).await;
                }
            };
            let _stopped = stop.run_until_cancelled(telling).await;
        });
    }
}

/// Does what a call asks for.
fn work(state: &State, call: &Call, plan: &Plan) -> (Said, News) {
    let now = state.now();
    let mut guard = state.book();
    let book = &mut *guard;
    let rules = &state.rules;
    let caller = match enter(book, call, plan) {
        Ok(caller) => caller,
        Err(rc) => return (refused(call, rc), News::default()),
    };
    let (said, fresh) = match call.verb {
        Verb::Balance => (lists::balance(book, call, &caller, plan), None),
        Verb::PriceList => (lists::price_list(book, call, &caller, plan, &now, rules), None),
        Verb::Meter => (lists::meter(call, plan), None),
        Verb::TopUp => topup::topup(book, call, &caller, plan, &now, rules),
        Verb::Inquiry => (pasca::inquire(book, call, &caller, plan, &now), None),
        Verb::Pay => pasca::pay(book, call, &caller, plan, &now, rules),
        Verb::Status => (pasca::status(book, call, &caller, plan, &now, rules), None),
    };
    drop(guard);
    let news = fresh.map(|fresh| news(state, &fresh, plan)).unwrap_or_default();
    (said, news)
}

fn news(state: &State, fresh: &Transaction, plan: &Plan) -> News {
    let (early, twice, reordered, lost) = plan.callbacks();
    let pending = fresh.end().map(|_| fresh.reference.clone());
    if lost {
        return News { pending, ..News::default() };
    }
    let mut callbacks: Vec<Callback> = Vec::new();
    if reordered {
        callbacks.extend(state.settle(Some(&fresh.reference), None));
    }
    callbacks.extend(Callback::about(&state.book(), "create", fresh));
    if twice {
        callbacks = callbacks.into_iter().flat_map(|one| [one.clone(), one]).collect();
    }
    if early {
        News { before: callbacks, pending, ..News::default() }
    } else {
        News { after: callbacks, pending, ..News::default() }
    }
}

async fn wait(plan: &Plan, stage: Stage) {
    if let Some(delay) = plan.delay_at(stage) {
        tokio::time::sleep(delay).await;
    }
}
