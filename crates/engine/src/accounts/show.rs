//! What the balances of an account show.

use ppob_evidence::chain::{Findings, examine};
use ppob_payment::{Attempt, Mutant, mutated};
use ppob_types::{ProviderName, Rupiah, Timestamp};

use super::facts::deposits_from;
use crate::engine::Inner;

/// The most deposits that are looked at.
const DEPOSITS: usize = 1_000;

/// What balances show about one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It was executed, for this much.
    Executed(Rupiah),
    /// It may have been executed: a hint.
    Fits,
    /// Nothing.
    Nothing,
}

/// What an account shows, and where its chain began then.
pub(super) struct Seen {
    pub(super) findings: Findings,
    pub(super) begins_at: Timestamp,
}

impl Inner {
    /// What the balances show about an attempt of unknown outcome. Nothing where the account is not
    /// exclusive.
    pub(crate) async fn shown_by_balances(&self, attempt: &Attempt) -> Shown {
        let Some(Seen { findings, .. }) = self.examine_account(&attempt.provider).await else {
            return Shown::Nothing;
        };
        if let Some(executed) = findings.executed.iter().find(|one| one.id == attempt.id) {
            return Shown::Executed(executed.charged);
        }
        match findings.hints.iter().find(|one| one.id == attempt.id) {
            Some(hint) if mutated(Mutant::FirstFitIsExecuted) => Shown::Executed(hint.charged),
            Some(_) => Shown::Fits,
            None => Shown::Nothing,
        }
    }

    /// What an account shows now; none if it is not exclusive or the journal does not answer.
    pub(super) async fn examine_account(&self, name: &ProviderName) -> Option<Seen> {
        let setup = self.providers.get(name)?;
        let begins_at = self.accounts.with(name, |account| account.begins_at)?;
        let from = deposits_from(begins_at);
        let deposits = match self.journal.deposits(name, from, DEPOSITS).await {
            Ok(deposits) if deposits.len() < DEPOSITS => deposits,
            Ok(_) => {
                tracing::warn!(provider = %name, "more deposits than can be held against balances");
                return None;
            }
            Err(error) => {
                tracing::warn!(provider = %name, %error, "the journal could not tell the deposits");
                return None;
            }
        };
        let now = self.now();
        let askable = |family, referenced| {
            setup.guarded.provider.capability(family).status.possible(referenced)
        };
        let (facts, begins_at) = self.accounts.with(name, |account| {
            account.forget_old(now);
            let facts = account.facts(now, &self.clock, &deposits, askable);
            (facts, account.begins_at)
        })?;
        Some(Seen { findings: examine(&facts), begins_at })
    }
}
