//! From facts to findings.

use std::collections::{BTreeMap, BTreeSet};

use ppob_types::Rupiah;

use super::explain::{Explained, Who, explain};
use super::facts::{Executed, Facts, Findings, Hole, Link, Movement, Sighting, Span, Standing};
use super::segment::{Links, Segment, segments};
use super::stretch::{Stretch, Until, stretch};

/// Over how many segments stretches reach: a hole that one pair of balances leaves open, a wider pair may
/// close, and what a narrow pair seems to show, a wider one may refute.
const REACH: usize = 4;

/// How many of the latest segments are held against each other.
const MOST_SEGMENTS: usize = 1_500;

/// After how many rounds what was found is left to the next examination.
const MOST_ROUNDS: usize = 8;

/// What the facts show. The same facts always show the same.
pub fn examine(facts: &Facts) -> Findings {
    let account = Account::of(facts.links.clone());
    let mut known = facts.clone();
    let mut findings = Findings::default();
    // What is decided explains its hole from then on, and no other hole.
    for _ in 0..MOST_ROUNDS {
        let round = account.look(&known);
        findings.holes = round.holes;
        findings.hints = round.hints;
        if round.executed.is_empty() {
            break;
        }
        for executed in round.executed {
            known.suspects.retain(|suspect| suspect.id != executed.id);
            let (least, most) = (executed.charged, executed.charged);
            known.movements.push(Movement { least, most, span: executed.span });
            findings.executed.push(executed);
        }
    }
    findings
}

struct Account {
    links: Links,
    /// Segments whose place among all others is certain, in order.
    spine: Vec<Segment>,
}

/// Two places on the spine, or the last one and the sighting.
type Ends = (usize, usize);

impl Account {
    fn of(links: Vec<Link>) -> Self {
        let (links, mut all) = segments(links);
        all.sort_by_key(Segment::last_sent);
        let latest = all.split_off(all.len().saturating_sub(MOST_SEGMENTS));
        let mut spine = Vec::new();
        for segment in &latest {
            let earlier = latest.iter().filter(|other| other.is_before(segment)).count();
            let later = latest.iter().filter(|other| segment.is_before(other)).count();
            if earlier + later + 1 == latest.len() {
                spine.push((earlier, segment.clone()));
            }
        }
        spine.sort_by_key(|(earlier, _)| *earlier);
        let spine = spine.into_iter().map(|(_, segment)| segment).collect();
        Self { links, spine }
    }

    fn look(&self, facts: &Facts) -> Findings {
        let look = |(from, segment): (usize, &Segment), to: usize| {
            let until = Until::start_of(self.spine.get(to)?);
            Some(((from, to), Looked::at(stretch(facts, &self.links, segment, until))))
        };
        let each = || self.spine.iter().enumerate();
        let mut stretches: BTreeMap<Ends, Looked> =
            each().filter_map(|(from, segment)| look((from, segment), from + 1)).collect();
        let open: BTreeSet<usize> = stretches
            .iter()
            .filter(|(_, one)| !one.adds_up())
            .map(|((from, _), _)| *from)
            .collect();
        // Wider ones are looked at where anything is open: what adds up part by part adds up.
        for (from, segment) in each() {
            for reach in 2..=REACH {
                if open.range(from..from + reach).next().is_some() {
                    stretches.extend(look((from, segment), from + reach));
                }
            }
        }
        let mut findings = Findings::default();
        decide(facts, &stretches, &mut findings);
        if let Some(sighting) = facts.sighting {
            self.look_at_sighting(facts, sighting, &stretches, &mut findings);
        }
        findings
    }

    /// A balance that was read shows what is missing since the last charge. It may come out of a cache and
    /// then shows too much: what it shows to have come in is nothing to go by.
    fn look_at_sighting(
        &self,
        facts: &Facts,
        sighting: Sighting,
        stretches: &BTreeMap<Ends, Looked>,
        findings: &mut Findings,
    ) {
        let last = self.spine.len().saturating_sub(1);
        let Some(segment) = self.spine.get(last) else { return };
        if !segment.tail.is_before(sighting.span) {
            return;
        }
        let until = Until {
            balance: sighting.balance.get(),
            at: sighting.span,
            shown: sighting.span.until,
            beyond: None,
        };
        let found = stretch(facts, &self.links, segment, until);
        if found.missing() < 0 {
            return;
        }
        let mut ending = BTreeMap::from([((last, last + 1), Looked::at(found))]);
        let quiet = findings.executed.is_empty() && findings.holes.is_empty();
        // What the last charges leave open is not the sighting's.
        let settled = |((_, to), looked): (&Ends, &Looked)| *to < last || looked.adds_up();
        if quiet && stretches.iter().all(settled) {
            decide(facts, &ending, findings);
            // It may show what came in, and is no older for being asked again.
            findings.holes.retain(|hole| hole.left);
        } else if let Some(looked) = ending.remove(&(last, last + 1)) {
            findings.hints.extend(hints(facts, &looked));
        }
    }
}

/// A stretch and what explains it.
struct Looked {
    stretch: Stretch,
    explained: Explained,
}

impl Looked {
    fn at(stretch: Stretch) -> Self {
        let explained = explain(stretch.low, stretch.high, stretch.items.clone());
        Self { stretch, explained }
    }

    /// Nothing is missing, or what happened explains it without any attempt.
    fn adds_up(&self) -> bool {
        self.explained.possible && self.explained.first.is_empty()
    }

    /// Whether money that came back unheard explains it without this attempt. Its own explains nothing:
    /// what was not executed is not given back.
    fn may_be_hidden(&self, facts: &Facts, suspect: usize) -> bool {
        let Stretch { low, high, .. } = self.stretch;
        let own = facts.suspects.get(suspect).map(|one| &one.id);
        let others = || {
            let items = self.stretch.items.iter();
            items.filter(|item| !matches!(item.who, Who::Suspect(place, _) if place == suspect))
        };
        let credits = self.stretch.unheard.iter().filter_map(|place| facts.unheard.get(*place));
        credits.filter(|credit| Some(&credit.id) != own).any(|credit| {
            let least = low.saturating_add(credit.least.get());
            let most = high.saturating_add(credit.most.get());
            explain(least, most, others().cloned().collect()).found
        })
    }

    /// Whether it may have happened that exactly `charged` of what is missing was this attempt's.
    fn may_include(&self, suspect: usize, charged: i64) -> bool {
        let Stretch { low, high, .. } = self.stretch;
        let others = self
            .stretch
            .items
            .iter()
            .filter(|item| !matches!(item.who, Who::Suspect(place, _) if place == suspect));
        let rest = explain(
            low.saturating_sub(charged),
            high.saturating_sub(charged),
            others.cloned().collect(),
        );
        rest.possible
    }
}

fn decide(facts: &Facts, stretches: &BTreeMap<Ends, Looked>, findings: &mut Findings) {
    let mut verdicts: Vec<(Ends, usize, Span)> = Vec::new();
    for (ends, looked) in stretches {
        let attempts = looked.explained.only.iter().flatten();
        let sure = attempts.filter(|place| !looked.may_be_hidden(facts, **place));
        verdicts.extend(sure.map(|place| (*ends, *place, looked.stretch.span)));
    }
    // The narrowest hole says it most exactly.
    verdicts.sort_by_key(|((from, to), place, _)| (to - from, *from, *place));
    let mut decided = BTreeSet::new();
    for (ends, place, span) in &verdicts {
        let Some(suspect) = facts.suspects.get(*place) else { continue };
        let mut others = verdicts.iter().filter(|(_, other, _)| other == place);
        // Two holes that do not overlap cannot both be one attempt's: somebody else uses the account.
        let contested = others.any(|(other, ..)| other.0 >= ends.1 || other.1 <= ends.0);
        let charged = suspect.expected.get();
        let wider = stretches.iter().filter(|(other, _)| contains(**other, *ends));
        let refuted = wider.into_iter().any(|(_, wider)| !wider.may_include(*place, charged));
        if !contested && !refuted && decided.insert(*place) {
            findings.executed.push(Executed {
                id: suspect.id.clone(),
                charged: suspect.expected,
                span: *span,
            });
        }
    }
    let mut covered: Vec<Ends> = Vec::new();
    // A balance that was stated a little too early or too late makes a hole and its opposite beside it.
    let closes = |ends: &Ends| {
        let mut wider = stretches.iter().filter(|(other, _)| contains(**other, *ends));
        wider.any(|(_, wider)| wider.explained.possible)
    };
    let mut holes: Vec<(&Ends, &Looked)> = stretches
        .iter()
        .filter(|(ends, looked)| !looked.explained.possible && !closes(ends))
        .collect();
    holes.sort_by_key(|((from, to), _)| (to - from, *from));
    for ((from, to), looked) in holes {
        if covered.iter().all(|(first, last)| *last <= *from || *first >= *to) {
            covered.push((*from, *to));
            let missing = Rupiah::new(looked.stretch.missing());
            let left = looked.stretch.surely_left();
            findings.holes.push(Hole { missing, left, span: looked.stretch.span });
        }
    }
    for looked in stretches.values() {
        findings.hints.extend(hints(facts, looked));
    }
    findings.hints.retain(|hint| !findings.executed.iter().any(|one| one.id == hint.id));
    findings.hints.sort_by(|one, other| one.id.cmp(&other.id));
    findings.hints.dedup_by(|one, other| one.id == other.id);
}

fn contains(wide: Ends, narrow: Ends) -> bool {
    wide.0 <= narrow.0 && narrow.1 <= wide.1
}

/// Attempts of the explanation found first, where it is not the only one.
fn hints(facts: &Facts, looked: &Looked) -> Vec<Executed> {
    let attempts = looked.explained.first.iter().filter_map(|place| facts.suspects.get(*place));
    attempts
        .filter(|suspect| suspect.standing == Standing::Unknown)
        .map(|suspect| Executed {
            id: suspect.id.clone(),
            charged: suspect.expected,
            span: looked.stretch.span,
        })
        .collect()
}
