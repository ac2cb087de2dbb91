//! A running engine, and the questions that tests ask it.

use std::collections::BTreeMap;
use std::path::Path;

use ppob_api::v1::operator_service_client::OperatorServiceClient;
use ppob_api::v1::{
    Bill, CheckNowRequest, CreatePaymentRequest, CreatePaymentResponse, GetPaymentRequest,
    GetProductRequest, InquireRequest, ListPaymentsRequest, Payment, PaymentState,
};
use ppob_api::{ApiKey, ClientTls, PpobClient, endpoint};
use ppob_simulator::mmbc::MmbcHandle;
use serde_json::Value;
use tokio::task::JoinHandle;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

use crate::load::{Target, Truth};
use crate::metrics::Metrics;
use crate::process::{Ended, Process};
use crate::wait::until;
use crate::{Problem, Result, request};

/// A running `ppob serve` or `ppob sandbox`. Dropping it kills it.
#[derive(Debug)]
pub struct Engine {
    process: Process,
    /// Where it listens.
    pub addresses: Addresses,
    /// A connection to it.
    pub client: PpobClient,
    /// How callers reach it, if by TLS.
    tls: Option<ClientTls>,
}

/// A call that pays, on its way.
pub type Paying = JoinHandle<Result<CreatePaymentResponse, Status>>;

/// Where an engine listens, as it wrote down.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The gRPC API, `127.0.0.1:PORT`.
    pub api: String,
    /// The operators' gRPC API.
    pub operator: String,
    /// The metrics.
    pub metrics: String,
    /// Where providers send callbacks; none if no provider does.
    pub callbacks: Option<String>,
    /// The control endpoints of the simulated providers, `http://HOST:PORT/control`, by their names; only a
    /// sandbox has any.
    pub controls: BTreeMap<String, String>,
}

impl Engine {
    /// Waits until a `ppob serve` has logged where it listens, and answers there.
    ///
    /// # Errors
    /// If it ends instead, or does not get ready.
    pub async fn of_serve(process: Process, tls: Option<ClientTls>) -> Result<Self> {
        Self::connect(process, tls, |process| Addresses::logged(&process.stderr())).await
    }

    /// Waits until a `ppob sandbox` has written its addresses to `file`, and answers there.
    ///
    /// # Errors
    /// If it ends instead, or does not get ready.
    pub async fn of_sandbox(process: Process, file: &Path) -> Result<Self> {
        Self::connect(process, None, |_| Addresses::written(file)).await
    }

    async fn connect(
        mut process: Process,
        tls: Option<ClientTls>,
        addresses: impl Fn(&Process) -> Result<Addresses>,
    ) -> Result<Self> {
        let ready = until("the engine answers", async || {
            if let Err(problem) = process.check_running() {
                return Ok(Err(problem));
            }
            let addresses = addresses(&process).map_err(|problem| problem.to_string())?;
            let client = reach(&addresses.api, tls.as_ref()).await;
            let client = client.map_err(|problem| problem.to_string())?;
            Ok(Ok((addresses, client)))
        });
        let ready = ready.await;
        let (addresses, client) =
            ready.map_err(|problem| Problem::new(format!("{problem}\n{}", process.stderr())))??;
        Ok(Self { process, addresses, client, tls })
    }

    /// The process.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Kills it as a crash would.
    ///
    /// # Errors
    /// If it cannot be killed.
    pub async fn kill(self) -> Result<()> {
        self.process.kill().await
    }

    /// Asks it to end (SIGTERM) and waits until it has.
    ///
    /// # Errors
    /// If it does not end.
    pub async fn stop(self) -> Result<Ended> {
        self.process.terminate().await?;
        self.process.ended().await
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// If it does not end.
    pub async fn ended(self) -> Result<Ended> {
        self.process.ended().await
    }

    /// One more connection.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn connection(&self) -> Result<PpobClient> {
        reach(&self.addresses.api, self.tls.as_ref()).await
    }

    /// The raw connection to the API, for services that every gRPC server has.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn channel(&self) -> Result<Channel> {
        Ok(Endpoint::from_shared(format!("http://{}", self.addresses.api))?.connect().await?)
    }

    /// The operators' service.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn operators(&self) -> Result<OperatorServiceClient<Channel>> {
        Ok(OperatorServiceClient::connect(format!("http://{}", self.addresses.operator)).await?)
    }

    /// The metrics as they are now.
    ///
    /// # Errors
    /// If nobody answers there.
    pub async fn metrics(&self) -> Result<Metrics> {
        Metrics::read(&self.metrics_url()).await
    }

    /// This engine as the target of a load run.
    pub fn load_target<'a>(&self, provider: &'a MmbcHandle) -> Target<'a> {
        Target {
            address: self.addresses.api.clone(),
            metrics: self.metrics_url(),
            truth: Truth::Provider(provider),
        }
    }

    /// Where the metrics are.
    pub fn metrics_url(&self) -> String {
        format!("http://{}/metrics", self.addresses.metrics)
    }

    /// Waits until a payment of [`request::TOKEN`] would find a route.
    ///
    /// # Errors
    /// If the provider's prices do not come.
    pub async fn wait_for_prices(&self) -> Result<()> {
        self.wait_for_price_of(request::TOKEN).await
    }

    /// Waits until a payment of this product would find a route.
    ///
    /// # Errors
    /// If the provider's prices do not come.
    pub async fn wait_for_price_of(&self, product_code: &str) -> Result<()> {
        let request = GetProductRequest { product_code: product_code.to_owned() };
        let what = format!("the engine knows the price of {product_code}");
        let prices = until(&what, async || {
            let answer = self.client.catalog.clone().get_product(request.clone()).await;
            let product = answer.map_err(|status| status.to_string())?.into_inner().product;
            let product = product.ok_or("an answer without a product")?;
            if product.available { Ok(()) } else { Err(product.unavailable_reason) }
        });
        prices
            .await
            .map_err(|problem| Problem::new(format!("{problem}\n{}", self.process.stderr())))
    }

    /// Pays.
    ///
    /// # Errors
    /// The status of the answer.
    pub async fn create(
        &self,
        request: CreatePaymentRequest,
    ) -> Result<CreatePaymentResponse, Status> {
        let answer = self.client.payments.clone().create_payment(request).await?;
        Ok(answer.into_inner())
    }

    /// The status of a request that has to be refused.
    ///
    /// # Errors
    /// If it was accepted.
    pub async fn refused(&self, request: CreatePaymentRequest) -> Result<Status> {
        match self.create(request).await {
            Ok(answer) => Err(Problem::new(format!("this was accepted: {answer:?}"))),
            Err(status) => Ok(status),
        }
    }

    /// Pays over a connection of its own, in a task; so that the caller can go, or the engine.
    ///
    /// # Errors
    /// If the engine does not answer.
    pub async fn start_paying(&self, request: CreatePaymentRequest) -> Result<Paying> {
        let client = self.connection().await?;
        Ok(tokio::spawn(async move {
            let answer = client.payments.clone().create_payment(request).await?;
            Ok(answer.into_inner())
        }))
    }

    /// Pays, and gives the payment.
    ///
    /// # Errors
    /// If it was not accepted.
    pub async fn pay(&self, request: CreatePaymentRequest) -> Result<Payment> {
        let answer = self.create(request).await?;
        answer.payment.ok_or_else(|| Problem::new("an answer without a payment"))
    }

    /// The payment as it stands.
    ///
    /// # Errors
    /// The status of the answer.
    pub async fn get(&self, payment_id: &str) -> Result<Payment, Status> {
        let request = GetPaymentRequest { payment_id: payment_id.to_owned() };
        let answer = self.client.payments.clone().get_payment(request).await?;
        answer.into_inner().payment.ok_or_else(|| Status::internal("an answer without a payment"))
    }

    /// What is owed.
    ///
    /// # Errors
    /// The status of the answer.
    pub async fn inquire(&self, request: InquireRequest) -> Result<Bill, Status> {
        let answer = self.client.payments.clone().inquire(request).await?;
        answer.into_inner().bill.ok_or_else(|| Status::internal("an answer without a bill"))
    }

    /// Lets the engine ask the provider about a payment now, as an operator does; the payment afterwards.
    ///
    /// # Errors
    /// The status of the answer.
    pub async fn check_now(&self, payment_id: &str) -> Result<Payment> {
        let request = CheckNowRequest {
            consumer: "local".to_owned(),
            payment_id: payment_id.to_owned(),
            actor: "sari".to_owned(),
            ..CheckNowRequest::default()
        };
        let answer = self.operators().await?.check_now(request).await?.into_inner();
        answer.payment.ok_or_else(|| Problem::new("an answer without a payment"))
    }

    /// Waits until a payment is in `state`.
    ///
    /// # Errors
    /// If it does not get there.
    pub async fn wait_for(&self, payment_id: &str, state: PaymentState) -> Result<Payment> {
        until(&format!("payment {payment_id} is {}", state.as_str_name()), async || {
            let payment = self.get(payment_id).await.map_err(|status| status.to_string())?;
            let found = payment.state();
            if found == state { Ok(payment) } else { Err(found.as_str_name().to_owned()) }
        })
        .await
    }

    /// Every payment, newest first.
    ///
    /// # Errors
    /// If a page is not answered.
    pub async fn payments(&self) -> Result<Vec<Payment>> {
        payments(&self.client).await
    }
}

impl Addresses {
    /// Out of `ready: gRPC on …, operators on …, metrics on http://…/metrics`, and maybe `, callbacks on …`.
    fn logged(log: &str) -> Result<Self> {
        let after = |mark: &str| {
            let (_, rest) = log.split_once(mark)?;
            let end = rest.find(|c: char| c != ':' && c != '.' && !c.is_ascii_digit());
            rest.get(..end.unwrap_or(rest.len())).map(str::to_owned)
        };
        let address =
            |mark: &str| after(mark).ok_or_else(|| Problem::new(format!("no `{mark}` in the log")));
        Ok(Self {
            api: address("ready: gRPC on ")?,
            operator: address("operators on ")?,
            metrics: address("metrics on http://")?,
            callbacks: after("callbacks on "),
            controls: BTreeMap::new(),
        })
    }

    fn written(file: &Path) -> Result<Self> {
        let all: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
        let text = |name: &str| all.get(name).and_then(Value::as_str).map(str::to_owned);
        let address = |name: &str| {
            text(name).ok_or_else(|| Problem::new(format!("no address `{name}` in {all}")))
        };
        let simulators = all.get("simulators").and_then(Value::as_object);
        let controls = simulators.into_iter().flatten().filter_map(|(name, simulator)| {
            Some((name.clone(), simulator.get("control")?.as_str()?.to_owned()))
        });
        let controls = controls.collect();
        Ok(Self {
            api: address("api")?,
            operator: address("operator")?,
            metrics: address("metrics")?,
            callbacks: text("callbacks"),
            controls,
        })
    }
}

/// A connection to the API at `HOST:PORT`.
///
/// # Errors
/// If nobody answers there.
pub async fn connect(address: &str) -> Result<PpobClient> {
    reach(address, None).await
}

async fn reach(address: &str, tls: Option<&ClientTls>) -> Result<PpobClient> {
    connect_as(address, tls, ApiKey::default()).await
}

/// A connection to the API at `HOST:PORT`, maybe with TLS, that shows a key.
///
/// # Errors
/// If nobody answers there.
pub async fn connect_as(address: &str, tls: Option<&ClientTls>, key: ApiKey) -> Result<PpobClient> {
    let endpoint = match tls {
        None => endpoint(format!("http://{address}"), &ClientTls::default())?,
        Some(tls) => endpoint(format!("https://{address}"), tls)?,
    };
    Ok(PpobClient::of_channel(endpoint.connect().await?, key))
}

/// Every payment of the consumer, newest first.
///
/// # Errors
/// If a page is not answered.
pub async fn payments(client: &PpobClient) -> Result<Vec<Payment>> {
    let mut all = Vec::new();
    let mut request = ListPaymentsRequest { page_size: 500, ..ListPaymentsRequest::default() };
    loop {
        let page = client.payments.clone().list_payments(request.clone()).await?.into_inner();
        all.extend(page.payments);
        if page.next_page_token.is_empty() {
            return Ok(all);
        }
        request.page_token = page.next_page_token;
    }
}
