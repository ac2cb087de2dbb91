//! Answers that speak of somebody or something else.

use ppob_provider::ProviderErrorKind;
use ppob_types::{AttemptId, UnknownCause};

use super::{no_refusal, unknown_because};
use crate::Scene;
use crate::case::{CHECKS, Concern, PAYS, TAKES_OUR_REFERENCE, cases};
use crate::check::{Checked, ensure, fail, leave_out};
use crate::ground::{Ground, Paid, Prepared, inquiry, reference};
use crate::manner::Manner;
use crate::mint::context;
use crate::tap::Exchange;

const INQUIRES: Concern = crate::case::INQUIRES;

cases! {
    PAYS => [
        a_success_for_another_customer_is_a_mismatch,
        a_success_for_another_product_is_a_mismatch,
        an_answer_that_names_another_customer_is_a_mismatch,
    ],
    TAKES_OUR_REFERENCE => [
        a_success_under_another_reference_is_a_mismatch,
        an_answer_that_names_another_reference_is_a_mismatch,
    ],
    CHECKS => [
        a_check_that_names_another_customer_is_an_error,
        a_check_answered_about_somebody_else_is_an_error,
    ],
    INQUIRES => [a_bill_that_names_another_customer_is_an_error],
}

async fn a_success_for_another_customer_is_a_mismatch(ground: &Ground) -> Checked {
    stranger(ground, &Scene::AnotherCustomer).await
}

async fn a_success_for_another_product_is_a_mismatch(ground: &Ground) -> Checked {
    stranger(ground, &Scene::AnotherProduct).await
}

async fn a_success_under_another_reference_is_a_mismatch(ground: &Ground) -> Checked {
    stranger(ground, &Scene::AnotherReference).await
}

async fn stranger(ground: &Ground, scene: &Scene) -> Checked {
    let prepared = ground.prepare(scene).await?;
    mismatch(&ground.pay(&prepared).await)
}

async fn an_answer_that_names_another_customer_is_a_mismatch(ground: &Ground) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let paid = ground.pay_through(&prepared, another_customer(&prepared)?).await;
    names_it(&paid.exchanges)?;
    mismatch(&paid)
}

async fn an_answer_that_names_another_reference_is_a_mismatch(ground: &Ground) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let attempt = &prepared.request.attempt;
    let other = AttemptId::new(attempt.serial().wrapping_add(0x1000), 1);
    let swap = (attempt.as_str().to_owned(), other.as_str().to_owned());
    let paid = ground.pay_through(&prepared, Manner::Swapped(vec![swap])).await;
    names_it(&paid.exchanges)?;
    mismatch(&paid)
}

fn mismatch(paid: &Paid) -> Checked {
    unknown_because(paid, UnknownCause::Mismatch)?;
    // Its token, for one, would be printed on the wrong paper.
    let shown = paid.answer.observed.receipt.is_some();
    ensure(!shown, || "somebody else's receipt is shown".to_owned())
}

async fn a_check_that_names_another_customer_is_an_error(ground: &Ground) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let paid = ground.pay(&prepared).await;
    let attempt = reference(&prepared.request, &paid.answer);
    ground.tap.set(another_customer(&prepared)?);
    let report = ground.check(&attempt).await;
    ground.tap.set(Manner::Pass);
    names_it(&ground.tap.take_exchanges())?;
    match report {
        Ok(report) => fail(format!("it was taken as {}", report.verdict.class())),
        Err(_) => Ok(()),
    }
}

async fn a_check_answered_about_somebody_else_is_an_error(ground: &Ground) -> Checked {
    let checked = super::other_checks::check_in(ground, &Scene::CheckOfAnother).await?;
    no_refusal(checked)
}

async fn a_bill_that_names_another_customer_is_an_error(ground: &Ground) -> Checked {
    let prepared = ground.prepare_question(&Scene::Owed).await?;
    ground.forget_traffic();
    ground.tap.set(another_customer(&prepared)?);
    let question = inquiry(&prepared.sample, Some(&prepared.request.attempt));
    let answer = ground.provider().inquire(&context(), &question).await;
    ground.tap.set(Manner::Pass);
    names_it(&ground.tap.take_exchanges())?;
    match answer {
        Ok(_) => fail("it was taken as ours"),
        Err(error) => ensure(!matches!(error.kind, ProviderErrorKind::Refused(_)), || {
            "it was taken as refused".to_owned()
        }),
    }
}

/// The number that was asked for, wherever it stands, with another last letter.
fn another_customer(prepared: &Prepared) -> Checked<Manner> {
    let number = prepared.request.purchase.customer.expose().to_owned();
    let Some(last) = number.chars().last() else { return fail("the sample has no number") };
    let other = if last == '7' { '8' } else { '7' };
    let mut changed = number.clone();
    changed.pop();
    changed.push(other);
    Ok(Manner::Swapped(vec![(number, changed)]))
}

fn names_it(exchanges: &[Exchange]) -> Checked {
    if exchanges.iter().any(|exchange| exchange.changed) {
        return Ok(());
    }
    leave_out("the answer does not name it")
}
