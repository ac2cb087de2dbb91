//! One engine at a time.
//!
//! A connection of its own holds a lock of the database for as long as the process lives. When it is lost
//! (a restart of the database), it is taken again; if another engine took it meanwhile, this one stops.
//! The lock keeps two engines from working past each other. No payment hangs on it: versions, guards and
//! unique rows hold between any number of writers.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_postgres::Client;

use crate::OpenError;
use crate::connect::{Connected, Connector, Purpose};
use crate::lost::LostSignal;

const LOCK: i64 = 1_347_440_451;
/// How often, and how many times, a lock is asked for that a process may just be giving back.
const AGAIN: Duration = Duration::from_millis(100);
const TIMES: u32 = 50;

/// Holds the lock until it is dropped or closed.
#[derive(Debug)]
pub(crate) struct Owner {
    close: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Owner {
    /// Takes the lock.
    pub(crate) async fn take(
        connector: &Connector,
        lost: Arc<LostSignal>,
    ) -> Result<Self, OpenError> {
        let held = wait_for(connector).await?;
        let (close, closed) = oneshot::channel();
        let task = tokio::spawn(hold(connector.clone(), held, lost, closed));
        Ok(Self { close: Some(close), task })
    }

    /// Gives the lock back, and waits until the database knows.
    pub(crate) async fn close(mut self) {
        drop(self.close.take());
        let _ = (&mut self.task).await;
    }
}

async fn hold(
    connector: Connector,
    mut held: Connected,
    lost: Arc<LostSignal>,
    mut closed: oneshot::Receiver<()>,
) {
    loop {
        tokio::select! {
            _ = &mut closed => return held.close().await,
            () = held.ended() => {}
        }
        held = loop {
            let again = tokio::select! {
                _ = &mut closed => return,
                again = wait_for(&connector) => again,
            };
            match again {
                Ok(held) => break held,
                Err(OpenError::InUse(by)) => {
                    return lost.tell(format!("another engine has taken the journal over ({by})"));
                }
                // The database is away; the writer says so.
                Err(_) => tokio::time::sleep(AGAIN).await,
            }
        };
    }
}

/// Asks until the lock is free, for a while.
async fn wait_for(connector: &Connector) -> Result<Connected, OpenError> {
    let connected = connector.connect(Purpose::Opening).await?;
    for _ in 0..TIMES {
        if try_lock(&connected.client).await? {
            return Ok(connected);
        }
        tokio::time::sleep(AGAIN).await;
    }
    let holder = holder(&connected.client).await?;
    Err(OpenError::InUse(holder.unwrap_or_else(|| "it has just ended".to_owned())))
}

async fn try_lock(client: &Client) -> Result<bool, tokio_postgres::Error> {
    client.query_one("SELECT pg_try_advisory_lock($1)", &[&LOCK]).await?.try_get(0)
}

/// Who holds the lock, as far as the database tells.
pub(crate) async fn holder(client: &Client) -> Result<Option<String>, tokio_postgres::Error> {
    let row = client
        .query_opt(
            "SELECT format('process %s of the database, connected from %s since %s',
                activity.pid, coalesce(host(activity.client_addr), 'the same machine'),
                date_trunc('second', activity.backend_start))
            FROM pg_locks JOIN pg_stat_activity AS activity USING (pid)
            WHERE locktype = 'advisory' AND granted AND objsubid = 1
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND ((classid::bigint << 32) | objid::bigint) = $1",
            &[&LOCK],
        )
        .await?;
    row.map(|row| row.try_get(0)).transpose()
}
