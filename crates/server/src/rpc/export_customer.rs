//! One customer's payments, for the customer.

use ppob_api::v1;
use ppob_engine::AboutCustomer;
use ppob_journal::{Note, Page, StoredPayment};
use ppob_payment::Attempt;
use ppob_types::{RawAnswer, Sensitive};
use prost::Message;
use tonic::{Request, Status};

use super::operator::who;
use super::page;
use crate::convert::{View, operator, payment};
use crate::errors;
use crate::shared::Shared;
use crate::tokens::Question;

const USUAL: usize = 50;
const MOST: usize = 500;
/// A page ends when it is this big: raw answers are, and gRPC clients take 4 MiB by default.
const MOST_BYTES: usize = 2 * 1024 * 1024;

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
    let found = found.map_err(|error| errors::operate(&error))?;
    let catalogue = shared.engine.catalogue();
    let view = shared.view(&catalogue);
    let mut answer = v1::ExportCustomerResponse::default();
    let (mut bytes, mut last) = (0, None);
    for stored in &found {
        if let Some(serial) = last
            && (answer.payments.len() == size || bytes > MOST_BYTES)
        {
            answer.next_page_token = question.token(&u64::to_string(&serial));
            break;
        }
        let dossier = shared.engine.dossier(&stored.key).await.map_err(errors::query)?;
        let one = exported(stored, &dossier.notes, &view);
        bytes += one.encoded_len();
        answer.payments.push(one);
        last = Some(stored.serial);
    }
    Ok(answer)
}

fn exported(stored: &StoredPayment, notes: &[Note], view: &View<'_>) -> v1::CustomerPayment {
    let raw_answers = stored
        .payment
        .attempts
        .iter()
        .flat_map(raw_answers)
        .map(|answer| answer.expose().to_owned())
        .collect();
    v1::CustomerPayment {
        consumer: stored.key.consumer.to_string(),
        payment: Some(payment::payment(stored, view)),
        raw_answers,
        notes: notes.iter().map(operator::note).collect(),
    }
}

/// All that is kept of what the provider said, oldest first.
fn raw_answers(attempt: &Attempt) -> impl Iterator<Item = &RawAnswer> {
    let late = attempt.late_charge.as_ref().and_then(|late| late.observed.raw.as_ref());
    let answer_to_pay = attempt.answer_to_pay.as_ref();
    answer_to_pay.into_iter().chain(attempt.observed.raw.as_ref()).chain(late)
}
