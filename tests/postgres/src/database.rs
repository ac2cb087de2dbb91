//! A database for one test.

use std::env;
use std::hash::{BuildHasher as _, RandomState};
use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::cluster::Cluster;
use crate::problem::{Problem, Result};
use crate::programs::psql;

/// The environment variable that names the server that all tests share, as libpq understands it. Its user
/// must be allowed to create databases.
pub const GIVEN: &str = "PPOB_TEST_POSTGRES";

/// The server that [`GIVEN`] names, if it does.
///
/// # Errors
/// If it is no text.
pub fn given() -> Result<Option<String>> {
    let Some(given) = env::var_os(GIVEN).filter(|given| !given.is_empty()) else { return Ok(None) };
    given.into_string().map(Some).map_err(|_| Problem::new(format!("{GIVEN} is no text")))
}

/// An empty database in the shared server, which is dropped with this, whoever is connected to it.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// Makes one.
    ///
    /// # Errors
    /// If there is no server, or it refuses.
    pub fn fresh() -> Result<Self> {
        Self::fresh_on(shared()?)
    }

    /// Makes one on the server of this connection string.
    ///
    /// # Errors
    /// If the server refuses.
    pub fn fresh_on(server: &str) -> Result<Self> {
        // The same on every server; nobody is ever connected to this template.
        Self::make(server, "template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
    }

    /// Makes one on the shared server that is a copy of another, to which nobody is connected.
    ///
    /// # Errors
    /// If there is no such database, or somebody is connected to it.
    pub fn copy_of(name: &str) -> Result<Self> {
        Self::make(shared()?, name)
    }

    fn make(server: &str, template: &str) -> Result<Self> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        // The number of a process comes again, and other machines may have it at the same time.
        let random = RandomState::new().hash_one(number);
        let name = format!("ppob_test_{}_{number}_{random:016x}", process::id());
        psql(server, &format!("CREATE DATABASE {name} TEMPLATE {template}"))?;
        Ok(Self { server: server.to_owned(), name })
    }

    /// Leaves it to everybody under a name, to be copied for as long as the server lives. Nobody may be
    /// connected to it.
    ///
    /// # Errors
    /// If there is one of that name already; this one is gone then.
    pub fn keep_as(self, name: &str) -> Result<()> {
        psql(&self.server, &format!("ALTER DATABASE {} RENAME TO {name}", self.name))?;
        std::mem::forget(self);
        Ok(())
    }

    /// How `tokio-postgres` and libpq find it.
    pub fn url(&self) -> String {
        with_database(&self.server, &self.name)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server that is gone has no databases.
        let _dropped = psql(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// The given server, or the one of this process, which ends with it.
fn shared() -> Result<&'static str> {
    // Kept as an error too, so that a machine without a server says so for every test at once.
    static SHARED: OnceLock<Result<(String, Option<Cluster>)>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| {
        if let Some(given) = given()? {
            return Ok((given, None));
        }
        let cluster = Cluster::start()?;
        Ok((cluster.url(), Some(cluster)))
    });
    match shared {
        Ok((url, _)) => Ok(url),
        Err(problem) => Err(Problem::new(problem.to_string())),
    }
}

/// The same server, and another database: of a word that stands twice, the last one counts.
fn with_database(server: &str, name: &str) -> String {
    if server.contains("://") {
        let mark = if server.contains('?') { '&' } else { '?' };
        return format!("{server}{mark}dbname={name}");
    }
    format!("{server} dbname={name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_database_is_added_in_the_way_of_each_kind_of_connection_string() {
        let with = |server| with_database(server, "mine");
        assert_eq!(with("host=db dbname=old"), "host=db dbname=old dbname=mine");
        assert_eq!(with("postgresql://db/old"), "postgresql://db/old?dbname=mine");
        assert_eq!(
            with("postgres://db?sslmode=disable"),
            "postgres://db?sslmode=disable&dbname=mine"
        );
    }
}
