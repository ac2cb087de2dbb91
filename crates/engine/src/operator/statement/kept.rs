//! What is kept of imported statements: rows by day, without anything that tells about a customer.

use std::collections::BTreeMap;

use ppob_evidence::AttemptFacts;
use ppob_evidence::close::{KeptKind, KeptRow};
use ppob_evidence::statement::{Comparison, Meaning, Statement};
use ppob_journal::AuditEntry;
use ppob_types::{ProviderName, Timestamp};
use serde::{Deserialize, Serialize};

use crate::OperateError;
use crate::engine::Inner;

/// The rows of one provider and day (WIB).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptDay {
    /// SHA-256 of the file, in hexadecimal.
    pub(super) hash: String,
    pub(super) imported_at: Timestamp,
    /// From the day's first moment on until then the statement was declared complete, and could be read
    /// whole; none if it does not begin so early, or was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) complete_until: Option<Timestamp>,
    pub(super) rows: Vec<KeptRow>,
}

/// That a file was imported.
#[derive(Debug, Serialize)]
struct KeptImport {
    imported_at: Timestamp,
    rows: usize,
}

/// The days of a statement. A day that is covered has an entry also without rows.
pub(super) fn days(
    hash: &str,
    now: Timestamp,
    statement: &Statement,
    comparison: &Comparison,
    attempts: &[AttemptFacts],
    covered: Option<(Timestamp, Timestamp)>,
) -> BTreeMap<i64, KeptDay> {
    let empty = |day: i64| KeptDay {
        hash: hash.to_owned(),
        imported_at: now,
        complete_until: covered
            .filter(|(from, _)| {
                statement.unreadable.is_empty() && *from <= Timestamp::start_of_wib_day(day)
            })
            .map(|(_, until)| until.min(Timestamp::start_of_wib_day(day.saturating_add(1)))),
        rows: Vec::new(),
    };
    let mut days = BTreeMap::new();
    if let Some((from, until)) = covered {
        // A statement without rows says something, too.
        for day in from.wib_day()..=until.wib_day() {
            days.insert(day, empty(day));
        }
    }
    for (row, meaning) in statement.rows.iter().zip(&comparison.rows) {
        let (kind, place) = match meaning {
            Meaning::Debit(place) => (KeptKind::Debit, *place),
            Meaning::Refund(place) => (KeptKind::Refund, *place),
            Meaning::Deposit => (KeptKind::Deposit, None),
        };
        let of = place.and_then(|place| attempts.get(place));
        let day = row.from.wib_day();
        days.entry(day).or_insert_with(|| empty(day)).rows.push(KeptRow {
            line: row.line,
            at: row.from,
            kind,
            amount: row.amount,
            reference: row.reference.clone(),
            of: of.map(|attempt| (attempt.key.clone(), attempt.number)),
        });
    }
    days
}

impl Inner {
    /// The rows of a day, if a statement of it was imported.
    pub(super) async fn kept_day(
        &self,
        provider: &ProviderName,
        day: i64,
    ) -> Result<Option<KeptDay>, OperateError> {
        let json = self.journal.load_document(&day_document(provider, day)).await;
        let json = json.map_err(|_| OperateError::JournalUnavailable)?;
        let read = json.map(|json| serde_json::from_str(&json)).transpose();
        read.map_err(|error| {
            tracing::error!(%provider, %error, "the rows of an imported statement cannot be read");
            OperateError::JournalUnavailable
        })
    }

    /// Whether this file was imported before.
    pub(super) async fn was_imported(
        &self,
        provider: &ProviderName,
        hash: &str,
    ) -> Result<bool, OperateError> {
        let known = self.journal.load_document(&import_document(provider, hash)).await;
        known.map(|known| known.is_some()).map_err(|_| OperateError::JournalUnavailable)
    }

    /// Keeps the days, then that the file was imported, together with its trace in the audit. A day of
    /// which more is known already is not replaced by a statement that reaches less far.
    pub(super) async fn keep(
        &self,
        provider: &ProviderName,
        days: BTreeMap<i64, KeptDay>,
        hash: &str,
        audit: AuditEntry,
    ) -> Result<(), OperateError> {
        let rows = days.values().map(|day| day.rows.len()).sum();
        let imported_at = audit.at;
        for (day, kept) in days {
            let earlier = self.kept_day(provider, day).await?;
            if earlier.is_some_and(|earlier| earlier.complete_until > kept.complete_until) {
                continue;
            }
            let saved =
                self.journal.save_document(&day_document(provider, day), json(&kept)?).await;
            saved.map_err(|_| OperateError::JournalUnavailable)?;
        }
        let import = json(&KeptImport { imported_at, rows })?;
        let name = import_document(provider, hash);
        let saved = self.journal.save_audited_document(&name, import, vec![audit]).await;
        saved.map_err(|_| OperateError::JournalUnavailable)
    }
}

/// As JSON.
pub(super) fn json(value: &impl Serialize) -> Result<String, OperateError> {
    serde_json::to_string(value).map_err(|_| OperateError::JournalUnavailable)
}

fn day_document(provider: &ProviderName, day: i64) -> String {
    format!("statement/{provider}/{}", Timestamp::start_of_wib_day(day).wib_date())
}

fn import_document(provider: &ProviderName, hash: &str) -> String {
    format!("statement-import/{provider}/{hash}")
}
