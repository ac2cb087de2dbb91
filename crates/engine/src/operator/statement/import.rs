//! Importing a statement.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;
use ppob_evidence::statement::{FindingKind, Statement, compare, read};
use ppob_journal::{AuditEntry, AuditSubject, Who};
use ppob_types::{ProviderName, Timestamp};
use sha2::{Digest, Sha256};

use super::act::Errand;
use super::kept;
use super::{ImportedStatement, StatementFinding};
use crate::engine::Inner;
use crate::operator::audit::Deed;
use crate::operator::require_who;
use crate::{Engine, OperateError};

/// Providers write some transactions down days later, and an attempt may be debited late.
const LOOK_BACK: Duration = Duration::from_hours(72);
const LOOK_AHEAD: Duration = Duration::from_hours(1);
/// The longest time of one import.
const LONGEST: Duration = Duration::from_hours(24 * 62);
/// How far the recorded times of deposits lie from a statement's.
const DEPOSITS_AROUND: Duration = Duration::from_hours(48);

/// A statement to be imported.
#[derive(Clone, Debug)]
pub struct ImportStatement {
    /// Whose it is.
    pub provider: ProviderName,
    /// The file.
    pub content: Vec<u8>,
    /// Whether it holds everything of its time; none for what the configuration says.
    pub complete: Option<bool>,
    /// The time of which it holds everything; none for the days of its rows.
    pub period: Option<(Timestamp, Timestamp)>,
    /// Whether nothing is to be done.
    pub dry_run: bool,
    /// Who imports it.
    pub who: Who,
}

impl Engine {
    /// Imports a statement: settles what the provider confirms, records late charges, proposes what is
    /// missing, and tells everything that does not fit. Importing a file again changes nothing more.
    ///
    /// # Errors
    /// [`OperateError`]; what was done before is durable, and importing the file again goes on with it.
    pub async fn import_statement(
        &self,
        import: ImportStatement,
    ) -> Result<ImportedStatement, OperateError> {
        require_who(&import.who)?;
        let inner = Arc::clone(&self.inner);
        let work = async move { inner.import(&import).await };
        let done = self.inner.tasks.detached(work).await;
        done.unwrap_or(Err(OperateError::JournalUnavailable))
    }
}

impl Inner {
    async fn import(
        self: &Arc<Self>,
        import: &ImportStatement,
    ) -> Result<ImportedStatement, OperateError> {
        let provider = &import.provider;
        let setup = self.providers.get(provider).ok_or(OperateError::NoSuchProvider)?;
        let now = self.now();
        let complete = import.complete.unwrap_or(setup.statement.complete);
        check_period(import, complete, now)?;
        let statement = read(&import.content, &setup.statement)
            .map_err(|error| OperateError::StatementUnreadable(error.to_string()))?;
        let covered = covered(&statement, complete, import.period, now);
        let span = around(&statement, covered);
        if span.is_some_and(|(from, until)| until.since(from) > LONGEST) {
            let problem = "is about more than two months; import a shorter time";
            return Err(OperateError::FieldInvalid { field: "content", problem });
        }
        let hash = HEXLOWER.encode(&Sha256::digest(&import.content));
        let repeated = self.was_imported(provider, &hash).await?;
        let (attempts, deposits) = match span {
            None => (Vec::new(), Vec::new()),
            Some((from, until)) => {
                let wide = (from.minus(LOOK_BACK), until.plus(LOOK_AHEAD));
                let deposits = (from.minus(DEPOSITS_AROUND), until.plus(DEPOSITS_AROUND));
                let attempts = self.attempts_between(provider, wide).await?;
                (attempts, self.deposits_between(provider, deposits).await?)
            }
        };
        let comparison =
            compare(&statement, &attempts, &deposits, covered, setup.statement.clock_tolerance());
        let evidence = evidence(&hash, covered);
        let run = Errand { who: &import.who, evidence: &evidence, dry_run: import.dry_run };
        let mut findings = Vec::with_capacity(comparison.findings.len());
        for finding in &comparison.findings {
            findings.push(self.act(&run, finding.clone(), &attempts).await);
        }
        if !import.dry_run {
            let days = kept::days(&hash, now, &statement, &comparison, &attempts, covered);
            let entry = entry(import, &statement, &findings, &evidence, self.now());
            self.keep(provider, days, &hash, entry).await?;
            if !repeated {
                count(provider, &findings);
            }
        }
        Ok(ImportedStatement {
            hash,
            repeated,
            dry_run: import.dry_run,
            rows: statement.rows.len(),
            ignored: statement.ignored,
            unreadable: statement.unreadable,
            covered,
            findings,
        })
    }
}

fn check_period(
    import: &ImportStatement,
    complete: bool,
    now: Timestamp,
) -> Result<(), OperateError> {
    let invalid = |problem| Err(OperateError::FieldInvalid { field: "period", problem });
    match import.period {
        Some((from, until)) if from >= until => invalid("ends before it begins"),
        Some((_, until)) if complete && until > now => invalid(
            "lies in the future; no statement is complete for it. Say until when it was exported",
        ),
        _ => Ok(()),
    }
}

/// The time of which the statement holds everything: as stated, or the days of its rows; of a day that is
/// not over, up to the last row.
fn covered(
    statement: &Statement,
    complete: bool,
    period: Option<(Timestamp, Timestamp)>,
    now: Timestamp,
) -> Option<(Timestamp, Timestamp)> {
    if !complete {
        return None;
    }
    period.or_else(|| {
        let (first, last) = statement.span()?;
        let end = Timestamp::start_of_wib_day(last.wib_day().saturating_add(1));
        let until = if end <= now { end } else { last.min(now) };
        Some((Timestamp::start_of_wib_day(first.wib_day()), until))
    })
}

/// The time that rows and cover mean together.
fn around(
    statement: &Statement,
    covered: Option<(Timestamp, Timestamp)>,
) -> Option<(Timestamp, Timestamp)> {
    match (statement.span(), covered) {
        (Some((from, until)), Some((start, end))) => Some((from.min(start), until.max(end))),
        (one, other) => one.or(other),
    }
}

fn evidence(hash: &str, covered: Option<(Timestamp, Timestamp)>) -> String {
    let covers = covered.map_or_else(
        || "not declared complete".to_owned(),
        |(from, until)| format!("declared complete from {} to {} WIB", from.wib(), until.wib()),
    );
    format!("statement sha256:{hash}, {covers}")
}

fn entry(
    import: &ImportStatement,
    statement: &Statement,
    findings: &[StatementFinding],
    evidence: &str,
    now: Timestamp,
) -> AuditEntry {
    let mut counts: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for found in findings {
        let key = (kind_name(found.finding.kind), found.consequence.as_str());
        *counts.entry(key).or_default() += 1;
    }
    let counts = counts.into_iter().map(|((kind, done), count)| match done {
        "nothing" => format!("{count} {kind}"),
        done => format!("{count} {kind} ({done})"),
    });
    let counts: Vec<String> = counts.collect();
    let deed = Deed {
        who: &import.who,
        action: "ImportStatement",
        subject: AuditSubject::Provider(&import.provider),
        reason: "",
        before: String::new(),
        after: format!(
            "{evidence}: {} rows, {} unreadable, {} passed over; {}",
            statement.rows.len(),
            statement.unreadable.len(),
            statement.ignored,
            if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") }
        ),
    };
    deed.entry(now)
}

fn count(provider: &ProviderName, findings: &[StatementFinding]) {
    for found in findings.iter().filter(|found| found.is_mismatch()) {
        let kind = kind_name(found.finding.kind);
        tracing::error!(
            %provider,
            kind,
            payment = found.about.as_ref().map(|(key, _)| tracing::field::display(key)),
            line = found.finding.line,
            "a statement and the record contradict each other; a person must look"
        );
        metrics::counter!(
            "ppob_statement_mismatches_total", "provider" => provider.to_string(), "kind" => kind
        )
        .increment(1);
    }
}

/// The name of a kind in the audit and in metrics.
const fn kind_name(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Agrees => "agrees",
        FindingKind::Candidate => "candidate",
        FindingKind::LateCharge => "late-charge",
        FindingKind::LateChargeKnown => "late-charge-known",
        FindingKind::AmountDiffers => "amount-differs",
        FindingKind::UnknownCharge => "unknown-charge",
        FindingKind::Unclear => "unclear",
        FindingKind::SecondDebit => "second-debit",
        FindingKind::DebitedAndRefunded => "debited-and-refunded",
        FindingKind::Refund => "refund",
        FindingKind::RefundKnown => "refund-known",
        FindingKind::UnknownRefund => "unknown-refund",
        FindingKind::DepositAgrees => "deposit-agrees",
        FindingKind::DepositUnrecorded => "deposit-unrecorded",
        FindingKind::DepositMissing => "deposit-missing",
        FindingKind::SuccessMissing => "success-missing",
        FindingKind::OpenMissing => "open-missing",
        FindingKind::NotJudged => "not-judged",
    }
}
