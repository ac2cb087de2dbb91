//! What the engine needs of a store.

use std::collections::BTreeSet;
use std::fmt::Debug;

use async_trait::async_trait;
use ppob_types::{
    ConsumerId, CustomerNumber, InquiryId, PaymentKey, ProviderName, ProviderRef, Retention,
    Timestamp,
};

use crate::{
    Acceptance, AuditEntry, AuditFilter, AuditRecord, Change, Committed, Cursor, Deposit,
    DepositRecorded, Dossier, Filter, JournalError, NewPayment, Note, Page, PaymentEvent, Propose,
    Proposed, StoredInquiry, StoredPayment, Stripped, UnlistedReply,
};

/// What a store tells when it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Rises with each process that opens the journal.
    pub owner_epoch: u64,
    /// The latest time ever recorded: time never goes back before it, whatever the machine's clock says.
    pub time_high_water: Timestamp,
}

/// The durable record.
///
/// # Behavior
/// - A write that returns `Ok` is durable.
/// - A write that returns [`JournalError::Unacknowledged`] may or may not be durable.
/// - Concurrent writes may share one commit; one bad write never fails the others.
/// - Changes of payments that had an attempt alive are written before acceptances that wait.
///
/// # Cancel safety
/// Dropping a write's future leaves it unknown, as if it had returned `Unacknowledged`. Dropping a
/// read is harmless.
#[async_trait]
pub trait Journal: Send + Sync + Debug + 'static {
    /// What was learnt when the journal was opened.
    fn opened(&self) -> Opened;

    /// A serial that no other payment has or will have, also after a crash. No I/O in the common case.
    ///
    /// # Errors
    /// [`JournalError`] if none can be had.
    async fn reserve_serial(&self) -> Result<u64, JournalError>;

    /// Accepts a payment, unless its id, its guard or an earlier success stands in the way. In this
    /// order: the id is known (same or other fingerprint) or abandoned; the guard is held; an equal
    /// payment succeeded within the duplicate window and `repeat` is not last + 1; the consumer's day
    /// would count more than `day_max`. What counts is [`ppob_payment::Payment::counted`], on the day
    /// (WIB) of acceptance; [`Journal::commit`] corrects it in the same write that changes it.
    ///
    /// # Errors
    /// [`JournalError::Unacknowledged`]: re-read the payment by its key.
    async fn accept(&self, new: NewPayment) -> Result<Acceptance, JournalError>;

    /// Applies a change if the payment is still at the version it was made from. When the payment
    /// ends and holds the guard, the guard goes back to the newest payment for the same product and
    /// customer that is still open (it was displaced while in doubt, and still is what the next one
    /// must wait for or name), or is freed if there is none. Remembers a success for the duplicate
    /// window.
    ///
    /// # Errors
    /// [`JournalError::Unacknowledged`]: re-read; if the version is one more and the payment equal,
    /// it was durable.
    async fn commit(&self, change: Change) -> Result<Committed, JournalError>;

    /// Makes sure that this id will never become a payment. Does nothing if it already is one.
    /// Returns the payment if it exists.
    ///
    /// # Errors
    /// [`JournalError`] as for every write.
    async fn bury(
        &self,
        key: &PaymentKey,
        now: Timestamp,
    ) -> Result<Option<StoredPayment>, JournalError>;

    /// The payment of this key.
    ///
    /// # Errors
    /// [`JournalError`] if it cannot be read.
    async fn load(&self, key: &PaymentKey) -> Result<Option<StoredPayment>, JournalError>;

    /// The payment of this serial.
    ///
    /// # Errors
    /// [`JournalError`] if it cannot be read.
    async fn load_by_serial(&self, serial: u64) -> Result<Option<StoredPayment>, JournalError>;

    /// The payment that this reference of this provider settles, as [`Journal::commit`] answers
    /// [`Committed::ReferenceTaken`] by it.
    ///
    /// # Errors
    /// [`JournalError`] if it cannot be read.
    async fn settled_by(
        &self,
        provider: &ProviderName,
        reference: &ProviderRef,
    ) -> Result<Option<StoredPayment>, JournalError>;

    /// Payments, newest first (serial descending). One that cannot be read is left out; loading it
    /// by its key answers `Corrupt`. The list is shorter than the limit only at its end.
    ///
    /// # Errors
    /// [`JournalError`] if they cannot be read.
    async fn list(&self, filter: &Filter, page: Page) -> Result<Vec<StoredPayment>, JournalError>;

    /// Payments that have not ended, oldest first, with a serial above `after`. One that cannot be
    /// read is left out, as in [`Journal::list`].
    ///
    /// # Errors
    /// [`JournalError`] if they cannot be read.
    async fn open_payments(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError>;

    /// Payments whose `next_check_at` is at or before `now`, earliest first; also ended ones that
    /// await a token. One that cannot be read is left out, as in [`Journal::list`].
    ///
    /// # Errors
    /// [`JournalError`] if they cannot be read.
    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<StoredPayment>, JournalError>;

    /// The earliest `next_check_at` of all payments.
    ///
    /// # Errors
    /// [`JournalError`] if it cannot be read.
    async fn next_due(&self) -> Result<Option<Timestamp>, JournalError>;

    /// Payments of these customer numbers, of every consumer and product, newest first. Those whose
    /// personal data are gone belong to nobody.
    ///
    /// # Errors
    /// [`JournalError`] if they cannot be read.
    async fn payments_of(
        &self,
        customers: &BTreeSet<CustomerNumber>,
        page: Page,
    ) -> Result<Vec<StoredPayment>, JournalError>;

    /// Payments with an attempt at `provider` that began in `[begun.0, begun.1)`, oldest first, with a
    /// serial above `after`. One that cannot be read is left out, as in [`Journal::list`]. Of attempts
    /// that an earlier version recorded, the acceptance of their payment counts as their beginning: look
    /// wider by the longest `pay_by`, and at `begun_at` of the attempts.
    ///
    /// # Errors
    /// [`JournalError`] if they cannot be read.
    async fn payments_of_provider(
        &self,
        provider: &ProviderName,
        begun: (Timestamp, Timestamp),
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError>;

    /// Payments that have ended, await nothing, last changed before `before`, and keep more than `to`:
    /// at most `limit`, in any order.
    ///
    /// # Errors
    /// [`JournalError`] if they cannot be read.
    async fn strippable(
        &self,
        to: Retention,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError>;

    /// Takes out of a payment what `to` does not keep, for good. The payment must have ended and await
    /// nothing. Its version and everything that was told of its money stay; there is no event. Later
    /// changes of it are stripped alike. Without personal data the payment is found by its key only,
    /// what operators wrote about it is empty, an unlisted reply that no other payment brought is forgotten,
    /// and so is a success that is remembered for its product and customer, if it is not later than this
    /// payment's last change: strip it so only past the duplicate window.
    ///
    /// # Errors
    /// [`JournalError::RuleBroken`] if the payment has not ended or awaits something; otherwise as for
    /// every write.
    async fn strip(&self, stored: &StoredPayment, to: Retention) -> Result<Stripped, JournalError>;

    /// Forgets the answered inquiries for these customer numbers, and says how many there were.
    ///
    /// # Errors
    /// [`JournalError`] as for every write.
    async fn forget_inquiries(
        &self,
        customers: &BTreeSet<CustomerNumber>,
    ) -> Result<u64, JournalError>;

    /// Forgets up to `limit` answered inquiries that expired before `before`, and says how many.
    ///
    /// # Errors
    /// [`JournalError`] as for every write.
    async fn forget_expired_inquiries(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> Result<u64, JournalError>;

    /// Events after `cursor`, in order, of one consumer or of all.
    ///
    /// # Errors
    /// [`JournalError`] if they cannot be read.
    async fn events_after(
        &self,
        cursor: Cursor,
        consumer: Option<&ConsumerId>,
        limit: usize,
    ) -> Result<Vec<PaymentEvent>, JournalError>;

    /// The sequence of the latest event.
    ///
    /// # Errors
    /// [`JournalError`] if it cannot be read.
    async fn latest_cursor(&self) -> Result<Cursor, JournalError>;

    /// Remembers an answered inquiry. A store may forget it a day after it expired.
    ///
    /// # Errors
    /// [`JournalError`] as for every write.
    async fn save_inquiry(&self, inquiry: StoredInquiry) -> Result<(), JournalError>;

    /// An answered inquiry of this consumer.
    ///
    /// # Errors
    /// [`JournalError`] if it cannot be read.
    async fn load_inquiry(
        &self,
        consumer: &ConsumerId,
        id: &InquiryId,
    ) -> Result<Option<StoredInquiry>, JournalError>;

    /// Saves a named document (the catalogue, operator switches), replacing the one before.
    ///
    /// # Errors
    /// [`JournalError`] as for every write.
    async fn save_document(&self, name: &str, json: String) -> Result<(), JournalError>;

    /// A named document.
    ///
    /// # Errors
    /// [`JournalError`] if it cannot be read.
    async fn load_document(&self, name: &str) -> Result<Option<String>, JournalError>;

    /// Unlisted replies, most frequent first.
    ///
    /// # Errors
    /// [`JournalError`] if they cannot be read.
    async fn unlisted_replies(
        &self,
        provider: Option<&ProviderName>,
        limit: usize,
    ) -> Result<Vec<UnlistedReply>, JournalError>;

    /// Adds to the audit trail.
    ///
    /// # Errors
    /// [`JournalError`] as for every write.
    async fn audit(&self, entry: AuditEntry) -> Result<(), JournalError>;

    /// The audit trail, latest first.
    ///
    /// # Errors
    /// [`JournalError`] if it cannot be read.
    async fn audit_trail(
        &self,
        filter: &AuditFilter,
        limit: usize,
    ) -> Result<Vec<AuditRecord>, JournalError>;

    /// Saves a named document, and what was done to it, in one commit.
    ///
    /// # Errors
    /// [`JournalError`] as for every write.
    async fn save_audited_document(
        &self,
        name: &str,
        json: String,
        audit: Vec<AuditEntry>,
    ) -> Result<(), JournalError>;

    /// Keeps a note with its trace in the audit. `false` if there is no such payment; nothing was
    /// written then.
    ///
    /// # Errors
    /// [`JournalError`] as for every write.
    async fn add_note(&self, note: Note, audit: AuditEntry) -> Result<bool, JournalError>;

    /// Keeps a deposit with its trace in the audit, unless its id is known.
    ///
    /// # Errors
    /// [`JournalError`] as for every write; recording it again is safe.
    async fn record_deposit(
        &self,
        deposit: Deposit,
        audit: AuditEntry,
    ) -> Result<DepositRecorded, JournalError>;

    /// Deposits of a provider credited at or after `from`, oldest first.
    ///
    /// # Errors
    /// [`JournalError`] if they cannot be read.
    async fn deposits(
        &self,
        provider: &ProviderName,
        from: Timestamp,
        limit: usize,
    ) -> Result<Vec<Deposit>, JournalError>;

    /// Keeps a verdict that waits for a second person, with its trace in the audit. One is open per
    /// attempt.
    ///
    /// # Errors
    /// [`JournalError`] as for every write.
    async fn propose(&self, propose: Propose) -> Result<Proposed, JournalError>;

    /// Ends an open proposal without effect. `false` if it is not open any more; nothing was written
    /// then.
    ///
    /// # Errors
    /// [`JournalError`] as for every write.
    async fn withdraw(&self, proposal: u64, audit: AuditEntry) -> Result<bool, JournalError>;

    /// Payments that ended although a charge was found later, and about which nobody has written
    /// anything since: oldest first, with a serial above `after`. One that cannot be read is left out,
    /// as in [`Journal::list`].
    ///
    /// # Errors
    /// [`JournalError`] if they cannot be read.
    async fn late_charges(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<StoredPayment>, JournalError>;

    /// What operators added to a payment; empty if there is no such payment.
    ///
    /// # Errors
    /// [`JournalError`] if it cannot be read.
    async fn dossier(&self, key: &PaymentKey) -> Result<Dossier, JournalError>;

    /// Waits for what was handed over and closes. Later calls answer `Unavailable`.
    ///
    /// # Errors
    /// [`JournalError`] if the last writes could not be finished.
    async fn close(&self) -> Result<(), JournalError>;
}
