//! The checker is not blind: it finds each deliberate mistake.
#![expect(clippy::print_stdout, reason = "how soon each died is for whoever reads the run")]

use ppob_simulation::{StopAt, TABLE_HEAD, Variant, hunt, world};

/// Within how many payments each mutant must be noticed; `make mutants` goes on until its harm is seen in
/// money or answers.
const BUDGET: u64 = 10_000;

/// The world where each hunt begins: fixed, because this is about whether the checker sees.
const SEED: u64 = 7;

#[test]
fn every_mutant_is_killed_and_seen_again_in_its_world() {
    let kills = hunt(SEED, BUDGET, StopAt::Violation, 2);
    println!("{TABLE_HEAD}");
    for kill in &kills {
        println!("{kill}");
    }
    assert!(kills.len() >= 22, "only {} mutants", kills.len());
    let alive: Vec<_> =
        kills.iter().filter(|kill| kill.noticed_after.is_none()).map(|kill| kill.mutant).collect();
    assert_eq!(alive, Vec::new(), "survived {BUDGET} payments");
    // The command that a failure prints runs one world by its seed: it must show the same there.
    for kill in kills.iter().step_by(9) {
        let variant = Variant { mutant: Some(kill.mutant) };
        let again = world(kill.seed.unwrap_or_default(), variant, true);
        assert!(again.violations.iter().any(|seen| Some(seen) == kill.seen.as_ref()), "{kill:?}");
        let shown = kill.seen.as_ref().map(|seen| seen.what.clone()).unwrap_or_default();
        assert!(again.lines.iter().any(|line| line.contains(&shown)), "{kill:?}");
    }
}
