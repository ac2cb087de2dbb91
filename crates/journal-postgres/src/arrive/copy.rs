//! All rows of a journal, in and out again.

use std::pin::pin;

use postgres_types::{ToSql, Type};
use ppob_journal_durable::moving::{Kind, Rows, TABLES, Table, Tally, Value, Values};
use tokio::sync::mpsc::Receiver;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::{Error, Row, Transaction};

use super::{ArriveError, Incoming};

/// How many rows are read back at once.
const ROWS: i32 = 500;

/// Besides those that move as they are.
const OTHERS: [&str; 2] = ["send_journal", "arrival"];

/// Whether there is a journal that did not come in by an unfinished move.
const TAKEN: &str = "SELECT EXISTS (SELECT FROM arrival WHERE is_done)
    OR (
        NOT EXISTS (SELECT FROM arrival)
        AND (EXISTS (SELECT FROM meta WHERE value <> 0) OR EXISTS (SELECT FROM sealed_key))
    )";

/// Empties every table, and switches its triggers off until [`close`]. Looks again whether there is no
/// journal, now that nobody else can touch the tables: an engine may have begun one if the lock was lost.
pub(super) async fn empty(all: &Transaction<'_>) -> Result<(), ArriveError> {
    let names: Vec<&str> = names().collect();
    for name in &names {
        all.batch_execute(&format!("ALTER TABLE {name} DISABLE TRIGGER USER")).await?;
    }
    if all.query_one(TAKEN, &[]).await?.try_get(0)? {
        return Err(ArriveError::Taken);
    }
    Ok(all.batch_execute(&format!("TRUNCATE {}", names.join(", "))).await?)
}

/// Switches the triggers on again.
pub(super) async fn close(all: &Transaction<'_>) -> Result<(), Error> {
    for name in names() {
        all.batch_execute(&format!("ALTER TABLE {name} ENABLE TRIGGER USER")).await?;
        // For whoever reads all of it next.
        all.batch_execute(&format!("ANALYZE {name}")).await?;
    }
    Ok(())
}

fn names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|table| table.name).chain(OTHERS)
}

/// Writes all rows that come; says what they tally to where they come from.
pub(super) async fn rows(
    all: &Transaction<'_>,
    incoming: &mut Receiver<Incoming>,
) -> Result<Vec<Tally>, ArriveError> {
    let mut waiting: Option<Rows> = None;
    loop {
        let next = match waiting.take() {
            Some(rows) => Incoming::Rows(rows),
            None => incoming.recv().await.ok_or(ArriveError::BrokenOff)?,
        };
        match next {
            Incoming::End(tallies) => return Ok(tallies),
            Incoming::Rows(rows) => {
                let table = TABLES.get(rows.table).ok_or(ArriveError::BrokenOff)?;
                match one(all, table, rows, incoming).await? {
                    Incoming::Rows(of_the_next) => waiting = Some(of_the_next),
                    Incoming::End(tallies) => return Ok(tallies),
                }
            }
        }
    }
}

/// Writes the rows of one table, as long as they come; says what comes then.
async fn one(
    all: &Transaction<'_>,
    table: &Table,
    first: Rows,
    incoming: &mut Receiver<Incoming>,
) -> Result<Incoming, ArriveError> {
    let types: Vec<Type> = table.columns.iter().map(|column| of(column.kind)).collect();
    let copy = format!("COPY {} ({}) FROM STDIN BINARY", table.name, table.column_names());
    let mut writer = pin!(BinaryCopyInWriter::new(all.copy_in(&copy).await?, &types));
    let number = first.table;
    let mut next = Incoming::Rows(first);
    loop {
        match next {
            Incoming::Rows(rows) if rows.table == number => {
                for row in &rows.rows {
                    let cells = row.iter().zip(table.columns);
                    let cells: Vec<_> =
                        cells.map(|(value, column)| cell(value, column.kind)).collect();
                    writer.as_mut().write(&cells).await?;
                }
            }
            other => {
                writer.as_mut().finish().await?;
                return Ok(other);
            }
        }
        next = incoming.recv().await.ok_or(ArriveError::BrokenOff)?;
    }
}

/// What all rows tally to, read back.
pub(super) async fn tallies(all: &Transaction<'_>) -> Result<Vec<Tally>, Error> {
    let mut tallies = Vec::new();
    for table in &TABLES {
        let mut tally = Tally::of(table);
        let select = format!("SELECT {} FROM {}", table.column_names(), table.name);
        let portal = all.bind(&select, &[]).await?;
        loop {
            let rows = all.query_portal(&portal, ROWS).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                tally.add(&values(table, row)?);
            }
        }
        tallies.push(tally);
    }
    Ok(tallies)
}

fn values(table: &Table, row: &Row) -> Result<Values, Error> {
    table.columns.iter().enumerate().map(|(index, column)| value(row, index, column.kind)).collect()
}

fn value(row: &Row, index: usize, kind: Kind) -> Result<Value, Error> {
    Ok(match kind {
        Kind::Integer => row.try_get::<_, Option<i64>>(index)?.map_or(Value::Null, Value::Integer),
        Kind::Flag => row.try_get::<_, Option<bool>>(index)?.map_or(Value::Null, Value::Flag),
        Kind::Text => row.try_get::<_, Option<String>>(index)?.map_or(Value::Null, Value::Text),
        Kind::Bytes => row.try_get::<_, Option<Vec<u8>>>(index)?.map_or(Value::Null, Value::Bytes),
    })
}

const fn of(kind: Kind) -> Type {
    match kind {
        Kind::Integer => Type::INT8,
        Kind::Flag => Type::BOOL,
        Kind::Text => Type::TEXT,
        Kind::Bytes => Type::BYTEA,
    }
}

/// A value on its way in; nothing has the type of its column.
fn cell(value: &Value, kind: Kind) -> &(dyn ToSql + Sync) {
    match (value, kind) {
        (Value::Integer(number), _) => number,
        (Value::Flag(flag), _) => flag,
        (Value::Text(text), _) => text,
        (Value::Bytes(bytes), _) => bytes,
        (Value::Null, Kind::Integer) => &None::<i64>,
        (Value::Null, Kind::Flag) => &None::<bool>,
        (Value::Null, Kind::Text) => &None::<&str>,
        (Value::Null, Kind::Bytes) => &None::<&[u8]>,
    }
}
