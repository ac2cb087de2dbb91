//! Step 6: what the provider really charged.

use crate::demo::walk::{Walk, must, tell};
use crate::failure::Failure;
use crate::output;
use crate::show::{rupiah, table};

const STEP: &str = "The truth";

/// Holds what was told against the simulator's ledger, which the engine never sees.
pub(in crate::demo) async fn truth(walk: &mut Walk) -> Result<(), Failure> {
    tell(
        "6. The truth",
        "The simulated provider keeps a ledger of what it really charged; the engine never sees it.\n\
         Every payment of this walk stands in it exactly once:",
    )?;
    let mut rows = Vec::new();
    for number in &walk.paid {
        let charges = walk.control.charges(number).await?;
        let count = charges.len();
        must(STEP, count == 1, &format!("{number} was charged {count} times"))?;
        rows.extend(charges.into_iter().map(|charge| {
            [
                charge.invoice,
                charge.account,
                charge.product,
                charge.customer_number,
                rupiah(Some(charge.cost)),
            ]
        }));
    }
    must(STEP, rows.len() == 4, "a payment of this walk is missing")?;
    let head = ["INVOICE", "ACCOUNT", "PRODUCT", "CUSTOMER", ">COST"];
    output::print(&format!("{}\n", table(head, rows)))
}
