//! Telling the head of the chain, so that others keep it.

use std::time::Duration;

use ppob_types::Timestamp;

use super::batch::Stated;
use crate::Head;

/// How often the head is logged, by the times that writes state.
const EVERY: Duration = Duration::from_mins(10);

/// The head as of the last commit, and when one was logged.
#[derive(Debug, Default)]
pub(super) struct Told {
    head: Option<Head>,
    logged_at: Option<Timestamp>,
}

impl Told {
    /// After a commit.
    pub(super) fn saw(&mut self, Stated { head, at }: Stated) {
        let Some(head) = head else { return };
        self.head = Some(head);
        #[expect(clippy::cast_precision_loss, reason = "a gauge; exact up to 2^53 commits")]
        metrics::gauge!("ppob_journal_chain_number").set(head.number as f64);
        let Some(at) = at else { return };
        if self.logged_at.is_none_or(|last| at.since(last) >= EVERY) {
            self.logged_at = Some(at);
            self.log(
                "the head of the journal's chain; whoever keeps it can hold the journal against it",
            );
        }
    }

    pub(super) fn log(&self, text: &'static str) {
        if let Some(head) = self.head {
            tracing::info!(%head, "{text}");
        }
    }
}
