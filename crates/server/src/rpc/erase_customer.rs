//! One customer's personal data go.

use ppob_api::v1;
use ppob_engine::AboutCustomer;
use ppob_types::Sensitive;
use tonic::{Request, Status};

use super::operator::who;
use crate::errors;
use crate::shared::Shared;

pub(crate) async fn erase_customer(
    shared: &Shared,
    request: &Request<v1::EraseCustomerRequest>,
) -> Result<v1::EraseCustomerResponse, Status> {
    let who = who(request, &request.get_ref().actor)?;
    let request = request.get_ref();
    let about = AboutCustomer {
        customer_number: Sensitive::new(request.customer_number.clone()),
        who,
        reason: request.reason.clone(),
    };
    let erased = shared.engine.erase_customer(&about, request.validate_only).await;
    let erasure = erased.map_err(|error| errors::operate(&error))?;
    let held = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
    Ok(v1::EraseCustomerResponse {
        erased_count: held(erasure.erased),
        kept_count: held(erasure.kept),
    })
}
