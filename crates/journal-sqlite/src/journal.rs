//! The journal: values in, rows out, and back.

mod opening;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use async_trait::async_trait;
use ppob_journal::{
    Acceptance, AuditEntry, AuditFilter, AuditRecord, Change, Committed, Cursor, Deposit,
    DepositRecorded, Dossier, Filter, Journal, JournalError, NewPayment, Note, Opened, Page,
    PaymentEvent, Propose, Proposed, StoredInquiry, StoredPayment, Stripped, UnlistedReply,
};
use ppob_journal_durable::answers::AcceptAnswer;
use ppob_journal_durable::lanes::Lane;
use ppob_journal_durable::sealed::{self, Seal, SealedChange, SealedPayment};
use ppob_journal_durable::sends;
use ppob_journal_durable::serials::{BLOCK, Serials};
use ppob_types::{
    ConsumerId, CustomerNumber, InquiryId, PaymentKey, ProviderName, ProviderRef, Retention,
    Timestamp,
};
use tokio::sync::Mutex;

use crate::apply;
use crate::error::closed;
use crate::query;
use crate::reader::Readers;
use crate::stats::Counters;
use crate::writer::{Applied, Writer};

/// The journal on one SQLite file.
///
/// Beside the file stand its write-ahead log (`-wal`, `-shm`; they belong to it and must be copied
/// with it) and a `.lock` file, which keeps a second process away. What tells about customers is
/// sealed; the key comes from a [`KeySource`](crate::KeySource).
///
/// # Cancel safety
/// A write that was handed over happens, also if its caller goes away.
#[derive(Debug)]
pub struct SqliteJournal {
    opened: Opened,
    pub(crate) seal: Seal,
    created_key_file: Option<PathBuf>,
    writer: Writer,
    readers: Readers,
    serials: Serials,
    counters: Arc<Counters>,
    threads: Mutex<Threads>,
}

#[derive(Debug)]
struct Threads {
    readers: Vec<JoinHandle<()>>,
    writer: Option<JoinHandle<()>>,
}

/// Without [`Journal::close`]: what was handed over is still written, then the threads end.
impl Drop for SqliteJournal {
    fn drop(&mut self) {
        self.readers.close();
        self.writer.close();
    }
}

#[async_trait]
impl Journal for SqliteJournal {
    fn opened(&self) -> Opened {
        self.opened
    }

    async fn reserve_serial(&self) -> Result<u64, JournalError> {
        if self.writer.is_closed() {
            return Err(closed());
        }
        // In the first lane, because acceptances wait for it.
        let reserve = || {
            self.writer
                .write(Lane::Outcome, None, |connection| apply::reserve_serials(connection, BLOCK))
        };
        self.serials.next(reserve).await
    }

    async fn accept(&self, new: NewPayment) -> Result<Acceptance, JournalError> {
        let sealed = SealedPayment::new(&self.seal, &new)?;
        let send = sends::of_acceptance(&new)?;
        let new = Box::new(new);
        let answer = self
            .writer
            .write_intent(Lane::Intake, Some(new.now), move |connection| {
                let answer = apply::accept(connection, new, &sealed)?;
                let accepted = matches!(answer, AcceptAnswer::Accepted(_));
                Ok(Applied { answer, send: send.filter(|_| accepted) })
            })
            .await?;
        answer.open(&self.seal)
    }

    async fn commit(&self, change: Change) -> Result<Committed, JournalError> {
        let sealed = SealedChange::new(&self.seal, &change)?;
        let (seal, change) = (self.seal.clone(), Box::new(change));
        let answer = self
            .writer
            .write_intent(Lane::Outcome, Some(change.now), move |connection| {
                let answer = apply::change(connection, &seal, change, sealed)?;
                let send = answer.send(&seal)?;
                Ok(Applied { answer, send })
            })
            .await?;
        answer.open(&self.seal)
    }

    async fn bury(
        &self,
        key: &PaymentKey,
        now: Timestamp,
    ) -> Result<Option<StoredPayment>, JournalError> {
        let key = key.clone();
        let known = self
            .writer
            .write(Lane::Intake, Some(now), move |connection| apply::bury(connection, &key, now))
            .await?;
        known.map(|row| row.decode(&self.seal)).transpose()
    }

    async fn load(&self, key: &PaymentKey) -> Result<Option<StoredPayment>, JournalError> {
        let (seal, key) = (self.seal.clone(), key.clone());
        self.readers.read(move |connection| query::load(connection, &seal, &key)).await
    }

    async fn load_by_serial(&self, serial: u64) -> Result<Option<StoredPayment>, JournalError> {
        let seal = self.seal.clone();
        self.readers.read(move |connection| query::load_by_serial(connection, &seal, serial)).await
    }

    async fn settled_by(
        &self,
        provider: &ProviderName,
        reference: &ProviderRef,
    ) -> Result<Option<StoredPayment>, JournalError> {
        let (seal, provider, reference) = (self.seal.clone(), provider.clone(), reference.clone());
        self.readers
            .read(move |connection| query::settled_by(connection, &seal, &provider, &reference))
            .await
    }

    async fn list(&self, filter: &Filter, page: Page) -> Result<Vec<StoredPayment>, JournalError> {
        let (seal, filter) = (self.seal.clone(), filter.clone());
        self.readers.read(move |connection| query::list(connection, &seal, &filter, page)).await
    }

    async fn open_payments(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError> {
        let seal = self.seal.clone();
        self.readers
            .read(move |connection| query::open_payments(connection, &seal, after, limit))
            .await
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<StoredPayment>, JournalError> {
        let seal = self.seal.clone();
        self.readers.read(move |connection| query::due(connection, &seal, now, limit)).await
    }

    async fn payments_of(
        &self,
        customers: &BTreeSet<CustomerNumber>,
        page: Page,
    ) -> Result<Vec<StoredPayment>, JournalError> {
        let (seal, customers) = (self.seal.clone(), self.seal.customers(customers)?);
        self.readers
            .read(move |connection| query::payments_of(connection, &seal, &customers, page))
            .await
    }

    async fn payments_of_provider(
        &self,
        provider: &ProviderName,
        begun: (Timestamp, Timestamp),
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError> {
        let (seal, provider) = (self.seal.clone(), provider.clone());
        self.readers
            .read(move |connection| {
                query::payments_of_provider(connection, &seal, &provider, begun, after, limit)
            })
            .await
    }

    async fn strippable(
        &self,
        to: Retention,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError> {
        let seal = self.seal.clone();
        self.readers
            .read(move |connection| query::strippable(connection, &seal, to, before, limit))
            .await
    }

    async fn strip(&self, stored: &StoredPayment, to: Retention) -> Result<Stripped, JournalError> {
        let (seal, key, version) = (self.seal.clone(), stored.key.clone(), stored.version);
        self.writer
            .write(Lane::Intake, None, move |connection| {
                apply::strip(connection, &seal, &key, version, to)
            })
            .await
    }

    async fn forget_inquiries(
        &self,
        customers: &BTreeSet<CustomerNumber>,
    ) -> Result<u64, JournalError> {
        let customers = self.seal.customers(customers)?;
        self.writer
            .write(Lane::Intake, None, move |connection| {
                apply::forget_inquiries(connection, &customers)
            })
            .await
    }

    async fn forget_expired_inquiries(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> Result<u64, JournalError> {
        self.writer
            .write(Lane::Intake, None, move |connection| {
                apply::forget_expired_inquiries(connection, before, limit)
            })
            .await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, JournalError> {
        self.readers.read(query::next_due).await
    }

    async fn events_after(
        &self,
        cursor: Cursor,
        consumer: Option<&ConsumerId>,
        limit: usize,
    ) -> Result<Vec<PaymentEvent>, JournalError> {
        let consumer = consumer.cloned();
        self.readers
            .read(move |connection| {
                query::events_after(connection, cursor, consumer.as_ref(), limit)
            })
            .await
    }

    async fn latest_cursor(&self) -> Result<Cursor, JournalError> {
        self.readers.read(query::latest_cursor).await
    }

    async fn save_inquiry(&self, inquiry: StoredInquiry) -> Result<(), JournalError> {
        let customer = self.seal.customer(&inquiry.purchase.customer);
        let place = sealed::inquiry_value(inquiry.consumer.as_str(), inquiry.id.as_str());
        let value = self.seal.seal_json(&place, &inquiry)?;
        self.writer
            .write(Lane::Intake, Some(inquiry.answered_at), move |connection| {
                apply::forget_and_save_inquiry(connection, &inquiry, &customer, &value)
            })
            .await
    }

    async fn load_inquiry(
        &self,
        consumer: &ConsumerId,
        id: &InquiryId,
    ) -> Result<Option<StoredInquiry>, JournalError> {
        let (seal, consumer, id) = (self.seal.clone(), consumer.clone(), id.clone());
        self.readers.read(move |connection| query::inquiry(connection, &seal, &consumer, &id)).await
    }

    async fn save_document(&self, name: &str, json: String) -> Result<(), JournalError> {
        let content = self.seal.seal_text(&sealed::document_content(name), &json)?;
        let name = name.to_owned();
        self.writer
            .write(Lane::Intake, None, move |connection| {
                apply::save_document(connection, &name, &content)
            })
            .await
    }

    async fn load_document(&self, name: &str) -> Result<Option<String>, JournalError> {
        let (seal, name) = (self.seal.clone(), name.to_owned());
        self.readers.read(move |connection| query::document(connection, &seal, &name)).await
    }

    async fn unlisted_replies(
        &self,
        provider: Option<&ProviderName>,
        limit: usize,
    ) -> Result<Vec<UnlistedReply>, JournalError> {
        let (seal, provider) = (self.seal.clone(), provider.cloned());
        self.readers
            .read(move |connection| {
                query::unlisted_replies(connection, &seal, provider.as_ref(), limit)
            })
            .await
    }

    async fn audit(&self, entry: AuditEntry) -> Result<(), JournalError> {
        let reason = self.seal.reason(&entry)?;
        self.writer
            .write(Lane::Intake, Some(entry.at), move |connection| {
                apply::audit(connection, &entry, &reason)
            })
            .await
    }

    async fn audit_trail(
        &self,
        filter: &AuditFilter,
        limit: usize,
    ) -> Result<Vec<AuditRecord>, JournalError> {
        let (seal, filter) = (self.seal.clone(), filter.clone());
        self.readers
            .read(move |connection| query::audit_trail(connection, &seal, &filter, limit))
            .await
    }

    async fn save_audited_document(
        &self,
        name: &str,
        json: String,
        audit: Vec<AuditEntry>,
    ) -> Result<(), JournalError> {
        let content = self.seal.seal_text(&sealed::document_content(name), &json)?;
        let reasons: Vec<Vec<u8>> =
            audit.iter().map(|entry| self.seal.reason(entry)).collect::<Result<_, _>>()?;
        let name = name.to_owned();
        let moment = audit.iter().map(|entry| entry.at).max();
        self.writer
            .write(Lane::Intake, moment, move |connection| {
                apply::save_document(connection, &name, &content)?;
                let mut entries = audit.iter().zip(&reasons);
                entries.try_for_each(|(entry, reason)| apply::audit(connection, entry, reason))
            })
            .await
    }

    async fn add_note(&self, note: Note, audit: AuditEntry) -> Result<bool, JournalError> {
        let (text, reason) = (self.seal.note(&note)?, self.seal.reason(&audit)?);
        self.writer
            .write(Lane::Intake, Some(note.at), move |connection| {
                apply::add_note(connection, &note, &text, &audit, &reason)
            })
            .await
    }

    async fn record_deposit(
        &self,
        deposit: Deposit,
        audit: AuditEntry,
    ) -> Result<DepositRecorded, JournalError> {
        let (reference, reason) = (self.seal.deposit(&deposit)?, self.seal.reason(&audit)?);
        let seal = self.seal.clone();
        self.writer
            .write(Lane::Intake, Some(deposit.recorded_at), move |connection| {
                apply::record_deposit(connection, &seal, deposit, &reference, &audit, &reason)
            })
            .await
    }

    async fn deposits(
        &self,
        provider: &ProviderName,
        from: Timestamp,
        limit: usize,
    ) -> Result<Vec<Deposit>, JournalError> {
        let (seal, provider) = (self.seal.clone(), provider.clone());
        let read = move |connection: &_| query::deposits(connection, &seal, &provider, from, limit);
        self.readers.read(read).await
    }

    async fn propose(&self, propose: Propose) -> Result<Proposed, JournalError> {
        let evidence = self.seal.evidence(&propose.proposal)?;
        let reason = self.seal.reason(&propose.audit)?;
        self.writer
            .write(Lane::Intake, Some(propose.proposal.at), move |connection| {
                apply::propose(connection, propose, &evidence, &reason)
            })
            .await
    }

    async fn withdraw(&self, proposal: u64, audit: AuditEntry) -> Result<bool, JournalError> {
        let reason = self.seal.reason(&audit)?;
        self.writer
            .write(Lane::Intake, Some(audit.at), move |connection| {
                apply::withdraw(connection, proposal, &audit, &reason)
            })
            .await
    }

    async fn late_charges(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError> {
        let seal = self.seal.clone();
        self.readers
            .read(move |connection| query::late_charges(connection, &seal, after, limit))
            .await
    }

    async fn dossier(&self, key: &PaymentKey) -> Result<Dossier, JournalError> {
        let (seal, key) = (self.seal.clone(), key.clone());
        self.readers.read(move |connection| query::dossier(connection, &seal, &key)).await
    }

    async fn close(&self) -> Result<(), JournalError> {
        // Readers end first, so that the writer's connection is the last one: it moves the log into
        // the database and leaves one whole file.
        self.readers.close();
        let mut threads = self.threads.lock().await;
        let readers = std::mem::take(&mut threads.readers);
        let writer = threads.writer.take();
        let lanes = self.writer.clone();
        let ended = tokio::task::spawn_blocking(move || {
            let read_well = readers.into_iter().all(|thread| thread.join().is_ok());
            lanes.close();
            writer.is_none_or(|thread| thread.join().is_ok()) && read_well
        });
        if ended.await.is_ok_and(|well| well) {
            return Ok(());
        }
        let cause = "a thread of the journal ended badly".to_owned();
        Err(JournalError::Unacknowledged(cause))
    }
}
