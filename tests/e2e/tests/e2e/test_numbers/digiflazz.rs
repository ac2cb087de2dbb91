//! Digiflazz's test numbers. What is pending there ends by its webhook.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use ppob_api::error::reason_of;
use ppob_api::v1::{CreatePaymentRequest, InquireRequest, Payment};
use ppob_e2e::request::{bill, without_waiting};
use ppob_e2e::shops::DigiflazzShop;
use ppob_e2e::wait::{PATIENCE, soon, until_within};
use ppob_e2e::{Engine, Result};
use ppob_simulator::digiflazz::{TEST_NUMBERS, TestCourse, Violation};
use serde_json::Value;

use super::digiflazz_rows::{Promise, ROWS, Row, SAMPLES, product};
use super::{Standing, all_at_once, paid_as_charged, same};

/// What e-money is asked for.
const AMOUNT: i64 = 25_000;

/// What every row has at hand.
struct Bench {
    shop: DigiflazzShop,
    engine: Engine,
}

#[test]
fn the_table_has_every_test_number_that_the_simulated_digiflazz_knows() {
    let ours = ROWS.iter().map(|row| (row.code, row.number, format!("{:?}", row.promise)));
    let theirs = TEST_NUMBERS.iter().map(|test| {
        let promise = match test.course {
            TestCourse::Succeeds => Promise::Paid,
            TestCourse::InquiryFails => Promise::InquiryRefused,
            TestCourse::Fails => Promise::Refused,
            TestCourse::PendingThenSucceeds => Promise::PendingThenPaid,
            TestCourse::PendingThenFails => Promise::PendingThenRefused,
        };
        (test.code, test.number, format!("{promise:?}"))
    });
    assert_eq!(ours.clone().collect::<BTreeSet<_>>(), theirs.collect());
    assert_eq!(ours.len(), TEST_NUMBERS.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_test_number_of_digiflazz_ends_as_documented() -> Result<()> {
    let shop = DigiflazzShop::new().await?;
    let engine = shop.serve().await?;
    let bench = Arc::new(Bench { shop, engine });
    let each = |row: &'static Row| (format!("{} {}", row.code, row.number), Arc::clone(&bench));
    all_at_once(ROWS.iter().map(|row| {
        let (name, bench) = each(row);
        (name, async move { bench.begin(row).await })
    }))
    .await;

    // A minute later, everything that is pending ends, and Digiflazz tells so.
    let provider = &bench.shop.provider;
    provider.pass(Duration::from_mins(1));
    soon("what is pending ends", provider.settle()).await?;
    // One for each transaction that came into being, one for each that ended later.
    let of =
        |promises: &[Promise]| ROWS.iter().filter(|row| promises.contains(&row.promise)).count();
    let pending = of(&[Promise::PendingThenPaid, Promise::PendingThenRefused]);
    let made = ROWS.len() - of(&[Promise::InquiryRefused]);
    let told = soon("callbacks are sent", provider.callbacks(made + pending)).await?;
    let ended = told.iter().filter(|told| told.event == "update").map(|told| told.status);
    assert_eq!(ended.collect::<Vec<_>>(), vec![Some(200); pending]);
    let serials = Arc::new(serials(&bench.shop));
    all_at_once(ROWS.iter().map(|row| {
        let (name, bench) = each(row);
        let serials = Arc::clone(&serials);
        (name, async move { bench.end(row, &serials).await })
    }))
    .await;

    let kept = provider.ledger().cost_of(DigiflazzShop::USERNAME);
    let deposit = provider.balance(DigiflazzShop::USERNAME);
    assert_eq!(deposit, Some(ppob_e2e::world::DEPOSIT - kept));
    // The simulated clock stood still while the engine worked, so a minute is told by the other tests.
    let wrong = provider.violations();
    let wrong = wrong.iter().filter(|violation| violation.what != "a second call within a minute");
    assert_eq!(wrong.collect::<Vec<_>>(), Vec::<&Violation>::new());
    Ok(())
}

impl Bench {
    /// Inquires and pays, as far as Digiflazz goes by itself.
    async fn begin(&self, row: &Row) -> Result<()> {
        let (engine, id) = (&self.engine, payment_id(row));
        let product_code = product(row.code).to_owned();
        let customer_number = row.number.to_owned();
        let amount_rupiah = (row.code == "emoney").then_some(AMOUNT);
        let request = if row.code == "xld10" {
            CreatePaymentRequest {
                payment_id: id.clone(),
                product_code,
                customer_number,
                ..CreatePaymentRequest::default()
            }
        } else {
            let asked = InquireRequest {
                product_code,
                customer_number,
                amount_rupiah,
                ..InquireRequest::default()
            };
            let shown = engine.inquire(asked.clone()).await;
            if row.promise == Promise::InquiryRefused {
                let reason = shown.err().and_then(|status| reason_of(&status));
                return same("the inquiry", reason.as_deref(), Some("PROVIDER_REFUSED"));
            }
            let shown = shown?;
            if let Some((_, total, _)) = sample(row) {
                same("the bill", shown.total_rupiah, total)?;
            }
            bill(&id, &asked, &shown.inquiry_id)
        };
        engine.create(without_waiting(request)).await?;
        let expected = match row.promise {
            Promise::Paid => Standing::paid(),
            Promise::InquiryRefused | Promise::Refused => Standing::refused(),
            Promise::PendingThenPaid | Promise::PendingThenRefused => Standing::pending(),
        };
        let payment = self.comes_to(&id, &expected).await?;
        let charges = self.charges(row);
        let is_charged = row.promise != Promise::Refused;
        same("charges", charges.len(), usize::from(is_charged))?;
        same("attempts", payment.attempts.len(), 1)
    }

    /// Sees how it ended.
    async fn end(&self, row: &Row, serials: &BTreeMap<String, String>) -> Result<()> {
        let charges = self.charges(row);
        if row.promise == Promise::InquiryRefused {
            return same("charges", charges.len(), 0);
        }
        let is_paid = matches!(row.promise, Promise::Paid | Promise::PendingThenPaid);
        let expected = if is_paid { Standing::paid() } else { Standing::refused() };
        let payment = self.comes_to(&payment_id(row), &expected).await?;
        let Some(charge) = charges.first().filter(|_| is_paid) else {
            same("what was kept", charges.iter().all(|charge| charge.refunded), true)?;
            same("the cost", payment.cost_rupiah, None)?;
            return same("a receipt", payment.receipt.is_some(), false);
        };
        same("charges", charges.len(), 1)?;
        // Nobody says what it is worth, so it is its price.
        let worth = (row.code == "xld10").then_some(charge.cost);
        paid_as_charged(&payment, charge, worth)?;
        if let Some((_, total, cost)) = sample(row) {
            same("the documented total", payment.total_rupiah, Some(total))?;
            same("the documented cost", payment.cost_rupiah, Some(cost))?;
        }
        let reference = payment.attempts.first().map(|attempt| &attempt.client_reference);
        same("the reference", reference, Some(&charge.invoice))?;
        let serial = serials.get(&charge.invoice).cloned().unwrap_or_default();
        // The document pays these without a serial number.
        let has_serial = !matches!(row.code, "bpjstk" | "bpjstkpu");
        same("whether a serial number was told", !serial.is_empty(), has_serial)?;
        let receipt = payment.receipt.unwrap_or_default();
        same("the serial number", receipt.reference, serial)
    }

    async fn comes_to(&self, id: &str, expected: &Standing) -> Result<Payment> {
        let what = format!("it is {expected:?}");
        // Digiflazz wants time between two calls for one reference, of real time, too.
        until_within(3 * PATIENCE, &what, async || {
            let payment = self.engine.get(id).await.map_err(|status| status.to_string())?;
            let found = Standing::of(&payment);
            if found == *expected { Ok(payment) } else { Err(format!("{found:?}")) }
        })
        .await
    }

    fn charges(&self, row: &Row) -> Vec<ppob_simulator::Charge> {
        let ledger = self.shop.provider.ledger();
        ledger.charges_for(row.code, row.number).into_iter().cloned().collect()
    }
}

fn payment_id(row: &Row) -> String {
    let number = row.number.replace(',', "-");
    format!("number-{}-{number}", row.code)
}

fn sample(row: &Row) -> Option<(&'static str, i64, i64)> {
    SAMPLES.into_iter().find(|(number, ..)| *number == row.number)
}

/// The serial number that callbacks told of each reference.
fn serials(shop: &DigiflazzShop) -> BTreeMap<String, String> {
    let told = shop.callbacks.requests();
    let told = told.iter().filter_map(|request| {
        let start = request.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let body: Value = serde_json::from_slice(request.get(start..)?).ok()?;
        let text = |name: &str| body.pointer(&format!("/data/{name}")).and_then(Value::as_str);
        Some((text("ref_id")?.to_owned(), text("sn").unwrap_or_default().to_owned()))
    });
    let mut serials = BTreeMap::new();
    for (reference, serial) in told {
        let known: &mut String = serials.entry(reference).or_default();
        if !serial.is_empty() {
            *known = serial;
        }
    }
    serials
}
