//! What is known of an account, as facts for the chain.

use std::time::Duration;

use ppob_evidence::chain::{Facts, Link, Movement, Span, Standing, Suspect, Unheard};
use ppob_journal::Deposit;
use ppob_types::{Family, Rupiah, Timestamp};

use super::Account;
use super::entry::{Entry, What};
use crate::clock::SteadyClock;

/// How far back balances are held against each other.
const MEMORY: Duration = Duration::from_hours(12);

/// How long after it was settled an attempt may still matter: it may have been debited long before that.
pub(super) const LOOK_BACK: Duration = Duration::from_hours(24);

/// The most links that are looked at.
const MOST_LINKS: usize = 20_000;

/// How much a deposit may have been credited before or after the time that its recorder gave.
const DEPOSIT_EARLIER: Duration = Duration::from_hours(2);
const DEPOSIT_LATER: Duration = Duration::from_hours(24);

/// An end of time that no moment is after.
const NEVER: Timestamp = Timestamp::from_micros(i64::MAX);

/// From when on deposits may matter that move an account whose chain begins then.
pub(super) fn deposits_from(begins_at: Timestamp) -> Timestamp {
    begins_at.minus(DEPOSIT_LATER)
}

impl Account {
    /// Forgets what cannot matter any more.
    pub(super) fn forget_old(&mut self, now: Timestamp) {
        let since = now.minus(LOOK_BACK);
        let doubted = &self.doubted;
        self.entries.retain(|id, entry| entry.known_at >= since || doubted.contains(id));
        let matters = |entry: &Entry| match &entry.what {
            What::Doubted(doubt) => {
                doubt.standing != Standing::Dead || entry.known_at.plus(doubt.bound) >= since
            }
            _ => false,
        };
        let old: Vec<_> = self
            .doubted
            .iter()
            .filter(|id| !self.entries.get(*id).is_some_and(matters))
            .cloned()
            .collect();
        for id in old {
            self.doubted.remove(&id);
            self.entries.remove(&id);
        }
    }

    /// What is known now. `askable` says of which attempts the provider itself can tell the outcome: these
    /// are not for the chain to decide.
    pub(super) fn facts(
        &self,
        now: Timestamp,
        clock: &SteadyClock,
        deposits: &[Deposit],
        askable: impl Fn(Family, bool) -> bool,
    ) -> Facts {
        let mut since = self.begins_at.max(now.minus(MEMORY));
        let links = || {
            let linking = |entry: &&Entry| matches!(entry.what, What::Link { .. });
            self.entries.values().filter(linking).map(|entry| entry.begun_at)
        };
        let mut begun: Vec<Timestamp> = links().filter(|at| *at >= since).collect();
        if begun.len() > MOST_LINKS {
            begun.sort_unstable();
            let first = begun.len().saturating_sub(MOST_LINKS);
            since = begun.get(first).copied().unwrap_or(since);
        }
        let mut facts = Facts { sighting: self.sighting, ..Facts::default() };
        for (id, entry) in &self.entries {
            let span = entry.span();
            if let Some(given_back) = entry.given_back {
                let amount = Rupiah::new(given_back.get().saturating_neg());
                let span = Span { from: entry.begun_at, until: NEVER };
                facts.movements.push(Movement { least: amount, most: amount, span });
            }
            facts.unheard.extend(entry.may_return().map(|(least, most)| {
                let span = Span { from: entry.begun_at, until: NEVER };
                Unheard { id: id.clone(), least, most, span }
            }));
            match entry.what {
                What::Nothing => {}
                What::Link { charged, after } if entry.begun_at >= since => {
                    facts.links.push(Link { charged, after, span });
                }
                What::Link { charged, .. } => {
                    facts.movements.push(Movement { least: charged, most: charged, span });
                }
                What::Spent { least, most } => {
                    facts.movements.push(Movement { least, most, span });
                }
                // One of the provider's two words is wrong, so it explains a hole and makes none.
                What::Claimed { least, most } => facts.suspects.push(Suspect {
                    id: id.clone(),
                    standing: Standing::Open,
                    expected: most,
                    least,
                    most,
                    span,
                }),
                What::Doubted(doubt) => {
                    let by_itself = doubt.standing == Standing::Unknown
                        && askable(doubt.family, doubt.referenced);
                    let standing = if by_itself { Standing::Open } else { doubt.standing };
                    let until = match standing {
                        Standing::Open => NEVER,
                        Standing::Unknown | Standing::Dead => {
                            clock.surely_over_at(doubt.bound, entry.begun_at)
                        }
                    };
                    facts.suspects.push(Suspect {
                        id: id.clone(),
                        standing,
                        expected: doubt.expected,
                        least: doubt.least,
                        most: doubt.most,
                        span: Span { from: entry.begun_at, until },
                    });
                }
            }
        }
        facts.movements.retain(|movement| movement.span.until >= since);
        facts.suspects.retain(|suspect| suspect.span.until >= since);
        facts.movements.extend(deposits.iter().map(|deposit| {
            let amount = Rupiah::new(deposit.amount.get().saturating_neg());
            let span = Span {
                from: deposit.credited_at.minus(DEPOSIT_EARLIER),
                until: deposit.credited_at.plus(DEPOSIT_LATER),
            };
            Movement { least: amount, most: amount, span }
        }));
        facts
    }
}
