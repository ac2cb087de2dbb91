//! Closing a day.

use ppob_api::v1;
use ppob_engine::CloseDay;
use ppob_types::Timestamp;
use tonic::{Request, Status};

use super::operator::{provider_filter, who};
use crate::convert::statement;
use crate::errors::{self, Violations};
use crate::shared::Shared;

pub(crate) async fn close_day(
    shared: &Shared,
    request: &Request<v1::CloseDayRequest>,
) -> Result<v1::CloseDayResponse, Status> {
    let message = request.get_ref();
    let who = who(request, &message.actor)?;
    let provider = provider_filter(shared, &message.provider)?;
    let day = Timestamp::from_wib_as("%Y-%m-%d", &message.day)
        .filter(|start| start.wib_date() == message.day)
        .ok_or_else(|| Violations::one("day", "is no day; write it as in 2026-11-27"))?;
    tracing::info!(operator = %who.operator, day = %message.day, "an operator closes a day");
    let closed = shared.engine.close_day(CloseDay { day: day.wib_day(), provider, who }).await;
    let closed = closed.map_err(|error| errors::operate(&error))?;
    Ok(v1::CloseDayResponse { closes: closed.iter().map(statement::closed).collect() })
}
