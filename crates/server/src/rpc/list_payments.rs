//! Payments, newest first.

use ppob_api::v1;
use ppob_journal::Page;
use ppob_types::{ConsumerId, Family};
use prost::Message;
use tonic::{Request, Status};

use super::page;
use crate::consumer::{Role, caller};
use crate::convert::filter::PaymentFilter;
use crate::convert::payment;
use crate::errors;
use crate::shared::Shared;

const USUAL: usize = 50;
const MOST: usize = 500;
/// A page ends when it is this big, so that it fits the 4 MiB that gRPC clients take by default.
const MOST_BYTES: usize = 3 * 1024 * 1024;
/// How many payments are looked through for one page; then a shorter page is given, with a token.
const MOST_LOOKED_AT: usize = 5_000;
const FEWEST_READ: usize = 100;

pub(crate) async fn list_payments(
    shared: &Shared,
    request: Request<v1::ListPaymentsRequest>,
) -> Result<v1::ListPaymentsResponse, Status> {
    let _overhead = shared.overhead("ListPayments");
    let consumer = caller(&request, Role::Read)?;
    let request = request.into_inner();
    let size = page::size(request.page_size, USUAL, MOST)?;
    let filter = PaymentFilter::read(&request)?;
    let question = filter.question(&consumer);
    let before = page::number(&question, &request.page_token)?;
    let (payments, next) = collect(shared, &consumer, &filter, before, size).await?;
    Ok(v1::ListPaymentsResponse {
        payments,
        next_page_token: next
            .map_or_else(String::new, |serial| question.token(&serial.to_string())),
    })
}

/// The payments of a page, and the serial that the next one begins before.
async fn collect(
    shared: &Shared,
    consumer: &ConsumerId,
    filter: &PaymentFilter,
    mut before: Option<u64>,
    size: usize,
) -> Result<(Vec<v1::Payment>, Option<u64>), Status> {
    let catalogue = shared.engine.catalogue();
    let view = shared.view(&catalogue);
    let wanted = filter.journal(consumer, family(shared, filter));
    let mut payments = Vec::new();
    let (mut bytes, mut looked_at) = (0, 0);
    while looked_at < MOST_LOOKED_AT {
        // One more than fits tells whether there is a next page; few at a time would be slow where
        // most are not wanted.
        let limit = (size + 1).max(FEWEST_READ);
        let page = Page { before_serial: before, limit };
        let found = shared.engine.list_payments(&wanted, page).await.map_err(errors::query)?;
        let last = found.len() < limit;
        looked_at += found.len();
        for stored in found {
            if payments.len() == size || bytes > MOST_BYTES {
                return Ok((payments, before));
            }
            before = Some(stored.serial);
            if filter.wants(&stored) {
                let message = payment::payment(&stored, &view);
                bytes += message.encoded_len();
                payments.push(message);
            }
        }
        if last {
            return Ok((payments, None));
        }
    }
    Ok((payments, before))
}

fn family(shared: &Shared, filter: &PaymentFilter) -> Option<Family> {
    let catalogue = shared.engine.catalogue();
    filter.product().and_then(|code| catalogue.get(code)).map(|product| product.family)
}
