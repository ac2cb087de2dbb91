//! What the `ppob` binary does: the engine, a sandbox, a demo, and the commands of callers and operators.
//!
//! It is the composition root: the only crate that knows the engine, the journal, the server and
//! every kind of provider. All of it is this library, so that the reading of configurations can be fuzzed and
//! tests can bring a clock of their own; the binary calls [`main`] and nothing else.

mod args;
mod audited;
mod client;
mod clock;
mod compose;
mod config;
mod demo;
mod doctor;
mod exit;
mod failure;
mod h2h;
mod journal;
mod keep;
mod key;
mod logging;
mod memory;
mod output;
#[cfg(feature = "testkit")]
pub mod properties;
mod providers;
mod reload;
mod running;
mod sandbox;
mod serve;
mod show;
mod signals;
mod text;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use ppob_types::Clock;

use crate::args::{
    Arguments, AuditCommand, Command, ConfigCommand, OfferCommand, ProviderCommand,
    StatementCommand,
};
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::failure::{Done, Failure};

/// Runs the command that the process's arguments name. What a running engine does is timed by `clock`.
pub fn main(clock: Arc<dyn Clock>) -> ExitCode {
    let command = Arguments::parse().command;
    if let Err(error) = memory::keep_private() {
        // Nothing depends on it but the secrecy of a dump; paying goes on.
        let _ = output::note(&format!("core dumps could not be switched off: {error}"));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(command, clock)),
        Err(error) => Err(Failure::new(
            Exit::Unknown,
            format!("ppob could not start its threads: {error}. Nothing was done."),
        )),
    };
    let exit = match done {
        Ok(exit) => exit,
        Err(failure) => match output::note(failure.text.trim_end()) {
            Ok(()) => failure.exit,
            Err(unwritten) => unwritten.exit,
        },
    };
    exit.into()
}

/// The clock of the machine.
pub fn machine_clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::new())
}

async fn run(command: Command, clock: Arc<dyn Clock>) -> Done {
    match command {
        Command::Serve(options) => serve::serve(options, clock).await,
        Command::Sandbox(options) => sandbox::sandbox(&options).await,
        Command::Demo(options) => demo::demo(&options).await,
        Command::Config(ConfigCommand::Check(file)) => serve::check(file),
        Command::Config(ConfigCommand::Reload(options)) => client::reload(&options).await,
        Command::Backup(options) => keep::backup(&options),
        Command::Restore(options) => keep::restore(&options),
        Command::Doctor(options) => doctor::doctor(options).await,
        Command::Key(command) => key::key(command),
        Command::H2h(command) => h2h::h2h(&command),
        Command::Products(options) => client::products(&options).await,
        Command::Explain(options) => client::explain(&options).await,
        Command::Inquire(options) => client::inquire(&options).await,
        Command::Pay(options) => client::pay(&options).await,
        Command::Payment(command) => client::payment(&command).await,
        Command::Providers(server) => client::providers(&server).await,
        Command::Reviews(options) => client::reviews(&options).await,
        Command::Check(options) => client::check(&options).await,
        Command::Resolve(options) => client::resolve(&options).await,
        Command::Note(options) => client::note(&options).await,
        Command::Deposit(options) => client::deposit(&options).await,
        Command::Statement(StatementCommand::Import(options)) => {
            client::import_statement(&options).await
        }
        Command::Close(options) => client::close_day(&options).await,
        Command::Provider(ProviderCommand::Mode(options)) => client::set_mode(&options).await,
        Command::Offer(OfferCommand::Off(options)) => client::offer_off(&options).await,
        Command::Offer(OfferCommand::On(options)) => client::offer_on(&options).await,
        Command::Refresh(options) => client::refresh(&options).await,
        Command::Privacy(command) => client::privacy(&command).await,
        Command::Unmapped(options) => client::unmapped(&options).await,
        Command::Unlisted(options) => client::unlisted(&options).await,
        Command::Audit(options) => match &options.command {
            Some(AuditCommand::Verify(options)) => audited::verify(options),
            Some(AuditCommand::Head(options)) => audited::head(options),
            None => client::audit(&options).await,
        },
    }
}
