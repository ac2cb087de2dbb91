//! The journal: values in, rows out, and back.

mod opening;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use ppob_journal::{
    Acceptance, AuditEntry, AuditFilter, AuditRecord, Change, Committed, Cursor, Deposit,
    DepositRecorded, Dossier, Filter, Journal, JournalError, NewPayment, Note, Opened, Page,
    PaymentEvent, Proposal, Propose, Proposed, StoredInquiry, StoredPayment, Stripped,
    UnlistedReply,
};
use ppob_journal_durable::columns::unlisted_replies;
use ppob_journal_durable::decode::{integer, natural};
use ppob_journal_durable::sealed::{Seal, SealedChange, SealedPayment};
use ppob_journal_durable::sends;
use ppob_journal_durable::serials::{BLOCK, Serials};
use ppob_types::{
    ConsumerId, CustomerNumber, InquiryId, PaymentKey, ProviderName, ProviderRef, Retention,
    Timestamp,
};
use tokio::sync::Mutex;

use crate::error::closed;
use crate::items::{ChangeItem, PaymentItem};
use crate::lost::LostSignal;
use crate::owner::Owner;
use crate::query::{self, Ordered};
use crate::reader::Readers;
use crate::told::{Accepted, Changed};
use crate::writer::{ChangeWork, Writer};
use crate::{Lost, apply, sql};

/// The journal in a database of PostgreSQL.
///
/// Everything stands in the schema `ppob`. What tells about customers is sealed. Beside the database each
/// machine has a send journal of its own ([`PostgresSettings::sends_directory`](crate::PostgresSettings)).
///
/// # Cancel safety
/// A write that was handed over happens, also if its caller goes away.
#[derive(Debug)]
pub struct PostgresJournal {
    opened: Opened,
    seal: Seal,
    writer: Writer,
    readers: Readers,
    serials: Serials,
    owner: Mutex<Option<Owner>>,
    lost: Arc<LostSignal>,
}

impl PostgresJournal {
    /// Waits until nothing can be written any more before a new opening; for ever if all goes well.
    pub async fn lost(&self) -> Lost {
        self.lost.wait().await
    }

    /// One payment more than was given out so far.
    async fn reserve(&self) -> Result<std::ops::RangeInclusive<u64>, JournalError> {
        // In the first lane, because acceptances wait for it.
        let told = self.writer.other(None, apply::reserve_serials(BLOCK), true).await?;
        let last = natural(told.number()?)?;
        Ok(last.saturating_sub(BLOCK).saturating_add(1)..=last)
    }

    /// Says whether it is done; any other word means that it is not.
    async fn other(
        &self,
        moment: Option<Timestamp>,
        item: serde_json::Value,
    ) -> Result<bool, JournalError> {
        Ok(self.writer.other(moment, item, false).await?.is("done"))
    }
}

/// Without [`Journal::close`]: what was handed over is still written, then the task ends.
impl Drop for PostgresJournal {
    fn drop(&mut self) {
        self.readers.close();
        self.writer.take_no_more();
    }
}

#[async_trait]
impl Journal for PostgresJournal {
    fn opened(&self) -> Opened {
        self.opened
    }

    async fn reserve_serial(&self) -> Result<u64, JournalError> {
        if self.writer.is_closed() {
            return Err(closed());
        }
        self.serials.next(|| self.reserve()).await
    }

    async fn accept(&self, new: NewPayment) -> Result<Acceptance, JournalError> {
        let item = PaymentItem::new(&new, SealedPayment::new(&self.seal, &new)?);
        let send = sends::of_acceptance(&new)?;
        let key = new.key.clone();
        match self.writer.accept(new.now, item, send).await?.accepted(new)? {
            Accepted::Told(acceptance) => Ok(acceptance),
            Accepted::Known => {
                let known = query::by_key(&self.readers, &self.seal, &key).await?;
                let gone = || JournalError::Corrupt("a known payment is not there".to_owned());
                known.map(|known| Acceptance::Known(Box::new(known))).ok_or_else(gone)
            }
        }
    }

    async fn commit(&self, change: Change) -> Result<Committed, JournalError> {
        let mut change = Box::new(change);
        // What is kept of a payment only ever falls, so this ends.
        let mut retention = Retention::Everything;
        loop {
            let sealed = SealedChange::new(&self.seal, &change)?;
            let item = ChangeItem::new(&change, &sealed, retention);
            let work = Box::new(ChangeWork { change, item });
            let (told, work) = self.writer.change(work).await?;
            match told.changed(&self.seal, work)? {
                Changed::Told(committed) => return Ok(committed),
                Changed::KeptLess(kept, work) => {
                    retention = kept;
                    change = work.change;
                    change.payment = change.payment.clone().stripped(kept);
                }
            }
        }
    }

    async fn bury(
        &self,
        key: &PaymentKey,
        now: Timestamp,
    ) -> Result<Option<StoredPayment>, JournalError> {
        let told = self.writer.other(Some(now), apply::bury(key, now), false).await?;
        if told.is("known") { self.load(key).await } else { Ok(None) }
    }

    async fn load(&self, key: &PaymentKey) -> Result<Option<StoredPayment>, JournalError> {
        query::by_key(&self.readers, &self.seal, key).await
    }

    async fn load_by_serial(&self, serial: u64) -> Result<Option<StoredPayment>, JournalError> {
        query::by_serial(&self.readers, &self.seal, serial).await
    }

    async fn settled_by(
        &self,
        provider: &ProviderName,
        reference: &ProviderRef,
    ) -> Result<Option<StoredPayment>, JournalError> {
        query::by_reference(&self.readers, &self.seal, provider, reference).await
    }

    async fn list(&self, filter: &Filter, page: Page) -> Result<Vec<StoredPayment>, JournalError> {
        query::list(&self.readers, &self.seal, filter, page).await
    }

    async fn open_payments(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError> {
        let ordered = Ordered { statement: sql::OPEN_PAYMENTS, values: &[&integer(after)] };
        query::page(&self.readers, &self.seal, ordered, limit).await
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<StoredPayment>, JournalError> {
        let ordered = Ordered { statement: sql::DUE, values: &[&now.as_micros()] };
        query::page(&self.readers, &self.seal, ordered, limit).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, JournalError> {
        query::next_due(&self.readers).await
    }

    async fn payments_of(
        &self,
        customers: &BTreeSet<CustomerNumber>,
        page: Page,
    ) -> Result<Vec<StoredPayment>, JournalError> {
        let customers = apply::indexes(&self.seal, customers);
        let before = page.before_serial.map_or(i64::MAX, integer);
        let ordered = Ordered { statement: sql::PAYMENTS_OF, values: &[&customers, &before] };
        query::page(&self.readers, &self.seal, ordered, page.limit).await
    }

    async fn payments_of_provider(
        &self,
        provider: &ProviderName,
        begun: (Timestamp, Timestamp),
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError> {
        let (from, until) = (begun.0.as_micros(), begun.1.as_micros());
        let ordered = Ordered {
            statement: sql::PAYMENTS_OF_PROVIDER,
            values: &[&provider.as_str(), &from, &until, &integer(after)],
        };
        query::page(&self.readers, &self.seal, ordered, limit).await
    }

    async fn strippable(
        &self,
        to: Retention,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError> {
        let more = [Retention::Everything, Retention::NoRawAnswers];
        let kept: Vec<&str> =
            more.iter().filter(|one| **one < to).map(|one| one.as_str()).collect();
        let ordered = Ordered { statement: sql::STRIPPABLE, values: &[&kept, &before.as_micros()] };
        query::page(&self.readers, &self.seal, ordered, limit).await
    }

    async fn strip(&self, stored: &StoredPayment, to: Retention) -> Result<Stripped, JournalError> {
        // Made of what stands in the row, not of what a caller believes to stand there.
        let Some(row) = query::row_by_key(&self.readers, &stored.key).await? else {
            return Ok(Stripped::Stale);
        };
        if row.version != integer(stored.version) {
            return Ok(Stripped::Stale);
        }
        let value = row.value.clone();
        let before = row.decode(&self.seal)?;
        if before.retention() >= to {
            return Ok(Stripped::Already);
        }
        let unlisted = unlisted_replies(&before);
        let after = before.stripped(to);
        let item = apply::strip(&self.seal, value, &unlisted, &after, to)?;
        let done = self.other(None, item).await?;
        Ok(if done { Stripped::Done(Box::new(after)) } else { Stripped::Stale })
    }

    async fn forget_inquiries(
        &self,
        customers: &BTreeSet<CustomerNumber>,
    ) -> Result<u64, JournalError> {
        let item = apply::forget_inquiries(&self.seal, customers);
        natural(self.writer.other(None, item, false).await?.number()?)
    }

    async fn forget_expired_inquiries(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> Result<u64, JournalError> {
        let item = apply::forget_expired_inquiries(before, limit);
        natural(self.writer.other(None, item, false).await?.number()?)
    }

    async fn events_after(
        &self,
        cursor: Cursor,
        consumer: Option<&ConsumerId>,
        limit: usize,
    ) -> Result<Vec<PaymentEvent>, JournalError> {
        query::events_after(&self.readers, cursor, consumer, limit).await
    }

    async fn latest_cursor(&self) -> Result<Cursor, JournalError> {
        query::latest_cursor(&self.readers).await
    }

    async fn save_inquiry(&self, inquiry: StoredInquiry) -> Result<(), JournalError> {
        let item = apply::save_inquiry(&self.seal, &inquiry)?;
        self.other(Some(inquiry.answered_at), item).await.map(drop)
    }

    async fn load_inquiry(
        &self,
        consumer: &ConsumerId,
        id: &InquiryId,
    ) -> Result<Option<StoredInquiry>, JournalError> {
        query::inquiry(&self.readers, &self.seal, consumer, id).await
    }

    async fn save_document(&self, name: &str, json: String) -> Result<(), JournalError> {
        self.other(None, apply::save_document(&self.seal, name, &json, &[])?).await.map(drop)
    }

    async fn load_document(&self, name: &str) -> Result<Option<String>, JournalError> {
        query::document(&self.readers, &self.seal, name).await
    }

    async fn unlisted_replies(
        &self,
        provider: Option<&ProviderName>,
        limit: usize,
    ) -> Result<Vec<UnlistedReply>, JournalError> {
        query::unlisted_replies(&self.readers, &self.seal, provider, limit).await
    }

    async fn audit(&self, entry: AuditEntry) -> Result<(), JournalError> {
        self.other(Some(entry.at), apply::audit(&self.seal, &entry)?).await.map(drop)
    }

    async fn audit_trail(
        &self,
        filter: &AuditFilter,
        limit: usize,
    ) -> Result<Vec<AuditRecord>, JournalError> {
        query::audit_trail(&self.readers, &self.seal, filter, limit).await
    }

    async fn save_audited_document(
        &self,
        name: &str,
        json: String,
        audit: Vec<AuditEntry>,
    ) -> Result<(), JournalError> {
        let item = apply::save_document(&self.seal, name, &json, &audit)?;
        self.other(audit.iter().map(|entry| entry.at).max(), item).await.map(drop)
    }

    async fn add_note(&self, note: Note, audit: AuditEntry) -> Result<bool, JournalError> {
        self.other(Some(note.at), apply::note(&self.seal, &note, &audit)?).await
    }

    async fn record_deposit(
        &self,
        deposit: Deposit,
        audit: AuditEntry,
    ) -> Result<DepositRecorded, JournalError> {
        let item = apply::deposit(&self.seal, &deposit, &audit)?;
        if self.other(Some(deposit.recorded_at), item).await? {
            return Ok(DepositRecorded::Done(deposit));
        }
        let known = query::deposit(&self.readers, &self.seal, &deposit.id).await?;
        Ok(match known {
            Some(known) if known.is_same_as(&deposit) => DepositRecorded::Known(known),
            Some(_) | None => DepositRecorded::Conflict,
        })
    }

    async fn deposits(
        &self,
        provider: &ProviderName,
        from: Timestamp,
        limit: usize,
    ) -> Result<Vec<Deposit>, JournalError> {
        query::deposits(&self.readers, &self.seal, provider, from, limit).await
    }

    async fn propose(&self, propose: Propose) -> Result<Proposed, JournalError> {
        let item = apply::propose(&self.seal, &propose)?;
        let told = self.writer.other(Some(propose.proposal.at), item, false).await?;
        if !told.is("done") {
            return Ok(Proposed::Stale);
        }
        let number = natural(told.number()?)?;
        Ok(Proposed::Done(Proposal { number, proposed: propose.proposal }))
    }

    async fn withdraw(&self, proposal: u64, audit: AuditEntry) -> Result<bool, JournalError> {
        self.other(Some(audit.at), apply::withdraw(&self.seal, proposal, &audit)?).await
    }

    async fn late_charges(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError> {
        let ordered = Ordered { statement: sql::LATE_CHARGES, values: &[&integer(after)] };
        query::page(&self.readers, &self.seal, ordered, limit).await
    }

    async fn dossier(&self, key: &PaymentKey) -> Result<Dossier, JournalError> {
        query::dossier(&self.readers, &self.seal, key).await
    }

    async fn close(&self) -> Result<(), JournalError> {
        let written = self.writer.close().await;
        self.readers.close();
        if let Some(owner) = self.owner.lock().await.take() {
            owner.close().await;
        }
        written
    }
}
