//! What came of a run.

use std::fmt;

use ppob_types::Family;

/// Every case of a run, in order.
#[must_use = "a report that nobody reads hides failures"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The subject's name.
    pub subject: String,
    /// The cases, whether they ran or not.
    pub runs: Vec<CaseRun>,
}

/// One case of one family, or of the provider as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRun {
    /// The sentence.
    pub case: String,
    /// Whose; `None` for the provider as a whole.
    pub family: Option<Family>,
    /// The files of the provider's crate that make it true; every crate calls them alike.
    pub place: &'static str,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The sentence is true.
    Passed,
    /// It is not, for this reason.
    Failed(String),
    /// Nothing was tried, for this reason.
    LeftOut(String),
}

impl Report {
    /// The cases that failed.
    pub fn failures(&self) -> impl Iterator<Item = &CaseRun> {
        self.runs.iter().filter(|run| matches!(run.verdict, Verdict::Failed(_)))
    }

    /// How many passed, failed, and were left out.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |wanted: fn(&Verdict) -> bool| {
            self.runs.iter().filter(|run| wanted(&run.verdict)).count()
        };
        (
            count(|verdict| matches!(verdict, Verdict::Passed)),
            count(|verdict| matches!(verdict, Verdict::Failed(_))),
            count(|verdict| matches!(verdict, Verdict::LeftOut(_))),
        )
    }

    /// Prints every case, and fails the test if one failed.
    ///
    /// # Panics
    /// If a case failed, or none passed.
    #[expect(clippy::print_stdout, reason = "the output of a test")]
    pub fn assert_passed(&self) {
        println!("{self}");
        let (passed, failed, _) = self.counts();
        let failures: Vec<String> = self.failures().map(ToString::to_string).collect();
        assert!(failed == 0, "{failed} failed:\n{}", failures.join("\n"));
        assert!(passed > 0, "no case of {} was run", self.subject);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for run in &self.runs {
            writeln!(f, "{}: {run}", self.subject)?;
        }
        let (passed, failed, left_out) = self.counts();
        write!(f, "{}: {passed} passed, {failed} failed, {left_out} left out", self.subject)
    }
}

impl fmt::Display for CaseRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.family {
            Some(family) => write!(f, "{family}: {}", self.case)?,
            None => f.write_str(&self.case)?,
        }
        match &self.verdict {
            Verdict::Passed => f.write_str(": passed"),
            Verdict::Failed(why) => write!(f, ": FAILED: {why} ({})", self.place),
            Verdict::LeftOut(why) => write!(f, ": left out: {why}"),
        }
    }
}
