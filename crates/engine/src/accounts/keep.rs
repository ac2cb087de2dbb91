//! Which accounts are kept, from when on, and what the journal knows of them.

use ppob_journal::JournalError;
use ppob_types::{Clock, ProviderName, Timestamp};

use super::document::Saved;
use super::facts::LOOK_BACK;
use super::{Account, Accounts};
use crate::config::Told;
use crate::engine::Inner;

const PAGE: usize = 500;

impl Accounts {
    /// Keeps the accounts that are told to be exclusive, and no others. A chain begins when its account
    /// is first told so: who used it before is not known.
    fn follow(&self, told: &Told, saved: &Saved, now: Timestamp) {
        let mut kept = self.kept();
        kept.retain(|name, _| told.setups.get(name).is_some_and(|setup| setup.exclusive));
        for (name, setup) in &told.setups {
            if setup.exclusive && !kept.contains_key(name) {
                let account = saved.accounts.get(name).map_or_else(
                    || Account::new(now, false),
                    |known| Account::new(known.begins_at, known.alarmed),
                );
                kept.insert(name.clone(), account);
            }
        }
    }

    /// The chain begins anew: what was known may be about another deposit.
    pub(crate) fn begin_anew(&self, name: &ProviderName) {
        let now = self.clock.now();
        self.with(name, |account| {
            account.begins_at = now;
            account.alarmed = false;
            account.sighting = None;
            account.changed = true;
        });
    }
}

impl Inner {
    /// Builds the chains from the journal, before anything new is sent.
    pub(crate) async fn restore_accounts(&self) -> Result<(), JournalError> {
        let told = self.told();
        let mut saved = Saved::load(self.journal.as_ref()).await?;
        let now = self.now();
        if let Some(restored) = self.restored.get() {
            // The journal does not know what was paid after its backup.
            for account in saved.accounts.values_mut() {
                if account.begins_at <= restored.restored_at {
                    account.begins_at = now;
                }
            }
        }
        self.accounts.follow(&told, &saved, now);
        let end = Timestamp::from_micros(i64::MAX);
        for (name, _) in told.setups.iter().filter(|(_, setup)| setup.exclusive) {
            let from = now.minus(LOOK_BACK);
            let mut after = 0;
            loop {
                let journal = &self.journal;
                let page = journal.payments_of_provider(name, (from, end), after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = last.serial;
                for stored in &page {
                    self.accounts.saw(stored);
                }
            }
        }
        if told.setups.values().any(|setup| setup.exclusive) || saved != Saved::default() {
            self.accounts.save(self.journal.as_ref()).await;
        }
        Ok(())
    }

    /// After the engine was told something else.
    pub(crate) async fn follow_accounts(&self, before: &Told) {
        let told = self.told();
        self.accounts.follow(&told, &Saved::default(), self.now());
        for (name, setup) in &told.setups {
            let same = before
                .setups
                .get(name)
                .is_some_and(|earlier| setup.guarded.has_provider_of(&earlier.guarded));
            if !same {
                self.accounts.begin_anew(name);
            }
        }
        // What is open may debit an account that is exclusive from now on.
        for stored in self.live.all_open() {
            self.accounts.saw(&stored);
        }
        self.accounts.save(self.journal.as_ref()).await;
    }

    /// An operator switched the provider back: the hole that froze it is accounted for elsewhere.
    pub(crate) async fn accept_holes(&self, name: &ProviderName) {
        let now = self.now();
        let accepted = self.accounts.with(name, |account| {
            let holes = std::mem::take(&mut account.alarmed);
            if holes {
                account.begins_at = now;
            }
            account.changed = true;
            holes
        });
        if accepted == Some(true) {
            self.accounts.save(self.journal.as_ref()).await;
        }
        self.accounts.touch(name);
    }
}
