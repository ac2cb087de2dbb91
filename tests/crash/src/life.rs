//! One life of an engine: it starts, is looked through, works under load, and dies.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ppob_e2e::{Engine, Problem, Result, World};
use ppob_test_postgres::Cluster;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::arm::{AT, MARK};
use crate::callers::{Caller, Callers};
use crate::death::{AT_START, Death};
use crate::random::Random;

/// Callers of one life, over a connection each for three of them.
const CALLERS: usize = 12;
const CONNECTIONS: usize = 4;
/// How long a named moment is waited for under load; not every life comes by every moment.
const PATIENCE: Duration = Duration::from_secs(3);
/// So many more payment requests show that an engine goes on.
const GONE_ON: u64 = 5;
const LOOK: Duration = Duration::from_millis(3);

/// How an engine came out of its start.
#[derive(Debug)]
pub enum Started {
    /// It works.
    Alive(Box<Engine>),
    /// It died where it was told to.
    Died,
}

fn mark(world: &World) -> PathBuf {
    world.directory().join("died-at")
}

/// Starts the engine, to die as `death` says if that is a moment of its own.
///
/// # Errors
/// If it ends in another way, or does not get ready.
pub async fn start(world: &mut World, death: Option<Death>) -> Result<Started> {
    let mark = mark(world);
    let _there_or_not = std::fs::remove_file(&mark);
    world.environment.retain(|(name, _)| ![AT, MARK].contains(name));
    if let Some(at @ Death::At(..)) = death {
        world.environment.push((AT, at.to_string()));
        world.environment.push((MARK, mark.display().to_string()));
    }
    match Engine::of_serve(world.start_serve()?, None).await {
        Ok(engine) => Ok(Started::Alive(Box::new(engine))),
        Err(_) if mark.exists() => Ok(Started::Died),
        Err(problem) => Err(problem),
    }
}

/// Works under load until death comes, or nothing more is to be waited for. Says whether it died as it was
/// told to. Whatever is left of the engine is killed.
///
/// # Errors
/// If it ends by itself.
pub async fn work(
    world: &World,
    engine: Box<Engine>,
    death: Death,
    callers: &Arc<Callers>,
    random: &mut Random,
    server: Option<&mut Cluster>,
) -> Result<bool> {
    let read = ppob_simulator::mmbc::Verb::Pay;
    let read_before = world.provider.requests().of(read);
    callers.stop.store(false, Ordering::SeqCst);
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        match engine.connection().await {
            Ok(client) => clients.push(client),
            // It may be dying already.
            Err(_) => break,
        }
    }
    let mut working = JoinSet::new();
    for client in clients.iter().cycle().take(CALLERS) {
        let caller = Caller::new(Arc::clone(callers), client.clone(), random.split());
        working.spawn(caller.work());
    }
    let as_told = match death {
        Death::After(millis) => {
            sleep(Duration::from_millis(millis)).await;
            true
        }
        Death::WhenRead(requests) => {
            let wanted = read_before.saturating_add(requests.into());
            timeout(PATIENCE, world.provider.wait_for_pay_requests(wanted)).await.is_ok()
        }
        Death::OfDatabase(millis) => {
            sleep(Duration::from_millis(millis)).await;
            dies_and_comes_back(server)?;
            let wanted = world.provider.requests().of(read).saturating_add(GONE_ON);
            timeout(PATIENCE * 5, world.provider.wait_for_pay_requests(wanted)).await.is_ok()
        }
        Death::At(point, _) => {
            // What a start did not bring about will not come any more.
            let patience = if AT_START.contains(&point) { PATIENCE / 10 } else { PATIENCE };
            died(world, patience).await
        }
    };
    engine.kill().await?;
    callers.stop.store(true, Ordering::SeqCst);
    while let Some(done) = working.join_next().await {
        done.map_err(|error| Problem::new(format!("a caller: {error}")))?;
    }
    Ok(as_told)
}

/// Kills the server of the database, and starts it again on what it left.
fn dies_and_comes_back(server: Option<&mut Cluster>) -> Result<()> {
    let server = server.ok_or_else(|| Problem::new("there is no database that could die"))?;
    let died = tokio::task::block_in_place(|| server.kill().and_then(|()| server.restart()));
    died.map_err(|problem| Problem::new(problem.to_string()))
}

/// Whether the process has marked its death within `patience`.
async fn died(world: &World, patience: Duration) -> bool {
    let (mark, end) = (mark(world), Instant::now() + patience);
    while Instant::now() < end {
        if mark.exists() {
            return true;
        }
        sleep(LOOK).await;
    }
    mark.exists()
}
