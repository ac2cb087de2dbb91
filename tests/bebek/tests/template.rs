//! The template is safe and honest as it is: it reads nothing, and the conformance kit fails where work is left
//! and nowhere else. `make provider` copies all of the template but this.
#![expect(clippy::print_stdout, reason = "the report of the kit")]

use std::collections::BTreeSet;

use ppob_provider_testkit::{CaseRun, run};

#[path = "conformance.rs"]
mod conformance;

fn name(run: &CaseRun) -> String {
    run.family.map_or_else(|| run.case.clone(), |family| format!("{family}: {}", run.case))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kit_fails_where_work_is_left_and_nowhere_else_and_names_a_file_that_says_so() {
    let report = run(conformance::Bebek).await;
    println!("{report}");
    let failed: BTreeSet<String> = report.failures().map(name).collect();
    let left = std::fs::read_to_string(here("left.txt")).unwrap();
    assert_eq!(failed, left.lines().map(str::to_owned).collect());
    let (passed, ..) = report.counts();
    assert!(passed > 40, "{passed} cases passed: the transport was finished");
    // Nobody has said what an answer means, so a success is no success yet, and no refusal either.
    let says = |case: &str| report.failures().find(|run| run.case == case).unwrap().to_string();
    assert!(says("a success is succeeded").contains("Unknown(Unlisted)"));
    for run in report.failures() {
        let mut places = run.place.split(", ");
        let says_so =
            places.any(|place| std::fs::read_to_string(here(place)).unwrap().contains("LEFT:"));
        assert!(says_so, "{}: no LEFT: in {}", run.case, run.place);
    }
}

fn here(file: &str) -> String {
    format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))
}
