//! `OperatorService`.

use std::sync::Arc;

use ppob_api::v1;
use ppob_api::v1::operator_service_server::OperatorService;
use ppob_journal::Who;
use ppob_types::{ConsumerId, PaymentKey, ProviderName};
use tonic::{Request, Response, Status};

use super::{
    add_note, check_now, close_day, erase_customer, export_customer, import_statement, key,
    list_audit, list_providers, list_reviews, list_unlisted_replies, list_unmapped_products,
    record_deposit, refresh_catalog, reload_config, resolve_payment, set_modes,
};
use crate::consumer::{Caller, Role, caller};
use crate::errors::{self, Violations};
use crate::shared::Shared;

/// `OperatorService`.
#[derive(Debug)]
pub(crate) struct OperatorApi(pub(crate) Arc<Shared>);

#[tonic::async_trait]
impl OperatorService for OperatorApi {
    async fn list_providers(
        &self,
        request: Request<v1::ListProvidersRequest>,
    ) -> Result<Response<v1::ListProvidersResponse>, Status> {
        list_providers::list_providers(&self.0, &request).await.map(Response::new)
    }

    async fn refresh_catalog(
        &self,
        request: Request<v1::RefreshCatalogRequest>,
    ) -> Result<Response<v1::RefreshCatalogResponse>, Status> {
        refresh_catalog::refresh_catalog(&self.0, &request).await.map(Response::new)
    }

    async fn list_unmapped_products(
        &self,
        request: Request<v1::ListUnmappedProductsRequest>,
    ) -> Result<Response<v1::ListUnmappedProductsResponse>, Status> {
        list_unmapped_products::list_unmapped_products(&self.0, &request).map(Response::new)
    }

    async fn list_unlisted_replies(
        &self,
        request: Request<v1::ListUnlistedRepliesRequest>,
    ) -> Result<Response<v1::ListUnlistedRepliesResponse>, Status> {
        list_unlisted_replies::list_unlisted_replies(&self.0, &request).await.map(Response::new)
    }

    async fn list_reviews(
        &self,
        request: Request<v1::ListReviewsRequest>,
    ) -> Result<Response<v1::ListReviewsResponse>, Status> {
        list_reviews::list_reviews(&self.0, &request).await.map(Response::new)
    }

    async fn check_now(
        &self,
        request: Request<v1::CheckNowRequest>,
    ) -> Result<Response<v1::CheckNowResponse>, Status> {
        check_now::check_now(&self.0, &request).await.map(Response::new)
    }

    async fn resolve_payment(
        &self,
        request: Request<v1::ResolvePaymentRequest>,
    ) -> Result<Response<v1::ResolvePaymentResponse>, Status> {
        resolve_payment::resolve_payment(&self.0, request).await.map(Response::new)
    }

    async fn set_provider_mode(
        &self,
        request: Request<v1::SetProviderModeRequest>,
    ) -> Result<Response<v1::SetProviderModeResponse>, Status> {
        set_modes::set_provider_mode(&self.0, &request).await.map(Response::new)
    }

    async fn set_offer_mode(
        &self,
        request: Request<v1::SetOfferModeRequest>,
    ) -> Result<Response<v1::SetOfferModeResponse>, Status> {
        set_modes::set_offer_mode(&self.0, &request).await.map(Response::new)
    }

    async fn add_note(
        &self,
        request: Request<v1::AddNoteRequest>,
    ) -> Result<Response<v1::AddNoteResponse>, Status> {
        add_note::add_note(&self.0, &request).await.map(Response::new)
    }

    async fn record_deposit(
        &self,
        request: Request<v1::RecordDepositRequest>,
    ) -> Result<Response<v1::RecordDepositResponse>, Status> {
        record_deposit::record_deposit(&self.0, &request).await.map(Response::new)
    }

    async fn import_statement(
        &self,
        request: Request<v1::ImportStatementRequest>,
    ) -> Result<Response<v1::ImportStatementResponse>, Status> {
        import_statement::import_statement(&self.0, request).await.map(Response::new)
    }

    async fn close_day(
        &self,
        request: Request<v1::CloseDayRequest>,
    ) -> Result<Response<v1::CloseDayResponse>, Status> {
        close_day::close_day(&self.0, &request).await.map(Response::new)
    }

    async fn reload_config(
        &self,
        request: Request<v1::ReloadConfigRequest>,
    ) -> Result<Response<v1::ReloadConfigResponse>, Status> {
        reload_config::reload_config(&self.0, &request).await.map(Response::new)
    }

    async fn list_audit(
        &self,
        request: Request<v1::ListAuditRequest>,
    ) -> Result<Response<v1::ListAuditResponse>, Status> {
        list_audit::list_audit(&self.0, &request).await.map(Response::new)
    }

    async fn export_customer(
        &self,
        request: Request<v1::ExportCustomerRequest>,
    ) -> Result<Response<v1::ExportCustomerResponse>, Status> {
        export_customer::export_customer(&self.0, &request).await.map(Response::new)
    }

    async fn erase_customer(
        &self,
        request: Request<v1::EraseCustomerRequest>,
    ) -> Result<Response<v1::EraseCustomerResponse>, Status> {
        erase_customer::erase_customer(&self.0, &request).await.map(Response::new)
    }
}

/// A provider's name; none if the text is empty, which means all.
pub(crate) fn provider_filter(shared: &Shared, name: &str) -> Result<Option<ProviderName>, Status> {
    if name.is_empty() {
        return Ok(None);
    }
    let name =
        ProviderName::new(name).map_err(|error| Violations::one("provider", &error.to_string()))?;
    let known = shared.engine.providers().iter().any(|status| status.name == name);
    if known { Ok(Some(name)) } else { Err(errors::unknown_provider(name.as_str())) }
}

/// The key of a payment of any consumer.
pub(crate) fn foreign_key(consumer: &str, id: &str) -> Result<PaymentKey, Status> {
    let consumer = ConsumerId::new(consumer)
        .map_err(|error| Violations::one("consumer", &error.to_string()))?;
    key(consumer, id)
}

/// A provider's name; required.
pub(crate) fn provider(shared: &Shared, name: &str) -> Result<ProviderName, Status> {
    provider_filter(shared, name)?.ok_or_else(|| Violations::one("provider", "is missing"))
}

/// Whose credentials were used, and which person that is, as they say; required.
pub(crate) fn who<T>(request: &Request<T>, actor: &str) -> Result<Who, Status> {
    let operator = caller(request, Role::Operate)?;
    let proven = request.extensions().get::<Caller>().is_some_and(|caller| caller.proven);
    if actor.trim().is_empty() {
        return Err(Violations::one("actor", "say who does it"));
    }
    Ok(Who { operator, proven, actor: actor.trim().to_owned() })
}

/// Why; required.
pub(crate) fn reason(reason: &str) -> Result<(), Status> {
    if reason.trim().is_empty() {
        return Err(Violations::one("reason", "say why; it is kept for ever"));
    }
    Ok(())
}
