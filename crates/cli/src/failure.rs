//! Why a command did not do its work.

use crate::exit::Exit;

/// What to print and how to end.
#[derive(Debug)]
pub(crate) struct Failure {
    /// How the process ends.
    pub(crate) exit: Exit,
    /// What happened, what it means for the money, what to do.
    pub(crate) text: String,
}

/// How a command ended.
pub(crate) type Done = Result<Exit, Failure>;

impl Failure {
    pub(crate) fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self { exit, text: text.into() }
    }

    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::new(Exit::Usage, text)
    }
}
