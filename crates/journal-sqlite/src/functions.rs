//! Sealing as functions of SQL: for the step that sealed what had been plain, and for the triggers
//! that must know whether something sealed anew still holds the same.

use std::sync::Arc;

use ppob_journal_durable::chain::Fields;
use ppob_journal_durable::sealed::{CUSTOMER, FINGERPRINT, REPLY};
use ppob_seal::{Place, Sealer};
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result};

use crate::chain::hash_value;

/// Any number of arguments.
const ANY: i32 = -1;

/// Gives the function that the chain of hashes needs to a connection, also to one that only reads.
pub(crate) fn register_digest(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_INNOCUOUS
        | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("digest", ANY, flags, |arguments| {
        let mut fields = Fields::new();
        (0..arguments.len()).for_each(|index| hash_value(&mut fields, arguments.get_raw(index)));
        Ok(fields.finish().to_vec())
    })
}

/// Gives the functions to a connection that writes.
pub(crate) fn register(connection: &Connection, sealer: &Arc<Sealer>) -> Result<()> {
    register_digest(connection)?;
    let direct = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
    let in_triggers = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    let keys = Arc::clone(sealer);
    connection.create_scalar_function("seal", ANY, direct, move |arguments| {
        let plain = bytes(arguments, 1)?;
        seal(&keys, &place(arguments, &text(arguments, 0)?, 2)?, plain)
    })?;
    let keys = Arc::clone(sealer);
    connection.create_scalar_function("seal_request", 4, direct, move |arguments| {
        let plain = [bytes(arguments, 0)?, bytes(arguments, 1)?].concat();
        seal(&keys, &place(arguments, "payment.request", 2)?, &plain)
    })?;
    let keys = Arc::clone(sealer);
    connection.create_scalar_function("blind_customer", 1, direct, move |arguments| {
        Ok(keys.blind(CUSTOMER, &text(arguments, 0)?).as_str().to_owned())
    })?;
    let keys = Arc::clone(sealer);
    connection.create_scalar_function("blind_reply", 1, direct, move |arguments| {
        Ok(keys.blind(REPLY, &text(arguments, 0)?).as_str().to_owned())
    })?;
    let keys = Arc::clone(sealer);
    connection.create_scalar_function("keyed_fingerprint", 1, direct, move |arguments| {
        Ok(keys.keyed(FINGERPRINT, bytes(arguments, 0)?).to_vec())
    })?;
    let keys = Arc::clone(sealer);
    connection.create_scalar_function("sealed_alike", ANY, in_triggers, move |arguments| {
        let place = place(arguments, &text(arguments, 0)?, 3)?;
        let (old, new) = (bytes(arguments, 1)?, bytes(arguments, 2)?);
        Ok(old == new
            || matches!(
                (keys.open(&place, old), keys.open(&place, new)),
                (Ok(old), Ok(new)) if old == new
            ))
    })
}

fn seal(keys: &Sealer, place: &Place, plain: &[u8]) -> Result<Vec<u8>> {
    keys.seal(place, plain).map_err(|error| Error::UserFunctionError(Box::new(error)))
}

/// The place whose row is told by the arguments from `first` on.
fn place(arguments: &Context<'_>, column: &str, first: usize) -> Result<Place> {
    let row = (first..arguments.len())
        .map(|index| text(arguments, index))
        .collect::<Result<Vec<String>>>()?;
    Ok(Place::new(column, &row.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// Text, or a whole number in digits.
fn text(arguments: &Context<'_>, index: usize) -> Result<String> {
    match arguments.get_raw(index) {
        ValueRef::Integer(number) => Ok(number.to_string()),
        _ => arguments.get(index),
    }
}

fn bytes<'a>(arguments: &'a Context<'_>, index: usize) -> Result<&'a [u8]> {
    arguments.get_raw(index).as_bytes().map_err(|error| Error::UserFunctionError(Box::new(error)))
}
