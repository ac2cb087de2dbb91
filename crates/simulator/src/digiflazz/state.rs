//! The running provider, shared by the API, the control endpoint and the handle.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ppob_types::{Timestamp, WIB_OFFSET_SECONDS};
use tokio::sync::watch;

use super::book::Book;
use super::call::Verb;
use super::callbacks::{Callback, SentCallback};
use super::catalogue::ProductUpdate;
use super::config::{DigiflazzConfig, ListLimit, Seconds};
use super::faults::PendingEnd;
use super::transaction::{Standing, Transaction};
use crate::http::CallbackAddress;
use crate::ledger::Ledger;

/// Why a change was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigiflazzControlError {
    /// No account has this user name.
    #[error("there is no account {0}, or nowhere to tell it something")]
    UnknownAccount(String),
    /// No product has this code.
    #[error("there is no product {0}")]
    UnknownProduct(String),
    /// A deposit may not become negative.
    #[error("this amount is out of range, or would leave the deposit below zero")]
    Amount,
}

/// What the provider does by its configuration.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) ends_at_check: Option<u32>,
    pub(crate) ends_after: Option<Duration>,
    pub(crate) list_limit: ListLimit,
    pub(crate) doubles_within_a_minute: bool,
    pub(crate) not_inquired: &'static str,
    pub(crate) magic_numbers: bool,
}

/// A moment at the provider.
pub(crate) struct Now {
    pub(crate) seconds: i64,
    /// The day in Western Indonesian Time.
    day: i64,
    /// As the ledger writes it.
    pub(crate) local: String,
}

pub(crate) struct State {
    book: Mutex<Book>,
    seconds: Seconds,
    passed: AtomicI64,
    pub(crate) rules: Rules,
    pub(crate) sent: watch::Sender<Vec<SentCallback>>,
}

impl Now {
    fn at(seconds: i64) -> Self {
        let moment = Timestamp::from_seconds(seconds);
        Self { seconds, day: moment.wib_day(), local: moment.wib() }
    }

    /// Whether another moment is of the same day.
    pub(crate) fn is_day_of(&self, seconds: i64) -> bool {
        Timestamp::from_seconds(seconds).wib_day() == self.day
    }

    /// Whether it lies between two times of day; between equal ones nothing lies, and they may cross midnight.
    pub(crate) fn is_within(&self, (start, end): (&str, &str)) -> bool {
        let local = self.seconds + i64::from(WIB_OFFSET_SECONDS);
        let minute = local.rem_euclid(86_400) / 60;
        let (start, end) = (minutes(start), minutes(end));
        if start <= end { (start..end).contains(&minute) } else { minute >= start || minute < end }
    }
}

fn minutes(text: &str) -> i64 {
    let number = |text: &str| text.parse::<i64>().unwrap_or(0);
    text.split_once(':').map_or(0, |(hour, minute)| number(hour) * 60 + number(minute))
}

impl State {
    pub(crate) fn new(config: &DigiflazzConfig) -> Self {
        Self {
            book: Mutex::new(Book::new(config)),
            seconds: Seconds::clone(&config.seconds),
            passed: AtomicI64::new(0),
            rules: Rules {
                ends_at_check: config.ends_at_check,
                ends_after: config.ends_after,
                list_limit: config.list_limit,
                doubles_within_a_minute: config.doubles_within_a_minute,
                not_inquired: config.not_inquired,
                magic_numbers: config.magic_numbers,
            },
            sent: watch::Sender::new(Vec::new()),
        }
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Now {
        Now::at((self.seconds)().saturating_add(self.passed.load(Ordering::SeqCst)))
    }

    /// Sends an account's callbacks to this address from now on.
    pub(crate) fn call_back_to(
        &self,
        username: &str,
        address: CallbackAddress,
    ) -> Result<(), DigiflazzControlError> {
        let mut book = self.book();
        let unknown = || DigiflazzControlError::UnknownAccount(username.to_owned());
        let account = book.accounts.get_mut(username).ok_or_else(unknown)?;
        account.config.webhook = Some(address);
        Ok(())
    }

    /// Lets time pass at the provider only.
    pub(crate) fn pass(&self, span: Duration) {
        let seconds = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        self.passed.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn ledger(&self, after_sequence: u64) -> Ledger {
        let book = self.book();
        let skipped = usize::try_from(after_sequence).unwrap_or(usize::MAX);
        Ledger {
            charges: book.charges.iter().skip(skipped).cloned().collect(),
            pay_requests: book.pay_requests.clone(),
        }
    }

    pub(crate) fn requests(&self, verb: Verb) -> u64 {
        self.book().requests.get(&verb).copied().unwrap_or(0)
    }

    /// Puts money into a deposit (or takes it out) and tells the new balance.
    pub(crate) fn deposit(
        &self,
        username: &str,
        amount: i64,
    ) -> Result<i64, DigiflazzControlError> {
        let mut book = self.book();
        let unknown = || DigiflazzControlError::UnknownAccount(username.to_owned());
        let account = book.accounts.get_mut(username).ok_or_else(unknown)?;
        let balance = account.balance.checked_add(amount).filter(|balance| *balance >= 0);
        account.balance = balance.ok_or(DigiflazzControlError::Amount)?;
        Ok(account.balance)
    }

    pub(crate) fn update(&self, update: &ProductUpdate) -> Result<(), DigiflazzControlError> {
        let mut book = self.book();
        let mut found = false;
        for product in book.prepaid.iter_mut().filter(|product| product.code == update.code) {
            found = true;
            product.price = update.price.unwrap_or(product.price);
            product.offered = update.offered.unwrap_or(product.offered);
            product.stock = update.stock.or(product.stock);
            product.multi = update.multi.unwrap_or(product.multi);
        }
        for product in book.postpaid.iter_mut().filter(|product| product.code == update.code) {
            found = true;
            product.offered = update.offered.unwrap_or(product.offered);
        }
        let unknown = || DigiflazzControlError::UnknownProduct(update.code.clone());
        found.then_some(()).ok_or_else(unknown)
    }

    /// Ends what has to end, all of it or one reference, and tells the news of it. With `success` what is pending
    /// ends so, whatever was meant to become of it.
    pub(crate) fn settle(&self, reference: Option<&str>, success: Option<bool>) -> Vec<Callback> {
        let mut book = self.book();
        let due: Vec<Transaction> = book
            .transactions
            .values()
            .filter(|known| reference.is_none_or(|wanted| wanted == known.reference))
            .cloned()
            .collect();
        let mut news = Vec::new();
        for mut known in due {
            if let (Standing::Pending { then, .. }, Some(success)) = (&mut known.standing, success)
            {
                *then = if success { PendingEnd::Succeeds } else { PendingEnd::Fails };
            }
            if book.end(&mut known) {
                let key = (known.account.clone(), known.reference.clone());
                news.extend(Callback::about(&book, "update", &known));
                book.transactions.insert(key, known);
            }
        }
        news
    }

    /// Sends callbacks one after the other, and remembers them.
    pub(crate) async fn send(&self, callbacks: &[Callback]) {
        for callback in callbacks {
            let sent = callback.send().await;
            self.sent.send_modify(|all| all.push(sent));
        }
    }
}
