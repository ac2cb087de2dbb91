//! Too much of something leaves other callers served and every accepted payment recorded.

use ppob_e2e::flood::{Flood, Plan, run};
use ppob_e2e::{Result, World};

/// Pours, and looks at what is left.
async fn pour(world: &World, flood: Flood, amount: usize) -> Result<()> {
    let engine = world.serve().await?;
    let plan = Plan { flood, amount, quiet_rounds: 1, rounds: 10 };
    let report = run(plan, world, &engine).await?;
    assert!(report.disagreements.is_empty(), "{report}");
    assert!(report.during.len() >= plan.rounds, "{report}");
    assert!(report.recorded > plan.rounds, "{report}");
    let metrics = engine.metrics().await?;
    if flood == Flood::HalfOpenHandshakes {
        // Some made room for others, or were given up.
        let failed = metrics.sum("ppob_tls_handshakes_failed_total");
        assert!(failed.is_some_and(|failed| failed > 0), "{failed:?}");
    }
    assert_eq!(metrics.sum("ppob_invariant_violations_total").unwrap_or(0), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_calls_on_one_channel_are_all_answered_and_others_served() -> Result<()> {
    pour(&World::new().await?, Flood::Calls, 5_000).await
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_rapid_resets_leave_others_served_and_every_payment_recorded() -> Result<()> {
    pour(&World::new().await?, Flood::Resets, 10_000).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_half_open_handshakes_leave_others_served() -> Result<()> {
    pour(&World::with_tls().await?, Flood::HalfOpenHandshakes, 1_000).await
}
