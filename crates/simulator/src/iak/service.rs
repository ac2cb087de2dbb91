//! The pipeline of a request: read it, take its faults, work, answer.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::call::{Call, Host, NoCall};
use super::codes;
use super::faults::{FaultKind, Plan, Stage};
use super::state::State;
use crate::http::{Answer, Ending, Handler, Head, Reply, Request};

const JSON: &str = "application/json";

/// Both hosts of the provider: their paths do not meet.
pub(crate) struct Service {
    pub(crate) state: Arc<State>,
}

impl Handler for Service {
    fn before_body(&self, _: &Head) -> Option<Reply> {
        None
    }

    async fn respond(&self, request: Request) -> Reply {
        let call = match Call::new(&request) {
            Ok(call) => call,
            Err(no_call) => return refuse(&no_call),
        };
        let plan = self.state.admit(&call);
        if let Some(reply) = reply_at(&plan, Stage::BeforeWork) {
            return reply;
        }
        if let Some(after) = late(&plan) {
            return self.work_later(call, plan, after);
        }
        let data = self.state.work(&call, &plan);
        reply_at(&plan, Stage::AfterWork).unwrap_or_else(|| dress(data, &plan, call.verb.host()))
    }
}

impl Service {
    fn work_later(&self, call: Call, plan: Plan, after: Duration) -> Reply {
        let state = Arc::clone(&self.state);
        state.late.send_modify(|late| *late += 1);
        self.state.tasks.spawn(async move {
            let sleeping = tokio::time::sleep(after);
            if state.stop.run_until_cancelled(sleeping).await.is_some() {
                let _nobody_gets_the_answer = state.work(&call, &plan);
            }
            state.late.send_modify(|late| *late -= 1);
        });
        Reply::Close(Ending::Fin)
    }
}

fn late(plan: &Plan) -> Option<Duration> {
    plan.find(|kind| match kind {
        FaultKind::LateExecution { milliseconds } => Some(Duration::from_millis(*milliseconds)),
        _ => None,
    })
}

/// What happens instead of everything from this stage on.
fn reply_at(plan: &Plan, at: Stage) -> Option<Reply> {
    plan.find(|kind| match kind {
        FaultKind::Drop { stage, ending } if *stage == at => Some(Reply::Close(*ending)),
        FaultKind::Stall { stage } if *stage == at => Some(Reply::Stall(None)),
        FaultKind::HttpStatus { status, stage } if *stage == at => {
            let page = format!("<html><body>Error {status}</body></html>");
            Some(Reply::Answer(Answer::new(*status, "text/html", page)))
        }
        FaultKind::EmptyBody { stage } if *stage == at => {
            Some(Reply::Answer(Answer::new(200, JSON, "")))
        }
        _ => None,
    })
}

fn refuse(no_call: &NoCall) -> Reply {
    let (status, data) = match no_call {
        NoCall::NoSuchPage => {
            (404, json!({ "rc": "117", "message": codes::prepaid("117"), "status": 2 }))
        }
        NoCall::Unreadable(Host::Prepaid) => {
            (200, json!({ "rc": "107", "message": codes::prepaid("107"), "status": 2 }))
        }
        NoCall::Unreadable(Host::Postpaid) => {
            (200, json!({ "response_code": "107", "message": codes::postpaid("107") }))
        }
        NoCall::NoSuchCommand => {
            (200, json!({ "response_code": "101", "message": codes::postpaid("101") }))
        }
    };
    Reply::Answer(Answer::new(status, JSON, json!({ "data": data, "meta": [] }).to_string()))
}

/// The answer that carries this data, with everything the plan does to it.
fn dress(mut data: Value, plan: &Plan, host: Host) -> Reply {
    let code_field = if host == Host::Prepaid { "rc" } else { "response_code" };
    if let Some(fields) = data.as_object_mut() {
        if let Some(code) = plan.code_after_work() {
            fields.insert(code_field.to_owned(), json!(code));
            fields.insert("message".to_owned(), json!("KODE BARU"));
        }
        for kind in &plan.0 {
            match kind {
                FaultKind::MissingFields { fields: missing } => {
                    fields.retain(|name, _| !missing.contains(name));
                }
                FaultKind::Replaced { field, value } if fields.contains_key(field) => {
                    fields.insert(field.clone(), json!(value));
                }
                _ => {}
            }
        }
    }
    let body = match host {
        Host::Prepaid => json!({ "data": data }),
        Host::Postpaid => json!({ "data": data, "meta": [] }),
    };
    // As `json_encode` of PHP writes it: slashes are escaped.
    let answer = Answer::new(200, JSON, body.to_string().replace('/', "\\/"));
    let cut = plan.find(|kind| match kind {
        FaultKind::TruncatedBody { framing } => Some(*framing),
        _ => None,
    });
    match cut {
        Some(framing) => {
            let keep = answer.body.len() / 2;
            Reply::Truncated { answer, keep, framing }
        }
        None => Reply::Answer(answer),
    }
}
