//! What statements showed, and days as they closed.

use std::collections::BTreeMap;

use ppob_api::v1;
use ppob_engine::{
    CloseStanding, ClosedDay, Consequence, ImportedStatement, OpenAttempt, StatementFinding,
};
use ppob_evidence::close::{Sum, Term};
use ppob_evidence::statement::FindingKind;

use super::scalar::{count, long, time};

/// The most rows that could not be read that are told one by one.
const UNREADABLE: usize = 100;
/// The most findings, and open attempts, that are told one by one.
const TOLD: usize = 1_000;

/// What an import found and did.
pub(crate) fn imported(imported: &ImportedStatement) -> v1::ImportStatementResponse {
    let mut counts: BTreeMap<FindingKind, (i32, i64)> = BTreeMap::new();
    for found in &imported.findings {
        let (count, amount) = counts.entry(found.finding.kind).or_default();
        *count = count.saturating_add(1);
        *amount = amount.saturating_add(found.finding.amount.get());
    }
    let mut worth_a_look: Vec<&StatementFinding> =
        imported.findings.iter().filter(|found| is_worth_a_look(found)).collect();
    // Stable: within each half they stay in the order of the file.
    worth_a_look.sort_by_key(|found| (!found.is_mismatch(), !found.is_open()));
    let unreadable = imported.unreadable.iter().take(UNREADABLE);
    let how_many = |wanted: &dyn Fn(&StatementFinding) -> bool| {
        count(imported.findings.iter().filter(|found| wanted(found)).count())
    };
    v1::ImportStatementResponse {
        content_sha256: imported.hash.clone(),
        repeated: imported.repeated,
        row_count: count(imported.rows),
        ignored_count: count(imported.ignored),
        unreadable_count: count(imported.unreadable.len()),
        unreadable_rows: unreadable
            .map(|row| v1::UnreadableRow { line: long(row.line), problem: row.problem.to_owned() })
            .collect(),
        counts: counts
            .into_iter()
            .map(|(kind, (count, amount_rupiah))| v1::StatementCount {
                kind: finding_kind(kind).into(),
                count,
                amount_rupiah,
            })
            .collect(),
        findings: worth_a_look.into_iter().take(TOLD).map(finding).collect(),
        mismatch_count: how_many(&StatementFinding::is_mismatch),
        open_count: how_many(&StatementFinding::is_open),
        covered_from_time: imported.covered.map(|(from, _)| time(from)),
        covered_before_time: imported.covered.map(|(_, before)| time(before)),
    }
}

fn is_worth_a_look(found: &StatementFinding) -> bool {
    !matches!(
        found.finding.kind,
        FindingKind::Agrees
            | FindingKind::DepositAgrees
            | FindingKind::RefundKnown
            | FindingKind::LateChargeKnown
    )
}

fn finding(found: &StatementFinding) -> v1::StatementFinding {
    let about = found.about.as_ref();
    let what = &found.finding;
    v1::StatementFinding {
        kind: finding_kind(what.kind).into(),
        consequence: consequence(&found.consequence).into(),
        mismatch: found.is_mismatch(),
        line: long(what.line.unwrap_or(0)),
        row_time: Some(time(what.at)),
        amount_rupiah: what.amount.get(),
        expected_rupiah: what.expected.map(ppob_types::Rupiah::get),
        provider_reference: what.reference.as_ref().map(ToString::to_string).unwrap_or_default(),
        consumer: about.map(|(key, _)| key.consumer.to_string()).unwrap_or_default(),
        payment_id: about.map(|(key, _)| key.id.to_string()).unwrap_or_default(),
        attempt_number: about.map_or(0, |(_, number)| count(*number)),
        detail: match &found.consequence {
            Consequence::NotConfirmed(why) => why.clone(),
            Consequence::TooEarly(until) => format!("not before {} WIB", until.wib()),
            _ => String::new(),
        },
    }
}

const fn finding_kind(kind: FindingKind) -> v1::StatementFindingKind {
    use v1::StatementFindingKind as Kind;
    match kind {
        FindingKind::Agrees => Kind::Agrees,
        FindingKind::Candidate => Kind::Candidate,
        FindingKind::LateCharge => Kind::LateCharge,
        FindingKind::LateChargeKnown => Kind::LateChargeKnown,
        FindingKind::AmountDiffers => Kind::AmountDiffers,
        FindingKind::UnknownCharge => Kind::UnknownCharge,
        FindingKind::Unclear => Kind::Unclear,
        FindingKind::SecondDebit => Kind::SecondDebit,
        FindingKind::DebitedAndRefunded => Kind::DebitedAndRefunded,
        FindingKind::Refund => Kind::Refund,
        FindingKind::RefundKnown => Kind::RefundKnown,
        FindingKind::UnknownRefund => Kind::UnknownRefund,
        FindingKind::DepositAgrees => Kind::DepositAgrees,
        FindingKind::DepositUnrecorded => Kind::DepositUnrecorded,
        FindingKind::DepositMissing => Kind::DepositMissing,
        FindingKind::SuccessMissing => Kind::SuccessMissing,
        FindingKind::OpenMissing => Kind::OpenMissing,
        FindingKind::NotJudged => Kind::NotJudged,
    }
}

const fn consequence(consequence: &Consequence) -> v1::StatementConsequence {
    use v1::StatementConsequence as Done;
    match consequence {
        Consequence::Nothing => Done::Nothing,
        Consequence::DryRun => Done::DryRun,
        Consequence::Settled => Done::Settled,
        Consequence::NotConfirmed(_) => Done::NotConfirmed,
        Consequence::CannotBeAsked => Done::CannotBeAsked,
        Consequence::TryAgain => Done::TryAgain,
        Consequence::Recorded => Done::Recorded,
        Consequence::Proposed => Done::Proposed,
        Consequence::ProposedBefore => Done::ProposedBefore,
        Consequence::NotProposed => Done::NotProposed,
        Consequence::TooEarly(_) => Done::TooEarly,
    }
}

/// A day as it closed.
pub(crate) fn closed(day: &ClosedDay) -> v1::DayClose {
    let close = &day.close;
    let sums = &close.sums;
    let statement = day.statement.as_ref();
    let terms = close.terms.iter().map(|(term, of)| v1::DayTerm {
        kind: term_kind(*term).into(),
        sum: Some(sum(*of)),
        mismatch: term.is_mismatch(),
    });
    v1::DayClose {
        provider: day.provider.to_string(),
        day: day.date.clone(),
        state: state(day.standing).into(),
        succeeded: Some(sum(sums.succeeded)),
        reversed: Some(sum(sums.reversed)),
        open: Some(sum(sums.open)),
        late_charges: Some(sum(sums.late_charges)),
        deposits: Some(sum(sums.deposits)),
        known_rupiah: close.known.get(),
        debited_rupiah: close.debited.map(ppob_types::Rupiah::get),
        difference_rupiah: close.difference.map(ppob_types::Rupiah::get),
        terms: terms.collect(),
        open_attempts: day.open.iter().take(TOLD).map(open).collect(),
        statement_sha256: statement.map(|one| one.hash.clone()).unwrap_or_default(),
        statement_time: statement.map(|one| time(one.imported_at)),
        statement_whole: statement.is_some_and(|one| one.whole),
        repeated: day.repeated,
        provisional: day.provisional,
        close_time: Some(time(day.closed_at)),
    }
}

fn sum(of: Sum) -> v1::DaySum {
    v1::DaySum { count: count(of.count), amount_rupiah: of.amount.get() }
}

fn open(attempt: &OpenAttempt) -> v1::OpenAttempt {
    v1::OpenAttempt {
        consumer: attempt.key.consumer.to_string(),
        payment_id: attempt.key.id.to_string(),
        attempt_number: count(attempt.number),
        expected_rupiah: attempt.expected_cost.get(),
        begin_time: Some(time(attempt.begun_at)),
    }
}

const fn state(standing: CloseStanding) -> v1::DayCloseState {
    match standing {
        CloseStanding::Balanced => v1::DayCloseState::Balanced,
        CloseStanding::Open => v1::DayCloseState::Open,
        CloseStanding::Mismatch => v1::DayCloseState::Mismatch,
        CloseStanding::NoStatement => v1::DayCloseState::NoStatement,
    }
}

const fn term_kind(term: Term) -> v1::DayTermKind {
    use v1::DayTermKind as Kind;
    match term {
        Term::OpenNotDebited => Kind::OpenNotDebited,
        Term::OpenOtherAmount => Kind::OpenOtherAmount,
        Term::SuccessNotDebited => Kind::SuccessNotDebited,
        Term::SuccessAtEdge => Kind::SuccessAtEdge,
        Term::SuccessOtherAmount => Kind::SuccessOtherAmount,
        Term::SuccessRefunded => Kind::SuccessRefunded,
        Term::ReversedNotRefunded => Kind::ReversedNotRefunded,
        Term::LateChargeDiffers => Kind::LateChargeDiffers,
        Term::DeadDebited => Kind::DeadDebited,
        Term::Unknown => Kind::Unknown,
        Term::OtherDay => Kind::OtherDay,
    }
}
