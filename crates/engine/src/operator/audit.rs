//! The audit: what it says of a deed, and reading it.

use ppob_journal::{AuditEntry, AuditFilter, AuditRecord, AuditSubject, StoredPayment, Who};
use ppob_payment::Attempt;
use ppob_types::{ConsumerId, IdError, Sensitive, Timestamp};

use crate::{Engine, QueryError};

/// The name under which the engine itself stands in the audit.
const ENGINE: &str = "engine";

/// What was done, before it is put into words for the audit.
pub(crate) struct Deed<'a> {
    pub(crate) who: &'a Who,
    /// The name of the RPC.
    pub(crate) action: &'static str,
    pub(crate) subject: AuditSubject<'a>,
    pub(crate) reason: &'a str,
    pub(crate) before: String,
    pub(crate) after: String,
}

impl Engine {
    /// What operators, and the engine itself, did: newest first.
    ///
    /// # Errors
    /// [`QueryError::JournalUnavailable`].
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        limit: usize,
    ) -> Result<Vec<AuditRecord>, QueryError> {
        let trail = self.inner.journal.audit_trail(filter, limit).await;
        trail.map_err(|_| QueryError::JournalUnavailable)
    }
}

impl Deed<'_> {
    pub(crate) fn entry(self, at: Timestamp) -> AuditEntry {
        AuditEntry {
            operator: self.who.operator.clone(),
            actor: self.who.actor.trim().to_owned(),
            second_actor: None,
            action: self.action.to_owned(),
            subject: self.subject.to_string(),
            reason: Sensitive::new(self.reason),
            before: self.before,
            after: self.after,
            at,
        }
    }
}

/// The engine itself.
pub(crate) fn engine() -> Result<Who, IdError> {
    Ok(Who { operator: ConsumerId::new(ENGINE)?, proven: true, actor: ENGINE.to_owned() })
}

/// How a payment stands, in words without personal data.
pub(crate) fn standing(stored: &StoredPayment, attempt: Option<&Attempt>) -> String {
    let state = stored.payment.state().as_str();
    match attempt.and_then(|attempt| stored.payment.attempt(attempt.number)) {
        None => state.to_owned(),
        Some(attempt) => format!(
            "{state}; attempt {} at {} {}",
            attempt.number,
            attempt.provider,
            attempt.state.as_str().to_ascii_uppercase()
        ),
    }
}
