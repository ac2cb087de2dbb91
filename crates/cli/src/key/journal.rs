//! The keys of the journal.

use std::path::Path;

use ppob_journal_sqlite::{Progress, Rotated, rotate};
use ppob_seal::{KeyError, KeyId, MasterKey, create_key_file};

use crate::args::{ConfigFile, NewJournalKey};
use crate::config::key_source;
use crate::exit::Exit;
use crate::failure::{Done, Failure};
use crate::journal::file_for;
use crate::{compose, output, serve};

/// How many values go by between two signs of life.
const SIGN_OF_LIFE: u64 = 50_000;
const ROTATE_IN_A_DATABASE: &str = "\
Money: nothing has changed.
Do:    keep the key of the journal: in a database it cannot be changed yet. Whoever has it and the database can read
       what tells about customers; if somebody else may have both, close the way to the database first.";

pub(super) fn rotate_keys(file: ConfigFile) -> Done {
    let loaded = serve::read(file.config)?;
    let path = file_for(&loaded, "ppob key rotate", ROTATE_IN_A_DATABASE)?;
    let keys = key_source(&loaded.config.journal, &loaded.place)
        .map_err(|error| Failure::usage(error.to_string()))?;
    let mut next_sign = SIGN_OF_LIFE;
    let mut tell = |done: Progress| {
        if done.seen >= next_sign {
            next_sign = next_sign.saturating_add(SIGN_OF_LIFE);
            // Nobody needs it to go on.
            let _ = output::note(&format!("{} sealed values seen …", done.seen));
        }
    };
    let sends = loaded.config.journal.sends();
    let rotated =
        rotate(path, &keys, &sends, &mut tell).map_err(|error| compose::not_started(&error))?;
    output::print(&told(path, &rotated))?;
    Ok(Exit::Ok)
}

fn told(path: &Path, rotated: &Rotated) -> String {
    let Rotated { data_key, continued, master, values } = rotated;
    let earlier = if *continued { " An earlier rotation was finished." } else { "" };
    format!(
        "The journal {} is sealed with data key {data_key}, wrapped by the key `{master}`: {} of {} \
         values were sealed anew, and older data keys are gone.{earlier}\nOld master keys are not \
         needed for it any more; copies that were made before still need theirs.",
        path.display(),
        values.resealed,
        values.seen
    )
}

pub(super) fn new_key(options: &NewJournalKey) -> Done {
    let failed =
        |error: KeyError| Failure::new(Exit::Refused, format!("{error}. Nothing was done."));
    // The name is given where the key is configured; the key itself does not hold it.
    let id = KeyId::new("new").map_err(failed)?;
    let Some(file) = &options.file else {
        let key = MasterKey::generate(id).map_err(failed)?;
        output::print(&key.expose())?;
        return Ok(Exit::Ok);
    };
    create_key_file(id, file).map_err(failed)?;
    output::print(&format!(
        "A new key stands in {0}, readable by you alone. Keep a copy of it apart from the journal. To \
         use it:\n\n[journal]\nkey = {{ file = \"{0}\" }}\nkey_id = \"…\"     # a name of your choice, \
         another one for each key\n\nKeep the key of before as [[journal.old_key]] until `ppob key \
         rotate` was run.",
        file.display()
    ))?;
    Ok(Exit::Ok)
}
