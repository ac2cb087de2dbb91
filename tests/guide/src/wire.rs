//! From the bytes of an answer to its fields.

use ppob_http::Answer;
use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::{Purchase, Rupiah};
use serde::Deserialize;

/// The answer to everything but the price list. Holds personal data, so it has no `Debug`.
#[derive(Deserialize)]
pub(crate) struct Reply {
    pub(crate) status: String,
    pub(crate) pesan: Option<String>,
    #[serde(rename = "ref")]
    pub(crate) reference: Option<String>,
    pub(crate) trx: Option<String>,
    pub(crate) nomor: Option<String>,
    pub(crate) nama: Option<String>,
    pub(crate) periode: Option<String>,
    pub(crate) tagihan: Option<i64>,
    pub(crate) admin: Option<i64>,
    pub(crate) total: Option<i64>,
    pub(crate) potong: Option<i64>,
    pub(crate) token: Option<String>,
}

/// One whole object and nothing behind it, with each key once: serde refuses the rest.
pub(crate) fn reply(answer: &Answer) -> Option<Reply> {
    if answer.truncated_by_cap {
        return None;
    }
    serde_json::from_slice(&answer.body).ok()
}

/// As [`reply`], for questions: the HTTP status has to be the documented one, too.
pub(crate) fn answered(answer: &Answer) -> Result<Reply, ProviderError> {
    let reply = if answer.status == 200 { reply(answer) } else { None };
    reply.ok_or_else(|| unreadable("the answer is not one whole object with HTTP status 200"))
}

impl Reply {
    /// Whether it speaks of somebody else. What is absent contradicts nothing.
    pub(crate) fn contradicts(&self, purchase: &Purchase, reference: Option<&str>) -> bool {
        let differs =
            |said: &Option<String>, asked: &str| said.as_deref().is_some_and(|said| said != asked);
        differs(&self.nomor, purchase.customer.expose())
            || reference.is_some_and(|reference| differs(&self.reference, reference))
    }
}

/// An amount; less than nothing is none.
pub(crate) fn rupiah(amount: Option<i64>) -> Option<Rupiah> {
    amount.map(Rupiah::new).filter(|amount| !amount.is_negative())
}

pub(crate) fn unreadable(message: &str) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Unreadable, message)
}
