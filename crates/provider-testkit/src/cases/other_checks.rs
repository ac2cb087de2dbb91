//! Checks that say nothing, and checks that are purchases.

use ppob_provider::{AttemptRef, ProviderError, ProviderErrorKind};
use ppob_types::StatusReport;

use super::no_refusal;
use crate::Scene;
use crate::case::{CHECKS, CHECKS_BY_PURCHASE, cases};
use crate::check::{Checked, ensure, equal, fail};
use crate::ground::{Ground, again, reference};
use crate::manner::{After, Manner};
use crate::mint::{context, late_permit};

cases! {
    CHECKS => [
        a_check_with_a_code_on_no_list_is_an_error,
        checks_debit_nothing,
    ],
    CHECKS_BY_PURCHASE => [
        a_check_that_is_a_purchase_sends_the_same_request_once,
        a_check_that_is_a_purchase_is_one_request_whatever_comes_of_it,
        a_check_that_is_a_purchase_sends_nothing_when_its_permit_came_too_late,
        a_check_that_is_a_read_sends_no_purchase,
    ],
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

async fn a_check_that_is_a_purchase_is_one_request_whatever_comes_of_it(
    ground: &Ground,
) -> Checked {
    let manners = [
        Manner::Lost(After::End),
        Manner::Lost(After::Reset),
        Manner::HalfHead,
        Manner::CutShort(After::End),
        Manner::Page(200, Vec::new()),
        Manner::page(429),
        Manner::page(503),
    ];
    for manner in manners {
        let ground = ground.fresh().await;
        let attempt = taken(&ground).await?;
        ground.tap.set(manner);
        let _says_nothing = ground.check(&attempt).await;
        equal("requests", &ground.tap.take_exchanges().len(), &1)?;
        equal("connections", &ground.tap.take_connections(), &1)?;
    }
    Ok(())
}

async fn a_check_that_is_a_purchase_sends_nothing_when_its_permit_came_too_late(
    ground: &Ground,
) -> Checked {
    let attempt = taken(ground).await?;
    ground.forget_traffic();
    let (permit, _) = late_permit(&attempt.attempt);
    let known = attempt.provider_ref.as_ref();
    let provider = ground.provider();
    let checked = provider.check_by_purchase(&context(), &again(&attempt), known, permit).await;
    no_refusal(checked)?;
    equal("connections", &ground.tap.take_connections(), &0)
}

/// Reads may be repeated by anybody, so what buys must not pass for one.
async fn a_check_that_is_a_read_sends_no_purchase(ground: &Ground) -> Checked {
    let attempt = taken(ground).await?;
    ground.forget_traffic();
    let checked = ground.provider().check_status(&context(), &attempt).await;
    let kind = checked.err().map(|error| error.kind);
    equal("it", &kind, &Some(ProviderErrorKind::Unsupported))?;
    equal("connections", &ground.tap.take_connections(), &0)
}

/// A payment that the provider took, as it is looked up.
async fn taken(ground: &Ground) -> Checked<AttemptRef> {
    let prepared = ground.prepare_accepted().await?;
    let paid = ground.pay(&prepared).await;
    Ok(reference(&prepared.request, &paid.answer))
}
