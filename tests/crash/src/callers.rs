//! Callers: they ask again, twice at once, under another id, and go away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use ppob_api::PpobClient;
use ppob_api::error::may_be_accepted;
use ppob_api::v1::{
    AbandonPaymentRequest, AbandonResult, CreatePaymentRequest, GetPaymentRequest, InquireRequest,
};
use ppob_e2e::request::{bill, customer, token};
use tokio::time::{sleep, timeout};

use crate::random::Random;
use crate::told::Told;

/// How long a caller waits for an answer before it asks again.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two calls, once one brought nothing.
const PAUSE: Duration = Duration::from_millis(5);

/// A bill that callers pay.
const BILL: &str = "PLN-POSTPAID";

/// What all callers of a run have in common.
#[derive(Debug, Default)]
pub struct Callers {
    /// What they were told.
    pub told: Told,
    /// Whether those of this life go home.
    pub stop: AtomicBool,
    given: AtomicU64,
}

/// One caller of one life of the engine.
#[derive(Debug)]
pub struct Caller {
    all: Arc<Callers>,
    client: PpobClient,
    random: Random,
}

impl Callers {
    /// A request for a customer that nobody has paid for.
    fn fresh(&self) -> CreatePaymentRequest {
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        token(&format!("crash-{number:07}"), &customer(number))
    }

    /// One of the requests that were made.
    fn earlier(&self, random: &mut Random) -> Option<CreatePaymentRequest> {
        let given = self.given.load(Ordering::Relaxed);
        let id = format!("crash-{:07}", random.below(given));
        let entry = self.told.of(&id)?;
        (!entry.gone && !entry.closed).then_some(entry.request)
    }
}

impl Caller {
    /// A caller that uses this connection.
    pub const fn new(all: Arc<Callers>, client: PpobClient, random: Random) -> Self {
        Self { all, client, random }
    }

    /// Pays, until it is told to stop.
    pub async fn work(mut self) {
        while !self.all.stop.load(Ordering::SeqCst) {
            let request = self.all.fresh();
            let went_well = match self.random.below(20) {
                0..=5 => self.insist(&request).await,
                6..=8 => self.twice_at_once(&request).await,
                9..=11 => self.vanish(&request).await,
                12..=13 => self.impatient(&request).await,
                14..=15 => self.again_with_another_id(&request).await,
                16..=17 => self.pay_a_bill(&request).await,
                18 => self.ask_for_an_earlier_one().await,
                _ => self.abandon(&request).await,
            };
            if !went_well {
                sleep(PAUSE).await;
            }
        }
    }

    /// Asks until the answer has the payment, or nothing was accepted.
    async fn insist(&self, request: &CreatePaymentRequest) -> bool {
        while !self.all.stop.load(Ordering::SeqCst) {
            match self.call(request).await {
                Some(answered) => return answered,
                None => sleep(PAUSE).await,
            }
        }
        false
    }

    async fn twice_at_once(&self, request: &CreatePaymentRequest) -> bool {
        let (one, two) = tokio::join!(self.call(request), self.call(request));
        one.is_some() && two.is_some()
    }

    /// Asks, and goes away for ever before the answer may be there.
    async fn vanish(&mut self, request: &CreatePaymentRequest) -> bool {
        let patience = Duration::from_millis(self.random.below(40));
        let _answered_or_not = timeout(patience, self.call(request)).await;
        self.all.told.gone(&request.payment_id);
        true
    }

    /// Gives up a few answers, then waits for one.
    async fn impatient(&mut self, request: &CreatePaymentRequest) -> bool {
        for _ in 0..self.random.below(4) {
            let patience = Duration::from_millis(self.random.below(30));
            let _answered_or_not = timeout(patience, self.call(request)).await;
        }
        self.insist(request).await
    }

    /// The same purchase under two ids: only one of them may pay.
    async fn again_with_another_id(&self, request: &CreatePaymentRequest) -> bool {
        let other = CreatePaymentRequest {
            payment_id: format!("{}-b", request.payment_id),
            ..request.clone()
        };
        let (one, two) = tokio::join!(self.call(request), self.call(&other));
        one.is_some() && two.is_some() && self.call(&other).await.is_some()
    }

    async fn pay_a_bill(&self, request: &CreatePaymentRequest) -> bool {
        let asked = InquireRequest {
            product_code: BILL.to_owned(),
            customer_number: request.customer_number.clone(),
            ..InquireRequest::default()
        };
        let Ok(shown) = self.client.payments.clone().inquire(asked.clone()).await else {
            return false;
        };
        let Some(shown) = shown.into_inner().bill else { return false };
        self.insist(&bill(&request.payment_id, &asked, &shown.inquiry_id)).await
    }

    /// An earlier payment is asked for, and looked at.
    async fn ask_for_an_earlier_one(&mut self) -> bool {
        let Some(request) = self.all.earlier(&mut self.random) else { return false };
        self.insist(&request).await && self.look(&request).await
    }

    async fn look(&self, request: &CreatePaymentRequest) -> bool {
        let id = &request.payment_id;
        let known = self.all.told.of(id);
        let asked = GetPaymentRequest { payment_id: id.clone() };
        let answer = self.client.payments.clone().get_payment(asked).await;
        let payment = answer.ok().and_then(|answer| answer.into_inner().payment);
        if let Some(payment) = &payment {
            self.all.told.heard(id, known.as_ref(), payment);
        }
        payment.is_some()
    }

    /// Takes back an id that was asked for at the same time.
    async fn abandon(&self, request: &CreatePaymentRequest) -> bool {
        let id = &request.payment_id;
        let asked = AbandonPaymentRequest { payment_id: id.clone() };
        let mut payments = self.client.payments.clone();
        let known = self.all.told.of(id);
        let (paid, answer) = tokio::join!(self.call(request), payments.abandon_payment(asked));
        let Ok(answer) = answer.map(tonic::Response::into_inner) else { return false };
        if let Some(payment) = &answer.payment {
            self.all.told.heard(id, known.as_ref(), payment);
        } else if answer.result() == AbandonResult::IdClosed {
            self.all.told.closed(id);
        }
        paid.is_some()
    }

    /// One call. Whether it was answered with the payment; none if nobody knows what became of it.
    async fn call(&self, request: &CreatePaymentRequest) -> Option<bool> {
        let told = &self.all.told;
        let asking = told.asking(request);
        match timeout(PATIENCE, self.client.payments.clone().create_payment(request.clone())).await
        {
            Ok(Ok(answer)) => {
                told.answered(&asking, answer.into_inner().payment.as_ref()?);
                Some(true)
            }
            Ok(Err(status)) => {
                told.refused(&asking, &status);
                (!may_be_accepted(&status)).then_some(false)
            }
            Err(_) => None,
        }
    }
}
