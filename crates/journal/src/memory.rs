//! The journal in memory: the reference for every backend, and the disk of the simulation.

mod data;
mod hooks;
mod rules;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ppob_types::{
    ConsumerId, CustomerNumber, InquiryId, PaymentKey, ProviderName, ProviderRef, Retention,
    Timestamp,
};

use self::data::Data;
pub use self::hooks::{MemoryHooks, MemoryWrite, NoHooks};
use crate::{
    Acceptance, AuditEntry, AuditFilter, AuditRecord, Change, Committed, Cursor, Deposit,
    DepositRecorded, Dossier, Filter, Journal, JournalError, NewPayment, Note, Opened, Page,
    PaymentEvent, Propose, Proposed, Restored, StoredInquiry, StoredPayment, Stripped,
    UnlistedReply,
};

/// A journal in memory as it was at a moment: see [`MemoryJournal::copy`].
#[derive(Clone, Debug)]
pub struct MemoryCopy(Box<Data>);

/// A journal that lives as long as its last handle.
///
/// Clones share one opening; [`MemoryJournal::reopen`] is what a restarted process does. Only the
/// latest opening may read and write: an earlier one is a dead process. Given the same calls in the
/// same order, every journal answers the same.
#[derive(Clone, Debug)]
pub struct MemoryJournal {
    data: Arc<Mutex<Data>>,
    hooks: Arc<dyn MemoryHooks>,
    opened: Opened,
}

impl MemoryJournal {
    /// An empty journal.
    pub fn new() -> Self {
        Self::with_hooks(Arc::new(NoHooks))
    }

    /// An empty journal whose reads and writes pass through `hooks`.
    pub fn with_hooks(hooks: Arc<dyn MemoryHooks>) -> Self {
        Self::open(Arc::new(Mutex::new(Data::default())), hooks)
    }

    /// Opens the same data as a new process would: with a new `owner_epoch`. Handles of earlier
    /// openings answer `Unavailable` from now on.
    #[must_use]
    pub fn reopen(&self) -> Self {
        Self::open(Arc::clone(&self.data), Arc::clone(&self.hooks))
    }

    /// What a backup of it would hold now.
    pub fn copy(&self) -> MemoryCopy {
        MemoryCopy(Box::new(lock(&self.data).clone()))
    }

    /// Sets the record back to what it was at `copy`, and opens it as a new process would. The send
    /// journal stays as it is: what was sent since is in doubt again. With `restored` the engine is told
    /// of it, as by a restore; without, nobody knows that it happened (a snapshot, a disk that lied).
    /// Serials and time go on beyond what was given out before.
    #[must_use]
    pub fn restored_to_earlier(&self, copy: &MemoryCopy, restored: Option<&Restored>) -> Self {
        lock(&self.data).set_back(&copy.0, restored);
        self.reopen()
    }

    fn open(data: Arc<Mutex<Data>>, hooks: Arc<dyn MemoryHooks>) -> Self {
        let opened = lock(&data).open();
        Self { data, hooks, opened }
    }

    fn data(&self) -> Result<MutexGuard<'_, Data>, JournalError> {
        let data = lock(&self.data);
        if data.is_open_at(self.opened.owner_epoch) {
            Ok(data)
        } else {
            Err(JournalError::Unavailable("it was closed".to_owned()))
        }
    }

    async fn read<T>(&self, read: impl FnOnce(&Data) -> T + Send) -> Result<T, JournalError> {
        self.hooks.before_read().await?;
        Ok(read(&*self.data()?))
    }

    async fn write<T: Send>(
        &self,
        write: MemoryWrite<'_>,
        apply: impl FnOnce(&mut Data) -> Result<T, JournalError> + Send,
    ) -> Result<T, JournalError> {
        self.hooks.before_apply(write).await?;
        let result = apply(&mut *self.data()?)?;
        self.hooks.after_apply(write).await?;
        Ok(result)
    }
}

impl Default for MemoryJournal {
    fn default() -> Self {
        Self::new()
    }
}

fn lock(data: &Mutex<Data>) -> MutexGuard<'_, Data> {
    data.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Journal for MemoryJournal {
    fn opened(&self) -> Opened {
        self.opened
    }

    async fn reserve_serial(&self) -> Result<u64, JournalError> {
        Ok(self.data()?.reserve_serial())
    }

    async fn accept(&self, new: NewPayment) -> Result<Acceptance, JournalError> {
        self.write(MemoryWrite::Accept(&new), |data| data.accept(&new)).await
    }

    async fn commit(&self, change: Change) -> Result<Committed, JournalError> {
        self.write(MemoryWrite::Commit(&change), |data| data.commit(&change)).await
    }

    async fn bury(
        &self,
        key: &PaymentKey,
        now: Timestamp,
    ) -> Result<Option<StoredPayment>, JournalError> {
        self.write(MemoryWrite::Bury(key), |data| Ok(data.bury(key, now))).await
    }

    async fn load(&self, key: &PaymentKey) -> Result<Option<StoredPayment>, JournalError> {
        self.read(|data| data.payment(key).cloned()).await
    }

    async fn load_by_serial(&self, serial: u64) -> Result<Option<StoredPayment>, JournalError> {
        self.read(|data| data.payment_of_serial(serial).cloned()).await
    }

    async fn settled_by(
        &self,
        provider: &ProviderName,
        reference: &ProviderRef,
    ) -> Result<Option<StoredPayment>, JournalError> {
        self.read(|data| data.settled_by(provider, reference).cloned()).await
    }

    async fn list(&self, filter: &Filter, page: Page) -> Result<Vec<StoredPayment>, JournalError> {
        self.read(|data| data.list(filter, page)).await
    }

    async fn open_payments(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError> {
        self.read(|data| data.open_payments(after, limit)).await
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<StoredPayment>, JournalError> {
        self.read(|data| data.due(now, limit)).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, JournalError> {
        self.read(Data::next_due).await
    }

    async fn payments_of(
        &self,
        customers: &BTreeSet<CustomerNumber>,
        page: Page,
    ) -> Result<Vec<StoredPayment>, JournalError> {
        self.read(|data| data.payments_of(customers, page)).await
    }

    async fn payments_of_provider(
        &self,
        provider: &ProviderName,
        begun: (Timestamp, Timestamp),
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError> {
        self.read(|data| data.payments_of_provider(provider, begun, after, limit)).await
    }

    async fn strippable(
        &self,
        to: Retention,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError> {
        self.read(|data| data.strippable(to, before, limit)).await
    }

    async fn strip(&self, stored: &StoredPayment, to: Retention) -> Result<Stripped, JournalError> {
        self.write(MemoryWrite::Strip(stored, to), |data| data.strip(stored, to)).await
    }

    async fn forget_inquiries(
        &self,
        customers: &BTreeSet<CustomerNumber>,
    ) -> Result<u64, JournalError> {
        self.write(MemoryWrite::ForgetInquiries, |data| Ok(data.forget_inquiries(customers))).await
    }

    async fn forget_expired_inquiries(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> Result<u64, JournalError> {
        self.write(MemoryWrite::ForgetInquiries, |data| {
            Ok(data.forget_expired_inquiries(before, limit))
        })
        .await
    }

    async fn events_after(
        &self,
        cursor: Cursor,
        consumer: Option<&ConsumerId>,
        limit: usize,
    ) -> Result<Vec<PaymentEvent>, JournalError> {
        self.read(|data| data.events_after(cursor, consumer, limit)).await
    }

    async fn latest_cursor(&self) -> Result<Cursor, JournalError> {
        self.read(Data::latest_cursor).await
    }

    async fn save_inquiry(&self, inquiry: StoredInquiry) -> Result<(), JournalError> {
        self.write(MemoryWrite::SaveInquiry(&inquiry), |data| {
            data.save_inquiry(&inquiry);
            Ok(())
        })
        .await
    }

    async fn load_inquiry(
        &self,
        consumer: &ConsumerId,
        id: &InquiryId,
    ) -> Result<Option<StoredInquiry>, JournalError> {
        self.read(|data| data.load_inquiry(consumer, id)).await
    }

    async fn save_document(&self, name: &str, json: String) -> Result<(), JournalError> {
        self.write(MemoryWrite::SaveDocument(name), |data| {
            data.save_document(name, json);
            Ok(())
        })
        .await
    }

    async fn load_document(&self, name: &str) -> Result<Option<String>, JournalError> {
        self.read(|data| data.load_document(name)).await
    }

    async fn unlisted_replies(
        &self,
        provider: Option<&ProviderName>,
        limit: usize,
    ) -> Result<Vec<UnlistedReply>, JournalError> {
        self.read(|data| data.unlisted_replies(provider, limit)).await
    }

    async fn audit(&self, entry: AuditEntry) -> Result<(), JournalError> {
        self.write(MemoryWrite::Audit(&entry), |data| {
            data.audit(&entry);
            Ok(())
        })
        .await
    }

    async fn audit_trail(
        &self,
        filter: &AuditFilter,
        limit: usize,
    ) -> Result<Vec<AuditRecord>, JournalError> {
        self.read(|data| data.audit_trail(filter, limit)).await
    }

    async fn save_audited_document(
        &self,
        name: &str,
        json: String,
        audit: Vec<AuditEntry>,
    ) -> Result<(), JournalError> {
        self.write(MemoryWrite::SaveDocument(name), |data| {
            data.save_document(name, json);
            for entry in &audit {
                data.audit(entry);
            }
            Ok(())
        })
        .await
    }

    async fn add_note(&self, note: Note, audit: AuditEntry) -> Result<bool, JournalError> {
        self.write(MemoryWrite::Operator("add-note"), |data| Ok(data.add_note(&note, &audit))).await
    }

    async fn record_deposit(
        &self,
        deposit: Deposit,
        audit: AuditEntry,
    ) -> Result<DepositRecorded, JournalError> {
        let write = MemoryWrite::Operator("record-deposit");
        self.write(write, |data| data.record_deposit(&deposit, &audit)).await
    }

    async fn deposits(
        &self,
        provider: &ProviderName,
        from: Timestamp,
        limit: usize,
    ) -> Result<Vec<Deposit>, JournalError> {
        self.read(|data| data.deposits(provider, from, limit)).await
    }

    async fn propose(&self, propose: Propose) -> Result<Proposed, JournalError> {
        self.write(MemoryWrite::Operator("propose"), |data| Ok(data.propose(&propose))).await
    }

    async fn withdraw(&self, proposal: u64, audit: AuditEntry) -> Result<bool, JournalError> {
        let write = MemoryWrite::Operator("withdraw");
        self.write(write, |data| Ok(data.withdraw(proposal, &audit))).await
    }

    async fn late_charges(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError> {
        self.read(|data| data.late_charges(after, limit)).await
    }

    async fn dossier(&self, key: &PaymentKey) -> Result<Dossier, JournalError> {
        self.read(|data| data.dossier(key)).await
    }

    async fn close(&self) -> Result<(), JournalError> {
        lock(&self.data).close(self.opened.owner_epoch);
        Ok(())
    }
}
