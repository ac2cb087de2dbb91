//! The command line.

mod client;
mod h2h;
mod keep;
mod key;
mod operate;
mod payment;
mod privacy;
mod record;
mod run;
mod statement;
mod switch;

use clap::{Parser, Subcommand};

pub(crate) use client::{Explain, Products, Server, Tls};
#[cfg(test)]
pub(crate) use h2h::CallName;
pub(crate) use h2h::{H2hCommand, TestDescription};
pub(crate) use keep::{Backup, Doctor, Migrate, Restore, WhichJournal};
pub(crate) use key::{KeyCommand, NewJournalKey};
pub(crate) use operate::{Check, OperatorServer, Refresh, Reload, Resolve, Reviews};
pub(crate) use payment::{ByIdentity, Inquire, List, Pay, PaymentCommand, Purchase};
pub(crate) use privacy::{EraseCustomer, ExportCustomer, PrivacyCommand};
pub(crate) use record::{AddNote, Audit, AuditCommand, AuditHead, RecordDeposit, VerifyAudit};
pub(crate) use run::{ConfigCommand, ConfigFile, Demo, Sandbox, Serve};
pub(crate) use statement::{CloseDay, ImportStatement, StatementCommand};
pub(crate) use switch::{
    Mode, Offer, OfferCommand, OfferOff, ProviderCommand, SetMode, Unlisted, Unmapped,
};

use crate::exit;

const EXAMPLES: &str = "\
Examples:
  ppob sandbox                                     everything on this machine, simulated
  ppob demo                                        a walk through the running sandbox
  ppob products --family pln-prepaid               what can be bought
  ppob pay PLN-PREPAID-20000 530000001234          buy an electricity token
  ppob inquire PLN-POSTPAID 530000001234           what is owed
  ppob pay PLN-POSTPAID 530000001234 --inquiry ID  pay exactly that bill
  ppob payment get ID                              what became of a payment
  ppob reviews                                     what needs a person
  ppob check ID --reference INV1 --actor sari      is that invoice this payment?
  ppob statement import FILE --provider mmbc-a --complete --actor sari  does it agree?
  ppob close yesterday --actor sari                does the day add up?
  ppob provider mode mmbc-a active --actor sari --reason clarified
  ppob config check                                is the configuration right?
  ppob h2h test centre.toml --reply TEXT           how would a centre's reply be read?
  ppob key new shop                                an API key for a consumer
  ppob serve --config config/ppob.toml             the engine
  ppob migrate --from sqlite:ppob.sqlite           moves its journal to PostgreSQL

";

/// Pays bills and sells tokens through PPOB providers: exactly once, and always says what it knows.
#[derive(Debug, Parser)]
#[command(name = "ppob", version, after_long_help = help_text(), after_help = help_text())]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the engine with its gRPC services.
    Serve(Serve),
    /// Runs everything on this machine against simulated providers. No real money.
    Sandbox(Sandbox),
    /// Walks through a running sandbox as a client and explains each step.
    Demo(Demo),
    /// Checks the configuration, or has a running engine read it again.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Makes API keys for consumers, and makes and changes keys of the journal.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Tries descriptions of H2H centres: how would this reply be read?
    #[command(subcommand)]
    H2h(H2hCommand),

    /// Copies the journal, also while an engine works on it, and checks the copy.
    Backup(Backup),
    /// Puts a backup in the place of the journal. Every provider is frozen at the next start.
    Restore(Restore),
    /// Moves the journal from a file of SQLite to a database of PostgreSQL. The engine must not run.
    Migrate(Migrate),
    /// Looks at configuration, journal, disk, clock and providers, and tells what is wrong.
    Doctor(Doctor),

    /// Lists what can be bought.
    Products(Products),
    /// Tells which provider would be asked for a product now, and why not the others.
    Explain(Explain),
    /// Asks what is owed. Costs nothing.
    Inquire(Inquire),
    /// Pays exactly once, however often it is repeated with the same --id.
    #[command(after_long_help = exit::help(), after_help = exit::help())]
    Pay(Pay),
    /// Looks at payments, or makes sure that one never happens.
    #[command(subcommand)]
    Payment(PaymentCommand),

    /// Lists the configured providers and how they do (operators).
    Providers(OperatorServer),
    /// Lists payments that need a person (operators).
    Reviews(Reviews),
    /// Asks the provider now what became of a payment (operators).
    Check(Check),
    /// Settles a payment in doubt, on evidence; not executed takes two persons (operators).
    Resolve(Resolve),
    /// Writes something down about a payment (operators).
    Note(AddNote),
    /// Records money paid into a deposit (operators).
    Deposit(RecordDeposit),
    /// Holds a provider's statement against what was paid there (operators).
    #[command(subcommand)]
    Statement(StatementCommand),
    /// Closes a day: what was debited against what is known, to the rupiah (operators).
    Close(CloseDay),
    /// Switches a provider (operators).
    #[command(subcommand)]
    Provider(ProviderCommand),
    /// Switches one product of one provider (operators).
    #[command(subcommand)]
    Offer(OfferCommand),
    /// Reads price lists now (operators).
    Refresh(Refresh),
    /// Shows or erases what is kept about one customer (operators).
    #[command(subcommand)]
    Privacy(PrivacyCommand),
    /// Lists products of providers that are mapped to none of ours (operators).
    Unmapped(Unmapped),
    /// Lists answers that are on no list, and tries a pattern on stored ones (operators).
    Unlisted(Unlisted),
    /// Lists what operators did (operators).
    Audit(Audit),
}

fn help_text() -> String {
    format!("{EXAMPLES}{}", exit::help())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_that_a_deployment_starts_can_be_parsed() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
        for (path, before, separators) in [
            ("systemd/ppob.service", "\nExecStart=/usr/local/bin/ppob ", [' ', ' ']),
            ("Dockerfile", "\nCMD [\"", ['"', ',']),
            ("kubernetes/statefulset.yaml", " args: [", [' ', ',']),
        ] {
            let text = std::fs::read_to_string(root.join(path)).unwrap();
            let (_, rest) = text.split_once(before).unwrap();
            let line = rest.lines().next().unwrap().trim_end_matches(']');
            let words = line.split(separators).map(str::trim).filter(|word| !word.is_empty());
            let parsed = Arguments::try_parse_from(std::iter::once("ppob").chain(words));
            assert!(
                matches!(parsed, Ok(Arguments { command: Command::Serve(_) })),
                "{path}: {parsed:?}"
            );
        }
    }

    #[test]
    fn every_example_of_the_help_can_be_parsed() {
        for line in EXAMPLES.lines().filter(|line| line.starts_with("  ppob")) {
            let command = line.trim().split("  ").next().unwrap();
            let parsed = Arguments::try_parse_from(command.split(' '));
            assert!(parsed.is_ok(), "{command}: {parsed:?}");
        }
    }
}
