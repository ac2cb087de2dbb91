//! The kit itself: a right provider passes all of it, and each mistake fails exactly its cases.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod flaw;
mod meaning;
mod prices;
mod protocol;
mod provider;
mod settings;
mod simulator;
mod subject;

use std::collections::BTreeSet;
use std::sync::Arc;

use flaw::{FLAWS, Flaw};
use ppob_provider_testkit::{Verdict, run};
use ppob_types::Family;
use subject::Beo;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How many flaws are looked for at a time; each waits for timeouts.
const AT_A_TIME: usize = 6;

const ALL: [Family; 3] = [Family::PlnPrepaid, Family::MobileTopUp, Family::Water];

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_without_a_flaw_passes_and_every_case_is_run_somewhere() {
    let report = run(Beo { families: ALL.to_vec(), flaw: None }).await;
    report.assert_passed();
    let passed = |case: &str| {
        report.runs.iter().any(|run| run.case == case && run.verdict == Verdict::Passed)
    };
    let never: BTreeSet<&str> =
        report.runs.iter().map(|run| run.case.as_str()).filter(|case| !passed(case)).collect();
    assert_eq!(never, BTreeSet::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_flaw_fails_exactly_its_cases() {
    let gate = Arc::new(Semaphore::new(AT_A_TIME));
    let mut runs = JoinSet::new();
    for (flaw, family, expected) in FLAWS {
        let gate = Arc::clone(&gate);
        runs.spawn(async move {
            let _turn = gate.acquire().await;
            differences(flaw, family, expected).await
        });
    }
    let wrong: Vec<String> = runs.join_all().await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is missed, and what fails besides.
async fn differences(flaw: Flaw, family: Family, expected: &[&str]) -> Option<String> {
    let report = run(Beo { families: vec![family], flaw: Some(flaw) }).await;
    let failed: BTreeSet<&str> = report.failures().map(|run| run.case.as_str()).collect();
    let expected: BTreeSet<&str> = expected.iter().copied().collect();
    let found: Vec<String> = report.failures().map(ToString::to_string).collect();
    let missed: Vec<&&str> = expected.difference(&failed).collect();
    (failed != expected).then(|| format!("{flaw:?}:\n  missed: {missed:?}\n  failed: {found:#?}"))
}
