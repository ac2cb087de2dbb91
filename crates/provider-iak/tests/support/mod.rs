//! A peer on loopback that answers every request alike and keeps what it was asked; and the provider, with
//! everything it is given by the engine.

use std::sync::{Arc, Mutex};

use ppob_provider::{
    AttemptRef, BuildRequest, BuiltProvider, CallContext, InquiryRequest, PayRequest,
    ProviderError, SendPermit,
};
use ppob_provider_iak::KIND;
use ppob_types::{
    AttemptId, Bill, Clock, CustomerNumber, Family, InquiryToken, Monotonic, Parameters, PayAnswer,
    ProductCode, ProviderName, Purchase, Rupiah, Sensitive, StatusReport, Timestamp,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub(crate) const USERNAME: &str = "081200000000";
pub(crate) const API_KEY: &str = "iakkey-abc";

/// The path and the JSON body of a request.
pub(crate) type Request = (String, Value);

pub(crate) struct Peer {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Peer {
    /// Answers with HTTP status 200 and this body.
    pub(crate) async fn answering(body: &str) -> Self {
        Self::answering_with("200 OK", body.as_bytes()).await
    }

    /// Answers with this status and body.
    pub(crate) async fn answering_with(status: &str, body: &[u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
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
        let Some((head, body)) = request.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() == length.unwrap().parse::<usize>().unwrap() {
            assert!(head.starts_with("POST "), "{head}");
            assert!(head.contains("content-type: application/json"), "{head}");
            let path = head.split(' ').nth(1).unwrap();
            return (path.to_owned(), serde_json::from_str(body).unwrap());
        }
    }
}

/// A provider both of whose hosts are at `url`; `more` overrides settings.
pub(crate) fn provider(url: &str, more: Value) -> BuiltProvider {
    let mut settings = json!({
        "prepaid_url": url,
        "postpaid_url": url,
        "allow_plaintext": true,
        "username": USERNAME,
        "api_key": { "file": concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/api_key") },
    });
    if let (Some(settings), Value::Object(more)) = (settings.as_object_mut(), more) {
        settings.extend(more);
    }
    (KIND.build)(BuildRequest {
        name: ProviderName::new("iak-jkt").unwrap(),
        settings,
        clock: Arc::new(StoppedClock),
    })
    .unwrap()
}

/// A purchase for a number that need not fit the grammar of its family, as those of the document do not.
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

pub(crate) fn reference() -> AttemptId {
    AttemptId::new(0xB3, 1)
}

pub(crate) fn inquiry(family: Family, code: &str, number: &str) -> InquiryRequest {
    InquiryRequest {
        purchase: purchase(family, number),
        provider_code: code.to_owned(),
        reference: Some(reference()),
    }
}

/// A payment, of the inquiry `tr_id` if it is a bill.
pub(crate) fn payment(family: Family, code: &str, number: &str, tr_id: Option<&str>) -> PayRequest {
    let token = tr_id.map(|tr_id| format!("{}:{tr_id}", reference()));
    PayRequest {
        attempt: reference(),
        purchase: purchase(family, number),
        provider_code: code.to_owned(),
        max_cost: Rupiah::new(10_000_000),
        inquiry_token: token.map(|token| InquiryToken(Sensitive::new(token))),
    }
}

/// The payment of a bill that was just asked for.
pub(crate) fn payment_of(request: &InquiryRequest, bill: &Bill) -> PayRequest {
    PayRequest {
        attempt: request.reference.clone().unwrap(),
        purchase: request.purchase.clone(),
        provider_code: request.provider_code.clone(),
        max_cost: bill.cost.unwrap(),
        inquiry_token: bill.token.clone(),
    }
}

pub(crate) fn attempt(request: &PayRequest) -> AttemptRef {
    AttemptRef {
        attempt: request.attempt.clone(),
        provider_ref: None,
        purchase: request.purchase.clone(),
        provider_code: request.provider_code.clone(),
        sent_at: Timestamp::default(),
        max_cost: request.max_cost,
    }
}

/// What a payment at a peer that answers `body` becomes.
pub(crate) async fn paid(request: &PayRequest, body: &str) -> PayAnswer {
    let peer = Peer::answering(body).await;
    let built = provider(&peer.url, json!({}));
    let answer = built.provider.pay(&context(), request, permit()).await;
    assert_eq!(peer.requests().len(), 1);
    assert_eq!(answer.observed.raw.as_ref().unwrap().expose(), body);
    answer
}

/// What a status check at a peer that answers `body` says.
pub(crate) async fn checked(
    request: &PayRequest,
    body: &str,
) -> Result<StatusReport, ProviderError> {
    let peer = Peer::answering(body).await;
    let built = provider(&peer.url, json!({}));
    built.provider.check_status(&context(), &attempt(request)).await
}

/// What an inquiry at a peer that answers `body` says.
pub(crate) async fn asked(request: &InquiryRequest, body: &str) -> Result<Bill, ProviderError> {
    let peer = Peer::answering(body).await;
    let built = provider(&peer.url, json!({}));
    built.provider.inquire(&context(), request).await
}

/// `data` in its envelope, with `changes`; `null` takes a field out.
pub(crate) fn body(mut data: Value, changes: Value) -> String {
    if let (Some(fields), Value::Object(changes)) = (data.as_object_mut(), changes) {
        for (name, value) in changes {
            if value.is_null() {
                fields.remove(&name);
            } else {
                fields.insert(name, value);
            }
        }
    }
    json!({ "data": data, "meta": [] }).to_string()
}

/// A top-up that is worked on, as the document shows it.
pub(crate) fn top_up_data() -> Value {
    json!({
        "ref_id": reference().as_str(),
        "status": 0,
        "product_code": "xld25000",
        "customer_id": "0817777215",
        "price": 25000,
        "message": "PROCESS",
        "balance": 997_061_249,
        "tr_id": 3482,
        "rc": "39",
    })
}

pub(crate) fn top_up() -> PayRequest {
    payment(Family::MobileTopUp, "xld25000", "0817777215", None)
}

/// A bill of PLN that was paid, as the document shows it.
pub(crate) fn bill_data() -> Value {
    json!({
        "tr_id": 9_732_792,
        "code": "PLNPOSTPAID",
        "datetime": "20180803171844",
        "hp": "530000000001",
        "tr_name": "NAMA PELANGGAN",
        "period": "201608",
        "nominal": 300_000,
        "admin": 2_500,
        "response_code": "00",
        "message": "PAYMENT SUCCESS",
        "price": 302_500,
        "selling_price": 301_900,
        "balance": 997_586_108,
        "noref": "004212C9245F1BA43A77CEBD5CD5DA39",
        "ref_id": reference().as_str(),
        "desc": {
            "tarif": "R1",
            "daya": 1300,
            "lembar_tagihan": "1",
            "lembar_tagihan_sisa": 0,
            "tagihan": { "detail": [ {
                "meter_awal": "00080000",
                "meter_akhir": "00080120",
                "periode": "201608",
                "nilai_tagihan": "300000",
                "admin": "2500",
                "denda": "0",
                "total": 302_500,
            } ] },
        },
    })
}

pub(crate) fn bill() -> PayRequest {
    payment(Family::PlnPostpaid, "PLNPOSTPAID", "530000000001", Some("9732792"))
}

pub(crate) fn bill_inquiry() -> InquiryRequest {
    inquiry(Family::PlnPostpaid, "PLNPOSTPAID", "530000000001")
}

pub(crate) fn context() -> CallContext {
    CallContext { clock: Arc::new(StoppedClock) }
}

#[expect(clippy::disallowed_methods, reason = "a test stands in for the commit of an intent")]
pub(crate) fn permit() -> SendPermit {
    SendPermit::mint(reference(), Monotonic::default(), Arc::new(StoppedClock)).0
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
