//! What each verb does once its request is read and no fault stopped it.

mod balance;
mod inquiry;
mod pay;
mod price_list;
mod status;

use super::book::Book;
use super::call::Call;
use super::plan::Plan;
use super::state::State;
use super::texts::Refusal;
use super::verb::Verb;
use super::wire::Body;

/// Does the work of a call; a refusal is an answer too.
pub(crate) fn work(state: &State, call: &Call, plan: &Plan) -> Body {
    let answered = match call.verb {
        Verb::PriceList => price_list::answer(state, call, plan),
        Verb::Inquiry => inquiry::answer(state, call, plan),
        Verb::Pay => pay::answer(state, call, plan),
        Verb::Status => status::answer(state, call, plan),
        Verb::Balance => balance::answer(state, call, plan),
    };
    answered.unwrap_or_else(|refusal| {
        Body::Object(refusal.fields(call.product(), call.customer_number()))
    })
}

/// Refuses what every verb refuses: missing parameters, wrong credentials, and refusing faults.
fn admit(book: &Book, call: &Call, plan: &Plan) -> Result<(), Refusal> {
    if !call.is_complete() {
        return Err(Refusal::MissingParameter);
    }
    let account = book
        .accounts
        .get(call.username())
        .filter(|account| account.config.password == call.password())
        .ok_or(Refusal::WrongCredentials)?;
    match plan.refusal(&account.config.agent, account.balance) {
        Some(refusal) => Err(refusal),
        None => Ok(()),
    }
}
