//! What providers tell by themselves, over HTTP to the real binary: a signed callback counts, a forged one does
//! not, and what nobody could sign only makes the engine ask.

use ppob_api::v1::{
    AttemptState, Basis, CreatePaymentRequest, InquireRequest, Payment, PaymentState,
    WatchPaymentRequest,
};
use ppob_e2e::http::status_of;
use ppob_e2e::request::{bill, without_waiting};
use ppob_e2e::shops::{DigiflazzShop, H2hShop, IakShop, Profile};
use ppob_e2e::wait::{PATIENCE, soon, until, until_within};
use ppob_e2e::{Engine, Problem, Relay, Result};
use ppob_simulator::h2h::PendingEnd;
use ppob_simulator::iak::{Fault, FaultKind, Stage, Verb as IakVerb};
use serde_json::Value;
use tokio_stream::StreamExt as _;

mod digiflazz;
mod hints;

/// Buys a product with a listed price, and gives the payment that its provider works on.
async fn pending(engine: &Engine, id: &str, product: &str, customer: &str) -> Result<Payment> {
    let request = CreatePaymentRequest {
        payment_id: id.to_owned(),
        product_code: product.to_owned(),
        customer_number: customer.to_owned(),
        ..CreatePaymentRequest::default()
    };
    engine.create(without_waiting(request)).await?;
    until("the provider works on it", async || {
        let payment = engine.get(id).await.map_err(|status| status.to_string())?;
        let attempt = payment.attempts.last().map(ppob_api::v1::Attempt::state);
        if attempt == Some(AttemptState::Pending) {
            Ok(payment)
        } else {
            Err(format!("{payment:?}"))
        }
    })
    .await
}

/// The reference under which the provider was asked.
fn reference(payment: &Payment) -> Result<&str> {
    let attempt = payment.attempts.last().ok_or_else(|| Problem::new("there is no attempt"))?;
    Ok(&attempt.client_reference)
}

/// Where the engine listens for callbacks.
fn listener(engine: &Engine) -> Result<&str> {
    let callbacks = engine.addresses.callbacks.as_deref();
    callbacks.ok_or_else(|| Problem::new("nobody listens for callbacks"))
}

/// The callbacks that were sent so far, whole requests; waits for one with these words.
async fn sent(callbacks: &Relay, words: &str) -> Result<Vec<u8>> {
    until(&format!("a callback with {words}"), async || {
        let holds = |request: &&Vec<u8>| String::from_utf8_lossy(request).contains(words);
        callbacks.requests().iter().rfind(holds).cloned().ok_or("none".to_owned())
    })
    .await
}

/// The same request with another body.
fn with_body(request: &[u8], body: &str) -> String {
    let request = String::from_utf8_lossy(request);
    let head = request.split("\r\n\r\n").next().unwrap_or_default();
    let lines =
        head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("content-length"));
    let head: Vec<&str> = lines.collect();
    format!("{}\r\nContent-Length: {}\r\n\r\n{body}", head.join("\r\n"), body.len())
}

fn body(request: &[u8]) -> String {
    let request = String::from_utf8_lossy(request);
    request.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
}

/// How many callbacks became this.
async fn counted(engine: &Engine, result: &str) -> Result<u64> {
    let label = format!("result=\"{result}\"");
    Ok(engine.metrics().await?.sum_with("ppob_callbacks_total", &label).unwrap_or(0))
}
