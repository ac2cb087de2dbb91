//! Step 7: the answer is lost, and a person finds out.

use ppob_api::v1::resolve_payment_request::Verdict;
use ppob_api::v1::{
    AttemptState, CreatePaymentRequest, Payment, PaymentState, ResolvePaymentRequest,
    VerdictExecuted,
};

use super::TOKEN;
use super::token::digits;
use crate::demo::control::Charged;
use crate::demo::walk::{Walk, broken, must, new_id, tell};
use crate::failure::Failure;
use crate::output;
use crate::show::{self, Asked};

const STEP: &str = "A lost answer";

/// The provider charges and its answer is lost; an operator finds the invoice on the statement.
pub(in crate::demo) async fn lost_answer(walk: &mut Walk) -> Result<(), Failure> {
    let number = walk.numbers.meter("0201");
    let id = new_id();
    tell(
        "7. A lost answer",
        "For numbers that end with 0201 the provider charges, but the connection breaks before its\n\
         answer. The engine cannot know, and says so: IN_DOUBT. It neither pays again nor calls it\n\
         failed.",
    )?;
    let request = CreatePaymentRequest {
        payment_id: id.clone(),
        product_code: TOKEN.to_owned(),
        customer_number: number.clone(),
        wait: Some(prost_types::Duration { seconds: 1, nanos: 0 }),
        ..CreatePaymentRequest::default()
    };
    walk.send(request).await?;
    let state = PaymentState::InDoubt;
    let doubted = walk.until(STEP, &id, state, AttemptState::Unknown).await?;
    output::print(&show::payment(&doubted))?;

    let charges = walk.controls.charges(&number).await?;
    let [Charged { charge, .. }] = charges.as_slice() else {
        let what = format!("it was charged {} times", charges.len());
        return Err(broken(STEP, &what));
    };
    output::print(&format!(
        "\nAn operator looks at the provider's statement (here: the simulator's ledger) and finds\n\
         invoice {}. The engine does not take anybody's word for it: it asks the provider for that\n\
         invoice, and customer, product, amount and time have to fit. An invoice of another\n\
         payment is refused.\n\n",
        charge.invoice
    ))?;
    wrong_invoice(walk, &id).await?;
    let resolved = resolve(walk, &id, &charge.invoice).await?;
    output::print(&show::payment(&resolved))?;
    must(STEP, resolved.state() == PaymentState::Succeeded, "it was not resolved")?;
    must(STEP, digits(&resolved) == 20, "the receipt has no token of 20 digits")?;
    walk.paid.push(resolved);
    Ok(())
}

/// The invoice of the first purchase of this walk does not settle this payment.
async fn wrong_invoice(walk: &mut Walk, id: &str) -> Result<(), Failure> {
    let Some(first) = walk.paid.first() else {
        return Err(broken(STEP, "step 2 paid nothing"));
    };
    let charges = walk.controls.charges(&first.customer_number).await?;
    let Some(Charged { charge: other, .. }) = charges.first() else {
        return Err(broken(STEP, "step 2 was charged nowhere"));
    };
    let refused = resolve(walk, id, &other.invoice).await;
    let refused = refused.err().map(|failure| failure.text);
    must(STEP, refused.is_some(), "an invoice of another payment settled this one")?;
    let still = walk.get(id).await?.state() == PaymentState::InDoubt;
    must(STEP, still, "a refused invoice changed the payment")?;
    output::print(&format!(
        "With invoice {} of step 2:\n\n{}\n",
        other.invoice,
        refused.unwrap_or_default()
    ))?;
    output::print("With the right one:\n\n")
}

async fn resolve(walk: &mut Walk, id: &str, invoice: &str) -> Result<Payment, Failure> {
    let request = ResolvePaymentRequest {
        consumer: "local".to_owned(),
        payment_id: id.to_owned(),
        verdict: Some(Verdict::Executed(VerdictExecuted {
            provider_reference: invoice.to_owned(),
            ..VerdictExecuted::default()
        })),
        evidence: "the demo read the simulator's ledger".to_owned(),
        actor: "demo".to_owned(),
        ..ResolvePaymentRequest::default()
    };
    let answer = walk.operator.resolve_payment(request).await;
    let answer = answer.map_err(|status| show::failure(&status, &Asked::Change))?;
    Ok(answer.into_inner().payment.unwrap_or_default())
}
