//! A short run of deaths; `make crash` is the long one.

use ppob_crash::run::{Store, run};
use ppob_e2e::Result;

use crate::PROGRAM;

/// Each named moment comes once or twice, and others besides.
const KILLS: usize = 22;
/// Deaths of the database, with twice as many of the engine.
const DATABASE_KILLS: usize = 4;
/// Any other would do; a fixed one repeats the plan.
const SEED: u64 = 20_260_115;

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_dies_again_and_again_pays_nothing_twice_and_loses_nothing() -> Result<()> {
    let report = run(PROGRAM, Store::File, KILLS, SEED, |_, _, _, _| {}).await?;
    println!("{report}");
    assert_eq!(report.violations, Vec::<String>::new(), "{report}");
    assert_eq!(usize::try_from(report.deaths())?, KILLS);
    assert!(report.charged.0 > 0, "{report}");
    assert!(report.recoveries > 0, "nobody died while sending: {report}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_and_its_database_that_die_again_and_again_pay_nothing_twice_and_lose_nothing()
-> Result<()> {
    let store = Store::Database(DATABASE_KILLS);
    let report = run(PROGRAM, store, DATABASE_KILLS * 2, SEED, |_, _, _, _| {}).await?;
    println!("{report}");
    assert_eq!(report.violations, Vec::<String>::new(), "{report}");
    assert_eq!(usize::try_from(report.deaths())?, DATABASE_KILLS * 3);
    assert_eq!(report.missed.get("of-database"), None, "it did not go on: {report}");
    assert!(report.charged.0 > 0, "{report}");
    Ok(())
}
