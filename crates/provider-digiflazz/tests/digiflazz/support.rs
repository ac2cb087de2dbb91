//! Peers on loopback, a provider at them, and things to ask it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ppob_provider::{
    AttemptRef, BuildRequest, BuiltProvider, CallContext, InquiryRequest, PayRequest, RawCallback,
    SendPermit,
};
use ppob_provider_digiflazz::KIND;
use ppob_simulator::digiflazz::{
    AccountConfig, DigiflazzConfig, DigiflazzHandle, DigiflazzSimulator, FIXED_SECONDS,
};
use ppob_types::{
    AttemptId, Bill, Clock, CustomerNumber, Family, InquiryToken, Monotonic, Parameters, PayAnswer,
    ProductCode, ProviderName, Purchase, Rupiah, Sensitive, StatusReport, Timestamp,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The deposit at the start.
pub(crate) const DEPOSIT: i64 = 100_000_000;

/// A peer that answers every request alike and keeps what it was asked.
pub(crate) struct Peer {
    pub(crate) url: String,
    requests: watch::Receiver<Vec<RawCallback>>,
    paths: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Peer {
    /// Answers with HTTP status 200 and this data.
    pub(crate) async fn saying(data: &Value) -> Self {
        Self::answering("200 OK", json!({ "data": data }).to_string().as_bytes()).await
    }

    /// Answers with this status and body.
    pub(crate) async fn answering(status: &str, body: &[u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let (seen, requests) = watch::channel(Vec::new());
        let paths = Arc::new(Mutex::new(Vec::new()));
        let asked = Arc::clone(&paths);
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let answer = [head.as_bytes(), body].concat();
        let task = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (path, request) = read(&mut stream).await;
                asked.lock().unwrap().push(path);
                stream.write_all(&answer).await.unwrap();
                seen.send_modify(|all: &mut Vec<RawCallback>| all.push(request));
            }
        });
        Self { url, requests, paths, task }
    }

    /// What was asked, in order, as JSON.
    pub(crate) fn bodies(&self) -> Vec<Value> {
        let requests = self.requests.borrow();
        requests.iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
    }

    /// The paths of what was asked, in order.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.paths.lock().unwrap().clone()
    }

    /// Waits for so many requests.
    pub(crate) async fn received(&self, count: usize) -> Vec<RawCallback> {
        let mut requests = self.requests.clone();
        requests.wait_for(|all| all.len() >= count).await.unwrap().clone()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read(stream: &mut TcpStream) -> (String, RawCallback) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.unwrap();
        request.extend_from_slice(&buffer[..count]);
        let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let head = std::str::from_utf8(&request[..end]).unwrap().to_owned();
        let headers: Vec<(String, Sensitive)> = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), Sensitive::from(value)))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length: usize = length.unwrap().1.expose().parse().unwrap();
        let body = request[end + 4..].to_vec();
        if body.len() == length {
            let path = head.split(' ').nth(1).unwrap().to_owned();
            return (path, RawCallback { headers, query: Vec::new(), body });
        }
    }
}

/// A clock that stands still until it is set.
#[derive(Debug)]
pub(crate) struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Monotonic {
        let seconds = u64::try_from(self.0.load(Ordering::SeqCst)).unwrap();
        Monotonic::from_start(Duration::from_secs(seconds))
    }
}

/// A provider, its clock, and the reference it pays under next.
pub(crate) struct Shop {
    pub(crate) built: BuiltProvider,
    pub(crate) clock: Arc<SetClock>,
}

impl Shop {
    /// At `url` with the development key; `more` overrides settings.
    pub(crate) fn at(url: &str, more: Value) -> Self {
        let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/key");
        let webhook = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/webhook");
        let mut settings = json!({
            "base_url": url,
            "allow_plaintext": true,
            "username": "demo-user",
            "api_key": { "file": key },
            "testing": true,
            "webhook_secret": { "file": webhook },
        });
        if let (Some(settings), Value::Object(more)) = (settings.as_object_mut(), more) {
            settings.extend(more);
        }
        let clock = Arc::new(SetClock(AtomicI64::new(FIXED_SECONDS)));
        let built = (KIND.build)(BuildRequest {
            name: ProviderName::new("digiflazz-jkt").unwrap(),
            settings,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
        })
        .unwrap();
        Self { built, clock }
    }

    pub(crate) fn context(&self) -> CallContext {
        CallContext { clock: Arc::clone(&self.clock) as Arc<dyn Clock> }
    }

    pub(crate) fn pass(&self, span: Duration) {
        self.clock.0.fetch_add(i64::try_from(span.as_secs()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) async fn inquire(
        &self,
        purchase: &Purchase,
        code: &str,
        reference: &AttemptId,
    ) -> Result<Bill, ppob_provider::ProviderError> {
        let request = InquiryRequest {
            purchase: purchase.clone(),
            provider_code: code.to_owned(),
            reference: Some(reference.clone()),
        };
        self.built.provider.inquire(&self.context(), &request).await
    }

    pub(crate) async fn pay(&self, request: &PayRequest) -> PayAnswer {
        let permit = permit(&request.attempt, Arc::clone(&self.clock) as Arc<dyn Clock>);
        self.built.provider.pay(&self.context(), request, permit).await
    }

    pub(crate) async fn check(
        &self,
        request: &PayRequest,
    ) -> Result<StatusReport, ppob_provider::ProviderError> {
        if !request.purchase.family.is_bill() {
            let permit = permit(&request.attempt, Arc::clone(&self.clock) as Arc<dyn Clock>);
            return self
                .built
                .provider
                .check_by_purchase(&self.context(), request, None, permit)
                .await;
        }
        let attempt = AttemptRef {
            attempt: request.attempt.clone(),
            provider_ref: None,
            purchase: request.purchase.clone(),
            provider_code: request.provider_code.clone(),
            sent_at: Timestamp::from_seconds(FIXED_SECONDS),
            max_cost: request.max_cost,
        };
        self.built.provider.check_status(&self.context(), &attempt).await
    }
}

#[expect(clippy::disallowed_methods, reason = "a test stands in for the commit of an intent")]
fn permit(attempt: &AttemptId, clock: Arc<dyn Clock>) -> SendPermit {
    let start_by = clock.monotonic().plus(Duration::from_secs(5));
    SendPermit::mint(attempt.clone(), start_by, clock).0
}

pub(crate) fn purchase(family: Family, number: &str) -> Purchase {
    Purchase {
        product: ProductCode::new("TEST").unwrap(),
        family,
        customer: CustomerNumber::parse(family, number).unwrap(),
        amount: None,
        parameters: Parameters::default(),
    }
}

/// The payment of `purchase` under reference number `number`.
pub(crate) fn payment(purchase: Purchase, code: &str, number: u32) -> PayRequest {
    PayRequest {
        attempt: AttemptId::new(11, number),
        purchase,
        provider_code: code.to_owned(),
        max_cost: Rupiah::new(10_000_000),
        inquiry_token: None,
    }
}

/// A purchase of the documented prepaid product.
pub(crate) fn topup(number: &str) -> PayRequest {
    payment(purchase(Family::MobileTopUp, number), "xld10", 1)
}

/// The payment of an electricity bill, as if it had been inquired about just now.
pub(crate) fn bill(number: &str) -> PayRequest {
    let mut request = payment(purchase(Family::PlnPostpaid, number), "pln", 1);
    let day = Timestamp::from_seconds(FIXED_SECONDS).wib_day();
    let token = format!("{} {day}", request.attempt);
    request.inquiry_token = Some(InquiryToken(Sensitive::new(token)));
    request
}

pub(crate) fn account() -> AccountConfig {
    AccountConfig::new("demo-user", "dev-0123456789", "prod-0123456789", DEPOSIT)
}

pub(crate) async fn simulator() -> DigiflazzHandle {
    DigiflazzSimulator::start(DigiflazzConfig::new(vec![account()])).await.unwrap()
}
