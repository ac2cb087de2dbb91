//! How soon each deliberate mistake is found.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ppob_payment::Mutant;

use crate::checker::Violation;
use crate::run::{Report, Settings, StopAt, Variant, simulate};
use crate::stage::lock;

/// How one mutant died, or that it lived.
#[derive(Clone, Debug)]
pub struct Kill {
    /// Which one.
    pub mutant: Mutant,
    /// After how many payments it was first noticed; none if it lived.
    pub noticed_after: Option<u64>,
    /// After how many payments its harm was seen in money or answers; none if only the checker saw it.
    pub harmed_after: Option<u64>,
    /// What was seen: the harm, if there was any.
    pub seen: Option<Violation>,
    /// The world in which it was.
    pub seed: Option<u64>,
}

/// Hunts every mutant with up to `budget` payments, beginning at the world of `seed`, each until `stop_at`.
pub fn hunt(seed: u64, budget: u64, stop_at: StopAt, threads: usize) -> Vec<Kill> {
    let next = AtomicUsize::new(0);
    let kills = Mutex::new(Vec::new());
    let work = || {
        while let Some(mutant) = Mutant::ALL.get(next.fetch_add(1, Ordering::SeqCst)) {
            let kill = hunt_one(*mutant, seed, budget, stop_at);
            lock(&kills).push(kill);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.max(1) {
            scope.spawn(work);
        }
        work();
    });
    let mut kills = std::mem::take(&mut *lock(&kills));
    kills.sort_by_key(|kill| kill.mutant);
    kills
}

/// Hunts one mutant.
pub fn hunt_one(mutant: Mutant, seed: u64, budget: u64, stop_at: StopAt) -> Kill {
    let variant = Variant { mutant: Some(mutant) };
    let settings = Settings { seed, payments: budget, variant, stop_at, threads: 1 };
    let Report { total, bad, killed_after, .. } = simulate(&settings);
    let harmful = bad.iter().find_map(|world| {
        let harm = world.violations.iter().find(|violation| violation.kind.is_harm());
        harm.map(|harm| (harm.clone(), world.seed))
    });
    let first =
        || bad.iter().find_map(|world| Some((world.violations.first()?.clone(), world.seed)));
    let harmed_after = harmful.as_ref().map(|_| total.payments);
    let (violation, world) = harmful.or_else(first).unzip();
    Kill { mutant, noticed_after: killed_after, harmed_after, seen: violation, seed: world }
}

/// The head of the table of kills, in Markdown.
pub const TABLE_HEAD: &str =
    "| Mutant | Noticed after | Harm after | What was seen | World |\n|---|---|---|---|---|";

impl fmt::Display for Kill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |number: Option<u64>| number.map_or("–".to_owned(), |n| n.to_string());
        let seen = self.seen.as_ref().map_or("nothing", |seen| seen.kind.as_str());
        write!(
            f,
            "| {:?} | {} | {} | {seen} | {} |",
            self.mutant,
            number(self.noticed_after),
            number(self.harmed_after),
            number(self.seed)
        )
    }
}
