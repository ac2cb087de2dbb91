//! Callbacks: what the provider tells by itself, and to whom.

use serde_json::{Value, json};

use super::answers::transaction as told;
use super::book::Book;
use super::codes::callback_message;
use super::sign;
use super::transaction::Transaction;
use crate::http::CallbackAddress;

/// A callback that was sent, or could not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentCallback {
    /// `create` or `update`; `ping` for a trial.
    pub event: &'static str,
    /// The reference of the transaction; empty for a trial.
    pub ref_id: String,
    /// The HTTP status with which it was answered; none if it was not.
    pub status: Option<u16>,
}

/// A callback, ready to be sent.
#[derive(Clone)]
pub(crate) struct Callback {
    pub(crate) event: &'static str,
    pub(crate) reference: String,
    to: CallbackAddress,
    secret: Option<String>,
    agent: &'static str,
    body: Vec<u8>,
}

impl Callback {
    /// The news of a transaction as it stands; none if there is nobody to tell.
    pub(crate) fn about(book: &Book, event: &'static str, about: &Transaction) -> Option<Self> {
        let account = book.accounts.get(&about.account)?;
        let own = about.callback_url.as_deref().and_then(|url| CallbackAddress::parse(url).ok());
        let data = told(about, callback_message(about.rc()), account.balance).data;
        Some(Self {
            event,
            reference: about.reference.clone(),
            to: own.or_else(|| account.config.webhook.clone())?,
            secret: account.config.webhook_secret.clone(),
            agent: if about.owed.is_some() {
                "Digiflazz-Pasca-Hookshot"
            } else {
                "Digiflazz-Hookshot"
            },
            body: json!({ "data": data }).to_string().into_bytes(),
        })
    }

    /// The trial of an address. It tells the secret, as the real one does.
    pub(crate) fn ping(book: &Book, username: &str) -> Option<Self> {
        let account = book.accounts.get(username)?;
        let secret = account.config.webhook_secret.clone();
        let hook: Value = json!({ "url": "-", "secret": secret, "type": "json", "status": 1 });
        let body = json!({ "sed": "ping", "hook_id": "hook-1", "hook": hook });
        Some(Self {
            event: "ping",
            reference: String::new(),
            to: account.config.webhook.clone()?,
            secret,
            agent: "Digiflazz-Hookshot",
            body: body.to_string().into_bytes(),
        })
    }

    /// The headers that come with it: the signature only if there is a secret.
    fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("Content-Type", "application/json".to_owned()),
            ("User-Agent", self.agent.to_owned()),
            ("X-Digiflazz-Event", self.event.to_owned()),
        ];
        if let Some(secret) = &self.secret {
            headers.push(("X-Hub-Signature", sign::webhook(secret, &self.body)));
        }
        headers
    }

    /// Sends it once.
    pub(crate) async fn send(&self) -> SentCallback {
        let headers = self.headers();
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let status = self.to.post(&headers, &self.body).await.ok();
        SentCallback { event: self.event, ref_id: self.reference.clone(), status }
    }
}
