//! `ceksaldo`: the deposit. The fields of its success are invented: nothing public shows them.

use super::super::call::Call;
use super::super::plan::Plan;
use super::super::state::State;
use super::super::texts::Refusal;
use super::super::wire::{Body, Fields, dotted};
use super::admit;

pub(super) fn answer(state: &State, call: &Call, plan: &Plan) -> Result<Body, Refusal> {
    let book = state.book();
    admit(&book, call, plan)?;
    let account = book.accounts.get(call.username()).ok_or(Refusal::WrongCredentials)?;
    let fields = Fields::default().with("result", "ok").with("saldo", dotted(account.balance));
    Ok(Body::Object(fields))
}
