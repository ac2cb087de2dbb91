//! Finding the server.

use std::path::Path;
use std::time::Duration;

use ppob_api::v1::operator_service_client::OperatorServiceClient;
use ppob_api::{ApiKey, ClientTls, EndpointError, PpobClient, endpoint};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tonic::codegen::http::uri::Authority;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

use crate::args::{OperatorServer, Server, Tls};
use crate::failure::Failure;
use crate::show::{explained, innermost};
use crate::{output, show};

/// A server that says nothing to the first words in this time is asked all the same.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// The operators' service, with an API key if there is one.
pub(crate) type OperatorClient = OperatorServiceClient<InterceptedService<Channel, ApiKey>>;

/// Where a server is, as the command line names it.
struct Place<'a> {
    /// The option that names it.
    option: &'static str,
    address: &'a str,
    tls: &'a Tls,
    json: bool,
}

/// Connects to the engine. Nothing was sent if this fails.
pub(crate) async fn connect(server: &Server) -> Result<PpobClient, Failure> {
    let key = api_key(server.api_key.as_ref())?;
    let place = Place {
        option: "--address",
        address: &server.address,
        tls: &server.tls,
        json: server.json,
    };
    Ok(PpobClient::of_channel(place.reach().await?, key))
}

/// Connects to the operators' service. Nothing was sent if this fails.
pub(crate) async fn connect_operator(server: &OperatorServer) -> Result<OperatorClient, Failure> {
    let key = api_key(server.api_key.as_ref())?;
    let place = Place {
        option: "--operator-address",
        address: &server.operator_address,
        tls: &server.tls,
        json: server.json,
    };
    Ok(OperatorServiceClient::with_interceptor(place.reach().await?, key))
}

impl Place<'_> {
    async fn reach(&self) -> Result<Channel, Failure> {
        let url = url(self.address);
        let tls = read(self.tls)?;
        let endpoint = endpoint(url.as_str(), &tls).map_err(|error| match error {
            EndpointError::NoAuthority => Failure::usage(format!(
                "{}: {error}; name its file with --ca (or PPOB_CA)",
                self.address
            )),
            EndpointError::Unusable(error) => Failure::usage(format!(
                "{} {} cannot be used: {}. Nothing was sent; write HOST:PORT, for example 127.0.0.1:50051.",
                self.option,
                self.address,
                innermost(&error)
            )),
        })?;
        let encrypted = url.starts_with("https://");
        let channel = match endpoint.connect().await {
            Ok(channel) => channel,
            Err(error) => {
                let why = innermost(&error);
                let meaning = if encrypted { explained(&why) } else { None };
                let told = meaning.map(|meaning| format!("{meaning} ({why})"));
                return Err(self.unreached(told.as_deref().unwrap_or(&why), told.is_some()));
            }
        };
        if !encrypted && speaks_tls(endpoint.uri().authority().map(Authority::as_str)).await {
            return Err(self.unreached(
                &format!(
                    "the server there speaks TLS; use https://{} with --ca",
                    self.address.trim_start_matches("http://")
                ),
                true,
            ));
        }
        Ok(channel)
    }

    /// Nothing was sent. In JSON mode scripts get it on standard output too.
    fn unreached(&self, why: &str, answered: bool) -> Failure {
        let address = self.address;
        let status = tonic::Status::unavailable(format!("not reached: {address}: {why}"));
        if self.json
            && let Err(failure) =
                output::print(&show::json_error(&status, &show::Asked::Read, true))
        {
            return failure;
        }
        show::unreached(self.option, address, why, answered)
    }
}

/// What the files of TLS hold.
fn read(tls: &Tls) -> Result<ClientTls, Failure> {
    let file = |path: &Path| {
        std::fs::read(path).map_err(|error| {
            Failure::usage(format!("{} cannot be read: {error}. Nothing was sent.", path.display()))
        })
    };
    let mut read = ClientTls::default();
    if let Some(ca) = &tls.ca {
        read = read.trusting(file(ca)?);
    }
    if let (Some(certificate), Some(key)) = (&tls.certificate, &tls.certificate_key) {
        read = read.showing(file(certificate)?, file(key)?);
    }
    Ok(read)
}

/// Whether somebody at `authority` answers the first words of gRPC in the clear with an alert of TLS:
/// such a server only closes the connection, and the first call would not say why.
async fn speaks_tls(authority: Option<&str>) -> bool {
    const HELLO: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    const ALERT: u8 = 0x15;
    let Some(authority) = authority else { return false };
    let asked = timeout(ANSWER_WITHIN, async {
        let mut stream = TcpStream::connect(authority).await.ok()?;
        stream.write_all(HELLO).await.ok()?;
        stream.read_u8().await.ok()
    });
    asked.await.ok().flatten() == Some(ALERT)
}

/// `HOST:PORT` as an address of gRPC.
fn url(address: &str) -> String {
    if address.starts_with("http://") || address.starts_with("https://") {
        address.to_owned()
    } else {
        format!("http://{address}")
    }
}

fn api_key(key: Option<&SecretString>) -> Result<ApiKey, Failure> {
    key.map(ExposeSecret::expose_secret)
        .filter(|key| !key.is_empty())
        .map_or_else(|| Ok(ApiKey::default()), ApiKey::new)
        .map_err(|error| Failure::usage(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_and_port_is_enough_and_a_scheme_is_kept() {
        assert_eq!(url("127.0.0.1:1"), "http://127.0.0.1:1");
        assert_eq!(url("http://[::1]:1"), "http://[::1]:1");
        assert_eq!(url("https://ppob.example:1"), "https://ppob.example:1");
    }
}
