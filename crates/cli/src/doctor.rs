//! `ppob doctor`: what is wrong with configuration, journal, machine and providers, and what to do.
//!
//! Beside a running engine it only reads. It sends providers neither a request nor credentials.

mod database;
mod files;
mod journal;
mod machine;
mod providers;

use std::sync::Arc;

use ppob_journal_sqlite::{KeySource, key_file};
use ppob_types::{Clock, Timestamp};
use serde_json::json;

use crate::args::Doctor;
use crate::clock::SystemClock;
use crate::compose;
use crate::config::{Loaded, key_source};
use crate::exit::Exit;
use crate::failure::Done;
use crate::journal::Place;
use crate::text::Add;
use crate::{output, serve};

/// What one look found.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    what: &'static str,
    verdict: Verdict,
    text: String,
    /// What to do; empty if there is nothing.
    todo: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

/// Looks at everything, and fails if anything must not stay as it is.
pub(crate) async fn doctor(options: Doctor) -> Done {
    let findings = look(&options).await;
    if options.json {
        let shown = findings.iter().map(|one| {
            json!({
                "check": one.what,
                "verdict": one.verdict.as_str(),
                "text": one.text,
                "todo": one.todo,
            })
        });
        output::print(&format!("{:#}", json!({ "checks": shown.collect::<Vec<_>>() })))?;
    } else {
        output::print(&shown(&findings))?;
    }
    let worst = findings.iter().map(|one| one.verdict).max();
    Ok(if worst == Some(Verdict::Fail) { Exit::Refused } else { Exit::Ok })
}

async fn look(options: &Doctor) -> Vec<Finding> {
    const CONFIGURATION: &str = "configuration";
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let loaded = match serve::read(options.file.config.clone()) {
        Ok(loaded) => loaded,
        Err(failure) => {
            let todo = "correct that first; nothing else could be looked at";
            return vec![Finding::fail(CONFIGURATION, failure.text, todo)];
        }
    };
    let mut findings = vec![Finding::ok(CONFIGURATION, format!("valid: {}", loaded.place))];
    findings.extend(files::of_configuration(&loaded));
    match compose::providers(&loaded, &clock) {
        Ok(built) => findings.extend(providers::all(&built).await),
        Err(failure) => {
            findings.push(Finding::fail(
                CONFIGURATION,
                failure.text,
                "correct that; no start before",
            ));
        }
    }
    if let Err(failure) = compose::tls(&loaded.config.listen) {
        findings.push(Finding::fail("tls", failure.text, "correct that; no start before"));
    }
    findings.extend(key(&loaded));
    let (found, high_water) = journal(&loaded).await;
    findings.extend(found);
    findings.push(machine::time(clock.now(), high_water));
    findings.push(machine::engine(loaded.config.listen.api).await);
    findings
}

/// The journal and its disk, and the latest time that it knows.
async fn journal(loaded: &Loaded) -> (Vec<Finding>, Option<Timestamp>) {
    match Place::configured(loaded) {
        Ok(Place::File(path)) => {
            let (mut found, high_water) = journal::all(&path);
            found.push(machine::disk(&path));
            (found, high_water)
        }
        Ok(Place::Database(settings)) => {
            let (mut found, high_water) = database::all(&settings).await;
            found.push(machine::disk(&settings.sends_directory));
            (found, high_water)
        }
        Err(failure) => {
            let found = Finding::fail("journal", failure.text, "correct that; no start before");
            (vec![found], None)
        }
    }
}

/// Whether the journal's key is where the configuration says.
fn key(loaded: &Loaded) -> Option<Finding> {
    const WHAT: &str = "key";
    let path = &loaded.config.journal.path;
    let file = key_file(path);
    match key_source(&loaded.config.journal, &loaded.place) {
        Err(error) => Some(Finding::fail(WHAT, error.to_string(), "correct that; no start before")),
        Ok(KeySource::Beside { .. }) if path.exists() && !file.exists() => Some(Finding::warn(
            WHAT,
            format!("the journal's key file {} is not there", file.display()),
            "put it back from your copy of it, or set `journal.key`; only a journal that was never sealed \
             starts without",
        )),
        Ok(_) => None,
    }
}

fn shown(findings: &[Finding]) -> String {
    let mut text = String::new();
    for one in findings {
        text.add(format_args!("{:<4}  {:<13}  {}", one.verdict.as_str(), one.what, one.text));
        if !one.todo.is_empty() {
            text.add(format_args!(" -> {}", one.todo));
        }
        text.push('\n');
    }
    text
}

impl Verdict {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl Finding {
    fn ok(what: &'static str, text: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Ok, text: text.into(), todo: String::new() }
    }

    fn warn(what: &'static str, text: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Warn, text: text.into(), todo: todo.into() }
    }

    fn fail(what: &'static str, text: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Fail, text: text.into(), todo: todo.into() }
    }
}
