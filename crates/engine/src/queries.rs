//! Reading payments, events and the catalogue; and abandoning.

use std::collections::BTreeMap;
use std::sync::Arc;

use ppob_journal::{
    Committed, Cursor, EventKind, Filter, JournalError, Page, PaymentEvent, StoredPayment,
};
use ppob_payment::{Attempt, Event, Note, Refused, step};
use ppob_routing::{Catalogue, Mode, Need, ProviderFacts, Route, RouteQuestion};
use ppob_types::{ConsumerId, PaymentKey, ProductCode, ProviderName, Rupiah};
use tokio::sync::watch;

use crate::engine::Inner;
use crate::live::is_complete;
use crate::persist::{change, count_end};
use crate::{AbandonError, Engine, QueryError, Ticket};

/// What became of an abandoned id.
#[derive(Clone, Debug)]
pub enum Abandoned {
    /// It never was a payment, and never will be.
    NeverAPayment,
    /// It was a payment on which no attempt was alive; it has failed now.
    Payment(Arc<StoredPayment>),
}

/// Why a provider would, or would not, be asked now.
#[derive(Clone, Debug)]
pub struct RouteExplanation {
    /// The ranking.
    pub route: Route,
    /// What it was made of.
    pub facts: BTreeMap<ProviderName, ProviderFacts>,
}

impl Engine {
    /// A payment of its owner.
    ///
    /// # Errors
    /// [`QueryError::NotFound`] is no promise that the payment will not come.
    pub async fn get_payment(&self, key: &PaymentKey) -> Result<Arc<StoredPayment>, QueryError> {
        Ok(self.ticket(key).await?.payment())
    }

    /// A payment of its owner, and its news from now on.
    ///
    /// # Errors
    /// As [`Engine::get_payment`].
    pub async fn ticket(&self, key: &PaymentKey) -> Result<Ticket, QueryError> {
        self.inner.find(key).await.map_err(unavailable)?.ok_or(QueryError::NotFound)
    }

    /// Payments, newest first.
    ///
    /// # Errors
    /// [`QueryError::JournalUnavailable`].
    pub async fn list_payments(
        &self,
        filter: &Filter,
        page: Page,
    ) -> Result<Vec<StoredPayment>, QueryError> {
        self.inner.journal.list(filter, page).await.map_err(unavailable)
    }

    /// Events after `cursor`, in order. Empty if there are none yet.
    ///
    /// # Errors
    /// [`QueryError::JournalUnavailable`].
    pub async fn events_after(
        &self,
        cursor: Cursor,
        consumer: Option<&ConsumerId>,
        limit: usize,
    ) -> Result<Vec<PaymentEvent>, QueryError> {
        self.inner.journal.events_after(cursor, consumer, limit).await.map_err(unavailable)
    }

    /// The place after the latest event.
    ///
    /// # Errors
    /// [`QueryError::JournalUnavailable`].
    pub async fn latest_cursor(&self) -> Result<Cursor, QueryError> {
        self.inner.journal.latest_cursor().await.map_err(unavailable)
    }

    /// Wakes whenever an event was added; read [`Engine::events_after`] then.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.live.changes()
    }

    /// Wakes whenever prices, switches or settings changed. What time alone changes (cut-off hours,
    /// breakers, the age of prices) wakes nobody.
    pub fn offers_changed(&self) -> watch::Receiver<u64> {
        self.inner.providers.changed.subscribe()
    }

    /// The products and prices of this moment.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.inner.prices.catalogue()
    }

    /// Whether a product can be bought from anybody now: a provider would be asked.
    pub fn is_available(&self, product: &ProductCode) -> bool {
        self.explain_route(product, None, false).is_ok_and(|e| !e.route.candidates.is_empty())
    }

    /// Who would be asked for this product now, and why nobody else; `is_repeat`: for one who bought the same
    /// lately, and wants it once more.
    ///
    /// # Errors
    /// [`QueryError::UnknownProduct`].
    pub fn explain_route(
        &self,
        product: &ProductCode,
        bill_amount: Option<Rupiah>,
        is_repeat: bool,
    ) -> Result<RouteExplanation, QueryError> {
        let catalogue = self.inner.prices.catalogue();
        let product =
            catalogue.get(product).ok_or_else(|| QueryError::UnknownProduct(product.clone()))?;
        let question = RouteQuestion {
            now: self.inner.now(),
            need: Need::Pay,
            bill_amount,
            max_cost: None,
            already_tried: &[],
            is_repeat,
            // The next payment is drawn anew: the most likely is told.
            draw: None,
        };
        Ok(self.inner.explained(product, &question))
    }

    /// Whether anybody can be asked what became of a payment in doubt: the provider, by a reference it
    /// knows, or the biller, whether the bill is still owed. Otherwise only evidence helps.
    pub fn can_ask_about(&self, stored: &StoredPayment) -> bool {
        let Some(attempt) = stored.payment.live_attempt() else { return false };
        let Some(setup) = self.inner.providers.get(&attempt.provider) else { return false };
        let family = stored.payment.terms.family;
        let capability = setup.guarded.provider.capability(family);
        capability.status.possible(attempt.observed.provider_ref.is_some())
            || (family.is_bill() && capability.inquiry.is_supported())
    }

    /// Whether a reference that somebody finds can be verified at the provider of an attempt.
    pub fn can_verify_references(&self, stored: &StoredPayment, attempt: Option<&Attempt>) -> bool {
        let setup = attempt.and_then(|attempt| self.inner.providers.get(&attempt.provider));
        setup.is_some_and(|setup| {
            let capability = setup.guarded.provider.capability(stored.payment.terms.family);
            capability.status.possible(true)
        })
    }

    /// Whether a provider is frozen.
    pub fn is_frozen(&self, provider: &ProviderName) -> bool {
        matches!(self.inner.providers.mode(provider), Mode::Frozen { .. })
    }

    /// Whether the provider can certainly no longer execute what is in doubt, and no other will be
    /// asked: only then may it be called not executed, or be paid once more in spite of it.
    pub fn may_call_not_executed(&self, stored: &StoredPayment) -> bool {
        let past_pay_by = self.inner.now() > stored.payment.terms.pay_by;
        let attempt = stored.payment.live_attempt();
        past_pay_by && attempt.is_some_and(|attempt| self.inner.bound_has_passed(attempt))
    }

    /// Whether the journal answers a question just now.
    pub async fn journal_answers(&self) -> bool {
        self.inner.journal.latest_cursor().await.is_ok()
    }

    /// Makes sure that an id is not, or never becomes, a payment that may be made.
    ///
    /// # Errors
    /// [`AbandonError::AttemptAlive`] if it may be made already; then no further attempt begins.
    ///
    /// # Cancel safety
    /// Safe: ask again.
    pub async fn abandon(&self, key: &PaymentKey) -> Result<Abandoned, AbandonError> {
        let (inner, key) = (Arc::clone(&self.inner), key.clone());
        let work = async move { inner.abandon(&key).await };
        let done = self.inner.tasks.detached(work).await;
        done.unwrap_or(Err(AbandonError::JournalUnavailable))
    }
}

impl Inner {
    /// A payment, wherever it is. A payment that is open in the journal but not here was just taken
    /// up or has just ended: looking again settles which.
    pub(crate) async fn find(&self, key: &PaymentKey) -> Result<Option<Ticket>, JournalError> {
        const LOOKS: u32 = 4;
        let mut look = 0;
        loop {
            if let Some(ticket) = self.live.get(key) {
                return Ok(Some(ticket));
            }
            let Some(stored) = self.journal.load(key).await? else {
                return Ok(None);
            };
            if self.live.get(key).is_some() {
                // Taken up here while the journal was read. What was read is durable, maybe before its
                // writer knows: once it is told, nobody may be told anything older.
                self.live.publish(stored.clone());
                if let Some(ticket) = self.live.get(key) {
                    return Ok(Some(ticket));
                }
            }
            look += 1;
            if is_complete(&stored) || look == LOOKS {
                return Ok(Some(Ticket::of_ended(stored)));
            }
            if stored.payment.is_concluded() {
                // Paid, and its token is awaited: there will be news.
                self.live.open(stored);
            }
            tokio::task::yield_now().await;
        }
    }

    async fn abandon(&self, key: &PaymentKey) -> Result<Abandoned, AbandonError> {
        loop {
            let buried = self.journal.bury(key, self.now()).await;
            let Some(stored) = buried.map_err(|_| AbandonError::JournalUnavailable)? else {
                return Ok(Abandoned::NeverAPayment);
            };
            self.live.publish(stored.clone());
            match self.try_abandon(&stored).await? {
                Some(abandoned) => return Ok(abandoned),
                // Somebody changed it first: look again.
                None => tokio::task::yield_now().await,
            }
        }
    }

    async fn try_abandon(&self, stored: &StoredPayment) -> Result<Option<Abandoned>, AbandonError> {
        // "Abandoned" is told as not paid, and before the statement was compared nobody can say that.
        if self.may_be_forgotten(&stored.payment) && self.awaits_comparison() {
            return Err(AbandonError::AttemptAlive);
        }
        let after = match step(&stored.payment, Event::Abandon, self.now()) {
            Ok(after) => after,
            Err(Refused::Concluded) => return Err(AbandonError::Ended),
            Err(_) => return Err(AbandonError::AttemptAlive),
        };
        let alive = after.notes.contains(&Note::AbandonRefused);
        if alive && stored.payment.no_further_attempt {
            return Err(AbandonError::AttemptAlive);
        }
        let change = change(stored, after.payment.clone(), EventKind::Abandoned, self.now());
        let done = match self.journal.commit(change).await {
            Ok(Committed::Done(done)) => *done,
            Ok(Committed::Stale) => return Ok(None),
            Ok(Committed::ReferenceTaken { .. }) => return Err(AbandonError::JournalUnavailable),
            Err(_) => match self.settle_unclear(stored, &after.payment).await {
                Some(done) => done,
                None => return Ok(None),
            },
        };
        count_end(stored, &done);
        let done = self.live.publish(done);
        if alive {
            return Err(AbandonError::AttemptAlive);
        }
        Ok(Some(Abandoned::Payment(done)))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn unavailable(error: JournalError) -> QueryError {
    tracing::warn!(%error, "the journal could not be read");
    QueryError::JournalUnavailable
}
