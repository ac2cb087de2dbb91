//! The table `decisions.md`, and whether a step is as it says.

use std::collections::{BTreeMap, BTreeSet};

use super::decisions::{
    Around, Happening, Part, ToAttempt, ToPayment, Whole, around, happening, part, whole,
};
use super::*;

/// The pair of the table that a step is, and what became of it, in the table's words.
pub(super) fn pair(
    before: &Payment,
    event: &Event,
    now: Timestamp,
    after: &Result<Step, Refused>,
) -> (Cell, String) {
    let happening = happening(before, event, now);
    let cell = match happening {
        Happening::ToPayment(row) => Cell::ToPayment(whole(before), row),
        Happening::ToAttempt(row, attempt) => {
            Cell::ToAttempt(around(before, attempt), part(before, attempt), row)
        }
    };
    let words = match after {
        Err(refused) => format!("!{}", reason(*refused)),
        Ok(Step { payment, notes }) => {
            let changes = match happening {
                Happening::ToPayment(_) => {
                    vec![changed(whole(before).word(), whole(payment).word())]
                }
                Happening::ToAttempt(_, attempt) => vec![
                    changed(around(before, attempt).word(), around(payment, attempt).word()),
                    changed(part(before, attempt).result(), part(payment, attempt).result()),
                ],
            };
            let changes: Vec<&str> = changes.into_iter().flatten().collect();
            let mut words = if changes.is_empty() { "=".to_owned() } else { changes.join(": ") };
            for note in notes {
                words += match note {
                    Note::ContradictingEvidence { .. } => " +contradiction",
                    Note::LateCharge { .. } => " +charge",
                    Note::CostUnexpected { .. } => " +cost",
                    Note::AbandonRefused => " +refused",
                };
            }
            words
        }
    };
    (cell, words)
}

impl Part {
    /// How it is called where it is what became of an attempt.
    fn result(self) -> &'static str {
        match self {
            Self::ChargedBesidesAlive => Self::Charged.word(),
            Self::Missing
            | Self::Sending
            | Self::Pending
            | Self::Unknown
            | Self::Paid
            | Self::NotSent
            | Self::Dead
            | Self::Charged
            | Self::Cleared => self.word(),
        }
    }
}

fn changed(before: &'static str, after: &'static str) -> Option<&'static str> {
    (before != after).then_some(after)
}

fn reason(refused: Refused) -> &'static str {
    match refused {
        Refused::AttemptAlive => "alive",
        Refused::Concluded => "ended",
        Refused::TooLate => "too late",
        Refused::AboveMaxTotal => "above the most",
        Refused::NoFurtherAttempt => "no further",
        Refused::NoSuchAttempt => "no such",
        Refused::TooEarly => "too early",
        Refused::NotInDoubt => "not in doubt",
        Refused::NotSucceeded => "not succeeded",
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell {
    ToPayment(Whole, ToPayment),
    ToAttempt(Around, Part, ToAttempt),
}

impl Cell {
    fn all() -> BTreeSet<Self> {
        let mut all = BTreeSet::new();
        for whole in Whole::ALL {
            all.extend(ToPayment::ALL.iter().map(|row| Self::ToPayment(*whole, *row)));
        }
        for around in Around::ALL {
            for part in Part::ALL {
                all.extend(ToAttempt::ALL.iter().map(|row| Self::ToAttempt(*around, *part, *row)));
            }
        }
        all
    }
}

/// The decisions, and which of them were met.
pub(super) struct Table {
    decided: BTreeMap<Cell, &'static str>,
    met: BTreeSet<Cell>,
}

/// In place of a decision: no walk may ever get there.
const NEVER: &str = "-";

impl Table {
    /// Reads `decisions.md`: one table for the payment as a whole, then one for each [`Around`].
    pub(super) fn read() -> Self {
        let mut decided = BTreeMap::new();
        for section in include_str!("decisions.md").split("\n## ").skip(1) {
            let (title, body) = section.split_once('\n').unwrap();
            let mut lines = body.lines().filter(|line| line.starts_with('|'));
            let columns = cells(lines.next().unwrap());
            for line in lines.skip(1) {
                let row = cells(line);
                assert_eq!(row.len(), columns.len(), "{title}: {line}");
                for (column, words) in columns.iter().zip(&row).skip(1) {
                    let cell = if title == "The payment" {
                        let whole = named(Whole::ALL, Whole::word, column);
                        Cell::ToPayment(whole, named(ToPayment::ALL, ToPayment::word, row[0]))
                    } else {
                        let around = named(Around::ALL, Around::word, title);
                        let part = named(Part::ALL, Part::word, column);
                        let row = named(ToAttempt::ALL, ToAttempt::word, row[0]);
                        Cell::ToAttempt(around, part, row)
                    };
                    assert_eq!(decided.insert(cell, *words), None, "decided twice: {cell:?}");
                }
            }
        }
        let open: Vec<_> = Cell::all().into_iter().filter(|c| !decided.contains_key(c)).collect();
        assert_eq!(open, [], "pairs that the table does not decide");
        Self { decided, met: BTreeSet::new() }
    }

    /// Holds a step against the table.
    pub(super) fn meet(
        &mut self,
        before: &Payment,
        event: &Event,
        now: Timestamp,
        after: &Result<Step, Refused>,
    ) -> Result<(), String> {
        let (cell, words) = pair(before, event, now, after);
        self.met.insert(cell);
        match self.decided[&cell] {
            NEVER => Err(format!("{cell:?} is never to be reached, and became `{words}`")),
            decided if decided != words => {
                Err(format!("{cell:?} is decided as `{decided}`, and became `{words}`"))
            }
            _ => Ok(()),
        }
    }

    /// How many pairs there are, how many can be met, and which of those were not.
    pub(super) fn unmet(&self) -> (usize, usize, Vec<Cell>) {
        let reachable: Vec<Cell> =
            self.decided.iter().filter(|(_, words)| **words != NEVER).map(|(c, _)| *c).collect();
        let unmet = reachable.iter().filter(|cell| !self.met.contains(cell)).copied().collect();
        (self.decided.len(), reachable.len(), unmet)
    }
}

fn cells(line: &'static str) -> Vec<&'static str> {
    line.trim().trim_matches('|').split('|').map(str::trim).collect()
}

fn named<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str, wanted: &str) -> T {
    let found = all.iter().find(|one| word(**one) == wanted);
    *found.unwrap_or_else(|| panic!("the table has the word `{wanted}`, which means nothing"))
}

#[test]
fn the_table_decides_every_pair_of_a_standing_and_a_happening() {
    let (pairs, reachable, _) = Table::read().unmet();
    assert_eq!(pairs, Whole::ALL.len() * 8 + Around::ALL.len() * Part::ALL.len() * 28);
    assert!(reachable > 300, "only {reachable} of {pairs} pairs can be reached");
}
