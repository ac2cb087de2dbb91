//! Step 4: the same product at providers of several kinds.

use ppob_api::v1::{CreatePaymentRequest, PaymentState, RouteOffer};

use super::CREDIT;
use crate::demo::walk::{Walk, must, new_id, tell};
use crate::failure::Failure;
use crate::{output, show};

const STEP: &str = "The cheapest of several kinds";

/// Who sells it at which price, and a purchase at the cheapest.
pub(in crate::demo) async fn cheapest(walk: &mut Walk) -> Result<(), Failure> {
    tell(
        "4. The cheapest of several kinds",
        "Mobile credit is sold here by an H2H centre (okeconnect), Digiflazz and IAK, each with a protocol\n\
         of its own. `ppob explain` (ExplainRoute) tells who would be asked, and why in this order:",
    )?;
    let route = walk.until_first(STEP, CREDIT, "okeconnect").await?;
    output::print(&format!("{}\n\n", show::route(CREDIT, &route)))?;
    let ranked: Vec<&RouteOffer> = route.offers.iter().filter(|offer| offer.rank > 0).collect();
    let names: Vec<&str> = ranked.iter().map(|offer| offer.provider.as_str()).collect();
    let expected = ["okeconnect", "digiflazz", "iak"];
    must(STEP, names == expected, &format!("the order is {names:?}"))?;
    let rises = ranked.is_sorted_by(|a, b| a.cost_rupiah < b.cost_rupiah);
    must(STEP, rises, "the order is not that of the costs")?;
    let told = ranked.iter().skip(1).all(|offer| offer.explanation.contains("more than"));
    must(STEP, told, "an offer does not say why it comes after the one before it")?;

    let paid = walk
        .pay(CreatePaymentRequest {
            payment_id: new_id(),
            product_code: CREDIT.to_owned(),
            customer_number: walk.numbers.phone("1234"),
            ..CreatePaymentRequest::default()
        })
        .await?;
    output::print(&show::payment_in_short(&paid))?;
    must(STEP, paid.state() == PaymentState::Succeeded, "it did not succeed")?;
    let by = paid.attempts.last().map(|attempt| attempt.provider.as_str());
    must(STEP, by == Some("okeconnect"), &format!("it was paid by {by:?}"))?;
    output::print(
        "\nCredit has no admin fee: its total is its nominal, and what you add to it is up to you. So the\n\
         commission is less than nothing here.",
    )?;
    walk.paid.push(paid);
    Ok(())
}
