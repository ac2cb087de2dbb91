//! The reference provider as a subject of the kit.

use async_trait::async_trait;
use ppob_provider::{ProviderKind, RawCallback};
use ppob_provider_testkit::{News, NewsSample, Remote, Sample, Setup, Subject};
use ppob_types::{AttemptId, Family, RefusalCode, RefusalScope, Rejection, Sensitive};
use serde_json::{Value, json};

use crate::flaw::Flaw;
use crate::protocol::proof;
use crate::provider::KIND;
use crate::simulator::Simulator;

const KEY: &str = "beo-key-4711";

pub(crate) struct Beo {
    pub(crate) families: Vec<Family>,
    pub(crate) flaw: Option<Flaw>,
}

#[async_trait]
impl Subject for Beo {
    fn name(&self) -> String {
        self.flaw.map_or_else(|| "beo".to_owned(), |flaw| format!("beo ({flaw:?})"))
    }

    fn kind(&self) -> ProviderKind {
        KIND
    }

    fn settings(&self, setup: &Setup) -> Value {
        let mut settings = json!({
            "origin": setup.origin,
            "allow_plaintext": true,
            "key": { "file": concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/key") },
            "connect_ms": u64::try_from(setup.connect_timeout.as_millis()).unwrap(),
            "total_ms": u64::try_from(setup.total_timeout.as_millis()).unwrap(),
            "families": self.families,
        });
        if let Some(flaw) = self.flaw {
            // As serde names it in kebab case.
            let name = format!("{flaw:?}").chars().fold(String::new(), |mut name, letter| {
                if letter.is_ascii_uppercase() && !name.is_empty() {
                    name.push('-');
                }
                name.push(letter.to_ascii_lowercase());
                name
            });
            settings["flaw"] = json!(name);
        }
        settings
    }

    fn secrets(&self) -> Vec<String> {
        vec![KEY.to_owned()]
    }

    fn samples(&self) -> Vec<Sample> {
        let mut samples = vec![
            Sample::new(Family::PlnPrepaid, "PLN-PREPAID-20000", "T20", "530000009999"),
            Sample::new(Family::MobileTopUp, "TSEL-10000", "P10", "081200009999"),
            Sample::new(Family::Water, "PDAM-ATB", "W/1 A", "0110019999"),
        ];
        samples.retain(|sample| self.families.contains(&sample.purchase.family));
        samples
    }

    async fn start(&self) -> Box<dyn Remote> {
        let prepaid = self.families.contains(&Family::PlnPrepaid);
        Box::new(Simulator::start(if prepaid { "T20" } else { "P10" }).await)
    }

    fn refusals(&self, _: Family) -> Vec<Rejection> {
        vec![
            refusal(RefusalCode::InsufficientBalance, RefusalScope::Provider),
            refusal(RefusalCode::NumberInvalid, RefusalScope::Bill),
        ]
    }

    fn bill_refusals(&self, _: Family) -> Vec<Rejection> {
        vec![
            refusal(RefusalCode::NumberInvalid, RefusalScope::Bill),
            refusal(RefusalCode::Credentials, RefusalScope::Provider),
        ]
    }

    fn callback(&self, news: News, sample: &Sample, attempt: &AttemptId) -> Option<NewsSample> {
        let rc = match news {
            News::Succeeded => "00",
            News::Pending => "01",
            News::Refused => "02",
            News::Ping => return Some(signed(r#"{"ping":true}"#)),
        };
        let body = json!({ "rc": rc, "ref": attempt.as_str(), "code": sample.provider_code,
            "number": sample.purchase.customer.expose() });
        Some(signed(&body.to_string()))
    }
}

fn signed(body: &str) -> NewsSample {
    let (ours, theirs) = (proof(KEY, body.as_bytes()), proof("another", body.as_bytes()));
    let nonsense = b"rc=00".to_vec();
    let header = ("x-proof".to_owned(), Sensitive::new(proof(KEY, &nonsense)));
    let unreadable = RawCallback { headers: vec![header], query: Vec::new(), body: nonsense };
    NewsSample {
        unreadable: Some(unreadable),
        ..NewsSample::signed_body(body.as_bytes(), "x-proof", &ours, &theirs)
    }
}

fn refusal(code: RefusalCode, scope: RefusalScope) -> Rejection {
    Rejection { code, scope }
}
