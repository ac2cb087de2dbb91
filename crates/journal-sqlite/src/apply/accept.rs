//! Acceptance and tombstones.

use ppob_journal::{EventKind, NewPayment};
use ppob_journal_durable::answers::AcceptAnswer;
use ppob_journal_durable::columns::{attempts, may_displace, money};
use ppob_journal_durable::decode::{PaymentRow, integer, payment_key};
use ppob_journal_durable::sealed::{Seal, SealedPayment};
use ppob_types::{PaymentKey, Rupiah, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Failure, reserve_serials, write_attempts, write_event};
use crate::{rows, sql};

/// What can stand in the way: the columns of `accept_lookup.sql`.
struct Lookup {
    /// Serial and fingerprint, as kept, of the payment with this id.
    known: Option<(i64, [u8; 32])>,
    buried: bool,
    /// The serial of the payment that holds the guard.
    holder: Option<i64>,
    /// Repeat and time of the latest success.
    last: Option<(u32, i64)>,
    /// That was a payment of the same consumer.
    own: bool,
}

impl Lookup {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            known: row.get::<_, Option<i64>>(0)?.zip(row.get(1)?),
            buried: row.get(2)?,
            holder: row.get(3)?,
            last: row.get::<_, Option<u32>>(4)?.zip(row.get(5)?),
            own: row.get::<_, Option<bool>>(6)?.unwrap_or_default(),
        })
    }
}

/// Accepts `new`, given also as what is kept of it.
pub(crate) fn accept(
    connection: &Connection,
    new: Box<NewPayment>,
    sealed: &SealedPayment,
) -> Result<AcceptAnswer, Failure> {
    let (consumer, id) = (new.key.consumer.as_str(), new.key.id.as_str());
    let product = new.request.purchase.product.as_str();
    let customer = sealed.customer.as_str();
    let Lookup { known, buried, holder, last, own } = connection
        .prepare_cached(sql::ACCEPT_LOOKUP)?
        .query_row((consumer, id, product, customer), Lookup::read)?;
    if let Some((serial, fingerprint)) = known {
        return Ok(if fingerprint == sealed.fingerprint {
            AcceptAnswer::Known(by_serial(connection, serial)?)
        } else {
            AcceptAnswer::Conflict
        });
    }
    if buried {
        return Ok(AcceptAnswer::Abandoned);
    }
    if let Some(serial) = holder {
        let (holder, in_doubt) = key_of(connection, serial)?;
        if !(in_doubt && may_displace(&new, &holder)) {
            return Ok(AcceptAnswer::Guarded(holder));
        }
    } else if new.request.despite_in_doubt.is_some() {
        return Ok(AcceptAnswer::HolderChanged);
    }
    let is_within = |at| new.now.since(Timestamp::from_micros(at)) < new.duplicate_window;
    if let Some((repeat, at)) = last.filter(|(_, at)| is_within(*at)) {
        let needed = repeat.saturating_add(1);
        if new.request.repeat != needed {
            let succeeded_at = own.then(|| Timestamp::from_micros(at));
            return Ok(AcceptAnswer::RepeatNeeded { repeat: needed, succeeded_at });
        }
    }
    if let Some(counted) = count(connection, &new)? {
        return Ok(AcceptAnswer::DayLimit { counted });
    }
    insert(connection, &new, sealed, EventKind::Accepted, sql::GUARD_TAKE)?;
    Ok(AcceptAnswer::Accepted(new))
}

/// Counts the payment in its consumer's day, or says what that day counts already if this would be too
/// much.
fn count(connection: &Connection, new: &NewPayment) -> rusqlite::Result<Option<Rupiah>> {
    let consumer = new.key.consumer.as_str();
    let day = new.payment.terms.accepted_at.wib_day();
    let counted = new.payment.counted().get();
    let most = new.day_max.map(Rupiah::get);
    let mut take = connection.prepare_cached(sql::SPEND_TAKE)?;
    if take.execute((consumer, day, counted, most))? > 0 {
        return Ok(None);
    }
    let already = connection
        .prepare_cached(sql::SPEND_GET)?
        .query_row((consumer, day), |row| row.get(0))
        .optional()?;
    Ok(Some(Rupiah::new(already.unwrap_or_default())))
}

/// Buries `key` unless it is a payment, which is returned then.
pub(crate) fn bury(
    connection: &Connection,
    key: &PaymentKey,
    now: Timestamp,
) -> Result<Option<PaymentRow>, Failure> {
    let (consumer, id) = (key.consumer.as_str(), key.id.as_str());
    let known = connection
        .prepare_cached(sql::PAYMENT_BY_KEY)?
        .query_row((consumer, id), rows::payment)
        .optional()?;
    if known.is_none() {
        connection.prepare_cached(sql::BURY)?.execute((consumer, id, now.as_micros()))?;
    }
    Ok(known)
}

/// Makes a payment again that the database has forgotten. Nothing stands in its way: it may have been
/// paid. If another payment holds its guard, that one keeps it, and leaves it to this one when it ends.
pub(crate) fn put_forgotten(
    connection: &Connection,
    seal: &Seal,
    mut new: NewPayment,
) -> Result<(), Failure> {
    let mut taken = connection.prepare_cached(sql::SERIAL_TAKEN)?;
    if taken.query_row([integer(new.serial)], |row| row.get(0))? {
        new.serial = *reserve_serials(connection, 1)?.end();
    }
    let sealed = SealedPayment::new(seal, &new)?;
    insert(connection, &new, &sealed, EventKind::Recovered, sql::GUARD_TAKE_IF_FREE)?;
    let day = new.payment.terms.accepted_at.wib_day();
    let counted = (new.key.consumer.as_str(), day, new.payment.counted().get());
    connection.prepare_cached(sql::SPEND_CORRECT)?.execute(counted)?;
    Ok(())
}

fn insert(
    connection: &Connection,
    new: &NewPayment,
    sealed: &SealedPayment,
    kind: EventKind,
    take_guard: &str,
) -> rusqlite::Result<()> {
    let purchase = &new.request.purchase;
    let (product, customer) = (purchase.product.as_str(), sealed.customer.as_str());
    let payment = &new.payment;
    let serial = integer(new.serial);
    let now = new.now.as_micros();
    let (total, cost) = money(payment);
    connection.prepare_cached(sql::PAYMENT_INSERT)?.execute(params![
        serial,
        new.key.consumer.as_str(),
        new.key.id.as_str(),
        payment.state().as_str(),
        product,
        customer,
        purchase.family.as_str(),
        new.request.repeat,
        attempts(payment),
        payment.terms.accepted_at.as_micros(),
        now,
        payment.next_check_at.map(Timestamp::as_micros),
        total,
        cost,
        sealed.fingerprint,
        sealed.request,
        sealed.value,
    ])?;
    write_attempts(connection, serial, payment, 0)?;
    if !payment.is_concluded() {
        connection.prepare_cached(take_guard)?.execute((product, customer, serial))?;
    }
    write_event(connection, serial, 1, &new.key.consumer, kind, payment, now)
}

fn by_serial(connection: &Connection, serial: i64) -> rusqlite::Result<PaymentRow> {
    connection.prepare_cached(sql::PAYMENT_BY_SERIAL)?.query_row([serial], rows::payment)
}

/// The key of a payment, and whether it is in doubt.
fn key_of(connection: &Connection, serial: i64) -> Result<(PaymentKey, bool), Failure> {
    let (consumer, id, in_doubt): (String, String, bool) = connection
        .prepare_cached(sql::PAYMENT_KEY)?
        .query_row([serial], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok((payment_key(&consumer, &id)?, in_doubt))
}
