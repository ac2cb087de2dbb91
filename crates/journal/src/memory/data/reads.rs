//! Every read of the journal in memory.

use std::ops::Bound;

use ppob_payment::Attempt;
use ppob_types::{ConsumerId, InquiryId, PaymentKey, ProviderName, ProviderRef, Timestamp};

use super::Data;
use crate::{Cursor, Filter, Page, PaymentEvent, StoredInquiry, StoredPayment, UnlistedReply};

impl Data {
    pub(in crate::memory) fn payment(&self, key: &PaymentKey) -> Option<&StoredPayment> {
        self.payments.get(self.serials.get(key)?)
    }

    pub(in crate::memory) fn payment_of_serial(&self, serial: u64) -> Option<&StoredPayment> {
        self.payments.get(&serial)
    }

    pub(in crate::memory) fn settled_by(
        &self,
        provider: &ProviderName,
        reference: &ProviderRef,
    ) -> Option<&StoredPayment> {
        let place = (provider.clone(), reference.clone());
        self.settled.get(&place).and_then(|serial| self.payments.get(serial))
    }

    pub(in crate::memory) fn list(&self, filter: &Filter, page: Page) -> Vec<StoredPayment> {
        let below = page.before_serial.map_or(Bound::Unbounded, Bound::Excluded);
        self.payments
            .range((Bound::Unbounded, below))
            .rev()
            .map(|(_, stored)| stored)
            .filter(|stored| matches_filter(filter, stored))
            .take(page.limit)
            .cloned()
            .collect()
    }

    pub(in crate::memory) fn open_payments(&self, after: u64, limit: usize) -> Vec<StoredPayment> {
        self.open
            .range((Bound::Excluded(after), Bound::Unbounded))
            .filter_map(|serial| self.payments.get(serial))
            .take(limit)
            .cloned()
            .collect()
    }

    pub(in crate::memory) fn payments_of_provider(
        &self,
        provider: &ProviderName,
        (from, until): (Timestamp, Timestamp),
        after: u64,
        limit: usize,
    ) -> Vec<StoredPayment> {
        let is_meant = |attempt: &Attempt| {
            attempt.provider == *provider && attempt.begun_at >= from && attempt.begun_at < until
        };
        self.payments
            .range((Bound::Excluded(after), Bound::Unbounded))
            .map(|(_, stored)| stored)
            .filter(|stored| stored.payment.attempts.iter().any(is_meant))
            .take(limit)
            .cloned()
            .collect()
    }

    pub(in crate::memory) fn due(&self, now: Timestamp, limit: usize) -> Vec<StoredPayment> {
        self.due
            .range(..=(now, u64::MAX))
            .filter_map(|(_, serial)| self.payments.get(serial))
            .take(limit)
            .cloned()
            .collect()
    }

    pub(in crate::memory) fn next_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(moment, _)| *moment)
    }

    pub(in crate::memory) fn events_after(
        &self,
        cursor: Cursor,
        consumer: Option<&ConsumerId>,
        limit: usize,
    ) -> Vec<PaymentEvent> {
        // Sequences are 1, 2, 3, …: the cursor is the number of events to pass over.
        let seen = usize::try_from(cursor.0).unwrap_or(usize::MAX);
        self.events
            .iter()
            .skip(seen)
            .filter(|event| consumer.is_none_or(|consumer| event.key.consumer == *consumer))
            .take(limit)
            .cloned()
            .collect()
    }

    pub(in crate::memory) fn latest_cursor(&self) -> Cursor {
        Cursor(self.events.last().map_or(0, |event| event.sequence))
    }

    pub(in crate::memory) fn load_inquiry(
        &self,
        consumer: &ConsumerId,
        id: &InquiryId,
    ) -> Option<StoredInquiry> {
        self.inquiries.get(&(consumer.clone(), id.clone())).cloned()
    }

    pub(in crate::memory) fn load_document(&self, name: &str) -> Option<String> {
        self.documents.get(name).cloned()
    }

    pub(in crate::memory) fn unlisted_replies(
        &self,
        provider: Option<&ProviderName>,
        limit: usize,
    ) -> Vec<UnlistedReply> {
        let mut replies: Vec<UnlistedReply> = self
            .unlisted
            .values()
            .filter(|reply| provider.is_none_or(|provider| reply.provider == *provider))
            .cloned()
            .collect();
        // Stable: equal counts stay in the order of provider and text.
        replies.sort_by_key(|reply| std::cmp::Reverse(reply.count));
        replies.truncate(limit);
        replies
    }
}

fn matches_filter(filter: &Filter, stored: &StoredPayment) -> bool {
    let purchase = &stored.request.purchase;
    let accepted_at = stored.payment.terms.accepted_at;
    filter.consumer.as_ref().is_none_or(|consumer| stored.key.consumer == *consumer)
        && (filter.states.is_empty() || filter.states.contains(&stored.payment.state()))
        && filter.product.as_ref().is_none_or(|product| purchase.product == *product)
        && filter.family.is_none_or(|family| purchase.family == family)
        && filter.guard.as_ref().is_none_or(|guard| stored.guard_key() == *guard)
        && filter.accepted_from.is_none_or(|from| accepted_at >= from)
        && filter.accepted_until.is_none_or(|until| accepted_at < until)
}
