//! A short run of deaths; `make crash` is the long one.

use ppob_crash::run::run;
use ppob_e2e::Result;

use crate::PROGRAM;

/// Each named moment comes once or twice, and others besides.
const KILLS: usize = 22;
/// Any other would do; a fixed one repeats the plan.
const SEED: u64 = 20_260_115;

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_dies_again_and_again_pays_nothing_twice_and_loses_nothing() -> Result<()> {
    let report = run(PROGRAM, KILLS, SEED, |_, _, _, _| {}).await?;
    println!("{report}");
    assert_eq!(report.violations, Vec::<String>::new(), "{report}");
    assert_eq!(usize::try_from(report.deaths())?, KILLS);
    assert!(report.charged.0 > 0, "{report}");
    assert!(report.recoveries > 0, "nobody died while sending: {report}");
    Ok(())
}
