//! Rows of what operators add.

use ppob_journal::{
    AuditEntry, AuditRecord, Deposit, JournalError, NewProposal, Note, Proposal, Who,
};
use ppob_seal::Place;
use ppob_types::{ConsumerId, PaymentKey, ProviderName, Rupiah, Sensitive, Timestamp};

use super::{corrupt, natural};
use crate::sealed::{self, Seal};

/// A row of `audit`.
#[derive(Debug)]
#[expect(missing_docs, reason = "each field is the column of its name")]
pub struct AuditRow {
    pub sequence: i64,
    pub operator: String,
    pub actor: String,
    pub second_actor: Option<String>,
    pub action: String,
    pub subject: String,
    pub reason: Vec<u8>,
    pub before: String,
    pub after: String,
    pub at: i64,
}

impl AuditRow {
    /// Opens what is sealed in it.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] if it does not open.
    pub fn decode(self, seal: &Seal) -> Result<AuditRecord, JournalError> {
        let mut entry = AuditEntry {
            operator: consumer(&self.operator)?,
            actor: self.actor,
            second_actor: self.second_actor,
            action: self.action,
            subject: self.subject,
            reason: Sensitive::default(),
            before: self.before,
            after: self.after,
            at: Timestamp::from_micros(self.at),
        };
        let reason = seal.open_text(&sealed::audit_reason(&entry), &self.reason)?;
        entry.reason = Sensitive::new(reason);
        Ok(AuditRecord { sequence: natural(self.sequence)?, entry })
    }
}

/// A row of `note`.
#[derive(Debug)]
#[expect(missing_docs, reason = "each field is the column of its name")]
pub struct NoteRow {
    pub operator: String,
    pub proven: bool,
    pub actor: String,
    pub text: Vec<u8>,
    pub at: i64,
}

impl NoteRow {
    /// Opens what is sealed in it, if it was not erased. `key` is the payment that it is about.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] if it does not open.
    pub fn decode(self, seal: &Seal, key: &PaymentKey) -> Result<Note, JournalError> {
        let mut note = Note {
            key: key.clone(),
            who: who(&self.operator, self.proven, self.actor)?,
            text: Sensitive::default(),
            at: Timestamp::from_micros(self.at),
        };
        note.text = open(seal, &sealed::note_text(&note), &self.text)?;
        Ok(note)
    }
}

/// A row of `deposit`.
#[derive(Debug)]
#[expect(missing_docs, reason = "each field is the column of its name")]
pub struct DepositRow {
    pub deposit_id: String,
    pub provider: String,
    pub amount: i64,
    pub credited_at: i64,
    pub reference: Vec<u8>,
    pub operator: String,
    pub proven: bool,
    pub actor: String,
    pub recorded_at: i64,
}

impl DepositRow {
    /// Opens what is sealed in it.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] if it does not open.
    pub fn decode(self, seal: &Seal) -> Result<Deposit, JournalError> {
        let place = sealed::deposit_reference(&self.deposit_id);
        Ok(Deposit {
            id: self.deposit_id,
            provider: ProviderName::new(&self.provider).map_err(corrupt)?,
            amount: Rupiah::new(self.amount),
            credited_at: Timestamp::from_micros(self.credited_at),
            reference: open(seal, &place, &self.reference)?,
            who: who(&self.operator, self.proven, self.actor)?,
            recorded_at: Timestamp::from_micros(self.recorded_at),
        })
    }
}

/// A row of `proposal`.
#[derive(Debug)]
#[expect(missing_docs, reason = "each field is the column of its name")]
pub struct ProposalRow {
    pub number: i64,
    pub attempt: i64,
    pub version: i64,
    pub facts: String,
    pub operator: String,
    pub proven: bool,
    pub actor: String,
    pub evidence: Vec<u8>,
    pub at: i64,
}

impl ProposalRow {
    /// Opens what is sealed in it, if it was not erased. `key` is the payment that it is about.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] if it does not open.
    pub fn decode(self, seal: &Seal, key: &PaymentKey) -> Result<Proposal, JournalError> {
        let mut proposed = NewProposal {
            key: key.clone(),
            attempt: u32::try_from(self.attempt).map_err(corrupt)?,
            version: natural(self.version)?,
            facts: self.facts,
            who: who(&self.operator, self.proven, self.actor)?,
            evidence: Sensitive::default(),
            at: Timestamp::from_micros(self.at),
        };
        proposed.evidence = open(seal, &sealed::proposal_evidence(&proposed), &self.evidence)?;
        Ok(Proposal { number: natural(self.number)?, proposed })
    }
}

fn who(operator: &str, proven: bool, actor: String) -> Result<Who, JournalError> {
    Ok(Who { operator: consumer(operator)?, proven, actor })
}

/// What was written; nothing if it was erased.
fn open(seal: &Seal, place: &Place, sealed: &[u8]) -> Result<Sensitive, JournalError> {
    if sealed.is_empty() {
        return Ok(Sensitive::default());
    }
    seal.open_text(place, sealed).map(Sensitive::new)
}

fn consumer(text: &str) -> Result<ConsumerId, JournalError> {
    ConsumerId::new(text).map_err(corrupt)
}
