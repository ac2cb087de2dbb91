//! What operators add: notes, deposits, verdicts that wait for a second person, the audit.

use std::ops::Bound;

use ppob_types::{PaymentKey, ProviderName, Sensitive, Timestamp};

use super::Data;
use crate::{
    Agreement, AuditEntry, AuditFilter, AuditRecord, Deposit, DepositRecorded, Dossier,
    JournalError, NewProposal, Note, Proposal, Propose, Proposed, StoredPayment, Who,
    late_charge_at,
};

/// A proposal, open or not.
#[derive(Clone, Debug)]
pub(super) struct KnownProposal {
    proposed: NewProposal,
    state: ProposalState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ProposalState {
    Open,
    Confirmed,
    Withdrawn,
}

impl Data {
    pub(in crate::memory) fn audit(&mut self, entry: &AuditEntry) {
        self.saw(entry.at);
        let sequence = number_after(self.audit.len());
        self.audit.push(AuditRecord { sequence, entry: entry.clone() });
    }

    pub(in crate::memory) fn audit_trail(
        &self,
        filter: &AuditFilter,
        limit: usize,
    ) -> Vec<AuditRecord> {
        let fitting = self.audit.iter().rev().filter(|record| filter.fits(record));
        fitting.take(limit).cloned().collect()
    }

    pub(in crate::memory) fn add_note(&mut self, note: &Note, audit: &AuditEntry) -> bool {
        let known = self.payment(&note.key).is_some();
        if known {
            self.notes.push(note.clone());
            self.audit(audit);
        }
        known
    }

    pub(in crate::memory) fn record_deposit(
        &mut self,
        deposit: &Deposit,
        audit: &AuditEntry,
    ) -> Result<DepositRecorded, JournalError> {
        if let Some(known) = self.deposits.get(&deposit.id) {
            return Ok(if known.is_same_as(deposit) {
                DepositRecorded::Known(known.clone())
            } else {
                DepositRecorded::Conflict
            });
        }
        if deposit.amount.get() == 0 {
            return Err(JournalError::RuleBroken("a deposit of nothing".to_owned()));
        }
        self.deposits.insert(deposit.id.clone(), deposit.clone());
        self.audit(audit);
        Ok(DepositRecorded::Done(deposit.clone()))
    }

    pub(in crate::memory) fn deposits(
        &self,
        provider: &ProviderName,
        from: Timestamp,
        limit: usize,
    ) -> Vec<Deposit> {
        let fits =
            |deposit: &&Deposit| deposit.provider == *provider && deposit.credited_at >= from;
        let mut found: Vec<Deposit> = self.deposits.values().filter(fits).cloned().collect();
        // Stable: those of one moment stay in the order of their ids.
        found.sort_by_key(|deposit| deposit.credited_at);
        found.truncate(limit);
        found
    }

    pub(in crate::memory) fn propose(&mut self, propose: &Propose) -> Proposed {
        let proposal = &propose.proposal;
        let unchanged =
            self.payment(&proposal.key).is_some_and(|stored| stored.version == proposal.version);
        let open = self.open_proposal(&proposal.key, proposal.attempt);
        if !unchanged || open != propose.replaces {
            return Proposed::Stale;
        }
        if let Some(open) = open {
            self.end_proposal(open, ProposalState::Withdrawn);
        }
        let number = self.add_proposal(proposal, ProposalState::Open);
        self.audit(&propose.audit);
        Proposed::Done(Proposal { number, proposed: proposal.clone() })
    }

    pub(in crate::memory) fn withdraw(&mut self, proposal: u64, audit: &AuditEntry) -> bool {
        let open = self.is_open(proposal);
        if open {
            self.end_proposal(proposal, ProposalState::Withdrawn);
            self.audit(audit);
        }
        open
    }

    pub(in crate::memory) fn dossier(&self, key: &PaymentKey) -> Dossier {
        let notes = self.notes.iter().filter(|note| note.key == *key).cloned().collect();
        let open = self
            .proposals
            .iter()
            .filter(|(_, known)| known.state == ProposalState::Open && known.proposed.key == *key);
        let proposals = open
            .map(|(number, known)| Proposal { number: *number, proposed: known.proposed.clone() })
            .collect();
        Dossier { notes, proposals }
    }

    /// That something was written stays; what was written goes.
    pub(super) fn erase_dossier(&mut self, key: &PaymentKey) {
        for note in self.notes.iter_mut().filter(|note| note.key == *key) {
            note.text = Sensitive::default();
        }
        for known in self.proposals.values_mut().filter(|known| known.proposed.key == *key) {
            known.proposed.evidence = Sensitive::default();
        }
    }

    pub(in crate::memory) fn late_charges(&self, after: u64, limit: usize) -> Vec<StoredPayment> {
        let is_noted = |stored: &StoredPayment, found_at: Timestamp| {
            self.notes.iter().any(|note| note.key == stored.key && note.at >= found_at)
        };
        self.late
            .range((Bound::Excluded(after), Bound::Unbounded))
            .filter_map(|serial| self.payments.get(serial))
            .filter(|stored| {
                late_charge_at(&stored.payment).is_some_and(|found_at| !is_noted(stored, found_at))
            })
            .take(limit)
            .cloned()
            .collect()
    }

    /// Whether an agreement can be taken: its proposal, if it names one, is still open. An agreement
    /// of one person breaks a rule.
    pub(super) fn may_agree(&self, agreement: &Agreement) -> Result<bool, JournalError> {
        let open = match agreement {
            Agreement::Confirms { proposal, .. } if !self.is_open(*proposal) => return Ok(false),
            Agreement::Confirms { proposal, .. } => {
                self.proposals.get(proposal).map(|known| &known.proposed)
            }
            Agreement::Named { .. } => None,
        };
        if is_of_two(agreement, open) {
            return Ok(true);
        }
        Err(JournalError::RuleBroken("one person would agree with themselves".to_owned()))
    }

    pub(super) fn agree(&mut self, agreement: &Agreement) {
        match agreement {
            Agreement::Confirms { proposal, .. } => {
                self.end_proposal(*proposal, ProposalState::Confirmed);
            }
            Agreement::Named { proposal, .. } => {
                if let Some(open) = self.open_proposal(&proposal.key, proposal.attempt) {
                    self.end_proposal(open, ProposalState::Withdrawn);
                }
                self.add_proposal(proposal, ProposalState::Confirmed);
            }
        }
    }

    /// The attempt of a payment that an agreement speaks of.
    pub(super) fn agreed_attempt(&self, key: &PaymentKey, agreement: &Agreement) -> Option<u32> {
        let proposed = match agreement {
            Agreement::Confirms { proposal, .. } => &self.proposals.get(proposal)?.proposed,
            Agreement::Named { proposal, .. } => proposal.as_ref(),
        };
        (proposed.key == *key).then_some(proposed.attempt)
    }

    fn add_proposal(&mut self, proposed: &NewProposal, state: ProposalState) -> u64 {
        self.saw(proposed.at);
        let number = number_after(self.proposals.len());
        self.proposals.insert(number, KnownProposal { proposed: proposed.clone(), state });
        number
    }

    fn end_proposal(&mut self, number: u64, state: ProposalState) {
        if let Some(known) = self.proposals.get_mut(&number) {
            known.state = state;
        }
    }

    fn is_open(&self, number: u64) -> bool {
        self.proposals.get(&number).is_some_and(|known| known.state == ProposalState::Open)
    }

    fn open_proposal(&self, key: &PaymentKey, attempt: u32) -> Option<u64> {
        let about = |known: &KnownProposal| {
            known.state == ProposalState::Open
                && known.proposed.key == *key
                && known.proposed.attempt == attempt
        };
        self.proposals.iter().find(|(_, known)| about(known)).map(|(number, _)| *number)
    }
}

/// Whether two different persons agree, as far as the agreement itself shows.
fn is_of_two(agreement: &Agreement, open: Option<&NewProposal>) -> bool {
    match agreement {
        Agreement::Confirms { second, .. } => {
            open.is_some_and(|proposal| second.is_another_than(&proposal.who))
        }
        Agreement::Named { proposal, second_actor } => {
            let Who { proven, actor, .. } = &proposal.who;
            let (first, second) = (actor.trim(), second_actor.trim());
            !proven && !second.is_empty() && !first.eq_ignore_ascii_case(second)
        }
    }
}

fn number_after(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX).saturating_add(1)
}
