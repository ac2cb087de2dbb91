//! What a statement says.

use ppob_types::{ProviderRef, Rupiah, Sensitive, Timestamp};

/// A statement, as far as it can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// Every row that moved money, in the order of the file.
    pub rows: Vec<Row>,
    /// Rows that nobody should guess at. While there is one, nothing is concluded from what is missing.
    pub unreadable: Vec<Unreadable>,
    /// How many rows were passed over because the configuration says so.
    pub ignored: u32,
}

/// One movement of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its line in the file, from 1.
    pub line: u64,
    /// The earliest moment it can mean.
    pub from: Timestamp,
    /// The latest moment it can mean: a statement without a time of day means the whole day.
    pub until: Timestamp,
    /// The provider's own number of the transaction.
    pub reference: Option<ProviderRef>,
    /// The customer number as it stands there.
    pub customer: Option<Sensitive>,
    /// The provider's code of the product as it stands there.
    pub product: Option<String>,
    /// Which way the money went.
    pub movement: Movement,
    /// How much; above zero.
    pub amount: Rupiah,
    /// The deposit afterwards.
    pub balance: Option<Rupiah>,
    /// Words for people; may hold anything.
    pub text: Sensitive,
}

/// Which way money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Movement {
    /// Out of the deposit.
    Debit,
    /// Into the deposit.
    Credit,
    /// Into the deposit, because a transaction was taken back.
    Refund,
}

/// A row that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its line in the file, from 1.
    pub line: u64,
    /// What is wrong; holds nothing of what stands there.
    pub problem: &'static str,
}

impl Statement {
    /// The first and the last moment that rows can mean; none without rows.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let from = self.rows.iter().map(|row| row.from).min()?;
        let until = self.rows.iter().map(|row| row.until).max()?;
        Some((from, until))
    }
}
