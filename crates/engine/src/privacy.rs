//! One customer's data: shown and erased on request, with an entry in the audit trail first.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use ppob_journal::{AuditEntry, AuditSubject, JournalError, Page, StoredPayment, Stripped, Who};
use ppob_types::{CustomerNumber, PaymentKey, Retention, Sensitive, Timestamp};

use crate::engine::Inner;
use crate::operator::audit::Deed;
use crate::operator::{require_reason, require_who};
use crate::{Engine, OperateError};

/// How many payments are read, and stripped, at a time.
const PAGE: usize = 100;

/// Whose data, who asks for them, and why.
#[derive(Clone, Debug)]
pub struct AboutCustomer {
    /// The number as the customer knows it; meant for every family whose grammar it fits.
    pub customer_number: Sensitive,
    /// Who asks.
    pub who: Who,
    /// Why; required.
    pub reason: String,
}

/// What an erasure did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Payments without personal data now.
    pub erased: u64,
    /// Payments that keep theirs: they have not ended, await a token, lie in the duplicate window, or have
    /// a late charge that nobody has written about.
    pub kept: u64,
}

impl Engine {
    /// The payments for a customer, of every consumer, newest first. Reading them is an entry in the
    /// audit trail, made durable before anything is shown.
    ///
    /// # Errors
    /// [`OperateError::FieldInvalid`], or [`OperateError::JournalUnavailable`]; nothing was changed.
    pub async fn export_customer(
        &self,
        about: &AboutCustomer,
        page: Page,
    ) -> Result<Vec<StoredPayment>, OperateError> {
        let customers = customers(about)?;
        let journal = &self.inner.journal;
        let told = journal.audit(self.entry(about, "ExportCustomer", "shown")).await;
        told.map_err(|_| OperateError::JournalUnavailable)?;
        let found = journal.payments_of(&customers, page).await;
        found.map_err(|_| OperateError::JournalUnavailable)
    }

    /// Takes the customer's personal data out of every payment that has ended, awaits nothing, not even a
    /// person's note about a late charge, and lies past the duplicate window, and forgets the inquiries for the customer. For good. With
    /// `validate_only` it only counts.
    ///
    /// # Errors
    /// [`OperateError::FieldInvalid`]; or [`OperateError::JournalUnavailable`], after which some of it
    /// may be done: ask again.
    pub async fn erase_customer(
        &self,
        about: &AboutCustomer,
        validate_only: bool,
    ) -> Result<Erasure, OperateError> {
        let customers = customers(about)?;
        let after = if validate_only { "only counted" } else { "erased as far as it may be" };
        let entry = self.entry(about, "EraseCustomer", after);
        let inner = Arc::clone(&self.inner);
        let work = async move {
            inner.journal.audit(entry).await?;
            inner.erase(&customers, validate_only).await
        };
        let done = self.inner.tasks.detached(work).await;
        done.and_then(Result::ok).ok_or(OperateError::JournalUnavailable)
    }

    /// Says whose data as far as a person needs it to find the customer's own request again.
    fn entry(&self, about: &AboutCustomer, action: &'static str, after: &str) -> AuditEntry {
        let masked = CustomerNumber::spellings(about.customer_number.expose())
            .first()
            .map(CustomerNumber::masked)
            .unwrap_or_default();
        let deed = Deed {
            who: &about.who,
            action,
            subject: AuditSubject::Customer(&masked),
            reason: &about.reason,
            before: String::new(),
            after: after.to_owned(),
        };
        deed.entry(self.inner.now())
    }
}

impl Inner {
    async fn erase(
        &self,
        customers: &BTreeSet<CustomerNumber>,
        validate_only: bool,
    ) -> Result<Erasure, JournalError> {
        let mut erasure = Erasure::default();
        let under_review = self.unnoted_late_charges().await?;
        let mut page = Page { before_serial: None, limit: PAGE };
        loop {
            let found = self.journal.payments_of(customers, page).await?;
            let Some(last) = found.last() else { break };
            page.before_serial = Some(last.serial);
            let now = self.now();
            let (erasable, kept): (Vec<_>, Vec<_>) = found.into_iter().partition(|stored| {
                !under_review.contains(&stored.serial) && self.may_be_erased(stored, now)
            });
            let mut erased = erasable.len();
            if !validate_only {
                erased = self.strip_all(&erasable, Retention::NoPersonalData).await?;
            }
            erasure.erased = erasure.erased.saturating_add(count(erased));
            let kept = kept.len().saturating_add(erasable.len().saturating_sub(erased));
            erasure.kept = erasure.kept.saturating_add(count(kept));
        }
        if !validate_only {
            self.journal.forget_inquiries(customers).await?;
            tracing::info!(
                erased = erasure.erased,
                kept = erasure.kept,
                "the personal data of a customer were erased"
            );
        }
        Ok(erasure)
    }

    /// Whether nothing needs the payment's personal data any more.
    fn may_be_erased(&self, stored: &StoredPayment, now: Timestamp) -> bool {
        let window = self.told().config.duplicate_windows.of(stored.payment.terms.family);
        let window = self.clock.stretched(window);
        stored.payment.may_be_stripped()
            && now.since(stored.updated_at) >= window
            && !self.passes_by_an_open_one(stored)
    }

    /// Whether it was paid in spite of one that is still in doubt. That one is not asked about by a purchase, and
    /// the customer's number is what this is known by.
    pub(crate) fn passes_by_an_open_one(&self, stored: &StoredPayment) -> bool {
        stored.request.despite_in_doubt.clone().is_some_and(|id| {
            let passed = PaymentKey { consumer: stored.key.consumer.clone(), id };
            let passed = self.live.get(&passed);
            passed.is_some_and(|ticket| !ticket.payment().payment.state().is_final())
        })
    }

    /// The payments with a charge that was found later and that nobody has settled with the customer yet:
    /// without the customer's number nobody could.
    async fn unnoted_late_charges(&self) -> Result<BTreeSet<u64>, JournalError> {
        let mut serials = BTreeSet::new();
        let mut after = 0;
        loop {
            let page = self.journal.late_charges(after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(serials) };
            after = last.serial;
            serials.extend(page.iter().map(|stored| stored.serial));
        }
    }

    /// Strips payments in commits that they share, and says of how many something was taken.
    pub(crate) async fn strip_all(
        &self,
        payments: &[StoredPayment],
        to: Retention,
    ) -> Result<usize, JournalError> {
        let strips = payments.iter().map(|stored| self.journal.strip(stored, to));
        let mut done = 0_usize;
        for stripped in join_all(strips).await {
            match stripped? {
                Stripped::Done(_) => done = done.saturating_add(1),
                // Somebody was faster, or it has just changed: the next round looks at it again.
                Stripped::Already | Stripped::Stale => {}
            }
        }
        metrics::counter!("ppob_payments_stripped_total", "kept" => to.as_str())
            .increment(count(done));
        Ok(done)
    }
}

/// Every number that may be meant.
fn customers(about: &AboutCustomer) -> Result<BTreeSet<CustomerNumber>, OperateError> {
    require_who(&about.who)?;
    require_reason(&about.reason)?;
    let customers = CustomerNumber::spellings(about.customer_number.expose());
    if customers.is_empty() {
        let problem = "it fits the customer numbers of no family of products";
        return Err(OperateError::FieldInvalid { field: "customer_number", problem });
    }
    Ok(customers)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
