//! What is owed.

use ppob_provider::ProviderErrorKind;
use ppob_types::{Bill, PayOutcome, RefusalCode, Rupiah};

use super::{broken_answers, no_refusal};
use crate::Scene;
use crate::case::{INQUIRES, INQUIRES_BOUND, cases};
use crate::check::{Checked, Ways, ensure, equal, fail};
use crate::ground::{Ground, inquiry};
use crate::manner::Manner;
use crate::mint::context;

cases! {
    INQUIRES => [
        a_bill_says_what_is_owed_and_debits_nothing,
        a_bill_says_what_its_payment_says,
        a_refused_inquiry_is_refused_with_its_code_and_scope,
        an_inquiry_with_a_broken_answer_refuses_nothing,
        somebody_elses_bill_is_an_error,
    ],
    INQUIRES_BOUND => [a_bound_inquiry_goes_out_once_and_under_our_reference],
}

/// Asks in a scene that is about the inquiry, under a reference as the engine does.
async fn asked(
    ground: &Ground,
    scene: &Scene,
) -> Checked<Result<Bill, ppob_provider::ProviderError>> {
    let prepared = ground.prepare_question(scene).await?;
    let words = prepared.words().map_or(Manner::Pass, Manner::Says);
    ground.forget_traffic();
    ground.tap.set(words);
    let question = inquiry(&prepared.sample, Some(&prepared.request.attempt));
    let answer = ground.provider().inquire(&context(), &question).await;
    ground.tap.set(Manner::Pass);
    Ok(answer)
}

async fn a_bill_says_what_is_owed_and_debits_nothing(ground: &Ground) -> Checked {
    match asked(ground, &Scene::Owed).await? {
        Ok(bill) => {
            ensure(bill.total > Rupiah::ZERO, || format!("the total is {:?}", bill.total))?;
            let cheap = bill.cost.is_none_or(|cost| cost > Rupiah::ZERO);
            ensure(cheap, || format!("the cost is {:?}", bill.cost))?;
        }
        Err(error) => return fail(format!("the inquiry failed: {error}")),
    }
    equal("debits", &ground.debits().await.len(), &0)
}

async fn a_bill_says_what_its_payment_says(ground: &Ground) -> Checked {
    for sample in ground.samples() {
        let ground = ground.fresh().await;
        let mut prepared = ground.prepare_accepted_sample(&sample).await?;
        let bill = match prepared.bill.take() {
            Some(bill) => bill,
            None => match ground.inquire(&prepared.sample, None).await {
                Ok(bill) => bill,
                Err(error) => return fail(format!("the inquiry failed: {error}")),
            },
        };
        let told = super::money::conclude(&ground, prepared).await?;
        if let Some(total) = told.debit.total {
            equal("the total", &bill.total, &total)?;
        }
        if let Some(cost) = bill.cost {
            equal("the cost", &cost, &told.debit.cost)?;
        }
        if let (Some(amount), Some(admin)) = (bill.amount, bill.admin) {
            equal("amount and admin fee", &amount.plus(admin).ok(), &Some(bill.total))?;
        }
    }
    Ok(())
}

async fn a_refused_inquiry_is_refused_with_its_code_and_scope(ground: &Ground) -> Checked {
    let mut ways = Ways::default();
    for rejection in ground.subject.bill_refusals(ground.family()?) {
        let ground = ground.fresh().await;
        let refused = async {
            let expected = if rejection.code == RefusalCode::Credentials {
                ProviderErrorKind::Credentials
            } else {
                ProviderErrorKind::Refused(rejection.clone())
            };
            match asked(&ground, &Scene::BillRefused(rejection.clone())).await? {
                Ok(_) => fail("it was answered with a bill"),
                Err(error) => equal("the error", &error.kind, &expected),
            }
        };
        ways.took(&format!("{rejection:?}"), refused.await)?;
    }
    ways.end()
}

async fn an_inquiry_with_a_broken_answer_refuses_nothing(ground: &Ground) -> Checked {
    for (what, manner) in broken_answers() {
        let ground = ground.fresh().await;
        let prepared = ground.prepare_question(&Scene::Owed).await?;
        ground.tap.set(manner);
        let question = inquiry(&prepared.sample, Some(&prepared.request.attempt));
        let answer = ground.provider().inquire(&context(), &question).await;
        let mut ways = Ways::default();
        ways.took(&what, no_refusal(answer))?;
    }
    Ok(())
}

async fn somebody_elses_bill_is_an_error(ground: &Ground) -> Checked {
    no_refusal(asked(ground, &Scene::BillOfAnother).await?)
}

async fn a_bound_inquiry_goes_out_once_and_under_our_reference(ground: &Ground) -> Checked {
    let prepared = ground.prepare_question(&Scene::Owed).await?;
    let attempt = &prepared.request.attempt;
    ground.forget_traffic();
    let bill = ground.inquire(&prepared.sample, Some(attempt)).await;
    let exchanges = ground.tap.take_exchanges();
    equal("requests", &exchanges.len(), &1)?;
    let held = exchanges.iter().all(|exchange| exchange.request.holds(attempt.as_str()));
    ensure(held, || "our reference does not stand in the inquiry".to_owned())?;
    match bill {
        Ok(bill) => ensure(bill.token.is_some(), || "the bill has no token".to_owned())?,
        Err(error) => return fail(format!("the inquiry failed: {error}")),
    }
    let taken = ground.fresh().await;
    let prepared = taken.prepare_accepted().await?;
    let paid = taken.pay(&prepared).await;
    let accepted = matches!(paid.answer.outcome, PayOutcome::Succeeded | PayOutcome::Pending);
    ensure(accepted, || format!("its payment: {:?}", paid.answer.outcome))
}
