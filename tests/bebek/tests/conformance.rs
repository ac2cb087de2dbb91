//! The conformance kit against the simulated Bebek.
#![expect(clippy::unwrap_used, reason = "tests")]

use async_trait::async_trait;
use ppob_provider::ProviderKind;
use ppob_provider_testkit::{
    Debit, Play, PriceFacts, PriceScene, Remote, Sample, Scene, Setup, Subject, assert_conforms,
};
use ppob_simulator::bebek::{BebekConfig, BebekHandle, BebekSimulator, Conduct};
use ppob_types::{AttemptId, Family, Rejection, Rupiah};
use serde_json::{Value, json};

const LOGIN: &str = "login";

/// What stands in the fixture.
const PASSWORD: &str = "bebek-secret";

pub(crate) struct Bebek;

struct Simulator(BebekHandle);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the template itself is never finished: template.rs runs it"]
async fn bebek_conforms() {
    assert_conforms(Bebek).await;
}

#[async_trait]
impl Subject for Bebek {
    fn name(&self) -> String {
        "bebek".to_owned()
    }

    fn kind(&self) -> ProviderKind {
        ppob_provider_bebek::KIND
    }

    fn settings(&self, setup: &Setup) -> Value {
        json!({
            "base_url": format!("{}/api", setup.origin),
            "allow_plaintext": true,
            "username": LOGIN,
            "password": { "file": concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/password") },
            "connect_timeout_ms": setup.connect_timeout.as_millis(),
            "pay_timeout_ms": setup.total_timeout.as_millis(),
            "read_timeout_ms": setup.total_timeout.as_millis(),
        })
    }

    fn secrets(&self) -> Vec<String> {
        vec![PASSWORD.to_owned()]
    }

    /// LEFT: one product of each family at least, with the document's codes; more where numbers, codes or amounts
    /// are odd.
    fn samples(&self) -> Vec<Sample> {
        vec![Sample::new(Family::PlnPrepaid, "PLN-PREPAID-20000", "CODE20", "530000009999")]
    }

    async fn start(&self) -> Box<dyn Remote> {
        let config = BebekConfig::new(LOGIN, PASSWORD, 100_000_000);
        Box::new(Simulator(BebekSimulator::start(config).await.unwrap()))
    }

    /// LEFT: what the table in `src/codes.rs` refuses.
    fn refusals(&self, _: Family) -> Vec<Rejection> {
        Vec::new()
    }
}

#[async_trait]
impl Remote for Simulator {
    fn origin(&self) -> String {
        self.0.base_url()
    }

    /// LEFT: every other scene that the document has words for, and for each that it has none for, why.
    async fn play(&self, scene: &Scene, sample: &Sample, _: &AttemptId) -> Play<Sample> {
        match scene {
            Scene::Succeeds => self.0.conduct(Conduct::Pays),
            Scene::Unlisted => self.0.conduct(Conduct::Says("nobody lists this".to_owned())),
            _ => return Play::CannotSay("LEFT: play this scene in tests/conformance.rs"),
        }
        Play::Set(sample.clone())
    }

    /// LEFT: a list with a closed row, one with a row that cannot be read, and a refusal in its place.
    async fn prices(&self, scene: PriceScene) -> Play<PriceFacts> {
        match scene {
            PriceScene::Whole => Play::Set(PriceFacts {
                readable: 1,
                fixed: vec![("CODE20".to_owned(), Rupiah::new(20_700))],
                ..PriceFacts::default()
            }),
            _ => Play::CannotSay("LEFT: play this list in tests/conformance.rs"),
        }
    }

    async fn debits(&self) -> Vec<Debit> {
        let charges = self.0.ledger().charges.into_iter();
        let debit = |charge: ppob_simulator::Charge| Debit {
            provider_code: charge.product,
            customer: charge.customer_number,
            cost: Rupiah::new(charge.cost),
            // LEFT: `Some`, if the answers tell what the customer pays.
            total: None,
            token: charge.token,
            refunded: charge.refunded,
        };
        charges.map(debit).collect()
    }

    async fn balance(&self) -> Option<Rupiah> {
        Some(Rupiah::new(self.0.balance()))
    }
}
