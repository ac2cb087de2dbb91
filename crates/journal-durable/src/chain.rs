//! The chain of hashes over everything that was ever written: what a row of it is, and what its hash covers.
//! How events and facts are read and put into fields is the backend's.

mod finding;
pub mod found;
mod told;

use std::fmt;
use std::str::FromStr;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use ppob_types::Timestamp;
use sha2::{Digest as _, Sha256};

pub use self::finding::{Finding, FindingKind};
pub use self::found::Audited;
pub use self::told::Told;

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
pub struct Link {
    /// The number of the commit, from 1.
    pub number: i64,
    /// Its hash.
    pub hash: [u8; 32],
    /// The sequence of the last event that it covers.
    pub last_event: i64,
    /// The sequence of the last fact that it covers.
    pub last_fact: i64,
    /// The latest time that was stated up to it, in microseconds.
    pub at: i64,
}

impl Link {
    /// What is told of it.
    pub fn head(&self) -> Head {
        Head { number: u64::try_from(self.number).unwrap_or_default(), hash: self.hash }
    }

    /// The row that follows this one over what a commit has added, if it has added anything. `at` is the
    /// latest time that the commit states.
    pub fn next(&self, added: &Added, at: Option<Timestamp>) -> Option<Self> {
        if self.last_event == added.last_event && self.last_fact == added.last_fact {
            return None;
        }
        let link = Self {
            number: self.number.saturating_add(1),
            hash: [0; 32],
            last_event: added.last_event,
            last_fact: added.last_fact,
            at: at.map_or(self.at, |at| self.at.max(at.as_micros())),
        };
        Some(Self { hash: hash(self, &link, &added.hash), ..link })
    }
}

/// Events and facts that one row covers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Added {
    /// The sequence of the last event; that of the row before if there is none.
    pub last_event: i64,
    /// The sequence of the last fact; that of the row before if there is none.
    pub last_fact: i64,
    /// How many events there are.
    pub events: i64,
    /// How many facts there are.
    pub facts: i64,
    /// The hash of all of them, in their order.
    pub hash: [u8; 32],
}

impl Added {
    /// Nothing yet, behind `before`. Its hash is none before it was set.
    pub const fn behind(before: &Link) -> Self {
        let Link { last_event, last_fact, .. } = *before;
        Self { last_event, last_fact, events: 0, facts: 0, hash: [0; 32] }
    }
}

/// The hash that `link` must have, over what it `added`, given as its hash.
pub fn hash(before: &Link, link: &Link, added: &[u8; 32]) -> [u8; 32] {
    let mut hasher = Fields::new();
    hasher.text(DOMAIN);
    hasher.bytes(&before.hash);
    for number in [link.number, link.at, link.last_event, link.last_fact] {
        hasher.integer(number);
    }
    hasher.bytes(added);
    hasher.finish()
}

/// SHA-256 over fields, each with its type and length, so that no two rows have one text.
#[derive(Clone, Debug, Default)]
pub struct Fields(Sha256);

impl Fields {
    /// No field yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing.
    pub fn null(&mut self) {
        self.0.update([0]);
    }

    /// A whole number.
    pub fn integer(&mut self, number: i64) {
        self.0.update([1]);
        self.0.update(number.to_be_bytes());
    }

    /// A real number. No column that is hashed holds one.
    pub fn real(&mut self, number: f64) {
        self.field(2, &number.to_be_bytes());
    }

    /// A text, given also as its bytes.
    pub fn text(&mut self, text: &(impl AsRef<[u8]> + ?Sized)) {
        self.field(3, text.as_ref());
    }

    /// Bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.field(4, bytes);
    }

    fn field(&mut self, kind: u8, bytes: &[u8]) {
        self.0.update([kind]);
        self.0.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.update(bytes);
    }

    /// The hash of all of them.
    pub fn finish(self) -> [u8; 32] {
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

    #[test]
    fn a_commit_that_adds_nothing_adds_no_row_and_no_time_is_earlier_than_the_one_before() {
        let first = Link { number: 1, hash: [1; 32], last_event: 7, last_fact: 3, at: 100 };
        let later = Some(Timestamp::from_micros(101));
        assert!(first.next(&Added::behind(&first), later).is_none());
        let added = Added { last_fact: 4, facts: 1, hash: [2; 32], ..Added::behind(&first) };
        let next = first.next(&added, Some(Timestamp::from_micros(99))).unwrap();
        assert_eq!((next.number, next.last_event, next.last_fact, next.at), (2, 7, 4, 100));
        assert_eq!(next.hash, hash(&first, &next, &[2; 32]));
        assert_eq!(first.next(&added, later).unwrap().at, 101);
    }
}
