//! What callers were told, and whether every later answer keeps to it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ppob_api::error::may_be_accepted;
use ppob_api::v1::{AttemptState, CreatePaymentRequest, Payment, PaymentState};
use tonic::Status;

/// How a payment ended, as it was told. It never changes again, except that a success may be reversed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    state: PaymentState,
    total: Option<i64>,
    cost: Option<i64>,
    reference: String,
    failure: Option<String>,
}

/// What is known of one id from answers alone.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// What was asked for.
    pub request: CreatePaymentRequest,
    /// Calls whose answer never came; they may have been accepted, or may yet be.
    pub unanswered: u32,
    /// The highest version that an answer had; 0 if none had the payment.
    pub version: i64,
    /// How it ended, once that was told.
    pub end: Option<End>,
    /// The id was closed before it was a payment.
    pub closed: bool,
    /// Whoever asked has gone away and never asks again.
    pub gone: bool,
}

/// What everybody was told, over all lives of the engine.
#[derive(Debug, Default)]
pub struct Told {
    entries: Mutex<BTreeMap<String, Entry>>,
    lies: Mutex<Vec<String>>,
}

/// A call on its way, and what was known when it began.
#[must_use = "a call that is not ended stays unanswered"]
#[derive(Debug)]
pub struct Asking {
    id: String,
    known: Entry,
}

impl End {
    /// How this payment ended, if it has.
    pub fn of(payment: &Payment) -> Option<Self> {
        let paid =
            payment.attempts.iter().find(|attempt| attempt.state() == AttemptState::Succeeded);
        ppob_api::is_final(payment).then(|| Self {
            state: payment.state(),
            total: payment.total_rupiah,
            cost: payment.cost_rupiah,
            reference: paid.map(|paid| paid.provider_reference.clone()).unwrap_or_default(),
            failure: payment.failure.as_ref().map(|failure| failure.reason.clone()),
        })
    }

    /// Whether `later` may be told of a payment that was told to have ended so.
    fn allows(&self, later: Option<&Self>) -> bool {
        let reversed = |later: &Self| {
            self.state == PaymentState::Succeeded && later.state == PaymentState::Reversed
        };
        later.is_some_and(|later| self == later || reversed(later))
    }
}

impl Told {
    /// A request is about to be made.
    pub fn asking(&self, request: &CreatePaymentRequest) -> Asking {
        let mut entries = self.lock();
        let id = request.payment_id.clone();
        let entry = entries
            .entry(id.clone())
            .or_insert_with(|| Entry { request: request.clone(), ..Entry::default() });
        let known = entry.clone();
        entry.unanswered = entry.unanswered.saturating_add(1);
        Asking { id, known }
    }

    /// It was answered with the payment.
    pub fn answered(&self, asking: &Asking, payment: &Payment) {
        self.heard(&asking.id, Some(&asking.known), payment);
        self.ended(&asking.id);
    }

    /// It was answered with an error.
    pub fn refused(&self, asking: &Asking, status: &Status) {
        if may_be_accepted(status) {
            return;
        }
        self.ended(&asking.id);
        if asking.known.version > 0 {
            let code = status.code();
            self.lie(format!("{}: told as not accepted ({code}) after it was answered", asking.id));
        }
    }

    /// The payment was seen by whatever means; `known` is what was known before it was asked for.
    pub fn heard(&self, id: &str, known: Option<&Entry>, payment: &Payment) {
        let end = End::of(payment);
        let mut entries = self.lock();
        let Some(entry) = entries.get_mut(id) else {
            drop(entries);
            self.lie(format!("{id}: a payment that nobody asked for"));
            return;
        };
        let mut lies = Vec::new();
        let about = (&payment.payment_id, &payment.product_code, &payment.customer_number);
        let asked = &entry.request;
        if about != (&asked.payment_id, &asked.product_code, &asked.customer_number) {
            lies.push(format!("{id}: the answer is about another payment"));
        }
        if entry.closed {
            lies.push(format!("{id}: it exists although the id was closed"));
        }
        if known.is_some_and(|known| payment.version < known.version) {
            lies.push(format!("{id}: version {} was told after a later one", payment.version));
        }
        let told = known.and_then(|known| known.end.as_ref());
        if told.is_some_and(|told| !told.allows(end.as_ref())) {
            lies.push(format!("{id}: told {told:?}, later {end:?} ({:?})", payment.state()));
        }
        match (&entry.end, &end) {
            (Some(told), Some(later)) if !told.allows(Some(later)) && !later.allows(Some(told)) => {
                lies.push(format!("{id}: two ends: {told:?} and {later:?}"));
            }
            (None, Some(_)) => entry.end = end,
            _ => {}
        }
        entry.version = entry.version.max(payment.version);
        drop(entries);
        self.lies.lock().unwrap_or_else(PoisonError::into_inner).extend(lies);
    }

    /// The id was closed before it was a payment.
    pub fn closed(&self, id: &str) {
        let mut entries = self.lock();
        let Some(entry) = entries.get_mut(id) else { return };
        entry.closed = true;
        let existed = entry.version > 0;
        drop(entries);
        if existed {
            self.lie(format!("{id}: closed as unknown after it was answered"));
        }
    }

    /// Whoever asked for it has gone away.
    pub fn gone(&self, id: &str) {
        if let Some(entry) = self.lock().get_mut(id) {
            entry.gone = true;
        }
    }

    /// Everything that is known from answers.
    pub fn all(&self) -> BTreeMap<String, Entry> {
        self.lock().clone()
    }

    /// What is known of one id.
    pub fn of(&self, id: &str) -> Option<Entry> {
        self.lock().get(id).cloned()
    }

    /// How many ids were asked for.
    pub fn asked_for(&self) -> usize {
        self.lock().len()
    }

    /// Answers that contradict what was told before.
    pub fn lies(&self) -> Vec<String> {
        self.lies.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn ended(&self, id: &str) {
        if let Some(entry) = self.lock().get_mut(id) {
            entry.unanswered = entry.unanswered.saturating_sub(1);
        }
    }

    fn lie(&self, sentence: String) {
        self.lies.lock().unwrap_or_else(PoisonError::into_inner).push(sentence);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> CreatePaymentRequest {
        ppob_e2e::request::token("told-00001", "530000000199")
    }

    fn payment(state: PaymentState, version: i64) -> Payment {
        let request = request();
        Payment {
            payment_id: request.payment_id,
            product_code: request.product_code,
            customer_number: request.customer_number,
            state: state.into(),
            version,
            ..Payment::default()
        }
    }

    /// The lies in these answers, each to a call of its own.
    fn lies(answers: &[Payment]) -> usize {
        let told = Told::default();
        for answer in answers {
            told.answered(&told.asking(&request()), answer);
        }
        told.lies().len()
    }

    #[test]
    fn what_goes_forward_is_no_lie() {
        use PaymentState::{InDoubt, Processing, Reversed, Succeeded};
        let course = [payment(Processing, 1), payment(InDoubt, 2), payment(Succeeded, 3)];
        assert_eq!(lies(&course), 0);
        assert_eq!(lies(&[payment(Succeeded, 3), payment(Reversed, 4)]), 0);
    }

    #[test]
    fn what_takes_back_an_end_or_a_version_is_a_lie() {
        use PaymentState::{Failed, InDoubt, Succeeded};
        assert!(lies(&[payment(Succeeded, 3), payment(Failed, 4)]) > 0);
        assert!(lies(&[payment(Failed, 3), payment(InDoubt, 4)]) > 0);
        assert!(lies(&[payment(InDoubt, 3), payment(InDoubt, 2)]) > 0);
        let dearer = Payment { cost_rupiah: Some(1), ..payment(Succeeded, 3) };
        assert!(lies(&[payment(Succeeded, 3), dearer]) > 0);
        let other = Payment { customer_number: "1".to_owned(), ..payment(Succeeded, 3) };
        assert!(lies(&[other]) > 0);
    }

    #[test]
    fn an_id_that_was_closed_is_never_a_payment() {
        let told = Told::default();
        let asking = told.asking(&request());
        told.closed("told-00001");
        told.answered(&asking, &payment(PaymentState::Processing, 1));
        assert_eq!(told.lies().len(), 1);
    }
}
