//! The balance chain against accounts whose truth is known.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
#![expect(clippy::print_stdout, reason = "seeds and shares are for whoever reads the run")]

mod account;
mod random;

use account::{Plan, Tally, live};

const SEEDS: std::ops::Range<u64> = 1..6;

fn of_all(plan: Plan) -> Tally {
    let mut all = Tally::default();
    for seed in SEEDS {
        let one = live(seed, plan);
        assert_eq!(one.wrong, 0, "seed {seed}, {plan:?}: {one:?}");
        all.add(&one);
    }
    all
}

#[test]
fn nothing_is_called_executed_that_was_not_on_an_account_used_by_nobody_else() {
    let quick = Plan { payments: 1_200, ..Plan::default() };
    let plans = [
        Plan { per_second_milli: 200, unknown_permille: 10, ..quick },
        Plan { per_second_milli: 1_000, unknown_permille: 50, ..quick },
        Plan { per_second_milli: 5_000, unknown_permille: 50, ..quick },
        Plan { per_second_milli: 1_000, unknown_permille: 200, ..quick },
        Plan { per_second_milli: 1_000, unknown_permille: 50, deviating_permille: 30, ..quick },
    ];
    for plan in plans {
        for states_late in [false, true] {
            for one_at_a_time in [false, true] {
                let tally = of_all(Plan { states_late, one_at_a_time, ..plan });
                println!(
                    "{plan:?} states late: {states_late}, one at a time: {one_at_a_time}: {tally:?}"
                );
                assert!(tally.unknown > 40, "{tally:?}");
                if one_at_a_time {
                    assert!(tally.resolved_permille() > 100, "{tally:?}");
                }
                if plan.deviating_permille == 0 && !states_late {
                    assert_eq!(tally.holes, 0, "an honest account has no hole: {tally:?}");
                }
            }
        }
    }
}

#[test]
fn a_deposit_that_was_not_recorded_and_use_by_hand_make_holes() {
    let quick =
        Plan { payments: 2_500, unknown_permille: 10, one_at_a_time: true, ..Plan::default() };
    let unrecorded = of_holes(Plan { unrecorded_deposits: true, ..quick });
    assert!(unrecorded.holes * 2 >= unrecorded.deposits, "{unrecorded:?}");
    let by_hand = of_holes(Plan { by_hand_per_hour: 20, ..quick });
    assert!(by_hand.by_hand > 50, "{by_hand:?}");
    assert!(by_hand.holes * 2 >= by_hand.by_hand, "{by_hand:?}");
}

fn of_holes(plan: Plan) -> Tally {
    let mut all = Tally::default();
    SEEDS.for_each(|seed| all.add(&live(seed, plan)));
    all
}

/// The table of `docs/EVIDENCE.md`.
#[test]
#[ignore = "measures; cargo test --release -p ppob-evidence --test chain -- --ignored --nocapture"]
fn what_share_of_the_unknown_is_resolved() {
    println!(
        "rate/s  unknown  one at a time  by hand/h  attempts in doubt  executed of them  found  wrong"
    );
    for one_at_a_time in [false, true] {
        for (rate, unknown, by_hand) in [
            (200, 10, 0),
            (1_000, 10, 0),
            (5_000, 10, 0),
            (1_000, 50, 0),
            (1_000, 10, 2),
            (1_000, 10, 20),
        ] {
            let plan = Plan {
                payments: 20_000,
                per_second_milli: rate,
                unknown_permille: unknown,
                by_hand_per_hour: by_hand,
                one_at_a_time,
                ..Plan::default()
            };
            let mut all = Tally::default();
            (1..7).for_each(|seed| all.add(&live(seed, plan)));
            println!(
                "{:>3}.{}  {:>5} %  {one_at_a_time:>13}  {by_hand:>9}  {:>17}  {:>16}  {:>3}.{} %  {}",
                rate / 1_000,
                rate % 1_000 / 100,
                unknown / 10,
                all.unknown,
                all.executed,
                all.resolved_permille() / 10,
                all.resolved_permille() % 10,
                all.wrong
            );
        }
    }
}
