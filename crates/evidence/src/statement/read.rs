//! From a file to rows.

use ppob_types::{ProviderRef, Rupiah, Sensitive, Timestamp};
use std::time::Duration;

use super::columns::{Column, normal};
use super::header::Header;
use super::text::decoded;
use super::{AmountSign, Movement, Row, Statement, StatementFormat, Unreadable, amount};

/// The largest file, in bytes.
pub const MOST_BYTES: usize = 8 << 20;
/// The most rows of one file.
const ROWS: usize = 200_000;
/// The longest cell, in bytes. A quotation mark that is never closed makes longer ones.
const CELL: usize = 1_000;

/// Times that are understood without a configuration: the year first, or the day first. Never the month.
const DATE_FORMATS: &[(&str, u64)] = &[
    ("%Y-%m-%d %H:%M:%S", 1),
    ("%Y-%m-%dT%H:%M:%S", 1),
    ("%d/%m/%Y %H:%M:%S", 1),
    ("%d-%m-%Y %H:%M:%S", 1),
    ("%Y/%m/%d %H:%M:%S", 1),
    ("%d.%m.%Y %H:%M:%S", 1),
    ("%Y-%m-%d %H:%M", 60),
    ("%d/%m/%Y %H:%M", 60),
    ("%d-%m-%Y %H:%M", 60),
    ("%Y/%m/%d %H:%M", 60),
    ("%d.%m.%Y %H:%M", 60),
    ("%Y-%m-%d", 86_400),
    ("%d/%m/%Y", 86_400),
    ("%d-%m-%Y", 86_400),
    ("%Y/%m/%d", 86_400),
    ("%d.%m.%Y", 86_400),
];
/// 2000-01-01 and 2100-01-01 in UTC: a year outside was written with two digits, or is another field.
const PLAUSIBLE: (Timestamp, Timestamp) =
    (Timestamp::from_seconds(946_684_800), Timestamp::from_seconds(4_102_444_800));

const DEBIT: &[&str] = &[
    "debit",
    "debet",
    "d",
    "db",
    "keluar",
    "out",
    "pembelian",
    "pembayaran",
    "payment",
    "purchase",
];
const CREDIT: &[&str] = &[
    "kredit",
    "credit",
    "k",
    "c",
    "cr",
    "kr",
    "masuk",
    "in",
    "deposit",
    "topup",
    "top up",
    "isi saldo",
    "tambah saldo",
];
const REFUND: &[&str] =
    &["refund", "reversal", "pengembalian", "pengembalian dana", "batal", "dibatalkan", "retur"];

/// Why a file is no statement that can be read. Nothing was taken from it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// It is too large.
    #[error("the file has more than {} MiB; export a shorter time", MOST_BYTES >> 20)]
    TooLarge,
    /// It has too many rows.
    #[error("the file has more than {ROWS} rows; export a shorter time")]
    TooManyRows,
    /// Its letters cannot be read.
    #[error(
        "the file is not written in the encoding that is configured, or is no text; export it as CSV in UTF-8"
    )]
    NotText,
    /// No line names the columns.
    #[error(
        "none of its first lines names a time, an amount, and a reference or a customer number; tell what the columns are called in [provider.statement.columns]"
    )]
    NoHeader,
    /// A name stands twice in the line that names the columns.
    #[error(
        "two columns are called `{name}`; tell which names to use in [provider.statement.columns]"
    )]
    ColumnTwice {
        /// The name, as it is compared.
        name: String,
    },
    /// Nothing tells whether money came or went.
    #[error(
        "one column holds the amounts and nothing tells whether money came or went; set `kind` in [provider.statement.columns], or amount_sign in [provider.statement]"
    )]
    DirectionUnclear,
}

/// Reads a statement. Rows that cannot be read are told, not guessed at.
///
/// # Errors
/// [`StatementError`] if it is no statement as `format` says.
pub fn read(bytes: &[u8], format: &StatementFormat) -> Result<Statement, StatementError> {
    if bytes.len() > MOST_BYTES {
        return Err(StatementError::TooLarge);
    }
    let text = decoded(bytes, format.encoding).ok_or(StatementError::NotText)?;
    let header = Header::find(&text, format)?;
    let rest = text.get(header.bytes..).unwrap_or_default();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(header.delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(rest.as_bytes());
    let mut statement = Statement::default();
    for record in reader.records() {
        // The bytes are text, and rows of any length are allowed: nothing else can be wrong with one.
        let record = record.map_err(|_| StatementError::NotText)?;
        let line = record.position().map_or(0, csv::Position::line).saturating_add(header.lines);
        if record.iter().all(|cell| cell.trim().is_empty()) || header.is_repeated_by(&record) {
            continue;
        }
        let is_ignored =
            |cell: &str| format.ignore_rows.iter().any(|pattern| pattern.matches(cell.trim()));
        if record.iter().any(is_ignored) {
            statement.ignored = statement.ignored.saturating_add(1);
            continue;
        }
        if statement.rows.len() + statement.unreadable.len() >= ROWS {
            return Err(StatementError::TooManyRows);
        }
        match (Cells { header: &header, format, record: &record }).row(line) {
            Ok(row) => statement.rows.push(row),
            Err(problem) => statement.unreadable.push(Unreadable { line, problem }),
        }
    }
    Ok(statement)
}

/// One row of the file.
struct Cells<'a> {
    header: &'a Header,
    format: &'a StatementFormat,
    record: &'a csv::StringRecord,
}

impl Cells<'_> {
    /// What stands in a column; none if it is empty. Spreadsheets mark text by an apostrophe before it.
    fn cell(&self, column: Column) -> Option<&str> {
        let cell = self.record.get(*self.header.columns.get(&column)?)?.trim();
        let cell = cell.strip_prefix('\'').unwrap_or(cell);
        Some(cell).filter(|cell| !cell.is_empty())
    }

    fn row(&self, line: u64) -> Result<Row, &'static str> {
        let extra = self.record.iter().skip(self.header.cells);
        if self.record.len() < self.header.cells || extra.into_iter().any(|cell| !cell.is_empty()) {
            return Err("it has another number of cells than the line that names the columns");
        }
        if self.record.iter().any(|cell| cell.len() > CELL || cell.contains(['\n', '\r'])) {
            return Err("a cell is too long or spans lines; is a quotation mark missing?");
        }
        let (from, until) = self.time()?;
        let (movement, amount) = self.money()?;
        let reference = match self.cell(Column::Reference) {
            None => None,
            Some(text) if is_rounded(text) => return Err(ROUNDED),
            Some(text) => Some(ProviderRef::new(text).ok_or("its reference is too long")?),
        };
        let customer = self.cell(Column::Customer);
        if customer.is_some_and(is_rounded) {
            return Err(ROUNDED);
        }
        let balance = match self.cell(Column::Balance) {
            None | Some("-") => None,
            Some(text) => {
                Some(self.amount(text).ok_or("its balance is no whole amount of rupiah")?)
            }
        };
        Ok(Row {
            line,
            from,
            until,
            reference,
            customer: customer.map(Sensitive::new),
            product: self.cell(Column::Product).map(str::to_owned),
            movement,
            amount,
            balance,
            text: Sensitive::new(self.cell(Column::Text).unwrap_or_default()),
        })
    }

    fn amount(&self, text: &str) -> Option<Rupiah> {
        amount(text, self.format.thousands)
    }

    fn time(&self) -> Result<(Timestamp, Timestamp), &'static str> {
        let day = self.cell(Column::Time).ok_or("its time is missing")?;
        let text = match self.cell(Column::TimeOfDay) {
            Some(time) => format!("{day} {time}"),
            None => day.to_owned(),
        };
        let found = if self.format.date_formats.is_empty() {
            DATE_FORMATS.iter().find_map(|(format, seconds)| {
                Some((Timestamp::from_wib_as(format, &text)?, *seconds))
            })
        } else {
            self.format.date_formats.iter().find_map(|format| {
                Some((Timestamp::from_wib_as(format, &text)?, exactness(format)))
            })
        };
        let (from, seconds) = found.ok_or("its time is written in none of the formats")?;
        if from < PLAUSIBLE.0 || from >= PLAUSIBLE.1 {
            return Err("its time lies in no year of this century; is the year written in full?");
        }
        // A second that is written is any moment of that second.
        let until = from.plus(Duration::from_secs(seconds)).minus(Duration::from_micros(1));
        Ok((from, until))
    }

    fn money(&self) -> Result<(Movement, Rupiah), &'static str> {
        if !self.header.columns.contains_key(&Column::Debit) {
            return self.money_of_one_column();
        }
        let (debit, credit) = (self.part(Column::Debit)?, self.part(Column::Credit)?);
        match (debit, credit) {
            (Some(debit), None) => Ok((Movement::Debit, debit)),
            (None, Some(credit)) if self.kind() == Some(Movement::Refund) => {
                Ok((Movement::Refund, credit))
            }
            (None, Some(credit)) => Ok((Movement::Credit, credit)),
            (None, None) => Err("it moves no money"),
            (Some(_), Some(_)) => Err("it moves money both ways"),
        }
    }

    /// An amount of a column for one direction; none if it is empty or zero.
    fn part(&self, column: Column) -> Result<Option<Rupiah>, &'static str> {
        let Some(text) = self.cell(column).filter(|text| *text != "-") else { return Ok(None) };
        let amount = self.amount(text).ok_or("its amount is no whole amount of rupiah")?;
        if amount.is_negative() {
            return Err("its amount is below zero in a column for one direction");
        }
        Ok(Some(amount).filter(|amount| amount.is_positive()))
    }

    fn money_of_one_column(&self) -> Result<(Movement, Rupiah), &'static str> {
        let text = self.cell(Column::Amount).ok_or("its amount is missing")?;
        let amount = self.amount(text).ok_or("its amount is no whole amount of rupiah")?;
        let size = if amount.is_negative() { negated(amount)? } else { amount };
        if size == Rupiah::ZERO {
            return Err("it moves no money");
        }
        if self.header.columns.contains_key(&Column::Kind) {
            let kind = self.kind().ok_or("its kind is on no list of words")?;
            return Ok((kind, size));
        }
        let is_debit =
            amount.is_negative() == (self.format.amount_sign == AmountSign::NegativeIsDebit);
        Ok((if is_debit { Movement::Debit } else { Movement::Credit }, size))
    }

    fn kind(&self) -> Option<Movement> {
        let said = normal(self.cell(Column::Kind)?);
        let words = &self.format.kinds;
        let lists = [
            (Movement::Debit, &words.debit, DEBIT),
            (Movement::Credit, &words.credit, CREDIT),
            (Movement::Refund, &words.refund, REFUND),
        ];
        let found = lists.into_iter().find(|(_, given, built_in)| {
            if given.is_empty() {
                return built_in.contains(&said.as_str());
            }
            given.iter().any(|word| normal(word) == said)
        });
        found.map(|(movement, ..)| movement)
    }
}

const ROUNDED: &str = "a number was rounded by a spreadsheet; export the column as text";

/// `5.3E+11`: what a spreadsheet makes of a long number.
fn is_rounded(text: &str) -> bool {
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b",.".contains(&b));
    text.split_once(['E', 'e']).is_some_and(|(head, tail)| {
        let power = tail.strip_prefix('+').unwrap_or_default();
        !head.is_empty() && is_digits(head) && !power.is_empty() && is_digits(power)
    })
}

fn negated(amount: Rupiah) -> Result<Rupiah, &'static str> {
    Rupiah::ZERO.minus(amount).map_err(|_| "its amount is no whole amount of rupiah")
}

/// How many seconds a moment may mean that is written so.
fn exactness(format: &str) -> u64 {
    let has = |signs: &[&str]| signs.iter().any(|sign| format.contains(sign));
    if has(&["%S", "%T", "%s"]) {
        1
    } else if has(&["%M", "%R"]) {
        60
    } else if has(&["%H", "%I"]) {
        3_600
    } else {
        86_400
    }
}
