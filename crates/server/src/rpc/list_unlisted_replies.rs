//! Answers of providers that are on no list.

use ppob_api::v1;
use tonic::{Request, Status};

use super::operator::provider_filter;
use super::page;
use crate::consumer::{Role, caller};
use crate::convert::scalar::{long, time};
use crate::errors;
use crate::shared::Shared;
use crate::tokens::Question;

const USUAL: usize = 100;
const MOST: usize = 1_000;
/// Texts have their numbers and names masked, so there are never many.
const MOST_LOOKED_AT: usize = 10_000;

pub(crate) async fn list_unlisted_replies(
    shared: &Shared,
    request: &Request<v1::ListUnlistedRepliesRequest>,
) -> Result<v1::ListUnlistedRepliesResponse, Status> {
    let operator = caller(request, Role::Operate)?;
    let request = request.get_ref();
    let size = page::size(request.page_size, USUAL, MOST)?;
    let only = provider_filter(shared, &request.provider)?;
    let mut question = Question::new("unlisted-replies", &operator);
    question.filter("provider", &request.provider);
    let from = page::number(&question, &request.page_token)?;
    let found = shared
        .engine
        .unlisted_replies(only.as_ref(), MOST_LOOKED_AT)
        .await
        .map_err(errors::query)?;
    let (replies, next_page_token) = page::cut(found, from, size, &question);
    let replies = replies
        .into_iter()
        .map(|reply| v1::UnlistedReply {
            provider: reply.provider.to_string(),
            operation: v1::ProviderOperation::Pay.into(),
            text: reply.text,
            count: long(reply.count),
            first_time: Some(time(reply.first_at)),
            last_time: Some(time(reply.last_at)),
            ..Default::default()
        })
        .collect();
    Ok(v1::ListUnlistedRepliesResponse { replies, next_page_token, trial: None })
}
