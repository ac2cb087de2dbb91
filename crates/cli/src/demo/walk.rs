//! What the steps share.

use std::time::Duration;

use ppob_api::v1::{
    Attempt, AttemptState, CreatePaymentRequest, ExplainRouteRequest, ExplainRouteResponse,
    GetPaymentRequest, Payment, PaymentState,
};
use ppob_api::{PayError, PpobClient};
use ppob_types::Clock;

use super::control::Controls;
use super::numbers::Numbers;
use crate::client::OperatorClient;
use crate::clock::{SystemClock, new_payment_id};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::show::{self, Asked, Paying};

/// How long a step waits for what must come.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(200);

/// The walk, and what it has learnt.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) client: PpobClient,
    pub(super) operator: OperatorClient,
    pub(super) controls: Controls,
    pub(super) numbers: Numbers,
    /// What was paid, each for a number of its own and so charged once.
    pub(super) paid: Vec<Payment>,
}

/// Something the step promised did not come true.
pub(super) fn broken(step: &str, what: &str) -> Failure {
    Failure::new(
        Exit::Refused,
        format!(
            "The step \"{step}\" did not hold: {what}. No real money is involved. Start the sandbox anew and try again; if it stays so, it is a defect."
        ),
    )
}

/// Fails the step unless it holds.
pub(super) fn must(step: &str, holds: bool, what: &str) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(broken(step, what)) }
}

/// The heading of a step and what it is about.
pub(super) fn tell(heading: &str, text: &str) -> Result<(), Failure> {
    output::print(&format!("\n== {heading}\n\n{text}\n\n"))
}

/// A fresh id, as a caller would store it before it pays.
pub(super) fn new_id() -> String {
    new_payment_id(SystemClock::new().now())
}

/// How to look at a payment whose answer was lost.
pub(super) fn again(id: &str) -> Paying {
    Paying { id: id.to_owned(), repeat: format!("ppob payment get {id}"), earlier: false }
}

impl Walk {
    /// Pays and waits for the end.
    pub(super) async fn pay(&self, request: CreatePaymentRequest) -> Result<Payment, Failure> {
        let paying = again(&request.payment_id);
        let paid = self.client.pay_and_wait(request, PATIENCE).await;
        paid.map_err(|error| match error {
            PayError::NotAccepted(status) => show::failure(&status, &Asked::Pay(paying)),
            PayError::Unanswered { last, .. } => show::unanswered(last.as_deref(), &paying),
        })
    }

    /// The payment as it stands.
    pub(super) async fn get(&self, id: &str) -> Result<Payment, Failure> {
        let request = GetPaymentRequest { payment_id: id.to_owned() };
        let answer = self.client.payments.clone().get_payment(request).await;
        let answer = answer.map_err(|status| show::failure(&status, &Asked::Read))?;
        Ok(answer.into_inner().payment.unwrap_or_default())
    }

    /// Sends a payment and waits for its acceptance only.
    pub(super) async fn send(&self, request: CreatePaymentRequest) -> Result<(), Failure> {
        let asked = Asked::Pay(again(&request.payment_id));
        let sent = self.client.payments.clone().create_payment(request).await;
        sent.map(drop).map_err(|status| show::failure(&status, &asked))
    }

    /// Waits until the payment is in this state, and its last attempt in that.
    pub(super) async fn until(
        &self,
        step: &str,
        id: &str,
        state: PaymentState,
        attempt: AttemptState,
    ) -> Result<Payment, Failure> {
        let looking = async {
            loop {
                let payment = self.get(id).await?;
                let last = payment.attempts.last().map(Attempt::state);
                if payment.state() == state && last == Some(attempt) {
                    return Ok(payment);
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, looking).await;
        found.map_err(|_| {
            broken(step, &format!("the payment never became {}", state.as_str_name()))
        })?
    }

    /// Who would be asked for a product now.
    pub(super) async fn route(&self, product: &str) -> Result<ExplainRouteResponse, Failure> {
        let request = ExplainRouteRequest {
            product_code: product.to_owned(),
            amount_rupiah: None,
            repeat: 0,
        };
        let answer = self.client.catalog.clone().explain_route(request).await;
        let answer = answer.map_err(|status| show::failure(&status, &Asked::Read))?;
        Ok(answer.into_inner())
    }

    /// Waits until a product's route begins with this provider, and goes on to another.
    pub(super) async fn until_first(
        &self,
        step: &str,
        product: &str,
        provider: &str,
    ) -> Result<ExplainRouteResponse, Failure> {
        let looking = async {
            loop {
                let route = self.route(product).await?;
                let first = route.offers.iter().find(|offer| offer.rank == 1);
                let ranked = route.offers.iter().filter(|offer| offer.rank > 0).count();
                if ranked > 1 && first.is_some_and(|offer| offer.provider == provider) {
                    return Ok(route);
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, looking).await;
        found.map_err(|_| broken(step, &format!("{provider} never came first for {product}")))?
    }
}
