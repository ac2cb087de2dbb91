//! Callbacks. They are not signed, so whoever knows the address could have sent one: nothing that they say
//! about the money is believed, only that it is time to ask.

use ppob_provider::{Callback, CallbackError, RawCallback};
use ppob_types::{AttemptId, Observed, StatusReport, StatusVerdict};

use crate::description::{self, Place};
use crate::json::Json;

/// How long a callback may be, in bytes.
const LONGEST: usize = 64 * 1024;

/// Where a callback says whom it is about.
pub(crate) struct Source {
    place: Place,
    reference: String,
}

impl Source {
    pub(crate) fn read(callback: &description::Callback) -> Self {
        Self { place: callback.place, reference: callback.reference.clone() }
    }

    /// Reads a callback: whose it is, and nothing else.
    pub(crate) fn decode(&self, raw: &RawCallback) -> Result<Callback, CallbackError> {
        let bytes = if self.place == Place::Query { &raw.query } else { &raw.body };
        if bytes.len() > LONGEST {
            return Err(CallbackError::Unreadable);
        }
        let reference = match self.place {
            Place::Query | Place::Form => field(bytes, &self.reference),
            Place::Json => std::str::from_utf8(bytes)
                .ok()
                .and_then(Json::read)
                .and_then(|json| json.fields().remove(&self.reference)),
        };
        let reference = reference.ok_or(CallbackError::Unreadable)?;
        let attempt = AttemptId::parse(reference.trim()).map_err(|_| CallbackError::Unreadable)?;
        Ok(Callback {
            attempt: Some(attempt),
            // What names nobody proves nothing, wherever a callback would count by itself.
            provider_ref: None,
            customer: None,
            provider_code: None,
            report: StatusReport { verdict: StatusVerdict::Pending, observed: Observed::default() },
        })
    }
}

/// The value of a form field; none if it is not there exactly once.
fn field(form: &[u8], name: &str) -> Option<String> {
    let text = std::str::from_utf8(form).ok()?;
    let mut values = text.split('&').filter_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(key)? == name).then(|| decoded(value))?
    });
    let value = values.next()?;
    values.next().is_none().then_some(value)
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
                u8::try_from(high? * 16 + low?).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}
