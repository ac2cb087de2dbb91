//! Definite refusals, and what must not become one.

use ppob_types::{PayOutcome, RefusalCode, RefusalScope, Rejection};

use crate::Scene;
use crate::case::{PAYS, cases};
use crate::check::{Checked, Ways, ensure, equal};
use crate::ground::Ground;

cases! {
    PAYS => [
        a_listed_refusal_is_rejected_with_its_code_and_scope,
        a_refused_payment_is_not_debited,
        what_is_wrong_with_our_account_refuses_no_bill,
    ],
}

async fn a_listed_refusal_is_rejected_with_its_code_and_scope(ground: &Ground) -> Checked {
    each(ground, async |ground, rejection| {
        let prepared = ground.prepare(&Scene::Refused(rejection.clone())).await?;
        let paid = ground.pay(&prepared).await;
        equal("the outcome", &paid.answer.outcome, &PayOutcome::Rejected(rejection.clone()))
    })
    .await
}

async fn a_refused_payment_is_not_debited(ground: &Ground) -> Checked {
    each(ground, async |ground, rejection| {
        let prepared = ground.prepare(&Scene::Refused(rejection.clone())).await?;
        let _answer = ground.pay(&prepared).await;
        equal("debits", &ground.debits().await.len(), &0)
    })
    .await
}

/// Another provider may still say yes: its account is another one.
async fn what_is_wrong_with_our_account_refuses_no_bill(ground: &Ground) -> Checked {
    each(ground, async |ground, rejection| {
        let prepared = ground.prepare(&Scene::Refused(rejection.clone())).await?;
        let paid = ground.pay(&prepared).await;
        let PayOutcome::Rejected(Rejection { code, scope }) = paid.answer.outcome else {
            return Ok(());
        };
        let ours = matches!(
            code,
            RefusalCode::InsufficientBalance
                | RefusalCode::ProductClosed
                | RefusalCode::Credentials
                | RefusalCode::CostAboveCap
        );
        ensure(!ours || scope == RefusalScope::Provider, || {
            format!("{code:?} is taken to be about the bill")
        })
    })
    .await
}

async fn each(ground: &Ground, case: impl AsyncFn(&Ground, &Rejection) -> Checked) -> Checked {
    let mut ways = Ways::default();
    for rejection in ground.subject.refusals(ground.family()?) {
        let ground = ground.fresh().await;
        ways.took(&format!("{rejection:?}"), case(&ground, &rejection).await)?;
    }
    ways.end()
}
