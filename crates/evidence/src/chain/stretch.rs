//! What is missing between two balances, and what may be in between.

use ppob_types::Timestamp;

use super::explain::{Item, Who};
use super::facts::{Facts, Span, Standing};
use super::segment::{Links, Segment};

/// Between the end of one segment and the start of another.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    /// What left the account and is known of nobody, at the least.
    pub(super) low: i64,
    /// At the most.
    pub(super) high: i64,
    /// What may have happened here.
    pub(super) items: Vec<Item>,
    /// Places of what may have come in here unheard.
    pub(super) unheard: Vec<usize>,
    /// Between which charges it lies, for people.
    pub(super) span: Span,
}

/// The balance at the end of a stretch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Until {
    pub(super) balance: i64,
    pub(super) at: Span,
    /// The end of what is shown to people.
    pub(super) shown: Timestamp,
    /// The segment that begins there. Its links are not in the stretch, whatever their times say.
    pub(super) beyond: Option<usize>,
}

/// Where something lies that has its own span.
#[derive(Clone, Copy)]
enum Place {
    Outside,
    Inside,
    Unclear,
}

impl Until {
    pub(super) fn start_of(segment: &Segment) -> Self {
        Self {
            balance: segment.start,
            at: segment.head,
            shown: segment.shown.until,
            beyond: Some(segment.number),
        }
    }
}

/// What is missing from the end of `segment` until `until`.
pub(super) fn stretch(facts: &Facts, links: &Links, segment: &Segment, until: Until) -> Stretch {
    let (after, before) = (segment.tail, until.at);
    let fallen = segment.end.saturating_sub(until.balance);
    let mut found = Stretch {
        low: fallen,
        high: fallen,
        items: Vec::new(),
        unheard: Vec::new(),
        span: Span { from: segment.shown.from, until: until.shown },
    };
    for (link, of) in links.near(Span { from: after.from, until: before.until }) {
        if of != segment.number && Some(of) != until.beyond {
            let charged = link.charged.get();
            found.put(charged, charged, place_of(link.span, after, before));
        }
    }
    for movement in &facts.movements {
        let (least, most) = (movement.least.get(), movement.most.get());
        found.put(least, most, place_of(movement.span, after, before));
    }
    for (place, suspect) in facts.suspects.iter().enumerate() {
        if !matches!(place_of(suspect.span, after, before), Place::Outside) {
            found.items.push(Item {
                least: suspect.least.get(),
                most: suspect.most.get(),
                exact: Some(suspect.expected.get()),
                who: Who::Suspect(place, suspect.standing),
            });
        }
    }
    for (place, credit) in facts.unheard.iter().enumerate() {
        if !matches!(place_of(credit.span, after, before), Place::Outside) {
            found.unheard.push(place);
        }
    }
    found
}

fn place_of(span: Span, after: Span, before: Span) -> Place {
    if span.is_before(after) || before.is_before(span) {
        Place::Outside
    } else if after.is_before(span) && span.is_before(before) {
        Place::Inside
    } else {
        Place::Unclear
    }
}

impl Stretch {
    /// Takes account of money that certainly moved, here or perhaps here.
    fn put(&mut self, least: i64, most: i64, place: Place) {
        match place {
            Place::Outside => {}
            Place::Inside => {
                self.low = self.low.saturating_sub(most);
                self.high = self.high.saturating_sub(least);
            }
            Place::Unclear => {
                let exact = (least == most).then_some(least);
                self.items.push(Item { least, most, exact, who: Who::Movement });
            }
        }
    }

    /// What is missing, as one number: the nearest to nothing.
    pub(super) fn missing(&self) -> i64 {
        0_i64.clamp(self.low, self.high)
    }

    /// Whether more left than everything that may have happened here could take. If not, what is missing
    /// may as well be a charge that is here less money that came in. What is taken as dead took nothing.
    pub(super) fn surely_left(&self) -> bool {
        let alive = |item: &&Item| !matches!(item.who, Who::Suspect(_, Standing::Dead));
        let most = self.items.iter().filter(alive).map(|item| item.most.max(0));
        self.low > most.fold(0, i64::saturating_add)
    }
}
