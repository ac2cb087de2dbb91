//! The control endpoint of the simulated provider: what it really charged.

use std::time::Duration;

use ppob_simulator::{Charge, Ledger};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::exit::Exit;
use crate::failure::Failure;

const PATIENCE: Duration = Duration::from_secs(10);

/// Where it is.
#[derive(Debug)]
pub(super) struct Control {
    authority: String,
    path: String,
}

impl Control {
    /// Reads `http://127.0.0.1:PORT/control`.
    pub(super) fn at(url: &str) -> Result<Self, Failure> {
        let parts = url.strip_prefix("http://").and_then(|rest| rest.split_once('/'));
        let Some((authority, path)) = parts else {
            return Err(Failure::usage(format!(
                "{url} is no control endpoint of a sandbox; give the one that `ppob sandbox` prints. No real money is involved."
            )));
        };
        Ok(Self { authority: authority.to_owned(), path: path.to_owned() })
    }

    /// What was really charged for one customer number.
    pub(super) async fn charges(&self, customer_number: &str) -> Result<Vec<Charge>, Failure> {
        let read = tokio::time::timeout(PATIENCE, self.get("ledger"));
        let problem = |why: String| {
            Failure::new(
                Exit::Unknown,
                format!(
                    "The simulator's ledger could not be read at {}: {why}. No real money is involved; does the sandbox still run?",
                    self.authority
                ),
            )
        };
        let answer = read
            .await
            .map_err(|_| problem("no answer in time".to_owned()))?
            .map_err(|error| problem(error.to_string()))?;
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let ledger: Ledger =
            serde_json::from_str(body).map_err(|error| problem(error.to_string()))?;
        let mut charges = ledger.charges;
        charges.retain(|charge| charge.customer_number == customer_number);
        Ok(charges)
    }

    /// The whole answer; the simulator sends its body unchunked.
    async fn get(&self, what: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(&self.authority).await?;
        let request = format!(
            "GET /{}/{what} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.path, self.authority
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}
