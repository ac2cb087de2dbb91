//! Total, cost and commission mean the same whatever a provider calls them: the total is what the end customer
//! owes, the cost what our deposit is debited, the commission the difference.
//!
//! One row per kind of provider that has a simulator, held against what its simulator really debited.

use std::future::Future;
use std::pin::Pin;

use ppob_api::v1::{CreatePaymentRequest, InquireRequest, Payment, PaymentState};
use ppob_e2e::request::{bill, fresh_customer, token};
use ppob_e2e::world::ACCOUNT;
use ppob_e2e::{Engine, Result, World};
use ppob_simulator::Charge;

/// A product at a kind of provider.
#[derive(Clone, Copy)]
enum Sold {
    /// At a listed price.
    Listed(&'static str),
    /// A bill, which is inquired first.
    Bill(&'static str),
}

/// A kind of provider, as its simulator runs.
struct Simulated {
    world: World,
    /// What it debited.
    charges: Look<Vec<Charge>>,
    /// What it has of our money.
    deposit: Look<Option<i64>>,
    sold: &'static [Sold],
}

/// A look at the simulator of a world.
type Look<T> = Box<dyn Fn(&World) -> T>;
type Starting = Pin<Box<dyn Future<Output = Result<Simulated>>>>;

struct Kind {
    name: &'static str,
    start: fn() -> Starting,
}

/// Every kind that has a simulator, and how it is started. Another kind starts its own simulator, keeps it in
/// `charges` and `deposit`, and puts its table into the world by [`World::with_only`].
const KINDS: [Kind; 1] = [Kind { name: "mmbc", start: || Box::pin(mmbc()) }];

async fn mmbc() -> Result<Simulated> {
    Ok(Simulated {
        world: World::new().await?,
        charges: Box::new(|world| world.provider.ledger().charges),
        deposit: Box::new(|world| world.provider.balance(ACCOUNT)),
        sold: &[
            Sold::Listed("PLN-PREPAID-20000"),
            Sold::Listed("PLN-PREPAID-50000"),
            Sold::Bill("PLN-POSTPAID"),
            Sold::Bill("PDAM-ATB"),
        ],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn total_cost_and_commission_mean_the_same_whatever_the_provider_calls_them() -> Result<()> {
    for Kind { name: kind, start } in KINDS {
        let simulated = start().await?;
        let engine = simulated.world.serve().await?;
        for (number, sold) in simulated.sold.iter().enumerate() {
            let before = (simulated.deposit)(&simulated.world);
            let payment = pay(&engine, &format!("{kind}-money-{number}"), *sold).await?;
            let charges = (simulated.charges)(&simulated.world);
            assert_eq!(charges.len(), number + 1, "{kind}: {payment:?}");
            let charge = charges.last().map(|charge| (charge.total, charge.cost));
            let (total, cost) = charge.unwrap_or_default();
            assert!(total > 0 && cost > 0, "{kind}: {charges:?}");
            assert_eq!(payment.state(), PaymentState::Succeeded, "{kind}: {payment:?}");
            assert_eq!(payment.total_rupiah, Some(total), "{kind}: what the customer owes");
            assert_eq!(payment.cost_rupiah, Some(cost), "{kind}: what left the deposit");
            assert_eq!(payment.commission_rupiah, Some(total - cost), "{kind}");
            let receipt = payment.receipt.and_then(|receipt| receipt.total_rupiah);
            assert_eq!(receipt, Some(total), "{kind}: what the receipt says");
            let after = (simulated.deposit)(&simulated.world);
            assert_eq!(
                before.zip(after).map(|(before, after)| before - after),
                Some(cost),
                "{kind}"
            );
        }
        assert_eq!(engine.stop().await?.code, Some(0), "{kind}");
    }
    Ok(())
}

async fn pay(engine: &Engine, payment_id: &str, sold: Sold) -> Result<Payment> {
    let customer_number = fresh_customer();
    match sold {
        Sold::Listed(product) => {
            let request = token(payment_id, &customer_number);
            engine.pay(CreatePaymentRequest { product_code: product.to_owned(), ..request }).await
        }
        Sold::Bill(product) => {
            let asked = InquireRequest {
                product_code: product.to_owned(),
                customer_number,
                ..InquireRequest::default()
            };
            let shown = engine.inquire(asked.clone()).await?;
            let payment = engine.pay(bill(payment_id, &asked, &shown.inquiry_id)).await?;
            assert_eq!(payment.total_rupiah, Some(shown.total_rupiah), "what was shown is paid");
            Ok(payment)
        }
    }
}
