//! Where each chain begins, kept in the journal.

use std::collections::BTreeMap;

use ppob_journal::{Journal, JournalError};
use ppob_types::{ProviderName, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Account, Accounts};

const DOCUMENT: &str = "balance-chains";

/// The document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Saved {
    pub(super) accounts: BTreeMap<ProviderName, SavedAccount>,
}

/// One account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SavedAccount {
    /// The chain begins with what was sent from then on.
    pub(super) begins_at: Timestamp,
    /// A hole was alarmed since, and nobody has switched the provider back yet.
    #[serde(default)]
    pub(super) alarmed: bool,
}

impl Saved {
    pub(super) async fn load(journal: &dyn Journal) -> Result<Self, JournalError> {
        let Some(json) = journal.load_document(DOCUMENT).await? else { return Ok(Self::default()) };
        serde_json::from_str(&json)
            .map_err(|error| JournalError::Corrupt(format!("{DOCUMENT}: {error}")))
    }
}

impl Accounts {
    /// Makes durable where the chains begin. One that is lost begins earlier after a restart: a hole that
    /// was looked at is then alarmed again, and nothing else.
    pub(super) async fn save(&self, journal: &dyn Journal) {
        let _alone = self.saving.lock().await;
        let accounts = self
            .kept()
            .iter()
            .map(|(name, account)| {
                let Account { begins_at, alarmed, .. } = account;
                (name.clone(), SavedAccount { begins_at: *begins_at, alarmed: *alarmed })
            })
            .collect();
        let saved = match serde_json::to_string(&Saved { accounts }) {
            Ok(json) => journal.save_document(DOCUMENT, json).await,
            Err(error) => Err(JournalError::Unavailable(error.to_string())),
        };
        if let Err(error) = saved {
            tracing::warn!(%error, "where the chains of balances begin is not durable");
        }
    }
}
