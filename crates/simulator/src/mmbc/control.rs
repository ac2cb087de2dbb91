//! The control endpoint: JSON over HTTP on a port of its own.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::magic::MAGIC_NUMBERS;
use super::state::{ControlError, State};
use super::statement::{StatementSwitches, statement};
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

impl Handler for Control {
    fn before_body(&self, _: &Head) -> Option<Reply> {
        None
    }

    async fn respond(&self, request: Request) -> Reply {
        if request.head.method == "GET" && request.head.path == "/control/statement" {
            return Reply::Answer(self.statement(&request.head.query));
        }
        let (status, body) = match self.answer(&request) {
            Ok(body) => (200, body),
            Err((status, error)) => (status, json!({ "error": error })),
        };
        Reply::Answer(Answer::new(status, "application/json", format!("{body}\n")))
    }
}

impl Control {
    fn statement(&self, query: &str) -> Answer {
        let given = parameters(query.as_bytes());
        let account = given.get("account").map(String::as_str).unwrap_or_default();
        let delayed = given.get("delayed").map_or(Ok(0), |text| text.parse());
        match delayed {
            Ok(delayed) if self.state.book().accounts.contains_key(account) => {
                let foreign_row = given.contains_key("foreign_row");
                let switches = StatementSwitches { delayed, foreign_row };
                Answer::new(200, "text/csv", statement(&self.state.ledger(0), account, switches))
            }
            _ => {
                let body = json!({ "error": "say whose: account=LOGIN, and delayed=COUNT if any" });
                Answer::new(400, "application/json", format!("{body}\n"))
            }
        }
    }

    fn answer(&self, request: &Request) -> Result<Value, Refused> {
        let path: Vec<&str> = request.head.path.split('/').skip(1).collect();
        let state = &self.state;
        match (request.head.method.as_str(), path.as_slice()) {
            ("GET", ["control", "ledger"]) => {
                encode(&state.ledger(after_sequence(&request.head.query)?))
            }
            ("GET", ["control", "accounts"]) => encode(&state.accounts()),
            ("GET", ["control", "requests"]) => encode(&state.book().counts),
            ("GET", ["control", "faults"]) => encode(&state.book().faults.active()),
            ("GET", ["control", "magic"]) => Ok(magic_numbers()),
            ("POST", ["control", "faults"]) => {
                state.add_fault(decode(request)?).map_err(|error| refused(&error))?;
                Ok(json!({ "added": true }))
            }
            ("DELETE", ["control", "faults"]) => {
                state.book().faults.clear();
                Ok(json!({ "cleared": true }))
            }
            ("POST", ["control", "accounts", login, "deposit"]) => {
                let deposit: Deposit = decode(request)?;
                let balance = state
                    .deposit(&decoded(login), deposit.amount)
                    .map_err(|error| refused(&error))?;
                Ok(json!({ "balance": balance }))
            }
            ("POST", ["control", "charges", sequence, "refund"]) => {
                let sequence = sequence.parse().map_err(|_| {
                    (400, "the sequence of a charge is a whole number from 1".to_owned())
                })?;
                let balance = state.refund(sequence).map_err(|error| refused(&error))?;
                Ok(json!({ "balance": balance }))
            }
            ("POST", ["control", "prices"]) => {
                state.update_price(&decode(request)?).map_err(|error| refused(&error))?;
                Ok(json!({ "changed": true }))
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

fn magic_numbers() -> Value {
    let rows = MAGIC_NUMBERS
        .iter()
        .map(|magic| json!({ "suffix": magic.suffix, "description": magic.description }));
    Value::Array(rows.collect())
}

fn encode(value: &impl serde::Serialize) -> Result<Value, Refused> {
    serde_json::to_value(value).map_err(|error| (500, error.to_string()))
}

fn decode<T: DeserializeOwned>(request: &Request) -> Result<T, Refused> {
    serde_json::from_slice(&request.body)
        .map_err(|error| (400, format!("the body is not what this path expects: {error}")))
}

fn refused(error: &ControlError) -> Refused {
    let status = match error {
        ControlError::UnknownAccount(_) | ControlError::UnknownCharge(_) => 404,
        _ => 400,
    };
    (status, error.to_string())
}

/// Decodes a percent-encoded path segment.
fn decoded(segment: &str) -> String {
    let query = format!("segment={}", segment.replace('+', "%2B"));
    parameters(query.as_bytes()).remove("segment").unwrap_or_default()
}
