//! What a look-up of an earlier payment says.

use ppob_types::{AttemptId, PayOutcome, StatusReport, StatusVerdict};

use super::broken_answers;
use crate::Scene;
use crate::case::{CHECKS, CHECKS_BY_OUR_REFERENCE, CHECKS_BY_PROVIDER_REFERENCE, cases};
use crate::check::{Checked, ensure, equal, fail, leave_out};
use crate::ground::{Ground, ask, reference};
use crate::manner::{After, Manner};
use crate::peer::refusing;
use ppob_provider::{AttemptRef, ProviderErrorKind};

cases! {
    CHECKS => [
        a_check_finds_a_success,
        a_check_of_a_pending_payment_says_pending,
        a_check_finds_what_succeeded_later,
        a_check_finds_what_was_refused_later,
        not_found_is_not_found_and_no_refusal,
        a_check_finds_what_was_given_back,
        an_error_of_a_check_says_nothing_about_the_payment,
        a_check_whose_answer_lacks_its_last_letter_says_nothing,
        a_check_that_cannot_connect_says_nothing,
    ],
    CHECKS_BY_PROVIDER_REFERENCE => [a_check_without_the_providers_reference_is_unsupported],
    CHECKS_BY_OUR_REFERENCE => [
        a_payment_whose_answer_was_lost_is_found_by_our_reference,
        a_payment_that_never_arrived_is_not_refused,
    ],
}

/// Pays in a scene and looks it up until the scene has come true.
async fn looked_up(ground: &Ground, scene: &Scene) -> Checked<StatusReport> {
    let attempt = standing(ground, scene).await?;
    match ground.check_until_final(&attempt).await {
        Ok(report) => Ok(report),
        Err(error) => fail(format!("the check failed: {error}")),
    }
}

/// A payment that the provider took, as it is looked up.
async fn standing(ground: &Ground, scene: &Scene) -> Checked<AttemptRef> {
    let prepared = ground.prepare(scene).await?;
    let paid = ground.pay(&prepared).await;
    let outcome = &paid.answer.outcome;
    let taken = matches!(outcome, PayOutcome::Succeeded | PayOutcome::Pending);
    ensure(taken, || format!("the payment: {outcome:?}, and neither Succeeded nor Pending"))?;
    Ok(reference(&prepared.request, &paid.answer))
}

async fn a_check_finds_a_success(ground: &Ground) -> Checked {
    let report = looked_up(ground, &Scene::Succeeds).await?;
    equal("the verdict", &report.verdict, &StatusVerdict::Succeeded)?;
    ensure(report.observed.raw.is_some(), || "its answer is not kept".to_owned())
}

async fn a_check_of_a_pending_payment_says_pending(ground: &Ground) -> Checked {
    let report = looked_up(ground, &Scene::Pending).await?;
    equal("the verdict", &report.verdict, &StatusVerdict::Pending)
}

async fn a_check_finds_what_succeeded_later(ground: &Ground) -> Checked {
    let report = looked_up(ground, &Scene::PendingThenSucceeds).await?;
    equal("the verdict", &report.verdict, &StatusVerdict::Succeeded)?;
    ensure(report.observed.raw.is_some(), || "its answer is not kept".to_owned())
}

async fn a_check_finds_what_was_refused_later(ground: &Ground) -> Checked {
    let report = looked_up(ground, &Scene::PendingThenRefused).await?;
    let refused = matches!(report.verdict, StatusVerdict::Rejected(_));
    ensure(refused, || format!("{:?}, and not Rejected", report.verdict))
}

async fn not_found_is_not_found_and_no_refusal(ground: &Ground) -> Checked {
    let report = looked_up(ground, &Scene::ThenNotFound).await?;
    equal("the verdict", &report.verdict, &StatusVerdict::NotFound)
}

async fn a_check_finds_what_was_given_back(ground: &Ground) -> Checked {
    let attempt = standing(ground, &Scene::ThenReversed).await?;
    let mut verdict = None;
    for _ in 0..3 {
        match ground.check(&attempt).await {
            Ok(report) => verdict = Some(report.verdict),
            Err(error) => return fail(format!("the check failed: {error}")),
        }
        if verdict == Some(StatusVerdict::Reversed) {
            return Ok(());
        }
    }
    fail(format!("{verdict:?}, and not Reversed"))
}

async fn an_error_of_a_check_says_nothing_about_the_payment(ground: &Ground) -> Checked {
    for (what, manner) in broken_answers() {
        says_nothing(&ground.fresh().await, &what, manner).await?;
    }
    let quarters = (0..4).map(Manner::CutUnseen);
    for manner in quarters {
        says_nothing(&ground.fresh().await, "a cut that HTTP does not see", manner).await?;
    }
    Ok(())
}

async fn a_check_whose_answer_lacks_its_last_letter_says_nothing(ground: &Ground) -> Checked {
    says_nothing(ground, "it", Manner::CutAtTheEnd).await
}

async fn says_nothing(ground: &Ground, what: &str, manner: Manner) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let paid = ground.pay(&prepared).await;
    let attempt = reference(&prepared.request, &paid.answer);
    ground.tap.set(manner);
    match ground.check(&attempt).await {
        Ok(report) => fail(format!("{what} was taken as {}", report.verdict.class())),
        Err(_) => Ok(()),
    }
}

async fn a_check_that_cannot_connect_says_nothing(ground: &Ground) -> Checked {
    let attempt = accepted(ground).await?;
    let (_socket, origin) = refusing().map_err(|error| crate::ground::failed(&error))?;
    let built = ground.elsewhere(&origin, crate::ground::PATIENT)?;
    match ask(built.provider.as_ref(), &attempt).await {
        Ok(report) => fail(format!("it was taken as {}", report.verdict.class())),
        Err(error) => equal("the error", &error.kind, &ProviderErrorKind::Transport),
    }
}

async fn accepted(ground: &Ground) -> Checked<AttemptRef> {
    let prepared = ground.prepare_accepted().await?;
    let paid = ground.pay(&prepared).await;
    Ok(reference(&prepared.request, &paid.answer))
}

async fn a_check_without_the_providers_reference_is_unsupported(ground: &Ground) -> Checked {
    let attempt = AttemptRef { provider_ref: None, ..accepted(ground).await? };
    match ground.check(&attempt).await {
        Ok(report) => fail(format!("it was taken as {}", report.verdict.class()))?,
        Err(error) => equal("the error", &error.kind, &ProviderErrorKind::Unsupported)?,
    }
    equal("connections", &ground.tap.take_connections(), &0)
}

async fn a_payment_whose_answer_was_lost_is_found_by_our_reference(ground: &Ground) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let paid = ground.pay_through(&prepared, Manner::Lost(After::End)).await;
    let attempt = reference(&prepared.request, &paid.answer);
    equal("the provider's reference", &attempt.provider_ref, &None)?;
    match ground.check_until_final(&attempt).await {
        Ok(report) => equal("the verdict", &report.verdict, &StatusVerdict::Succeeded)?,
        Err(error) => return fail(format!("the check failed: {error}")),
    }
    equal("debits", &ground.debits().await.len(), &1)
}

async fn a_payment_that_never_arrived_is_not_refused(ground: &Ground) -> Checked {
    if ground.capability().status_is_purchase.is_some() {
        return leave_out("such a check would buy it");
    }
    let attempt = AttemptRef {
        attempt: AttemptId::new(0xFFF, 1),
        provider_ref: None,
        ..accepted(ground).await?
    };
    match ground.check(&attempt).await {
        Ok(report) => equal("the verdict", &report.verdict, &StatusVerdict::NotFound),
        Err(_) => Ok(()),
    }
}
