//! `ppob backup` and `ppob restore`.

use std::path::{Path, PathBuf};

use ppob_journal_sqlite::{RestoredJournal, Verified, back_up, restore as put_back};
use ppob_types::{Clock, Timestamp};
use serde_json::{Value, json};

use crate::args::{Backup, Restore, WhichJournal};
use crate::clock::SystemClock;
use crate::config::{file_to_read, load, variables};
use crate::exit::Exit;
use crate::failure::{Done, Failure};
use crate::journal::file_for;
use crate::output;
use crate::text::{Add, sentence};

const BACKUP_OF_A_DATABASE: &str = "\
Money: nothing is at stake as long as the database and the send journal are there.
Do:    back the database up with the tools of PostgreSQL while the engine runs: pg_basebackup and an archive of its
       log (WAL), which forgets least, or pg_dump. Leave the send journal {sends} where it is:
       it tells a database that was set back what was sent since, and an older copy of it would not.";
const RESTORE_OF_A_DATABASE: &str = "\
Money: nothing has changed.
Do:    stop the engine, put the database back with the tools of PostgreSQL, leave the send journal
       {sends} as it is, and start the engine. What was sent since and stands in the
       send journal is in doubt again and is not paid again, and every provider is frozen: compare their statements
       before you release them, see docs/OPERATIONS.md.";

/// Copies the journal and checks the copy.
pub(crate) fn backup(options: &Backup) -> Done {
    let journal = journal(&options.which, "ppob backup", BACKUP_OF_A_DATABASE)?;
    let verified = back_up(&journal, &options.to, SystemClock::new().now())
        .map_err(|error| Failure::new(Exit::Refused, sentence(&error.to_string())))?;
    if options.which.json {
        let mut shown = as_json(&verified);
        add(&mut shown, "backup", options.to.display().to_string());
        output::print(&format!("{shown:#}"))?;
    } else {
        let mut text = format!("{}: {}", options.to.display(), summary(&verified));
        if let Some(head) = verified.head {
            text.add(format_args!(
                "\nHead: {head} (keep it elsewhere: `ppob audit verify --head`)"
            ));
        }
        output::print(&text)?;
    }
    Ok(whole(&verified))
}

/// Puts a backup in the place of the journal, and says what that means.
pub(crate) fn restore(options: &Restore) -> Done {
    let journal = journal(&options.which, "ppob restore", RESTORE_OF_A_DATABASE)?;
    let now = SystemClock::new().now();
    let restored = put_back(&options.backup, &journal, options.replace, now)
        .map_err(|error| Failure::new(Exit::Refused, sentence(&error.to_string())))?;
    if options.which.json {
        let mut shown = as_json(&restored.verified);
        add(&mut shown, "journal", journal.display().to_string());
        add(&mut shown, "taken_at", utc(restored.taken_at));
        if let Some(moved_to) = &restored.moved_to {
            add(&mut shown, "moved_to", moved_to.display().to_string());
        }
        output::print(&format!("{shown:#}"))?;
    } else {
        output::print(&explained(&journal, &restored))?;
    }
    Ok(whole(&restored.verified))
}

/// What a journal holds, in a sentence.
pub(crate) fn summary(verified: &Verified) -> String {
    let latest = verified
        .newest_event_at
        .map_or_else(|| "none yet".to_owned(), |at| format!("the latest at {} WIB", at.wib()));
    let mut text = format!(
        "whole; {} payments, {} of them open; {} events, {latest}; schema {}",
        verified.payments, verified.open_payments, verified.events, verified.schema_version
    );
    for rule in &verified.broken_rules {
        text.add(format_args!("; BROKEN RULE: {rule}"));
    }
    text
}

fn explained(journal: &Path, restored: &RestoredJournal) -> String {
    let taken_at = restored.taken_at.wib();
    let mut text = format!("{}: {}\n", journal.display(), summary(&restored.verified));
    if let Some(moved_to) = &restored.moved_to {
        text.add(format_args!(
            "The journal that was there is kept: {}. Keep it until everything is settled.\n",
            moved_to.display()
        ));
    }
    text.add(format_args!(
        "
Money: what was sent after {taken_at} WIB and stands in the send journal is in doubt again from the next start
       on, and is not paid again. Everything else after it is unknown to this journal: a caller who
       repeats the payment_id of one would be taken for a new customer, and it would be paid again.
Do:    start the engine. It freezes every provider, so that nothing is paid. Then for each provider
       1. get its statement from {taken_at} WIB on;
       2. for each payment on it that `ppob payment list` does not show, find the caller's id and run
          `ppob payment abandon ID`, with the API key of that consumer: the id is never paid from then on. Tell the caller what became of it;
       3. when nothing is missing any more, switch the provider to active.
       Payments that were open in the backup are asked about at their providers by themselves.
"
    ));
    text
}

fn journal(which: &WhichJournal, command: &str, instead: &str) -> Result<PathBuf, Failure> {
    if let Some(journal) = &which.journal {
        return Ok(journal.clone());
    }
    let file = file_to_read(which.file.config.clone());
    let loaded = load(file.as_deref(), variables());
    let loaded = loaded.map_err(|error| Failure::usage(error.to_string()))?;
    file_for(&loaded, command, instead).map(Path::to_owned)
}

fn as_json(verified: &Verified) -> Value {
    json!({
        "schema_version": verified.schema_version,
        "payments": verified.payments,
        "open_payments": verified.open_payments,
        "events": verified.events,
        "newest_event_at": verified.newest_event_at.map(utc),
        "taken_at": verified.taken_at.map(utc),
        "head": verified.head.map(|head| head.to_string()),
        "broken_rules": verified.broken_rules,
    })
}

fn add(to: &mut Value, key: &str, value: String) {
    if let Some(table) = to.as_object_mut() {
        table.insert(key.to_owned(), Value::String(value));
    }
}

fn utc(at: Timestamp) -> String {
    at.to_string()
}

/// A broken rule is no reason to have no backup, but one for a script to wake somebody.
fn whole(verified: &Verified) -> Exit {
    if verified.broken_rules.is_empty() { Exit::Ok } else { Exit::Unknown }
}
