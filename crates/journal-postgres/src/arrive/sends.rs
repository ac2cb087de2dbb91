//! The send journal of a journal that comes in. What is sealed in it stays as it is; only whose it is is
//! written beside it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use ppob_journal_durable::files::{
    create_private_directory, create_private_file, sync, sync_directory_of,
};

use crate::identity;

/// Whether nothing else is in the directory `to`: it is not there, empty, the one that is taken over, or a
/// copy that an unfinished move of `journal` left.
pub(crate) fn is_free(from: &Path, to: &Path, journal: Option<&str>) -> io::Result<bool> {
    if !to.exists() || is_same(from, to) {
        return Ok(true);
    }
    if fs::read_dir(to)?.next().is_none() {
        return Ok(true);
    }
    let of = identity::of(to)?.map(|(_, of)| of);
    Ok(of.is_some() && of.as_deref() == journal)
}

/// Copies the send journal in `from` to `to`, of the name `name` and for `journal`; there as a whole or not
/// at all.
pub(crate) fn take_over(from: &Path, to: &Path, name: &str, journal: &str) -> io::Result<()> {
    if !from.exists() {
        return Ok(());
    }
    if is_same(from, to) {
        return identity::create(to, name, journal);
    }
    if !is_free(from, to, Some(journal))? {
        return Err(io::Error::other("another send journal is there"));
    }
    let new = beside(to);
    if new.exists() {
        fs::remove_dir_all(&new)?;
    }
    create_private_directory(&new)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            let mut copy = create_private_file(&new.join(entry.file_name()))?;
            io::copy(&mut File::open(entry.path())?, &mut copy)?;
            copy.sync_all()?;
        }
    }
    identity::create(&new, name, journal)?;
    sync(&new)?;
    if to.exists() {
        // Empty, or what an unfinished move left, as it was looked at above.
        fs::remove_dir_all(to)?;
    }
    fs::rename(&new, to)?;
    sync_directory_of(to)
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn beside(directory: &Path) -> PathBuf {
    let mut name = directory.as_os_str().to_owned();
    name.push(".arriving");
    PathBuf::from(name)
}
