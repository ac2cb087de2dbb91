//! Checks that say nothing, and checks that are purchases.

use ppob_provider::ProviderError;
use ppob_types::StatusReport;

use super::no_refusal;
use crate::Scene;
use crate::case::{CHECKS, CHECKS_BY_PURCHASE, cases};
use crate::check::{Checked, ensure, equal, fail};
use crate::ground::{Ground, reference};
use crate::manner::Manner;

cases! {
    CHECKS => [
        a_check_with_a_code_on_no_list_is_an_error,
        checks_debit_nothing,
    ],
    CHECKS_BY_PURCHASE => [a_check_that_is_a_purchase_sends_the_same_request_once],
}

/// Pays, and looks it up in a scene that is about the check.
pub(super) async fn check_in(
    ground: &Ground,
    scene: &Scene,
) -> Checked<Result<StatusReport, ProviderError>> {
    let (prepared, words) = ground.prepare_check(scene).await?;
    let paid = ground.pay(&prepared).await;
    let attempt = reference(&prepared.request, &paid.answer);
    ground.tap.set(words.map_or(Manner::Pass, Manner::Says));
    let report = ground.check(&attempt).await;
    ground.tap.set(Manner::Pass);
    Ok(report)
}

async fn a_check_with_a_code_on_no_list_is_an_error(ground: &Ground) -> Checked {
    no_refusal(check_in(ground, &Scene::CheckUnlisted).await?)
}

async fn checks_debit_nothing(ground: &Ground) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let paid = ground.pay(&prepared).await;
    let attempt = reference(&prepared.request, &paid.answer);
    for _ in 0..3 {
        if let Err(error) = ground.check(&attempt).await {
            return fail(format!("the check failed: {error}"));
        }
    }
    equal("debits", &ground.debits().await.len(), &1)
}

async fn a_check_that_is_a_purchase_sends_the_same_request_once(ground: &Ground) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let paid = ground.pay(&prepared).await;
    let attempt = reference(&prepared.request, &paid.answer);
    if let Err(error) = ground.check(&attempt).await {
        return fail(format!("the check failed: {error}"));
    }
    let sent = |exchanges: &[crate::tap::Exchange]| -> Vec<(String, Vec<u8>)> {
        let requests = exchanges.iter().map(|exchange| &exchange.request);
        requests.map(|one| (one.first_line().to_owned(), one.body.clone())).collect()
    };
    let checks = sent(&ground.tap.take_exchanges());
    equal("requests", &checks.len(), &1)?;
    ensure(checks == sent(&paid.exchanges), || {
        "the check is another request than the payment: it may buy again".to_owned()
    })
}
