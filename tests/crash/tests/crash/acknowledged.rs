//! What was answered is there after a death, however soon it comes.

use std::collections::BTreeMap;

use ppob_api::v1::Payment;
use ppob_e2e::request::{fresh_customer, token, without_waiting};
use ppob_e2e::{Result, World};
use tokio::task::JoinSet;

use crate::PROGRAM;

/// Deaths, each right behind the first of so many answers.
const DEATHS: usize = 5;
const CALLS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn every_answered_payment_is_there_when_the_engine_is_killed_right_behind_the_answer()
-> Result<()> {
    let mut world = World::new().await?;
    world.program = vec![PROGRAM.to_owned()];
    world.serve().await?.kill().await?;
    let mut answered: BTreeMap<String, Payment> = BTreeMap::new();
    for death in 0..DEATHS {
        let engine = world.serve().await?;
        for (id, before) in &answered {
            let after = engine.get(id).await?;
            assert!(after.version >= before.version, "{id}: {before:?}, then {after:?}");
        }
        let mut calls = JoinSet::new();
        for call in 0..CALLS {
            let request = token(&format!("answered-{death}-{call}"), &fresh_customer());
            let client = engine.connection().await?;
            calls.spawn(async move {
                let call = client.payments.clone().create_payment(without_waiting(request)).await;
                call.ok().and_then(|answer| answer.into_inner().payment)
            });
        }
        let mut kill = Some(engine);
        while let Some(call) = calls.join_next().await {
            let Some(payment) = call? else { continue };
            answered.insert(payment.payment_id.clone(), payment);
            if let Some(engine) = kill.take() {
                engine.kill().await?;
            }
        }
        assert!(kill.is_none(), "nothing was answered");
    }
    assert!(answered.len() >= DEATHS);
    let engine = world.serve().await?;
    for id in answered.keys() {
        engine.get(id).await?;
    }
    Ok(())
}
