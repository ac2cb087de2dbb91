//! Total, cost and commission mean the same whatever a provider calls them: the total is what the end customer
//! owes, the cost what our deposit is debited, the commission the difference.
//!
//! | Provider | Total | Cost |
//! | --- | --- | --- |
//! | MMBC | `ppob_totalbayar` | `ppob_debet` |
//! | Digiflazz, bills | `selling_price` | `price` |
//! | Digiflazz, top-ups | what it is worth | `price` |
//! | IAK, bills | `price` | `selling_price` |
//! | IAK, top-ups | what it is worth | `price` |
//! | `OkeConnect`, `OtomaX` | the bill and the admin fee, or what it is worth | what the reply says was debited |
//! | Rajabiller | `NOMINAL` and `ADMIN`, or what it is worth | `SALDO_TERPOTONG` |
//!
//! One row per kind of provider that has a simulator, held against what its simulator really debited.

use std::future::Future;
use std::pin::Pin;

use ppob_api::v1::{
    CreatePaymentRequest, GetProductRequest, InquireRequest, Payment, PaymentState,
};
use ppob_e2e::request::{bill, fresh_customer};
use ppob_e2e::shops::{DigiflazzShop, H2hShop, IakShop, Profile};
use ppob_e2e::wait::until;
use ppob_e2e::world::ACCOUNT;
use ppob_e2e::{Engine, Problem, Result, World};
use ppob_simulator::Charge;

/// A product at a kind of provider.
#[derive(Clone, Copy)]
enum Sold {
    /// At a listed price.
    Listed(&'static str),
    /// A bill, which is inquired first.
    Bill(&'static str),
}

use Sold::{Bill, Listed};

/// A world at a kind of provider.
enum Shop {
    Mmbc(World),
    Digiflazz(DigiflazzShop),
    Iak(IakShop),
    H2h(H2hShop),
}

type Starting = Pin<Box<dyn Future<Output = Result<Shop>>>>;

struct Kind {
    name: &'static str,
    start: fn() -> Starting,
    sold: &'static [Sold],
    /// Whether its answer to the payment of a bill prints what the customer pays.
    prints: bool,
}

/// Every kind that has a simulator, and each way in which H2H centres speak.
const KINDS: [Kind; 6] = [
    Kind {
        name: "mmbc",
        start: || Box::pin(async { Ok(Shop::Mmbc(World::new().await?)) }),
        sold: &[
            Listed("PLN-PREPAID-20000"),
            Listed("PLN-PREPAID-50000"),
            Bill("PLN-POSTPAID"),
            Bill("PDAM-ATB"),
        ],
        prints: true,
    },
    Kind {
        name: "digiflazz",
        start: || Box::pin(async { Ok(Shop::Digiflazz(DigiflazzShop::new().await?)) }),
        sold: &[Listed("XL-10000"), Bill("PLN-POSTPAID"), Bill("PDAM-TEST"), Bill("INTERNET-TEST")],
        prints: true,
    },
    Kind {
        name: "iak",
        start: || Box::pin(async { Ok(Shop::Iak(IakShop::new().await?)) }),
        sold: &[
            Listed("TSEL-10000"),
            Listed("PLN-PREPAID-20000"),
            Bill("PLN-POSTPAID"),
            Bill("TELKOM"),
            Bill("TAX-PBB-KOTA-CIMAHI"),
        ],
        prints: true,
    },
    Kind {
        name: "okeconnect",
        start: || Box::pin(h2h(Profile::OkeConnect)),
        sold: &[Listed("TSEL-5000"), Listed("PLN-PREPAID-20000"), Bill("PLN-POSTPAID")],
        prints: false,
    },
    Kind {
        name: "otomax",
        start: || Box::pin(h2h(Profile::OtomaX)),
        // It cannot be asked what is owed, so it is not asked to pay bills.
        sold: &[Listed("TSEL-5000"), Listed("PLN-PREPAID-20000")],
        prints: false,
    },
    Kind {
        name: "rajabiller",
        start: || Box::pin(h2h(Profile::Rajabiller)),
        sold: &[Listed("TSEL-5000"), Bill("PLN-POSTPAID"), Bill("PDAM-SIDOARJO")],
        prints: true,
    },
];

async fn h2h(profile: Profile) -> Result<Shop> {
    Ok(Shop::H2h(H2hShop::new(profile).await?))
}

#[tokio::test(flavor = "multi_thread")]
async fn total_cost_and_commission_mean_the_same_whatever_the_provider_calls_them() -> Result<()> {
    for Kind { name: kind, start, sold, prints } in KINDS {
        let shop = start().await?;
        let engine = shop.serve(sold).await?;
        for (number, sold) in sold.iter().enumerate() {
            let before = shop.deposit();
            let id = format!("{kind}-money-{number}");
            let payment = shop.pay(&engine, &id, *sold).await;
            let payment = payment.map_err(|problem| Problem::new(format!("{id}: {problem}")))?;
            let charges = shop.charges();
            assert_eq!(charges.len(), number + 1, "{id}: {payment:?}");
            let charge = charges.last().map(|charge| (charge.total, charge.cost));
            let (charged_total, cost) = charge.unwrap_or_default();
            let unsaid = shop.unsaid_total(&engine, *sold, cost).await?;
            let total = unsaid.unwrap_or(charged_total);
            assert!(total > 0 && cost > 0, "{id}: {charges:?}");
            assert_eq!(payment.state(), PaymentState::Succeeded, "{id}: {payment:?}");
            assert_eq!(payment.total_rupiah, Some(total), "{id}: what the customer owes");
            assert_eq!(payment.cost_rupiah, Some(cost), "{id}: what left the deposit");
            assert_eq!(payment.commission_rupiah, Some(total - cost), "{id}");
            let receipt = payment.receipt.and_then(|receipt| receipt.total_rupiah);
            let said = Some(total).filter(|_| unsaid.is_none() && prints);
            assert_eq!(receipt, said, "{id}: what the receipt says");
            assert_eq!(before - shop.deposit(), cost, "{id}");
        }
        assert_eq!(engine.stop().await?.code, Some(0), "{kind}");
    }
    Ok(())
}

impl Shop {
    async fn serve(&self, sold: &[Sold]) -> Result<Engine> {
        let products: Vec<&str> =
            sold.iter().map(|(Listed(product) | Bill(product))| *product).collect();
        match self {
            Self::Mmbc(world) => world.serve().await,
            Self::Digiflazz(shop) => shop.serve().await,
            Self::Iak(shop) => shop.serve(&products).await,
            Self::H2h(shop) => shop.serve(&products).await,
        }
    }

    /// What the customer owes where the provider does not say: what the top-up is worth, and if nobody says
    /// that either, what it costs us.
    async fn unsaid_total(&self, engine: &Engine, sold: Sold, cost: i64) -> Result<Option<i64>> {
        let Listed(product) = sold else { return Ok(None) };
        if matches!(self, Self::Mmbc(_)) {
            return Ok(None);
        }
        let request = GetProductRequest { product_code: product.to_owned() };
        let product = engine.client.catalog.clone().get_product(request).await?.into_inner();
        let nominal = product.product.and_then(|product| product.nominal_rupiah);
        Ok(Some(nominal.unwrap_or(cost)))
    }

    /// What the provider debited.
    fn charges(&self) -> Vec<Charge> {
        match self {
            Self::Mmbc(world) => world.provider.ledger(),
            Self::Digiflazz(shop) => shop.provider.ledger(),
            Self::Iak(shop) => shop.provider.ledger(),
            Self::H2h(shop) => shop.provider.ledger(),
        }
        .charges
    }

    /// What it has of our money, in all accounts.
    fn deposit(&self) -> i64 {
        match self {
            Self::Mmbc(world) => world.provider.balance(ACCOUNT).unwrap_or_default(),
            Self::Digiflazz(shop) => {
                shop.provider.balance(DigiflazzShop::USERNAME).unwrap_or_default()
            }
            Self::Iak(shop) => shop.deposit(),
            Self::H2h(shop) => shop.provider.balance(),
        }
    }

    async fn pay(&self, engine: &Engine, payment_id: &str, sold: Sold) -> Result<Payment> {
        let customer_number = customer(sold);
        let payment = match sold {
            Listed(product) => {
                let request = CreatePaymentRequest {
                    payment_id: payment_id.to_owned(),
                    product_code: product.to_owned(),
                    customer_number,
                    ..CreatePaymentRequest::default()
                };
                self.ended(engine, request).await?
            }
            Bill(product) => {
                let asked = InquireRequest {
                    product_code: product.to_owned(),
                    customer_number,
                    ..InquireRequest::default()
                };
                let shown = engine.inquire(asked.clone()).await?;
                let request = bill(payment_id, &asked, &shown.inquiry_id);
                let payment = self.ended(engine, request).await?;
                let total = payment.total_rupiah;
                assert_eq!(total, Some(shown.total_rupiah), "{payment_id}: what was shown is paid");
                payment
            }
        };
        Ok(payment)
    }

    /// Pays; where somebody has to press a button, it is pressed.
    async fn ended(&self, engine: &Engine, request: CreatePaymentRequest) -> Result<Payment> {
        let (id, wait) = (request.payment_id.clone(), Some(prost_types::Duration::default()));
        let Self::Iak(shop) = self else { return engine.pay(request).await };
        engine.create(CreatePaymentRequest { wait, ..request }).await?;
        until("the provider has taken it", async || {
            let payment = engine.get(&id).await.map_err(|status| status.to_string())?;
            if payment.state() == PaymentState::Succeeded {
                return Ok(());
            }
            let attempt = payment.attempts.last().cloned().unwrap_or_default();
            let login = shop.provider.ledger().charges.last().map(|charge| charge.account.clone());
            let pressed =
                shop.provider.settle(&login.unwrap_or_default(), &attempt.client_reference, true);
            pressed.map_err(|error| format!("{error}: {payment:?}"))
        })
        .await?;
        engine.wait_for(&id, PaymentState::Succeeded).await
    }
}

/// A customer number of the product's form that no other call gives.
fn customer(sold: Sold) -> String {
    let (Listed(product) | Bill(product)) = sold;
    let fresh = fresh_customer();
    let digits = fresh.trim_start_matches("53");
    match product {
        // Eleven digits of a phone number.
        "XL-10000" | "TSEL-5000" | "TSEL-10000" => format!("0812{}", &digits[digits.len() - 7..]),
        _ => fresh,
    }
}
