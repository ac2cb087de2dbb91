//! Readers of the event stream, one per consumer. Each keeps the cursor of what it has dealt with, as a
//! shop would in its own database, and goes on from there whatever happened to the engine.

use std::collections::BTreeMap;
use std::sync::Arc;

use ppob_journal::{Cursor, Journal, PaymentEvent};
use ppob_types::{ConsumerId, PaymentKey};

use crate::checker::ViolationKind;
use crate::host::Host;
use crate::random::Random;

const PAGE: usize = 40;

/// A reader, and what it has dealt with.
#[derive(Debug)]
pub(crate) struct Reader {
    host: Arc<Host>,
    consumer: ConsumerId,
    random: Random,
    cursor: Cursor,
    versions: BTreeMap<PaymentKey, u64>,
    dealt_with: u64,
}

impl Reader {
    pub(crate) fn new(host: &Arc<Host>, consumer: ConsumerId, number: u64) -> Self {
        Self {
            host: Arc::clone(host),
            consumer,
            random: Random::fork(host.stage.world.seed, 3_000_000 + number),
            cursor: Cursor::default(),
            versions: BTreeMap::new(),
            dealt_with: 0,
        }
    }

    /// Reads until `enough` is cancelled, then to the end.
    pub(crate) async fn read(mut self, enough: tokio_util::sync::CancellationToken) {
        while !enough.is_cancelled() {
            let pause = self.random.millis(300, 9_000);
            tokio::select! {
                biased;
                () = enough.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
            self.read_page().await;
        }
        while self.read_page().await {}
        self.must_have_read_all();
    }

    /// Deals with what comes next. Whether there may be more.
    async fn read_page(&mut self) -> bool {
        let Some(process) = self.host.running() else { return false };
        let asked = self.host.stage.checker().asks();
        let reading = process.engine.events_after(self.cursor, Some(&self.consumer), PAGE);
        let Some(Ok(page)) = process.ask(reading).await else { return false };
        let full = page.len() == PAGE;
        for event in page {
            let Some(Ok(stored)) = process.ask(process.engine.get_payment(&event.key)).await else {
                return false;
            };
            // As the server does: an event is told with the payment as it is after it.
            if stored.version < event.version {
                return false;
            }
            self.deal_with(&event);
            self.host.stage.told(asked, self.host.is_current(&process), &stored);
        }
        full
    }

    fn deal_with(&mut self, event: &PaymentEvent) {
        let before = event.sequence.saturating_sub(1);
        let on_disk = self.host.stage.audit(|disk| async move {
            disk.events_after(Cursor(before), None, 1).await.unwrap_or_default()
        });
        let version = self.versions.entry(event.key.clone()).or_default();
        let problem = if on_disk.first() != Some(event) {
            Some("is not durable")
        } else if event.sequence <= self.cursor.0 {
            Some("is not after the one before")
        } else if event.version != *version + 1 {
            Some("is not the next one of its payment")
        } else {
            None
        };
        *version = event.version;
        self.cursor = Cursor(event.sequence);
        self.dealt_with += 1;
        if let Some(problem) = problem {
            let what = format!("{}: event {} {problem}", event.key, event.sequence);
            self.host.stage.violated(ViolationKind::StreamBroken, what);
        }
    }

    fn must_have_read_all(&self) {
        let consumer = self.consumer.clone();
        let all = self.host.stage.audit(|disk| async move {
            disk.events_after(Cursor(0), Some(&consumer), usize::MAX).await.unwrap_or_default()
        });
        let all = u64::try_from(all.len()).unwrap_or(u64::MAX);
        if all != self.dealt_with {
            let what = format!("{}: {} of {all} events were told", self.consumer, self.dealt_with);
            self.host.stage.violated(ViolationKind::StreamBroken, what);
        }
    }
}
