//! Options of the operators' commands.

use clap::Args;

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
    pub(crate) api_key: Option<String>,
    #[command(flatten)]
    pub(crate) tls: Tls,
    /// Answer with JSON for scripts.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `ppob reviews`.
#[derive(Debug, Args)]
pub(crate) struct Reviews {
    /// Only payments whose open attempt is at this provider.
    #[arg(long, value_name = "PROVIDER")]
    pub(crate) provider: Option<String>,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}

/// `ppob resolve`.
#[derive(Debug, Args)]
pub(crate) struct Resolve {
    /// The payment's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Whose payment it is.
    #[arg(long, value_name = "CONSUMER", default_value = "local")]
    pub(crate) consumer: String,
    /// It was paid, under this number of the provider (invoice). The engine verifies it.
    #[arg(long, value_name = "REFERENCE", required_unless_present = "not_executed")]
    pub(crate) executed: Option<String>,
    /// It was not paid and will not be. Needs a second person.
    #[arg(long, conflicts_with = "executed", requires = "second_person")]
    pub(crate) not_executed: bool,
    /// The second person, who agrees that nothing was paid.
    #[arg(long, value_name = "NAME")]
    pub(crate) second_person: Option<String>,
    /// Who decides.
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: String,
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
    /// Who asks.
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: String,
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
    #[arg(long, value_name = "NAME", default_value = "operator")]
    pub(crate) actor: String,
    #[command(flatten)]
    pub(crate) server: OperatorServer,
}
