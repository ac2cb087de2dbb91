//! `ppob audit verify` and `ppob audit head`: about files, not about a running engine.

use std::path::{Path, PathBuf};

use ppob_journal_sqlite::{
    Audited, Finding, KeySource, SendSettings, SendsOf, VerifyError, audit, chain_head,
};
use serde_json::{Value, json};

use crate::args::{AuditHead, ConfigFile, VerifyAudit};
use crate::config::{Loaded, file_to_read, key_source, load, variables};
use crate::exit::Exit;
use crate::failure::{Done, Failure};
use crate::journal::file_for;
use crate::output;
use crate::text::{Add, sentence};

const AUDIT_IN_A_DATABASE: &str = "\
Money: nothing has changed. The engine itself holds each of its commits against the chain of hashes, and stops if the
       database has lost one.
Do:    name the FILE of a journal or of a backup to look at that one.";

/// Holds a journal or a backup against its chain of hashes and against what was kept elsewhere.
pub(crate) fn verify(options: &VerifyAudit) -> Done {
    let loaded = read(&options.file)?;
    let keys = key_source(&loaded.config.journal, &loaded.place)
        .map_err(|error| Failure::usage(error.to_string()))?;
    let configured = &loaded.config.journal;
    let file = file(&loaded, options.journal.as_deref(), "ppob audit verify")?;
    let sends = if configured.url.is_some() {
        // The configured send journal is that of the database, and no other's.
        let beside = SendSettings { directory: None, ..configured.sends() };
        Sends::of(file, file, &beside, &keys)
    } else {
        Sends::of(file, &configured.path, &configured.sends(), &keys)
    };
    let audited = audit(file, &options.head, sends.as_ref().map(Sends::borrowed))
        .map_err(|error| refused(&error))?;
    if options.json {
        output::print(&format!("{:#}", as_json(file, &audited, sends.is_some())))?;
    } else {
        output::print(&told(file, &audited, sends.is_some()))?;
    }
    Ok(if audited.findings.is_empty() { Exit::Ok } else { Exit::Unknown })
}

/// Prints the head.
pub(crate) fn head(options: &AuditHead) -> Done {
    let loaded = read(&options.file)?;
    let file = file(&loaded, options.journal.as_deref(), "ppob audit head")?;
    let head = chain_head(file).map_err(|error| refused(&error))?;
    if options.json {
        let (head, at) = head.unzip();
        let shown = json!({
            "journal": file.display().to_string(),
            "head": head.map(|head| head.to_string()),
            "at": at.map(|at| at.to_string()),
        });
        output::print(&format!("{shown:#}"))?;
    } else {
        let told = head.map_or_else(
            || "there is no commit yet".to_owned(),
            |(head, at)| format!("{head}   {} WIB", at.wib()),
        );
        output::print(&told)?;
    }
    Ok(Exit::Ok)
}

fn read(file: &ConfigFile) -> Result<Loaded, Failure> {
    let file = file_to_read(file.config.clone());
    load(file.as_deref(), variables()).map_err(|error| Failure::usage(error.to_string()))
}

/// The file that was named, or the configured journal's.
fn file<'a>(
    loaded: &'a Loaded,
    named: Option<&'a Path>,
    command: &str,
) -> Result<&'a Path, Failure> {
    named.map_or_else(|| file_for(loaded, command, AUDIT_IN_A_DATABASE), Ok)
}

fn refused(error: &VerifyError) -> Failure {
    Failure::new(Exit::Refused, sentence(&error.to_string()))
}

/// The send journal that a file is held against.
struct Sends {
    journal: PathBuf,
    settings: SendSettings,
    keys: KeySource,
}

impl Sends {
    /// That beside the file, if there is one; else that of the configured journal.
    fn of(
        file: &Path,
        configured: &Path,
        settings: &SendSettings,
        keys: &KeySource,
    ) -> Option<Self> {
        let is_there = |journal: &Path, settings: &SendSettings| {
            settings.directory(journal).is_dir().then(|| Self {
                journal: journal.to_owned(),
                settings: settings.clone(),
                keys: keys.clone(),
            })
        };
        let beside = SendSettings { directory: None, ..settings.clone() };
        let own = if file == configured { settings } else { &beside };
        is_there(file, own).or_else(|| is_there(configured, settings))
    }

    fn borrowed(&self) -> SendsOf<'_> {
        SendsOf { journal: &self.journal, settings: &self.settings, keys: &self.keys }
    }
}

fn told(file: &Path, audited: &Audited, has_sends: bool) -> String {
    let mut text = format!("{}: ", file.display());
    match audited.findings.len() {
        0 => text.add(format_args!("nothing was changed by other means than the engine.")),
        count => text.add(format_args!("{count} things are not as the engine left them.\n")),
    }
    for Finding { kind, what } in &audited.findings {
        text.add(format_args!("\n{}\n", sentence(what)));
        text.add(format_args!("Money: {}\nDo:    {}\n", kind.money(), kind.todo()));
    }
    match audited.head {
        Some((head, at)) => text.add(format_args!("\nHead: {head} of {} WIB.", at.wib())),
        None => text.add(format_args!("\nThere is no commit yet.")),
    }
    text.add(format_args!("\n{} heads that were kept elsewhere were compared.", audited.heads));
    if audited.left_behind > 0 {
        text.add(format_args!(
            " {} of them belong to commits that the backup this file came from, or is, had forgotten.",
            audited.left_behind
        ));
    }
    if let Some(cause) = &audited.not_compared {
        text.add(format_args!("\nThe send journal was NOT compared: {cause}."));
    } else if !has_sends {
        text.add(format_args!(
            "\nThere is no send journal to compare with: a cut end is found with --head only."
        ));
    }
    text
}

fn as_json(file: &Path, audited: &Audited, has_sends: bool) -> Value {
    let findings: Vec<Value> = audited
        .findings
        .iter()
        .map(|Finding { kind, what }| {
            json!({
                "kind": kind.as_str(), "what": what, "money": kind.money(), "do": kind.todo(),
            })
        })
        .collect();
    json!({
        "journal": file.display().to_string(),
        "head": audited.head.map(|(head, _)| head.to_string()),
        "at": audited.head.map(|(_, at)| at.to_string()),
        "heads_compared": audited.heads,
        "heads_left_behind": audited.left_behind,
        "send_journal_compared": has_sends && audited.not_compared.is_none(),
        "findings": findings,
    })
}
