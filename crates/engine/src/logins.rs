//! Which account each name stood for when it was used last.
//!
//! A name is one deposit account. Were another one put under it, what was sent to the first would be asked
//! about at the second: by a status check that finds nothing, or by one that is a purchase and buys once more.

use std::collections::BTreeMap;

use ppob_journal::JournalError;
use ppob_provider::ProviderInfo;
use ppob_types::ProviderName;
use sha2::{Digest, Sha256};

use crate::ProviderSetup;
use crate::engine::{Inner, StartError};

const DOCUMENT: &str = "logins";

/// The marks of accounts, by name. Names that are configured no more keep theirs.
type Marks = BTreeMap<ProviderName, String>;

impl Inner {
    /// Refuses to begin with another account under the name of one that open payments were sent to.
    pub(crate) async fn compare_logins(&self) -> Result<(), StartError> {
        let known = match self.journal.load_document(DOCUMENT).await? {
            None => Marks::new(),
            Some(json) => serde_json::from_str(&json).map_err(unreadable)?,
        };
        let mut marks = known.clone();
        marks.extend(self.told().setups.iter().map(|(name, setup)| (name.clone(), mark(setup))));
        if marks == known {
            return Ok(());
        }
        for (name, _) in known.iter().filter(|(name, mark)| marks[*name] != **mark) {
            let sent = self.sent_and_open(name);
            if sent > 0 {
                return Err(StartError::AnotherAccount { provider: name.clone(), sent });
            }
            tracing::warn!(provider = %name, "it logs in as another account than before");
        }
        let json = serde_json::to_string(&marks).map_err(unreadable)?;
        Ok(self.journal.save_document(DOCUMENT, json).await?)
    }

    /// How many open payments were sent to a provider that may still have to be asked about them.
    fn sent_and_open(&self, provider: &ProviderName) -> usize {
        let open = self.live.all_open();
        let sent = open.iter().filter(|stored| {
            let mut attempts = stored.payment.attempts.iter();
            attempts.any(|attempt| attempt.provider == *provider && attempt.is_alive())
        });
        sent.count()
    }
}

/// Whether both are the same deposit account.
pub(crate) fn is_same_account(one: &ProviderInfo, other: &ProviderInfo) -> bool {
    one.kind == other.kind && one.login == other.login
}

/// What is kept of a login: enough to see that it is another one.
fn mark(setup: &ProviderSetup) -> String {
    let info = setup.guarded.provider.info();
    let text = format!("{}\n{}", info.kind, info.login.expose());
    data_encoding::HEXLOWER.encode(&Sha256::digest(text))
}

fn unreadable(error: serde_json::Error) -> JournalError {
    JournalError::Corrupt(format!("{DOCUMENT}: {error}"))
}
