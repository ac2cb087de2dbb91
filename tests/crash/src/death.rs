//! When, and at what, an engine dies.

use std::fmt;

use ppob_types::CrashPoint;

use crate::random::Random;

/// How a process is to die.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Death {
    /// By its own hand, when this moment is passed that many times.
    At(CrashPoint, u32),
    /// By `kill -9`, once the provider has read so many payment requests to their end.
    WhenRead(u32),
    /// By `kill -9`, so many milliseconds after the load began.
    After(u64),
    /// The database of its journal dies by `kill -9`, so many milliseconds after the load began, and comes
    /// back; the engine is killed once it has gone on.
    OfDatabase(u64),
}

/// The moments that load brings about.
pub const UNDER_LOAD: [CrashPoint; 14] = [
    CrashPoint::BeforeAcceptance,
    CrashPoint::AfterAcceptance,
    CrashPoint::BeforeIntent,
    CrashPoint::AfterIntent,
    CrashPoint::PermitMinted,
    CrashPoint::PermitSpent,
    CrashPoint::Connected,
    CrashPoint::AnswerBegun,
    CrashPoint::AnswerReceived,
    CrashPoint::AfterOutcome,
    CrashPoint::BeforeCommit,
    CrashPoint::AfterCommit,
    CrashPoint::BeforeCheckpoint,
    CrashPoint::AfterCheckpoint,
];

/// The moments that only a journal in a file has.
const ONLY_FILES: [CrashPoint; 2] = [CrashPoint::BeforeCheckpoint, CrashPoint::AfterCheckpoint];

/// The moments that a start after a death brings about.
pub const AT_START: [CrashPoint; 2] = [CrashPoint::BeforeTakeOver, CrashPoint::AfterTakeOver];

impl Death {
    /// `count` deaths: each named moment in turn, and one that nobody names behind every second of them.
    pub fn many(count: usize, random: &mut Random) -> Vec<Self> {
        let named = UNDER_LOAD.into_iter().chain(AT_START);
        let mut points = named.cycle();
        let mut deaths = Vec::with_capacity(count);
        while deaths.len() < count {
            for point in points.by_ref().take(2) {
                deaths.push(Self::At(point, 1 + times(random, most(point))));
            }
            deaths.push(match random.below(3) {
                0 => Self::WhenRead(1 + times(random, 12)),
                _ => Self::After(random.below(400)),
            });
        }
        deaths.truncate(count);
        deaths
    }

    /// `count` deaths of an engine whose journal is in a database, which dies `of_database` times besides.
    pub fn many_with_database(count: usize, of_database: usize, random: &mut Random) -> Vec<Self> {
        let happens =
            |death: &Self| !matches!(death, Self::At(point, _) if ONLY_FILES.contains(point));
        let mut deaths: Vec<Self> = Self::many(count.saturating_mul(2), random);
        deaths.retain(happens);
        deaths.truncate(count);
        let every = (count / of_database.max(1)).max(1);
        for number in 0..of_database {
            let place = (number * (every + 1)).min(deaths.len());
            deaths.insert(place, Self::OfDatabase(random.below(400)));
        }
        deaths
    }

    /// What it is counted under.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::At(point, _) => point.as_str(),
            Self::WhenRead(_) => "request-read",
            Self::After(_) => "at-random",
            Self::OfDatabase(_) => "of-database",
        }
    }
}

/// How far into a life a moment is waited for; what comes seldom is not waited for long.
const fn most(point: CrashPoint) -> u64 {
    match point {
        CrashPoint::BeforeCheckpoint | CrashPoint::AfterCheckpoint => 1,
        CrashPoint::BeforeIntent
        | CrashPoint::AfterIntent
        | CrashPoint::BeforeTakeOver
        | CrashPoint::AfterTakeOver => 3,
        _ => 20,
    }
}

fn times(random: &mut Random, most: u64) -> u32 {
    u32::try_from(random.below(most)).unwrap_or(0)
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(point, times) => write!(f, "{}:{times}", point.as_str()),
            Self::WhenRead(requests) => write!(f, "request-read:{requests}"),
            Self::After(millis) => write!(f, "after {millis} ms"),
            Self::OfDatabase(millis) => write!(f, "database after {millis} ms"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_database_dies_as_often_as_asked_among_deaths_that_can_happen() {
        let deaths = Death::many_with_database(40, 10, &mut Random::new(1));
        let of_database = deaths.iter().filter(|death| matches!(death, Death::OfDatabase(_)));
        assert_eq!((deaths.len(), of_database.count()), (50, 10));
        let in_files =
            |death: &Death| matches!(death, Death::At(point, _) if ONLY_FILES.contains(point));
        assert!(!deaths.iter().any(in_files));
    }

    #[test]
    fn forty_deaths_are_of_every_kind_and_a_seed_repeats_them() {
        let deaths = Death::many(40, &mut Random::new(1));
        assert_eq!(deaths.len(), 40);
        assert_eq!(deaths, Death::many(40, &mut Random::new(1)));
        let kinds: BTreeSet<&str> = deaths.iter().map(|death| death.kind()).collect();
        assert!(kinds.len() >= 16, "{kinds:?}");
    }
}
