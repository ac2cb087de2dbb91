//! A provider of each shipped description, at a simulated centre.

use std::sync::Arc;

use ppob_provider::{
    AttemptRef, BuildRequest, BuiltProvider, CallContext, InquiryRequest, PayRequest, SendPermit,
};
use ppob_provider_h2h::KIND;
use ppob_simulator::h2h::{H2hConfig, H2hHandle, H2hSimulator, Profile};
use ppob_types::{
    AttemptId, Clock, CustomerNumber, Family, Monotonic, Parameters, ProductCode, ProviderName,
    ProviderRef, Purchase, Rupiah, Timestamp,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What stands in the fixture, as PIN and as password.
pub(crate) const SECRET: &str = "rahasia-h2h";

pub(crate) async fn simulator(profile: Profile) -> H2hHandle {
    let member = if profile == Profile::Rajabiller { "SP1" } else { "OK001" };
    start(H2hConfig::new(profile, member, SECRET, SECRET, 100_000_000)).await
}

pub(crate) async fn start(config: H2hConfig) -> H2hHandle {
    H2hSimulator::start(config).await.unwrap()
}

/// A provider at `origin`; `more` overrides settings.
pub(crate) fn provider(profile: Profile, origin: &str, more: Value) -> BuiltProvider {
    let secret = json!({ "file": concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/password") });
    let own = match profile {
        Profile::OkeConnect => json!({
            "description": "okeconnect", "base_url": origin, "member": "OK001",
            "password": secret, "price_id": "905c",
        }),
        Profile::OtomaX => json!({
            "description": "otomax", "base_url": origin, "member": "OK001", "password": secret,
            "prices": { "S5": 5_500 },
        }),
        Profile::Rajabiller => json!({
            "description": "rajabiller", "base_url": format!("{origin}/transaksi"), "uid": "SP1",
            "prices": { "S5H": 5_500, "PLNPASCH": 1_350 },
        }),
    };
    let mut settings = json!({ "allow_plaintext": true, "pin": secret });
    for table in [own, more] {
        settings.as_object_mut().unwrap().extend(table.as_object().unwrap().clone());
    }
    let name = ProviderName::new("centre").unwrap();
    (KIND.build)(BuildRequest { name, settings, clock: Arc::new(StoppedClock) }).unwrap()
}

fn purchase(family: Family, number: &str) -> Purchase {
    Purchase {
        product: ProductCode::new("TEST").unwrap(),
        family,
        customer: CustomerNumber::parse(family, number).unwrap(),
        amount: None,
        parameters: Parameters::default(),
    }
}

pub(crate) fn inquiry(family: Family, code: &str, number: &str) -> InquiryRequest {
    InquiryRequest {
        purchase: purchase(family, number),
        provider_code: code.to_owned(),
        reference: Some(AttemptId::new(11, 1)),
    }
}

pub(crate) fn payment(family: Family, code: &str, number: &str) -> PayRequest {
    PayRequest {
        attempt: AttemptId::new(11, 1),
        purchase: purchase(family, number),
        provider_code: code.to_owned(),
        max_cost: Rupiah::new(1_000_000),
        inquiry_token: None,
    }
}

pub(crate) fn attempt(request: &PayRequest, provider_ref: Option<ProviderRef>) -> AttemptRef {
    AttemptRef {
        attempt: request.attempt.clone(),
        provider_ref,
        purchase: request.purchase.clone(),
        provider_code: request.provider_code.clone(),
        sent_at: Timestamp::default(),
        max_cost: request.max_cost,
    }
}

pub(crate) fn context() -> CallContext {
    CallContext { clock: Arc::new(StoppedClock) }
}

#[expect(clippy::disallowed_methods, reason = "a test stands in for the commit of an intent")]
pub(crate) fn permit() -> SendPermit {
    SendPermit::mint(AttemptId::new(11, 1), Monotonic::default(), Arc::new(StoppedClock)).0
}

/// The query of the next request, which is answered with 200.
pub(crate) async fn received_query(listener: &TcpListener) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut head).await.unwrap(), 0, "it ended early");
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    let head = String::from_utf8(head).unwrap();
    let target = head.split(' ').nth(1).unwrap();
    target.split_once('?').unwrap().1.to_owned()
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
