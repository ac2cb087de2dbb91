//! Opening a journal.

use std::path::Path;
use std::sync::Arc;

use ppob_journal::Opened;
use ppob_journal_durable::sealed::Seal;
use ppob_journal_durable::sends::SendJournal;
use ppob_journal_durable::serials::Serials;
use tokio::sync::Mutex;

use super::{SqliteJournal, Threads};
use crate::reader::Readers;
use crate::remembered::remember;
use crate::stats::Counters;
use crate::writer::{Faults, Writer, WriterParts};
use crate::{KeySource, OpenError, SendSettings, SqliteStats, open};

impl SqliteJournal {
    /// Opens the journal, creates it if the file is missing, and brings its schema up to date.
    /// Blocks on the disk for a moment.
    ///
    /// # Errors
    /// [`OpenError`]: what is wrong with the file and what to do about it.
    pub fn open(path: &Path, keys: &KeySource) -> Result<Self, OpenError> {
        Self::open_with_sends(path, keys, &SendSettings::default())
    }

    /// As [`SqliteJournal::open`], with the send journal where `sends` says.
    ///
    /// # Errors
    /// [`OpenError`]: what is wrong with the file or the send journal, and what to do about it.
    pub fn open_with_sends(
        path: &Path,
        keys: &KeySource,
        sends: &SendSettings,
    ) -> Result<Self, OpenError> {
        Self::open_with(path, keys, sends, Faults::default())
    }

    /// The key file that was created with the journal just now: a person must be told to keep a copy of
    /// it apart from the journal.
    pub fn created_key_file(&self) -> Option<&Path> {
        self.created_key_file.as_deref()
    }

    /// What the writer has done so far.
    pub fn stats(&self) -> SqliteStats {
        self.counters.read()
    }

    pub(crate) fn open_with(
        path: &Path,
        keys: &KeySource,
        settings: &SendSettings,
        faults: Faults,
    ) -> Result<Self, OpenError> {
        let ready = open::open(path, keys)?;
        let seal = Seal::new(Arc::clone(&ready.keys.sealer));
        let directory = settings.directory(path);
        let mut sends = SendJournal::open(&directory, settings, &ready.keys.master)
            .map_err(|cause| OpenError::Sends { directory, cause })?;
        remember(path, &ready.writer.connection, &seal, &mut sends)?;
        // Sends that were forgotten may be later than everything in the database.
        let time_high_water = open::high_water(&ready.writer.connection)
            .map_err(|error| OpenError::from_sqlite(path.to_owned(), &error))?;
        let opened = Opened { time_high_water, ..ready.opened };
        let failed = |error: std::io::Error| OpenError::from_io(path.to_owned(), &error);
        let counters = Arc::new(Counters::default());
        let (readers, reader_threads) = Readers::start(path).map_err(failed)?;
        let (writer, writer_thread) = Writer::start(WriterParts {
            path: path.to_owned(),
            connection: ready.writer,
            sealer: Arc::clone(&ready.keys.sealer),
            counters: Arc::clone(&counters),
            sends,
            lock: ready.lock,
            faults,
        })
        .inspect_err(|_| readers.close())
        .map_err(failed)?;
        Ok(Self {
            opened,
            seal,
            created_key_file: ready.keys.created,
            writer,
            readers,
            serials: Serials::new(),
            counters,
            threads: Mutex::new(Threads { readers: reader_threads, writer: Some(writer_thread) }),
        })
    }
}
