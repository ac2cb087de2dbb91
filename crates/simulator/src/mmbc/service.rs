//! The pipeline of a request: count it, plan its faults, work, answer.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::board::Situation;
use super::call::Call;
use super::dress;
use super::faults::Stage;
use super::magic;
use super::plan::{DEFAULT_CONTENT_TYPE, Plan, connection_reply};
use super::state::State;
use super::texts::html_page;
use super::verb::Verb;
use super::verbs::work;
use crate::http::{Answer, Ending, Handler, Head, Reply, Request};

/// The login under which requests of nobody's account are counted.
const NOBODY: &str = "?";

/// The API of the provider.
pub(crate) struct Service {
    pub(crate) state: Arc<State>,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
}

impl Handler for Service {
    fn before_body(&self, head: &Head) -> Option<Reply> {
        let verb = Verb::of_path(&head.path)?;
        let mut book = self.state.book();
        let reply = connection_reply(&book.faults.take_before_body(verb)?)?;
        book.counts.add_unread(verb);
        Some(reply)
    }

    async fn respond(&self, request: Request) -> Reply {
        let Some(verb) = Verb::of_path(&request.head.path) else {
            return html(404, "404 Not Found");
        };
        if request.head.method != "POST" {
            return html(405, "405 Method Not Allowed");
        }
        let call = Call::new(verb, &request);
        let plan = self.admit(&call);
        wait(&plan, Stage::BeforeDebit).await;
        if let Some(reply) = plan.reply_at(Stage::BeforeDebit) {
            return reply;
        }
        if plan.late_execution().is_some() {
            return self.execute_later(call, plan);
        }
        let body = work(&self.state, &call, &plan);
        wait(&plan, Stage::AfterDebit).await;
        plan.reply_at(Stage::AfterDebit).unwrap_or_else(|| dress::reply(body, &plan))
    }
}

impl Service {
    /// Counts a request that was read, and takes its faults from the board.
    fn admit(&self, call: &Call) -> Plan {
        let mut book = self.state.book();
        let account = book.accounts.get(call.username());
        let short = account.is_some_and(|account| account.config.short_for_magic);
        let login = if account.is_some() { call.username() } else { NOBODY };
        book.counts.add(call.verb, login);
        if call.verb == Verb::Pay {
            book.counts.add_pay(call.product(), call.customer_number());
            self.state.asked.send_modify(|asked| *asked += 1);
        }
        let product = match call.verb {
            Verb::Status => book.product_of(call.invoice()),
            _ => call.product(),
        };
        let customer_number = call.customer_number();
        let situation =
            Situation { verb: call.verb, account: call.username(), product, customer_number };
        let kinds = book.faults.take(&situation);
        Plan::new(kinds, magic::faults(call.verb, product, customer_number, short))
    }

    fn execute_later(&self, call: Call, plan: Plan) -> Reply {
        let Some((after, hold)) = plan.late_execution() else {
            return Reply::Close(Ending::Fin);
        };
        let (state, stop) = (Arc::clone(&self.state), self.stop.clone());
        state.late.send_modify(|late| *late += 1);
        self.tasks.spawn(async move {
            if stop.run_until_cancelled(tokio::time::sleep(after)).await.is_some() {
                let _nobody_gets_the_answer = work(&state, &call, &plan);
            }
            state.late.send_modify(|late| *late -= 1);
        });
        if hold { Reply::Stall(None) } else { Reply::Close(Ending::Fin) }
    }
}

async fn wait(plan: &Plan, stage: Stage) {
    if let Some(delay) = plan.delay_at(stage) {
        tokio::time::sleep(delay).await;
    }
}

fn html(status: u16, title: &str) -> Reply {
    Reply::Answer(Answer::new(status, DEFAULT_CONTENT_TYPE, html_page(title)))
}
