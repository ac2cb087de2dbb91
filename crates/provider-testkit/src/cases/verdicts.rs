//! What the answers of the provider itself mean.

use ppob_provider::StatusLookup;
use ppob_types::{PayOutcome, UnknownCause};

use super::unknown_because;
use crate::Scene;
use crate::case::{PAYS, cases};
use crate::check::{Checked, ensure, equal};
use crate::ground::Ground;

cases! {
    PAYS => [
        a_success_is_succeeded,
        a_success_is_debited_once,
        a_pending_payment_is_pending_and_can_be_asked_about,
        an_answer_on_no_list_is_unknown_and_shown_to_the_operator,
    ],
}

async fn a_success_is_succeeded(ground: &Ground) -> Checked {
    for sample in ground.samples() {
        let ground = ground.fresh().await;
        let prepared = ground.prepare_sample(&Scene::Succeeds, &sample).await?;
        let paid = ground.pay(&prepared).await;
        equal("the outcome", &paid.answer.outcome, &PayOutcome::Succeeded)?;
        ensure(paid.may_have_sent, || "the permit saw no connection".to_owned())?;
    }
    Ok(())
}

async fn a_success_is_debited_once(ground: &Ground) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let _answer = ground.pay(&prepared).await;
    let debits = ground.debits().await;
    equal("debits", &debits.len(), &1)?;
    let request = &prepared.request;
    let right = debits.iter().all(|debit| {
        debit.provider_code == request.provider_code
            && debit.customer.contains(request.purchase.customer.expose())
    });
    ensure(right, || "something else was debited than what was asked for".to_owned())
}

async fn a_pending_payment_is_pending_and_can_be_asked_about(ground: &Ground) -> Checked {
    let prepared = ground.prepare(&Scene::Pending).await?;
    let paid = ground.pay(&prepared).await;
    equal("the outcome", &paid.answer.outcome, &PayOutcome::Pending)?;
    if ground.capability().status == StatusLookup::ProviderReference {
        let known = paid.answer.observed.provider_ref.is_some();
        ensure(known, || "the reference by which to ask was not kept".to_owned())?;
    }
    Ok(())
}

async fn an_answer_on_no_list_is_unknown_and_shown_to_the_operator(ground: &Ground) -> Checked {
    let prepared = ground.prepare(&Scene::Unlisted).await?;
    let paid = ground.pay(&prepared).await;
    unknown_because(&paid, UnknownCause::Unlisted)?;
    let unlisted = paid.answer.observed.unlisted.unwrap_or_default();
    ensure(!unlisted.trim().is_empty(), || "what it said is not shown".to_owned())
}
