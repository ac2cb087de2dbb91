//! Step 6: providers that answer later, by themselves.

use ppob_api::v1::{Attempt, AttemptState, Basis, CreatePaymentRequest, Payment, PaymentState};

use crate::demo::walk::{Walk, broken, must, new_id, tell};
use crate::failure::Failure;
use crate::{output, show};

const STEP: &str = "Told later";
/// Of this Digiflazz is the cheapest seller.
const AT_DIGIFLAZZ: &str = "XL-25000";
/// Of this IAK is.
const AT_IAK: &str = "EMONEY-GOPAY-25000";

/// A webhook ends one payment, and leads to the question that ends another.
pub(in crate::demo) async fn told_later(walk: &mut Walk) -> Result<(), Failure> {
    tell(
        "6. Told later",
        "Many purchases are only taken at first. For numbers that end with 0102 Digiflazz says \"pending\",\n\
         and nobody else is asked while it works on it:",
    )?;
    by_webhook(walk).await?;
    by_question(walk).await
}

/// Digiflazz signs its webhooks, and a purchase there cannot be asked about without purchasing.
async fn by_webhook(walk: &mut Walk) -> Result<(), Failure> {
    walk.until_first(STEP, AT_DIGIFLAZZ, "digiflazz").await?;
    let id = new_id();
    walk.send(purchase(&id, AT_DIGIFLAZZ, walk.numbers.phone("0102"))).await?;
    let state = PaymentState::Processing;
    let pending = walk.until(STEP, &id, state, AttemptState::Pending).await?;
    output::print(&show::payment_in_short(&pending))?;
    let Some(reference) = pending.attempts.last().map(|attempt| &attempt.client_reference) else {
        return Err(broken(STEP, "the payment has no attempt"));
    };
    output::print(
        "\nNow the simulator is told to deliver, and Digiflazz sends its webhook to the sandbox. It is signed\n\
         over all of it, and customer and money fit, so it counts:\n\n",
    )?;
    walk.controls.deliver("digiflazz", reference).await?;
    let state = PaymentState::Succeeded;
    let paid = walk.until(STEP, &id, state, AttemptState::Succeeded).await?;
    print(&paid)?;
    must(STEP, basis(&paid) == Some(Basis::Callback), "the webhook did not end it")?;
    walk.paid.push(paid);
    Ok(())
}

/// IAK's callbacks prove less, and IAK can be asked.
async fn by_question(walk: &mut Walk) -> Result<(), Failure> {
    output::print(
        "\nIAK takes every top-up first, and calls back when it has delivered. Of that only the reference is\n\
         signed, so the engine takes it as a reason to ask IAK, and believes the answer:\n\n",
    )?;
    walk.until_first(STEP, AT_IAK, "iak").await?;
    let paid = walk.pay(purchase(&new_id(), AT_IAK, walk.numbers.phone("5678"))).await?;
    print(&paid)?;
    must(STEP, paid.state() == PaymentState::Succeeded, "it did not succeed")?;
    must(STEP, basis(&paid) == Some(Basis::Status), "no status check ended it")?;
    walk.paid.push(paid);
    Ok(())
}

fn print(paid: &Payment) -> Result<(), Failure> {
    let basis = basis(paid).unwrap_or_default().as_str_name();
    let basis = basis.trim_start_matches("BASIS_");
    output::print(&format!("{}Basis: {basis}\n", show::payment_in_short(paid)))
}

fn basis(payment: &Payment) -> Option<Basis> {
    payment.attempts.last().map(Attempt::basis)
}

fn purchase(id: &str, product: &str, number: String) -> CreatePaymentRequest {
    CreatePaymentRequest {
        payment_id: id.to_owned(),
        product_code: product.to_owned(),
        customer_number: number,
        wait: Some(prost_types::Duration::default()),
        ..CreatePaymentRequest::default()
    }
}
