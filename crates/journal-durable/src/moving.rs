//! A journal on its way from one database to another: which tables it is made of, a row of any of them, and
//! a tally by which both ends are held against each other.

mod tables;

use std::fmt;

pub use self::tables::TABLES;
use crate::chain::Fields;

/// A table that moves as it is.
#[derive(Debug)]
pub struct Table {
    /// Its name, at both ends.
    pub name: &'static str,
    /// Its columns, at both ends.
    pub columns: &'static [Column],
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds, or nothing.
    pub kind: Kind,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Integer,
    /// Yes or no; SQLite keeps 1 or 0.
    Flag,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
}

/// What stands in one place.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Flag(bool),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// As many values as its table has columns.
pub type Values = Vec<Value>;

/// Rows of one table.
#[derive(Debug)]
pub struct Rows {
    /// Which table: its place in [`TABLES`].
    pub table: usize,
    /// The rows.
    pub rows: Vec<Values>,
}

/// Counts and sums over all rows of a table. Two tables with one tally hold the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// How many rows.
    pub rows: u64,
    /// The sum of each column; that of what is no number is zero.
    pub sums: Vec<i128>,
    /// The sum of the hashes of the rows: the same in whatever order they come.
    hashes: [u64; 4],
}

impl Tally {
    /// Of no row.
    pub fn of(table: &Table) -> Self {
        Self { rows: 0, sums: vec![0; table.columns.len()], hashes: [0; 4] }
    }

    /// Of no row, for each of [`TABLES`].
    pub fn of_all() -> Vec<Self> {
        TABLES.iter().map(Self::of).collect()
    }

    /// Adds a row.
    pub fn add(&mut self, row: &[Value]) {
        let mut fields = Fields::new();
        for (value, sum) in row.iter().zip(&mut self.sums) {
            match value {
                Value::Null => fields.null(),
                Value::Integer(number) => {
                    fields.integer(*number);
                    *sum = sum.saturating_add(i128::from(*number));
                }
                Value::Flag(flag) => fields.integer(i64::from(*flag)),
                Value::Text(text) => fields.text(text),
                Value::Bytes(bytes) => fields.bytes(bytes),
            }
        }
        self.rows = self.rows.saturating_add(1);
        let hash = fields.finish();
        for (sum, part) in self.hashes.iter_mut().zip(hash.as_chunks::<8>().0) {
            *sum = sum.wrapping_add(u64::from_be_bytes(*part));
        }
    }

    /// In which way `there` differs, in words; nothing if it does not.
    pub fn differs(&self, table: &Table, there: &Self) -> Option<String> {
        let name = table.name;
        if self.rows != there.rows {
            return Some(format!("`{name}` has {} rows, its copy {}", self.rows, there.rows));
        }
        let sums = table.columns.iter().zip(self.sums.iter().zip(&there.sums));
        for (column, (here, there)) in sums {
            if here != there {
                return Some(format!(
                    "the sum of `{name}.{}` is {here}, there {there}",
                    column.name
                ));
            }
        }
        (self.hashes != there.hashes).then(|| format!("a row of `{name}` is another one there"))
    }
}

impl Table {
    /// The names of its columns, with commas between them.
    pub fn column_names(&self) -> String {
        self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }
}

/// What stands in a row may be about somebody.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Integer(_) => "Integer",
            Self::Flag(_) => "Flag",
            Self::Text(_) => "Text",
            Self::Bytes(_) => "Bytes",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> &'static Table {
        TABLES.iter().find(|table| table.name == "spend").unwrap()
    }

    fn spend(consumer: &str, amount: i64) -> Values {
        vec![Value::Text(consumer.to_owned()), Value::Integer(20_000), Value::Integer(amount)]
    }

    fn tally(rows: &[Values]) -> Tally {
        let mut tally = Tally::of(table());
        for row in rows {
            tally.add(row);
        }
        tally
    }

    #[test]
    fn a_tally_is_the_same_in_any_order_and_another_one_for_any_other_rows() {
        let one = tally(&[spend("app", 5), spend("shop", 7)]);
        assert_eq!(one, tally(&[spend("shop", 7), spend("app", 5)]));
        assert_eq!(one.differs(table(), &one), None);
        for (other, words) in [
            (tally(&[spend("app", 5)]), "2 rows, its copy 1"),
            (tally(&[spend("app", 5), spend("shop", 8)]), "`spend.amount` is 12, there 13"),
            (tally(&[spend("app", 7), spend("shop", 5)]), "another one"),
        ] {
            let told = one.differs(table(), &other).unwrap();
            assert!(told.contains(words), "{told}");
        }
    }

    #[test]
    fn no_value_is_shown() {
        assert_eq!(format!("{:?}", spend("SITI", 5)), "[Text, Integer, Integer]");
    }
}
