//! The control endpoints of the simulated providers: what they really charged.

use std::collections::BTreeMap;
use std::time::Duration;

use ppob_simulator::{Charge, Ledger};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::sandbox::Simulated;

const PATIENCE: Duration = Duration::from_secs(10);

/// Those of all simulators, by name.
#[derive(Debug)]
pub(super) struct Controls(BTreeMap<String, Control>);

/// That of one simulator.
#[derive(Debug)]
struct Control {
    /// The accounts, as the engine calls them.
    providers: Vec<String>,
    authority: String,
    path: String,
}

/// A charge, and who made it.
#[derive(Clone, Debug)]
pub(super) struct Charged {
    pub(super) simulator: String,
    pub(super) charge: Charge,
}

impl Controls {
    /// Of the simulators that a sandbox wrote down.
    pub(super) fn of(simulators: &BTreeMap<String, Simulated>) -> Result<Self, Failure> {
        let one = |(name, simulated): (&String, &Simulated)| {
            Ok((name.clone(), Control::at(&simulated.control, simulated.providers.clone())?))
        };
        simulators.iter().map(one).collect::<Result<_, _>>().map(Self)
    }

    /// The names of all simulators.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The simulator that has the account of this provider.
    pub(super) fn of_provider(&self, provider: &str) -> Option<&str> {
        let has = |control: &Control| control.providers.iter().any(|name| name == provider);
        self.0.iter().find(|(_, control)| has(control)).map(|(name, _)| name.as_str())
    }

    /// What any of them really charged for one customer number.
    pub(super) async fn charges(&self, customer_number: &str) -> Result<Vec<Charged>, Failure> {
        let mut all = Vec::new();
        for (name, control) in &self.0 {
            let ledger = control.ask("GET", "ledger", "").await?;
            let ledger: Ledger = serde_json::from_value(ledger)
                .map_err(|error| control.problem(&error.to_string()))?;
            let of_this_number = ledger
                .charges
                .into_iter()
                .filter(|charge| charge.customer_number == customer_number);
            all.extend(of_this_number.map(|charge| Charged { simulator: name.clone(), charge }));
        }
        Ok(all)
    }

    /// Lets a pending order under our reference succeed. Once this returns, the callback about it was answered.
    pub(super) async fn deliver(&self, simulator: &str, reference: &str) -> Result<(), Failure> {
        let Some(control) = self.0.get(simulator) else {
            return Err(Failure::usage(format!(
                "The addresses of the sandbox lack the simulator {simulator}; is it of this version of ppob? \
                 No real money is involved."
            )));
        };
        let body = json!({ "ref_id": reference, "success": true });
        control.ask("POST", "settle", &body.to_string()).await.map(drop)
    }
}

impl Control {
    /// Reads `http://127.0.0.1:PORT/control`.
    fn at(url: &str, providers: Vec<String>) -> Result<Self, Failure> {
        let parts = url.strip_prefix("http://").and_then(|rest| rest.split_once('/'));
        let Some((authority, path)) = parts else {
            return Err(Failure::usage(format!(
                "{url} is no control endpoint of a sandbox; give the one that `ppob sandbox` prints. No real money is involved."
            )));
        };
        Ok(Self { providers, authority: authority.to_owned(), path: path.to_owned() })
    }

    /// The JSON of an answer.
    async fn ask(&self, method: &str, what: &str, body: &str) -> Result<Value, Failure> {
        let answer = tokio::time::timeout(PATIENCE, self.send(method, what, body)).await;
        let answer = answer
            .map_err(|_| self.problem("no answer in time"))?
            .map_err(|error| self.problem(&error.to_string()))?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        if !head.starts_with("HTTP/1.1 200") {
            return Err(self.problem(body.trim()));
        }
        serde_json::from_str(body).map_err(|error| self.problem(&error.to_string()))
    }

    /// The whole answer; the simulators send their bodies unchunked.
    async fn send(&self, method: &str, what: &str, body: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(&self.authority).await?;
        let request = format!(
            "{method} /{}/{what} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.path,
            self.authority,
            body.len()
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    fn problem(&self, why: &str) -> Failure {
        Failure::new(
            Exit::Unknown,
            format!(
                "A simulator could not be asked at {}: {why}. No real money is involved; does the sandbox still run?",
                self.authority
            ),
        )
    }
}
