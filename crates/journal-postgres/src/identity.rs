//! Whose a send journal is.
//!
//! It stands in files of its machine, and the database knows how far it has read it by its name. Held
//! against another journal, everything in it would be taken for forgotten.

use std::io::{self, Write as _};
use std::path::Path;

use ppob_journal_durable::files::{create_private_file, sync};
use ppob_journal_durable::sends::SendsError;
use tokio_postgres::Client;

use crate::OpenError;

const FILE: &str = "journal";

/// The send journal of an opening.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) name: String,
    /// It was made just now.
    pub(crate) is_new: bool,
}

/// The name of the send journal in `directory`, which belongs to `journal` from now on.
pub(crate) async fn name(
    client: &Client,
    directory: &Path,
    journal: &str,
) -> Result<Named, OpenError> {
    let failed = |cause: io::Error| OpenError::Sends {
        directory: directory.to_owned(),
        cause: SendsError::from(cause),
    };
    match of(directory).map_err(failed)? {
        Some((name, of)) if of == journal => Ok(Named { name, is_new: false }),
        Some(_) => Err(OpenError::OthersSends(directory.to_owned())),
        None => {
            let drawn = client.query_one("SELECT gen_random_uuid()::text", &[]).await?;
            let name: String = drawn.try_get(0)?;
            create(directory, &name, journal).map_err(failed)?;
            Ok(Named { name, is_new: true })
        }
    }
}

/// The name of the send journal in `directory`, and whose it is; none if it has no name yet. A file that
/// says something else is nobody's.
pub(crate) fn of(directory: &Path) -> io::Result<Option<(String, String)>> {
    match std::fs::read_to_string(directory.join(FILE)) {
        Ok(text) => {
            let mut lines = text.lines().map(str::to_owned);
            Ok(Some((lines.next().unwrap_or_default(), lines.next().unwrap_or_default())))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Written as a whole or not at all.
pub(crate) fn create(directory: &Path, name: &str, journal: &str) -> io::Result<()> {
    let new = directory.join("journal.new");
    let _ = std::fs::remove_file(&new);
    let mut file = create_private_file(&new)?;
    file.write_all(format!("{name}\n{journal}\n").as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&new, directory.join(FILE))?;
    sync(directory)
}
