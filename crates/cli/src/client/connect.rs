//! Finding the server.

use std::error::Error;
use std::time::Duration;

use ppob_api::v1::operator_service_client::OperatorServiceClient;
use ppob_api::{ApiKey, PpobClient};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};

use crate::args::{OperatorServer, Server};
use crate::failure::Failure;
use crate::{output, show};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The operators' service, with an API key if there is one.
pub(crate) type OperatorClient = OperatorServiceClient<InterceptedService<Channel, ApiKey>>;

/// Connects to the engine. Nothing was sent if this fails.
pub(crate) async fn connect(server: &Server) -> Result<PpobClient, Failure> {
    let key = api_key(server.api_key.as_deref())?;
    PpobClient::connect_with_key(url(&server.address)?, key)
        .await
        .map_err(|error| unreached(server.json, "--address", &server.address, &error))
}

/// Connects to the operators' service. Nothing was sent if this fails.
pub(crate) async fn connect_operator(server: &OperatorServer) -> Result<OperatorClient, Failure> {
    let key = api_key(server.api_key.as_deref())?;
    let address = &server.operator_address;
    let endpoint = Endpoint::from_shared(url(address)?)
        .map_err(|error| Failure::usage(format!(
            "{address} is no address: {error}. Nothing was sent; write HOST:PORT, for example 127.0.0.1:50051."
        )))?;
    let channel = endpoint
        .connect_timeout(CONNECT_TIMEOUT)
        .connect()
        .await
        .map_err(|error| unreached(server.json, "--operator-address", address, &error))?;
    Ok(OperatorServiceClient::with_interceptor(channel, key))
}

/// `HOST:PORT` as an address of gRPC.
fn url(address: &str) -> Result<String, Failure> {
    if address.starts_with("https://") {
        return Err(Failure::usage(
            "this program speaks no TLS; reach the engine on its own machine, or through a tunnel",
        ));
    }
    if address.starts_with("http://") {
        Ok(address.to_owned())
    } else {
        Ok(format!("http://{address}"))
    }
}

fn api_key(key: Option<&str>) -> Result<ApiKey, Failure> {
    key.filter(|key| !key.is_empty())
        .map_or_else(|| Ok(ApiKey::default()), ApiKey::new)
        .map_err(|error| Failure::usage(error.to_string()))
}

/// Nothing was sent. In JSON mode scripts get it on standard output too.
fn unreached(json: bool, option: &str, address: &str, error: &dyn Error) -> Failure {
    let why = innermost(error);
    let status = tonic::Status::unavailable(format!("not reached: {address}: {why}"));
    if json
        && let Err(failure) = output::print(&show::json_error(&status, &show::Asked::Read, true))
    {
        return failure;
    }
    show::unreached(option, address, &why)
}

/// The cause at the bottom says most: "Connection refused", not "transport error".
fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_and_port_is_enough_and_tls_is_refused() {
        assert_eq!(url("127.0.0.1:1").unwrap(), "http://127.0.0.1:1");
        assert_eq!(url("http://[::1]:1").unwrap(), "http://[::1]:1");
        assert!(url("https://ppob.example").is_err());
    }
}
