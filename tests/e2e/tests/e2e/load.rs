//! A short load run: everything charged is recorded, and payments share their commits.

use std::time::Duration;

use ppob_e2e::load::{Plan, run};
use ppob_e2e::{Result, World};

use crate::KEPT;

#[tokio::test(flavor = "multi_thread")]
async fn under_load_the_ledger_and_the_record_agree_and_commits_are_shared() -> Result<()> {
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    let plan = Plan { in_flight: 64, time: Duration::from_secs(3), first_customer: 0 };
    let report = run(plan, &engine.load_target(&world.provider)).await?;
    assert!(report.agrees(), "{report}");
    assert!(report.refused.is_empty(), "{report}");
    assert!(report.payments >= 64, "{report}");
    assert_eq!(report.recorded, report.charged, "{report}");
    // Each payment needs two durable writes: the intent and the outcome.
    assert!(report.commits > 0 && report.commits < 2 * report.payments, "{report}");
    let metrics = engine.metrics().await?;
    assert_eq!(metrics.sum("ppob_invariant_violations_total").unwrap_or(0), 0);
    Ok(())
}
