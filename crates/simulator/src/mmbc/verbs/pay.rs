//! `bayartagihan`: debits what the customer owes at this moment. Carries no client reference, so
//! the same request twice is two payments.

use super::super::call::Call;
use super::super::catalogue::product;
use super::super::families;
use super::super::plan::Plan;
use super::super::state::State;
use super::super::texts::Refusal;
use super::super::wire::Body;
use super::admit;

pub(super) fn answer(state: &State, call: &Call, plan: &Plan) -> Result<Body, Refusal> {
    let now = state.now();
    let paid = {
        let mut book = state.book();
        admit(&book, call, plan)?;
        let product = product(call.product()).ok_or(Refusal::UnknownProduct)?;
        let paid = book.pay(call.username(), product, call.customer_number(), &now, plan)?;
        // Inside the lock, so that the count never goes back.
        state.charged.send_replace(book.charges.len() as u64);
        paid
    };
    let standing = paid.invoice.course.at(0);
    Ok(Body::Object(families::payment(&paid.invoice, standing, paid.saldo)))
}
