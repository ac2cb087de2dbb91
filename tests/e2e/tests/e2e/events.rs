//! The stream of events: everything from a cursor on, also after the engine was started again.

use std::collections::BTreeSet;

use ppob_api::v1::stream_payment_events_response::Item;
use ppob_api::v1::{PaymentEvent, PaymentEventKind, StreamPaymentEventsRequest};
use ppob_e2e::request::{fresh_customer, token};
use ppob_e2e::wait::soon;
use ppob_e2e::{Engine, Problem, Result, World};
use tokio_stream::StreamExt as _;

use crate::KEPT;

/// What comes after a cursor, up to and with the end of this payment.
async fn up_to_the_end_of(
    engine: &Engine,
    payment_id: &str,
    after_cursor: &str,
) -> Result<Vec<PaymentEvent>> {
    let after_cursor = after_cursor.to_owned();
    let request = StreamPaymentEventsRequest { after_cursor, ..Default::default() };
    let mut client = engine.client.payments.clone();
    let mut stream = client.stream_payment_events(request).await?.into_inner();
    soon("the end is told", async {
        let mut told = Vec::new();
        while let Some(next) = stream.next().await {
            let Some(Item::Event(event)) = next?.item else { continue };
            let is_it =
                event.payment.as_ref().is_some_and(|payment| payment.payment_id == payment_id);
            let ends = is_it && event.kind() == PaymentEventKind::Succeeded;
            told.push(*event);
            if ends {
                return Ok(told);
            }
        }
        Err(Problem::new(format!("the stream ended after {told:?}")))
    })
    .await?
}

fn cursors(events: &[PaymentEvent]) -> Vec<&str> {
    events.iter().map(|event| event.cursor.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_goes_on_at_its_cursor_also_after_a_restart_and_misses_nothing() -> Result<()> {
    let world = World::new().await?.kept(KEPT).await?;
    let engine = world.serve().await?;
    engine.pay(token("events-001", &fresh_customer())).await?;
    let first = up_to_the_end_of(&engine, "events-001", "").await?;
    let kinds: Vec<PaymentEventKind> = first.iter().map(PaymentEvent::kind).collect();
    assert_eq!(kinds.first(), Some(&PaymentEventKind::Accepted), "{kinds:?}");
    let seen = cursors(&first).last().copied().unwrap_or_default().to_owned();
    engine.pay(token("events-002", &fresh_customer())).await?;
    engine.kill().await?;

    let engine = world.serve().await?;
    engine.pay(token("events-003", &fresh_customer())).await?;
    let rest = up_to_the_end_of(&engine, "events-003", &seen).await?;
    let all = up_to_the_end_of(&engine, "events-003", "").await?;
    let joined: Vec<&str> = [cursors(&first), cursors(&rest)].concat();
    assert_eq!(joined, cursors(&all), "nothing is missing and nothing comes twice");
    let payments: BTreeSet<String> = rest
        .iter()
        .filter_map(|event| event.payment.as_ref().map(|payment| payment.payment_id.clone()))
        .collect();
    assert_eq!(payments, ["events-002", "events-003"].map(str::to_owned).into());
    Ok(())
}
