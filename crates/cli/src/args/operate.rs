//! Options of the operators' commands.

use clap::Args;
use secrecy::SecretString;

use super::client::Tls;

/// Which operator listener to ask, and how to answer.
#[derive(Clone, Debug, Args)]
pub(crate) struct OperatorServer {
    /// Where the operators' service is; https://HOST:PORT with TLS.
    #[arg(
        long,
        env = "PPOB_OPERATOR_ADDRESS",
        default_value = "127.0.0.1:50052",
        value_name = "HOST:PORT"
    )]
    pub(crate) operator_address: String,
    /// The operator's API key; none where the server asks for none.
    #[arg(long, env = "PPOB_API_KEY", value_name = "KEY", hide_env_values = true)]
    pub(crate) api_key: Option<SecretString>,
    #[command(flatten)]
    pub(crate) tls: Tls,
    /// Answer with JSON for scripts.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Who acts.
#[derive(Clone, Debug, Args)]
pub(crate) struct Actor {
    /// Who you are; kept in the audit for ever.
    #[arg(long, env = "PPOB_ACTOR", value_name = "NAME")]
    pub(crate) actor: String,
}

/// A payment of any consumer.
#[derive(Clone, Debug, Args)]
pub(crate) struct Subject {
    /// The payment's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Whose payment it is.
    #[arg(long, value_name = "CONSUMER", default_value = "local")]
    pub(crate) consumer: String,
}

/// `ppob reviews`.
#[derive(Debug, Args)]
pub(crate) struct Reviews {
    /// Only payments whose attempt in question is at this provider.
    #[arg(long, value_name = "PROVIDER")]
    pub(crate) provider: Option<String>,
    /// Only this payment.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Only payments of this consumer.
    #[arg(long, value_name = "CONSUMER")]
    pub(crate) consumer: Option<String>,
    /// At most this many, the oldest first.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    pub(crate) limit: u16,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}

/// `ppob check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) subject: Subject,
    /// The provider's own number of it (invoice), if you found one. The engine verifies it.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) reference: Option<String>,
    #[command(flatten)]
    pub(crate) actor: Actor,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}

/// `ppob resolve`.
#[derive(Debug, Args)]
pub(crate) struct Resolve {
    #[command(flatten)]
    pub(crate) subject: Subject,
    /// It was paid, under this number of the provider (invoice). The engine verifies it.
    #[arg(long, value_name = "REFERENCE", required_unless_present = "not_executed")]
    pub(crate) executed: Option<String>,
    /// It was not paid and will not be. Proposes it, or confirms what another person proposed.
    #[arg(long, conflicts_with = "executed")]
    pub(crate) not_executed: bool,
    /// The second person, where no API keys are used; with keys that person runs this command, too.
    #[arg(long, value_name = "NAME", requires = "not_executed")]
    pub(crate) second_person: Option<String>,
    /// The attempt; without it the one that is open.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) attempt: Option<u16>,
    /// Only if the payment is still at this version.
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<u32>,
    #[command(flatten)]
    pub(crate) actor: Actor,
    /// Where that is known from: statement line, ticket, name of the person at the provider.
    #[arg(long, value_name = "TEXT")]
    pub(crate) evidence: String,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}

/// `ppob config reload`.
#[derive(Debug, Args)]
pub(crate) struct Reload {
    /// Only tell what would change.
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) actor: Actor,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}

/// `ppob refresh`.
#[derive(Debug, Args)]
pub(crate) struct Refresh {
    /// The configured provider; without it all.
    #[arg(value_name = "PROVIDER")]
    pub(crate) provider: Option<String>,
    /// Who asks.
    #[arg(long, env = "PPOB_ACTOR", value_name = "NAME", default_value = "operator")]
    pub(crate) actor: String,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}
