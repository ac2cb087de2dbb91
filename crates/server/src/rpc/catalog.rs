//! `CatalogService`.

use std::sync::Arc;

use ppob_api::v1;
use ppob_api::v1::catalog_service_server::CatalogService;
use tonic::{Request, Response, Status};

use super::{Answers, explain_route, list_products, watch_catalog};
use crate::shared::Shared;

/// `CatalogService`.
#[derive(Debug)]
pub(crate) struct CatalogApi(pub(crate) Arc<Shared>);

#[tonic::async_trait]
impl CatalogService for CatalogApi {
    type WatchCatalogStream = Answers<v1::WatchCatalogResponse>;

    async fn list_products(
        &self,
        request: Request<v1::ListProductsRequest>,
    ) -> Result<Response<v1::ListProductsResponse>, Status> {
        list_products::list_products(&self.0, request).map(Response::new)
    }

    async fn get_product(
        &self,
        request: Request<v1::GetProductRequest>,
    ) -> Result<Response<v1::GetProductResponse>, Status> {
        list_products::get_product(&self.0, &request).map(Response::new)
    }

    async fn watch_catalog(
        &self,
        request: Request<v1::WatchCatalogRequest>,
    ) -> Result<Response<Self::WatchCatalogStream>, Status> {
        watch_catalog::watch_catalog(&self.0, request).await.map(Response::new)
    }

    async fn explain_route(
        &self,
        request: Request<v1::ExplainRouteRequest>,
    ) -> Result<Response<v1::ExplainRouteResponse>, Status> {
        explain_route::explain_route(&self.0, &request).map(Response::new)
    }
}
