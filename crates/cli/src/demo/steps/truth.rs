//! Step 8: what the providers really charged.

use std::collections::BTreeSet;

use ppob_api::v1::Payment;

use crate::demo::control::Charged;
use crate::demo::walk::{Walk, broken, must, tell};
use crate::failure::Failure;
use crate::output;
use crate::show::{rupiah, table};

const STEP: &str = "The truth";

/// How many payments this walk makes.
const PAYMENTS: usize = 7;

/// Holds what was told against the ledgers of the simulators, which the engine never sees.
pub(in crate::demo) async fn truth(walk: &mut Walk) -> Result<(), Failure> {
    tell(
        "8. The truth",
        "Each simulated provider keeps a ledger of what it really charged; the engine never sees it. Every\n\
         payment of this walk stands in all of them together exactly once, where the engine says that it\n\
         was paid, and at the cost that the engine tells:",
    )?;
    must(STEP, walk.paid.len() == PAYMENTS, "a payment of this walk is missing")?;
    let mut rows = Vec::new();
    let mut simulators = BTreeSet::new();
    for payment in &walk.paid {
        let one = charged_once(walk, payment).await?;
        let Charged { simulator, charge } = one;
        rows.push([
            simulator.clone(),
            charge.account,
            charge.product,
            charge.customer_number,
            charge.invoice,
            rupiah(Some(charge.cost)),
        ]);
        simulators.insert(simulator);
    }
    let everywhere = walk.controls.names().all(|name| simulators.contains(name));
    must(STEP, everywhere, "a simulator has charged nothing")?;
    let head = ["SIMULATOR", "ACCOUNT", "PRODUCT", "CUSTOMER", "INVOICE", ">COST"];
    output::print(&format!("{}\n", table(head, rows)))
}

/// The one charge of a payment, of all simulators.
async fn charged_once(walk: &Walk, payment: &Payment) -> Result<Charged, Failure> {
    let number = &payment.customer_number;
    let product = &payment.product_code;
    let mut charges = walk.controls.charges(number).await?;
    let count = charges.len();
    let one = charges.pop().filter(|one| count == 1 && !one.charge.refunded);
    let Some(one) = one else {
        let what = format!("{product} for {number} was charged {count} times, or given back");
        return Err(broken(STEP, &what));
    };
    let provider = payment.attempts.last().map(|attempt| attempt.provider.as_str());
    let told = provider.and_then(|provider| walk.controls.of_provider(provider));
    let here = told == Some(one.simulator.as_str());
    must(STEP, here, &format!("{product} was charged by {}, not by {told:?}", one.simulator))?;
    let cost = payment.cost_rupiah == Some(one.charge.cost);
    must(STEP, cost, &format!("{product} was charged with another cost than was told"))?;
    Ok(one)
}
