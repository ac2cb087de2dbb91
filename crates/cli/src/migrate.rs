//! `ppob migrate`: a journal moves from a file to a database.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ppob_journal_move::{MoveError, MovedJournal, Progress, SqliteFile, Step, move_journal};
use ppob_journal_postgres::PostgresSettings;
use ppob_journal_sqlite::SendSettings;
use ppob_types::Clock;
use serde_json::json;

use crate::args::Migrate;
use crate::clock::SystemClock;
use crate::config::{Loaded, database, file_to_read, load, variables};
use crate::exit::Exit;
use crate::failure::{Done, Failure};
use crate::keep::summary;
use crate::output;
use crate::text::{Add, sentence};

/// Moves the journal and says where it is now.
pub(crate) async fn migrate(options: &Migrate) -> Done {
    let read = load(file_to_read(options.file.config.clone()).as_deref(), variables());
    let loaded = read.map_err(|error| Failure::usage(error.to_string()))?;
    let file = file(options, &loaded);
    let to = target(options, &loaded)?;
    let progress: Progress = Arc::new(|step| {
        // Nobody who reads along is no reason to stop.
        let _ = told(step).map(|text| output::note(&text));
        ControlFlow::Continue(())
    });
    let moved = move_journal(&file, &to, SystemClock::new().now(), &progress).await;
    let moved = moved.map_err(|error| refused(&error))?;
    if options.json {
        output::print(&format!("{:#}", as_json(&file.journal, &moved)))?;
    } else {
        output::print(&explained(&file.journal, &moved))?;
    }
    Ok(Exit::Ok)
}

fn refused(error: &MoveError) -> Failure {
    let exit = match error {
        MoveError::NotFinished(_) | MoveError::NotLeft(_) | MoveError::BrokeOff(_) => Exit::Unknown,
        _ => Exit::Refused,
    };
    Failure::new(exit, sentence(&error.to_string()))
}

/// What moves: what was named, or what is configured.
fn file(options: &Migrate, loaded: &Loaded) -> SqliteFile {
    let configured = &loaded.config.journal;
    let journal = options.from.clone().unwrap_or_else(|| configured.path.clone());
    let beside = SendSettings::default().directory(&journal);
    let sends = options.sends.clone().unwrap_or_else(|| match &configured.sends {
        Some(sends) if !beside.is_dir() => sends.clone(),
        _ => beside,
    });
    SqliteFile { journal, sends }
}

/// Where to: what was named, or what is configured.
fn target(options: &Migrate, loaded: &Loaded) -> Result<PostgresSettings, Failure> {
    let mut journal = loaded.config.journal.clone();
    if options.to.is_some() {
        journal.url.clone_from(&options.to);
    }
    database(&journal, &loaded.place)
        .map_err(|error| Failure::usage(error.to_string()))?
        .ok_or_else(|| {
            Failure::usage(
                "there is no database to move to. Nothing was done. Set `journal.url` in the configuration, or name \
                 where its connection string stands: --to env:NAME or --to file:FILE",
            )
        })
}

fn told(step: &Step) -> Option<String> {
    Some(match step {
        Step::Checked(verified) => format!("the file is {}", summary(verified)),
        Step::Copied { rows: 0, .. } => return None,
        Step::Copied { table, rows } => format!("{table}: {rows}"),
        Step::Committed => "everything was read back; it is the same".to_owned(),
        Step::SendsTakenOver => "the send journal is in its place".to_owned(),
        Step::Left => "nobody opens the file any more".to_owned(),
    })
}

fn explained(file: &Path, moved: &MovedJournal) -> String {
    let (file, place) = (file.display(), &moved.place);
    if moved.was_left_over {
        return format!(
            "{file} had moved to {place} before; that is finished now.\n\
             Do: start the engine with `journal.url` of that database. The file stays as a copy of the past."
        );
    }
    let mut text = format!(
        "{file} has moved to {place}: {} payments, {} events.\n\
         Each row was read back and is the same, and fits the chain of hashes.\n",
        moved.rows("payment"),
        moved.rows("event"),
    );
    if let Some(head) = moved.head {
        text.add(format_args!("Head: {head} (keep it elsewhere: `ppob audit verify --head`)\n"));
    }
    text.add(format_args!(
        "Money: nothing was paid or asked meanwhile. Payments that are open go on from the database.
Do:    start the engine with `journal.url` of that database. The file cannot be opened any more; keep it, with its
       key, as a copy of the past, and back up the database from now on."
    ));
    text
}

fn as_json(file: &Path, moved: &MovedJournal) -> serde_json::Value {
    json!({
        "from": PathBuf::from(file).display().to_string(),
        "to": moved.place,
        "was_left_over": moved.was_left_over,
        "payments": moved.rows("payment"),
        "events": moved.rows("event"),
        "head": moved.head.map(|head| head.to_string()),
    })
}
