//! `cektagihan`: what a customer owes; moves no money and leaves no trace.

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
    let quote = {
        let book = state.book();
        admit(&book, call, plan)?;
        let product = product(call.product()).ok_or(Refusal::UnknownProduct)?;
        let account = book.accounts.get(call.username()).ok_or(Refusal::WrongCredentials)?;
        book.quote(account, product, call.customer_number(), now.month, plan)?
    };
    Ok(Body::Object(families::inquiry(&quote, &now.text)))
}
