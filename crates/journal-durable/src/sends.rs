//! The send journal: files apart from the database.
//!
//! What may be sent is written down here as well, before anybody may send it and after its intent is
//! durable in the database. A database that was set back to an older copy has forgotten what was sent
//! after it; the next opening finds it here.
//!
//! A crash between the commit and the append leaves an intent without a record: nothing was sent for it,
//! because the permit is minted only after both, and recovery makes it unknown as ever.

mod keys;
#[cfg(feature = "testkit")]
pub(crate) mod properties;
mod records;
mod remembered;
mod segment;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ppob_journal::JournalledSend;
use ppob_seal::{MasterKeys, SealError, Sealer, UnlockError};
use ppob_types::Timestamp;

pub use self::keys::rotate;
pub use self::records::{of_acceptance, of_change};
pub use self::remembered::{Forgotten, Put, forgotten};
use self::segment::{MAGIC, frame, name, number};
use crate::chain::Head;
use crate::files::{create_private_directory, create_private_file, sync, sync_directory_of};

/// Where the send journal stands, and how long it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendSettings {
    /// Its directory; without one it is `<journal>.sends` beside the journal, if that is a file.
    pub directory: Option<PathBuf>,
    /// For how long a segment is kept after it was full; zero: for ever. A database older than that has
    /// forgotten for good what was sent after it.
    pub keep: Duration,
    /// How many bytes one segment holds before the next begins.
    pub segment_bytes: u64,
}

/// Why the send journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SendsError {
    /// A file or the directory cannot be used.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Its keys are not there.
    #[error(
        "its file `keys` is missing or cannot be read; put it back. If it is lost, move the directory elsewhere and keep it; if the journal was set back since, compare the providers' statements first"
    )]
    NoKeys,
    /// Its keys are wrapped by another master key.
    #[error("{0}; give the key of that name, as the journal's key or as an old one")]
    Locked(#[from] UnlockError),
    /// Nothing can be sealed.
    #[error("{0}")]
    NotSealed(#[from] SealError),
    /// A segment was changed: something readable follows what is not.
    #[error(
        "the segment {file} was changed at byte {offset}. If the database was not set back since that segment was written, nothing is lost: move the segment elsewhere and keep it; otherwise compare the providers' statements first"
    )]
    Damaged {
        /// The segment's file name.
        file: String,
        /// Where what is not readable begins.
        offset: usize,
    },
}

/// What the send journal shows that was written since a segment.
#[derive(Debug, Default)]
pub struct Tail {
    /// In the order in which they were written.
    pub sends: Vec<JournalledSend>,
    /// The number from which on no segment was ever written.
    pub next: u64,
    /// The head that was written down last.
    pub head: Option<SentHead>,
}

/// A head as it was written down with sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentHead {
    /// When.
    pub at: Timestamp,
    /// The head of the chain after the commit that made the sends durable.
    pub head: Head,
}

/// The send journal of the process that writes.
#[derive(Debug)]
pub struct SendJournal {
    directory: PathBuf,
    settings: SendSettings,
    sealer: Sealer,
    /// No segment of this number or above was ever written.
    next: u64,
    current: Option<Segment>,
}

/// The segment that is written to.
#[derive(Debug)]
struct Segment {
    file: File,
    number: u64,
    frames: u64,
    bytes: u64,
}

/// A segment is not written to for longer than this, so that it can go when its time has come.
const LONGEST: Duration = Duration::from_hours(24);

impl Default for SendSettings {
    fn default() -> Self {
        Self { directory: None, keep: Duration::from_hours(35 * 24), segment_bytes: 4 << 20 }
    }
}

impl SendSettings {
    /// The directory for the journal that is the file `path`.
    pub fn directory(&self, path: &Path) -> PathBuf {
        self.directory.clone().unwrap_or_else(|| {
            let mut name = path.as_os_str().to_owned();
            name.push(".sends");
            PathBuf::from(name)
        })
    }
}

impl SendJournal {
    /// Opens the send journal in `directory`; creates it if it is missing. Writes to no segment that is
    /// there: what an earlier process left, also half a record, stays as it is.
    ///
    /// # Errors
    /// [`SendsError`] if it cannot be used.
    pub fn open(
        directory: &Path,
        settings: &SendSettings,
        master: &MasterKeys,
    ) -> Result<Self, SendsError> {
        if !directory.exists() {
            create_private_directory(directory)?;
            sync_directory_of(directory)?;
        }
        let sealer = keys::unlock_or_create(directory, master)?;
        let last = segments(directory)?.last().copied().unwrap_or_default();
        let (settings, next) = (settings.clone(), last.saturating_add(1));
        Ok(Self { directory: directory.to_owned(), settings, sealer, next, current: None })
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What was written in the segment `covered` and later.
    pub fn tail(&self, covered: u64) -> Result<Tail, SendsError> {
        // The segment of that number was written to, also if it is not there any more.
        let next = self.next.max(covered.saturating_add(1));
        let mut tail = Tail { sends: Vec::new(), next, head: None };
        for number in segments(&self.directory)?.into_iter().filter(|one| *one >= covered) {
            for frame in self.read(number)? {
                let head = frame.head.map(|head| SentHead { at: frame.at, head });
                tail.head = head.or(tail.head);
                tail.sends.extend(frame.sends);
            }
        }
        Ok(tail)
    }

    fn read(&self, number: u64) -> Result<Vec<segment::Frame>, SendsError> {
        read_segment(&self.directory, &self.sealer, number)
    }

    /// Makes sure that there is a segment to write to, and says which one. The number is a time in
    /// microseconds, or the next one where that was used, so that none is used twice.
    pub fn ready(&mut self, at: Timestamp) -> Result<u64, SendsError> {
        let now = u64::try_from(at.as_micros()).unwrap_or_default();
        let is_full = |current: &Segment| {
            let age = now.saturating_sub(current.number);
            current.bytes >= self.settings.segment_bytes || u128::from(age) >= LONGEST.as_micros()
        };
        if let Some(current) = self.current.as_ref().filter(|current| !is_full(current)) {
            return Ok(current.number);
        }
        self.current = None;
        let number = now.max(self.next);
        let path = self.directory.join(name(number));
        let mut file = create_private_file(&path)?;
        self.next = number.saturating_add(1);
        let begun = file
            .write_all(MAGIC)
            .and_then(|()| file.sync_all())
            .and_then(|()| sync(&self.directory));
        if let Err(error) = begun {
            // A full disk must not be filled with the beginnings of files.
            let _ = fs::remove_file(&path);
            return Err(error.into());
        }
        let bytes = u64::try_from(MAGIC.len()).unwrap_or(u64::MAX);
        self.current = Some(Segment { file, number, frames: 0, bytes });
        self.forget(now);
        Ok(number)
    }

    /// Writes the sends of one commit down, each as the JSON of a [`JournalledSend`]; durable when this
    /// returns. After an error nobody can tell what is on the disk: the next sends go to another segment.
    pub fn append<'a>(
        &mut self,
        at: Timestamp,
        head: Option<Head>,
        sends: impl Iterator<Item = &'a [u8]>,
    ) -> Result<(), SendsError> {
        let missing = || io::Error::other("there is no segment to write to");
        let mut current = self.current.take().ok_or_else(missing)?;
        let plain = segment::plain(at, head, sends);
        let bytes = frame(&self.sealer, current.number, current.frames, &plain)?;
        current.file.write_all(&bytes)?;
        current.file.sync_data()?;
        current.frames = current.frames.saturating_add(1);
        let written = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        current.bytes = current.bytes.saturating_add(written);
        self.current = Some(current);
        Ok(())
    }

    /// Nothing is written below this number any more.
    pub fn skip_to(&mut self, next: u64) {
        self.next = self.next.max(next);
    }

    /// Deletes segments that were full for longer than they are kept. Their successors' numbers say since
    /// when.
    fn forget(&self, now: u64) {
        let keep = u64::try_from(self.settings.keep.as_micros()).unwrap_or(u64::MAX);
        if keep == 0 {
            return;
        }
        let numbers = segments(&self.directory).unwrap_or_default();
        for (old, successor) in numbers.iter().zip(numbers.iter().skip(1)) {
            if now.saturating_sub(*successor) > keep {
                let file = self.directory.join(name(*old));
                if let Err(error) = fs::remove_file(&file) {
                    tracing::warn!(file = %file.display(), %error, "an old segment of the send journal could not be deleted");
                }
            }
        }
    }
}

/// Everything in a send journal.
#[derive(Debug, Default)]
pub struct Written {
    /// Oldest first.
    pub heads: Vec<SentHead>,
    /// In the order in which they were written.
    pub sends: Vec<JournalledSend>,
}

/// Everything in the send journal in `directory`; nothing if there is none.
///
/// # Errors
/// [`SendsError`] if it cannot be read.
pub fn written(directory: &Path, master: &MasterKeys) -> Result<Written, SendsError> {
    let numbers = segments(directory)?;
    let mut written = Written::default();
    if numbers.is_empty() {
        return Ok(written);
    }
    let sealer = keys::unlock(directory, master)?;
    for number in numbers {
        for frame in read_segment(directory, &sealer, number)? {
            written.heads.extend(frame.head.map(|head| SentHead { at: frame.at, head }));
            written.sends.extend(frame.sends);
        }
    }
    Ok(written)
}

/// Whether the keys of the send journal in `directory` open with these; also if there is none.
///
/// # Errors
/// [`SendsError`] if they do not.
pub fn check_keys(directory: &Path, master: &MasterKeys) -> Result<(), SendsError> {
    match keys::unlock(directory, master) {
        Err(SendsError::NoKeys) if segments(directory)?.is_empty() => Ok(()),
        unlocked => unlocked.map(drop),
    }
}

fn read_segment(
    directory: &Path,
    sealer: &Sealer,
    number: u64,
) -> Result<Vec<segment::Frame>, SendsError> {
    let file = name(number);
    let bytes = fs::read(directory.join(&file))?;
    let read = segment::read(&bytes, sealer, number).map_err(|segment::Changed { offset }| {
        SendsError::Damaged { file: file.clone(), offset }
    })?;
    if let Some(offset) = read.torn_at {
        tracing::warn!(
            file,
            offset,
            "the end of a segment of the send journal was never finished; nothing was sent for it"
        );
    }
    Ok(read.frames)
}

/// The numbers of the segments, rising.
fn segments(directory: &Path) -> io::Result<Vec<u64>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut numbers = Vec::new();
    for entry in entries {
        numbers.extend(entry?.file_name().to_str().and_then(number));
    }
    numbers.sort_unstable();
    Ok(numbers)
}
