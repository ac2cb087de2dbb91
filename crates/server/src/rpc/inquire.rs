//! What is owed.

use ppob_api::v1;
use tonic::{Request, Status};

use crate::consumer::{Role, caller};
use crate::convert::{bill, request as read};
use crate::errors;
use crate::shared::Shared;

pub(crate) async fn inquire(
    shared: &Shared,
    request: Request<v1::InquireRequest>,
) -> Result<v1::InquireResponse, Status> {
    let mut overhead = shared.overhead("Inquire");
    let consumer = caller(&request, Role::Pay)?;
    let question = read::inquire(request.into_inner(), consumer)?;
    let asking = shared.engine.inquire(question);
    let asked = overhead.outside(asking).await.map_err(errors::inquire)?;
    Ok(v1::InquireResponse { bill: Some(bill::bill(&asked.stored, shared.simulated)) })
}
