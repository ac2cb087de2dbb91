//! The daily close.

use std::collections::BTreeSet;
use std::sync::Arc;

use ppob_evidence::AttemptFacts;
use ppob_evidence::close::{Close, KeptRow, Sums, Term, Witness, close};
use ppob_journal::{AuditSubject, Who};
use ppob_types::{PaymentKey, ProviderName, Rupiah, Timestamp};
use serde::{Deserialize, Serialize};

use super::kept::{self, KeptDay};
use crate::engine::Inner;
use crate::operator::audit::Deed;
use crate::operator::require_who;
use crate::{Engine, OperateError};

/// A day to be closed.
#[derive(Clone, Debug)]
pub struct CloseDay {
    /// The day in WIB, as [`Timestamp::wib_day`] counts it.
    pub day: i64,
    /// At this provider; none for every configured one.
    pub provider: Option<ProviderName>,
    /// Who closes it.
    pub who: Who,
}

/// A day at a provider, closed.
#[derive(Clone, Debug)]
pub struct ClosedDay {
    /// The provider.
    pub provider: ProviderName,
    /// The day, as in `2026-11-27`.
    pub date: String,
    /// The sums, the equation and what its difference is made of.
    pub close: Close,
    /// The statement that it was held against, if one was imported.
    pub statement: Option<StatementOfDay>,
    /// What is open.
    pub open: Vec<OpenAttempt>,
    /// How it stands.
    pub standing: CloseStanding,
    /// Whether the day is not over, so that this is no more than a look.
    pub provisional: bool,
    /// Whether it was closed before.
    pub repeated: bool,
    /// When it was closed now.
    pub closed_at: Timestamp,
}

/// The statement that a day was held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementOfDay {
    /// SHA-256 of the file, in hexadecimal.
    pub hash: String,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// Whether it holds the whole day, or, of a day that is not over, everything that was attempted in it
    /// so far: only then is the day held against it.
    pub whole: bool,
}

/// An attempt that is open at the close of its day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAttempt {
    /// Whose it is.
    pub key: PaymentKey,
    /// Which attempt.
    pub number: u32,
    /// What it was expected to cost.
    pub expected_cost: Rupiah,
    /// When it began.
    pub begun_at: Timestamp,
}

/// How a closed day stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CloseStanding {
    /// Debits and record agree to the rupiah, and nothing is open.
    Balanced,
    /// Only what is open, or what may stand in another day's statement, is not explained yet.
    Open,
    /// Statement and record contradict each other.
    Mismatch,
    /// No statement of the whole day was imported: nothing here was held against the provider.
    NoStatement,
}

/// What is kept of a close.
#[derive(Debug, Serialize, Deserialize)]
struct KeptClose {
    closed_at: Timestamp,
    sums: Sums,
    known: Rupiah,
    debited: Option<Rupiah>,
    difference: Option<Rupiah>,
    standing: CloseStanding,
}

impl Engine {
    /// Closes a day: sums up what is known of its attempts, and holds it against the imported statement.
    /// Closing again computes it anew; of a day that is not over it is no more than a look.
    ///
    /// # Errors
    /// [`OperateError`]; nothing but closes of providers before was kept then.
    pub async fn close_day(&self, close: CloseDay) -> Result<Vec<ClosedDay>, OperateError> {
        require_who(&close.who)?;
        let inner = Arc::clone(&self.inner);
        let work = async move { inner.close_day(&close).await };
        let done = self.inner.tasks.detached(work).await;
        done.unwrap_or(Err(OperateError::JournalUnavailable))
    }
}

impl Inner {
    async fn close_day(&self, asked: &CloseDay) -> Result<Vec<ClosedDay>, OperateError> {
        if Timestamp::start_of_wib_day(asked.day) > self.now() {
            let problem = "has not begun yet";
            return Err(OperateError::FieldInvalid { field: "day", problem });
        }
        let told = self.told();
        let providers: Vec<ProviderName> = match &asked.provider {
            None => told.setups.keys().cloned().collect(),
            Some(name) if told.setups.contains_key(name) => vec![name.clone()],
            Some(_) => return Err(OperateError::NoSuchProvider),
        };
        let mut closed = Vec::with_capacity(providers.len());
        for provider in providers {
            closed.push(self.close_at(&provider, asked).await?);
        }
        Ok(closed)
    }

    async fn close_at(
        &self,
        provider: &ProviderName,
        asked: &CloseDay,
    ) -> Result<ClosedDay, OperateError> {
        let from = Timestamp::start_of_wib_day(asked.day);
        let until = Timestamp::start_of_wib_day(asked.day.saturating_add(1));
        let attempts = self.attempts_between(provider, (from, until)).await?;
        let deposits = self.deposits_between(provider, (from, until)).await?;
        let deposits: Vec<Rupiah> = deposits.iter().map(|deposit| deposit.amount).collect();
        let kept = self.kept_day(provider, asked.day).await?;
        let is_whole = |kept: &KeptDay| {
            kept.complete_until.is_some_and(|complete| {
                let is_running = until > self.now() && complete > from;
                complete >= until
                    || (is_running && attempts.iter().all(|one| one.debited_until < complete))
            })
        };
        let whole = kept.as_ref().filter(|kept| is_whole(kept));
        let rows = match whole {
            Some(kept) => Some(self.rows_of(provider, asked.day, kept, &attempts).await?),
            None => None,
        };
        let tolerance = self.providers.get(provider).map(|setup| setup.statement.clock_tolerance());
        let tolerance = tolerance.unwrap_or_default();
        let complete_until = whole.and_then(|kept| kept.complete_until).unwrap_or(until);
        let certain = (from.plus(tolerance), complete_until.minus(tolerance));
        let witness = rows.as_ref().map(|rows| Witness { rows, certain });
        let close = close(&attempts, &deposits, witness);
        let standing = standing(&close);
        let open = close.open.iter().filter_map(|place| attempts.get(*place));
        let open = open.map(|attempt| OpenAttempt {
            key: attempt.key.clone(),
            number: attempt.number,
            expected_cost: attempt.expected_cost,
            begun_at: attempt.begun_at,
        });
        let closed = ClosedDay {
            provider: provider.clone(),
            date: from.wib_date(),
            open: open.collect(),
            statement: kept.as_ref().map(|kept| StatementOfDay {
                hash: kept.hash.clone(),
                imported_at: kept.imported_at,
                whole: is_whole(kept),
            }),
            standing,
            provisional: until > self.now(),
            repeated: false,
            closed_at: self.now(),
            close,
        };
        self.keep_close(asked, closed).await
    }

    /// The rows of a day, and those of the days around it that are of this day's attempts: what begins
    /// before midnight may be debited after it.
    async fn rows_of(
        &self,
        provider: &ProviderName,
        day: i64,
        kept: &KeptDay,
        attempts: &[AttemptFacts],
    ) -> Result<Vec<KeptRow>, OperateError> {
        let own: BTreeSet<(&PaymentKey, u32)> =
            attempts.iter().map(|attempt| (&attempt.key, attempt.number)).collect();
        let mut rows = kept.rows.clone();
        for around in [day.saturating_sub(1), day.saturating_add(1)] {
            let found = self.kept_day(provider, around).await?.unwrap_or_default().rows;
            let is_own = |row: &KeptRow| {
                row.of.as_ref().is_some_and(|(key, number)| own.contains(&(key, *number)))
            };
            rows.extend(found.into_iter().filter(is_own));
        }
        Ok(rows)
    }

    async fn keep_close(
        &self,
        asked: &CloseDay,
        closed: ClosedDay,
    ) -> Result<ClosedDay, OperateError> {
        let name = format!("close/{}/{}", closed.provider, closed.date);
        let unavailable = |_| OperateError::JournalUnavailable;
        let earlier = self.journal.load_document(&name).await.map_err(unavailable)?;
        let earlier: Option<KeptClose> =
            earlier.as_deref().and_then(|json| serde_json::from_str(json).ok());
        let kept = KeptClose {
            closed_at: closed.closed_at,
            sums: closed.close.sums.clone(),
            known: closed.close.known,
            debited: closed.close.debited,
            difference: closed.close.difference,
            standing: closed.standing,
        };
        let deed = Deed {
            who: &asked.who,
            action: "CloseDay",
            subject: AuditSubject::Provider(&closed.provider),
            reason: "",
            before: earlier
                .as_ref()
                .map(|earlier| words(&closed.date, earlier))
                .unwrap_or_default(),
            after: words(&closed.date, &kept),
        };
        let entry = deed.entry(closed.closed_at);
        let saved =
            self.journal.save_audited_document(&name, kept::json(&kept)?, vec![entry]).await;
        saved.map_err(unavailable)?;
        Ok(ClosedDay { repeated: earlier.is_some(), ..closed })
    }
}

fn standing(close: &Close) -> CloseStanding {
    if close.debited.is_none() {
        CloseStanding::NoStatement
    } else if close.terms.keys().any(|term| term.is_mismatch()) {
        CloseStanding::Mismatch
    } else if close.open.is_empty() && !close.terms.contains_key(&Term::SuccessAtEdge) {
        CloseStanding::Balanced
    } else {
        CloseStanding::Open
    }
}

fn words(date: &str, close: &KeptClose) -> String {
    let Sums { succeeded, reversed, open, late_charges, .. } = &close.sums;
    let standing = match close.standing {
        CloseStanding::Balanced => "balanced",
        CloseStanding::Open => "open",
        CloseStanding::Mismatch => "MISMATCH",
        CloseStanding::NoStatement => "no statement",
    };
    let difference = close.difference.map(|difference| format!("; difference {difference}"));
    format!(
        "{date} {standing}: {} succeeded ({}), {} reversed ({}), {} open ({}), {} late charges ({}){}",
        succeeded.count,
        succeeded.amount,
        reversed.count,
        reversed.amount,
        open.count,
        open.amount,
        late_charges.count,
        late_charges.amount,
        difference.unwrap_or_default()
    )
}
