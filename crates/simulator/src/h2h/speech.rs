//! From a request to what is asked, and from what happened to the body of an answer, for each profile.

use std::collections::BTreeMap;

use serde_json::json;

use super::book::Book;
use super::catalogue::{Kind, Product};
use super::config::{H2hConfig, Profile};
use super::faults::{Call, Echo, FaultKind, Reason};
use super::fields::{self, Login};
use super::order::{Ask, Bought};
use super::sign::signature;
use super::words;
use crate::http::{Request, parameters};

/// A request that was understood.
pub(crate) struct Asked {
    pub(crate) call: Call,
    pub(crate) ask: Ask,
    given: BTreeMap<String, String>,
}

/// What a request asks; none if there is nothing at its address.
pub(crate) fn understood(config: &H2hConfig, request: &Request) -> Option<Asked> {
    let path = request.head.path.as_str();
    let method = request.head.method.as_str();
    let query = || parameters(request.head.query.as_bytes());
    match (config.profile, method, path) {
        (Profile::OkeConnect | Profile::OtomaX, "GET", "/trx") => {
            let given = query();
            let text = |name: &str| given.get(name).cloned().unwrap_or_default();
            let product = text("product");
            let ask = Ask { reference: text("refID"), product, dest: text("dest") };
            let call = if given.get("check").is_some_and(|check| check == "1") {
                Call::Check
            } else if inquired(config, &ask.product).is_some() {
                Call::Inquiry
            } else {
                Call::Pay
            };
            Some(Asked { call, ask, given })
        }
        (Profile::OkeConnect, "GET", "/trx/balance") | (Profile::OtomaX, "GET", "/balance") => {
            Some(Asked { call: Call::Balance, ask: Ask::default(), given: query() })
        }
        (Profile::OkeConnect, "GET", "/harga/json") => {
            Some(Asked { call: Call::Prices, ask: Ask::default(), given: query() })
        }
        (Profile::Rajabiller, "POST", "/transaksi/json.php") => {
            let given: BTreeMap<String, String> = serde_json::from_slice(&request.body).ok()?;
            let text = |name: &str| given.get(name).cloned().unwrap_or_default();
            let dest = [text("no_hp"), text("idpel1"), text("idpel2")];
            let dest = dest.into_iter().find(|dest| !dest.is_empty()).unwrap_or_default();
            let ask = Ask { reference: text("ref1"), product: text("kode_produk"), dest };
            let call = match text("method").as_str() {
                "rajabiller.inq" => Call::Inquiry,
                "rajabiller.balance" => Call::Balance,
                "rajabiller.pay" | "rajabiller.pulsa" | "rajabiller.game" => Call::Pay,
                _ => return None,
            };
            Some(Asked { call, ask, given })
        }
        _ => None,
    }
}

/// The bill that a code of this kind asks about.
fn inquired<'a>(config: &'a H2hConfig, code: &str) -> Option<&'a Product> {
    let rest = code.strip_prefix('C').filter(|_| config.profile == Profile::OkeConnect)?;
    let mut bills = config.products.iter().filter(|product| product.is_bill());
    bills.find(|product| product.code.strip_prefix('B') == Some(rest))
}

impl Asked {
    fn is_let_in(&self, config: &H2hConfig) -> bool {
        let given = |name: &str| self.given.get(name).map(String::as_str).unwrap_or_default();
        let H2hConfig { member, pin, password, .. } = config;
        match (config.profile, self.call) {
            (Profile::OkeConnect, Call::Prices) => true,
            (Profile::OkeConnect, _) => {
                given("memberID") == member && given("pin") == pin && given("password") == password
            }
            (Profile::OtomaX, Call::Balance) => {
                given("sign") == signature(&["OtomaX", "CheckBalance", member, pin, password])
            }
            (Profile::OtomaX, _) => {
                let Ask { reference, product, dest } = &self.ask;
                let parts = ["OtomaX", given("memberID"), product, dest, reference, pin, password];
                given("memberID") == member && given("sign") == signature(&parts)
            }
            (Profile::Rajabiller, _) => given("uid") == member && given("pin") == pin,
        }
    }

    /// Does what is asked, and tells the body of the answer.
    pub(crate) fn work(
        &self,
        config: &H2hConfig,
        book: &mut Book,
        fault: Option<&FaultKind>,
    ) -> String {
        let at = (config.local_time)();
        if !self.is_let_in(config) {
            return self.refused(config, book, &Reason::Credentials);
        }
        let body = match self.call {
            Call::Prices => prices(book),
            Call::Balance => match fault {
                Some(FaultKind::Refused { reason }) => self.refused(config, book, reason),
                _ => balance(config, book),
            },
            Call::Inquiry => self.inquire(config, book, fault),
            Call::Check => match book.check(&self.ask.reference) {
                Some(order) if fault != Some(&FaultKind::NotFound {}) => words::checked(&order),
                _ => words::not_found(&self.ask.dest),
            },
            Call::Pay => self.pay(config, book, fault, &at),
        };
        match fault {
            Some(FaultKind::WrongEcho { what }) => self.misnamed(&body, *what),
            Some(FaultKind::Words { text }) => text.clone(),
            _ => body,
        }
    }

    fn refused(&self, config: &H2hConfig, book: &Book, why: &Reason) -> String {
        match (config.profile, self.call) {
            (Profile::Rajabiller, _) => {
                fields::refused(login(config), &self.ask, why, book.balance)
            }
            (Profile::OtomaX, _) if *why == Reason::Credentials => "Sign salah".to_owned(),
            (_, Call::Balance) => words::reason(why).to_owned(),
            _ => words::refused(&self.ask, why, book.balance),
        }
    }

    fn inquire(&self, config: &H2hConfig, book: &mut Book, fault: Option<&FaultKind>) -> String {
        if let Some(FaultKind::Refused { reason }) = fault {
            return self.refused(config, book, reason);
        }
        let code = inquired(config, &self.ask.product).map(|product| product.code.clone());
        let asked = Ask { product: code.unwrap_or(self.ask.product.clone()), ..self.ask.clone() };
        match book.owed(&asked) {
            Err(why) => self.refused(config, book, &why),
            Ok((product, owed)) => {
                let number = book.fresh();
                if config.profile == Profile::Rajabiller {
                    let ref2 = number.to_string();
                    book.asked.insert(ref2.clone(), (asked, owed));
                    fields::bill(login(config), &self.ask, &ref2, owed, book.balance)
                } else {
                    words::bill(number, &self.ask, &product.name, owed, book.balance)
                }
            }
        }
    }

    fn pay(
        &self,
        config: &H2hConfig,
        book: &mut Book,
        fault: Option<&FaultKind>,
        at: &str,
    ) -> String {
        let is_bill = book.product(&self.ask.product).is_some_and(Product::is_bill);
        let ref2 = self.given.get("ref2").cloned();
        if config.profile == Profile::Rajabiller && is_bill && !self.is_bound(book) {
            return self.refused(
                config,
                book,
                &Reason::Other("INQUIRY TIDAK DITEMUKAN".to_owned()),
            );
        }
        let knows_references = config.profile != Profile::Rajabiller;
        match book.buy(&self.ask, at, fault, knows_references) {
            Bought::Refused(why) => self.refused(config, book, &why),
            Bought::There(order) if config.profile == Profile::OtomaX => {
                words::repeated(&order, book.balance)
            }
            Bought::There(order) => words::checked(&order),
            Bought::Taken(order) if config.profile == Profile::Rajabiller => {
                let ref2 = ref2.unwrap_or_else(|| order.number.to_string());
                fields::taken(login(config), &order, is_bill, &ref2)
            }
            Bought::Taken(order) => words::taken(&order),
        }
    }

    /// Whether the payment repeats what its inquiry said.
    fn is_bound(&self, book: &Book) -> bool {
        let given = |name: &str| self.given.get(name).map(String::as_str).unwrap_or_default();
        book.asked.get(given("ref2")).is_some_and(|(ask, owed)| {
            ask.product == self.ask.product
                && ask.dest == self.ask.dest
                && given("nominal") == owed.bill.to_string()
        })
    }

    /// The same answer about somebody else's.
    fn misnamed(&self, body: &str, what: Echo) -> String {
        let Ask { reference, product, dest } = &self.ask;
        match what {
            Echo::Dest => body.replace(dest.as_str(), "089900001111"),
            Echo::Reference => body.replace(reference.as_str(), "X1"),
            Echo::Product => {
                let quoted = body.replace(&format!("\"{product}\""), "\"LAIN1\"");
                quoted.replace(&format!(" {product}."), " LAIN1.")
            }
        }
    }
}

fn login(config: &H2hConfig) -> Login<'_> {
    let pin = if config.repeats_pin { &config.pin } else { "------" };
    Login { member: &config.member, pin }
}

fn balance(config: &H2hConfig, book: &Book) -> String {
    match config.profile {
        Profile::OkeConnect => format!("Saldo {}", words::dotted(book.balance)),
        Profile::OtomaX => format!("Saldo Anda Rp {}", words::dotted(book.balance)),
        Profile::Rajabiller => fields::balance(login(config), book.balance),
    }
}

/// The list: bills with what is debited on top of them, lookups for nothing.
fn prices(book: &Book) -> String {
    let row = |code: &str, product: &Product, price: i64| {
        json!({
            "kode": code,
            "keterangan": product.name,
            "produk": product.name,
            "kategori": if product.is_bill() { "TAGIHAN" } else { "PULSA" },
            "harga": price.to_string(),
            "status": if product.open { "1" } else { "0" },
        })
    };
    let mut rows = Vec::new();
    for product in &book.products {
        match product.kind {
            Kind::TopUp { price } | Kind::Token { price } => {
                rows.push(row(&product.code, product, price));
            }
            Kind::Bill { margin, .. } => {
                rows.push(row(&product.code, product, margin));
                if let Some(rest) = product.code.strip_prefix('B') {
                    rows.push(row(&format!("C{rest}"), product, 0));
                }
            }
        }
    }
    // Lists of this kind hold a code twice now and then.
    rows.extend(rows.first().cloned());
    serde_json::Value::Array(rows).to_string()
}
