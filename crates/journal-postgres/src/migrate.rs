//! Bringing the schema up to date.

use ppob_journal_durable::decode::integer;
use ppob_types::{CrashPoint, crash_point};
use tokio_postgres::Client;

use crate::connect::SCHEMA;
use crate::{OpenError, sql};

/// Held while migrating, so that of several processes that start at once one does it.
const LOCK: i64 = 1_347_440_452;

/// Brings the schema up to date, each step in a transaction of its own. Ends with the connection it was
/// given, and so does its lock.
pub(crate) async fn migrate(client: &mut Client) -> Result<(), OpenError> {
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK]).await?;
    client
        .batch_execute(&format!(
            "CREATE SCHEMA IF NOT EXISTS {SCHEMA};
            CREATE TABLE IF NOT EXISTS schema_version (
                version bigint PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now()
            )"
        ))
        .await?;
    let found: i64 = client.query_one(sql::SCHEMA_VERSION, &[]).await?.try_get(0)?;
    let known = integer(sql::MIGRATIONS.len());
    if found > known {
        return Err(OpenError::TooNew { found, known });
    }
    for (version, migration) in (1_i64..).zip(sql::MIGRATIONS).filter(|(v, _)| *v > found) {
        let step = client.transaction().await?;
        step.batch_execute(migration).await?;
        step.execute("INSERT INTO schema_version (version) VALUES ($1)", &[&version]).await?;
        crash_point(CrashPoint::BeforeMigration);
        step.commit().await?;
        crash_point(CrashPoint::AfterMigration);
    }
    client.execute("SELECT pg_advisory_unlock($1)", &[&LOCK]).await?;
    Ok(())
}
