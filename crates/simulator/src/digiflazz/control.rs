//! The control endpoint: JSON over HTTP on a port of its own.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::callbacks::Callback;
use super::faults::Fault;
use super::magic::MAGIC_NUMBERS;
use super::state::{DigiflazzControlError, State};
use crate::http::{Answer, Handler, Head, Reply, Request, parameters};

/// The control endpoint of a provider.
pub(crate) struct Control {
    pub(crate) state: Arc<State>,
}

/// What went wrong: an HTTP status and a sentence.
type Refused = (u16, String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deposit {
    amount: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    seconds: u64,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settle {
    #[serde(default)]
    ref_id: Option<String>,
    /// How, whatever was meant to become of it.
    #[serde(default)]
    success: Option<bool>,
}

impl Handler for Control {
    fn before_body(&self, _: &Head) -> Option<Reply> {
        None
    }

    async fn respond(&self, request: Request) -> Reply {
        let (status, body) = match self.answer(&request).await {
            Ok(body) => (200, body),
            Err((status, error)) => (status, json!({ "error": error })),
        };
        Reply::Answer(Answer::new(status, "application/json", format!("{body}\n")))
    }
}

impl Control {
    async fn answer(&self, request: &Request) -> Result<Value, Refused> {
        let path: Vec<&str> = request.head.path.split('/').skip(1).collect();
        let state = &self.state;
        match (request.head.method.as_str(), path.as_slice()) {
            ("GET", ["control", "ledger"]) => {
                encode(&state.ledger(after_sequence(&request.head.query)?))
            }
            ("GET", ["control", "accounts"]) => {
                let book = state.book();
                let accounts = book.accounts.iter();
                let view = accounts
                    .map(|(name, account)| json!({ "username": name, "balance": account.balance }));
                Ok(Value::Array(view.collect()))
            }
            ("GET", ["control", "requests"]) => encode(&state.book().requests),
            ("GET", ["control", "violations"]) => encode(&state.book().violations),
            ("GET", ["control", "faults"]) => encode(&state.book().faults),
            ("GET", ["control", "magic"]) => {
                let rows = MAGIC_NUMBERS.iter().map(
                    |magic| json!({ "suffix": magic.suffix, "description": magic.description }),
                );
                Ok(Value::Array(rows.collect()))
            }
            ("POST", ["control", "faults"]) => {
                let fault: Fault = decode(request)?;
                state.book().faults.push(fault);
                Ok(json!({ "added": true }))
            }
            ("DELETE", ["control", "faults"]) => {
                state.book().faults.clear();
                Ok(json!({ "cleared": true }))
            }
            ("POST", ["control", "accounts", username, "deposit"]) => {
                let deposit: Deposit = decode(request)?;
                let balance = state.deposit(username, deposit.amount).map_err(|e| refused(&e))?;
                Ok(json!({ "balance": balance }))
            }
            ("POST", ["control", "accounts", username, "ping"]) => {
                let ping = Callback::ping(&state.book(), username);
                let unknown = DigiflazzControlError::UnknownAccount((*username).to_owned());
                state.send(&[ping.ok_or_else(|| refused(&unknown))?]).await;
                Ok(json!({ "sent": true }))
            }
            ("POST", ["control", "products"]) => {
                state.update(&decode(request)?).map_err(|error| refused(&error))?;
                Ok(json!({ "changed": true }))
            }
            ("POST", ["control", "settle"]) => {
                let which: Settle =
                    if request.body.is_empty() { Settle::default() } else { decode(request)? };
                let news = state.settle(which.ref_id.as_deref(), which.success);
                state.send(&news).await;
                Ok(json!({ "sent": news.len() }))
            }
            ("POST", ["control", "pass"]) => {
                let span: Span = decode(request)?;
                state.pass(Duration::from_secs(span.seconds));
                Ok(json!({ "passed": span.seconds }))
            }
            (method, _) => Err((404, format!("there is no {method} {}", request.head.path))),
        }
    }
}

fn after_sequence(query: &str) -> Result<u64, Refused> {
    match parameters(query.as_bytes()).get("after") {
        Some(text) => {
            text.parse().map_err(|_| (400, "after must be the sequence of a charge".to_owned()))
        }
        None => Ok(0),
    }
}

fn encode(value: &impl serde::Serialize) -> Result<Value, Refused> {
    serde_json::to_value(value).map_err(|error| (500, error.to_string()))
}

fn decode<T: DeserializeOwned>(request: &Request) -> Result<T, Refused> {
    serde_json::from_slice(&request.body)
        .map_err(|error| (400, format!("the body is not what this path expects: {error}")))
}

fn refused(error: &DigiflazzControlError) -> Refused {
    let status = match error {
        DigiflazzControlError::Amount => 400,
        DigiflazzControlError::UnknownAccount(_) | DigiflazzControlError::UnknownProduct(_) => 404,
    };
    (status, error.to_string())
}
