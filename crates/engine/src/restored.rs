//! A journal that came out of a backup.
//!
//! It does not know what was paid after the backup was taken: a repeated `payment_id` would be accepted
//! and paid again. So no provider is paid through until a person has looked. Nor does it know what became
//! of a payment that had no living attempt then: the next attempt may have begun, and paid, after it.

use std::collections::BTreeSet;

use ppob_journal::{JournalError, Restored};
use ppob_payment::{Payment, PaymentState};
use ppob_routing::Mode;

use crate::Engine;
use crate::engine::Inner;

impl Engine {
    /// What is known about the backup that the journal came out of, if it came out of one.
    pub fn restored(&self) -> Option<Restored> {
        self.inner.restored.get().copied()
    }
}

impl Inner {
    /// Freezes every provider, once after each restore, before anything can be paid.
    pub(crate) async fn freeze_after_a_restore(&self) -> Result<(), JournalError> {
        let Some(json) = self.journal.load_document(Restored::DOCUMENT).await? else {
            return Ok(());
        };
        let unreadable = |error: serde_json::Error| {
            JournalError::Corrupt(format!("{}: {error}", Restored::DOCUMENT))
        };
        let restored: Restored = serde_json::from_str(&json).map_err(unreadable)?;
        if !restored.providers_frozen {
            let reason = reason(&restored);
            // One that is configured again later may have paid after the backup, too.
            let earlier = self.providers_of_the_catalogue().await?;
            let names: BTreeSet<_> = self.told().setups.keys().cloned().chain(earlier).collect();
            for name in &names {
                tracing::error!(provider = %name, reason, "the provider is frozen");
                let mode = Mode::Frozen { reason: reason.clone() };
                // Durable, or there is no start: a restart would not know of it otherwise.
                self.switch_provider(name, mode, &self.itself, &reason).await?;
            }
            let done = Restored { providers_frozen: true, ..restored };
            let json = serde_json::to_string(&done).map_err(unreadable)?;
            self.journal.save_document(Restored::DOCUMENT, json).await?;
        }
        let _ = self.restored.set(restored);
        Ok(())
    }
}

impl Inner {
    /// Whether an attempt may have paid that the journal has forgotten: the payment was open in the backup,
    /// and no attempt is alive that could be asked about. It is not tried again (P1), and not called
    /// failed (P4), before a person has looked at the provider's statement.
    pub(crate) fn may_be_forgotten(&self, payment: &Payment) -> bool {
        let out_of_the_backup = self
            .restored
            .get()
            .is_some_and(|restored| payment.terms.accepted_at <= restored.restored_at);
        out_of_the_backup && payment.state() == PaymentState::Accepted
    }

    /// Whether a provider is still frozen: after a restore, until somebody has compared its statement.
    pub(crate) fn awaits_comparison(&self) -> bool {
        let told = self.told();
        let mut modes = told.setups.keys().map(|name| self.providers.mode(name));
        modes.any(|mode| matches!(mode, Mode::Frozen { .. }))
    }
}

fn reason(restored: &Restored) -> String {
    format!(
        "restored from a backup taken at {} WIB; payments after that moment are missing here: compare with \
         the provider's statement, record what is missing, then switch back",
        restored.taken_at.wib()
    )
}
