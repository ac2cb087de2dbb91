//! Everything that happens to a consumer's payments, in order.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use ppob_api::error::Reason;
use ppob_api::v1;
use ppob_api::v1::stream_payment_events_response::Item;
use ppob_journal::{Cursor, PaymentEvent, StoredPayment};
use ppob_types::{ConsumerId, Family, PaymentKey};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{self, OwnedPermit, Sender};
use tokio::time::sleep;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Status};

use super::{Answers, last_word};
use crate::consumer::{Access, Role, identity};
use crate::convert::scalar::time;
use crate::convert::{event, family, payment};
use crate::errors::{self, Problem, Violations};
use crate::shared::Shared;
use crate::tokens::Question;

/// How many answers wait for a slow reader; then reading the journal waits too.
const ROOM: usize = 16;
const PAGE: usize = 100;
/// How soon an event is looked at again whose change is durable but not yet acknowledged.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

type Answer = Result<v1::StreamPaymentEventsResponse, Status>;

pub(crate) async fn stream_payment_events(
    shared: &Arc<Shared>,
    request: Request<v1::StreamPaymentEventsRequest>,
) -> Result<Answers<v1::StreamPaymentEventsResponse>, Status> {
    let caller = identity(&request, Role::Read)?;
    let (consumer, place) = (caller.consumer.clone(), caller.meter.stream()?);
    let access = caller.access.clone();
    let request = request.into_inner();
    let mut bad = Violations::default();
    let families = family::families(&request.families, &mut bad);
    let kinds = kinds(&request.kinds, &mut bad);
    if request.from_now && !request.after_cursor.is_empty() {
        bad.add("after_cursor", "must be empty when from_now is set");
    }
    bad.check()?;
    let mut question = Question::new("events", &consumer);
    // A journal out of a backup numbers its events anew: a cursor from before would skip some of them.
    if let Some(restored) = shared.engine.restored() {
        question.filter("restored", restored.restored_at.as_micros());
    }
    let latest = shared.engine.latest_cursor().await.map_err(errors::query)?;
    let cursor = if request.from_now {
        latest
    } else {
        read_cursor(&question, &request.after_cursor, latest)?
    };
    let (answers, stream) = mpsc::channel(ROOM + 1);
    let last_word = last_word(&answers);
    let events = Events {
        shared: Arc::clone(shared),
        consumer,
        question,
        families,
        kinds,
        answers,
        cursor,
        spoke: false,
        access,
        _place: place,
    };
    shared.tasks.spawn(events.run(last_word));
    Ok(Box::pin(ReceiverStream::new(stream)))
}

/// One reader of events.
struct Events {
    shared: Arc<Shared>,
    consumer: ConsumerId,
    question: Question,
    families: Vec<Family>,
    kinds: Vec<v1::PaymentEventKind>,
    answers: Sender<Answer>,
    /// Up to here events were read.
    cursor: Cursor,
    /// Whether anything was told since this was last looked at.
    spoke: bool,
    /// Until when it may be told.
    access: Access,
    /// Counts as one of the consumer's streams.
    _place: OwnedSemaphorePermit,
}

/// How far reading got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
    /// There may be more at once.
    More,
    /// Nothing more is there.
    All,
    /// The journal has an event whose change the engine may not tell yet.
    Ahead,
}

/// The stream is over.
struct Over;

impl Events {
    async fn run(mut self, last_word: Option<OwnedPermit<Answer>>) {
        let answers = self.answers.clone();
        let (shared, access) = (Arc::clone(&self.shared), self.access.clone());
        tokio::select! {
            _ = self.follow() => {}
            () = answers.closed() => {}
            () = shared.closing.streams.cancelled() => {
                last_word.map(|room| room.send(Err(errors::shutting_down())));
            }
            () = access.ended() => {
                last_word.map(|room| room.send(Err(errors::access_changed())));
            }
        }
    }

    async fn follow(&mut self) -> Result<(), Over> {
        let every = self.shared.heartbeat_every;
        let mut changes = self.shared.engine.changes();
        let mut quiet = pin!(sleep(every));
        loop {
            // Before reading: what is added while we read wakes us again.
            changes.mark_unchanged();
            let read = self.read_page().await?;
            if std::mem::take(&mut self.spoke) {
                quiet.set(sleep(every));
            }
            if read == Read::More {
                continue;
            }
            tokio::select! {
                woken = changes.changed() => woken.map_err(|_| Over)?,
                // Also looks again: an event that woke nobody is late then, not lost.
                () = quiet.as_mut() => self.beat().await?,
                () = sleep(LOOK_AGAIN), if read == Read::Ahead => {}
            }
        }
    }

    /// Tells what comes next, as far as it may be told.
    async fn read_page(&mut self) -> Result<Read, Over> {
        let page = self.shared.engine.events_after(self.cursor, Some(&self.consumer), PAGE).await;
        let page = match page {
            Ok(page) => page,
            Err(error) => return self.end(errors::query(error)).await,
        };
        let full = page.len() == PAGE;
        let mut payments = BTreeMap::new();
        for event in page {
            let stored = self.payment(&event, &mut payments).await?;
            // The journal shows a change as soon as it is durable, the engine tells the payment once
            // that was acknowledged. An event told with the payment as it was before would be told
            // wrongly for ever, because its cursor would be behind the reader.
            if stored.version < event.version {
                return Ok(Read::Ahead);
            }
            self.cursor = Cursor(event.sequence);
            self.tell(&event, &stored).await?;
        }
        Ok(if full { Read::More } else { Read::All })
    }

    /// The payment as it is now; looked up once per page.
    async fn payment(
        &self,
        event: &PaymentEvent,
        known: &mut BTreeMap<PaymentKey, Arc<StoredPayment>>,
    ) -> Result<Arc<StoredPayment>, Over> {
        if let Some(stored) = known.get(&event.key)
            && stored.version >= event.version
        {
            return Ok(Arc::clone(stored));
        }
        match self.shared.engine.get_payment(&event.key).await {
            Ok(stored) => {
                known.insert(event.key.clone(), Arc::clone(&stored));
                Ok(stored)
            }
            Err(error) => self.end(errors::query(error)).await,
        }
    }

    async fn tell(&mut self, event: &PaymentEvent, stored: &StoredPayment) -> Result<(), Over> {
        let kind = event::kind(event, stored);
        let family = stored.payment.terms.family;
        let wanted = (self.families.is_empty() || self.families.contains(&family))
            && (self.kinds.is_empty() || self.kinds.contains(&kind));
        if !wanted {
            return Ok(());
        }
        let catalogue = self.shared.engine.catalogue();
        let message = v1::PaymentEvent {
            cursor: self.question.token(&self.cursor.0.to_string()),
            kind: kind.into(),
            event_time: Some(time(event.at)),
            attempt_number: event::attempt_number(event, stored),
            payment: Some(payment::payment(stored, &self.shared.view(&catalogue))),
        };
        self.send(Item::Event(Box::new(message))).await
    }

    async fn beat(&mut self) -> Result<(), Over> {
        let cursor = self.question.token(&self.cursor.0.to_string());
        self.send(Item::Heartbeat(v1::StreamHeartbeat { cursor })).await
    }

    async fn send(&mut self, item: Item) -> Result<(), Over> {
        self.spoke = true;
        let answer = v1::StreamPaymentEventsResponse { item: Some(item) };
        self.answers.send(Ok(answer)).await.map_err(|_| Over)
    }

    async fn end<T>(&self, status: Status) -> Result<T, Over> {
        let _ = self.answers.send(Err(status)).await;
        Err(Over)
    }
}

fn read_cursor(question: &Question, text: &str, latest: Cursor) -> Result<Cursor, Status> {
    if text.is_empty() {
        return Ok(Cursor::default());
    }
    question
        .place(text)
        .and_then(|place| place.parse().ok())
        .map(Cursor)
        // A later place than the latest is of another journal.
        .filter(|cursor| *cursor <= latest)
        .ok_or_else(|| {
            Problem::nothing_done(
                Reason::CURSOR_INVALID,
                "the cursor is damaged, or belongs to another consumer or another journal; give the cursor of an event, or none to begin with the oldest event",
            )
            .status()
        })
}

fn kinds(numbers: &[i32], bad: &mut Violations) -> Vec<v1::PaymentEventKind> {
    let mut wanted = Vec::new();
    for (at, number) in numbers.iter().enumerate() {
        match v1::PaymentEventKind::try_from(*number) {
            Ok(v1::PaymentEventKind::Unspecified) => {}
            Ok(kind) => wanted.push(kind),
            Err(_) => bad.add(format!("kinds[{at}]"), "there is no such kind of event"),
        }
    }
    wanted
}
