//! Options of the commands that ask a running server.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use ppob_types::Family as Known;
use secrecy::SecretString;

/// Which server to ask, as whom, and how to answer.
#[derive(Clone, Debug, Args)]
pub(crate) struct Server {
    /// Where the engine is; https://HOST:PORT with TLS.
    #[arg(long, env = "PPOB_ADDRESS", default_value = "127.0.0.1:50051", value_name = "HOST:PORT")]
    pub(crate) address: String,
    /// The consumer's API key; none where the server asks for none.
    #[arg(long, env = "PPOB_API_KEY", value_name = "KEY", hide_env_values = true)]
    pub(crate) api_key: Option<SecretString>,
    #[command(flatten)]
    pub(crate) tls: Tls,
    /// Answer with JSON for scripts. Every field is always there; null where it is not set.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What TLS needs: where the server is reached by `https://HOST:PORT`.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Tls {
    /// The authority (CA) that vouches for the server, PEM; needed for an address with https://.
    #[arg(long, env = "PPOB_CA", value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// A certificate to show to the server, PEM.
    #[arg(long, env = "PPOB_CERTIFICATE", value_name = "FILE", requires = "certificate_key")]
    pub(crate) certificate: Option<PathBuf>,
    /// The key of --certificate, PEM.
    #[arg(long, env = "PPOB_CERTIFICATE_KEY", value_name = "FILE", requires = "certificate")]
    pub(crate) certificate_key: Option<PathBuf>,
}

/// `ppob products`.
#[derive(Debug, Args)]
pub(crate) struct Products {
    /// Only this family, for example pln-prepaid.
    #[arg(long, value_name = "FAMILY")]
    pub(crate) family: Option<Family>,
    /// Only what could be bought now.
    #[arg(long, conflicts_with = "watch")]
    pub(crate) available: bool,
    /// Go on with what changes, until Ctrl-C.
    #[arg(long)]
    pub(crate) watch: bool,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// `ppob explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Our own code, see `ppob products`.
    #[arg(value_name = "PRODUCT")]
    pub(crate) product: String,
    /// The amount or bill in rupiah, for products without a fixed price.
    #[arg(long, value_name = "RUPIAH")]
    pub(crate) amount: Option<i64>,
    /// As in `ppob pay`: more than 0 asks for the route of the same purchase once more.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub(crate) repeat: i32,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// A family, by the name that configuration and metrics use too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Family(pub(crate) Known);

impl FromStr for Family {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| {
            let names: Vec<&str> = Known::ALL.into_iter().map(Known::as_str).collect();
            format!("the families are {}", names.join(", "))
        })
    }
}

impl Family {
    /// The family in messages: `pln-prepaid` is `FAMILY_PLN_PREPAID`.
    pub(crate) fn message(self) -> ppob_api::v1::Family {
        let name = format!("FAMILY_{}", self.0.as_str().to_ascii_uppercase().replace('-', "_"));
        ppob_api::v1::Family::from_str_name(&name).unwrap_or(ppob_api::v1::Family::Unspecified)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_its_message() {
        for family in Known::ALL {
            let message = Family(family).message();
            assert_ne!(message, ppob_api::v1::Family::Unspecified, "{family}");
        }
    }
}
