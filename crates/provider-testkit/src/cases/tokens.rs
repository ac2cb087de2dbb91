//! Electricity tokens: the one that was sold, or none.

use ppob_types::{Observed, PayOutcome, Receipt};

use super::money::conclude;
use crate::Scene;
use crate::case::{GIVES_TOKENS, cases};
use crate::check::{Checked, ensure, fail, leave_out};
use crate::ground::{Ground, reference};
use crate::manner::Manner;

cases! {
    GIVES_TOKENS => [
        the_token_on_the_receipt_is_the_one_that_was_sold,
        a_success_without_a_token_is_a_success_and_shows_none,
        a_token_that_lost_a_digit_is_not_shown,
    ],
}

async fn the_token_on_the_receipt_is_the_one_that_was_sold(ground: &Ground) -> Checked {
    for sample in ground.samples() {
        let ground = ground.fresh().await;
        let prepared = ground.prepare_accepted_sample(&sample).await?;
        let told = conclude(&ground, prepared).await?;
        let Some(sold) = told.debit.token else {
            return fail("the subject's truth has no token");
        };
        let Some(receipt) = told.observed.receipt else { return fail("there is no receipt") };
        let shown = receipt.details.pln_token().map(|token| token.expose().to_owned());
        ensure(shown == Some(sold), || "the receipt has another token, or none".to_owned())?;
        let printed = receipt.lines.iter().any(|line| digits(line.value.expose()).len() >= 20);
        ensure(printed, || "no line of the receipt prints it".to_owned())?;
    }
    Ok(())
}

async fn a_success_without_a_token_is_a_success_and_shows_none(ground: &Ground) -> Checked {
    let prepared = ground.prepare(&Scene::TokenMissing).await?;
    let paid = ground.pay(&prepared).await;
    let mut observed = paid.answer.observed.clone();
    if paid.answer.outcome == PayOutcome::Pending {
        let attempt = reference(&prepared.request, &paid.answer);
        match ground.check(&attempt).await {
            Ok(report) => observed.merge(report.observed),
            Err(error) => return fail(format!("the check failed: {error}")),
        }
    } else if paid.answer.outcome != PayOutcome::Succeeded {
        return fail(format!("{:?}, and not Succeeded", paid.answer.outcome));
    }
    shows_none(&observed)
}

async fn a_token_that_lost_a_digit_is_not_shown(ground: &Ground) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let paid = ground.pay_through(&prepared, Manner::TokenCut).await;
    let mut changed = paid.exchanges.iter().any(|exchange| exchange.changed);
    let mut observed = paid.answer.observed.clone();
    if paid.answer.outcome == PayOutcome::Pending {
        let attempt = reference(&prepared.request, &paid.answer);
        ground.tap.set(Manner::TokenCut);
        let report = ground.check_until_final(&attempt).await;
        ground.tap.set(Manner::Pass);
        changed |= ground.tap.take_exchanges().iter().any(|exchange| exchange.changed);
        if let Ok(report) = report {
            observed.merge(report.observed);
        }
    }
    if !changed {
        return leave_out("no answer shows a token");
    }
    shows_none(&observed)
}

fn shows_none(observed: &Observed) -> Checked {
    let none = Receipt::default();
    let receipt = observed.receipt.as_deref().unwrap_or(&none);
    ensure(receipt.details.pln_token().is_none(), || "a token is shown".to_owned())?;
    let printed = receipt.lines.iter().any(|line| digits(line.value.expose()).len() >= 19);
    ensure(!printed, || "a line of the receipt prints something like a token".to_owned())
}

/// The longest run of digits, spaces and dashes between them left out.
fn digits(text: &str) -> String {
    let joined: String = text.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
    let runs = joined.split(|letter: char| !letter.is_ascii_digit());
    runs.max_by_key(|run| run.len()).unwrap_or_default().to_owned()
}
