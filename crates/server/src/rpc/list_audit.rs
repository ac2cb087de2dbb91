//! What operators did.

use ppob_api::v1;
use ppob_journal::AuditFilter;
use ppob_types::Timestamp;
use tonic::{Request, Status};

use super::page;
use crate::consumer::{Role, caller};
use crate::convert::operator;
use crate::convert::scalar::moment;
use crate::errors::{self, Violations};
use crate::shared::Shared;
use crate::tokens::Question;

const USUAL: usize = 100;
const MOST: usize = 1_000;

pub(crate) async fn list_audit(
    shared: &Shared,
    request: &Request<v1::ListAuditRequest>,
) -> Result<v1::ListAuditResponse, Status> {
    let operator = caller(request, Role::Operate)?;
    let request = request.get_ref();
    let size = page::size(request.page_size, USUAL, MOST)?;
    let mut filter = filter(request)?;
    let question = question(Question::new("audit", &operator), request, &filter);
    filter.before_sequence = page::number(&question, &request.page_token)?;
    // One more than shown tells whether there is a next page.
    let mut found = shared.engine.audit(&filter, size + 1).await.map_err(errors::query)?;
    let more = found.len() > size;
    found.truncate(size);
    let next_page_token = match found.last() {
        Some(last) if more => question.token(&last.sequence.to_string()),
        _ => String::new(),
    };
    Ok(v1::ListAuditResponse {
        entries: found.iter().map(operator::audit_entry).collect(),
        next_page_token,
    })
}

fn filter(request: &v1::ListAuditRequest) -> Result<AuditFilter, Status> {
    let mut bad = Violations::default();
    let mut at = |field: &str, time: Option<&prost_types::Timestamp>| -> Option<Timestamp> {
        bad.take(field, moment(time?).ok_or("is no moment"))
    };
    let from = at("from_time", request.from_time.as_ref());
    let until = at("before_time", request.before_time.as_ref());
    let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    bad.check().map(|()| AuditFilter {
        actor: text(&request.actor),
        action: text(&request.action),
        subject: text(&request.subject),
        from,
        until,
        before_sequence: None,
    })
}

fn question(
    mut question: Question,
    request: &v1::ListAuditRequest,
    filter: &AuditFilter,
) -> Question {
    question.filter("actor", &request.actor);
    question.filter("action", &request.action);
    question.filter("subject", &request.subject);
    for (name, at) in [("from", filter.from), ("until", filter.until)] {
        question.filter(name, at.map_or(0, Timestamp::as_micros));
    }
    question
}
