//! `cekstatus`: how a payment stands, for who knows its invoice *and* its customer number.

use super::super::call::Call;
use super::super::families;
use super::super::plan::Plan;
use super::super::state::State;
use super::super::texts::Refusal;
use super::super::wire::Body;
use super::admit;

pub(super) fn answer(state: &State, call: &Call, plan: &Plan) -> Result<Body, Refusal> {
    let (invoice, standing, agent) = {
        let mut book = state.book();
        admit(&book, call, plan)?;
        let number = call.invoice().ok_or(Refusal::NoData)?;
        let (invoice, standing) =
            book.check(call.username(), number, call.customer_number()).ok_or(Refusal::NoData)?;
        let account = book.accounts.get(call.username());
        (invoice, standing, account.map(|account| account.config.agent.clone()))
    };
    let agent = agent.filter(|_| state.agent_in_status);
    Ok(Body::Object(families::status(&invoice, standing, agent.as_deref())))
}
