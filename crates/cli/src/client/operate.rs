//! The operators' commands.

use std::time::Duration;

use ppob_api::error::{reason, reason_of};
use ppob_api::v1::resolve_payment_request::Verdict;
use ppob_api::v1::{
    CheckNowRequest, ListProvidersRequest, ListReviewsRequest, RefreshCatalogRequest,
    ReloadConfigRequest, ResolvePaymentRequest, VerdictExecuted, VerdictNotExecuted,
};

use super::connect::OperatorClient;
use super::{answer, connect_operator, refused};
use crate::args::{Check, OperatorServer, Refresh, Reload, Resolve, Reviews};
use crate::exit::Exit;
use crate::failure::{Done, Failure};
use crate::show::{self, Asked};

const TIMEOUT: Duration = Duration::from_secs(10);
/// Providers are asked on the way.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) async fn providers(server: &OperatorServer) -> Done {
    let mut client = connect_operator(server).await?;
    let mut request = tonic::Request::new(ListProvidersRequest::default());
    request.set_timeout(TIMEOUT);
    let answered = client
        .list_providers(request)
        .await
        .map_err(|status| refused(server.json, &status, &Asked::Read))?;
    answer(server.json, "ListProvidersResponse", answered.get_ref(), |found| {
        show::providers(&found.providers)
    })?;
    Ok(Exit::Ok)
}

pub(crate) async fn reviews(options: &Reviews) -> Done {
    let server = &options.server;
    let mut client = connect_operator(server).await?;
    let mut request = tonic::Request::new(ListReviewsRequest {
        provider: options.provider.clone().unwrap_or_default(),
        consumer: options.consumer.clone().unwrap_or_default(),
        payment_id: options.id.clone().unwrap_or_default(),
        page_size: options.limit.into(),
        ..ListReviewsRequest::default()
    });
    request.set_timeout(TIMEOUT);
    let answered = client
        .list_reviews(request)
        .await
        .map_err(|status| refused(server.json, &status, &Asked::Read))?;
    answer(server.json, "ListReviewsResponse", answered.get_ref(), show::reviews)?;
    Ok(Exit::Ok)
}

pub(crate) async fn check(options: &Check) -> Done {
    let server = &options.server;
    let mut client = connect_operator(server).await?;
    let mut request = tonic::Request::new(CheckNowRequest {
        consumer: options.subject.consumer.clone(),
        payment_id: options.subject.id.clone(),
        provider_reference: options.reference.clone().unwrap_or_default(),
        actor: options.actor.actor.clone(),
    });
    request.set_timeout(PATIENCE);
    let answered = client
        .check_now(request)
        .await
        .map_err(|status| refused(server.json, &status, &Asked::Change))?;
    answer(server.json, "CheckNowResponse", answered.get_ref(), |found| {
        show::checked(found, &options.subject.consumer)
    })?;
    Ok(Exit::Ok)
}

/// The mark of the payment's review. Asked for now, so that a verdict that waits on its way is none about
/// what nobody has looked at.
async fn seen(client: &mut OperatorClient, options: &Resolve) -> Result<String, Failure> {
    let mut request = tonic::Request::new(ListReviewsRequest {
        consumer: options.subject.consumer.clone(),
        payment_id: options.subject.id.clone(),
        ..ListReviewsRequest::default()
    });
    request.set_timeout(TIMEOUT);
    let answered = client.list_reviews(request).await;
    let answered =
        answered.map_err(|status| refused(options.server.json, &status, &Asked::Read))?;
    let reviews = answered.into_inner().reviews;
    Ok(reviews.into_iter().next().map(|review| review.seen).unwrap_or_default())
}

pub(crate) async fn resolve(options: &Resolve) -> Done {
    let server = &options.server;
    let mut client = connect_operator(server).await?;
    let seen = if options.not_executed { seen(&mut client, options).await? } else { String::new() };
    let verdict = match &options.executed {
        Some(reference) => Verdict::Executed(VerdictExecuted {
            provider_reference: reference.clone(),
            ..VerdictExecuted::default()
        }),
        None => Verdict::NotExecuted(VerdictNotExecuted {}),
    };
    let mut request = tonic::Request::new(ResolvePaymentRequest {
        consumer: options.subject.consumer.clone(),
        payment_id: options.subject.id.clone(),
        attempt_number: options.attempt.unwrap_or_default().into(),
        expected_version: options.version.unwrap_or_default().into(),
        verdict: Some(verdict),
        evidence: options.evidence.clone(),
        actor: options.actor.actor.clone(),
        second_actor: options.second_person.clone().unwrap_or_default(),
        seen,
    });
    request.set_timeout(PATIENCE);
    let answered = client
        .resolve_payment(request)
        .await
        .map_err(|status| refused(server.json, &status, &Asked::Change))?;
    answer(server.json, "ResolvePaymentResponse", answered.get_ref(), |found| {
        show::resolved(found, &options.subject.consumer)
    })?;
    Ok(Exit::Ok)
}

pub(crate) async fn refresh(options: &Refresh) -> Done {
    let server = &options.server;
    let mut client = connect_operator(server).await?;
    let mut request = tonic::Request::new(RefreshCatalogRequest {
        provider: options.provider.clone().unwrap_or_default(),
        actor: options.actor.clone(),
    });
    request.set_timeout(PATIENCE);
    let answered = client
        .refresh_catalog(request)
        .await
        .map_err(|status| refused(server.json, &status, &Asked::Change))?;
    let failed = answered.get_ref().results.iter().any(|one| !one.error.is_empty());
    answer(server.json, "RefreshCatalogResponse", answered.get_ref(), |found| {
        show::refreshed(&found.results)
    })?;
    Ok(if failed { Exit::Refused } else { Exit::Ok })
}

pub(crate) async fn reload(options: &Reload) -> Done {
    let server = &options.server;
    let mut client = connect_operator(server).await?;
    let mut request = tonic::Request::new(ReloadConfigRequest {
        actor: options.actor.actor.clone(),
        validate_only: options.check,
    });
    request.set_timeout(PATIENCE);
    let answered = client.reload_config(request).await.map_err(|status| {
        let wrong = reason_of(&status).as_deref() == Some(reason::CONFIG_INVALID);
        let failure = refused(server.json, &status, &Asked::Change);
        if wrong { Failure { exit: Exit::Usage, ..failure } } else { failure }
    })?;
    answer(server.json, "ReloadConfigResponse", answered.get_ref(), |done| {
        show::reloaded(done, options.check)
    })?;
    Ok(Exit::Ok)
}
