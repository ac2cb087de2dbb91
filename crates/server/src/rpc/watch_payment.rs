//! A payment and its news.

use std::sync::Arc;
use std::time::Duration;

use ppob_api::v1;
use ppob_engine::Ticket;
use ppob_journal::StoredPayment;
use ppob_types::{PaymentKey, TokenState};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{self, OwnedPermit, Sender};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Status};

use super::{Answers, key, last_word};
use crate::consumer::{Access, Role, identity};
use crate::convert::payment;
use crate::errors;
use crate::shared::Shared;

/// A slow reader misses states in between instead of filling memory.
const ROOM: usize = 1;
/// How often a payment that nobody works on any more is looked at while others change.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

type Answer = Result<v1::WatchPaymentResponse, Status>;

pub(crate) async fn watch_payment(
    shared: &Arc<Shared>,
    request: Request<v1::WatchPaymentRequest>,
) -> Result<Answers<v1::WatchPaymentResponse>, Status> {
    let caller = identity(&request, Role::Read)?;
    let key = key(caller.consumer.clone(), &request.get_ref().payment_id)?;
    let (place, access) = (caller.meter.stream()?, caller.access.clone());
    let ticket = shared.engine.ticket(&key).await.map_err(errors::query)?;
    let (answers, stream) = mpsc::channel(ROOM + 1);
    let watch =
        Watch { shared: Arc::clone(shared), key, answers, shown: None, access, _place: place };
    let last_word = last_word(&watch.answers);
    shared.tasks.spawn(watch.run(ticket, last_word));
    Ok(Box::pin(ReceiverStream::new(stream)))
}

/// One watcher. Ends with its caller, with the payment, or with the server.
struct Watch {
    shared: Arc<Shared>,
    key: PaymentKey,
    answers: Sender<Answer>,
    /// The version shown last.
    shown: Option<u64>,
    /// Until when it may be told.
    access: Access,
    /// Counts as one of the consumer's streams.
    _place: OwnedSemaphorePermit,
}

/// The stream is over.
struct Over;

impl Watch {
    async fn run(mut self, ticket: Ticket, last_word: Option<OwnedPermit<Answer>>) {
        let answers = self.answers.clone();
        let (shared, access) = (Arc::clone(&self.shared), self.access.clone());
        tokio::select! {
            _ = self.follow(ticket) => {}
            () = answers.closed() => {}
            () = shared.closing.streams.cancelled() => {
                last_word.map(|room| room.send(Err(errors::shutting_down())));
            }
            () = access.ended() => {
                last_word.map(|room| room.send(Err(errors::access_changed())));
            }
        }
    }

    async fn follow(&mut self, mut ticket: Ticket) -> Result<(), Over> {
        let mut changes = self.shared.engine.changes();
        loop {
            changes.mark_unchanged();
            self.show(&ticket.payment()).await?;
            while let Some(stored) = ticket.changed().await {
                self.show(&stored).await?;
            }
            // Nobody works on it any more: a token may still come, or it was taken up anew.
            ticket = match self.shared.engine.ticket(&self.key).await {
                Ok(ticket) => ticket,
                Err(error) => {
                    let _ = self.answers.send(Err(errors::query(error))).await;
                    return Err(Over);
                }
            };
            self.show(&ticket.payment()).await?;
            changes.changed().await.map_err(|_| Over)?;
            tokio::time::sleep(LOOK_AGAIN).await;
            ticket = self.shared.engine.ticket(&self.key).await.unwrap_or(ticket);
        }
    }

    async fn show(&mut self, stored: &StoredPayment) -> Result<(), Over> {
        if self.shown.is_none_or(|shown| stored.version > shown) {
            self.shown = Some(stored.version);
            let catalogue = self.shared.engine.catalogue();
            let message = payment::payment(stored, &self.shared.view(&catalogue));
            let answer = v1::WatchPaymentResponse { payment: Some(message) };
            self.answers.send(Ok(answer)).await.map_err(|_| Over)?;
        }
        if is_complete(stored) { Err(Over) } else { Ok(()) }
    }
}

/// Whether nothing more is to come.
fn is_complete(stored: &StoredPayment) -> bool {
    stored.payment.is_concluded() && stored.payment.token_state() != TokenState::Awaited
}
