//! A peer on loopback that answers every request alike and keeps what it was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ppob_provider::{
    AttemptRef, BuildRequest, BuiltProvider, CallContext, InquiryRequest, PayRequest, SendPermit,
};
use ppob_provider_mmbc::KIND;
use ppob_types::{
    AttemptId, Clock, CustomerNumber, Family, Monotonic, Parameters, PayAnswer, ProductCode,
    ProviderName, ProviderRef, Purchase, Rupiah, Timestamp,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The verb and the form fields of a request.
pub(crate) type Request = (String, BTreeMap<String, String>);

pub(crate) struct Peer {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Peer {
    /// Answers with HTTP status 200 and this body, as MMBC does also for refusals.
    pub(crate) async fn answering(body: &str) -> Self {
        Self::answering_with("200 OK", body.as_bytes()).await
    }

    /// Answers with this status and body.
    pub(crate) async fn answering_with(status: &str, body: &[u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/json/ppob", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let answer = [head.as_bytes(), body].concat();
        let task = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read(&mut stream).await;
                seen.lock().unwrap().push(request);
                stream.write_all(&answer).await.unwrap();
            }
        });
        Self { url, requests, task }
    }

    /// What was asked, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read(stream: &mut TcpStream) -> Request {
    let mut request = String::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.unwrap();
        request.push_str(std::str::from_utf8(buffer.get(..count).unwrap()).unwrap());
        let Some((head, body)) = request.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() == length.unwrap().parse::<usize>().unwrap() {
            let path = head.split(' ').nth(1).unwrap();
            return (path.to_owned(), serde_urlencoded::from_str(body).unwrap());
        }
    }
}

/// A provider at `url`; `more` overrides settings.
pub(crate) fn provider(url: &str, more: Value) -> BuiltProvider {
    let mut settings = json!({
        "base_url": url,
        "allow_plaintext": true,
        "username": "dummy",
        "password": { "file": concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/password") },
    });
    if let (Some(settings), Value::Object(more)) = (settings.as_object_mut(), more) {
        settings.extend(more);
    }
    (KIND.build)(BuildRequest {
        name: ProviderName::new("mmbc-jkt").unwrap(),
        settings,
        clock: Arc::new(StoppedClock),
    })
    .unwrap()
}

/// A purchase for a number that need not fit the grammar of its family, as those of the document
/// do not.
pub(crate) fn purchase(family: Family, number: &str) -> Purchase {
    let customer: CustomerNumber = serde_json::from_value(json!(number)).unwrap();
    Purchase {
        product: ProductCode::new("TEST").unwrap(),
        family,
        customer,
        amount: None,
        parameters: Parameters::default(),
    }
}

pub(crate) fn inquiry(family: Family, code: &str, number: &str) -> InquiryRequest {
    InquiryRequest {
        purchase: purchase(family, number),
        provider_code: code.to_owned(),
        reference: None,
    }
}

pub(crate) fn payment(family: Family, code: &str, number: &str) -> PayRequest {
    PayRequest {
        attempt: AttemptId::new(1, 1),
        purchase: purchase(family, number),
        provider_code: code.to_owned(),
        max_cost: Rupiah::new(1_000_000),
        inquiry_token: None,
    }
}

pub(crate) fn attempt(request: &PayRequest, invoice: &str) -> AttemptRef {
    AttemptRef {
        attempt: request.attempt.clone(),
        provider_ref: ProviderRef::new(invoice),
        purchase: request.purchase.clone(),
        provider_code: request.provider_code.clone(),
        sent_at: Timestamp::default(),
        max_cost: request.max_cost,
    }
}

/// Pays at `url`.
pub(crate) async fn pay(url: &str, request: &PayRequest) -> PayAnswer {
    let built = provider(url, json!({}));
    built.provider.pay(&context(), request, permit()).await
}

pub(crate) fn context() -> CallContext {
    CallContext { clock: Arc::new(StoppedClock) }
}

#[expect(clippy::disallowed_methods, reason = "a test stands in for the commit of an intent")]
pub(crate) fn permit() -> SendPermit {
    SendPermit::mint(AttemptId::new(1, 1), Monotonic::default(), Arc::new(StoppedClock)).0
}

#[derive(Debug)]
struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::default()
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic::default()
    }
}
