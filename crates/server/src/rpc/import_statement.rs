//! Importing a statement of a provider.

use ppob_api::v1;
use ppob_engine::ImportStatement;
use ppob_types::Timestamp;
use tonic::{Request, Status};

use super::operator::{provider, who};
use crate::convert::scalar::moment;
use crate::convert::statement;
use crate::errors::{self, Violations};
use crate::shared::Shared;

pub(crate) async fn import_statement(
    shared: &Shared,
    request: Request<v1::ImportStatementRequest>,
) -> Result<v1::ImportStatementResponse, Status> {
    let who = who(&request, &request.get_ref().actor)?;
    let message = request.into_inner();
    let provider = provider(shared, &message.provider)?;
    let period = period(message.from_time.as_ref(), message.before_time.as_ref())?;
    if message.content.is_empty() {
        return Err(Violations::one("content", "is missing; send the file as it was exported"));
    }
    tracing::info!(
        operator = %who.operator,
        %provider,
        bytes = message.content.len(),
        dry_run = message.dry_run,
        "an operator imports a statement"
    );
    let imported = shared
        .engine
        .import_statement(ImportStatement {
            provider,
            content: message.content,
            complete: message.complete,
            period,
            dry_run: message.dry_run,
            who,
        })
        .await
        .map_err(|error| errors::operate(&error))?;
    Ok(statement::imported(&imported))
}

fn period(
    from: Option<&prost_types::Timestamp>,
    before: Option<&prost_types::Timestamp>,
) -> Result<Option<(Timestamp, Timestamp)>, Status> {
    let (from, before) = match (from, before) {
        (None, None) => return Ok(None),
        (Some(from), Some(before)) => (moment(from), moment(before)),
        (None, Some(_)) => {
            return Err(Violations::one("from_time", "is missing; give both or none"));
        }
        (Some(_), None) => {
            return Err(Violations::one("before_time", "is missing; give both or none"));
        }
    };
    let mut bad = Violations::default();
    let from = bad.take("from_time", from.ok_or("is no moment"));
    let before = bad.take("before_time", before.ok_or("is no moment"));
    bad.check()?;
    Ok(from.zip(before))
}
