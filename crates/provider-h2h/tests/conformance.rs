//! The conformance kit against each shipped description and its simulated centre.
#![expect(clippy::unwrap_used, reason = "tests")]

use async_trait::async_trait;
use ppob_provider::{ProviderKind, RawCallback};
use ppob_provider_testkit::{
    Cover, Debit, News, NewsSample, Play, PriceFacts, PriceScene, Remote, Sample, Saying, Scene,
    Setup, Subject, Waiver, assert_conforms,
};
use ppob_simulator::h2h::{
    Call, Echo, Fault, FaultKind, H2hConfig, H2hHandle, H2hSimulator, PendingEnd, Profile, Reason,
};
use ppob_types::{AttemptId, Family, RefusalCode, RefusalScope, Rejection, Rupiah};
use serde_json::{Value, json};

/// What stands in the fixture, as PIN and as password.
const SECRET: &str = "rahasia-h2h";

/// One description and the way its centre speaks.
#[derive(Clone, Copy)]
struct Centre(Profile);

struct Simulator(H2hHandle, Profile);

#[tokio::test(flavor = "multi_thread")]
async fn okeconnect_conforms() {
    assert_conforms(Centre(Profile::OkeConnect)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_otomax_centre_conforms() {
    assert_conforms(Centre(Profile::OtomaX)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rajabiller_conforms() {
    assert_conforms(Centre(Profile::Rajabiller)).await;
}

impl Centre {
    const fn description(self) -> &'static str {
        match self.0 {
            Profile::OkeConnect => "okeconnect",
            Profile::OtomaX => "otomax",
            Profile::Rajabiller => "rajabiller",
        }
    }
}

#[async_trait]
impl Subject for Centre {
    fn name(&self) -> String {
        format!("h2h ({})", self.description())
    }

    fn kind(&self) -> ProviderKind {
        ppob_provider_h2h::KIND
    }

    fn settings(&self, setup: &Setup) -> Value {
        let secret =
            json!({ "file": concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/password") });
        let below = if self.0 == Profile::Rajabiller { "/transaksi" } else { "" };
        let mut settings = json!({
            "base_url": format!("{}{below}", setup.origin),
            "allow_plaintext": true,
            "description": self.description(),
            "connect_timeout_ms": setup.connect_timeout.as_millis(),
            "pay_timeout_ms": setup.total_timeout.as_millis(),
            "read_timeout_ms": setup.total_timeout.as_millis(),
            "pin": secret,
        });
        let more = match self.0 {
            Profile::OkeConnect => {
                json!({ "member": "OK001", "password": secret, "price_id": "905c" })
            }
            Profile::OtomaX => json!({
                "member": "OK001",
                "password": secret,
                "prices": { "S5": 5_500, "DANA10": 10_100, "DML86": 19_800, "PLN20": 20_150, "BYRPLN": 1_350 },
            }),
            Profile::Rajabiller => json!({
                "uid": "SP1",
                "prices": { "S5H": 5_500, "ML86H": 19_800, "PLNPASCH": 1_350, "WASDA": 1_350 },
                // As if we had been granted more: a case asks again and again.
                "inquiries_per_number_a_day": 1_000,
            }),
        };
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        settings
    }

    fn secrets(&self) -> Vec<String> {
        vec![SECRET.to_owned()]
    }

    fn samples(&self) -> Vec<Sample> {
        let sample = Sample::new;
        let phone = "081234569999";
        match self.0 {
            Profile::OkeConnect => vec![
                sample(Family::MobileTopUp, "TSEL-5000", "S5", phone),
                sample(Family::MobileTopUp, "TSEL-10000", "S10", phone),
                sample(Family::PlnPrepaid, "PLN-PREPAID-20000", "PLN20", "530000009999"),
                sample(Family::Emoney, "EMONEY-DANA-10000", "DANA10", phone),
                sample(Family::Games, "GAME-MOBILE-LEGENDS-86", "DML86", "12349999"),
                sample(Family::PlnPostpaid, "PLN-POSTPAID", "BPLA", "530000009999"),
                sample(Family::Bpjs, "BPJS-KESEHATAN", "BBPJS", "0001234569999"),
            ],
            Profile::OtomaX => vec![
                sample(Family::MobileTopUp, "TSEL-5000", "S5", phone),
                sample(Family::PlnPrepaid, "PLN-PREPAID-20000", "PLN20", "530000009999"),
                sample(Family::Emoney, "EMONEY-DANA-10000", "DANA10", phone),
                sample(Family::Games, "GAME-X", "DML86", "12349999"),
                sample(Family::PlnPostpaid, "PLN-POSTPAID", "BYRPLN", "530000009999"),
            ],
            Profile::Rajabiller => vec![
                sample(Family::MobileTopUp, "TSEL-5000", "S5H", phone),
                sample(Family::Games, "GAME-X", "ML86H", "12349999"),
                sample(Family::PlnPostpaid, "PLN-POSTPAID", "PLNPASCH", "530000009999"),
                sample(Family::Water, "PDAM-SIDOARJO", "WASDA", "0110019999"),
            ],
        }
    }

    async fn start(&self) -> Box<dyn Remote> {
        let (member, password) = match self.0 {
            Profile::Rajabiller => ("SP1", ""),
            _ => ("OK001", SECRET),
        };
        let config = H2hConfig::new(self.0, member, SECRET, password, 100_000_000);
        Box::new(Simulator(H2hSimulator::start(config).await.unwrap(), self.0))
    }

    fn refusals(&self, _: Family) -> Vec<Rejection> {
        let mut refusals = vec![
            refusal(RefusalCode::InsufficientBalance),
            refusal(RefusalCode::ProductClosed),
            refusal(RefusalCode::Credentials),
            refusal(RefusalCode::NumberInvalid),
        ];
        if self.0 != Profile::Rajabiller {
            refusals.push(refusal(RefusalCode::CutOff));
        }
        refusals
    }

    fn bill_refusals(&self, family: Family) -> Vec<Rejection> {
        if !family.is_bill() || self.0 == Profile::OtomaX {
            return Vec::new();
        }
        vec![refusal(RefusalCode::NumberInvalid), refusal(RefusalCode::BillAlreadyPaid)]
    }

    fn waivers(&self) -> Vec<Waiver> {
        if self.0 == Profile::OkeConnect {
            return Vec::new();
        }
        let reason = "the list is the configuration's: nobody is asked for it";
        let waiver = |case| Waiver { case, reason };
        vec![
            waiver("a broken price list is an error and no empty list"),
            waiver("a price list is at most two requests"),
        ]
    }

    fn callback(&self, news: News, sample: &Sample, attempt: &AttemptId) -> Option<NewsSample> {
        if self.0 == Profile::Rajabiller {
            return None;
        }
        let (code, number) = (&sample.provider_code, sample.purchase.customer.expose());
        let head = format!("T#41168892 R#{attempt} Telkomsel 5.000 {code}.{number}");
        let message = match news {
            News::Succeeded => format!("{head} SUKSES. SN: R2305.1. Saldo 277.013 @12/05 19:11"),
            News::Pending => format!("{head} akan diproses. Saldo 277.013 @19:11"),
            News::Refused => format!("{head} GAGAL. Nomor tujuan salah. Saldo 277.013 @22:15"),
            News::Ping => return None,
        };
        let query = format!(
            "refid={attempt}&message={}",
            message.replace(' ', "%20").replace('#', "%23").replace('/', "%2F")
        );
        let raw = |query: &str| RawCallback {
            headers: Vec::new(),
            query: query.as_bytes().to_vec(),
            body: Vec::new(),
        };
        Some(NewsSample {
            genuine: raw(&query),
            unsigned: None,
            forged: None,
            cover: Cover::Nothing,
            unreadable: Some(raw("refid=&message=")),
            names_attempt: true,
        })
    }
}

fn refusal(code: RefusalCode) -> Rejection {
    let about_bill = matches!(code, RefusalCode::NumberInvalid | RefusalCode::BillAlreadyPaid);
    let scope = if about_bill { RefusalScope::Bill } else { RefusalScope::Provider };
    Rejection { code, scope }
}

/// How the centre says it.
fn refusing(rejection: &Rejection) -> Option<FaultKind> {
    let reason = match rejection.code {
        RefusalCode::InsufficientBalance => Reason::BalanceShort,
        RefusalCode::ProductClosed => Reason::ProductClosed,
        RefusalCode::Credentials => Reason::Credentials,
        RefusalCode::CutOff => Reason::CutOff,
        RefusalCode::NumberInvalid => Reason::NumberWrong,
        RefusalCode::BillAlreadyPaid => Reason::BillPaid,
        _ => return None,
    };
    Some(FaultKind::Refused { reason })
}

#[async_trait]
impl Remote for Simulator {
    fn origin(&self) -> String {
        self.0.origin()
    }

    async fn play(&self, scene: &Scene, sample: &Sample, _: &AttemptId) -> Play<Sample> {
        let pending = |then| FaultKind::Pending { then, at_check: 2 };
        let echo = |what| FaultKind::WrongEcho { what };
        let is_rajabiller = self.1 == Profile::Rajabiller;
        let (fault, call) = match scene {
            Scene::Succeeds | Scene::Owed => return Play::Set(sample.clone()),
            Scene::Pending
            | Scene::PendingThenSucceeds
            | Scene::PendingThenRefused
            | Scene::CheckUnlisted
            | Scene::CheckOfAnother
                if is_rajabiller =>
            {
                return Play::CannotSay("nobody can be asked what became of a payment");
            }
            Scene::Pending => (pending(PendingEnd::Never), Call::Pay),
            Scene::PendingThenSucceeds => (pending(PendingEnd::Success), Call::Pay),
            Scene::PendingThenRefused => (pending(PendingEnd::Failed), Call::Pay),
            Scene::ThenNotFound if self.1 == Profile::OkeConnect => {
                (FaultKind::NotFound {}, Call::Check)
            }
            Scene::ThenNotFound => {
                return Play::CannotSay("what it does not find it buys, or it cannot be asked");
            }
            Scene::ThenReversed => return Play::CannotSay("no reply says that money came back"),
            Scene::Refused(rejection) => match refusing(rejection) {
                Some(kind) => (kind, Call::Pay),
                None => return Play::CannotSay("no text says it"),
            },
            Scene::BillRefused(rejection) => match refusing(rejection) {
                Some(kind) => (kind, Call::Inquiry),
                None => return Play::CannotSay("no text says it"),
            },
            Scene::Unlisted => {
                let reason = Reason::Other("Gagal dari operator kode 9917".to_owned());
                (FaultKind::Refused { reason }, Call::Pay)
            }
            Scene::AnotherCustomer => (echo(Echo::Dest), Call::Pay),
            Scene::AnotherProduct => (echo(Echo::Product), Call::Pay),
            Scene::AnotherReference => (echo(Echo::Reference), Call::Pay),
            Scene::TokenMissing => (FaultKind::TokenMissing {}, Call::Pay),
            // Its check is the call that pays, once more.
            Scene::CheckUnlisted if self.1 == Profile::OtomaX => {
                let text = "R#X S5.08 sudah pernah, status Suspect. Saldo 1.000 @10:00";
                return Play::Says(sample.clone(), Saying::ok(text));
            }
            Scene::CheckOfAnother if self.1 == Profile::OtomaX => {
                let text =
                    "T#9 R#X1 Telkomsel 5.000 S5.089900001111 SUKSES. SN: 1. Saldo 1.000 @10:00";
                return Play::Says(sample.clone(), Saying::ok(text));
            }
            Scene::CheckUnlisted => {
                let text = "R#1 S5.08 sudah pernah jam 10:00, status Suspect.".to_owned();
                (FaultKind::Words { text }, Call::Check)
            }
            Scene::CheckOfAnother => (echo(Echo::Dest), Call::Check),
            Scene::BillOfAnother => (echo(Echo::Dest), Call::Inquiry),
        };
        self.0.add_fault(Fault::new(fault).call(call));
        Play::Set(sample.clone())
    }

    async fn prices(&self, scene: PriceScene) -> Play<PriceFacts> {
        let fixed = vec![("S5".to_owned(), Rupiah::new(5_500))];
        if self.1 != Profile::OkeConnect {
            let readable = if self.1 == Profile::OtomaX { 5 } else { 4 };
            let fixed = if self.1 == Profile::OtomaX { fixed } else { Vec::new() };
            let whole = PriceFacts { readable, fixed, ..PriceFacts::default() };
            return match scene {
                PriceScene::Whole => Play::Set(whole),
                _ => Play::CannotSay("its list is the configuration's"),
            };
        }
        // What only looks something up costs nothing, and is not sold.
        let lookups = vec!["CPLA".to_owned(), "CBPJS".to_owned()];
        let whole = PriceFacts { readable: 11, closed: lookups, fixed, ..PriceFacts::default() };
        match scene {
            PriceScene::Whole => Play::Set(whole),
            PriceScene::WithClosed => {
                self.0.set_open("S10", false);
                let mut closed = whole.closed.clone();
                closed.push("S10".to_owned());
                Play::Set(PriceFacts { closed, ..whole })
            }
            PriceScene::WithUnreadable => {
                let row = |code: &str, cost: &str| json!({ "kode": code, "keterangan": "x", "kategori": "PULSA", "harga": cost, "status": "1" });
                let rows = json!([row("S5", "5500"), row("S10", "10.45O"), "S20", row("X", "-5")]);
                Play::Says(
                    PriceFacts { readable: 1, unreadable: 3, closed: Vec::new(), ..whole },
                    Saying::ok(rows.to_string()),
                )
            }
            PriceScene::Refused => Play::Says(PriceFacts::default(), Saying::ok("IP tidak sesuai")),
        }
    }

    async fn debits(&self) -> Vec<Debit> {
        let charges = self.0.ledger().charges.into_iter();
        // Only bills have a total that an answer tells.
        let told = self.1 == Profile::Rajabiller;
        let debit = |charge: ppob_simulator::Charge| Debit {
            total: (told && charge.total != charge.cost).then(|| Rupiah::new(charge.total)),
            provider_code: charge.product,
            customer: charge.customer_number,
            cost: Rupiah::new(charge.cost),
            token: charge.token,
            refunded: charge.refunded,
        };
        charges.map(debit).collect()
    }

    async fn balance(&self) -> Option<Rupiah> {
        Some(Rupiah::new(self.0.balance()))
    }
}
