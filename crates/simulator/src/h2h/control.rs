//! The control endpoint: JSON over HTTP on a port of its own.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::faults::{Fault, PendingEnd};
use super::magic::MAGIC_NUMBERS;
use super::state::State;
use crate::http::{Answer, Handler, Head, Reply, Request};

/// The control endpoint of a centre.
pub(crate) struct Control {
    pub(crate) state: Arc<State>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deposit {
    amount: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settle {
    reference: String,
    end: PendingEnd,
}

impl Handler for Control {
    fn before_body(&self, _: &Head) -> Option<Reply> {
        None
    }

    async fn respond(&self, request: Request) -> Reply {
        let (status, body) = match self.answer(&request) {
            Ok(body) => (200, body),
            Err(error) => (400, json!({ "error": error })),
        };
        Reply::Answer(Answer::new(status, "application/json", format!("{body}\n")))
    }
}

impl Control {
    fn answer(&self, request: &Request) -> Result<Value, String> {
        let state = &self.state;
        match (request.head.method.as_str(), request.head.path.as_str()) {
            ("GET", "/control/ledger") => encode(&state.ledger()),
            ("GET", "/control/faults") => encode(&state.book().faults),
            ("POST", "/control/faults") => {
                let fault: Fault = decode(request)?;
                state.book().faults.push(fault);
                Ok(json!({ "added": true }))
            }
            ("DELETE", "/control/faults") => {
                state.book().faults.clear();
                Ok(json!({ "cleared": true }))
            }
            ("POST", "/control/deposit") => {
                let deposit: Deposit = decode(request)?;
                let balance = state.deposit(deposit.amount).map_err(|error| error.to_string())?;
                Ok(json!({ "balance": balance }))
            }
            ("POST", "/control/settle") => {
                let Settle { reference, end } = decode(request)?;
                state.settle(&reference, end).map_err(|error| error.to_string())?;
                Ok(json!({ "settled": true }))
            }
            ("GET", "/control/magic") => {
                let rows = MAGIC_NUMBERS.iter().map(
                    |magic| json!({ "suffix": magic.suffix, "description": magic.description }),
                );
                Ok(Value::Array(rows.collect()))
            }
            (method, path) => Err(format!("there is no {method} {path}")),
        }
    }
}

fn encode(value: &impl serde::Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

fn decode<T: DeserializeOwned>(request: &Request) -> Result<T, String> {
    serde_json::from_slice(&request.body)
        .map_err(|error| format!("the body is not what this path expects: {error}"))
}
