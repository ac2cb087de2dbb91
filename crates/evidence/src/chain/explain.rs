//! Which sets of attempts and movements may explain that money is missing.

use super::facts::Standing;

/// Something that may have happened in a stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// What left the account by it, at the least; negative for what came in.
    pub(super) least: i64,
    /// At the most.
    pub(super) most: i64,
    /// What it would be exactly; none if that is not known.
    pub(super) exact: Option<i64>,
    /// Whose it is.
    pub(super) who: Who,
}

/// Whose an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// It happened; perhaps here.
    Movement,
    /// The attempt at this place of the list may have been executed, here.
    Suspect(usize, Standing),
}

/// What explains a missing amount.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Explained {
    /// Something explains it, without an attempt that is taken as dead.
    pub(super) possible: bool,
    /// The one set of attempts of unknown outcome that every explanation consists of, if there is one and
    /// it fits exactly.
    pub(super) only: Option<Vec<usize>>,
    /// The attempts of unknown outcome in the explanation found first.
    pub(super) first: Vec<usize>,
    /// There were too many to be sure of anything.
    pub(super) too_many: bool,
    /// Some set explains it, of whatever attempts.
    pub(super) found: bool,
}

/// How many sets are looked at. Beyond, nothing is concluded.
const MOST_STEPS: u32 = 8_000;

/// The most attempts that one hole is held to consist of.
const MOST_AT_ONCE: usize = 3;

/// Explains that between `low` and `high` left the account by a choice of `items`.
pub(super) fn explain(low: i64, high: i64, mut items: Vec<Item>) -> Explained {
    // Large ones first: what is too large is dropped at once.
    items.sort_by_key(|item| std::cmp::Reverse(item.most.saturating_abs()));
    let mut most_left = vec![0_i64; items.len() + 1];
    let mut least_left = vec![0_i64; items.len() + 1];
    for (place, item) in items.iter().enumerate().rev() {
        let below = |sums: &[i64]| sums.get(place + 1).copied().unwrap_or(0);
        let (more, less) = (below(&most_left), below(&least_left));
        if let Some(sum) = most_left.get_mut(place) {
            *sum = more.saturating_add(item.most.max(0));
        }
        if let Some(sum) = least_left.get_mut(place) {
            *sum = less.saturating_add(item.least.min(0));
        }
    }
    let mut search = Search {
        low,
        high,
        items: &items,
        most_left,
        least_left,
        steps: 0,
        chosen: Vec::new(),
        sets: Sets::default(),
    };
    search.go(0, Sum::default());
    search.sets.outcome(search.steps >= MOST_STEPS)
}

#[derive(Clone, Copy, Default)]
struct Sum {
    least: i64,
    most: i64,
    /// Something is in it of which the exact amount is not known.
    inexact: bool,
    exact: i64,
}

struct Search<'a> {
    low: i64,
    high: i64,
    items: &'a [Item],
    most_left: Vec<i64>,
    least_left: Vec<i64>,
    steps: u32,
    chosen: Vec<Who>,
    sets: Sets,
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not a hidden state")]
struct Sets {
    first: Option<Vec<usize>>,
    /// Every explanation so far consists of `first`.
    alone: bool,
    exact: bool,
    /// An attempt that is not to be decided may explain it.
    blocked: bool,
    possible: bool,
}

impl Search<'_> {
    fn go(&mut self, place: usize, sum: Sum) {
        self.steps = self.steps.saturating_add(1);
        if self.steps >= MOST_STEPS || self.sets.nothing_more_to_learn() {
            return;
        }
        let left = |sums: &[i64]| sums.get(place).copied().unwrap_or(0);
        let in_reach = sum.least.saturating_add(left(&self.least_left)) <= self.high
            && sum.most.saturating_add(left(&self.most_left)) >= self.low;
        if !in_reach {
            return;
        }
        let Some(item) = self.items.get(place) else {
            let exact = !sum.inexact && sum.exact == self.low && sum.exact == self.high;
            self.sets.add(&self.chosen, exact);
            return;
        };
        self.chosen.push(item.who);
        self.go(place + 1, sum.with(item));
        self.chosen.pop();
        self.go(place + 1, sum);
    }
}

impl Sum {
    fn with(self, item: &Item) -> Self {
        Self {
            least: self.least.saturating_add(item.least),
            most: self.most.saturating_add(item.most),
            inexact: self.inexact || item.exact.is_none(),
            exact: self.exact.saturating_add(item.exact.unwrap_or(0)),
        }
    }
}

impl Sets {
    fn add(&mut self, chosen: &[Who], exact: bool) {
        let mut attempts = Vec::new();
        let mut dead = false;
        for who in chosen {
            match who {
                Who::Movement => {}
                Who::Suspect(place, Standing::Unknown) => attempts.push(*place),
                Who::Suspect(_, Standing::Open) => self.blocked = true,
                Who::Suspect(_, Standing::Dead) => {
                    self.blocked = true;
                    dead = true;
                }
            }
        }
        attempts.sort_unstable();
        self.possible |= !dead;
        match &self.first {
            None => {
                self.first = Some(attempts);
                self.alone = true;
                self.exact = exact;
            }
            Some(first) if *first == attempts => self.exact |= exact,
            Some(_) => self.alone = false,
        }
    }

    /// Neither a verdict nor a hole can come of it any more.
    const fn nothing_more_to_learn(&self) -> bool {
        self.possible && self.first.is_some() && (self.blocked || !self.alone)
    }

    fn outcome(self, too_many: bool) -> Explained {
        let found = self.first.is_some() || too_many;
        let first = self.first.unwrap_or_default();
        let fits = (1..=MOST_AT_ONCE).contains(&first.len());
        let only =
            (fits && self.alone && self.exact && !self.blocked && !too_many).then(|| first.clone());
        Explained { possible: self.possible || too_many, only, first, too_many, found }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(place: usize, cost: i64) -> Item {
        item(place, cost, 0, Standing::Unknown)
    }

    fn item(place: usize, cost: i64, tolerance: i64, standing: Standing) -> Item {
        let who = Who::Suspect(place, standing);
        Item { least: cost - tolerance, most: cost + tolerance, exact: Some(cost), who }
    }

    fn deposit(amount: i64) -> Item {
        Item { least: -amount, most: -amount, exact: Some(-amount), who: Who::Movement }
    }

    fn only(missing: i64, items: Vec<Item>) -> Option<Vec<usize>> {
        explain(missing, missing, items).only
    }

    #[test]
    fn one_set_that_fits_exactly_is_the_explanation() {
        assert_eq!(only(50, vec![unknown(0, 50), unknown(1, 30)]), Some(vec![0]));
        assert_eq!(only(80, vec![unknown(0, 50), unknown(1, 30)]), Some(vec![0, 1]));
        assert_eq!(only(90, vec![unknown(0, 50), unknown(1, 30)]), None);
        assert_eq!(only(0, vec![unknown(0, 50)]), None, "nothing is missing");
    }

    #[test]
    fn another_set_also_within_the_tolerance_keeps_it_open() {
        assert_eq!(only(50, vec![unknown(0, 50), unknown(1, 50)]), None);
        assert_eq!(only(50, vec![unknown(0, 50), unknown(1, 30), unknown(2, 20)]), None);
        let near = item(1, 52, 2, Standing::Unknown);
        assert_eq!(only(50, vec![unknown(0, 50), near]), None);
        assert_eq!(only(51, vec![item(0, 50, 2, Standing::Unknown)]), None, "it fits, not exactly");
        assert_eq!(only(100, (0..4).map(|place| unknown(place, 25)).collect()), None, "four");
        let four_or_one = (0..4).map(|place| unknown(place, 25)).chain([unknown(4, 100)]);
        assert_eq!(only(100, four_or_one.collect()), None, "four explain it as well");
    }

    #[test]
    fn what_is_on_its_way_or_dead_keeps_it_open() {
        let open = explain(50, 50, vec![item(0, 50, 0, Standing::Open)]);
        assert_eq!((open.possible, open.only), (true, None));
        let dead = explain(50, 50, vec![item(0, 50, 0, Standing::Dead)]);
        assert_eq!((dead.possible, dead.only), (false, None), "a dead attempt explains nothing");
        assert_eq!(only(50, vec![unknown(0, 50), item(1, 50, 0, Standing::Dead)]), None);
        assert_eq!(only(50, vec![unknown(0, 50), item(1, 51, 1, Standing::Open)]), None);
    }

    #[test]
    fn a_deposit_may_hide_a_charge() {
        assert_eq!(only(-950, vec![unknown(0, 50), deposit(1_000)]), Some(vec![0]));
        assert_eq!(only(-1_000, vec![unknown(0, 50), deposit(1_000)]), None);
        let either = vec![unknown(0, 50), unknown(1, 1_050), deposit(1_000)];
        assert_eq!(only(50, either), None, "50, or 1 050 of which a deposit gave back 1 000");
    }

    #[test]
    fn more_sets_than_can_be_looked_at_conclude_nothing() {
        let many = (0..40).map(|place| item(place, 1, 1, Standing::Unknown)).collect();
        let explained = explain(-1, -1, many);
        assert!(explained.only.is_none());
        let many = (0..60).map(|place| unknown(place, 1 + 2 * i64::try_from(place).unwrap()));
        let explained = explain(1_800, 1_800, many.collect());
        assert!(explained.possible && explained.only.is_none());
    }
}
