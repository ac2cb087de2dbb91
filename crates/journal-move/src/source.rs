//! Reading the file, a part at a time.

use std::ops::ControlFlow;

use ppob_journal_durable::moving::{Rows, TABLES, Tally, Value, Values};
use ppob_journal_postgres::Incoming;
use ppob_journal_sqlite::{LeaveError, Leaving};
use tokio::sync::mpsc::Sender;

use crate::{Progress, Step};

/// How many rows, and about how many bytes, are handed over at once.
const ROWS: usize = 256;
const BYTES: usize = 1 << 20;

/// How many parts wait at most.
pub(crate) const WAITING: usize = 2;

/// Hands over all rows, then their tallies. Ends early if nobody takes them, or `progress` wants no more.
pub(crate) fn hand_over(
    leaving: &Leaving,
    to: &Sender<Incoming>,
    progress: &Progress,
) -> Result<(), LeaveError> {
    let mut tallies = Tally::of_all();
    for (table, (described, tally)) in TABLES.iter().zip(&mut tallies).enumerate() {
        let mut part = Part { table, rows: Vec::new(), bytes: 0 };
        let mut goes_on = true;
        leaving.rows(described, &mut |row| {
            tally.add(&row);
            goes_on = part.take(row, to);
            goes_on
        })?;
        goes_on = goes_on && part.send(to);
        let step = Step::Copied { table: described.name, rows: tally.rows };
        if !goes_on || progress(&step) == ControlFlow::Break(()) {
            return Ok(());
        }
    }
    // Whoever takes no more says why.
    let _ = to.blocking_send(Incoming::End(tallies));
    Ok(())
}

/// Rows that wait to be handed over.
struct Part {
    table: usize,
    rows: Vec<Values>,
    bytes: usize,
}

impl Part {
    /// Says whether more is wanted.
    fn take(&mut self, row: Values, to: &Sender<Incoming>) -> bool {
        self.bytes = self.bytes.saturating_add(row.iter().map(size).sum());
        self.rows.push(row);
        if self.rows.len() < ROWS && self.bytes < BYTES {
            return true;
        }
        self.send(to)
    }

    fn send(&mut self, to: &Sender<Incoming>) -> bool {
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return true;
        }
        to.blocking_send(Incoming::Rows(Rows { table: self.table, rows })).is_ok()
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Integer(_) | Value::Flag(_) => 8,
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
    }
}
