//! What goes in, and what comes out.

use ppob_types::{AttemptId, Rupiah, Timestamp};

/// Somewhere between two moments, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Not before.
    pub from: Timestamp,
    /// Not after.
    pub until: Timestamp,
}

/// A charge whose answer stated the balance it left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// What was debited.
    pub charged: Rupiah,
    /// The balance after it.
    pub after: Rupiah,
    /// When: debit and statement both lie between the sending and the answer.
    pub span: Span,
}

/// Money that certainly moved, without a balance to go by: a deposit, a charge learnt of later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// What left the account, at the least; negative for what came in.
    pub least: Rupiah,
    /// What left the account, at the most.
    pub most: Rupiah,
    /// When.
    pub span: Span,
}

/// A balance that was asked for. It may come out of a cache, so it ends a stretch and begins none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The balance.
    pub balance: Rupiah,
    /// At which moment, as far as that is known.
    pub span: Span,
}

/// What an attempt may have been given back: the provider's reference of it is not known, so news of it
/// cannot be known to be about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unheard {
    /// Whose.
    pub id: AttemptId,
    /// What came in, at the least.
    pub least: Rupiah,
    /// At the most.
    pub most: Rupiah,
    /// When.
    pub span: Span,
}

/// An attempt that may have been debited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// Which.
    pub id: AttemptId,
    /// What is known of it.
    pub standing: Standing,
    /// What it would cost.
    pub expected: Rupiah,
    /// The least that it may have cost, if it was executed.
    pub least: Rupiah,
    /// The most that it may have cost, if it was executed.
    pub most: Rupiah,
    /// When it may have been executed.
    pub span: Span,
}

/// What is known of an attempt that may have been debited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its outcome is unknown, and nobody can be asked: it may be decided.
    Unknown,
    /// It is on its way, or the provider works on it: its own news will come. It may explain a hole, and
    /// is not decided.
    Open,
    /// It is taken as not executed. It keeps a hole from being anybody else's, and explains none.
    Dead,
}

/// What is known of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// In any order.
    pub links: Vec<Link>,
    /// In any order.
    pub movements: Vec<Movement>,
    /// Every attempt that may have been debited and is no link or movement. One that is left out here
    /// makes verdicts about others wrong.
    pub suspects: Vec<Suspect>,
    /// Money that may have come back without anybody hearing of it. It explains no hole, but keeps a
    /// verdict back.
    pub unheard: Vec<Unheard>,
    /// The latest, if there is one.
    pub sighting: Option<Sighting>,
}

/// What the facts show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// These were executed.
    pub executed: Vec<Executed>,
    /// Money that moved and that nothing explains.
    pub holes: Vec<Hole>,
    /// Attempts that would explain a hole, but not they alone: a hint, nothing more.
    pub hints: Vec<Executed>,
}

/// An attempt and what it debited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// Which.
    pub id: AttemptId,
    /// How much.
    pub charged: Rupiah,
    /// Within the hole that shows it.
    pub span: Span,
}

/// Money that moved and that nothing explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// How much is missing; negative if it came in.
    pub missing: Rupiah,
    /// More left than all that may have happened there: not money that came in beside it.
    pub left: bool,
    /// Between which charges.
    pub span: Span,
}

impl Span {
    /// Surely earlier than all of `other`.
    pub(super) fn is_before(self, other: Self) -> bool {
        self.until < other.from
    }

    /// The span that covers both.
    pub(super) fn covering(self, other: Self) -> Self {
        Self { from: self.from.min(other.from), until: self.until.max(other.until) }
    }
}

impl Link {
    /// The balance it found.
    pub(super) fn before(&self) -> i64 {
        self.after.get().saturating_add(self.charged.get())
    }
}
