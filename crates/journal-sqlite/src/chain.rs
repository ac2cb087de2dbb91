//! The chain of hashes over everything that was ever written: see `migrations/0007_chain.sql`.

mod check;
mod finding;

use std::fmt;
use std::str::FromStr;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use ppob_types::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use sha2::{Digest as _, Sha256};

pub(crate) use self::check::check;
pub use self::finding::{Finding, FindingKind};
use crate::sql;

/// What one row of the chain covers begins with this, so that no other text has its hash.
const DOMAIN: &str = "ppob-chain-1";

/// A commit and its hash: whoever keeps it elsewhere can tell whether the journal still has the same past.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Head {
    /// The number of the commit in the chain, from 1.
    pub number: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// The text is no head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a head is a number, a colon and 64 hexadecimal digits, as `ppob audit head` prints it")]
pub struct NoHead;

/// A row of the chain.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Link {
    pub(crate) number: i64,
    pub(crate) hash: [u8; 32],
    pub(crate) last_event: i64,
    pub(crate) last_fact: i64,
    pub(crate) at: i64,
}

impl Link {
    /// Reads the columns of `chain_head.sql`.
    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get(0)?,
            hash: row.get(1)?,
            last_event: row.get(2)?,
            last_fact: row.get(3)?,
            at: row.get(4)?,
        })
    }

    pub(crate) fn head(&self) -> Head {
        Head { number: u64::try_from(self.number).unwrap_or_default(), hash: self.hash }
    }
}

/// Adds a row over what the transaction has added, if it has, and says what the head is then. `at` is the
/// latest time that the commit states.
pub(crate) fn append(
    connection: &Connection,
    at: Option<Timestamp>,
) -> rusqlite::Result<Option<Head>> {
    let last = head(connection)?;
    let before = last.unwrap_or_default();
    let added = Added::since(connection, &before, i64::MAX, i64::MAX)?;
    if added.nothing(&before) {
        return Ok(last.map(|last| last.head()));
    }
    let link = Link {
        number: before.number.saturating_add(1),
        hash: [0; 32],
        last_event: added.last_event,
        last_fact: added.last_fact,
        at: at.map_or(before.at, |at| before.at.max(at.as_micros())),
    };
    let link = Link { hash: hash(&before, &link, &added), ..link };
    connection.prepare_cached(sql::CHAIN_INSERT)?.execute((
        link.number,
        before.hash,
        link.hash,
        link.last_event,
        link.last_fact,
        link.at,
    ))?;
    Ok(Some(link.head()))
}

/// The newest row.
pub(crate) fn head(connection: &Connection) -> rusqlite::Result<Option<Link>> {
    connection.prepare_cached(sql::CHAIN_HEAD)?.query_row([], Link::read).optional()
}

/// Events and facts that one row covers.
#[derive(Debug)]
pub(crate) struct Added {
    pub(crate) last_event: i64,
    pub(crate) last_fact: i64,
    /// How many events there are.
    pub(crate) events: i64,
    /// How many facts there are.
    pub(crate) facts: i64,
    hash: [u8; 32],
}

impl Added {
    /// What was added behind `before`, up to these sequences.
    pub(crate) fn since(
        connection: &Connection,
        before: &Link,
        last_event: i64,
        last_fact: i64,
    ) -> rusqlite::Result<Self> {
        let mut hasher = Fields::new();
        let mut added = Self {
            last_event: before.last_event,
            last_fact: before.last_fact,
            events: 0,
            facts: 0,
            hash: [0; 32],
        };
        let mut statement = connection.prepare_cached(sql::CHAIN_EVENTS)?;
        let mut rows = statement.query((before.last_event, last_event))?;
        while let Some(row) = rows.next()? {
            added.last_event = row.get(0)?;
            added.events += 1;
            hasher.row(row, 8)?;
        }
        hasher.text("facts");
        let mut statement = connection.prepare_cached(sql::CHAIN_FACTS)?;
        let mut rows = statement.query((before.last_fact, last_fact))?;
        while let Some(row) = rows.next()? {
            added.last_fact = row.get(0)?;
            added.facts += 1;
            hasher.row(row, 4)?;
        }
        added.hash = hasher.finish();
        Ok(added)
    }

    const fn nothing(&self, before: &Link) -> bool {
        self.last_event == before.last_event && self.last_fact == before.last_fact
    }
}

/// The hash that `link` must have.
pub(crate) fn hash(before: &Link, link: &Link, added: &Added) -> [u8; 32] {
    let mut hasher = Fields::new();
    hasher.text(DOMAIN);
    hasher.bytes(&before.hash);
    for number in [link.number, link.at, link.last_event, link.last_fact] {
        hasher.integer(number);
    }
    hasher.bytes(&added.hash);
    hasher.finish()
}

/// SHA-256 over fields, each with its type and length, so that no two rows have one text.
pub(crate) struct Fields(Sha256);

impl Fields {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    pub(crate) fn null(&mut self) {
        self.0.update([0]);
    }

    pub(crate) fn integer(&mut self, number: i64) {
        self.0.update([1]);
        self.0.update(number.to_be_bytes());
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.field(3, text.as_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.field(4, bytes);
    }

    fn field(&mut self, kind: u8, bytes: &[u8]) {
        self.0.update([kind]);
        self.0.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.update(bytes);
    }

    /// A value of SQLite. No column that is hashed holds a real number.
    pub(crate) fn value(&mut self, value: rusqlite::types::ValueRef<'_>) {
        use rusqlite::types::ValueRef::{Blob, Integer, Null, Real, Text};
        match value {
            Null => self.null(),
            Integer(number) => self.integer(number),
            Real(number) => self.field(2, &number.to_be_bytes()),
            Text(text) => self.field(3, text),
            Blob(bytes) => self.bytes(bytes),
        }
    }

    fn row(&mut self, row: &Row<'_>, columns: usize) -> rusqlite::Result<()> {
        (0..columns).try_for_each(|column| {
            self.value(row.get_ref(column)?);
            Ok(())
        })
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, HEXLOWER.encode(&self.hash))
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Head {
    type Err = NoHead;

    fn from_str(text: &str) -> Result<Self, NoHead> {
        let (number, hash) = text.trim().split_once(':').ok_or(NoHead)?;
        let number = number.parse().ok().filter(|number| *number > 0).ok_or(NoHead)?;
        let hash = HEXLOWER_PERMISSIVE.decode(hash.as_bytes()).map_err(|_| NoHead)?;
        Ok(Self { number, hash: hash.try_into().map_err(|_| NoHead)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_is_printed_and_nothing_else_is_one() {
        let head = Head { number: 42, hash: [0xab; 32] };
        assert_eq!(head.to_string().parse(), Ok(head));
        let printed = head.to_string();
        for wrong in ["", "42", ":", "0:ab", "x:ab", &printed[..60], &format!("{printed}00")] {
            assert_eq!(wrong.parse::<Head>(), Err(NoHead), "{wrong}");
        }
    }

    #[test]
    fn no_two_lists_of_fields_have_one_hash() {
        let of = |fill: &dyn Fn(&mut Fields)| {
            let mut fields = Fields::new();
            fill(&mut fields);
            fields.finish()
        };
        let lists = [
            of(&|fields| fields.text("ab")),
            of(&|fields| {
                fields.text("a");
                fields.text("b");
            }),
            of(&|fields| fields.bytes(b"ab")),
            of(&|fields| fields.null()),
            of(&|fields| fields.integer(0)),
            of(&|_| {}),
        ];
        let distinct: std::collections::BTreeSet<_> = lists.iter().collect();
        assert_eq!(distinct.len(), lists.len());
    }
}
