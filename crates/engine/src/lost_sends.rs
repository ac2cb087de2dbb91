//! Sends that the journal had forgotten, because it was set back.
//!
//! The journal has put them in doubt again when it was opened. What is left to do is to tell people, and to
//! freeze the providers of those that fit to nothing: a payment that has ended otherwise, or has another
//! attempt alive, may have been paid twice.

use ppob_journal::{JournalError, LostSends};
use ppob_routing::Mode;

use crate::engine::Inner;

/// Names no payment: it is shown to every caller whose route the freeze changes.
const REASON: &str = "the journal was set back and had forgotten a payment through this provider that it \
                      cannot show in doubt: look for RememberSend in the audit, compare those payments with \
                      the provider's statement, then switch back";

impl Inner {
    /// Acts on what the opening found, before anything can be paid.
    pub(crate) async fn act_on_lost_sends(&self) -> Result<(), JournalError> {
        let Some(json) = self.journal.load_document(LostSends::DOCUMENT).await? else {
            return self.restore_set_back(false).await;
        };
        let unreadable = |error: serde_json::Error| {
            JournalError::Corrupt(format!("{}: {error}", LostSends::DOCUMENT))
        };
        let lost: LostSends = serde_json::from_str(&json).map_err(unreadable)?;
        if lost == LostSends::default() {
            return self.restore_set_back(false).await;
        }
        self.restore_set_back(true).await?;
        tracing::error!(
            sends = lost.found,
            "the journal had forgotten sends, which are in doubt again; they are in the audit as RememberSend"
        );
        metrics::counter!("ppob_journal_lost_sends_total").increment(lost.found);
        for name in &lost.freeze {
            // What froze it already, a restore, asks for no less.
            if !matches!(self.providers.mode(name), Mode::Frozen { .. }) {
                tracing::error!(provider = %name, reason = REASON, "the provider is frozen");
                let mode = Mode::Frozen { reason: REASON.to_owned() };
                self.switch_provider(name, mode, &self.itself, REASON).await?;
            }
        }
        let done = serde_json::to_string(&LostSends::default()).map_err(unreadable)?;
        self.journal.save_document(LostSends::DOCUMENT, done).await
    }
}
