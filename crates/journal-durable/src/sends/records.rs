//! What is written down of a send.

use ppob_journal::{Change, JournalError, JournalledSend, NewPayment, begun_by};
use zeroize::Zeroizing;

use crate::decode::{natural, to_json};
use crate::sealed::Seal;

/// The send that an acceptance permits, as JSON, if it does.
pub fn of_acceptance(new: &NewPayment) -> Result<Option<Zeroizing<Vec<u8>>>, JournalError> {
    let Some(attempt) = begun_by(&new.payment, 0) else { return Ok(None) };
    let send = JournalledSend {
        key: new.key.clone(),
        serial: new.serial,
        request: new.request.clone(),
        fingerprint: new.fingerprint,
        attempt: attempt.id.clone(),
        payment: new.payment.clone(),
    };
    json(&send).map(Some)
}

/// The send that a change permits, as JSON, if it does. The payment has this `serial` and, as its row has it
/// sealed, this `request`; `recorded` attempts were there before. Made by whoever writes: only the database has
/// the request.
///
/// # Errors
/// [`JournalError::Corrupt`] if the request cannot be read.
pub fn of_change(
    seal: &Seal,
    change: &Change,
    serial: i64,
    request: &[u8],
    recorded: i64,
) -> Result<Option<Zeroizing<Vec<u8>>>, JournalError> {
    let recorded = usize::try_from(recorded).unwrap_or(usize::MAX);
    let Some(attempt) = begun_by(&change.payment, recorded) else { return Ok(None) };
    let (fingerprint, request) = seal.open_request(&change.key, request)?;
    let send = JournalledSend {
        key: change.key.clone(),
        serial: natural(serial)?,
        request,
        fingerprint,
        attempt: attempt.id.clone(),
        payment: change.payment.clone(),
    };
    json(&send).map(Some)
}

/// On one line: JSON of this kind holds no line end.
fn json(send: &JournalledSend) -> Result<Zeroizing<Vec<u8>>, JournalError> {
    Ok(Zeroizing::new(to_json(send)?.into_bytes()))
}
