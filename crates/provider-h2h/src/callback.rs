//! Callbacks. They are not signed, so whoever knows the address could have sent one. What they say is read, as
//! a hint; but they never name the customer, nor a reference to ask by. So the engine, which lets a callback
//! count by itself only if it names whom it is about, asks in any case.

use ppob_provider::{Callback, CallbackError, RawCallback};
use ppob_types::{AttemptId, Observed, RawAnswer, StatusReport, StatusVerdict};
use secrecy::SecretString;

use crate::centre::Centre;
use crate::description::{self, Place};
use crate::json::Json;
use crate::reading::{Asked, Reading};
use crate::receipt::without_secrets;
use crate::reply::Reply;
use crate::rules::{Call, Verdict};

/// How long a callback may be, in bytes.
const LONGEST: usize = 64 * 1024;

/// Where a callback says whom it is about, and what.
pub(crate) struct Source {
    place: Place,
    reference: String,
    message: Option<String>,
}

impl Source {
    pub(crate) fn read(callback: &description::Callback) -> Self {
        Self {
            place: callback.place,
            reference: callback.reference.clone(),
            message: callback.message.clone(),
        }
    }

    /// Reads a callback.
    pub(crate) fn decode(
        &self,
        centre: &Centre,
        secrets: &[SecretString],
        raw: &RawCallback,
    ) -> Result<Callback, CallbackError> {
        let bytes = if self.place == Place::Query { &raw.query } else { &raw.body };
        if bytes.len() > LONGEST {
            return Err(CallbackError::Unreadable);
        }
        let reference = self.field(bytes, &self.reference).ok_or(CallbackError::Unreadable)?;
        let attempt = AttemptId::parse(reference.trim()).map_err(|_| CallbackError::Unreadable)?;
        let message = self.message.as_ref().and_then(|name| self.field(bytes, name));
        let verdict = message.and_then(|message| said(centre, &attempt, &message));
        let kept = without_secrets(&String::from_utf8_lossy(bytes), secrets);
        let observed =
            Observed { raw: Some(RawAnswer::new(kept.as_bytes())), ..Observed::default() };
        let verdict = verdict.unwrap_or(StatusVerdict::Pending);
        Ok(Callback {
            attempt: Some(attempt),
            provider_ref: None,
            customer: None,
            provider_code: None,
            report: StatusReport { verdict, observed },
        })
    }

    fn field(&self, bytes: &[u8], name: &str) -> Option<String> {
        match self.place {
            Place::Query | Place::Form => field(bytes, name),
            Place::Json => {
                let json = std::str::from_utf8(bytes).ok().and_then(Json::read)?;
                json.fields().remove(name)
            }
        }
    }
}

/// What a message says about an attempt; nothing if it is on no list, or about another one.
fn said(centre: &Centre, attempt: &AttemptId, message: &str) -> Option<StatusVerdict> {
    let reply = Reply::read(centre, message.as_bytes())?;
    let family = *centre.families.first()?;
    let Reading::Says(verdict, groups) = centre.reading(Call::Status, family, &reply) else {
        return None;
    };
    let asked = Asked { reference: Some(attempt.as_str()), ..Asked::default() };
    if asked.contradiction(&groups).is_some() {
        return None;
    }
    Some(match verdict {
        Verdict::Success => StatusVerdict::Succeeded,
        Verdict::Refused(no) => StatusVerdict::Rejected(no),
        Verdict::Reversed => StatusVerdict::Reversed,
        _ => StatusVerdict::Pending,
    })
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
