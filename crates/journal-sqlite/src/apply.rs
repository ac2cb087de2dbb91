//! Every write, applied inside the savepoint `one` that the writer opened for it.

mod accept;
mod change;
mod operators;
mod records;
mod retention;

use ppob_journal::{EventKind, JournalError, settled_reference};
use ppob_payment::Payment;
use ppob_types::{ConsumerId, ProviderRef};
use rusqlite::Connection;

pub(crate) use self::accept::{accept, bury, put_forgotten};
pub(crate) use self::change::{change, put_remembered};
pub(crate) use self::operators::{add_note, audit, propose, record_deposit, withdraw};
pub(crate) use self::records::{
    forget_and_save_inquiry, raise_time, reserve_serials, save_document,
};
pub(crate) use self::retention::{forget_expired_inquiries, forget_inquiries, strip};
use crate::error::unchanged;
use crate::sql;

/// Why one write was not applied.
#[derive(Debug)]
pub(crate) enum Failure {
    Sqlite(rusqlite::Error),
    Journal(JournalError),
}

impl Failure {
    /// What its caller is told once it was rolled back alone.
    pub(crate) fn into_error(self) -> JournalError {
        match self {
            Self::Sqlite(error) => unchanged(&error),
            Self::Journal(error) => error,
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// Takes back everything that the write has written so far.
pub(crate) fn undo(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached("ROLLBACK TO one")?.execute([]).map(|_| ())
}

/// Writes the attempts from the first on; `recorded` of them have a row already.
///
/// The row's number is the attempt's place, so that a value with two attempts of one number cannot
/// hide one of them from the constraints.
fn write_attempts(
    connection: &Connection,
    serial: i64,
    payment: &Payment,
    recorded: i64,
) -> rusqlite::Result<()> {
    for (number, attempt) in (1_i64..).zip(&payment.attempts) {
        let settled = settled_reference(payment, attempt).map(ProviderRef::as_str);
        let (id, provider) = (attempt.id.as_str(), attempt.provider.as_str());
        let state = attempt.state.as_str();
        if number <= recorded {
            let row = (serial, number, id, provider, state, settled);
            connection.prepare_cached(sql::ATTEMPT_UPDATE)?.execute(row)?;
        } else {
            let begun_at = attempt.begun_at.as_micros();
            let row = (serial, number, id, provider, state, settled, begun_at);
            connection.prepare_cached(sql::ATTEMPT_INSERT)?.execute(row)?;
        }
    }
    Ok(())
}

fn write_event(
    connection: &Connection,
    serial: i64,
    version: i64,
    consumer: &ConsumerId,
    kind: EventKind,
    payment: &Payment,
    at: i64,
) -> rusqlite::Result<()> {
    connection.prepare_cached(sql::EVENT_INSERT)?.execute((
        serial,
        version,
        consumer.as_str(),
        kind.as_str(),
        payment.state().as_str(),
        at,
    ))?;
    Ok(())
}
