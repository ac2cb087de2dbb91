//! Sums and receipts: what a success tells, held against the truth.

use ppob_types::{Observed, PayOutcome, StatusVerdict};

use crate::case::{PAYS, cases};
use crate::check::{Checked, ensure, equal, fail};
use crate::ground::{Ground, Prepared, reference};
use crate::{Debit, Sample};

cases! {
    PAYS => [
        a_success_tells_what_was_debited,
        a_success_tells_what_the_customer_pays,
        a_success_has_a_receipt_that_can_be_printed,
    ],
}

/// A payment whose success was told, at once or by a check.
pub(super) struct Concluded {
    pub(super) prepared: Prepared,
    pub(super) observed: Observed,
    pub(super) debit: Debit,
}

/// Pays and asks until it is told that it succeeded.
pub(super) async fn conclude(ground: &Ground, prepared: Prepared) -> Checked<Concluded> {
    let paid = ground.pay(&prepared).await;
    let mut observed = paid.answer.observed.clone();
    match paid.answer.outcome {
        PayOutcome::Succeeded => {}
        PayOutcome::Pending => {
            let attempt = reference(&prepared.request, &paid.answer);
            match ground.check_until_final(&attempt).await {
                Ok(report) if report.verdict == StatusVerdict::Succeeded => {
                    observed.merge(report.observed);
                }
                Ok(report) => return fail(format!("a check says {}", report.verdict.class())),
                Err(error) => return fail(format!("the check failed: {error}")),
            }
        }
        other => return fail(format!("{other:?}, and not Succeeded")),
    }
    match ground.debits().await.pop() {
        Some(debit) => Ok(Concluded { prepared, observed, debit }),
        None => fail("nothing was debited"),
    }
}

async fn concluded(ground: &Ground, sample: &Sample) -> Checked<Concluded> {
    let ground = ground.fresh().await;
    let prepared = ground.prepare_accepted_sample(sample).await?;
    conclude(&ground, prepared).await
}

async fn a_success_tells_what_was_debited(ground: &Ground) -> Checked {
    for sample in ground.samples() {
        let told = concluded(ground, &sample).await?;
        let code = &sample.provider_code;
        equal(&format!("{code}: charged"), &told.observed.charged, &Some(told.debit.cost))?;
    }
    Ok(())
}

async fn a_success_tells_what_the_customer_pays(ground: &Ground) -> Checked {
    for sample in ground.samples() {
        let told = concluded(ground, &sample).await?;
        if told.debit.total.is_some() {
            let code = &sample.provider_code;
            equal(&format!("{code}: total"), &told.observed.total, &told.debit.total)?;
        }
    }
    Ok(())
}

async fn a_success_has_a_receipt_that_can_be_printed(ground: &Ground) -> Checked {
    for sample in ground.samples() {
        let told = concluded(ground, &sample).await?;
        let Some(receipt) = told.observed.receipt else { return fail("there is no receipt") };
        ensure(!receipt.lines.is_empty(), || "the receipt has no lines".to_owned())?;
        let labelled = receipt.lines.iter().all(|line| !line.label.trim().is_empty());
        ensure(labelled, || "a line of the receipt has no label".to_owned())?;
        let details = serde_json::to_value(&receipt.details).unwrap_or_default();
        let family = details.get("family").and_then(serde_json::Value::as_str);
        let own = [Some("none"), Some(told.prepared.sample.purchase.family.as_str())];
        ensure(own.contains(&family), || format!("the receipt is one of {family:?}"))?;
    }
    Ok(())
}
