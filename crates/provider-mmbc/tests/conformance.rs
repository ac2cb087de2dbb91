//! The conformance kit against the simulated MMBC.
#![expect(clippy::unwrap_used, reason = "tests")]

use async_trait::async_trait;
use ppob_provider::ProviderKind;
use ppob_provider_testkit::{
    Debit, Play, PriceFacts, PriceScene, Remote, Sample, Saying, Scene, Setup, Subject,
    assert_conforms,
};
use ppob_simulator::mmbc::{
    AccountConfig, Fault, FaultKind, MmbcConfig, MmbcHandle, MmbcSimulator, PendingEnd,
    PriceUpdate, ProductStatus, Verb,
};
use ppob_types::{AttemptId, Family, RefusalCode, RefusalScope, Rejection, Rupiah};
use serde_json::{Value, json};

const LOGIN: &str = "dummy";

/// What stands in the fixture.
const PASSWORD: &str = "dummy123";

struct Mmbc;

struct Simulator(MmbcHandle);

#[tokio::test(flavor = "multi_thread")]
async fn mmbc_conforms() {
    assert_conforms(Mmbc).await;
}

#[async_trait]
impl Subject for Mmbc {
    fn name(&self) -> String {
        "mmbc".to_owned()
    }

    fn kind(&self) -> ProviderKind {
        ppob_provider_mmbc::KIND
    }

    fn settings(&self, setup: &Setup) -> Value {
        json!({
            "base_url": format!("{}/json/ppob", setup.origin),
            "allow_plaintext": true,
            "username": LOGIN,
            "password": { "file": concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/password") },
            "connect_timeout_ms": setup.connect_timeout.as_millis(),
            "pay_timeout_ms": setup.total_timeout.as_millis(),
            "read_timeout_ms": setup.total_timeout.as_millis(),
            "balance_path": "../ceksaldo",
        })
    }

    fn secrets(&self) -> Vec<String> {
        vec![PASSWORD.to_owned()]
    }

    fn samples(&self) -> Vec<Sample> {
        let sample = Sample::new;
        vec![
            sample(Family::PlnPrepaid, "PLN-PREPAID-20000", "PLNS20", "530000009999"),
            sample(Family::PlnPrepaid, "PLN-PREPAID-1000000", "PLNS1000", "91011129999"),
            sample(Family::PlnPostpaid, "PLN-POSTPAID", "PLN", "530000009999"),
            sample(Family::PlnNonTaglis, "PLN-NON-TAGLIS", "PLNNONTAGLIS", "5300000099999"),
            sample(Family::Telkom, "TELKOM", "TELKOM", "0217659999"),
            sample(Family::PayTv, "TV-INDOVISION", "INDOVISION", "0110019999"),
            sample(Family::Gas, "GAS-PGN", "PGN", "0110019999"),
            sample(Family::Water, "PDAM-AETRA", "PDAM AETRA/TPJ", "0110019999"),
            sample(Family::Water, "PDAM-ATB", "PDAM ATB", "0010019999"),
            sample(Family::Bpjs, "BPJS-KESEHATAN", "BPJS", "0001234569999"),
            sample(Family::Multifinance, "FINANCE-MAF", "MAF", "4401239999"),
            sample(Family::Multifinance, "FINANCE-FIF", "FIF", "4401239999"),
            sample(Family::PostpaidPhone, "POSTPAID-HALO", "HALO", "081200009999"),
        ]
    }

    async fn start(&self) -> Box<dyn Remote> {
        let account = AccountConfig::new(LOGIN, PASSWORD, 100_000_000);
        let simulator = MmbcSimulator::start(MmbcConfig::new(vec![account])).await;
        Box::new(Simulator(simulator.unwrap()))
    }

    fn refusals(&self, _: Family) -> Vec<Rejection> {
        vec![
            refusal(RefusalCode::InsufficientBalance),
            refusal(RefusalCode::ProductClosed),
            refusal(RefusalCode::Credentials),
            refusal(RefusalCode::CutOff),
            refusal(RefusalCode::NumberInvalid),
        ]
    }

    fn bill_refusals(&self, _: Family) -> Vec<Rejection> {
        vec![
            refusal(RefusalCode::ProductClosed),
            refusal(RefusalCode::Credentials),
            refusal(RefusalCode::NumberInvalid),
            refusal(RefusalCode::BillAlreadyPaid),
        ]
    }
}

fn refusal(code: RefusalCode) -> Rejection {
    let about_bill = matches!(code, RefusalCode::NumberInvalid | RefusalCode::BillAlreadyPaid);
    let scope = if about_bill { RefusalScope::Bill } else { RefusalScope::Provider };
    Rejection { code, scope }
}

/// How the provider says it.
fn refusing(rejection: &Rejection) -> Option<FaultKind> {
    Some(match rejection.code {
        RefusalCode::InsufficientBalance => FaultKind::InsufficientBalance { saldo: None },
        RefusalCode::ProductClosed => FaultKind::Closed {},
        RefusalCode::Credentials => FaultKind::WrongCredentials {},
        RefusalCode::CutOff => FaultKind::Refusal { reason: "Sistem sedang cut off".to_owned() },
        RefusalCode::NumberInvalid => FaultKind::UnknownNumber {},
        RefusalCode::BillAlreadyPaid => FaultKind::AlreadyPaid {},
        _ => return None,
    })
}

fn swapped() -> FaultKind {
    FaultKind::SwappedAnswer { product: None, customer_number: None }
}

#[async_trait]
impl Remote for Simulator {
    fn origin(&self) -> String {
        format!("http://{}", self.0.address())
    }

    async fn play(&self, scene: &Scene, sample: &Sample, _: &AttemptId) -> Play<Sample> {
        let pending = |then| FaultKind::Pending { then, at_check: 2 };
        let (fault, verb) = match scene {
            Scene::Succeeds | Scene::Owed => return Play::Set(sample.clone()),
            Scene::Pending => (pending(PendingEnd::Never), Verb::Pay),
            Scene::PendingThenSucceeds => (pending(PendingEnd::Confirm), Verb::Pay),
            Scene::ThenNotFound => (pending(PendingEnd::NoData), Verb::Pay),
            Scene::PendingThenRefused => {
                return Play::CannotSay("no status word says that a pending payment failed");
            }
            Scene::ThenReversed => {
                return Play::CannotSay("no status word says that money was given back");
            }
            Scene::Refused(rejection) => match refusing(rejection) {
                Some(kind) => (kind, Verb::Pay),
                None => return Play::CannotSay("no text says it"),
            },
            Scene::BillRefused(rejection) => match refusing(rejection) {
                Some(kind) => (kind, Verb::Inquiry),
                None => return Play::CannotSay("no text says it"),
            },
            Scene::Unlisted => {
                let number = sample.purchase.customer.expose();
                let reason = format!("ERROR {number}: KODE RESPON 9917 SILAKAN HUBUNGI CS");
                (FaultKind::Refusal { reason }, Verb::Pay)
            }
            Scene::AnotherCustomer => (swapped(), Verb::Pay),
            Scene::AnotherProduct => {
                // The document's sample of this answer lacks the code; where one stands, it must be ours.
                let answer = json!({
                    "result": "ok", "ppob_status": "confirm", "ppob_invoice": "20000009",
                    "ppob_kodeproduk": "OTHER", "ppob_debet": "20.700", "ppob_totalbayar": "22.500",
                    "ppob_nomorpelanggan": sample.purchase.customer.expose(),
                });
                return Play::Says(sample.clone(), Saying::ok(answer.to_string()));
            }
            Scene::AnotherReference => return Play::CannotSay("it takes no reference of ours"),
            Scene::TokenMissing => (FaultKind::TokenMissing { until_check: None }, Verb::Pay),
            Scene::CheckUnlisted => {
                (FaultKind::UnknownStatus { word: "gagal".to_owned() }, Verb::Status)
            }
            Scene::CheckOfAnother => (swapped(), Verb::Status),
            Scene::BillOfAnother => (swapped(), Verb::Inquiry),
        };
        self.0.add_fault(Fault::new(fault).verb(verb)).unwrap();
        Play::Set(sample.clone())
    }

    async fn prices(&self, scene: PriceScene) -> Play<PriceFacts> {
        let whole = PriceFacts {
            readable: 30,
            fixed: vec![
                ("PLNS20".to_owned(), Rupiah::new(20_700)),
                ("PLNS1000".to_owned(), Rupiah::new(1_000_700)),
            ],
            ..PriceFacts::default()
        };
        match scene {
            PriceScene::Whole => Play::Set(whole),
            PriceScene::WithClosed => {
                let closed = PriceUpdate {
                    account: None,
                    product: "PDAM AETRA/TPJ".to_owned(),
                    fee: None,
                    admin: None,
                    status: Some(ProductStatus::Close),
                };
                self.0.set_price(&closed).unwrap();
                Play::Set(PriceFacts { closed: vec![closed.product], ..whole })
            }
            PriceScene::WithUnreadable => {
                let row = |code: &str, cost: &str| {
                    json!({
                        "ppob_grup": "PLN Group", "ppob_produk": "PLN Pra Bayar",
                        "ppob_kodeproduk": code, "ppob_nominal": "20.000", "ppob_admin": "2.500",
                        "ppob_debet": cost, "ppob_status": "Ready",
                    })
                };
                let rows = json!([row("PLNS20", "20.700"), row("PLNS50", "50.7OO"), "PLNS100"]);
                let fixed = vec![("PLNS20".to_owned(), Rupiah::new(20_700))];
                let facts = PriceFacts { readable: 1, unreadable: 2, closed: Vec::new(), fixed };
                Play::Says(facts, Saying::ok(rows.to_string()))
            }
            PriceScene::Refused => {
                let fault = Fault::new(FaultKind::WrongCredentials {}).verb(Verb::PriceList);
                self.0.add_fault(fault).unwrap();
                Play::Set(PriceFacts::default())
            }
        }
    }

    async fn debits(&self) -> Vec<Debit> {
        let charges = self.0.ledger().charges.into_iter();
        let debit = |charge: ppob_simulator::Charge| Debit {
            provider_code: charge.product,
            customer: charge.customer_number,
            cost: Rupiah::new(charge.cost),
            total: Some(Rupiah::new(charge.total)),
            token: charge.token,
            refunded: charge.refunded,
        };
        charges.map(debit).collect()
    }

    async fn balance(&self) -> Option<Rupiah> {
        self.0.balance(LOGIN).map(Rupiah::new)
    }
}
