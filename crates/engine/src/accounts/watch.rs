//! Looking at the accounts whenever something happened there: who was executed, and what is missing.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use ppob_evidence::chain::{Findings, Hole};
use ppob_routing::Mode;
use ppob_types::{ProviderName, Rupiah, Timestamp};

use super::show::Seen;
use crate::engine::Inner;

/// What happens within it is looked at together.
const TOGETHER: Duration = Duration::from_secs(1);

/// The longest between two looks at what only time changes.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

impl Inner {
    pub(crate) fn start_watching_accounts(this: &Arc<Self>) {
        let inner = Arc::clone(this);
        this.tasks.spawn(async move {
            while !inner.tasks.stopping().is_cancelled() {
                if AssertUnwindSafe(Self::watch_accounts(&inner)).catch_unwind().await.is_err() {
                    metrics::counter!("ppob_task_panics_total").increment(1);
                    tracing::error!("the watch over balances panicked and starts anew");
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
            }
        });
    }

    async fn watch_accounts(this: &Arc<Self>) {
        let stopping = this.tasks.stopping();
        loop {
            tokio::select! {
                biased;
                () = stopping.cancelled() => return,
                () = this.accounts.changed.notified() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
            tokio::select! {
                biased;
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(TOGETHER) => {}
            }
            let names: Vec<ProviderName> = this
                .accounts
                .kept()
                .iter_mut()
                // A hole that waits for its deposit is looked at for as long as it is there.
                .filter(|(_, account)| account.changed || account.hole != Rupiah::ZERO)
                .map(|(name, account)| {
                    account.changed = false;
                    name.clone()
                })
                .collect();
            for name in names {
                Self::look_at_account(this, &name).await;
            }
        }
    }

    async fn look_at_account(this: &Arc<Self>, name: &ProviderName) {
        let Some(Seen { findings, begins_at }) = this.examine_account(name).await else { return };
        Self::settle_executed(this, name, &findings).await;
        let now = this.now();
        let missing = findings.holes.iter().map(|hole| hole.missing).sum();
        let alarmed = this.accounts.with(name, |account| {
            account.hole = missing;
            if findings.holes.is_empty() {
                account.alarmed = false;
            }
            // Somebody may have looked at what was a hole a moment ago.
            account.alarmed || account.begins_at != begins_at
        });
        let grace = this.accounts.clock.stretched(this.told().config.deposit_grace);
        let worst = findings.holes.iter().find(|hole| is_alarming(hole, grace, now));
        if let (Some(hole), Some(false)) = (worst, alarmed) {
            this.alarm(name, hole).await;
        }
    }

    /// The payments that were shown to be executed are looked at now: whoever works on a payment holds its
    /// turn, and asks the balances once more.
    async fn settle_executed(this: &Arc<Self>, name: &ProviderName, findings: &Findings) {
        for executed in &findings.executed {
            let Some(key) = this.accounts.owner(name, &executed.id) else { continue };
            let Some(turn) = this.turns.take(&key) else { continue };
            if let Ok(Some(stored)) = this.journal.load(&key).await {
                // It is asked about on its schedule as well.
                let _ = this.check(&stored, turn, true).await;
            }
        }
    }

    async fn alarm(&self, name: &ProviderName, hole: &Hole) {
        let reason = in_words(hole);
        if matches!(self.providers.mode(name), Mode::Frozen { .. }) {
            tracing::error!(provider = %name, reason, "a hole in the balances of a frozen provider");
            return;
        }
        tracing::error!(provider = %name, reason, "the provider is frozen");
        metrics::counter!("ppob_balance_holes_total", "provider" => name.to_string()).increment(1);
        self.accounts.with(name, |account| account.alarmed = true);
        self.accounts.save(self.journal.as_ref()).await;
        self.freeze(name, &reason).await;
    }
}

/// Money that came in may be a deposit that will be recorded in a moment; money that went away is not.
fn is_alarming(hole: &Hole, grace: Duration, now: Timestamp) -> bool {
    hole.left || now.since(hole.span.until) >= grace
}

fn in_words(hole: &Hole) -> String {
    let (from, until) = (hole.span.from.wib(), hole.span.until.wib());
    let amount = Rupiah::new(hole.missing.get().saturating_abs());
    if hole.missing.is_positive() {
        format!(
            "{amount} left this deposit between {from} and {until} WIB, and no payment of ours and no record \
             explains it: compare the provider's statement, record what was taken out by hand (RecordDeposit, \
             less than 0), make sure that nobody else uses the account, then switch back"
        )
    } else {
        format!(
            "{amount} came into this deposit between {from} and {until} WIB, and no record explains it: record \
             the deposit (RecordDeposit) or find out on the provider's statement what was given back, then \
             switch back"
        )
    }
}
