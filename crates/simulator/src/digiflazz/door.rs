//! What every call must pass: who asks, and whether the question is one.

use super::book::Book;
use super::call::Call;
use super::plan::Plan;
use super::sign;

/// Who came in.
pub(crate) struct Caller {
    pub(crate) account: String,
    /// By the development key: nothing is bought.
    pub(crate) is_playing: bool,
}

/// Lets a caller in, or tells the code with which it is turned away. Whose signature it should be is known only
/// by the user name, so an unknown one is turned away first.
pub(crate) fn enter(book: &Book, call: &Call, plan: &Plan) -> Result<Caller, &'static str> {
    let username = call.text("username");
    if username.is_empty() || call.text("sign").is_empty() {
        return Err("40");
    }
    let account = book.accounts.get(username).ok_or("42")?;
    let signed = |key: &str| sign::request(username, key, call.signed()) == call.text("sign");
    let is_playing = signed(&account.config.development_key);
    // A production key with `testing` is a key of the wrong mode.
    if !is_playing && (!signed(&account.config.production_key) || call.flag("testing")) {
        return Err("41");
    }
    if plan.refusal() == Some("45") {
        return Err("45");
    }
    if !call.is_well_typed() {
        return Err("40");
    }
    Ok(Caller { account: username.to_owned(), is_playing })
}
