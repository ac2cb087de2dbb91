//! Step 3: a monthly bill.

use ppob_api::v1::create_payment_request::Approval;
use ppob_api::v1::{CreatePaymentRequest, InquireRequest, PaymentState};

use crate::demo::walk::{Walk, must, new_id, tell};
use crate::failure::Failure;
use crate::output;
use crate::show::{self, Asked};

const STEP: &str = "A bill";
const PRODUCT: &str = "PLN-POSTPAID";

/// Asks what is owed, and pays exactly that.
pub(in crate::demo) async fn bill(walk: &mut Walk) -> Result<(), Failure> {
    let number = walk.numbers.meter("5678");
    tell(
        "3. A bill",
        "First ask what is owed, which costs nothing. Show it to the customer, then pay exactly that:\n\
         should the bill change meanwhile, nothing is paid.",
    )?;
    let inquiry = InquireRequest {
        product_code: PRODUCT.to_owned(),
        customer_number: number.clone(),
        ..InquireRequest::default()
    };
    let asked = walk.client.payments.inquire(inquiry).await;
    let asked = asked.map_err(|status| show::failure(&status, &Asked::Read))?;
    let owed = asked.into_inner().bill.unwrap_or_default();
    output::print(&format!("{}\n", show::bill(&owed)))?;
    must(STEP, owed.total_rupiah > 0, "the bill has no total")?;

    let paid = walk
        .pay(CreatePaymentRequest {
            payment_id: new_id(),
            product_code: PRODUCT.to_owned(),
            customer_number: number,
            approval: Some(Approval::InquiryId(owed.inquiry_id)),
            ..CreatePaymentRequest::default()
        })
        .await?;
    output::print(&show::payment(&paid))?;
    must(STEP, paid.state() == PaymentState::Succeeded, "it did not succeed")?;
    let exact = paid.total_rupiah == Some(owed.total_rupiah);
    must(STEP, exact, "another total was paid than the one that was shown")?;
    walk.paid.push(paid);
    Ok(())
}
