//! The other end of the trivial protocol, which plays every scene.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ppob_provider_testkit::{Debit, Play, PriceFacts, PriceScene, Remote, Sample, Scene};
use ppob_types::{AttemptId, RefusalCode, Rejection, Rupiah};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const DEPOSIT: i64 = 1_000_000;
const COST: i64 = 20_700;
const TOTAL: i64 = 22_500;

pub(crate) struct Simulator {
    origin: String,
    book: Arc<Mutex<Book>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Book {
    scene: Option<Scene>,
    prices: Option<PriceScene>,
    /// The code of the first row of the price list.
    first: &'static str,
    orders: BTreeMap<String, Order>,
    bonds: BTreeMap<String, Value>,
    debits: Vec<Debit>,
}

#[derive(Clone)]
struct Order {
    said: Value,
    id: String,
    scene: Scene,
    /// Where its debit is.
    debit: usize,
}

impl Simulator {
    pub(crate) async fn start(first: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let book = Arc::new(Mutex::new(Book { first, ..Book::default() }));
        let kept = Arc::clone(&book);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&kept)));
            }
        });
        Self { origin, book, task }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[async_trait]
impl Remote for Simulator {
    fn origin(&self) -> String {
        self.origin.clone()
    }

    async fn play(&self, scene: &Scene, sample: &Sample, _: &AttemptId) -> Play<Sample> {
        self.book.lock().unwrap().scene = Some(scene.clone());
        Play::Set(sample.clone())
    }

    async fn prices(&self, scene: PriceScene) -> Play<PriceFacts> {
        let mut book = self.book.lock().unwrap();
        book.prices = Some(scene);
        let fixed = vec![(book.first.to_owned(), Rupiah::new(COST))];
        Play::Set(match scene {
            PriceScene::Whole => PriceFacts { readable: 2, fixed, ..PriceFacts::default() },
            PriceScene::WithClosed => {
                PriceFacts { readable: 2, closed: vec!["T50".to_owned()], fixed, unreadable: 0 }
            }
            PriceScene::WithUnreadable => {
                PriceFacts { readable: 1, unreadable: 1, fixed, closed: Vec::new() }
            }
            PriceScene::Refused => PriceFacts::default(),
        })
    }

    async fn debits(&self) -> Vec<Debit> {
        self.book.lock().unwrap().debits.clone()
    }

    async fn balance(&self) -> Option<Rupiah> {
        Some(Rupiah::new(DEPOSIT))
    }
}

fn rc(rejection: &Rejection) -> &'static str {
    match rejection.code {
        RefusalCode::InsufficientBalance => "02",
        RefusalCode::NumberInvalid => "03",
        _ => "07",
    }
}

impl Book {
    fn answer(&mut self, verb: &str, said: &Value) -> Value {
        let scene = self.scene.clone().unwrap_or(Scene::Succeeds);
        match verb {
            "pay" => self.pay(said, &scene),
            "status" => {
                let found = self.orders.iter().find(|(reference, order)| {
                    said["ref"] == **reference || said["id"] == order.id
                });
                match found.map(|(reference, _)| reference.clone()) {
                    Some(reference) => self.check(&reference),
                    None => json!({ "rc": "06" }),
                }
            }
            "bill" => self.bill(said, &scene),
            "balance" => json!({ "rc": "00", "balance": dotted(DEPOSIT) }),
            _ => prices(self.first, self.prices),
        }
    }

    fn bill(&mut self, said: &Value, scene: &Scene) -> Value {
        if let Scene::BillRefused(rejection) = scene {
            return json!({ "rc": rc(rejection), "number": said["number"] });
        }
        let bond = format!("bond-{}", self.bonds.len());
        self.bonds.insert(bond.clone(), said.clone());
        let number = if *scene == Scene::BillOfAnother {
            json!("9999999999")
        } else {
            said["number"].clone()
        };
        json!({ "rc": "00", "ref": said["ref"], "number": number, "bond": bond,
            "bill": dotted(TOTAL - 2_500), "admin": dotted(2_500), "total": dotted(TOTAL),
            "cost": dotted(COST) })
    }

    fn pay(&mut self, said: &Value, scene: &Scene) -> Value {
        let order = match said["bond"].as_str().and_then(|bond| self.bonds.get(bond)) {
            Some(bound) => bound.clone(),
            None if said["bond"].is_null() && said["number"].is_null() => {
                return json!({ "rc": "98" });
            }
            None => said.clone(),
        };
        let reference = order["ref"].as_str().unwrap().to_owned();
        if self.orders.contains_key(&reference) {
            return self.check(&reference);
        }
        match scene {
            Scene::Refused(rejection) => return json!({ "rc": rc(rejection), "ref": reference }),
            Scene::Unlisted => return json!({ "rc": "99", "ref": reference }),
            _ => {}
        }
        let id = format!("B{}", self.orders.len() + 1);
        self.debits.push(Debit {
            provider_code: order["code"].as_str().unwrap().to_owned(),
            customer: order["number"].as_str().unwrap().to_owned(),
            cost: Rupiah::new(COST),
            total: Some(Rupiah::new(TOTAL)),
            token: Some("12345678910111213141".to_owned()),
            refunded: false,
        });
        let debit = self.debits.len() - 1;
        let taken = Order { said: order, id, scene: scene.clone(), debit };
        let pending = matches!(
            scene,
            Scene::Pending
                | Scene::PendingThenSucceeds
                | Scene::PendingThenRefused
                | Scene::ThenNotFound
        );
        let mut answer = taken.answer(if pending { "01" } else { "00" });
        match scene {
            Scene::AnotherCustomer => answer["number"] = json!("9999999999"),
            Scene::AnotherProduct => answer["code"] = json!("OTHER"),
            Scene::AnotherReference => answer["ref"] = json!("P00000000FFFFN1"),
            _ => {}
        }
        self.orders.insert(reference, taken);
        answer
    }

    fn check(&mut self, reference: &str) -> Value {
        let order = self.orders[reference].clone();
        let debit = &mut self.debits[order.debit];
        match order.scene {
            Scene::Pending => order.answer("01"),
            Scene::PendingThenRefused => {
                debit.refunded = true;
                order.answer("02")
            }
            Scene::ThenNotFound => json!({ "rc": "06" }),
            Scene::ThenReversed => {
                debit.refunded = true;
                order.answer("05")
            }
            Scene::CheckUnlisted => order.answer("99"),
            Scene::CheckOfAnother => {
                let mut answer = order.answer("00");
                answer["number"] = json!("9999999999");
                answer
            }
            _ => order.answer("00"),
        }
    }
}

impl Order {
    fn answer(&self, rc: &str) -> Value {
        let token = if self.scene == Scene::TokenMissing { "" } else { "1234 5678 9101 1121 3141" };
        json!({ "rc": rc, "ref": self.said["ref"], "number": self.said["number"],
            "code": self.said["code"], "id": self.id, "cost": dotted(COST),
            "total": dotted(TOTAL), "sn": token, "zone": "WIB" })
    }
}

fn prices(first: &str, scene: Option<PriceScene>) -> Value {
    let row = |code: &str, cost: &str, open: bool| json!({ "code": code, "name": code, "cost": cost, "open": open });
    let first = row(first, "20.700", true);
    match scene {
        Some(PriceScene::Refused) => json!({ "rc": "07" }),
        Some(PriceScene::WithClosed) => json!({ "rows": [first, row("T50", "50.700", false)] }),
        Some(PriceScene::WithUnreadable) => json!({ "rows": [first, row("T50", "mahal", true)] }),
        _ => json!({ "rows": [first, row("T50", "50.700", true)] }),
    }
}

/// `20.700`
fn dotted(rupiah: i64) -> String {
    let digits = rupiah.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

async fn serve(mut stream: TcpStream, book: Arc<Mutex<Book>>) {
    let Some((verb, said)) = request(&mut stream).await else { return };
    let body = book.lock().unwrap().answer(&verb, &said).to_string();
    let length = body.len();
    let answer =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    let _gone_or_not = stream.write_all(answer.as_bytes()).await;
}

async fn request(stream: &mut TcpStream) -> Option<(String, Value)> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8(bytes.clone()).ok()?;
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok()
            });
            if body.len() >= length.unwrap_or(0) {
                let verb = head.split(' ').nth(1)?.trim_start_matches('/').to_owned();
                return Some((verb, serde_json::from_str(body).ok()?));
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
