//! The pipeline of a request: what it asks, its fault, the work, the answer.

use std::sync::Arc;

use super::config::Profile;
use super::faults::{Call, FaultKind};
use super::magic;
use super::speech::understood;
use super::state::State;
use crate::http::{Answer, Handler, Head, Reply, Request};
use crate::mmbc::Stage;

/// The API of a centre.
pub(crate) struct Service {
    pub(crate) state: Arc<State>,
}

impl Handler for Service {
    fn before_body(&self, _: &Head) -> Option<Reply> {
        let mut book = self.state.book();
        let place = book.faults.iter().position(|fault| {
            fault.fault.stage() == Some(Stage::BeforeBody)
                && fault.product.is_none()
                && fault.dest.is_none()
        })?;
        let fault = book.faults.get_mut(place)?;
        let reply = in_place(&fault.fault);
        fault.times = fault.times.map(|times| times.saturating_sub(1));
        if fault.times == Some(0) {
            book.faults.remove(place);
        }
        reply
    }

    async fn respond(&self, request: Request) -> Reply {
        let config = &self.state.config;
        let Some(asked) = understood(config, &request) else {
            return Reply::Answer(Answer::new(404, "text/html", "<h1>404 Not Found</h1>"));
        };
        let mut book = self.state.book();
        if asked.call == Call::Pay {
            book.pays += 1;
        }
        let (product, dest) = (&asked.ask.product, &asked.ask.dest);
        let fault =
            book.take_fault(asked.call, product, dest).or_else(|| magic::fault(asked.call, dest));
        if let Some(kind) = &fault
            && kind.stage() == Some(Stage::BeforeDebit)
            && let Some(reply) = in_place(kind)
        {
            return reply;
        }
        let body = asked.work(config, &mut book, fault.as_ref());
        drop(book);
        let media = match (config.profile, asked.call) {
            (Profile::Rajabiller, _) | (_, Call::Prices) => "application/json",
            _ => "text/html; charset=UTF-8",
        };
        let answer = Answer::new(200, media, body);
        match fault {
            Some(FaultKind::Truncated { framing }) => {
                let keep = answer.body.len() / 2;
                Reply::Truncated { answer, keep, framing }
            }
            Some(kind) => in_place(&kind).unwrap_or(Reply::Answer(answer)),
            None => Reply::Answer(answer),
        }
    }
}

/// What a fault puts in the place of an answer.
fn in_place(kind: &FaultKind) -> Option<Reply> {
    Some(match kind {
        FaultKind::Drop { ending, .. } => Reply::Close(*ending),
        FaultKind::Stall { .. } => Reply::Stall(None),
        FaultKind::HttpStatus { status, .. } => {
            Reply::Answer(Answer::new(*status, "text/html", format!("<h1>Error {status}</h1>")))
        }
        FaultKind::EmptyBody { .. } => Reply::Answer(Answer::new(200, "text/html", "")),
        _ => return None,
    })
}
