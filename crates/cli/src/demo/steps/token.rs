//! Step 2: an electricity token.

use ppob_api::v1::family_details::Details;
use ppob_api::v1::{CreatePaymentRequest, Payment, PaymentState};

use super::TOKEN;
use crate::demo::walk::{Walk, must, new_id, tell};
use crate::failure::Failure;
use crate::{output, show};

const STEP: &str = "An electricity token";

/// Buys one, and asks again with the same id.
pub(in crate::demo) async fn token(walk: &mut Walk) -> Result<(), Failure> {
    let number = walk.numbers.meter("1234");
    let id = new_id();
    tell(
        "2. An electricity token",
        &format!(
            "You choose the payment id, store it, then pay. The receipt comes as fields and as lines\n\
             ready to print. Payment id: {id}"
        ),
    )?;
    let request = CreatePaymentRequest {
        payment_id: id.clone(),
        product_code: TOKEN.to_owned(),
        customer_number: number.clone(),
        ..CreatePaymentRequest::default()
    };
    let paid = walk.pay(request.clone()).await?;
    output::print(&show::payment(&paid))?;
    must(STEP, paid.state() == PaymentState::Succeeded, "it did not succeed")?;
    let digits = digits(&paid);
    must(STEP, digits == 20, "the receipt has no token of 20 digits")?;
    let simulated = paid.receipt.as_ref().is_some_and(show::is_simulated);
    must(STEP, simulated, "the receipt does not say SIMULASI")?;

    let again = walk.pay(request).await?;
    let same = again.receipt == paid.receipt && again.state() == paid.state();
    must(STEP, same, "asking again with the same id told something else")?;
    let charged = walk.controls.charges(&number).await?.len();
    must(STEP, charged == 1, &format!("it was charged {charged} times"))?;
    output::print(
        "\nThe same request was sent once more, as after a lost answer: the same payment came back,\n\
         and it was charged once.",
    )?;
    walk.paid.push(paid);
    Ok(())
}

/// How many digits the token of a receipt has.
pub(super) fn digits(payment: &Payment) -> usize {
    let details = payment.receipt.as_ref().and_then(|receipt| receipt.details.as_ref());
    match details.and_then(|details| details.details.as_ref()) {
        Some(Details::PlnPrepaid(pln)) => pln.token.bytes().filter(u8::is_ascii_digit).count(),
        _ => 0,
    }
}
