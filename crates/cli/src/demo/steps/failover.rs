//! Step 4: one account cannot pay, the other does.

use ppob_api::v1::{AttemptState, CreatePaymentRequest, PaymentState};

use super::TOKEN;
use crate::demo::walk::{Walk, must, new_id, tell};
use crate::failure::Failure;
use crate::{output, show};

const STEP: &str = "Failover";

/// The first account has too little deposit for this number.
pub(in crate::demo) async fn failover(walk: &mut Walk) -> Result<(), Failure> {
    let number = walk.numbers.ending("0402");
    tell(
        "4. Failover",
        "For numbers that end with 0402 the cheaper account, mmbc-a, says that its deposit is used up.\n\
         The sandbox takes its word for it (failover_on_refusal = \"always\"), so mmbc-b is asked; over\n\
         plain HTTP in earnest the stated balance must be confirmed first. Had the answer been lost\n\
         instead, nobody else would be asked: it might have been paid.",
    )?;
    walk.until_first(STEP, TOKEN, "mmbc-a").await?;
    let paid = walk
        .pay(CreatePaymentRequest {
            payment_id: new_id(),
            product_code: TOKEN.to_owned(),
            customer_number: number.clone(),
            ..CreatePaymentRequest::default()
        })
        .await?;
    output::print(&show::payment(&paid))?;
    must(STEP, paid.state() == PaymentState::Succeeded, "it did not succeed")?;
    let attempts: Vec<(&str, AttemptState)> =
        paid.attempts.iter().map(|attempt| (attempt.provider.as_str(), attempt.state())).collect();
    let expected = [("mmbc-a", AttemptState::Rejected), ("mmbc-b", AttemptState::Succeeded)];
    must(STEP, attempts == expected, &format!("the attempts were {attempts:?}"))?;
    walk.paid.push(number);
    Ok(())
}
