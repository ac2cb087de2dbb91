//! Reading the configuration again.

use ppob_api::v1;
use tonic::{Request, Status};

use super::operator::who;
use crate::Reloaded;
use crate::errors;
use crate::shared::Shared;

pub(crate) async fn reload_config(
    shared: &Shared,
    request: &Request<v1::ReloadConfigRequest>,
) -> Result<v1::ReloadConfigResponse, Status> {
    let who = who(request, &request.get_ref().actor)?;
    let request = request.get_ref();
    let source = shared.config.as_ref().ok_or_else(|| errors::not_implemented("ReloadConfig"))?;
    tracing::info!(
        operator = %who.operator,
        validate_only = request.validate_only,
        "an operator has the configuration read again"
    );
    let reloaded = source.reload(&who, request.validate_only).await;
    let Reloaded { changed_keys, restart_keys, warnings } =
        reloaded.map_err(|error| errors::not_reloaded(&error))?;
    Ok(v1::ReloadConfigResponse { changed_keys, restart_keys, warnings })
}
