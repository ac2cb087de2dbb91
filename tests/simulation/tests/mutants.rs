//! The checker is not blind: it finds each deliberate mistake.
#![expect(clippy::print_stdout, reason = "how soon each died is for whoever reads the run")]

use ppob_payment::Mutant;
use ppob_simulation::{Settings, Variant, simulate};

/// Within how many payments each mutant must be found.
const BUDGET: u64 = 10_000;

#[test]
fn every_mutant_is_killed() {
    let mut survivors = Vec::new();
    for mutant in Mutant::ALL.iter().copied() {
        let variant = Variant { mutant: Some(mutant), ..Variant::default() };
        let settings = Settings { seed: 1, payments: BUDGET, variant, stop_at_violation: true };
        let report = simulate(&settings);
        let harm = report.total.violations.iter().find(|violation| violation.kind.is_harm());
        let shown = harm.or_else(|| report.total.violations.first());
        match (report.killed_after, shown) {
            (Some(payments), Some(violation)) => {
                println!("{mutant:?} died after {payments} payments, {violation}");
            }
            _ => survivors.push(mutant),
        }
    }
    assert_eq!(survivors, Vec::new(), "survived {BUDGET} payments");
}
