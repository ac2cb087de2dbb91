//! What the journal in memory holds, and every write to it.

mod operators;
mod reads;
mod retention;
mod sends;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ppob_payment::{Mutant, Payment, PaymentState, mutated};
use ppob_types::{ConsumerId, InquiryId, PaymentKey, ProviderName, ProviderRef, Rupiah, Timestamp};

use self::operators::KnownProposal;
use super::rules;
use crate::{
    Acceptance, AuditRecord, Change, Committed, Deposit, EventKind, GuardKey, JournalError,
    JournalledSend, NewPayment, Note, Opened, PaymentEvent, StoredInquiry, StoredPayment,
    UnlistedReply, late_charge_at, settled_reference, success_at,
};

#[derive(Clone, Debug, Default)]
pub(super) struct Data {
    /// Which opening may use the data; 0 for none.
    open_epoch: u64,
    last_epoch: u64,
    last_serial: u64,
    time_high_water: Timestamp,
    payments: BTreeMap<u64, StoredPayment>,
    serials: BTreeMap<PaymentKey, u64>,
    buried: BTreeSet<PaymentKey>,
    guards: BTreeMap<GuardKey, u64>,
    successes: BTreeMap<GuardKey, Success>,
    /// What the payments of a consumer count together, by the day (WIB) of their acceptance.
    spend: BTreeMap<(ConsumerId, i64), Rupiah>,
    settled: BTreeMap<(ProviderName, ProviderRef), u64>,
    open: BTreeSet<u64>,
    /// The open payments of each product and customer: one, unless one was displaced.
    open_of: BTreeSet<(GuardKey, u64)>,
    due: BTreeSet<(Timestamp, u64)>,
    /// Payments that ended although a charge was found later.
    late: BTreeSet<u64>,
    events: Vec<PaymentEvent>,
    inquiries: BTreeMap<(ConsumerId, InquiryId), StoredInquiry>,
    documents: BTreeMap<String, String>,
    unlisted: BTreeMap<(ProviderName, String), UnlistedReply>,
    audit: Vec<AuditRecord>,
    notes: Vec<Note>,
    deposits: BTreeMap<String, Deposit>,
    proposals: BTreeMap<u64, KnownProposal>,
    /// Every send that may have begun. No part of the record: it stays when that is set back.
    sends: Vec<Arc<JournalledSend>>,
    /// How many of them this record is known to hold.
    covered: usize,
}

/// The latest success for a product and customer.
#[derive(Clone, Debug)]
struct Success {
    repeat: u32,
    at: Timestamp,
    /// Whose payment it was.
    consumer: ConsumerId,
}

impl Data {
    pub(super) fn open(&mut self) -> Opened {
        self.last_epoch = self.last_epoch.saturating_add(1);
        self.open_epoch = self.last_epoch;
        self.remember_sends();
        Opened { owner_epoch: self.open_epoch, time_high_water: self.time_high_water }
    }

    pub(super) const fn is_open_at(&self, epoch: u64) -> bool {
        self.open_epoch == epoch
    }

    pub(super) const fn close(&mut self, epoch: u64) {
        if self.open_epoch == epoch {
            self.open_epoch = 0;
        }
    }

    pub(super) const fn reserve_serial(&mut self) -> u64 {
        self.last_serial = self.last_serial.saturating_add(1);
        self.last_serial
    }

    pub(super) fn accept(&mut self, new: &NewPayment) -> Result<Acceptance, JournalError> {
        let forgets = mutated(Mutant::IdsForgotten);
        let known =
            self.payment(&new.key).filter(|known| !forgets || !known.payment.is_concluded());
        if let Some(known) = known {
            let is_same = known.fingerprint == new.fingerprint;
            return Ok(if is_same || mutated(Mutant::FingerprintNotChecked) {
                Acceptance::Known(Box::new(known.clone()))
            } else {
                Acceptance::Conflict
            });
        }
        if self.buried.contains(&new.key) && !mutated(Mutant::TombstoneIgnored) {
            return Ok(Acceptance::Abandoned);
        }
        let guard = new.guard_key();
        if let Some(holder) = self.holder(&guard)
            && !self.may_displace(new, &holder)
            && !mutated(Mutant::NoDuplicateGuard)
        {
            return Ok(Acceptance::Guarded { holder });
        }
        if new.request.despite_in_doubt.is_some()
            && self.holder(&guard).is_none()
            && !mutated(Mutant::NoDuplicateGuard)
        {
            return Ok(Acceptance::HolderChanged);
        }
        let last = self.successes.get(&guard);
        let within = |last: &&Success| new.now.since(last.at) < new.duplicate_window;
        if let Some(last) = last.filter(within) {
            let needed = last.repeat.saturating_add(1);
            if new.request.repeat != needed && !mutated(Mutant::RepeatNotChecked) {
                let succeeded_at = (last.consumer == new.key.consumer).then_some(last.at);
                return Ok(Acceptance::RepeatNeeded { repeat: needed, succeeded_at });
            }
        }
        let counted = self.spend.get(&day_of(&new.key, &new.payment)).copied().unwrap_or_default();
        if new.day_max.is_some_and(|most| counted.saturating_plus(new.payment.counted()) > most) {
            return Ok(Acceptance::DayLimit { counted });
        }
        if self.payments.contains_key(&new.serial) {
            let rule = "the serial belongs to another payment";
            return Err(JournalError::RuleBroken(rule.to_owned()));
        }
        rules::check(None, &new.payment, None)?;
        if self.reference_owner(&new.payment, new.serial).is_some() {
            let rule = "the provider reference settles another payment";
            return Err(JournalError::RuleBroken(rule.to_owned()));
        }
        let stored = StoredPayment {
            key: new.key.clone(),
            serial: new.serial,
            version: 1,
            request: new.request.clone(),
            fingerprint: new.fingerprint,
            payment: new.payment.clone(),
            updated_at: new.now,
        };
        self.guards.insert(guard, new.serial);
        self.serials.insert(new.key.clone(), new.serial);
        self.put(stored.clone(), EventKind::Accepted);
        self.journal_send(&stored, 0);
        Ok(Acceptance::Accepted(Box::new(stored)))
    }

    pub(super) fn commit(&mut self, change: &Change) -> Result<Committed, JournalError> {
        let Some(before) = self.payment(&change.key) else {
            return Ok(Committed::Stale);
        };
        // The mistaken engine writes over what it did not read, and no rule stands in its way.
        let compared = !mutated(Mutant::IntentNotCompared);
        if compared && before.version != change.expected_version {
            return Ok(Committed::Stale);
        }
        if let Some(agreement) = &change.agreement
            && !self.may_agree(agreement)?
        {
            return Ok(Committed::Stale);
        }
        let agreed =
            change.agreement.as_ref().and_then(|agreed| self.agreed_attempt(&change.key, agreed));
        rules::check(compared.then_some(&before.payment), &change.payment, agreed)?;
        let recorded = before.payment.attempts.len();
        if let Some(by) = self.reference_owner(&change.payment, before.serial) {
            return Ok(Committed::ReferenceTaken { by });
        }
        let stored = StoredPayment {
            version: before.version.saturating_add(1),
            // What is gone does not come back with news, nor with a value from before.
            payment: change.payment.clone().stripped(before.retention()),
            updated_at: change.now,
            ..before.clone()
        };
        for (provider, text) in &change.unlisted {
            self.count_unlisted(provider, text, change.now);
        }
        if let Some(entry) = &change.audit {
            self.audit(entry);
        }
        if let Some(agreement) = &change.agreement {
            self.agree(agreement);
        }
        self.put(stored.clone(), change.kind);
        self.journal_send(&stored, recorded);
        Ok(Committed::Done(Box::new(stored)))
    }

    pub(super) fn bury(&mut self, key: &PaymentKey, now: Timestamp) -> Option<StoredPayment> {
        let known = self.payment(key).cloned();
        if known.is_none() {
            self.buried.insert(key.clone());
            self.saw(now);
        }
        known
    }

    pub(super) fn save_inquiry(&mut self, inquiry: &StoredInquiry) {
        self.saw(inquiry.answered_at);
        let key = (inquiry.consumer.clone(), inquiry.id.clone());
        self.inquiries.insert(key, inquiry.clone());
    }

    pub(super) fn save_document(&mut self, name: &str, json: String) {
        self.documents.insert(name.to_owned(), json);
    }

    /// Stores a payment with one event, and keeps every index in step.
    fn put(&mut self, stored: StoredPayment, kind: EventKind) {
        self.saw(stored.updated_at);
        let serial = stored.serial;
        let before = self.payments.get(&serial);
        let was_success = before.is_some_and(|earlier| success_at(&earlier.payment).is_some());
        let counted = before.map(|earlier| earlier.payment.counted()).unwrap_or_default();
        let more = stored.payment.counted().get().saturating_sub(counted.get());
        let spend = self.spend.entry(day_of(&stored.key, &stored.payment)).or_default();
        *spend = spend.saturating_plus(Rupiah::new(more)).max(Rupiah::ZERO);
        if let Some(moment) = before.and_then(|earlier| earlier.payment.next_check_at) {
            self.due.remove(&(moment, serial));
        }
        if let Some(moment) = stored.payment.next_check_at {
            self.due.insert((moment, serial));
        }
        for (provider, reference) in settled(&stored.payment) {
            self.settled.insert((provider, reference), serial);
        }
        if late_charge_at(&stored.payment).is_some() {
            self.late.insert(serial);
        }
        if stored.payment.is_concluded() {
            self.end(&stored, was_success);
        } else {
            self.open.insert(serial);
            self.open_of.insert((stored.guard_key(), serial));
        }
        self.events.push(PaymentEvent {
            sequence: self.latest_cursor().0.saturating_add(1),
            key: stored.key.clone(),
            version: stored.version,
            kind,
            state: stored.payment.state(),
            at: stored.updated_at,
        });
        if mutated(Mutant::GuardReleasedInDoubt) && stored.payment.state() == PaymentState::InDoubt
        {
            self.guards.remove(&stored.guard_key());
        }
        self.payments.insert(serial, stored);
    }

    fn end(&mut self, stored: &StoredPayment, was_success: bool) {
        self.open.remove(&stored.serial);
        let guard = stored.guard_key();
        self.open_of.remove(&(guard.clone(), stored.serial));
        if self.guards.get(&guard) == Some(&stored.serial) {
            self.give_back(&guard);
        }
        if let Some(at) = success_at(&stored.payment)
            && !was_success
        {
            let repeat = stored.request.repeat;
            let consumer = &stored.key.consumer;
            let success = self.successes.entry(guard).or_insert_with(|| Success {
                repeat,
                at,
                consumer: consumer.clone(),
            });
            // Who was accepted after the latest success was held against it, and may begin a new series. A
            // displaced payment that succeeds late must not lower the repeat that is needed next.
            let knew = stored.payment.terms.accepted_at >= success.at;
            success.repeat = if knew { repeat } else { success.repeat.max(repeat) };
            if at >= success.at {
                success.at = at;
                success.consumer = consumer.clone();
            }
        }
    }

    /// Gives the guard to the newest payment that is still open, or frees it.
    fn give_back(&mut self, guard: &GuardKey) {
        let bounds = (guard.clone(), 0)..=(guard.clone(), u64::MAX);
        let newest = self.open_of.range(bounds).next_back().map(|(_, serial)| *serial);
        match newest {
            Some(serial) => self.guards.insert(guard.clone(), serial),
            None => self.guards.remove(guard),
        };
    }

    fn count_unlisted(&mut self, provider: &ProviderName, text: &str, now: Timestamp) {
        let reply = self.unlisted.entry((provider.clone(), text.to_owned())).or_insert_with(|| {
            UnlistedReply {
                provider: provider.clone(),
                text: text.to_owned(),
                count: 0,
                first_at: now,
                last_at: now,
            }
        });
        reply.count = reply.count.saturating_add(1);
        reply.last_at = reply.last_at.max(now);
    }

    /// One payment less that brought this text.
    fn forget_unlisted(&mut self, provider: &ProviderName, text: &str) {
        let place = (provider.clone(), text.to_owned());
        let left = self.unlisted.get_mut(&place).map(|reply| {
            reply.count = reply.count.saturating_sub(1);
            reply.count
        });
        if left == Some(0) {
            self.unlisted.remove(&place);
        }
    }

    fn reference_owner(&self, payment: &Payment, serial: u64) -> Option<PaymentKey> {
        if mutated(Mutant::ReferenceSettlesTwo) {
            return None;
        }
        settled(payment)
            .filter_map(|reference| self.settled.get(&reference))
            .find(|owner| **owner != serial)
            .and_then(|owner| self.payments.get(owner))
            .map(|owner| owner.key.clone())
    }

    fn holder(&self, guard: &GuardKey) -> Option<PaymentKey> {
        let serial = self.guards.get(guard)?;
        self.payments.get(serial).map(|holder| holder.key.clone())
    }

    fn may_displace(&self, new: &NewPayment, holder: &PaymentKey) -> bool {
        let in_doubt = self
            .payment(holder)
            .is_some_and(|stored| stored.payment.state() == PaymentState::InDoubt);
        in_doubt
            && new.may_displace_holder
            && new.key.consumer == holder.consumer
            && new.request.despite_in_doubt.as_ref() == Some(&holder.id)
    }

    fn saw(&mut self, moment: Timestamp) {
        self.time_high_water = self.time_high_water.max(moment);
    }
}

/// Where a payment counts.
fn day_of(key: &PaymentKey, payment: &Payment) -> (ConsumerId, i64) {
    (key.consumer.clone(), payment.terms.accepted_at.wib_day())
}

fn settled(payment: &Payment) -> impl Iterator<Item = (ProviderName, ProviderRef)> + '_ {
    payment.attempts.iter().filter_map(|attempt| {
        settled_reference(payment, attempt)
            .map(|reference| (attempt.provider.clone(), reference.clone()))
    })
}
