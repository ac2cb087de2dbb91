//! Options of the commands that switch providers and look at what they list and say.

use clap::{Args, Subcommand, ValueEnum};
use ppob_types::Timestamp;

use super::operate::{Actor, OperatorServer};

/// `ppob provider …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ProviderCommand {
    /// Uses a provider, or stops using it. Status checks go on in every mode.
    Mode(SetMode),
}

/// `ppob provider mode`.
#[derive(Debug, Args)]
pub(crate) struct SetMode {
    /// The configured provider.
    #[arg(value_name = "PROVIDER")]
    pub(crate) provider: String,
    /// The new mode.
    #[arg(value_name = "MODE")]
    pub(crate) mode: Mode,
    #[command(flatten)]
    pub(crate) why: Why,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}

/// Whether a provider is used.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Mode {
    /// Used. Also ends a freeze.
    Active,
    /// No new payments; prices and inquiries go on.
    Drain,
    /// No payments, inquiries or price lists.
    Off,
    /// As drain, until a person ends it.
    Frozen,
}

/// `ppob offer …`.
#[derive(Debug, Subcommand)]
pub(crate) enum OfferCommand {
    /// Does not use a product of a provider (gangguan).
    Off(OfferOff),
    /// Uses a product of a provider again, as the catalogue says.
    On(Offer),
}

/// One product of one provider.
#[derive(Debug, Args)]
pub(crate) struct Offer {
    /// The configured provider.
    #[arg(value_name = "PROVIDER")]
    pub(crate) provider: String,
    /// Our own product code.
    #[arg(value_name = "PRODUCT")]
    pub(crate) product: String,
    #[command(flatten)]
    pub(crate) why: Why,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}

/// `ppob offer off`.
#[derive(Debug, Args)]
pub(crate) struct OfferOff {
    #[command(flatten)]
    pub(crate) offer: Offer,
    /// When it is on again by itself, for example "2026-11-27 21:00:00" WIB.
    #[arg(long, value_name = "TIME", value_parser = wib)]
    pub(crate) until: Option<Timestamp>,
}

/// Who, and why.
#[derive(Debug, Args)]
pub(crate) struct Why {
    /// Why; kept in the audit for ever.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) actor: Actor,
}

/// `ppob unmapped`.
#[derive(Debug, Args)]
pub(crate) struct Unmapped {
    /// Only of this provider.
    #[arg(value_name = "PROVIDER")]
    pub(crate) provider: Option<String>,
    /// At most this many.
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub(crate) limit: u16,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}

/// `ppob unlisted`.
#[derive(Debug, Args)]
pub(crate) struct Unlisted {
    /// Of this provider; or of all with --all.
    #[arg(value_name = "PROVIDER", required_unless_present = "all")]
    pub(crate) provider: Option<String>,
    /// Of all providers.
    #[arg(long, conflicts_with_all = ["provider", "pattern"])]
    pub(crate) all: bool,
    /// A regular expression from ^ to $ to try on stored answers. Changes nothing.
    #[arg(long, value_name = "REGEX")]
    pub(crate) pattern: Option<String>,
    /// At most this many.
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub(crate) limit: u16,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}

/// A moment in Western Indonesian Time.
pub(super) fn wib(text: &str) -> Result<Timestamp, String> {
    Timestamp::from_wib(text)
        .ok_or_else(|| "is no time; write it as 2026-11-27 21:00:00, in WIB".to_owned())
}
