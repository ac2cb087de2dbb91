//! The journal in a database of PostgreSQL.

use ppob_journal_postgres::{Looked, LookedJournal, OpenError, PostgresJournal, PostgresSettings};
use ppob_types::Timestamp;

use super::{Finding, files};

const WHAT: &str = "journal";

/// What there is to say, and the latest time that the journal knows.
pub(super) async fn all(settings: &PostgresSettings) -> (Vec<Finding>, Option<Timestamp>) {
    let mut findings = Vec::new();
    let sends = &settings.sends_directory;
    findings.extend(files::private(sends, "what was sent"));
    match PostgresJournal::look(settings).await {
        Ok(looked) => {
            let high_water = looked.journal.as_ref().map(|journal| journal.time_high_water);
            findings.extend(of_sends(settings, &looked));
            findings.push(Finding::ok(WHAT, summary(&looked)));
            (findings, high_water)
        }
        Err(error) => {
            let todo = match error {
                OpenError::Unreachable(_) => {
                    "look whether the server runs, at the network, and at user, password and database in the \
                     connection string"
                }
                OpenError::TooNew { .. } => "run the newer program",
                _ => "correct that; no start before",
            };
            findings.push(Finding::fail(WHAT, error.to_string(), todo));
            (findings, None)
        }
    }
}

fn summary(looked: &Looked) -> String {
    let holds = match &looked.journal {
        None => "it is empty yet, the first start makes the journal".to_owned(),
        Some(LookedJournal { schema_version, is_older, payments, open_payments, .. }) => {
            let older = if *is_older { ", which the next start brings up to date" } else { "" };
            format!(
                "{payments} payments, {open_payments} of them open; schema {schema_version}{older}"
            )
        }
    };
    let used = match &looked.used_by {
        None => "no engine works on it".to_owned(),
        Some(by) => format!("an engine works on it: {by}"),
    };
    format!("PostgreSQL {} loses nothing it acknowledged; {holds}; {used}", looked.server)
}

/// A journal with payments whose send journal is somewhere else, or is gone.
fn of_sends(settings: &PostgresSettings, looked: &Looked) -> Option<Finding> {
    let has_payments = looked.journal.as_ref().is_some_and(|journal| journal.payments > 0);
    (has_payments && !settings.sends_directory.is_dir()).then(|| {
        Finding::warn(
            WHAT,
            format!(
                "the journal has payments, and its send journal {} is not there",
                settings.sends_directory.display()
            ),
            "right on a machine that has not sent yet; otherwise set `journal.sends` to where it is, and never \
             start without it after the database was set back",
        )
    })
}
