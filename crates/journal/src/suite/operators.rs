//! What operators add: notes, deposits, verdicts of two persons, and the audit of all of it.

use std::sync::Arc;

use ppob_payment::{AttemptState, Event, PaymentState, Resolution};
use ppob_types::{PayOutcome, PaymentKey, Rupiah, Sensitive, Timestamp, UnknownCause};

use super::Backend;
use super::builders::{
    NOT_SENT, PROVIDER, accept, answer, answered, at, begin, change, change_to, commit, consumer,
    done, fail, key, provider,
};
use crate::{
    Agreement, AuditEntry, AuditFilter, AuditSubject, Change, Committed, Deposit, DepositRecorded,
    Dossier, EventKind, Journal, JournalError, NewProposal, Note, Proposal, Propose, Proposed,
    StoredPayment, Who,
};

/// Past the late-execution bound of every attempt of the suite.
const LATE: u64 = 700;

pub(super) fn who(operator: &str, proven: bool, actor: &str) -> Who {
    Who { operator: consumer(operator), proven, actor: actor.to_owned() }
}

pub(super) fn entry(action: &str, subject: &str, second: u64) -> AuditEntry {
    AuditEntry {
        operator: consumer("desk"),
        actor: "dewi".to_owned(),
        second_actor: None,
        action: action.to_owned(),
        subject: subject.to_owned(),
        reason: Sensitive::new("statement of 24 July, line 7: SITI"),
        before: "ACTIVE".to_owned(),
        after: "FROZEN".to_owned(),
        at: at(second),
    }
}

async fn actions(journal: &Arc<dyn Journal>) -> Vec<String> {
    let trail = journal.audit_trail(&AuditFilter::default(), 100).await.unwrap();
    trail.into_iter().map(|record| record.entry.action).collect()
}

/// A payment of which one attempt is in doubt, past its bound.
pub(super) async fn doubt(journal: &Arc<dyn Journal>, number: u64) -> StoredPayment {
    let stored = accept(journal, "shop", number).await;
    let stored = begin(journal, &stored).await;
    answer(journal, &stored, PayOutcome::Unknown(UnknownCause::TimedOut), at(1)).await
}

pub(super) fn proposal(stored: &StoredPayment, who: Who, second: u64) -> NewProposal {
    NewProposal {
        key: stored.key.clone(),
        attempt: 1,
        version: stored.version,
        facts: "unknown".to_owned(),
        who,
        evidence: Sensitive::new("ticket 8841"),
        at: at(second),
    }
}

pub(super) async fn propose(
    journal: &Arc<dyn Journal>,
    proposal: NewProposal,
    replaces: Option<u64>,
) -> Proposed {
    let audit = entry("ResolvePayment", "payment/shop/payment-000001", 9);
    journal.propose(Propose { proposal, replaces, audit }).await.unwrap()
}

pub(super) fn proposed(answer: Proposed) -> Proposal {
    match answer {
        Proposed::Done(proposal) => proposal,
        Proposed::Stale => panic!("the proposal was stale"),
    }
}

pub(super) fn not_executed(stored: &StoredPayment, agreement: Option<Agreement>) -> Change {
    let event = Event::Resolved { attempt: 1, resolution: Resolution::NotExecuted };
    Change { agreement, ..change(stored, event, EventKind::Resolved, at(LATE)) }
}

async fn is_refused(journal: &Arc<dyn Journal>, change: Change) {
    let (before, key) = (journal.load(&change.key).await.unwrap(), change.key.clone());
    let refused = journal.commit(change).await;
    assert!(matches!(refused, Err(JournalError::RuleBroken(_))), "{refused:?}");
    assert_eq!(journal.load(&key).await.unwrap(), before);
}

async fn open(journal: &Arc<dyn Journal>, key: &PaymentKey) -> Vec<u64> {
    let dossier = journal.dossier(key).await.unwrap();
    dossier.proposals.into_iter().map(|proposal| proposal.number).collect()
}

/// Entries of their own and entries of changes stand in one trail.
pub async fn the_audit_trail_is_kept_latest_first(backend: &dyn Backend) {
    let journal = backend.open().await;
    let frozen = entry("SetProviderMode", "provider/mmbc-jkt", 5);
    journal.audit(frozen.clone()).await.unwrap();
    let stored = accept(&journal, "shop", 1).await;
    let subject = AuditSubject::Payment(&key("shop", 1)).to_string();
    let resolved = AuditEntry {
        second_actor: Some("budi".to_owned()),
        ..entry("ResolvePayment", &subject, 6)
    };
    let mut change = change(&stored, Event::Abandon, EventKind::Abandoned, at(6));
    change.audit = Some(resolved.clone());
    let _ = done(journal.commit(change.clone()).await);
    assert_eq!(journal.commit(change).await.unwrap(), Committed::Stale);
    let trail = journal.audit_trail(&AuditFilter::default(), 10).await.unwrap();
    let entries: Vec<&AuditEntry> = trail.iter().map(|record| &record.entry).collect();
    assert_eq!(entries, [&resolved, &frozen]);
    let sequences: Vec<u64> = trail.iter().map(|record| record.sequence).collect();
    assert!(sequences.is_sorted_by(|newer, older| newer > older), "{sequences:?}");
    let last = journal.audit_trail(&AuditFilter::default(), 1).await.unwrap();
    assert_eq!(last.first(), trail.first());
}

/// All given filters have to fit, and a page begins where the one before ended.
pub async fn the_audit_trail_is_filtered_by_every_field(backend: &dyn Backend) {
    let journal = backend.open().await;
    for second in 1..=4 {
        let subject = if second % 2 == 0 { "provider/a" } else { "provider/b" };
        let action = if second == 4 { "AddNote" } else { "SetProviderMode" };
        let second_actor = (second == 3).then(|| "budi".to_owned());
        let entry = AuditEntry { second_actor, ..entry(action, subject, second) };
        journal.audit(entry).await.unwrap();
    }
    let times = async |filter: AuditFilter| -> Vec<Timestamp> {
        let trail = journal.audit_trail(&filter, 100).await.unwrap();
        trail.into_iter().map(|record| record.entry.at).collect()
    };
    let all = AuditFilter::default();
    let text = |text: &str| Some(text.to_owned());
    let by_second = AuditFilter { actor: text("budi"), ..all.clone() };
    assert_eq!(times(by_second).await, [at(3)]);
    let by_first = AuditFilter { actor: text("dewi"), ..all.clone() };
    assert_eq!(times(by_first).await, [at(4), at(3), at(2), at(1)]);
    let notes = AuditFilter { action: text("AddNote"), ..all.clone() };
    assert_eq!(times(notes).await, [at(4)]);
    let even = AuditFilter { subject: text("provider/a"), ..all.clone() };
    assert_eq!(times(even.clone()).await, [at(4), at(2)]);
    let between = AuditFilter { from: Some(at(2)), until: Some(at(4)), ..all.clone() };
    assert_eq!(times(between).await, [at(3), at(2)]);
    let both = AuditFilter { until: Some(at(4)), ..even };
    assert_eq!(times(both).await, [at(2)]);
    let page = journal.audit_trail(&all, 3).await.unwrap();
    let before_sequence = page.last().map(|record| record.sequence);
    assert_eq!(times(AuditFilter { before_sequence, ..all }).await, [at(1)]);
}

/// A document and its audit are one commit.
pub async fn a_document_is_saved_with_what_was_done_to_it(backend: &dyn Backend) {
    let journal = backend.open().await;
    let entries = vec![entry("SetProviderMode", "provider/a", 1), entry("Freeze", "provider/b", 2)];
    let saved = journal.save_audited_document("switches", "{}".to_owned(), entries).await;
    saved.unwrap();
    assert_eq!(journal.load_document("switches").await.unwrap().as_deref(), Some("{}"));
    assert_eq!(actions(&journal).await, ["Freeze", "SetProviderMode"]);
}

/// Nothing is written down about what is no payment.
pub async fn a_note_is_kept_with_its_payment(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = accept(&journal, "shop", 1).await;
    let note = |key: PaymentKey, text: &str, second| Note {
        key,
        who: who("desk", true, "dewi"),
        text: Sensitive::new(text),
        at: at(second),
    };
    let audit = entry("AddNote", "payment/shop/payment-000001", 5);
    let nobodys = note(key("app", 1), "whose?", 4);
    assert!(!journal.add_note(nobodys, audit.clone()).await.unwrap());
    assert_eq!(actions(&journal).await, Vec::<String>::new());
    let first = note(stored.key.clone(), "rang the biller ☎", 5);
    let second = note(stored.key.clone(), "they call back", 6);
    for note in [first.clone(), second.clone()] {
        assert!(journal.add_note(note, audit.clone()).await.unwrap());
    }
    let dossier = journal.dossier(&stored.key).await.unwrap();
    assert_eq!(dossier.notes, [first, second]);
    assert_eq!(journal.dossier(&key("app", 1)).await.unwrap(), Dossier::default());
    assert_eq!(actions(&journal).await, ["AddNote", "AddNote"]);
}

/// One id is one deposit; a repetition changes nothing, something else under it is refused.
pub async fn a_deposit_is_recorded_once(backend: &dyn Backend) {
    let journal = backend.open().await;
    let deposit = Deposit {
        id: "BCA-2026-07-24-1".to_owned(),
        provider: provider(PROVIDER),
        amount: Rupiah::new(5_000_000),
        credited_at: at(10),
        reference: "TRX 99".into(),
        who: who("desk", true, "dewi"),
        recorded_at: at(20),
    };
    let audit = entry("RecordDeposit", "provider/mmbc-jkt", 20);
    let record = |deposit: Deposit| journal.record_deposit(deposit, audit.clone());
    let first = record(deposit.clone()).await.unwrap();
    assert_eq!(first, DepositRecorded::Done(deposit.clone()));
    let by_another =
        Deposit { who: who("desk", true, "budi"), recorded_at: at(30), ..deposit.clone() };
    let known = record(by_another).await.unwrap();
    assert_eq!(known, DepositRecorded::Known(deposit.clone()));
    for other in [
        Deposit { amount: Rupiah::new(5_000_001), ..deposit.clone() },
        Deposit { provider: provider("other"), ..deposit.clone() },
        Deposit { credited_at: at(11), ..deposit.clone() },
        Deposit { reference: Sensitive::default(), ..deposit.clone() },
    ] {
        assert_eq!(record(other).await.unwrap(), DepositRecorded::Conflict);
    }
    let nothing = Deposit { id: "0".to_owned(), amount: Rupiah::ZERO, ..deposit.clone() };
    let refused = record(nothing).await;
    assert!(matches!(refused, Err(JournalError::RuleBroken(_))), "{refused:?}");
    let earlier = Deposit {
        id: "BCA-2026-07-23-9".to_owned(),
        amount: Rupiah::new(-1),
        credited_at: at(5),
        ..deposit.clone()
    };
    let _ = record(earlier.clone()).await.unwrap();
    assert_eq!(actions(&journal).await, ["RecordDeposit", "RecordDeposit"]);
    let name = provider(PROVIDER);
    let all = journal.deposits(&name, at(0), 10).await.unwrap();
    assert_eq!(all, [earlier, deposit.clone()]);
    assert_eq!(journal.deposits(&name, at(6), 10).await.unwrap(), [deposit]);
    assert_eq!(journal.deposits(&provider("other"), at(0), 10).await.unwrap(), []);
}

/// The outcome that may start a second payment needs two persons, whatever the engine thinks.
pub async fn no_attempt_is_called_not_executed_without_two_persons(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = doubt(&journal, 1).await;
    is_refused(&journal, not_executed(&stored, None)).await;
    let first = || who("desk", true, "dewi");
    let open_one = proposed(propose(&journal, proposal(&stored, first(), 5), None).await);
    let confirms = |second: Who| {
        let agreement = Agreement::Confirms { proposal: open_one.number, second };
        not_executed(&stored, Some(agreement))
    };
    for same in [
        who("desk", true, "dewi"),
        who("desk", true, "budi"),
        who("other", true, "Dewi"),
        who("desk", false, "budi"),
        who("other", false, "budi"),
    ] {
        is_refused(&journal, confirms(same)).await;
    }
    assert_eq!(open(&journal, &stored.key).await, [open_one.number]);
    // A verdict about another attempt is none about this one.
    let other = doubt(&journal, 2).await;
    let foreign =
        Agreement::Confirms { proposal: open_one.number, second: who("other", true, "budi") };
    is_refused(&journal, not_executed(&other, Some(foreign))).await;
    let ended = done(journal.commit(confirms(who("other", true, "budi"))).await);
    assert_eq!(ended.payment.state(), PaymentState::Failed);
    assert_eq!(open(&journal, &stored.key).await, Vec::<u64>::new());
}

/// Where nobody proves who they are, one call may name both; with credentials it may not.
pub async fn two_names_in_one_call_agree_only_where_nothing_is_proven(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = doubt(&journal, 1).await;
    let named = |proven, second_actor: &str| {
        let proposal = Box::new(proposal(&stored, who("local", proven, "dewi"), 5));
        let agreement = Agreement::Named { proposal, second_actor: second_actor.to_owned() };
        not_executed(&stored, Some(agreement))
    };
    for change in [named(true, "budi"), named(false, "DEWI"), named(false, " ")] {
        is_refused(&journal, change).await;
    }
    let ended = done(journal.commit(named(false, "budi")).await);
    let attempt = ended.payment.attempts.first().unwrap();
    assert_eq!(attempt.state, AttemptState::NotExecuted);
}

/// One proposal is open per attempt, made of the payment as it is; who saw another one is told.
pub async fn one_proposal_is_open_per_attempt(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = doubt(&journal, 1).await;
    let by = |actor: &str| proposal(&stored, who("desk", true, actor), 5);
    let first = proposed(propose(&journal, by("dewi"), None).await);
    assert_eq!(propose(&journal, by("budi"), None).await, Proposed::Stale);
    let second = proposed(propose(&journal, by("budi"), Some(first.number)).await);
    assert_eq!(propose(&journal, by("sari"), Some(first.number)).await, Proposed::Stale);
    let dossier = journal.dossier(&stored.key).await.unwrap();
    assert_eq!(dossier.proposals.first(), Some(&second));
    assert_eq!(dossier.proposals.len(), 1);
    assert!(second.number > first.number);
    let old = NewProposal { version: stored.version - 1, ..by("sari") };
    assert_eq!(propose(&journal, old, Some(second.number)).await, Proposed::Stale);
    assert_eq!(actions(&journal).await.len(), 2);
}

/// What is not open any more, nobody can agree with or withdraw.
pub async fn an_ended_proposal_has_no_effect(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = doubt(&journal, 1).await;
    let first = who("desk", true, "dewi");
    let gone = proposed(propose(&journal, proposal(&stored, first.clone(), 5), None).await);
    let audit = entry("ResolvePayment", "payment/shop/payment-000001", 6);
    assert!(journal.withdraw(gone.number, audit.clone()).await.unwrap());
    assert!(!journal.withdraw(gone.number, audit).await.unwrap());
    assert_eq!(actions(&journal).await.len(), 2);
    let second = || who("other", true, "budi");
    let agreement = Agreement::Confirms { proposal: gone.number, second: second() };
    let stale = journal.commit(not_executed(&stored, Some(agreement))).await.unwrap();
    assert_eq!(stale, Committed::Stale);
    assert_eq!(journal.load(&stored.key).await.unwrap(), Some(stored.clone()));

    // News that came meanwhile wins over an agreement with what was seen before it.
    let next = proposed(propose(&journal, proposal(&stored, first, 7), None).await);
    let event = Event::Checked { attempt: 1 };
    let checked = commit(&journal, &stored, event, EventKind::Reported, at(8)).await;
    let agreement = || Agreement::Confirms { proposal: next.number, second: second() };
    let stale = journal.commit(not_executed(&stored, Some(agreement()))).await.unwrap();
    assert_eq!(stale, Committed::Stale);
    assert_eq!(open(&journal, &stored.key).await, [next.number]);
    let unchanged = change_to(&checked, checked.payment.clone(), EventKind::Resolved, at(9));
    let used = done(journal.commit(Change { agreement: Some(agreement()), ..unchanged }).await);
    let again = journal.commit(not_executed(&used, Some(agreement()))).await.unwrap();
    assert_eq!(again, Committed::Stale);
}

/// A charge found after the end is a person's to look at, until one has written about it.
pub async fn a_charge_found_late_is_listed_until_somebody_has_written_about_it(
    backend: &dyn Backend,
) {
    let journal = backend.open().await;
    let mut keys = Vec::new();
    for number in 1..=3 {
        let stored = accept(&journal, "shop", number).await;
        let stored = begin(&journal, &stored).await;
        let stored = answer(&journal, &stored, NOT_SENT, at(1)).await;
        let stored = fail(&journal, &stored, at(2)).await;
        if number != 2 {
            let event = answered(&stored, PayOutcome::Succeeded, None);
            commit(&journal, &stored, event, EventKind::Answered, at(5)).await;
        }
        keys.push((stored.serial, stored.key));
    }
    let listed = async |after| -> Vec<PaymentKey> {
        let late = journal.late_charges(after, 10).await.unwrap();
        late.into_iter().map(|stored| stored.key).collect()
    };
    let [(first, one), _, (_, three)] = keys.as_slice() else { panic!("{keys:?}") };
    assert_eq!(listed(0).await, [one.clone(), three.clone()]);
    let after_the_first = listed(*first).await;
    assert_eq!(after_the_first.iter().collect::<Vec<_>>(), [three]);
    assert_eq!(journal.late_charges(0, 1).await.unwrap().len(), 1);
    let note = |second| Note {
        key: one.clone(),
        who: who("desk", true, "dewi"),
        text: Sensitive::new("the biller refunds it"),
        at: at(second),
    };
    for (second, expected) in [(4, 2), (6, 1)] {
        let audit = entry("AddNote", "payment/shop/payment-000001", second);
        assert!(journal.add_note(note(second), audit).await.unwrap());
        assert_eq!(listed(0).await.len(), expected);
    }
}
