//! How a case says that its sentence is not true, or that there is nothing to try.

use std::fmt::Debug;

/// Why a case ends early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// There is nothing to try, for this reason.
    LeftOut(String),
    /// The sentence is not true.
    Failed(String),
}

pub(crate) type Checked<T = ()> = Result<T, Stop>;

pub(crate) fn fail<T>(why: impl Into<String>) -> Checked<T> {
    Err(Stop::Failed(why.into()))
}

pub(crate) fn leave_out<T>(why: impl Into<String>) -> Checked<T> {
    Err(Stop::LeftOut(why.into()))
}

pub(crate) fn ensure(holds: bool, why: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(Stop::Failed(why())) }
}

pub(crate) fn equal<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Checked {
    ensure(found == expected, || format!("{what}: {found:?}, and not {expected:?}"))
}

/// Several ways of trying one sentence: a way that cannot be said does not keep the others from being
/// tried, but one at least has to be.
#[derive(Debug, Default)]
pub(crate) struct Ways {
    tried: usize,
    left_out: Vec<String>,
}

impl Ways {
    /// Takes what came of one way.
    pub(crate) fn took(&mut self, what: &str, checked: Checked) -> Checked {
        match checked {
            Ok(()) => self.tried += 1,
            Err(Stop::LeftOut(why)) => self.left_out.push(format!("{what}: {why}")),
            Err(Stop::Failed(why)) => return fail(format!("{what}: {why}")),
        }
        Ok(())
    }

    pub(crate) fn end(self) -> Checked {
        if self.tried > 0 { Ok(()) } else { leave_out(self.left_out.join("; ")) }
    }
}
