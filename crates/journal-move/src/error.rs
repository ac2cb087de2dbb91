//! What can be in the way of a move, in words for people.

use std::path::PathBuf;

use ppob_journal_durable::sends::SendsError;
use ppob_journal_postgres::ArriveError;
use ppob_journal_sqlite::LeaveError;
use ppob_seal::UnlockError;
use ppob_types::Timestamp;

/// Why a journal was not moved. Unless it says otherwise, the file is the journal as before, and the database
/// has none that can be opened.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The file cannot be moved.
    #[error("{0}. Nothing was moved")]
    Source(#[from] LeaveError),
    /// The database did not take it.
    #[error("{0}. Nothing was moved; the file is the journal as before")]
    Target(#[from] ArriveError),
    /// It moved before.
    #[error(
        "the journal {path} moved to {place} at {} WIB already, and goes on there; there is nothing left to move",
        at.wib()
    )]
    MovedBefore {
        /// Which file.
        path: PathBuf,
        /// Where it is now.
        place: String,
        /// Since when.
        at: Timestamp,
    },
    /// There is a journal in the database.
    #[error(
        "there is a journal in {0} already, and two cannot become one; name an empty database, or, if no payment was ever made with that one, drop its schema `ppob`. Nothing was moved"
    )]
    NotEmpty(String),
    /// The database waits for another file.
    #[error(
        "the move of {source_file} to {place} is not finished; finish that one, or drop the schema `ppob` there if it was given up. Nothing was moved"
    )]
    OthersUnfinished {
        /// The other file.
        source_file: String,
        /// Where to.
        place: String,
    },
    /// The master keys open nothing.
    #[error(
        "the journal {path} cannot be read with the keys that the database's engine would have: {cause}; give the key of that name, as the journal's key or as an old one (the key in the file beside a journal is called `local`). Nothing was moved"
    )]
    Locked {
        /// Which file.
        path: PathBuf,
        /// Which key is missing or wrong.
        cause: UnlockError,
    },
    /// The send journal is not there.
    #[error(
        "there is no send journal {0}: without it, what was sent and forgotten would be paid again; name the directory where it is. Nothing was moved"
    )]
    NoSends(PathBuf),
    /// The send journal cannot be read.
    #[error("the send journal {directory} cannot be read: {cause}. Nothing was moved")]
    Sends {
        /// Its directory.
        directory: PathBuf,
        /// What is wrong with it.
        cause: SendsError,
    },
    /// It cannot be told whether the file says that it moved.
    #[error(
        "everything was copied, but the file could not be told that it moved ({0}); start nothing, repair that, and run `ppob migrate` again: it does what is left"
    )]
    NotLeft(LeaveError),
    /// Somebody stopped it before the file had moved.
    #[error(
        "the move was stopped; the file is the journal as before, and nothing else can be opened"
    )]
    Stopped,
    /// Somebody stopped it, or something went wrong, after the file had moved.
    #[error(
        "the file has moved, and the database could not be told ({0}); neither of them can be opened, so nothing is paid twice: run `ppob migrate` again, it does what is left"
    )]
    NotFinished(String),
    /// A part of this program ended.
    #[error("the move broke off ({0}); run `ppob migrate` again")]
    BrokeOff(String),
}
