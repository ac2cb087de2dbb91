//! The control endpoint: JSON over HTTP on a port of its own.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::book::Standing;
use super::magic::MAGIC_NUMBERS;
use super::state::State;
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
struct Settle {
    username: String,
    ref_id: String,
    success: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Close {
    code: String,
    closed: bool,
}

impl Handler for Control {
    fn before_body(&self, _: &Head) -> Option<Reply> {
        None
    }

    async fn respond(&self, request: Request) -> Reply {
        let (status, body) = match self.answer(&request) {
            Ok(body) => (200, body),
            Err((status, error)) => (status, json!({ "error": error })),
        };
        Reply::Answer(Answer::new(status, "application/json", format!("{body}\n")))
    }
}

impl Control {
    fn answer(&self, request: &Request) -> Result<Value, Refused> {
        let path: Vec<&str> = request.head.path.split('/').skip(1).collect();
        let state = &self.state;
        match (request.head.method.as_str(), path.as_slice()) {
            ("GET", ["control", "ledger"]) => {
                let given = parameters(request.head.query.as_bytes());
                let after = given.get("after").map_or(Ok(0), |text| text.parse());
                let after = after.map_err(|_| (400, "after must be a number".to_owned()))?;
                encode(&state.ledger(after))
            }
            ("GET", ["control", "accounts"]) => {
                let book = state.book();
                let accounts = book.accounts.iter();
                Ok(accounts
                    .map(|(login, account)| (login.clone(), json!(account.balance)))
                    .collect())
            }
            ("GET", ["control", "faults"]) => encode(&state.book().faults.active()),
            ("GET", ["control", "magic"]) => {
                let rows = MAGIC_NUMBERS.iter().map(
                    |magic| json!({ "suffix": magic.suffix, "description": magic.description }),
                );
                Ok(Value::Array(rows.collect()))
            }
            ("POST", ["control", "faults"]) => {
                state.add_fault(decode(request)?).map_err(|error| (400, error.to_string()))?;
                Ok(json!({ "added": true }))
            }
            ("DELETE", ["control", "faults"]) => {
                state.book().faults.clear();
                Ok(json!({ "cleared": true }))
            }
            ("POST", ["control", "settle"]) => {
                let Settle { username, ref_id, success } = decode(request)?;
                let standing = if success { Standing::Succeeded } else { Standing::Failed };
                let settled = state.settle(&username, &ref_id, standing);
                settled.map_err(|error| (404, error.to_string()))?;
                Ok(json!({ "settled": true }))
            }
            ("POST", ["control", "products"]) => {
                let Close { code, closed } = decode(request)?;
                state.set_closed(&code, closed);
                Ok(json!({ "closed": closed }))
            }
            ("POST", ["control", "accounts", login, "deposit"]) => {
                let Deposit { amount } = decode(request)?;
                let balance = state.deposit(login, amount);
                let balance = balance.map_err(|error| (400, error.to_string()))?;
                Ok(json!({ "balance": balance }))
            }
            _ => Err((404, "there is nothing here".to_owned())),
        }
    }
}

fn encode(value: &impl serde::Serialize) -> Result<Value, Refused> {
    serde_json::to_value(value).map_err(|error| (500, error.to_string()))
}

fn decode<T: DeserializeOwned>(request: &Request) -> Result<T, Refused> {
    serde_json::from_slice(&request.body).map_err(|error| (400, error.to_string()))
}
