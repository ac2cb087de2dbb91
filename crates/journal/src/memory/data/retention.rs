//! Taking raw answers and personal data out of the journal in memory.

use std::collections::BTreeSet;
use std::ops::Bound;

use ppob_types::{CustomerNumber, Retention, Timestamp};

use super::Data;
use crate::{JournalError, Page, StoredPayment, Stripped};

impl Data {
    pub(in crate::memory) fn payments_of(
        &self,
        customers: &BTreeSet<CustomerNumber>,
        page: Page,
    ) -> Vec<StoredPayment> {
        let below = page.before_serial.map_or(Bound::Unbounded, Bound::Excluded);
        self.payments
            .range((Bound::Unbounded, below))
            .rev()
            .map(|(_, stored)| stored)
            .filter(|stored| stored.retention() < Retention::NoPersonalData)
            .filter(|stored| customers.contains(&stored.request.purchase.customer))
            .take(page.limit)
            .cloned()
            .collect()
    }

    pub(in crate::memory) fn strippable(
        &self,
        to: Retention,
        before: Timestamp,
        limit: usize,
    ) -> Vec<StoredPayment> {
        self.payments
            .values()
            .filter(|stored| stored.payment.may_be_stripped())
            .filter(|stored| stored.retention() < to && stored.updated_at < before)
            .take(limit)
            .cloned()
            .collect()
    }

    pub(in crate::memory) fn strip(
        &mut self,
        stored: &StoredPayment,
        to: Retention,
    ) -> Result<Stripped, JournalError> {
        let Some(before) = self.payments.get(&stored.serial) else {
            return Ok(Stripped::Stale);
        };
        if before.version != stored.version {
            return Ok(Stripped::Stale);
        }
        if before.retention() >= to {
            return Ok(Stripped::Already);
        }
        if !before.payment.may_be_stripped() {
            let rule = "a payment would lose its personal data too early, or regain them";
            return Err(JournalError::RuleBroken(rule.to_owned()));
        }
        let guard = before.guard_key();
        let before = before.clone();
        let after = before.clone().stripped(to);
        if to == Retention::NoPersonalData {
            self.erase_dossier(&after.key);
            for attempt in &before.payment.attempts {
                if let Some(text) = &attempt.observed.unlisted {
                    self.forget_unlisted(&attempt.provider, text);
                }
            }
        }
        if to == Retention::NoPersonalData
            && self.successes.get(&guard).is_some_and(|latest| latest.at <= after.updated_at)
        {
            self.successes.remove(&guard);
        }
        self.payments.insert(after.serial, after.clone());
        Ok(Stripped::Done(Box::new(after)))
    }

    pub(in crate::memory) fn forget_inquiries(
        &mut self,
        customers: &BTreeSet<CustomerNumber>,
    ) -> u64 {
        let before = self.inquiries.len();
        self.inquiries.retain(|_, inquiry| !customers.contains(&inquiry.purchase.customer));
        count(before - self.inquiries.len())
    }

    pub(in crate::memory) fn forget_expired_inquiries(
        &mut self,
        before: Timestamp,
        limit: usize,
    ) -> u64 {
        let expired: Vec<_> = self
            .inquiries
            .iter()
            .filter(|(_, inquiry)| inquiry.expires_at < before)
            .take(limit)
            .map(|(key, _)| key.clone())
            .collect();
        for key in &expired {
            self.inquiries.remove(key);
        }
        count(expired.len())
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
