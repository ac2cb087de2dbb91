//! Step 5: one provider cannot pay, another one of another kind does.

use ppob_api::v1::{AttemptState, CreatePaymentRequest, PaymentState};

use super::CREDIT;
use crate::demo::walk::{Walk, must, new_id, tell};
use crate::failure::Failure;
use crate::{output, show};

const STEP: &str = "Failover";

/// The cheapest has too little deposit for this number.
pub(in crate::demo) async fn failover(walk: &mut Walk) -> Result<(), Failure> {
    tell(
        "5. Failover",
        "For numbers that end with 0402 the cheapest, okeconnect, says that its deposit is used up. That is\n\
         a definite no, so the next one, digiflazz, is asked. The sandbox takes okeconnect's word for it\n\
         (failover_on_refusal = \"always\"); over plain HTTP in earnest the stated balance must be\n\
         confirmed first. Had the answer been lost instead, nobody else would be asked: it might have\n\
         been paid.",
    )?;
    walk.until_first(STEP, CREDIT, "okeconnect").await?;
    let paid = walk
        .pay(CreatePaymentRequest {
            payment_id: new_id(),
            product_code: CREDIT.to_owned(),
            customer_number: walk.numbers.phone("0402"),
            ..CreatePaymentRequest::default()
        })
        .await?;
    output::print(&show::payment_in_short(&paid))?;
    must(STEP, paid.state() == PaymentState::Succeeded, "it did not succeed")?;
    let attempts: Vec<(&str, AttemptState)> =
        paid.attempts.iter().map(|attempt| (attempt.provider.as_str(), attempt.state())).collect();
    let expected = [("okeconnect", AttemptState::Rejected), ("digiflazz", AttemptState::Succeeded)];
    must(STEP, attempts == expected, &format!("the attempts were {attempts:?}"))?;
    walk.paid.push(paid);
    Ok(())
}
