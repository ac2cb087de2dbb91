//! What is owed.

use ppob_api::v1;
use tonic::{Request, Status};

use super::list_products::find;
use crate::consumer::{Role, identity};
use crate::convert::{bill, request as read};
use crate::errors;
use crate::shared::Shared;

pub(crate) async fn inquire(
    shared: &Shared,
    request: Request<v1::InquireRequest>,
) -> Result<v1::InquireResponse, Status> {
    let mut overhead = shared.overhead("Inquire");
    let caller = identity(&request, Role::Pay)?.clone();
    let question = read::inquire(request.into_inner(), caller.consumer.clone())?;
    find(&shared.engine.catalogue(), &question.product, &caller)?;
    let asking = shared.engine.inquire(question);
    let asked = overhead.outside(asking).await.map_err(errors::inquire)?;
    Ok(v1::InquireResponse { bill: Some(bill::bill(&asked.stored, shared.simulated)) })
}
