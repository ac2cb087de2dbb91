//! The line that names the columns.

use std::collections::BTreeMap;

use super::columns::{Column, normal};
use super::{AmountSign, Delimiter, StatementError, StatementFormat};

/// How many lines may stand before the one that names the columns.
const PREAMBLE: usize = 100;
/// The most columns.
const CELLS: usize = 100;

/// Where what stands.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) delimiter: u8,
    /// Lines before the first row.
    pub(super) lines: u64,
    /// Bytes before the first row.
    pub(super) bytes: usize,
    /// How many cells a row has.
    pub(super) cells: usize,
    /// The cells of the line itself, which pages of a long statement may repeat.
    pub(super) names: Vec<String>,
    pub(super) columns: BTreeMap<Column, usize>,
}

impl Header {
    /// The first line that names a time, an amount, and a reference or a customer number.
    pub(super) fn find(text: &str, format: &StatementFormat) -> Result<Self, StatementError> {
        let mut bytes = 0;
        for (index, line) in text.split_inclusive('\n').take(PREAMBLE).enumerate() {
            bytes += line.len();
            let read = candidates(format.delimiter).iter().filter_map(|delimiter| {
                let cells = cells(line, *delimiter)?;
                Some((*delimiter, cells.clone(), columns(&cells, format)))
            });
            let best = read.max_by_key(|(_, _, columns)| columns.len());
            let Some((delimiter, names, columns)) = best else { continue };
            let has = |column: Column| columns.contains_key(&column);
            let money = has(Column::Debit) || has(Column::Amount);
            if !(has(Column::Time) && money && (has(Column::Reference) || has(Column::Customer))) {
                continue;
            }
            let taken = columns.values().filter_map(|at| names.get(*at));
            for name in taken {
                if names.iter().filter(|other| *other == name).count() > 1 {
                    return Err(StatementError::ColumnTwice { name: name.clone() });
                }
            }
            let told =
                has(Column::Debit) || has(Column::Kind) || format.amount_sign != AmountSign::None;
            if !told {
                return Err(StatementError::DirectionUnclear);
            }
            let lines = u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1);
            return Ok(Self { delimiter, lines, bytes, cells: names.len(), names, columns });
        }
        Err(StatementError::NoHeader)
    }

    /// Whether a row is the line with the names once more.
    pub(super) fn is_repeated_by(&self, record: &csv::StringRecord) -> bool {
        record.len() == self.names.len()
            && record.iter().zip(&self.names).all(|(cell, name)| normal(cell) == *name)
    }
}

const fn candidates(delimiter: Delimiter) -> &'static [u8] {
    match delimiter {
        // The last of equals is taken: a comma may stand inside of amounts.
        Delimiter::Auto => b"|,\t;",
        Delimiter::Semicolon => b";",
        Delimiter::Comma => b",",
        Delimiter::Tab => b"\t",
        Delimiter::Bar => b"|",
    }
}

fn cells(line: &str, delimiter: u8) -> Option<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(line.as_bytes());
    let record = reader.records().next()?.ok()?;
    (record.len() <= CELLS).then(|| record.iter().map(normal).collect())
}

fn columns(cells: &[String], format: &StatementFormat) -> BTreeMap<Column, usize> {
    let mut found = BTreeMap::new();
    for column in Column::ALL {
        let names = format.columns.names(column);
        let place = names.iter().find_map(|name| {
            let is_free = |at: &usize| !found.values().any(|taken| taken == at);
            cells.iter().position(|cell| cell == name && !name.is_empty()).filter(is_free)
        });
        if let Some(place) = place {
            found.insert(column, place);
        }
    }
    found
}
