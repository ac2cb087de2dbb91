//! Connections that only read.

use std::fmt;
use std::time::Duration;

use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
};
use postgres_types::ToSql;
use ppob_journal::JournalError;
use tokio_postgres::{NoTls, Row};

use crate::connect::{Connector, Purpose};
use crate::error::{closed, said, unread};

/// A bounded number of connections.
#[derive(Clone)]
pub(crate) struct Readers(Pool);

impl Readers {
    pub(crate) fn new(
        connector: &Connector,
        most: usize,
        patience: Duration,
    ) -> Result<Self, String> {
        let config = connector.config(Purpose::Reading);
        let way = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match connector.tls() {
            Some(tls) => Manager::from_config(config, tls.clone(), way),
            None => Manager::from_config(config, NoTls, way),
        };
        let pool = Pool::builder(manager)
            .max_size(most.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(patience))
            .create_timeout(Some(patience))
            .build();
        pool.map(Self).map_err(|error| error.to_string())
    }

    /// All rows of a statement.
    pub(crate) async fn all(
        &self,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, JournalError> {
        let client = self.connection().await?;
        let prepared = client.prepare_cached(statement).await.map_err(|error| unread(&error))?;
        client.query(&prepared, parameters).await.map_err(|error| unread(&error))
    }

    /// The only row of a statement, if there is one.
    pub(crate) async fn one(
        &self,
        statement: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Row>, JournalError> {
        Ok(self.all(statement, parameters).await?.into_iter().next())
    }

    pub(crate) fn close(&self) {
        self.0.close();
    }

    async fn connection(&self) -> Result<Object, JournalError> {
        self.0.get().await.map_err(|error| match error {
            PoolError::Closed => closed(),
            PoolError::Timeout(_) => {
                let cause = "no connection to the database was free in time".to_owned();
                JournalError::Unavailable(cause)
            }
            PoolError::Backend(error) => JournalError::Unavailable(said(&error)),
            other => JournalError::Unavailable(other.to_string()),
        })
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Readers").field(&self.0.status()).finish()
    }
}
