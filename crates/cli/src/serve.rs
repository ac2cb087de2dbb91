//! `ppob serve` and `ppob config check`.

use std::path::PathBuf;
use std::sync::Arc;

use ppob_types::Clock;

use crate::args::{ConfigFile, Serve};
use crate::clock::SystemClock;
use crate::compose::{self, Providers, senders_of_callbacks};
use crate::config::{Loaded, file_to_read, load, shown, variables, warnings};
use crate::exit::Exit;
use crate::failure::{Done, Failure};
use crate::journal::Place;
use crate::running::{Again, Running};
use crate::signals::Signals;
use crate::text::Add;
use crate::{logging, output};

/// The engine until it is told to end.
pub(crate) async fn serve(options: Serve, clock: Arc<dyn Clock>) -> Done {
    let mut signals = Signals::listen()?.and_hangup()?;
    let file = options.file.config;
    let loaded = read(file.clone())?;
    if loaded.providers.is_empty() {
        return Err(Failure::usage(format!(
            "No provider is configured in {}, so nothing could be bought. Begin with a [[provider]] table \
             as README.md shows it, or try everything without one: ppob sandbox",
            loaded.place
        )));
    }
    let log = logging::start(&loaded.config)?;
    let providers = compose::providers(&loaded, &clock)?;
    for (provider, warning) in providers.warnings() {
        tracing::warn!(%provider, "{warning}");
    }
    for warning in warnings(&loaded.consumers) {
        tracing::warn!("{warning}");
    }
    let journal = Place::configured(&loaded)?;
    let again = Again { read: Box::new(move || read(file.clone())), parts: vec![Box::new(log)] };
    let running = Running::start(&loaded, &journal, providers, clock, false, again).await?;
    tracing::info!(
        configuration = %loaded.place,
        %journal,
        "ready: {}",
        running.listening()
    );
    running.until(&mut signals).await?;
    Ok(Exit::Ok)
}

/// Tells what is wrong, or what takes effect and what to know about it.
pub(crate) fn check(file: ConfigFile) -> Done {
    let loaded = read(file.config)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let providers = compose::providers(&loaded, &clock)?;
    let journal = Place::configured(&loaded)?;
    journal.check(&loaded)?;
    compose::tls(&loaded.config.listen)?;
    output::print(&checked(&loaded, &providers, &journal))?;
    Ok(Exit::Ok)
}

fn checked(loaded: &Loaded, providers: &Providers, journal: &Place) -> String {
    let mut text = format!(
        "# Valid: {}. This takes effect; what a kind of provider adds by itself stands in\n# config/ppob.example.toml:\n\n",
        loaded.place
    );
    text.push_str(&shown(&loaded.effective));
    if let Place::Database(_) = journal {
        text.add(format_args!("\n# The journal is {journal}"));
    }
    for (provider, warning) in providers.warnings() {
        text.add(format_args!("\n# WARNING {provider}: {warning}"));
    }
    for warning in warnings(&loaded.consumers) {
        text.add(format_args!("\n# WARNING: {warning}"));
    }
    for provider in senders_of_callbacks(&providers.built) {
        text.add(format_args!(
            "\n# Callbacks of {provider}: POST or GET /callbacks/{provider} at {}",
            loaded.config.listen.callbacks
        ));
    }
    if loaded.providers.is_empty() {
        text.push_str("\n# WARNING: no provider is configured; `ppob serve` refuses to start so");
    }
    text
}

/// The configuration that was named, or the usual one, as the start reads it.
pub(crate) fn read(file: Option<PathBuf>) -> Result<Loaded, Failure> {
    let file = file_to_read(file);
    let loaded = load(file.as_deref(), variables());
    let loaded = loaded.map_err(|error| Failure::usage(error.to_string()))?;
    logging::filter(&loaded.config)?;
    Ok(loaded)
}
