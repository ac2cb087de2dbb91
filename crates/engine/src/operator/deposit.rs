//! Money that goes into a deposit, or out of it, by hand.

use ppob_journal::{AuditSubject, Deposit, DepositRecorded, Who};
use ppob_types::{ProviderName, Rupiah, Sensitive, Timestamp};

use super::audit::Deed;
use super::{require, require_who};
use crate::{Engine, OperateError, QueryError};

/// The most characters of an id.
const ID: usize = 64;
/// The most characters of a reference.
const REFERENCE: usize = 200;

/// Money that was paid into a deposit.
#[derive(Clone, Debug)]
pub struct NewDeposit {
    /// The operator's own id of the entry.
    pub id: String,
    /// Whose deposit.
    pub provider: ProviderName,
    /// How much; negative if it was taken out.
    pub amount: Rupiah,
    /// When it was credited.
    pub credited_at: Timestamp,
    /// The bank's or provider's reference; may be empty.
    pub reference: Sensitive,
    /// Who records it.
    pub who: Who,
}

impl Engine {
    /// Records a deposit; recording it again changes nothing and answers what stands there.
    ///
    /// # Errors
    /// [`OperateError`]; after `JournalUnavailable` record it again.
    pub async fn record_deposit(&self, new: NewDeposit) -> Result<Deposit, OperateError> {
        self.inner.providers.get(&new.provider).ok_or(OperateError::NoSuchProvider)?;
        let now = self.inner.now();
        new.check(now)?;
        let deposit = Deposit {
            id: new.id,
            provider: new.provider,
            amount: new.amount,
            credited_at: new.credited_at,
            reference: new.reference,
            who: new.who,
            recorded_at: now,
        };
        let entry = Deed {
            who: &deposit.who,
            action: "RecordDeposit",
            subject: AuditSubject::Provider(&deposit.provider),
            reason: deposit.reference.expose(),
            before: String::new(),
            after: format!("deposit {}: {}", deposit.id, deposit.amount),
        };
        let entry = entry.entry(now);
        match self.inner.journal.record_deposit(deposit, entry).await {
            Ok(DepositRecorded::Done(deposit) | DepositRecorded::Known(deposit)) => {
                self.inner.accounts.touch(&deposit.provider);
                Ok(deposit)
            }
            Ok(DepositRecorded::Conflict) => Err(OperateError::DepositIdReused),
            Err(_) => Err(OperateError::JournalUnavailable),
        }
    }

    /// Deposits of a provider credited at or after `from`, oldest first.
    ///
    /// # Errors
    /// [`QueryError::JournalUnavailable`].
    pub async fn deposits(
        &self,
        provider: &ProviderName,
        from: Timestamp,
        limit: usize,
    ) -> Result<Vec<Deposit>, QueryError> {
        let deposits = self.inner.journal.deposits(provider, from, limit).await;
        deposits.map_err(|_| QueryError::JournalUnavailable)
    }
}

impl NewDeposit {
    fn check(&self, now: Timestamp) -> Result<(), OperateError> {
        require_who(&self.who)?;
        let invalid = |field, problem| Err(OperateError::FieldInvalid { field, problem });
        let problem = "name the entry by an id of your own, of at most 64 characters, so that it is \
                       recorded once";
        require(&self.id, ID, "deposit_id", problem)?;
        if self.amount == Rupiah::ZERO {
            return invalid(
                "amount_rupiah",
                "say how much: more than 0, or less if it was taken out",
            );
        }
        if self.credited_at > now {
            return invalid("deposit_time", "lies in the future; say when it was credited");
        }
        if self.reference.expose().chars().count() > REFERENCE {
            return invalid("reference", "has more than 200 characters");
        }
        Ok(())
    }
}
