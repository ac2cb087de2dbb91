//! The conformance kit against the simulated IAK.
#![expect(clippy::unwrap_used, reason = "tests")]

use async_trait::async_trait;
use ppob_provider::{ProviderKind, RawCallback};
use ppob_provider_testkit::{
    Cover, Debit, News, NewsSample, Play, PriceFacts, PriceScene, Remote, Sample, Saying, Scene,
    Setup, Subject, assert_conforms,
};
use ppob_simulator::iak::{
    AccountConfig, Fault, FaultKind, IakConfig, IakHandle, IakSimulator, PendingEnd, Restriction,
    Verb,
};
use ppob_types::{
    AttemptId, CustomerNumber, Family, Parameters, RefusalCode, RefusalScope, Rejection, Rupiah,
};
use serde_json::{Value, json};

const LOGIN: &str = "081200000000";

/// What stands in the fixture.
const KEY: &str = "iakkey-abc";

/// A customer of nobody's.
const STRANGER: &str = "999999999999";

struct Iak;

struct Simulator(IakHandle);

#[tokio::test(flavor = "multi_thread")]
async fn iak_conforms() {
    assert_conforms(Iak).await;
}

#[async_trait]
impl Subject for Iak {
    fn name(&self) -> String {
        "iak".to_owned()
    }

    fn kind(&self) -> ProviderKind {
        ppob_provider_iak::KIND
    }

    fn settings(&self, setup: &Setup) -> Value {
        json!({
            "prepaid_url": setup.origin,
            "postpaid_url": setup.origin,
            "allow_plaintext": true,
            "username": LOGIN,
            "api_key": { "file": concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/api_key") },
            "connect_timeout_ms": setup.connect_timeout.as_millis(),
            "pay_timeout_ms": setup.total_timeout.as_millis(),
            "read_timeout_ms": setup.total_timeout.as_millis(),
        })
    }

    fn secrets(&self) -> Vec<String> {
        vec![KEY.to_owned()]
    }

    fn samples(&self) -> Vec<Sample> {
        let sample = Sample::new;
        let months = Parameters { months: Some(2), ..Parameters::default() };
        let identity = CustomerNumber::parse(Family::Tax, "0212502110170100").unwrap();
        let identity = Parameters { second_id: Some(identity), ..Parameters::default() };
        vec![
            sample(Family::PlnPrepaid, "PLN-PREPAID-20000", "hpln20000", "12345678901"),
            sample(Family::MobileTopUp, "TSEL-10000", "htelkomsel10000", "081357922222"),
            sample(Family::Emoney, "EMONEY-GOPAY-25000", "gopay25000", "081357922222"),
            sample(Family::Games, "GAME-ML-86", "game103", "156378300|8483"),
            sample(Family::PlnPostpaid, "PLN-POSTPAID", "PLNPOSTPAID", "530000000001"),
            sample(Family::PlnPostpaid, "PLN-POSTPAID", "PLNPOSTPAID", "530000000002"),
            sample(Family::PlnNonTaglis, "PLN-NON-TAGLIS", "PLNNONH", "1811217010329"),
            sample(Family::Telkom, "TELKOM", "TELKOMPSTN", "6391601201"),
            sample(Family::Telkom, "TELKOM", "TELKOMPSTN", "6391601202"),
            sample(Family::PayTv, "TV-BIG", "TVBIG", "1072161401"),
            sample(Family::Gas, "GAS-PGN", "PGAS", "0110014601"),
            sample(Family::Water, "PDAM-KOTA-SURABAYA", "PDAMKOTA.SURABAYA", "10202001"),
            sample(Family::Water, "PDAM-KOTA-MEDAN", "PDAMKOTA.MEDAN", "10202002"),
            sample(Family::Bpjs, "BPJS-KESEHATAN", "BPJS", "8801234560001").parameters(months),
            sample(Family::Multifinance, "FINANCE-MEGA", "FNMEGA", "6391601201"),
            sample(Family::PostpaidPhone, "POSTPAID-TRI", "HPTHREE", "08991234501"),
            sample(Family::Tax, "TAX-PBB-KOTA-CIMAHI", "PBBKOT.CIMAHI", "329801092375999901"),
            sample(Family::Tax, "TAX-SAMSAT-JABAR", "ESAMSAT.JABAR", "9658548523568701")
                .parameters(identity),
            sample(Family::Other, "EMONEY-SHOPEEPAY-OPEN", "SHOPEEPAY", "082100000001")
                .amount(Rupiah::new(100_000)),
            sample(Family::Other, "INTERNET-CBN", "CBN", "01927101"),
        ]
    }

    async fn start(&self) -> Box<dyn Remote> {
        let accounts = vec![AccountConfig::new(LOGIN, KEY, 100_000_000)];
        // The account's own guard would refuse what the kit pays again on purpose.
        let config = IakConfig { restriction: Restriction::None, ..IakConfig::new(accounts) };
        Box::new(Simulator(IakSimulator::start(config).await.unwrap()))
    }

    fn refusals(&self, family: Family) -> Vec<Rejection> {
        let mut codes = vec![
            RefusalCode::InsufficientBalance,
            RefusalCode::ProductClosed,
            RefusalCode::Credentials,
        ];
        if family.is_bill() {
            codes.push(RefusalCode::CutOff);
        } else {
            codes.extend([
                RefusalCode::NumberInvalid,
                RefusalCode::LimitReached,
                RefusalCode::Duplicate,
            ]);
        }
        codes.into_iter().map(|code| rejection(code, family)).collect()
    }

    fn bill_refusals(&self, family: Family) -> Vec<Rejection> {
        let mut codes = vec![RefusalCode::NumberInvalid, RefusalCode::Credentials];
        if family.is_bill() {
            codes.extend([
                RefusalCode::BillAlreadyPaid,
                RefusalCode::ProductClosed,
                RefusalCode::CutOff,
                RefusalCode::LimitReached,
                RefusalCode::AmountInvalid,
                RefusalCode::Duplicate,
            ]);
        }
        codes.into_iter().map(|code| rejection(code, family)).collect()
    }

    fn callback(&self, news: News, sample: &Sample, attempt: &AttemptId) -> Option<NewsSample> {
        let (status, code) = match news {
            News::Succeeded => ("1", "00"),
            News::Pending => ("0", "39"),
            News::Refused => ("2", "07"),
            News::Ping => return None,
        };
        let body = |sign: Option<String>| {
            let mut data = json!({
                "ref_id": attempt.as_str(),
                "status": status,
                "product_code": sample.provider_code,
                "customer_id": sample.purchase.customer.expose(),
                "price": "10850",
                "message": "PESAN",
                "balance": "989150",
                "tr_id": "9732787",
                "rc": code,
            });
            if let (Some(sign), Some(data)) = (sign, data.as_object_mut()) {
                data.insert("sign".to_owned(), json!(sign));
            }
            let body = json!({ "data": data }).to_string().into_bytes();
            RawCallback { headers: Vec::new(), query: Vec::new(), body }
        };
        Some(NewsSample {
            genuine: body(Some(signature(KEY, attempt))),
            unsigned: Some(body(None)),
            forged: Some(body(Some(signature("another-key", attempt)))),
            cover: Cover::Texts(vec![attempt.as_str().to_owned()]),
            unreadable: None,
            names_attempt: true,
        })
    }
}

/// `md5(username + api_key + ref_id)`.
fn signature(key: &str, attempt: &AttemptId) -> String {
    use md5::Digest as _;
    data_encoding::HEXLOWER.encode(&md5::Md5::digest(format!("{LOGIN}{key}{attempt}")))
}

/// How far a refusal of this kind reaches, in the cases that are played.
fn rejection(code: RefusalCode, family: Family) -> Rejection {
    let of_bill = [
        RefusalCode::NumberInvalid,
        RefusalCode::BillAlreadyPaid,
        RefusalCode::LimitReached,
        RefusalCode::AmountInvalid,
    ];
    // Of a top-up the guard of the day; of an inquiry that its reference was used before.
    let guarded = code == RefusalCode::Duplicate && !family.is_bill();
    let of_bill = guarded || of_bill.contains(&code);
    let scope = if of_bill { RefusalScope::Bill } else { RefusalScope::Provider };
    Rejection { code, scope }
}

/// The response code that says it, at the host of a family.
fn saying(code: RefusalCode, family: Family) -> Option<&'static str> {
    Some(match (code, family.is_bill()) {
        (RefusalCode::InsufficientBalance, _) => "17",
        (RefusalCode::ProductClosed, true) => "20",
        (RefusalCode::ProductClosed, false) => "106",
        (RefusalCode::Credentials, true) => "100",
        (RefusalCode::Credentials, false) => "204",
        (RefusalCode::CutOff, true) => "109",
        (RefusalCode::NumberInvalid, _) => "14",
        (RefusalCode::LimitReached, true) => "31",
        (RefusalCode::LimitReached, false) => "10",
        (RefusalCode::AmountInvalid, true) => "93",
        (RefusalCode::Duplicate, true) => "11",
        (RefusalCode::Duplicate, false) => "202",
        (RefusalCode::BillAlreadyPaid, true) => "01",
        _ => return None,
    })
}

#[async_trait]
impl Remote for Simulator {
    fn origin(&self) -> String {
        self.0.base_url()
    }

    async fn play(&self, scene: &Scene, sample: &Sample, _: &AttemptId) -> Play<Sample> {
        let family = sample.purchase.family;
        let bill = family.is_bill();
        let pick = |top_up: Verb, of_bill: Verb| if bill { of_bill } else { top_up };
        let pay = pick(Verb::TopUp, Verb::PayPasca);
        let check = pick(Verb::CheckStatus, Verb::Checkstatus);
        let inquiry = pick(Verb::InquiryPln, Verb::InqPasca);
        let add = |kind: FaultKind, verb: Verb| {
            self.0.add_fault(Fault::new(kind).verb(verb)).unwrap();
        };
        let replaced = |top_up: &str, of_bill: &str, value: &str| FaultKind::Replaced {
            field: if bill { of_bill } else { top_up }.to_owned(),
            value: value.to_owned(),
        };
        let code = |code: &str| FaultKind::Code { code: code.to_owned() };
        let pending = |then| FaultKind::Pending { then, at_check: 2 };
        // Of a top-up the first answer is "process"; these scenes are about one that is answered later.
        let at_once = |verb| {
            if !bill {
                add(FaultKind::AtOnce {}, verb);
            }
        };
        match scene {
            Scene::Succeeds => at_once(pay),
            Scene::Owed => {}
            Scene::Pending => add(pending(PendingEnd::Never), pay),
            Scene::PendingThenSucceeds => add(pending(PendingEnd::Success), pay),
            Scene::PendingThenRefused => add(pending(PendingEnd::Failure), pay),
            Scene::ThenNotFound => add(code(if bill { "42" } else { "06" }), check),
            Scene::ThenReversed => {
                return Play::CannotSay("no status or code says that money was given back");
            }
            Scene::Refused(no) => match saying(no.code, family) {
                Some(says) => add(code(says), pay),
                None => return Play::CannotSay("no code says it"),
            },
            Scene::BillRefused(no) => match saying(no.code, family) {
                Some(says) => add(code(says), inquiry),
                None => return Play::CannotSay("no code says it"),
            },
            Scene::Unlisted => add(code("88"), pay),
            Scene::AnotherCustomer => {
                at_once(pay);
                add(replaced("customer_id", "hp", STRANGER), pay);
            }
            Scene::AnotherProduct => {
                at_once(pay);
                add(replaced("product_code", "code", "OTHER"), pay);
            }
            Scene::AnotherReference => {
                at_once(pay);
                add(replaced("ref_id", "ref_id", "P0000000000FFN9"), pay);
            }
            Scene::TokenMissing => {
                at_once(pay);
                add(FaultKind::NoSerial {}, pay);
            }
            Scene::CheckUnlisted => {
                add(FaultKind::CodeAfterWork { code: "88".to_owned() }, check);
            }
            Scene::CheckOfAnother => add(replaced("customer_id", "hp", STRANGER), check),
            Scene::BillOfAnother => {
                for name in ["customer_id", "meter_no", "subscriber_id"] {
                    add(replaced(name, "hp", STRANGER), inquiry);
                }
            }
        }
        Play::Set(sample.clone())
    }

    async fn prices(&self, scene: PriceScene) -> Play<PriceFacts> {
        let whole = PriceFacts {
            readable: 31,
            fixed: vec![
                ("hpln20000".to_owned(), Rupiah::new(20_500)),
                ("altel100".to_owned(), Rupiah::new(397_500)),
            ],
            ..PriceFacts::default()
        };
        match scene {
            PriceScene::Whole => Play::Set(whole),
            PriceScene::WithClosed => {
                let closed = ["xld25000", "PGAS"];
                for code in closed {
                    self.0.set_closed(code, true);
                }
                let closed = closed.map(str::to_owned).to_vec();
                Play::Set(PriceFacts { closed, ..whole })
            }
            PriceScene::WithUnreadable => {
                let top_up = |code: &str, price: Value| {
                    json!({
                        "product_code": code, "product_nominal": "20000", "product_type": "pln",
                        "product_price": price, "status": "active",
                    })
                };
                let bill = |code: &str, fee: Value| json!({ "code": code, "status": 1, "fee": fee, "komisi": 600, "type": "gas" });
                // Both hosts are answered alike.
                let data = json!({
                    "pricelist": [top_up("hpln20000", json!(20_500)), top_up("x", json!(1.5))],
                    "pasca": [bill("PGAS", json!(2_500)), bill("Y", json!("2,500")), "Z"],
                });
                let fixed = vec![("hpln20000".to_owned(), Rupiah::new(20_500))];
                let facts = PriceFacts { readable: 2, unreadable: 3, closed: Vec::new(), fixed };
                Play::Says(facts, Saying::ok(json!({ "data": data, "meta": [] }).to_string()))
            }
            PriceScene::Refused => {
                let refused = FaultKind::Code { code: "204".to_owned() };
                self.0.add_fault(Fault::new(refused).verb(Verb::Pricelist)).unwrap();
                Play::Set(PriceFacts::default())
            }
        }
    }

    async fn debits(&self) -> Vec<Debit> {
        let charges = self.0.ledger().charges.into_iter();
        let debit = |charge: ppob_simulator::Charge| Debit {
            // The codes of top-ups are small letters.
            total: (charge.product.to_uppercase() == charge.product)
                .then(|| Rupiah::new(charge.total)),
            provider_code: charge.product,
            customer: charge.customer_number,
            cost: Rupiah::new(charge.cost),
            token: charge.token,
            refunded: charge.refunded,
        };
        charges.map(debit).collect()
    }

    async fn balance(&self) -> Option<Rupiah> {
        self.0.balance(LOGIN).map(Rupiah::new)
    }
}
