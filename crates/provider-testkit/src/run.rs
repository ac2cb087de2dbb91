//! Runs the cases.

use crate::{Report, Subject};

/// Runs every case that concerns `subject`, prints them, and fails the test if one failed.
///
/// # Panics
/// If a case failed.
pub async fn assert_conforms(subject: impl Subject) {
    run(subject).await.assert_passed();
}

/// Runs every case that concerns `subject`.
pub async fn run(subject: impl Subject) -> Report {
    Report { subject: subject.name(), runs: Vec::new() }
}
