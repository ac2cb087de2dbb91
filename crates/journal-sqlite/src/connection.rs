//! Connections, with every setting in one place.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use ppob_seal::Sealer;
use ppob_types::{CrashPoint, crash_point};
use rusqlite::{Connection, OpenFlags};

use crate::functions;

/// How many statements a connection keeps prepared; more than there are.
const STATEMENTS: usize = 96;

/// The one connection that writes.
#[derive(Debug)]
pub(crate) struct WriteConnection {
    pub(crate) connection: Connection,
    /// Pages in the write-ahead log after the last commit.
    wal_pages: Arc<AtomicI32>,
}

impl WriteConnection {
    pub(crate) fn open(path: &Path) -> rusqlite::Result<Self> {
        let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| {
            let mode: String = row.get(0)?;
            match mode.as_str() {
                "wal" => Ok(()),
                _ => Err(rusqlite::Error::InvalidQuery),
            }
        })?;
        connection.execute_batch(
            "PRAGMA synchronous = FULL;
             PRAGMA fullfsync = ON;
             PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -65536;
             PRAGMA wal_autocheckpoint = 0;
             PRAGMA journal_size_limit = 67108864;",
        )?;
        let wal_pages = Arc::new(AtomicI32::new(0));
        let seen = Arc::clone(&wal_pages);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            seen.store(pages, Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Self { connection, wal_pages })
    }

    /// Opens again after a commit failed, and commits nothing over whatever the failed one may have
    /// left in the log: from then on nobody finds it there, also not after a crash.
    pub(crate) fn reopen(path: &Path, sealer: &Arc<Sealer>) -> rusqlite::Result<Self> {
        let open = Self::open(path)?;
        functions::register(&open.connection, sealer)?;
        open.connection.execute_batch(
            "BEGIN IMMEDIATE; UPDATE meta SET value = value WHERE name = 'owner_epoch'; COMMIT",
        )?;
        Ok(open)
    }

    /// Writes the whole file anew, so that nothing that was deleted is left in it, and empties the log.
    pub(crate) fn rewrite(&self) -> rusqlite::Result<()> {
        // A large journal must not be built up in memory.
        self.connection.execute_batch("PRAGMA temp_store = FILE; VACUUM;")?;
        self.empty_log()?;
        self.connection.execute_batch("PRAGMA temp_store = MEMORY;")
    }

    /// Moves the whole log into the database and empties it, as far as nobody reads from it.
    pub(crate) fn empty_log(&self) -> rusqlite::Result<()> {
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
    }

    /// Moves the log into the database once it is long. Done by hand, after the callers of a batch
    /// were told, so that none of them waits for it.
    pub(crate) fn checkpoint_if_long(&self) -> rusqlite::Result<()> {
        const LONG: i32 = 2_000;
        if self.wal_pages.load(Ordering::Relaxed) < LONG {
            return Ok(());
        }
        let mut statement = self.connection.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?;
        crash_point(CrashPoint::BeforeCheckpoint);
        statement.query_row([], |_| Ok(()))?;
        crash_point(CrashPoint::AfterCheckpoint);
        Ok(())
    }
}

/// A connection that only reads.
pub(crate) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute_batch(
        "PRAGMA query_only = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -16384;",
    )?;
    functions::register_digest(&connection)?;
    Ok(connection)
}

fn connect(path: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}
