//! What the answer to `check-balance` says. Both hosts take from this one deposit.

use ppob_http::Answer;
use ppob_provider::ProviderError;
use ppob_types::Rupiah;

use crate::codes::{Says, masked, prepaid};
use crate::inquiry::{object, refused_read, unreadable};

/// The balance in an answer.
pub(crate) fn interpret(answer: &Answer) -> Result<Rupiah, ProviderError> {
    let fields = object(answer)?;
    let code = fields.code("rc");
    let says = code.as_deref().and_then(prepaid);
    if says != Some(Says::Done) {
        let reply = masked(code.as_deref(), fields.text("message"), &[]);
        return Err(refused_read(says, &reply));
    }
    fields.money("balance").ok_or_else(|| unreadable("the answer states no readable balance"))
}
