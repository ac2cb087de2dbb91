//! The numbers of IAK's sandbox. Where a person presses a button there, so does the test; of a top-up IAK tells
//! the end by callback, of a bill an operator asks.

use std::collections::BTreeSet;
use std::sync::Arc;

use ppob_api::error::reason_of;
use ppob_api::v1::product_parameters::Family;
use ppob_api::v1::{
    BpjsParameters, CreatePaymentRequest, InquireRequest, Payment, PaymentState, ProductParameters,
    Receipt, TokenState,
};
use ppob_e2e::request::{bill, without_waiting};
use ppob_e2e::shops::IakShop;
use ppob_e2e::wait::until;
use ppob_e2e::{Engine, Problem, Result};
use ppob_simulator::Charge;
use ppob_simulator::iak::{Promise as Simulated, sandbox_numbers};
use serde_json::Value;

use super::iak_rows::{BILLS, Promise, Row, SAMPLES, TOP_UPS, product};
use super::{Standing, all_at_once, paid_as_charged, same};

/// What an open amount is asked for.
const AMOUNT: i64 = 100_000;

/// What every row has at hand.
struct Bench {
    shop: IakShop,
    engine: Engine,
}

#[test]
fn the_table_has_every_number_that_the_simulated_iak_knows() {
    let ours: BTreeSet<_> = BILLS
        .iter()
        .map(|row| (row.code, row.number.to_owned(), format!("{:?}", row.promise)))
        .collect();
    let theirs = sandbox_numbers().into_iter().map(|test| {
        let promise = match test.promises {
            Simulated::Success(_) => Promise::Paid,
            Simulated::InquiryTimeout => Promise::InquiryTimeout,
            Simulated::InquiryPaid => Promise::InquiryPaid,
            Simulated::InquiryWrongNumber => Promise::InquiryWrongNumber,
            Simulated::PaymentFailed => Promise::Refused,
            Simulated::PaymentPending => Promise::Pending,
            Simulated::PaymentBillerError => Promise::BillerError,
        };
        (test.code, test.number, format!("{promise:?}"))
    });
    assert_eq!(ours, theirs.collect());
    assert_eq!(ours.len(), BILLS.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_of_iaks_sandbox_ends_as_documented() -> Result<()> {
    let shop = IakShop::new().await?;
    let products: BTreeSet<&str> =
        BILLS.iter().chain(&TOP_UPS).map(|row| product(row.code)).collect();
    let engine = shop.serve(&products.into_iter().collect::<Vec<_>>()).await?;
    let bench = Arc::new(Bench { shop, engine });
    all_at_once(BILLS.iter().chain(&TOP_UPS).map(|row| {
        let bench = Arc::clone(&bench);
        let work = async move {
            if TOP_UPS.iter().any(|top_up| top_up.code == row.code) {
                bench.top_up(row).await
            } else {
                bench.bill(row).await
            }
        };
        (format!("{} {}", row.code, row.number), work)
    }))
    .await;

    let ledger = bench.shop.provider.ledger();
    let logins: BTreeSet<&str> =
        ledger.charges.iter().map(|charge| charge.account.as_str()).collect();
    for login in logins {
        let left = ppob_e2e::world::DEPOSIT - ledger.cost_of(login);
        assert_eq!(bench.shop.provider.balance(login), Some(left), "{login}");
    }
    Ok(())
}

impl Bench {
    async fn bill(&self, row: &Row) -> Result<()> {
        let asked = asked(row);
        let shown = self.engine.inquire(asked.clone()).await;
        let refused = match row.promise {
            Promise::InquiryTimeout => Some("PROVIDER_REFUSED"),
            Promise::InquiryPaid => Some("BILL_ALREADY_PAID"),
            Promise::InquiryWrongNumber => Some("NUMBER_INVALID"),
            _ => None,
        };
        if refused.is_some() {
            let reason = shown.err().and_then(|status| reason_of(&status));
            same("the inquiry", reason.as_deref(), refused)?;
            return same("charges", self.charges(row).len(), 0);
        }
        let shown = shown?;
        let request = |nth| bill(&payment_id(row, nth), &asked, &shown.inquiry_id);
        let first = payment_id(row, 1);
        self.engine.create(without_waiting(request(1))).await?;
        match row.promise {
            Promise::Paid => {
                let payment = self.comes_to(&first, &Standing::paid()).await?;
                same("what was shown", payment.total_rupiah, Some(shown.total_rupiah))?;
                self.is_paid(row, &payment)
            }
            // Whether nothing was paid is not for the answer to say: it is in doubt, until IAK was asked.
            Promise::Refused | Promise::BillerError => {
                self.comes_to(&first, &in_doubt()).await?;
                self.asked_until(&first, PaymentState::Failed).await?;
                self.failed(row, &first, 1).await
            }
            _ => {
                self.comes_to(&first, &Standing::pending()).await?;
                self.press(row, &first, false).await?;
                self.asked_until(&first, PaymentState::Failed).await?;
                self.failed(row, &first, 1).await?;
                // Nothing was paid, so the bill is still there.
                let second = payment_id(row, 2);
                let shown = self.engine.inquire(asked.clone()).await?;
                self.engine
                    .create(without_waiting(bill(&second, &asked, &shown.inquiry_id)))
                    .await?;
                self.comes_to(&second, &Standing::pending()).await?;
                self.press(row, &second, true).await?;
                self.asked_until(&second, PaymentState::Succeeded).await?;
                self.is_paid(row, &self.comes_to(&second, &Standing::paid()).await?)
            }
        }
    }

    /// A top-up is worked on, and fails by the button; then another one succeeds by it.
    async fn top_up(&self, row: &Row) -> Result<()> {
        if row.code == "hpln20000" {
            let shown = self.engine.inquire(asked(row)).await?;
            same("whose meter it is", shown.customer_name.as_str(), "Sintya Oktaviani")?;
        }
        for (nth, success) in [(1, false), (2, true)] {
            let id = payment_id(row, nth);
            let request = CreatePaymentRequest {
                payment_id: id.clone(),
                product_code: product(row.code).to_owned(),
                customer_number: row.number.to_owned(),
                ..CreatePaymentRequest::default()
            };
            self.engine.create(without_waiting(request)).await?;
            self.comes_to(&id, &Standing::pending()).await?;
            self.press(row, &id, success).await?;
            if success {
                self.is_paid(row, &self.comes_to(&id, &Standing::paid()).await?)?;
            } else {
                self.failed(row, &id, 1).await?;
            }
        }
        Ok(())
    }

    async fn failed(&self, row: &Row, id: &str, charges: usize) -> Result<()> {
        let payment = self.comes_to(id, &Standing::refused()).await?;
        same("the cost", payment.cost_rupiah, None)?;
        same("a receipt", payment.receipt.is_some(), false)?;
        let made = self.charges(row);
        same("charges", made.len(), charges)?;
        same("given back", made.iter().all(|charge| charge.refunded), true)
    }

    fn is_paid(&self, row: &Row, payment: &Payment) -> Result<()> {
        let charges = self.charges(row);
        let kept: Vec<&Charge> = charges.iter().filter(|charge| !charge.refunded).collect();
        let [charge] = kept.as_slice() else {
            return Err(Problem::new(format!("charges: {charges:?}")));
        };
        let worth = match row.code {
            "hpln20000" => Some(20_000),
            "xld25000" => Some(25_000),
            // Diamonds are worth nothing in rupiah, so it is their price.
            "game103" => Some(charge.cost),
            _ => None,
        };
        paid_as_charged(payment, charge, worth)?;
        let known = |(code, number, ..): &&(&str, &str, i64, i64)| {
            (*code, *number) == (row.code, row.number)
        };
        if let Some((_, _, total, cost)) = SAMPLES.iter().find(known) {
            same("the documented total", payment.total_rupiah, Some(*total))?;
            same("the documented cost", payment.cost_rupiah, Some(*cost))?;
        }
        let receipt = payment.receipt.clone().unwrap_or_default();
        let is_top_up = TOP_UPS.iter().any(|top_up| top_up.code == row.code);
        if is_top_up {
            self.has_its_serial(row, payment, &receipt)
        } else {
            has_its_number(&receipt)
        }
    }

    /// The serial number is the one that IAK's callback told.
    fn has_its_serial(&self, row: &Row, payment: &Payment, receipt: &Receipt) -> Result<()> {
        let reference = reference(payment)?;
        let body = self.shop.provider.callback_body(&IakShop::login_of(row.code), &reference);
        let body: Value = serde_json::from_slice(&body.unwrap_or_default())?;
        let serial = body.pointer("/data/sn").and_then(Value::as_str).unwrap_or_default();
        same("a serial number", serial.is_empty(), false)?;
        if row.code == "hpln20000" {
            same("the token", payment.token_state(), TokenState::Present)?;
            let token = serial.split('/').next().unwrap_or_default().replace('-', " ");
            return same("the token is printed", printed(receipt, "Stroom/Token"), Some(token));
        }
        same("the serial number", printed(receipt, "SN"), Some(serial.to_owned()))
    }

    /// An operator asks until the payment has ended so: a check that is on its way already brings it, too.
    async fn asked_until(&self, id: &str, state: PaymentState) -> Result<()> {
        until("IAK's answer ends it", async || {
            let asked = self.engine.check_now(id).await.map(drop);
            let payment = self.engine.get(id).await.map_err(|status| status.to_string())?;
            let found = payment.state();
            if found == state { Ok(()) } else { Err(format!("{found:?} {asked:?}")) }
        })
        .await
    }

    /// Presses SUCCESS or FAILED in the sandbox's report.
    async fn press(&self, row: &Row, id: &str, success: bool) -> Result<()> {
        let reference = reference(&self.engine.get(id).await?)?;
        let login = IakShop::login_of(row.code);
        Ok(self.shop.provider.settle(&login, &reference, success)?)
    }

    async fn comes_to(&self, id: &str, expected: &Standing) -> Result<Payment> {
        until(&format!("{id} is {expected:?}"), async || {
            let payment = self.engine.get(id).await.map_err(|status| status.to_string())?;
            let found = Standing::of(&payment);
            if found == *expected { Ok(payment) } else { Err(format!("{found:?}")) }
        })
        .await
    }

    fn charges(&self, row: &Row) -> Vec<Charge> {
        let ledger = self.shop.provider.ledger();
        ledger.charges_for(row.code, row.number).into_iter().cloned().collect()
    }
}

fn in_doubt() -> Standing {
    use ppob_api::v1::AttemptState::Unknown;
    Standing::new(PaymentState::InDoubt, "UNLISTED", Unknown)
}

fn asked(row: &Row) -> InquireRequest {
    let parameters = match row.code {
        "BPJS" | "BPJSTK" => Some(ProductParameters {
            family: Some(Family::Bpjs(BpjsParameters { months: 1 })),
            ..ProductParameters::default()
        }),
        "ESAMSAT.JABAR" => Some(ProductParameters {
            second_id: "0212502110170100".to_owned(),
            ..ProductParameters::default()
        }),
        _ => None,
    };
    InquireRequest {
        product_code: product(row.code).to_owned(),
        customer_number: row.number.to_owned(),
        parameters,
        amount_rupiah: (row.code == "SHOPEEPAY").then_some(AMOUNT),
    }
}

fn payment_id(row: &Row, nth: u32) -> String {
    format!("number-{}-{}-{nth}", row.code, row.number.replace('|', "-"))
}

fn reference(payment: &Payment) -> Result<String> {
    let attempt = payment.attempts.last().ok_or_else(|| Problem::new("there is no attempt"))?;
    Ok(attempt.client_reference.clone())
}

fn printed(receipt: &Receipt, label: &str) -> Option<String> {
    let line = receipt.lines.iter().find(|line| line.label == label);
    line.map(|line| line.value.clone())
}

/// The number of a paid bill, in the form of the document's samples.
fn has_its_number(receipt: &Receipt) -> Result<()> {
    let number = &receipt.reference;
    let fits = number.len() == 32 && number.bytes().all(|byte| byte.is_ascii_hexdigit());
    same(&format!("the form of the number {number:?}"), fits, true)
}
