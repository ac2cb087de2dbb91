//! What is found, in words.

use ppob_journal::JournalledSend;
use ppob_types::Timestamp;

use super::{Added, Finding, FindingKind, Head, Link, hash};

/// More findings are not told one by one.
pub const MOST: usize = 200;

/// What was found in a journal that was held against its chain, and against what was known of it elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// The newest commit of the chain, and when it was; none before the first.
    pub head: Option<(Head, Timestamp)>,
    /// How many heads that were written down elsewhere were compared.
    pub heads: u64,
    /// How many of them a restore is known to have left behind.
    pub left_behind: u64,
    /// Why the send journal was not compared, if it was not.
    pub not_compared: Option<String>,
    /// What is not as it was.
    pub findings: Vec<Finding>,
}

/// Of which times it is known that a journal does not know them.
#[derive(Clone, Debug, Default)]
pub struct Excused {
    /// Between the taking of a backup and its restore.
    pub restores: Vec<(Timestamp, Timestamp)>,
    /// The journal is itself a backup, taken then.
    pub taken_at: Option<Timestamp>,
}

impl Excused {
    /// Whether what was written down elsewhere at this time may be missing.
    pub fn is(&self, at: Timestamp) -> bool {
        self.taken_at.is_some_and(|taken_at| at >= taken_at)
            || self.restores.iter().any(|(from, until)| at >= *from && at <= *until)
    }
}

/// What is found if `link` does not stand directly behind `before`; `previous` is the hash that it says
/// stands before it.
pub fn gap(before: &Link, link: &Link, previous: &[u8; 32]) -> Option<Finding> {
    if link.number == before.number.saturating_add(1) && *previous == before.hash {
        return None;
    }
    let what = format!(
        "commit {} does not follow commit {}, which stands before it",
        link.number, before.number
    );
    Some(Finding::new(FindingKind::ChainBroken, what))
}

/// What is found if the commit `link` did not add what stands there behind `before`, which is `added`. But
/// for the first commit, the sequences of events and facts must be without gaps.
pub fn commit_changed(before: &Link, link: &Link, added: &Added) -> Vec<Finding> {
    if hash(before, link, &added.hash) == link.hash && added.last_event == link.last_event {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let at = Timestamp::from_micros(link.at);
    let events = link.last_event.saturating_sub(before.last_event);
    let facts = link.last_fact.saturating_sub(before.last_fact);
    let gone = (events - added.events, facts - added.facts);
    // Where the chain covers everything at once, sequences need not be without gaps.
    let first = before.number == 0;
    if gone.0 > 0 && !first {
        let what = format!(
            "{} of the events {} to {} are not there (commit {}, {} WIB)",
            gone.0,
            before.last_event.saturating_add(1),
            link.last_event,
            link.number,
            at.wib()
        );
        findings.push(Finding::new(FindingKind::EventRemoved, what));
    }
    if gone.1 > 0 && !first {
        let what = format!(
            "{} entries about what operators and the engine did are not there (facts {} to {}, commit {}, {} WIB)",
            gone.1,
            before.last_fact.saturating_add(1),
            link.last_fact,
            link.number,
            at.wib()
        );
        findings.push(Finding::new(FindingKind::FactRemoved, what));
    }
    if first || (gone.0 <= 0 && gone.1 <= 0) {
        let what = format!(
            "what commit {} of {} WIB added (events {} to {}, facts {} to {}) was changed, removed or put in another order",
            link.number,
            at.wib(),
            before.last_event.saturating_add(1),
            link.last_event,
            before.last_fact.saturating_add(1),
            link.last_fact
        );
        findings.push(Finding::new(FindingKind::CommitChanged, what));
    }
    findings
}

/// What stands behind the last commit. Where the end was cut, the chain's too, this is what was forgotten.
pub fn behind(last: &Link, added: &Added) -> Option<Finding> {
    if added.events <= 0 && added.facts <= 0 {
        return None;
    }
    let what = format!(
        "{} events and {} facts stand behind the last commit of the chain, {}",
        added.events, added.facts, last.number
    );
    Some(Finding::new(FindingKind::Added, what))
}

/// A payment that events of `consumer` speak of is not there.
pub fn payment_missing(consumer: &str, serial: i64) -> Finding {
    let what =
        format!("the payment with serial {serial} of {consumer} is not there, but its events are");
    Finding::new(FindingKind::PaymentRemoved, what)
}

/// A payment is not as its newest event left it; `missing` of the attempts that it counts are not there.
pub fn payment_changed(consumer: &str, id: &str, state: &str, missing: i64) -> Finding {
    if missing > 0 {
        let what =
            format!("payment {consumer}/{id} ({state}) has {missing} attempts less than it had");
        Finding::new(FindingKind::AttemptRemoved, what)
    } else {
        let what = format!(
            "payment {consumer}/{id} ({state}), or one of its attempts, is not as its newest event left it"
        );
        Finding::new(FindingKind::PaymentChanged, what)
    }
}

/// Where what a fact says and what stands in its table differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactDiffers {
    /// Only the fact is there.
    Removed,
    /// Only the row is there.
    Added,
    /// Both are there.
    Changed,
}

/// A fact of this kind and subject is not what stands there.
pub fn fact(kind: &str, subject: &str, differs: FactDiffers) -> Finding {
    let thing = match kind {
        "audit" => "entry of the audit",
        "note" => "note",
        "deposit" => "deposit",
        "proposal" => "proposed verdict",
        "buried" => "tombstone",
        "late_charge" => "late charge of the payment with serial",
        "restore" => "restore",
        other => other,
    };
    let (kind, what) = match differs {
        FactDiffers::Removed => (FindingKind::FactRemoved, "is not there"),
        FactDiffers::Added => (FindingKind::Added, "was never written"),
        FactDiffers::Changed => (FindingKind::FactChanged, "was changed"),
    };
    Finding::new(kind, format!("{thing} {subject} {what}"))
}

/// A commit of this head, perhaps written down at this time, is not in the chain.
pub fn cut(head: &Head, at: Option<Timestamp>) -> Finding {
    let when = at.map_or_else(String::new, |at| format!(", written down at {} WIB", at.wib()));
    let what = format!(
        "commit {}{when}, is not there or is another one: the journal was cut or set back before it, or rewritten",
        head.number
    );
    Finding::new(FindingKind::Cut, what)
}

/// A send of the send journal is not there.
pub fn send_missing(send: &JournalledSend) -> Finding {
    let what = format!(
        "attempt {} of payment {} was about to be sent at {} WIB and is not there",
        send.attempt,
        send.key,
        send.begun_at().wib()
    );
    Finding::new(FindingKind::PaymentRemoved, what)
}
