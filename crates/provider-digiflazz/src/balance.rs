//! What the answer to `cek-saldo` says.

use ppob_http::Answer;
use ppob_provider::ProviderError;
use ppob_types::Rupiah;

use crate::codes::refused_read;
use crate::status::unreadable;
use crate::wire;

/// The deposit in an answer: documented as "Float", read as whole rupiah or not at all. A success has no code.
pub(crate) fn interpret(answer: &Answer) -> Result<Rupiah, ProviderError> {
    let fields = wire::read_object(answer)?;
    if fields.text("rc").is_some_and(|rc| rc != "00") {
        return Err(refused_read(&fields, &[]));
    }
    match fields.rupiah("deposit") {
        Ok(Some(deposit)) => Ok(deposit),
        Ok(None) => Err(unreadable("the answer states no deposit")),
        Err(error) => Err(unreadable(format!("deposit: {error}"))),
    }
}
