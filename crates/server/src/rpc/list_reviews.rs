//! Payments that need a person.

use std::time::Duration;

use ppob_api::v1;
use ppob_engine::Review;
use ppob_types::{Family, ProviderName, Timestamp};
use tonic::{Request, Status};

use super::operator::provider_filter;
use super::page;
use crate::consumer::{Role, caller};
use crate::convert::scalar::{count, duration};
use crate::convert::{family, review};
use crate::errors::{self, Violations};
use crate::shared::Shared;
use crate::tokens::Question;

const USUAL: usize = 50;
const MOST: usize = 500;
/// More than a person will ever look through.
const MOST_LOOKED_AT: usize = 10_000;

pub(crate) async fn list_reviews(
    shared: &Shared,
    request: &Request<v1::ListReviewsRequest>,
) -> Result<v1::ListReviewsResponse, Status> {
    let operator = caller(request, Role::Operate)?;
    let request = request.get_ref();
    let size = page::size(request.page_size, USUAL, MOST)?;
    let wanted = Wanted::read(shared, request)?;
    let question = wanted.question(Question::new("reviews", &operator));
    let after = page::number(&question, &request.page_token)?;
    let catalogue = shared.engine.catalogue();
    let view = shared.view(&catalogue);
    // They come newest first, and a person works from the oldest.
    let mut fitting = shared.engine.reviews(MOST_LOOKED_AT).await.map_err(errors::query)?;
    fitting.retain(|review| wanted.fits(review, view.now));
    fitting.reverse();
    let total = count(fitting.len());
    let mut rest = fitting
        .iter()
        .skip_while(|review| after.is_some_and(|after| review.payment.serial <= after));
    let shown: Vec<&Review> = rest.by_ref().take(size).collect();
    let next_page_token = match (rest.next(), shown.last()) {
        (Some(_), Some(last)) => question.token(&last.payment.serial.to_string()),
        _ => String::new(),
    };
    let mut reviews = Vec::with_capacity(shown.len());
    for one in shown {
        let details = shared.engine.review_details(one).await.map_err(errors::query)?;
        reviews.push(review::review(one, &details, &view));
    }
    Ok(v1::ListReviewsResponse { reviews, next_page_token, total_count: total })
}

struct Wanted {
    provider: Option<ProviderName>,
    families: Vec<Family>,
    min_age: Duration,
    consumer: String,
    payment_id: String,
}

impl Wanted {
    fn read(shared: &Shared, request: &v1::ListReviewsRequest) -> Result<Self, Status> {
        let provider = provider_filter(shared, &request.provider)?;
        let mut bad = Violations::default();
        let families = family::families(&request.families, &mut bad);
        let min_age = request
            .min_age
            .as_ref()
            .and_then(|span| bad.take("min_age", duration(span).ok_or("must not be negative")));
        bad.check().map(|()| Self {
            provider,
            families,
            min_age: min_age.unwrap_or_default(),
            consumer: request.consumer.clone(),
            payment_id: request.payment_id.clone(),
        })
    }

    fn question(&self, mut question: Question) -> Question {
        if let Some(provider) = &self.provider {
            question.filter("provider", provider);
        }
        for family in &self.families {
            question.filter("family", family);
        }
        question.filter("min_age", self.min_age.as_nanos());
        question.filter("consumer", &self.consumer);
        question.filter("payment_id", &self.payment_id);
        question
    }

    fn fits(&self, review: &Review, now: Timestamp) -> bool {
        let stored = &review.payment;
        let provider_fits = self.provider.as_ref().is_none_or(|wanted| {
            review.attempt().is_some_and(|attempt| attempt.provider == *wanted)
        });
        let family_fits =
            self.families.is_empty() || self.families.contains(&stored.payment.terms.family);
        provider_fits
            && family_fits
            && now.since(review.since) >= self.min_age
            && (self.consumer.is_empty() || stored.key.consumer.as_str() == self.consumer)
            && (self.payment_id.is_empty() || stored.key.id.as_str() == self.payment_id)
    }
}
