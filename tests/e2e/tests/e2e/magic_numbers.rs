//! The magic customer numbers of the simulated provider: each leads to the state that is
//! documented, so that callers can test against them.

use std::collections::BTreeSet;

use ppob_api::v1::{AttemptState, Payment, PaymentState, TokenState};
use ppob_e2e::request::{TOKEN_AT_PROVIDER, token, without_waiting};
use ppob_e2e::wait::until;
use ppob_e2e::{Result, World};
use ppob_simulator::mmbc::MAGIC_NUMBERS;
use tokio::task::{JoinSet, LocalSet};

/// What a payment for a magic number looks like when the provider has answered.
struct Expected {
    suffix: &'static str,
    state: PaymentState,
    /// Of the doubt or the failure; empty if there is neither.
    reason: &'static str,
    attempt: AttemptState,
    charged: bool,
}

const fn expected(
    suffix: &'static str,
    state: PaymentState,
    reason: &'static str,
    attempt: AttemptState,
    charged: bool,
) -> Expected {
    Expected { suffix, state, reason, attempt, charged }
}

use AttemptState::{Pending, Rejected, Succeeded as Paid, Unknown};
use PaymentState::{Failed, InDoubt, Processing, Succeeded};

const TABLE: [Expected; 13] = [
    expected("0101", Processing, "", Pending, true),
    expected("0102", Processing, "", Pending, true),
    expected("0103", Processing, "", Pending, true),
    expected("0201", InDoubt, "CONNECTION_LOST", Unknown, true),
    expected("0202", InDoubt, "CONNECTION_LOST", Unknown, false),
    expected("0203", InDoubt, "CONNECTION_LOST", Unknown, true),
    expected("0204", InDoubt, "HTTP_STATUS", Unknown, true),
    expected("0205", Succeeded, "", Paid, true),
    expected("0301", Failed, "NUMBER_INVALID", Rejected, false),
    // Said in answer to the payment itself; at the inquiry of a bill it refuses.
    expected("0302", InDoubt, "UNLISTED", Unknown, false),
    expected("0303", InDoubt, "UNLISTED", Unknown, false),
    // The account of these tests has enough deposit for everybody.
    expected("0402", Succeeded, "", Paid, true),
    expected("0501", Succeeded, "", Paid, true),
];

#[test]
fn the_table_has_every_magic_number() {
    let documented: BTreeSet<&str> = MAGIC_NUMBERS.iter().map(|magic| magic.suffix).collect();
    assert_eq!(TABLE.iter().map(|row| row.suffix).collect::<BTreeSet<_>>(), documented);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_magic_number_leads_to_its_documented_state() -> Result<()> {
    let all = LocalSet::new();
    let mut running = JoinSet::new();
    for row in &TABLE {
        // Each with an engine of its own: a few lost answers rest a provider.
        running.spawn_local_on(pay(row), &all);
    }
    all.run_until(async {
        while let Some(done) = running.join_next().await {
            done??;
        }
        Ok(())
    })
    .await
}

async fn pay(row: &Expected) -> Result<()> {
    let world = World::new().await?;
    let engine = world.serve().await?;
    let customer = format!("53000000{}", row.suffix);
    let id = format!("magic-{}", row.suffix);
    engine.pay(without_waiting(token(&id, &customer))).await?;
    let what = format!("the payment for {} ends in {:?}", row.suffix, row.state);
    let payment = until(&what, async || {
        let payment = engine.get(&id).await.map_err(|status| status.to_string())?;
        let attempt = payment.attempts.last().map(ppob_api::v1::Attempt::state);
        let there = payment.state() == row.state && attempt == Some(row.attempt);
        if there { Ok(payment) } else { Err(format!("{payment:?}")) }
    })
    .await?;
    assert_eq!(reason(&payment), row.reason, "{}: {payment:?}", row.suffix);
    let charges = world.provider.ledger().charges_for(TOKEN_AT_PROVIDER, &customer).len();
    assert_eq!(charges, usize::from(row.charged), "{}", row.suffix);
    assert_eq!(world.provider.pay_requests_for(TOKEN_AT_PROVIDER, &customer), 1, "{}", row.suffix);
    let token_state = match (row.suffix, row.state) {
        ("0501", _) => TokenState::Awaited,
        (_, Succeeded) => TokenState::Present,
        _ => TokenState::Unspecified,
    };
    assert_eq!(payment.token_state(), token_state, "{}: {payment:?}", row.suffix);
    Ok(())
}

fn reason(payment: &Payment) -> &str {
    let doubt = payment.doubt.as_ref().map(|doubt| doubt.reason.as_str());
    let failure = payment.failure.as_ref().map(|failure| failure.reason.as_str());
    doubt.or(failure).unwrap_or_default()
}
