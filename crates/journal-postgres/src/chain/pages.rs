//! Rows in the order of their sequences, of which no more than a page is in memory.

use std::collections::VecDeque;

use ppob_journal_durable::chain::Fields;
use tokio_postgres::{Error, Row, Transaction};

/// How many rows are read at once.
const ROWS: i64 = 2_000;

const EVENTS: &str = "SELECT sequence, payment_serial, version, consumer, kind, state, at, digest \
                      FROM event WHERE sequence > $1 ORDER BY sequence LIMIT $2";
const FACTS: &str = "SELECT sequence, kind, subject, digest FROM fact \
                     WHERE sequence > $1 ORDER BY sequence LIMIT $2";

/// Rows behind one sequence and up to another.
struct Pages {
    statement: &'static str,
    rows: VecDeque<(i64, Row)>,
    /// The next row that is asked for is the first behind this one.
    after: i64,
    until: i64,
    /// The rows begin behind this one.
    from: i64,
}

impl Pages {
    const fn new(statement: &'static str) -> Self {
        Self { statement, rows: VecDeque::new(), after: i64::MIN, until: i64::MIN, from: i64::MIN }
    }

    /// From here on: rows behind `after`, up to `until`.
    fn seek(&mut self, after: i64, until: i64) {
        // What was taken out of a page is not in it any more.
        if after < self.from {
            self.rows.clear();
        }
        while self.rows.front().is_some_and(|(sequence, _)| *sequence <= after) {
            self.rows.pop_front();
        }
        (self.after, self.until, self.from) = (after, until, after);
    }

    async fn next(&mut self, view: &Transaction<'_>) -> Result<Option<(i64, Row)>, Error> {
        if self.after >= self.until {
            return Ok(None);
        }
        if self.rows.is_empty() {
            for row in view.query(self.statement, &[&self.after, &ROWS]).await? {
                self.rows.push_back((row.try_get(0)?, row));
            }
        }
        let Some((sequence, row)) = self.rows.pop_front_if(|(one, _)| *one <= self.until) else {
            return Ok(None);
        };
        (self.after, self.from) = (sequence, sequence);
        Ok(Some((sequence, row)))
    }
}

/// Events.
pub(super) struct EventPages(Pages);

impl EventPages {
    pub(super) const fn new() -> Self {
        Self(Pages::new(EVENTS))
    }

    pub(super) fn seek(&mut self, after: i64, until: i64) {
        self.0.seek(after, until);
    }

    /// Hashes the next one, if there is one, and says its sequence.
    pub(super) async fn next(
        &mut self,
        view: &Transaction<'_>,
        hasher: &mut Fields,
    ) -> Result<Option<i64>, Error> {
        let Some((sequence, row)) = self.0.next(view).await? else { return Ok(None) };
        hasher.integer(sequence);
        hasher.integer(row.try_get(1)?);
        hasher.integer(row.try_get(2)?);
        for column in 3..=5 {
            hasher.text(row.try_get::<_, &str>(column)?);
        }
        hasher.integer(row.try_get(6)?);
        match row.try_get::<_, Option<&[u8]>>(7)? {
            Some(digest) => hasher.bytes(digest),
            None => hasher.null(),
        }
        Ok(Some(sequence))
    }
}

/// Facts.
pub(super) struct FactPages(Pages);

impl FactPages {
    pub(super) const fn new() -> Self {
        Self(Pages::new(FACTS))
    }

    pub(super) fn seek(&mut self, after: i64, until: i64) {
        self.0.seek(after, until);
    }

    /// Hashes the next one, if there is one, and says its sequence.
    pub(super) async fn next(
        &mut self,
        view: &Transaction<'_>,
        hasher: &mut Fields,
    ) -> Result<Option<i64>, Error> {
        let Some((sequence, row)) = self.0.next(view).await? else { return Ok(None) };
        hasher.integer(sequence);
        hasher.text(row.try_get::<_, &str>(1)?);
        hasher.text(row.try_get::<_, &str>(2)?);
        hasher.bytes(row.try_get::<_, &[u8]>(3)?);
        Ok(Some(sequence))
    }
}
