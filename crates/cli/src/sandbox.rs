//! Everything on one machine: simulated providers over real HTTP, the engine on SQLite, gRPC.

mod accounts;
mod addresses;
mod kinds;
mod local;
mod magic;
mod notice;
mod simulators;

pub(crate) use addresses::{Simulated, Written};
use simulators::Simulators;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ppob_layers::BreakerOverride;
use ppob_types::Clock;
use tempfile::TempDir;

use crate::args::Sandbox;
use crate::clock::SystemClock;
use crate::compose;
use crate::config::{Loaded, load};
use crate::exit::Exit;
use crate::failure::{Done, Failure};
use crate::journal::Place;
use crate::running::{Again, Running};
use crate::signals::Signals;
use crate::{logging, output};

/// The sandbox until it is told to end.
pub(crate) async fn sandbox(options: &Sandbox) -> Done {
    let mut signals = Signals::listen()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let secrets = directory()?;
    let (kept, journal) = journal(options.data.as_deref())?;
    let simulators = Simulators::start(&clock, options.simulator_port).await?;
    let simulated = simulators.simulated();
    let loaded = configuration(options, &simulated, secrets.path())?;
    let log = logging::start(&loaded.config)?;

    let mut providers = compose::providers(&loaded, &clock)?;
    for (name, setup) in &mut providers.setups {
        // Each magic number does the same every time, whatever came of those before.
        if is_simulated(name.as_str(), &simulated) {
            setup.guarded.reserve.set_override(BreakerOverride::Closed);
        }
    }
    let again = {
        let (options, simulated) = (options.clone(), simulated.clone());
        let secrets = secrets.path().to_owned();
        let read = Box::new(move || configuration(&options, &simulated, &secrets));
        Again { read, parts: vec![Box::new(log)] }
    };
    let running = {
        let journal = Place::File(journal.clone());
        Running::start(&loaded, &journal, providers, clock, true, again).await?
    };
    let listening = running.listening();
    if let Some(callbacks) = listening.callbacks {
        simulators.call_back_to(callbacks.port());
    }
    running.first_prices().await;

    let written = Written {
        api: listening.api,
        operator: listening.operator,
        metrics: listening.metrics,
        callbacks: listening.callbacks,
        simulators: simulated,
    };
    let usual = Written::usual_place();
    if let Err(failure) = written.write(&usual) {
        // Another user's, perhaps; `ppob demo` needs --addresses then.
        output::note(&failure.text)?;
    }
    if let Some(file) = &options.write_addresses {
        written.write(file)?;
    }
    output::print(&notice::ready(&written, &journal, kept.is_some()))?;
    let ended = running.until(&mut signals).await;
    for file in options.write_addresses.iter().chain([&usual]) {
        // Another sandbox may have written it since; that one's addresses stay.
        written.remove(file);
    }
    simulators.shutdown().await;
    ended.map(|()| Exit::Ok)
}

/// The configuration: what the file says, the simulated accounts, the ports of the command line.
fn configuration(
    options: &Sandbox,
    simulated: &BTreeMap<String, Simulated>,
    secrets: &Path,
) -> Result<Loaded, Failure> {
    let wrong = |error: crate::config::ConfigError| Failure::usage(error.to_string());
    let mut loaded = load(options.config.as_deref(), Vec::new()).map_err(wrong)?;
    local::check(&loaded.providers)?;
    accounts::add(&mut loaded, simulated, secrets)?;
    // That of the configuration belongs to another journal: what was sent for that one would be in doubt here.
    loaded.config.journal.sends = None;
    let listen = &mut loaded.config.listen;
    // With port 0 the system chooses the others too, unless they are given.
    let port = |given: Option<u16>, usual: u16| match (given, options.port) {
        (Some(port), _) => port,
        (None, 0) => 0,
        (None, _) => usual,
    };
    listen.operator.set_port(port(options.operator_port, listen.operator.port()));
    listen.metrics.set_port(port(options.metrics_port, listen.metrics.port()));
    listen.callbacks.set_port(port(options.callbacks_port, listen.callbacks.port()));
    listen.api.set_port(options.port);
    listen.check(!loaded.consumers.is_empty()).map_err(wrong)?;
    Ok(loaded)
}

/// Whether the provider of this name is simulated, and not one of the configuration.
fn is_simulated(provider: &str, simulated: &BTreeMap<String, Simulated>) -> bool {
    simulated.values().any(|one| one.providers.iter().any(|name| name == provider))
}

/// Where the journal is; the directory is held if it is gone at the end.
fn journal(data: Option<&Path>) -> Result<(Option<TempDir>, PathBuf), Failure> {
    const NAME: &str = "ppob.sqlite";
    let Some(data) = data else {
        let held = directory()?;
        let path = held.path().join(NAME);
        return Ok((Some(held), path));
    };
    std::fs::create_dir_all(data).map_err(|error| {
        Failure::usage(format!("--data {}: {error}; choose another directory", data.display()))
    })?;
    Ok((None, data.join(NAME)))
}

fn directory() -> Result<TempDir, Failure> {
    TempDir::with_prefix("ppob-sandbox-").map_err(|error| {
        Failure::new(
            Exit::Refused,
            format!("No temporary directory could be made: {error}. Nothing was started."),
        )
    })
}
