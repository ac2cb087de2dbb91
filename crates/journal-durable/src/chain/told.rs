//! Telling the head of the chain, so that others keep it.

use std::time::Duration;

use ppob_types::Timestamp;

use super::Head;

/// How often the head is logged, by the times that writes state.
const EVERY: Duration = Duration::from_mins(10);

/// The head as of the last commit, and when one was logged.
#[derive(Debug, Default)]
pub struct Told {
    head: Option<Head>,
    at: Option<Timestamp>,
    logged_at: Option<Timestamp>,
}

impl Told {
    /// After a commit: the head since, and the latest time that the commit stated.
    pub fn saw(&mut self, head: Option<Head>, at: Option<Timestamp>) {
        let Some(head) = head else { return };
        self.head = Some(head);
        self.at = self.at.max(at);
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

    /// The latest time that a commit stated.
    pub const fn at(&self) -> Option<Timestamp> {
        self.at
    }

    /// Logs the head, with this text.
    pub fn log(&self, text: &'static str) {
        if let Some(head) = self.head {
            tracing::info!(%head, "{text}");
        }
    }
}
