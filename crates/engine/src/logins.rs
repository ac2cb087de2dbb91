//! Which account each name stood for when it was used last, and where that was reached.
//!
//! A name is one deposit account. Were another one put under it, what was sent to the first would be asked
//! about at the second: by a status check that finds nothing, or by one that is a purchase and buys once more.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use ppob_journal::{JournalError, StoredPayment};
use ppob_types::{ProviderName, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::Told;
use crate::engine::{Inner, StartError};

const DOCUMENT: &str = "logins";

/// Who was being sent to the old address when the new one was told has begun within this.
const ON_ITS_WAY: Duration = Duration::from_mins(2);

/// The accounts by name. Names that are configured no more keep theirs.
type Marks = BTreeMap<ProviderName, Mark>;

/// What is kept of an account: enough to see that it is another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    login: String,
    address: String,
    /// When it last became another one, or was reached elsewhere.
    moved_at: Option<Timestamp>,
}

/// What is known of every account.
#[derive(Debug, Default)]
pub(crate) struct Logins(RwLock<Marks>);

impl Logins {
    /// Until when attempts may have been sent elsewhere than a provider is reached now.
    pub(crate) fn moved_at(&self, provider: &ProviderName) -> Option<Timestamp> {
        let marks = self.0.read().unwrap_or_else(PoisonError::into_inner);
        marks.get(provider)?.moved_at
    }
}

impl Inner {
    /// Refuses to begin with another account under the name of one that open payments were sent to.
    pub(crate) async fn compare_logins(&self) -> Result<(), StartError> {
        let known: Marks = match self.journal.load_document(DOCUMENT).await? {
            None => Marks::new(),
            Some(json) => serde_json::from_str(&json).map_err(|error| unreadable(&error))?,
        };
        let now = self.now();
        let marks = moved(&known, &self.told(), now);
        for (name, before) in &known {
            if marks.get(name).is_none_or(|mark| mark.login == before.login) {
                continue;
            }
            let sent = self.sent_and_open(name);
            if sent > 0 {
                return Err(StartError::AnotherAccount { provider: name.clone(), sent });
            }
            tracing::warn!(provider = %name, "it logs in as another account than before");
        }
        self.keep_logins(&known, marks).await?;
        Ok(())
    }

    /// Makes durable where providers are reached from now on, before anything is sent there.
    pub(crate) async fn follow_addresses(&self, told: &Told) -> Result<(), JournalError> {
        let known = self.logins.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        let marks = moved(&known, told, self.now().plus(ON_ITS_WAY));
        self.keep_logins(&known, marks).await
    }

    async fn keep_logins(&self, known: &Marks, marks: Marks) -> Result<(), JournalError> {
        if marks != *known {
            let json = serde_json::to_string(&marks).map_err(|error| unreadable(&error))?;
            self.journal.save_document(DOCUMENT, json).await?;
        }
        *self.logins.0.write().unwrap_or_else(PoisonError::into_inner) = marks;
        Ok(())
    }

    /// How many open payments were sent to a provider that may still have to be asked about them.
    fn sent_and_open(&self, provider: &ProviderName) -> usize {
        let was_sent = |stored: &StoredPayment| {
            let mut attempts = stored.payment.attempts.iter();
            attempts.any(|attempt| attempt.provider == *provider && attempt.is_alive())
        };
        self.live.all_open().iter().filter(|stored| was_sent(stored)).count()
    }
}

/// What is known from now on.
fn moved(known: &Marks, told: &Told, at: Timestamp) -> Marks {
    let mut marks = known.clone();
    for (name, setup) in &told.setups {
        let info = setup.guarded.provider.info();
        let login = hashed(&format!("{}\n{}", info.kind, info.login.expose()));
        let address = hashed(info.address.expose());
        let before = known.get(name);
        let moved_at = match before {
            None => None,
            Some(mark) if mark.login == login && mark.address == address => mark.moved_at,
            Some(_) => Some(at),
        };
        marks.insert(name.clone(), Mark { login, address, moved_at });
    }
    marks
}

fn hashed(text: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(text))
}

fn unreadable(error: &serde_json::Error) -> JournalError {
    JournalError::Corrupt(format!("{DOCUMENT}: {error}"))
}
