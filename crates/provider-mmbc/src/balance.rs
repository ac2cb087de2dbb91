//! What the answer to the balance request says. The document does not describe it; seen.

use ppob_http::Answer;
use ppob_provider::ProviderError;
use ppob_types::Rupiah;

use crate::codes::Refusals;
use crate::inquiry::{is_ok, object, refused_read, unreadable};

/// The balance in an answer.
pub(crate) fn interpret(answer: &Answer, refusals: &Refusals) -> Result<Rupiah, ProviderError> {
    let fields = object(answer)?;
    if !is_ok(&fields)? {
        return Err(refused_read(&fields, &[], refusals));
    }
    let balance = fields.money("saldo").or_else(|| fields.money("ppob_saldo"));
    balance.ok_or_else(|| unreadable("the answer states no readable balance"))
}
