//! Answers of providers that are on no list.

use ppob_api::v1;
use ppob_engine::{TrialResult, UnlistedStanding};
use ppob_types::ProviderName;
use tonic::{Request, Status};

use super::operator::provider_filter;
use super::page;
use crate::consumer::{Role, caller};
use crate::convert::attempt;
use crate::convert::scalar::{count, long, time};
use crate::errors::{self, Violations};
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
    question.filter("pattern", &request.pattern);
    let from = page::number(&question, &request.page_token)?;
    let trial = match (&only, request.pattern.as_str()) {
        (_, "") => None,
        (Some(provider), pattern) => Some(trial(shared, provider, pattern).await?),
        (None, _) => {
            let problem = "is missing; a pattern is tried on the answers of one provider";
            return Err(Violations::one("provider", problem));
        }
    };
    let found = shared
        .engine
        .unlisted_replies(only.as_ref(), MOST_LOOKED_AT)
        .await
        .map_err(errors::query)?;
    let (replies, next_page_token) = page::cut(found, from, size, &question);
    let replies = replies.into_iter().map(unlisted).collect();
    Ok(v1::ListUnlistedRepliesResponse { replies, next_page_token, trial })
}

/// What a pattern would make of stored answers.
async fn trial(
    shared: &Shared,
    provider: &ProviderName,
    pattern: &str,
) -> Result<v1::PatternTrial, Status> {
    let result = shared.engine.try_pattern(provider, pattern).await;
    let TrialResult { tried, matched, matches } =
        result.map_err(|error| errors::operate(&error))?;
    let matches = matches.into_iter().map(|found| v1::PatternMatch {
        consumer: found.key.consumer.to_string(),
        payment_id: found.key.id.to_string(),
        attempt_number: count(found.attempt),
        state: attempt::state(&found.state).into(),
    });
    Ok(v1::PatternTrial {
        tried_count: count(tried),
        matched_count: count(matched),
        matches: matches.collect(),
    })
}

fn unlisted(known: UnlistedStanding) -> v1::UnlistedReply {
    let UnlistedStanding { reply, in_doubt, example } = known;
    let (example_payment_id, example_consumer) =
        example.map(|key| (key.id.to_string(), key.consumer.to_string())).unwrap_or_default();
    v1::UnlistedReply {
        provider: reply.provider.to_string(),
        // Only answers to calls that pay are counted.
        operation: v1::ProviderOperation::Pay.into(),
        text: reply.text,
        // The text holds whatever the answer has of a code.
        provider_code: String::new(),
        count: long(reply.count),
        first_time: Some(time(reply.first_at)),
        last_time: Some(time(reply.last_at)),
        in_doubt: count(in_doubt),
        example_payment_id,
        example_consumer,
    }
}
