//! Changes of a payment.

use ppob_journal::{Change, JournalError, late_charge_at, settled_reference, success_at};
use ppob_journal_durable::answers::ChangeAnswer;
use ppob_journal_durable::columns::{attempts, is_final, money, more_spend};
use ppob_journal_durable::decode::{from_word, integer, payment_key};
use ppob_journal_durable::sealed::{Seal, SealedChange};
use ppob_payment::PaymentState;
use ppob_types::{PaymentKey, Retention, Timestamp};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};

use super::operators::agree;
use super::retention::stripped_change;
use super::{Failure, audit, undo, write_attempts, write_event};
use crate::sql;

/// The payment before the change: the columns of `payment_current.sql`.
struct Current {
    serial: i64,
    version: i64,
    state: String,
    attempts: i64,
    product: String,
    customer: String,
    repeat: u32,
    retention: String,
    request: Vec<u8>,
}

/// Applies `change`, given also as what is kept of it.
pub(crate) fn change(
    connection: &Connection,
    seal: &Seal,
    mut change: Box<Change>,
    mut sealed: SealedChange,
) -> Result<ChangeAnswer, Failure> {
    let current = connection
        .prepare_cached(sql::PAYMENT_CURRENT)?
        .query_row((change.key.consumer.as_str(), change.key.id.as_str()), Current::read)
        .optional()?;
    let Some(current) = current.filter(|now| now.version == integer(change.expected_version))
    else {
        return Ok(ChangeAnswer::Stale);
    };
    // Before the attempts: a constraint looks for the agreement when one of them ends by it.
    if let Some(agreement) = &change.agreement
        && !agree(connection, agreement, sealed.evidence.as_deref(), change.now)?
    {
        return Ok(ChangeAnswer::Stale);
    }
    let serial = current.serial;
    let retention: Retention = from_word(current.retention.clone())?;
    if !retention.is_everything() {
        sealed.value = stripped_change(seal, &change.key, &mut change.payment, retention)?;
    }
    if let Err(error) = write_attempts(connection, serial, &change.payment, current.attempts) {
        return match reference_owner(connection, &change, serial, &error)? {
            Some(owner) => {
                // Rows of attempts before the one that failed are written already.
                undo(connection)?;
                Ok(ChangeAnswer::ReferenceTaken(owner))
            }
            None => Err(error.into()),
        };
    }
    update(connection, &current, &change, &sealed.value)?;
    let ended = change.payment.state().is_final();
    if ended && !is_final(&current.state) {
        release_guard(connection, &current)?;
    }
    if let Some(at) = success_at(&change.payment)
        && current.state != PaymentState::Succeeded.as_str()
    {
        connection.prepare_cached(sql::SUCCESS_PUT)?.execute((
            &current.product,
            &current.customer,
            current.repeat,
            at.as_micros(),
            change.key.consumer.as_str(),
            change.payment.terms.accepted_at.as_micros(),
        ))?;
    }
    if let Some(found_at) = late_charge_at(&change.payment) {
        let row = (serial, found_at.as_micros());
        connection.prepare_cached(sql::LATE_CHARGE_PUT)?.execute(row)?;
    }
    correct_spend(connection, &current, &change)?;
    for reply in &sealed.unlisted {
        connection.prepare_cached(sql::UNLISTED_COUNT)?.execute((
            &reply.provider,
            reply.index.as_str(),
            &reply.text,
            change.now.as_micros(),
        ))?;
    }
    if let Some((entry, reason)) = change.audit.as_ref().zip(sealed.reason.as_ref()) {
        audit(connection, entry, reason)?;
    }
    Ok(ChangeAnswer::Done {
        change,
        serial,
        version: current.version + 1,
        request: current.request,
        recorded: current.attempts,
    })
}

/// Changes a payment to what the send journal shows of it.
pub(crate) fn put_remembered(
    connection: &Connection,
    seal: &Seal,
    changed: Box<Change>,
) -> Result<(), Failure> {
    let sealed = SealedChange::new(seal, &changed)?;
    connection.execute_batch("SAVEPOINT one")?;
    let answer = change(connection, seal, changed, sealed)?;
    connection.execute_batch("RELEASE one")?;
    match answer {
        ChangeAnswer::Done { .. } => Ok(()),
        ChangeAnswer::Stale | ChangeAnswer::ReferenceTaken(_) => {
            let cause = "a payment could not be put in doubt again".to_owned();
            Err(JournalError::Corrupt(cause).into())
        }
    }
}

impl Current {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            serial: row.get(0)?,
            version: row.get(1)?,
            state: row.get(2)?,
            attempts: row.get(3)?,
            product: row.get(4)?,
            customer: row.get(5)?,
            repeat: row.get(6)?,
            retention: row.get(7)?,
            request: row.get(8)?,
        })
    }
}

fn update(
    connection: &Connection,
    current: &Current,
    change: &Change,
    value: &[u8],
) -> rusqlite::Result<()> {
    let payment = &change.payment;
    let now = change.now.as_micros();
    let (total, cost) = money(payment);
    connection.prepare_cached(sql::PAYMENT_UPDATE)?.execute(params![
        current.serial,
        current.version,
        payment.state().as_str(),
        attempts(payment),
        now,
        payment.next_check_at.map(Timestamp::as_micros),
        total,
        cost,
        value,
    ])?;
    let (version, consumer) = (current.version + 1, &change.key.consumer);
    write_event(connection, current.serial, version, consumer, change.kind, payment, now)
}

/// Frees the guard if the payment, whose end is written already, holds it, and gives it back to the
/// newest one that is still open.
fn release_guard(connection: &Connection, current: &Current) -> rusqlite::Result<()> {
    let (product, customer) = (&current.product, &current.customer);
    let mut release = connection.prepare_cached(sql::GUARD_RELEASE)?;
    if release.execute((product, customer, current.serial))? > 0 {
        connection.prepare_cached(sql::GUARD_GIVE_BACK)?.execute((product, customer))?;
    }
    Ok(())
}

/// Counts what changed.
fn correct_spend(
    connection: &Connection,
    current: &Current,
    change: &Change,
) -> rusqlite::Result<()> {
    let payment = &change.payment;
    let more = more_spend(&current.state, payment);
    if more != 0 {
        let day = payment.terms.accepted_at.wib_day();
        let consumer = change.key.consumer.as_str();
        connection.prepare_cached(sql::SPEND_CORRECT)?.execute((consumer, day, more))?;
    }
    Ok(())
}

/// The payment that a reference of `change` settles already, if that is what `error` says.
fn reference_owner(
    connection: &Connection,
    change: &Change,
    serial: i64,
    error: &rusqlite::Error,
) -> Result<Option<PaymentKey>, Failure> {
    if error.sqlite_error_code() != Some(ErrorCode::ConstraintViolation) {
        return Ok(None);
    }
    for attempt in &change.payment.attempts {
        let Some(reference) = settled_reference(&change.payment, attempt) else {
            continue;
        };
        let owner: Option<(String, String)> = connection
            .prepare_cached(sql::REFERENCE_OWNER)?
            .query_row((attempt.provider.as_str(), reference.as_str(), serial), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        if let Some((consumer, id)) = owner {
            return Ok(Some(payment_key(&consumer, &id)?));
        }
    }
    Ok(None)
}
