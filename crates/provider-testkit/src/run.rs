//! Runs the cases.

use std::sync::Arc;
use std::time::Duration;

use ppob_provider::Capability;
use ppob_types::Family;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::case::{Case, Concern};
use crate::cases::{self, Group};
use crate::check::Stop;
use crate::ground::{Ground, PATIENT, build};
use crate::report::{CaseRun, Report, Verdict};
use crate::stand::Stands;
use crate::{Subject, Waiver};

/// How many cases run at a time; most of them wait for a timeout.
const AT_A_TIME: usize = 12;

/// After this a case hangs.
const PATIENCE: Duration = Duration::from_mins(5);

/// Runs every case that concerns `subject`, prints them, and fails the test if one failed.
///
/// # Panics
/// If a case failed.
pub async fn assert_conforms(subject: impl Subject) {
    run(subject).await.assert_passed();
}

/// Runs every case that concerns `subject`.
pub async fn run(subject: impl Subject) -> Report {
    let subject: Arc<dyn Subject> = Arc::new(subject);
    let name = subject.name();
    let families = match build(&*subject, "http://127.0.0.1:1", PATIENT) {
        Ok(built) => declared(|family| built.provider.capability(family)),
        Err(Stop::Failed(why) | Stop::LeftOut(why)) => {
            let run = CaseRun {
                case: "the subject's settings build a provider".to_owned(),
                family: None,
                place: "src/config.rs",
                verdict: Verdict::Failed(why),
            };
            return Report { subject: name, runs: vec![run] };
        }
    };
    let turns = (Arc::new(Semaphore::new(AT_A_TIME)), Arc::new(Stands::default()));
    let mut started = Vec::new();
    for Group { cases, place } in &cases::GROUPS {
        for case in *cases {
            for (family, concerned) in concerned(case, &families) {
                let task = concerned.map(|()| start(&turns, &subject, case, family));
                started.push((case.sentence(), family, *place, task));
            }
        }
    }
    let mut runs = Vec::new();
    for (case, family, place, task) in started {
        let verdict = match task {
            Ok(task) => verdict(task).await,
            Err(reason) => Verdict::LeftOut(reason.to_owned()),
        };
        runs.push(CaseRun { case, family, place, verdict });
    }
    waive(&mut runs, &subject.waivers());
    Report { subject: name, runs }
}

/// The families of which a provider declares anything.
fn declared(capability: impl Fn(Family) -> Capability) -> Vec<(Family, Capability)> {
    let all = Family::ALL.into_iter().map(|family| (family, capability(family)));
    all.filter(|(_, capability)| *capability != Capability::default()).collect()
}

type Concerned = (Option<Family>, Result<(), &'static str>);

fn concerned(case: &Case, families: &[(Family, Capability)]) -> Vec<Concerned> {
    match case.concern {
        Concern::Provider => vec![(None, Ok(()))],
        Concern::Families(concerns) => families
            .iter()
            .map(|(family, capability)| (Some(*family), concerns(*family, capability)))
            .collect(),
    }
}

fn start(
    (gate, stands): &(Arc<Semaphore>, Arc<Stands>),
    subject: &Arc<dyn Subject>,
    case: &Case,
    family: Option<Family>,
) -> JoinHandle<Verdict> {
    let (gate, stands) = (Arc::clone(gate), Arc::clone(stands));
    let (subject, run) = (Arc::clone(subject), case.run);
    tokio::spawn(async move {
        let _turn = gate.acquire().await;
        let case = async {
            let stand = stands.take(&*subject).await?;
            let ground = Ground::new(subject, family, stand.clone()).await;
            let checked = run(&ground).await;
            stands.give(stand);
            checked
        };
        match tokio::time::timeout(PATIENCE, case).await {
            Ok(Ok(())) => Verdict::Passed,
            Ok(Err(Stop::Failed(why))) => Verdict::Failed(why),
            Ok(Err(Stop::LeftOut(why))) => Verdict::LeftOut(why),
            Err(_) => Verdict::Failed("it did not end".to_owned()),
        }
    })
}

async fn verdict(task: JoinHandle<Verdict>) -> Verdict {
    task.await.unwrap_or_else(|error| Verdict::Failed(format!("it ended in a panic: {error}")))
}

/// A waived case may fail; a waiver that is not needed, or of no case, is a failure.
fn waive(runs: &mut Vec<CaseRun>, waivers: &[Waiver]) {
    for waiver in waivers {
        let mut needed = false;
        for run in runs.iter_mut().filter(|run| run.case == waiver.case) {
            if matches!(run.verdict, Verdict::Failed(_)) {
                needed = true;
                run.verdict = Verdict::LeftOut(format!("waived: {}", waiver.reason));
            }
        }
        if !needed {
            runs.push(CaseRun {
                case: format!("the waiver of \"{}\" is needed", waiver.case),
                family: None,
                place: "tests/conformance.rs",
                verdict: Verdict::Failed("no case of this name fails".to_owned()),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_of(verdict: Verdict) -> CaseRun {
        let (case, family) = ("water is wet".to_owned(), Some(Family::Water));
        CaseRun { case, family, place: "src/wire.rs", verdict }
    }

    #[test]
    fn a_waiver_hides_a_failure_with_its_reason_and_fails_where_there_is_none() {
        let waiver = Waiver { case: "water is wet", reason: "no water" };
        let mut runs = vec![run_of(Verdict::Failed("dry".to_owned()))];
        waive(&mut runs, &[waiver]);
        assert_eq!(runs, [run_of(Verdict::LeftOut("waived: no water".to_owned()))]);
        let mut runs = vec![run_of(Verdict::Passed)];
        waive(&mut runs, &[waiver]);
        assert!(matches!(runs.last().unwrap().verdict, Verdict::Failed(_)));
    }

    #[test]
    fn a_failure_names_the_files_to_look_into() {
        let failed = run_of(Verdict::Failed("dry".to_owned())).to_string();
        assert_eq!(failed, "water: water is wet: FAILED: dry (src/wire.rs)");
    }

    #[test]
    fn every_case_has_a_sentence_of_its_own() {
        let mut sentences: Vec<String> =
            cases::GROUPS.iter().flat_map(|group| group.cases).map(Case::sentence).collect();
        let count = sentences.len();
        assert!(count > 50, "{count}");
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.len(), count);
    }
}
