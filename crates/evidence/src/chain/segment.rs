//! Links that follow each other without a hole.
//!
//! Answers of charges that were on their way together come in any order, so links are put in order by
//! value: what one left is what the next found. Balances come back, for deposits raise them, so two links
//! follow each other only if both are the only ones that fit and no third one surely lies between them.

use std::collections::BTreeMap;

use ppob_types::Timestamp;

use super::facts::{Link, Span};

/// Links in the order in which they debited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// Its own number.
    pub(super) number: usize,
    /// The balance that the first one found.
    pub(super) start: i64,
    /// The balance that the last one left.
    pub(super) end: i64,
    /// When the balance was `start`: the first link, and those that were on their way together with it,
    /// for one of them may have been debited first without being stated first.
    pub(super) head: Span,
    /// When the balance was `end`, likewise.
    pub(super) tail: Span,
    /// When the first one debited at the earliest, and the last one at the latest: for people.
    pub(super) shown: Span,
    /// One of the links had surely been answered by then.
    min_until: Timestamp,
    /// One of the links had surely not been sent before then.
    max_from: Timestamp,
}

impl Segment {
    /// Surely the whole of it before `other`: links of a segment follow each other without anything in
    /// between, so one that is earlier than one there decides. Not so if the converse holds as well.
    pub(super) fn is_before(&self, other: &Self) -> bool {
        self.min_until < other.max_from && other.min_until >= self.max_from
    }

    /// When the last of its links was sent.
    pub(super) const fn last_sent(&self) -> Timestamp {
        self.max_from
    }

    fn of(number: usize, places: &[usize], links: &[Link]) -> Option<Self> {
        let at = |place: usize| links.get(place);
        let (first, last) = (at(*places.first()?)?, at(*places.last()?)?);
        let spans = || places.iter().filter_map(|place| at(*place)).map(|link| link.span);
        let together_with = |one: Span| {
            let beside = spans().filter(|span| !span.is_before(one) && !one.is_before(*span));
            beside.fold(one, Span::covering)
        };
        Some(Self {
            number,
            start: first.before(),
            end: last.after.get(),
            head: together_with(first.span),
            tail: together_with(last.span),
            shown: Span { from: last.span.from, until: first.span.until },
            min_until: spans().map(|span| span.until).min()?,
            max_from: spans().map(|span| span.from).max()?,
        })
    }
}

/// Links, and of which segment each is.
#[derive(Debug)]
pub(super) struct Links {
    /// Sorted by when they were sent.
    all: Vec<(Link, usize)>,
    /// How long the longest took.
    longest_micros: i64,
}

impl Links {
    /// Those of which a part may lie in `span`, and maybe others.
    pub(super) fn near(&self, span: Span) -> impl Iterator<Item = (Link, usize)> {
        let earliest = span.from.as_micros().saturating_sub(self.longest_micros);
        let begin = self.all.partition_point(|(link, _)| link.span.from.as_micros() < earliest);
        let from_there = self.all.iter().skip(begin);
        from_there.take_while(move |(link, _)| link.span.from <= span.until).copied()
    }
}

/// Puts links into segments.
pub(super) fn segments(mut links: Vec<Link>) -> (Links, Vec<Segment>) {
    links.sort_by_key(|link| (link.span.from, link.span.until, link.after));
    let next = followers(&links);
    let mut has_previous = vec![false; links.len()];
    for follower in next.iter().flatten() {
        if let Some(flag) = has_previous.get_mut(*follower) {
            *flag = true;
        }
    }
    // What goes in a circle has no first one and is in no segment.
    let mut of = vec![usize::MAX; links.len()];
    let mut found = Vec::new();
    for (first, _) in has_previous.iter().enumerate().filter(|(_, has)| !**has) {
        let mut places = vec![first];
        let mut at = first;
        while let Some(follower) = next.get(at).copied().flatten() {
            places.push(follower);
            at = follower;
        }
        for place in &places {
            if let Some(number) = of.get_mut(*place) {
                *number = found.len();
            }
        }
        found.extend(Segment::of(found.len(), &places, &links));
    }
    let length =
        |link: &Link| link.span.until.as_micros().saturating_sub(link.span.from.as_micros());
    let longest_micros = links.iter().map(length).max().unwrap_or(0);
    (Links { all: links.into_iter().zip(of).collect(), longest_micros }, found)
}

/// For each link the one that follows it, if that is certain.
fn followers(links: &[Link]) -> Vec<Option<usize>> {
    let mut found: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (place, link) in links.iter().enumerate() {
        found.entry(link.before()).or_default().push(place);
    }
    let between = Between::of(links);
    let fits = |place: usize| -> Vec<usize> {
        let Some(link) = links.get(place) else { return Vec::new() };
        let candidates = found.get(&link.after.get()).into_iter().flatten().copied();
        candidates
            .filter(|other| *other != place)
            .filter(|other| {
                links.get(*other).is_some_and(|other| {
                    !other.span.is_before(link.span) && !between.lies(link.span, other.span)
                })
            })
            .collect()
    };
    let forward: Vec<Vec<usize>> = (0..links.len()).map(fits).collect();
    let mut backward = vec![0_u32; links.len()];
    for follower in forward.iter().flatten() {
        if let Some(count) = backward.get_mut(*follower) {
            *count = count.saturating_add(1);
        }
    }
    forward
        .into_iter()
        .map(|candidates| match candidates.as_slice() {
            [only] if backward.get(*only) == Some(&1) => Some(*only),
            _ => None,
        })
        .collect()
}

/// Whether any link surely lies between two others.
struct Between {
    /// Sorted by `from`: the earliest answer of this and all later ones.
    earliest: Vec<(Timestamp, Timestamp)>,
}

impl Between {
    fn of(links: &[Link]) -> Self {
        let mut earliest: Vec<_> =
            links.iter().map(|link| (link.span.from, link.span.until)).collect();
        let mut least = Timestamp::from_micros(i64::MAX);
        for (_, until) in earliest.iter_mut().rev() {
            least = least.min(*until);
            *until = least;
        }
        Self { earliest }
    }

    fn lies(&self, one: Span, other: Span) -> bool {
        let after = self.earliest.partition_point(|(from, _)| *from <= one.until);
        self.earliest.get(after).is_some_and(|(_, until)| *until < other.from)
    }
}
