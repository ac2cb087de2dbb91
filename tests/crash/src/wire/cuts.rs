//! Answers that are cut at every byte.

use std::fmt;
use std::time::Duration;

use ppob_e2e::Result;
use tokio::time::Instant;

use super::{Case, Expected, Line, Work};
use crate::peer::{Answer, Ending, Framing};

/// Payments on their way at one time; each is a connection on either side.
const BATCH: usize = 400;
/// Answers of one kind differ by a few bytes; beyond the longest seen nothing is cut.
const MARGIN: usize = 16;
/// As long as a provider may be waited for: nothing here is meant to be slow.
const PAY_TIMEOUT: u64 = 60_000;

/// Which answers are cut, and where.
#[derive(Clone, Debug)]
pub struct Cuts {
    /// What the provider makes of them.
    pub works: Vec<Work>,
    /// How the end of the body is told.
    pub framings: Vec<Framing>,
    /// How the connection ends at the cut.
    pub endings: Vec<Ending>,
    /// Every byte, or every so many.
    pub every: usize,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct CutReport {
    /// Payments that were made.
    pub payments: usize,
    /// How long it took.
    pub took: Duration,
    /// What is wrong.
    pub wrong: Vec<String>,
}

impl Cuts {
    /// All of them.
    pub fn all() -> Self {
        Self {
            works: vec![Work::Success, Work::Refusal, Work::Pending],
            framings: vec![Framing::Length, Framing::Chunked, Framing::Close],
            endings: vec![Ending::Fin, Ending::Reset],
            every: 1,
        }
    }
}

/// Cuts answers to payments, and looks at what the engine makes of each; it is killed and started again
/// between the batches.
///
/// # Errors
/// If the engine cannot be run.
pub async fn cut(program: &str, cuts: &Cuts) -> Result<CutReport> {
    let begun = Instant::now();
    let mut line = Line::new(program, PAY_TIMEOUT).await?;
    let kinds: Vec<(Work, Framing)> = cuts
        .works
        .iter()
        .flat_map(|work| cuts.framings.iter().map(|framing| (*work, *framing)))
        .collect();
    let whole: Vec<Case> = kinds
        .iter()
        .map(|(work, framing)| case(*work, Answer::right(*framing), Expected::Understood))
        .collect();
    let (mut wrong, said) = line.pay(&whole).await?;
    let mut cases = Vec::new();
    for ((work, framing), said) in kinds.iter().zip(&said) {
        for ending in &cuts.endings {
            for at in (0..said.length.saturating_add(MARGIN)).step_by(cuts.every.max(1)) {
                // What is reset may be thrown away on the way, however much of it was sent.
                let expected = match ending {
                    Ending::Fin => Expected::AsSaid,
                    Ending::Reset | Ending::Silence => Expected::Either,
                };
                cases.push(case(*work, Answer::cut(*framing, at, *ending), expected));
            }
        }
    }
    for batch in cases.chunks(BATCH) {
        wrong.extend(line.pay(batch).await?.0);
    }
    Ok(CutReport { payments: whole.len() + cases.len(), took: begun.elapsed(), wrong })
}

fn case(work: Work, answer: Answer, expected: Expected) -> Case {
    let Answer { framing, cut, ending, .. } = &answer;
    let name = format!("{work:?} by {framing:?}, cut at {cut:?}, then {ending:?}");
    Case { work, answer, expected, name }
}

impl fmt::Display for CutReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { payments, took, wrong } = self;
        let (seconds, count) = (took.as_secs(), wrong.len());
        writeln!(f, "answers cut {payments} in {seconds} s, wrong {count}")?;
        wrong.iter().try_for_each(|sentence| writeln!(f, "  {sentence}"))
    }
}
