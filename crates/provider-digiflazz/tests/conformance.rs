//! The conformance kit against the simulated Digiflazz.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use async_trait::async_trait;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use ppob_provider::ProviderKind;
use ppob_provider_testkit::{
    Debit, News, NewsSample, Play, PriceFacts, PriceScene, Remote, Sample, Saying, Scene, Setup,
    Subject, assert_conforms,
};
use ppob_simulator::digiflazz::{
    AccountConfig, DigiflazzConfig, DigiflazzHandle, DigiflazzSimulator, Fault, FaultKind,
    PendingEnd, ProductUpdate, Verb,
};
use ppob_types::{AttemptId, Family, RefusalCode, RefusalScope, Rejection, Rupiah};
use serde_json::{Value, json};
use sha1::Sha1;

const USERNAME: &str = "demo-user";

/// What stands in the fixtures.
const KEY: &str = "dev-0123456789";
const SECRET: &str = "whsec-demo";

/// Every refusal of a payment that one code says, with a code that says it.
const REFUSALS: [(&str, RefusalCode, RefusalScope); 12] = [
    ("44", RefusalCode::InsufficientBalance, RefusalScope::Provider),
    ("43", RefusalCode::ProductClosed, RefusalScope::Provider),
    ("41", RefusalCode::Credentials, RefusalScope::Provider),
    ("66", RefusalCode::CutOff, RefusalScope::Provider),
    ("69", RefusalCode::CostAboveCap, RefusalScope::Provider),
    ("59", RefusalCode::NumberInvalid, RefusalScope::Provider),
    ("02", RefusalCode::Other, RefusalScope::Provider),
    ("86", RefusalCode::LimitReached, RefusalScope::Provider),
    ("54", RefusalCode::NumberInvalid, RefusalScope::Bill),
    ("84", RefusalCode::AmountInvalid, RefusalScope::Bill),
    ("73", RefusalCode::LimitReached, RefusalScope::Bill),
    ("63", RefusalCode::Duplicate, RefusalScope::Bill),
];

/// The one that refuses an inquiry only: what it says of a payment may be that payment's own doing.
const AT_INQUIRY: (&str, RefusalCode, RefusalScope) =
    ("60", RefusalCode::BillAlreadyPaid, RefusalScope::Bill);

struct Digiflazz;

struct Simulator(DigiflazzHandle);

#[tokio::test(flavor = "multi_thread")]
async fn digiflazz_conforms() {
    assert_conforms(Digiflazz).await;
}

fn refusals() -> Vec<Rejection> {
    REFUSALS.map(|(_, code, scope)| Rejection { code, scope }).into()
}

fn bill_refusals() -> Vec<Rejection> {
    let (_, code, scope) = AT_INQUIRY;
    let mut refusals = refusals();
    // An inquiry that came too often is refused for now, and not because of what it asks about.
    refusals
        .retain(|no| (no.code, no.scope) != (RefusalCode::LimitReached, RefusalScope::Provider));
    refusals.push(Rejection { code, scope });
    refusals
}

fn code_of(rejection: &Rejection) -> Option<&'static str> {
    let said = |(_, code, scope): &&(&str, RefusalCode, RefusalScope)| {
        *code == rejection.code && *scope == rejection.scope
    };
    REFUSALS.iter().chain([&AT_INQUIRY]).find(said).map(|(rc, ..)| *rc)
}

fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha1={}", HEXLOWER.encode(&mac.finalize().into_bytes()))
}

fn signed(body: &[u8]) -> NewsSample {
    let (proof, other) = (signature(SECRET, body), signature("whsec-other", body));
    NewsSample::signed_body(body, "x-hub-signature", &proof, &other)
}

/// An answer about a sample, with this code.
fn says(rc: &str, sample: &Sample, attempt: &AttemptId) -> Value {
    let status = match rc {
        "00" => "Sukses",
        "03" => "Pending",
        _ => "Gagal",
    };
    let sn = if status == "Gagal" { "" } else { "12345678910111213141/BUDI/R1/900VA/13.5" };
    json!({
        "ref_id": attempt.as_str(), "customer_no": sample.purchase.customer.expose(),
        "buyer_sku_code": sample.provider_code, "message": "x", "status": status, "rc": rc,
        "sn": sn, "price": 10_000,
        "selling_price": 11_000, "admin": 2_500, "buyer_last_saldo": 990_000,
    })
}

#[async_trait]
impl Subject for Digiflazz {
    fn name(&self) -> String {
        "digiflazz".to_owned()
    }

    fn kind(&self) -> ProviderKind {
        ppob_provider_digiflazz::KIND
    }

    fn settings(&self, setup: &Setup) -> Value {
        let file = |name: &str| json!({ "file": format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR")) });
        json!({
            "base_url": format!("{}/v1", setup.origin),
            "allow_plaintext": true,
            "username": USERNAME,
            "api_key": file("key"),
            "webhook_secret": file("webhook"),
            "testing": true,
            "connect_timeout_ms": setup.connect_timeout.as_millis(),
            "pay_timeout_ms": setup.total_timeout.as_millis(),
            "read_timeout_ms": setup.total_timeout.as_millis(),
        })
    }

    fn secrets(&self) -> Vec<String> {
        vec![KEY.to_owned(), SECRET.to_owned()]
    }

    fn samples(&self) -> Vec<Sample> {
        let sample = Sample::new;
        vec![
            sample(Family::PlnPrepaid, "PLN-PREPAID-20000", "pln20", "530000009999"),
            sample(Family::PlnPrepaid, "PLN-PREPAID-20000", "pln20", "01234569999"),
            sample(Family::MobileTopUp, "XL-10000", "xld10", "087800009999"),
            sample(Family::MobileTopUp, "TSEL-5000", "tsel5", "081200009999"),
            sample(Family::Emoney, "EMONEY-GOPAY-25000", "gopay25", "081200009999"),
            sample(Family::Games, "GAME-ML-86", "ml86", "12345678"),
            sample(Family::Games, "GAME-ML-86", "ml86", "budi.santoso"),
            sample(Family::PlnPostpaid, "PLN-POSTPAID", "pln", "530000009999"),
            sample(Family::PlnPostpaid, "PLN-POSTPAID", "pln", "530000000002"),
            sample(Family::PlnNonTaglis, "PLN-NON-TAGLIS", "plnnontaglist", "5300000099999"),
            sample(Family::Telkom, "INTERNET-TEST", "internet", "0217659999"),
            sample(Family::PayTv, "TV-TEST", "tv", "0110019999"),
            sample(Family::Gas, "GAS-PGN", "pgas", "0110014602"),
            sample(Family::Water, "PDAM-TEST", "pdam", "0010019999"),
            sample(Family::Bpjs, "BPJS-KESEHATAN", "bpjs", "0001234569999"),
            sample(Family::Bpjs, "BPJS-KETENAGAKERJAAN", "bpjstk", "8102051011279999"),
            sample(Family::Multifinance, "FINANCE-TEST", "multifinance", "4401239999"),
            sample(Family::PostpaidPhone, "POSTPAID-TEST", "hp", "081200009999"),
            sample(Family::Tax, "TAX-PBB-CIMAHI", "cimahi", "329801092375999999"),
            sample(Family::Tax, "TAX-SAMSAT-TEST", "samsat", "9658548523569999,0212502110170100"),
            sample(Family::Other, "EMONEY-TEST", "emoney", "082100009999")
                .amount(Rupiah::new(25_000)),
        ]
    }

    async fn start(&self) -> Box<dyn Remote> {
        let account = AccountConfig::new(USERNAME, KEY, "prod-0123456789", 100_000_000);
        let simulator = DigiflazzSimulator::start(DigiflazzConfig::new(vec![account])).await;
        Box::new(Simulator(simulator.unwrap()))
    }

    fn refusals(&self, _: Family) -> Vec<Rejection> {
        refusals()
    }

    fn bill_refusals(&self, family: Family) -> Vec<Rejection> {
        let asks = family.is_bill() || family == Family::PlnPrepaid;
        if asks { bill_refusals() } else { Vec::new() }
    }

    fn callback(&self, news: News, sample: &Sample, attempt: &AttemptId) -> Option<NewsSample> {
        let data = match news {
            News::Succeeded => says("00", sample, attempt),
            News::Pending => says("03", sample, attempt),
            News::Refused => {
                let mut refused = says("02", sample, attempt);
                if let Some(fields) = refused.as_object_mut() {
                    fields.insert("sn".to_owned(), json!(""));
                }
                refused
            }
            News::Ping => {
                let ping = json!({ "sed": "x", "hook_id": "1", "hook": { "type": "json" } });
                return Some(signed(ping.to_string().as_bytes()));
            }
        };
        let unreadable = signed(b"{\"data\":").genuine;
        let body = json!({ "data": data }).to_string();
        Some(NewsSample { unreadable: Some(unreadable), ..signed(body.as_bytes()) })
    }
}

fn swapped(ref_id: Option<&str>, code: Option<&str>, customer: Option<&str>) -> FaultKind {
    FaultKind::Swapped {
        ref_id: ref_id.map(str::to_owned),
        buyer_sku_code: code.map(str::to_owned),
        customer_no: customer.map(str::to_owned),
    }
}

/// What a scene switches on, and at which call.
fn fault(scene: &Scene, family: Family) -> Result<Option<(FaultKind, Verb)>, &'static str> {
    let pay = if family.is_bill() { Verb::Pay } else { Verb::TopUp };
    let ask = if family.is_bill() { Verb::Inquiry } else { Verb::Meter };
    let pending = |then| FaultKind::Pending { rc: "03".to_owned(), then };
    let refuse = |rejection: &Rejection| {
        let rc = code_of(rejection).ok_or("no code says it")?;
        Ok::<_, &'static str>(FaultKind::Refuse { rc: rc.to_owned() })
    };
    let other = Some("999900001111");
    Ok(Some(match scene {
        Scene::Succeeds | Scene::Owed | Scene::CheckUnlisted | Scene::CheckOfAnother => {
            return Ok(None);
        }
        Scene::Pending => (pending(PendingEnd::Never), pay),
        Scene::PendingThenSucceeds => (pending(PendingEnd::Succeeds), pay),
        Scene::PendingThenRefused => (pending(PendingEnd::Fails), pay),
        Scene::ThenNotFound if family.is_bill() => (FaultKind::NoData {}, Verb::Status),
        Scene::ThenNotFound => return Err("the look-up of a purchase finds it, or buys"),
        Scene::ThenReversed => (FaultKind::ThenRefunded {}, pay),
        Scene::Refused(rejection) => (refuse(rejection)?, pay),
        Scene::BillRefused(rejection) => (refuse(rejection)?, ask),
        Scene::Unlisted => {
            let (rc, status) = (Some("04".to_owned()), Some("Gagal".to_owned()));
            (FaultKind::Reworded { rc, status }, pay)
        }
        Scene::AnotherCustomer => (swapped(None, None, other), pay),
        Scene::AnotherProduct => (swapped(None, Some("other"), None), pay),
        Scene::AnotherReference => (swapped(Some("P0000000000FFN1"), None, None), pay),
        Scene::TokenMissing => (FaultKind::SerialMissing { until_check: None }, pay),
        Scene::BillOfAnother => (swapped(None, None, other), ask),
    }))
}

#[async_trait]
impl Remote for Simulator {
    fn origin(&self) -> String {
        format!("http://{}", self.0.address())
    }

    async fn play(&self, scene: &Scene, sample: &Sample, attempt: &AttemptId) -> Play<Sample> {
        let words = match scene {
            Scene::CheckUnlisted => Some(says("04", sample, attempt)),
            Scene::CheckOfAnother => Some(says("00", &sample_of_another(sample.clone()), attempt)),
            _ => None,
        };
        if let Some(data) = words {
            return Play::Says(sample.clone(), Saying::ok(json!({ "data": data }).to_string()));
        }
        match fault(scene, sample.purchase.family) {
            Ok(Some((fault, verb))) => self.0.add_fault(Fault::new(fault).verb(verb)),
            Ok(None) => {}
            Err(reason) => return Play::CannotSay(reason),
        }
        Play::Set(sample.clone())
    }

    async fn prices(&self, scene: PriceScene) -> Play<PriceFacts> {
        let whole = PriceFacts {
            readable: 20,
            fixed: vec![
                ("xld10".to_owned(), Rupiah::new(10_000)),
                ("pln20".to_owned(), Rupiah::new(20_100)),
            ],
            ..PriceFacts::default()
        };
        let fault = |kind| self.0.add_fault(Fault::new(kind).verb(Verb::PriceList));
        Play::Set(match scene {
            PriceScene::Whole => whole,
            PriceScene::WithClosed => {
                let closed = vec!["ml86".to_owned(), "pdam".to_owned()];
                for code in closed.clone() {
                    let offered = Some(false);
                    let update = ProductUpdate { code, offered, ..ProductUpdate::default() };
                    self.0.update(&update).unwrap();
                }
                PriceFacts { closed, ..whole }
            }
            PriceScene::WithUnreadable => {
                fault(FaultKind::OddRow {});
                // One in each of both lists.
                PriceFacts { unreadable: 2, ..whole }
            }
            PriceScene::Refused => {
                fault(FaultKind::Refuse { rc: "41".to_owned() });
                PriceFacts::default()
            }
        })
    }

    async fn debits(&self) -> Vec<Debit> {
        let charges = self.0.ledger().charges.into_iter();
        let debit = |charge: ppob_simulator::Charge| {
            // The answer to a purchase does not tell what our customer pays.
            let prepaid = ["xld10", "tsel5", "pln20", "gopay25", "ml86"];
            let total = !prepaid.contains(&charge.product.as_str());
            Debit {
                provider_code: charge.product,
                customer: charge.customer_number,
                cost: Rupiah::new(charge.cost),
                total: total.then(|| Rupiah::new(charge.total)),
                token: charge.token,
                refunded: charge.refunded,
            }
        };
        charges.map(debit).collect()
    }

    async fn balance(&self) -> Option<Rupiah> {
        self.0.balance(USERNAME).map(Rupiah::new)
    }

    async fn pass(&self, span: Duration) {
        self.0.pass(span);
    }
}

/// The same for somebody else.
fn sample_of_another(mut sample: Sample) -> Sample {
    let customer = serde_json::from_value(json!("999900001111"));
    sample.purchase.customer = customer.unwrap();
    sample
}
