//! What Digiflazz tells by itself: `POST` with a transaction, signed over the raw bytes.

use ppob_provider::{Callback, CallbackError, RawCallback};
use ppob_types::{AttemptId, Family, Receipt, Sensitive, StatusReport, StatusVerdict};
use secrecy::SecretString;

use crate::receipt::{bare, receipt};
use crate::sign::is_authentic;
use crate::status::{shown, verdict};
use crate::wire::{Data, Fields, envelope};

const SIGNATURE: &str = "x-hub-signature";
const EVENT: &str = "x-digiflazz-event";

/// Reads a callback. Without a secret nobody could tell who sent it, so none is taken.
///
/// Which kind of product it is about does not matter, so `User-Agent`, which anybody can write, is not looked
/// at.
pub(crate) fn decode(
    secret: Option<&SecretString>,
    raw: &RawCallback,
) -> Result<Callback, CallbackError> {
    let secret = secret.ok_or(CallbackError::NotAuthentic)?;
    let signature = only(raw, SIGNATURE).ok_or(CallbackError::NotAuthentic)?;
    if !is_authentic(secret, &raw.body, signature.expose()) {
        return Err(CallbackError::NotAuthentic);
    }
    let envelope = envelope(&raw.body).map_err(|_| CallbackError::Unreadable)?;
    let fields = match envelope.data {
        Some(Data::Object(fields)) => fields,
        None if is_ping(&envelope.others) => return Err(CallbackError::Ping),
        Some(Data::List(_)) | None => return Err(CallbackError::Unreadable),
    };
    let known_event = match only(raw, EVENT) {
        Some(event) => matches!(event.expose().trim(), "create" | "update"),
        None => raw.headers.iter().all(|(name, _)| name != EVENT),
    };
    if !known_event {
        return Err(CallbackError::Unreadable);
    }
    news(&fields, &raw.body).ok_or(CallbackError::Unreadable)
}

fn news(fields: &Fields, body: &[u8]) -> Option<Callback> {
    let reference = fields.text("ref_id")?;
    let verdict = verdict(None, fields)?;
    let mut observed = bare(body);
    observed.balance_after = fields.money("buyer_last_saldo");
    shown(&mut observed, &verdict, fields);
    Some(Callback {
        // Somebody may buy by hand from the same account: then it is of no attempt.
        attempt: AttemptId::parse(reference).ok(),
        provider_ref: None,
        customer: fields.text("customer_no").map(Sensitive::from),
        provider_code: fields.text("buyer_sku_code").map(str::to_owned),
        report: StatusReport { verdict, observed },
    })
}

/// The receipt of a success of this family.
///
/// It has to come from here: a purchase that succeeded is not asked about again, since to ask is to purchase, so
/// nobody would ever learn its serial number or voucher code. A serial number of twenty digits is a token of one
/// family, and of every other a serial number.
pub(crate) fn receipt_of(family: Family, raw: &RawCallback) -> Option<Receipt> {
    let Data::Object(fields) = envelope(&raw.body).ok()?.data? else { return None };
    (verdict(Some(family), &fields)? == StatusVerdict::Succeeded).then(|| receipt(family, &fields))
}

/// The trial of an address: it describes the webhook, its secret included, so nothing of it is kept.
fn is_ping(names: &[String]) -> bool {
    ["sed", "hook", "hook_id"].into_iter().any(|known| names.iter().any(|name| name == known))
}

/// The value of a header that comes once.
fn only<'a>(raw: &'a RawCallback, name: &str) -> Option<&'a Sensitive> {
    let mut values = raw.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value);
    values.next().filter(|_| values.next().is_none())
}
