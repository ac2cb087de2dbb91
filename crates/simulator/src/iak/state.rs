//! The running provider, shared by both hosts, the control endpoint and the handle.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::book::{Book, Standing};
use super::call::{Call, Host, Verb, signature};
use super::catalogue::{Family, TopUp};
use super::config::{IakConfig, LocalTime, PayTwice, Restriction};
use super::faults::{Fault, FaultError, Plan};
use super::moment::Moment;
use super::sandbox::Promise;
use super::{bills, magic, top_ups};
use crate::http::CallbackAddress;
use crate::ledger::Ledger;

/// Why a change was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// No account has this login.
    #[error("there is no account {0}")]
    UnknownAccount(String),
    /// Nothing was bought under this reference, or it has ended.
    #[error("there is no payment {0} that could end so")]
    NothingToSettle(String),
    /// A deposit may not become negative, and no amount absurd.
    #[error("this amount is out of range, or would leave the deposit below zero")]
    Amount,
    /// The fault makes no sense.
    #[error(transparent)]
    Fault(#[from] FaultError),
}

/// What does not change while it runs, but for what is closed.
#[derive(Clone)]
pub(crate) struct Rules {
    pub(crate) succeeds_at_check: u32,
    pub(crate) restriction: Restriction,
    pub(crate) pay_twice: PayTwice,
    pub(crate) inquiry_valid_s: i64,
    pub(crate) wrapped_price_list: bool,
    pub(crate) magic_numbers: bool,
    ends_after: Option<Duration>,
    prices: BTreeMap<String, i64>,
    closed: BTreeSet<String>,
}

impl Rules {
    pub(crate) fn is_closed(&self, code: &str) -> bool {
        self.closed.contains(code)
    }

    /// What a top-up costs.
    pub(crate) fn price(&self, product: &TopUp) -> i64 {
        self.prices.get(product.code).copied().unwrap_or(product.price)
    }

    /// What the number of a bill promises.
    pub(crate) fn promise(&self, family: Family, number: &str) -> Promise {
        if self.magic_numbers { Promise::Success(1) } else { Promise::of(family, number) }
    }
}

pub(crate) struct State {
    book: Mutex<Book>,
    rules: Mutex<Rules>,
    local_time: LocalTime,
    callbacks: Mutex<Option<CallbackAddress>>,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
    /// How many payment requests were read.
    pub(crate) asked: watch::Sender<u64>,
    /// How many payments will be carried out later.
    pub(crate) late: watch::Sender<u64>,
    /// Callbacks that were answered, by the status of the answer.
    pub(crate) told: watch::Sender<Vec<u16>>,
}

impl State {
    pub(crate) fn new(config: IakConfig) -> Self {
        let rules = Rules {
            succeeds_at_check: config.succeeds_at_check,
            restriction: config.restriction,
            pay_twice: config.pay_twice,
            inquiry_valid_s: config.inquiry_valid_s,
            wrapped_price_list: config.wrapped_price_list,
            magic_numbers: config.magic_numbers,
            ends_after: config.ends_after,
            prices: config.prices,
            closed: BTreeSet::new(),
        };
        Self {
            book: Mutex::new(Book::new(config.accounts, config.first_tr_id)),
            rules: Mutex::new(rules),
            local_time: config.local_time,
            callbacks: Mutex::new(config.callbacks),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            asked: watch::Sender::new(0),
            late: watch::Sender::new(0),
            told: watch::Sender::new(Vec::new()),
        }
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rules(&self) -> Rules {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Closes a product, or opens it again.
    pub(crate) fn set_closed(&self, code: &str, closed: bool) {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if closed {
            rules.closed.insert(code.to_owned());
        } else {
            rules.closed.remove(code);
        }
    }

    /// Counts a request that was read, and takes its faults.
    pub(crate) fn admit(&self, call: &Call) -> Plan {
        let mut book = self.book();
        if call.verb.pays() {
            let login = call.username();
            let known = book.accounts.contains_key(&login);
            *book.pay_requests.entry(if known { login } else { "?".to_owned() }).or_default() += 1;
            self.asked.send_modify(|asked| *asked += 1);
        }
        let customer = match call.verb {
            Verb::PayPasca => {
                let tr_id = call.text("tr_id");
                let mut inquiries = book.inquiries.values();
                let found = inquiries.find(|inquiry| inquiry.tr_id.to_string() == tr_id);
                found.map(|inquiry| inquiry.customer.clone()).unwrap_or_default()
            }
            Verb::CheckStatus | Verb::Checkstatus => {
                let key = (call.username(), call.reference());
                let of_order = book.orders.get(&key).map(|order| order.customer.clone());
                let of_bill = book.inquiries.get(&key).map(|inquiry| inquiry.customer.clone());
                of_order.or(of_bill).unwrap_or_default()
            }
            _ => call.customer(),
        };
        let mut plan = book.faults.take(call.verb, &customer);
        if plan.0.is_empty() && self.rules().magic_numbers {
            plan.0.extend(magic::fault(call.verb, &customer));
        }
        plan
    }

    /// Does the work of a call; a refusal is an answer too. The `data` of the answer.
    pub(crate) fn work(self: &Arc<Self>, call: &Call, plan: &Plan) -> Value {
        let now = Moment::of((self.local_time)());
        let rules = self.rules();
        let mut book = self.book();
        let signed = book
            .accounts
            .get(&call.username())
            .is_some_and(|account| call.is_signed_with(&account.api_key));
        match call.verb.host() {
            Host::Prepaid => {
                if let Some(code) = plan.code().or((!signed).then_some("204")) {
                    return top_ups::refusal(call, code);
                }
                if call.verb == Verb::TopUp
                    && rules.is_closed(&call.product())
                    && !book.orders.contains_key(&(call.username(), call.reference()))
                {
                    return top_ups::refusal(call, "106");
                }
                let key = (call.username(), call.reference());
                let is_new = !book.orders.contains_key(&key);
                let answered = top_ups::work(&mut book, call, &now, &rules, plan);
                if is_new && let Some(order) = book.orders.get(&key) {
                    self.end_later(key, order.course.end(), rules.ends_after);
                }
                if let Some(key) = answered.ended {
                    self.tell(&book, &key);
                }
                answered.data
            }
            Host::Postpaid => match plan.code().or((!signed).then_some("100")) {
                Some(code) => bills::refusal(code),
                None => bills::work(&mut book, call, &now, &rules, plan),
            },
        }
    }

    /// Lets a top-up end by itself, if any does.
    fn end_later(
        self: &Arc<Self>,
        (login, reference): (String, String),
        end: Option<Standing>,
        after: Option<Duration>,
    ) {
        let Some((end, after)) = end.zip(after) else { return };
        let state = Arc::clone(self);
        self.tasks.spawn(async move {
            let sleeping = tokio::time::sleep(after);
            if state.stop.run_until_cancelled(sleeping).await.is_some() {
                // A status check, or somebody, may have ended it before.
                let _ended_now_or_before = state.settle(&login, &reference, end);
            }
        });
    }

    /// Ends a payment that is worked on, or undoes one that succeeded, as a person in the sandbox's report.
    pub(crate) fn settle(
        self: &Arc<Self>,
        login: &str,
        reference: &str,
        standing: Standing,
    ) -> Result<(), ControlError> {
        let key = (login.to_owned(), reference.to_owned());
        let mut book = self.book();
        if book.settle_order(&key, standing) {
            self.tell(&book, &key);
            return Ok(());
        }
        if book.settle_bill(&key, standing) {
            return Ok(());
        }
        Err(ControlError::NothingToSettle(reference.to_owned()))
    }

    /// The body of a callback about a top-up.
    pub(crate) fn callback(&self, login: &str, reference: &str) -> Option<Vec<u8>> {
        let key = (login.to_owned(), reference.to_owned());
        let book = self.book();
        book.orders.contains_key(&key).then(|| body_of(&book, &key))
    }

    /// Sends callbacks to this address from now on.
    pub(crate) fn call_back_to(&self, address: CallbackAddress) {
        *self.callbacks.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }

    /// Reports an order that has ended, if anybody wants to know.
    fn tell(self: &Arc<Self>, book: &Book, key: &(String, String)) {
        let address = self.callbacks.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(address) = address else { return };
        let (state, body) = (Arc::clone(self), body_of(book, key));
        self.tasks.spawn(async move {
            let headers = [("Content-Type", "application/json")];
            let sending = address.post(&headers, &body);
            if let Some(Ok(status)) = state.stop.run_until_cancelled(sending).await {
                state.told.send_modify(|told| told.push(status));
            }
        });
    }

    pub(crate) fn ledger(&self, after_sequence: u64) -> Ledger {
        let book = self.book();
        let skipped = usize::try_from(after_sequence).unwrap_or(usize::MAX);
        Ledger {
            charges: book.charges.iter().skip(skipped).cloned().collect(),
            pay_requests: book.pay_requests.clone(),
        }
    }

    pub(crate) fn add_fault(&self, fault: Fault) -> Result<(), ControlError> {
        Ok(self.book().faults.add(fault)?)
    }

    /// Puts money into a deposit (or takes it out) and tells the new balance.
    pub(crate) fn deposit(&self, login: &str, amount: i64) -> Result<i64, ControlError> {
        let mut book = self.book();
        let account = book.accounts.get_mut(login);
        let account = account.ok_or_else(|| ControlError::UnknownAccount(login.to_owned()))?;
        let balance = account.balance.checked_add(amount).filter(|balance| *balance >= 0);
        account.balance = balance.ok_or(ControlError::Amount)?;
        Ok(account.balance)
    }
}

fn body_of(book: &Book, key: &(String, String)) -> Vec<u8> {
    let api_key = book.accounts.get(&key.0).map_or("", |account| account.api_key.as_str());
    let sign = signature(&key.0, api_key, &key.1);
    top_ups::callback(book, key, sign).to_string().into_bytes()
}
