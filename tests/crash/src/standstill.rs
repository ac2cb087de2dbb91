//! An engine that stands still at a moment of its own, until it is let go on.

use std::fs;
use std::path::PathBuf;

use ppob_e2e::wait::until;
use ppob_e2e::{Engine, Problem, Result, World};
use ppob_types::CrashPoint;

use crate::arm::{AT, MARK, go_on};

/// Where an engine stands still.
#[derive(Debug)]
pub struct Standstill {
    mark: PathBuf,
}

impl Standstill {
    /// The next engine of `world` stands still when it passes `point` the `times`th time.
    pub fn at(world: &mut World, point: CrashPoint, times: u32) -> Self {
        let mark = world.directory().join("stands-at");
        world.environment.push((AT, format!("stop:{}:{times}", point.as_str())));
        world.environment.push((MARK, mark.display().to_string()));
        Self { mark }
    }

    /// Further engines of `world` do not stand still.
    pub fn only_once(world: &mut World) {
        world.environment.retain(|(name, _)| ![AT, MARK].contains(name));
    }

    /// Waits until it stands still at its moment.
    ///
    /// # Errors
    /// If it never does.
    pub async fn is_reached(&self, engine: &Engine) -> Result<()> {
        until("the engine comes to its moment", async || {
            if self.mark.exists() { Ok(()) } else { Err("it works".to_owned()) }
        })
        .await?;
        stands_still(engine).await
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// If it has ended.
    pub async fn go_on(&self, engine: &Engine) -> Result<()> {
        fs::write(go_on(&self.mark), "")?;
        engine.process().signal("CONT").await
    }
}

/// Waits until the system has stopped the process.
///
/// # Errors
/// If it has ended, or goes on.
pub async fn stands_still(engine: &Engine) -> Result<()> {
    let id = engine.process().id().ok_or_else(|| Problem::new("the process has ended"))?;
    until("the engine stands still", async || {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let state = stat.rsplit(") ").next().unwrap_or_default().chars().next();
        if state == Some('T') { Ok(()) } else { Err(format!("{state:?}")) }
    })
    .await
}
