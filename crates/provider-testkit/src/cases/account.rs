//! The deposit, and whether the provider is there.

use ppob_provider::ProviderErrorKind;

use super::{broken_answers, no_refusal};
use crate::case::{Concern, cases};
use crate::check::{Checked, Ways, ensure, equal, fail, leave_out};
use crate::ground::{Ground, PATIENT, failed};
use crate::mint::context;
use crate::peer::refusing;

cases! {
    Concern::Provider => [
        the_balance_is_the_true_one,
        a_broken_balance_is_an_error,
        trying_out_a_connection_sends_nothing,
        a_provider_that_is_not_there_is_not_reached,
    ],
}

async fn the_balance_is_the_true_one(ground: &Ground) -> Checked {
    tells_balance(ground)?;
    let Some(truth) = ground.remote.balance().await else {
        return fail("the subject's truth has no balance");
    };
    match ground.provider().balance(&context()).await {
        Ok(balance) => equal("the balance", &balance, &truth),
        Err(error) => fail(format!("it failed: {error}")),
    }
}

async fn a_broken_balance_is_an_error(ground: &Ground) -> Checked {
    tells_balance(ground)?;
    for (what, manner) in broken_answers() {
        let ground = ground.fresh().await;
        ground.tap.set(manner);
        let balance = ground.provider().balance(&context()).await;
        let mut ways = Ways::default();
        ways.took(&what, no_refusal(balance))?;
    }
    Ok(())
}

fn tells_balance(ground: &Ground) -> Checked {
    if ground.provider().info().tells_balance { Ok(()) } else { leave_out("it tells no balance") }
}

async fn trying_out_a_connection_sends_nothing(ground: &Ground) -> Checked {
    match ground.provider().reach().await {
        Ok(()) => equal("requests", &ground.tap.take_exchanges().len(), &0),
        Err(error) if error.kind == ProviderErrorKind::Unsupported => {
            leave_out("it cannot be tried out")
        }
        Err(error) => fail(format!("it failed: {error}")),
    }
}

async fn a_provider_that_is_not_there_is_not_reached(ground: &Ground) -> Checked {
    let (_socket, origin) = refusing().map_err(|error| failed(&error))?;
    let built = ground.elsewhere(&origin, PATIENT)?;
    match built.provider.reach().await {
        Ok(()) => fail("it is said to be there"),
        Err(error) => ensure(
            matches!(error.kind, ProviderErrorKind::Transport | ProviderErrorKind::Unsupported),
            || format!("{:?}, and not Transport", error.kind),
        ),
    }
}
