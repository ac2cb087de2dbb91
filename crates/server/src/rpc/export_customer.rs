//! One customer's payments, for the customer.

use ppob_api::v1;
use ppob_engine::AboutCustomer;
use ppob_journal::{Page, StoredPayment};
use ppob_types::{RawAnswer, Sensitive};
use tonic::{Request, Status};

use super::operator::who;
use super::page;
use crate::convert::{View, payment};
use crate::errors;
use crate::shared::Shared;
use crate::tokens::Question;

const USUAL: usize = 50;
const MOST: usize = 500;

pub(crate) async fn export_customer(
    shared: &Shared,
    request: &Request<v1::ExportCustomerRequest>,
) -> Result<v1::ExportCustomerResponse, Status> {
    let who = who(request, &request.get_ref().actor)?;
    let request = request.get_ref();
    let size = page::size(request.page_size, USUAL, MOST)?;
    let mut question = Question::new("export-customer", &who.operator);
    question.filter("customer_number", &request.customer_number);
    let before_serial = page::number(&question, &request.page_token)?;
    let about = AboutCustomer {
        customer_number: Sensitive::new(request.customer_number.clone()),
        who,
        reason: request.reason.clone(),
    };
    // One more than shown tells whether there is another page.
    let page = Page { before_serial, limit: size.saturating_add(1) };
    let found = shared.engine.export_customer(&about, page).await;
    let mut found = found.map_err(|error| errors::operate(&error))?;
    let more = found.len() > size;
    found.truncate(size);
    let next_page_token = match found.last() {
        Some(last) if more => question.token(&last.serial.to_string()),
        _ => String::new(),
    };
    let catalogue = shared.engine.catalogue();
    let view = shared.view(&catalogue);
    let payments = found.iter().map(|stored| exported(stored, &view)).collect();
    Ok(v1::ExportCustomerResponse { payments, next_page_token })
}

fn exported(stored: &StoredPayment, view: &View<'_>) -> v1::CustomerPayment {
    let raw_answers = stored
        .payment
        .attempts
        .iter()
        .flat_map(|attempt| {
            let late = attempt.late_charge.as_ref().map(|late| &late.observed);
            std::iter::once(&attempt.observed).chain(late)
        })
        .filter_map(|observed| observed.raw.as_ref())
        .map(RawAnswer::expose)
        .map(str::to_owned)
        .collect();
    v1::CustomerPayment {
        consumer: stored.key.consumer.to_string(),
        payment: Some(payment::payment(stored, view)),
        raw_answers,
        notes: Vec::new(),
    }
}
