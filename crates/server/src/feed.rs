//! The catalogue as callers see it, looked at for all watchers together.
//!
//! What [`GetProduct`](ppob_api::v1::GetProductRequest) would answer is the only truth: it depends on
//! prices and switches, which wake the feed, and on breakers, cut-off hours, balances and room, which it
//! looks at again and again. While nobody watches it does nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ppob_api::v1;
use ppob_types::{Family, ProductCode, Timestamp};
use tokio::sync::{Notify, watch};
use tokio::time::sleep;

use crate::convert::product;
use crate::shared::Shared;

/// How soon a change is seen that wakes nobody.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// So many products are looked at before others get their turn.
const AT_ONCE: usize = 200;

/// Every product as `GetProduct` would answer it.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) products: BTreeMap<ProductCode, SeenProduct>,
    pub(crate) version: i64,
    pub(crate) at: Timestamp,
}

/// One of them. The message is the same one as long as nothing but the age of its price changes.
#[derive(Clone, Debug)]
pub(crate) struct SeenProduct {
    pub(crate) family: Family,
    pub(crate) message: Arc<v1::Product>,
}

/// Tells watchers what is to be seen now.
#[derive(Debug)]
pub(crate) struct Feed {
    seen: watch::Sender<Option<Arc<Seen>>>,
    wanted: Notify,
}

impl Default for Feed {
    fn default() -> Self {
        Self { seen: watch::Sender::new(None), wanted: Notify::new() }
    }
}

impl Feed {
    /// What is seen from now on; nothing until it was looked at.
    pub(crate) fn watch(&self) -> watch::Receiver<Option<Arc<Seen>>> {
        let receiver = self.seen.subscribe();
        self.wanted.notify_one();
        receiver
    }
}

/// Looks as long as somebody watches, until the server ends.
pub(crate) async fn keep_seeing(shared: Arc<Shared>) {
    let feed = &shared.feed;
    let mut changed = shared.engine.offers_changed();
    let looking = async {
        loop {
            if feed.seen.receiver_count() == 0 {
                // Whoever comes later must not begin with what was seen long ago.
                feed.seen.send_replace(None);
                feed.wanted.notified().await;
                continue;
            }
            changed.mark_unchanged();
            let before = feed.seen.borrow().clone();
            if let Some(now) = look(&shared, before.as_deref()).await {
                feed.seen.send_replace(Some(Arc::new(now)));
            }
            tokio::select! {
                _ = changed.changed() => {}
                () = sleep(LOOK_EVERY) => {}
                // Somebody who came while nothing was seen yet.
                () = feed.wanted.notified() => {}
            }
        }
    };
    tokio::select! {
        () = looking => {}
        () = shared.closing.streams.cancelled() => {}
    }
}

/// What is seen now, if it differs from `before`.
async fn look(shared: &Shared, before: Option<&Seen>) -> Option<Seen> {
    let catalogue = shared.engine.catalogue();
    let version = shared.catalogue_version(&catalogue);
    let mut products = BTreeMap::new();
    let mut same = before.is_some_and(|before| before.version == version);
    for (number, one) in catalogue.products().enumerate() {
        if number % AT_ONCE == AT_ONCE - 1 {
            tokio::task::yield_now().await;
        }
        // Gone in the meantime: the next look sees it.
        let Ok(explained) = shared.engine.explain_route(&one.code, None, false) else { continue };
        let message = product::product(one, &explained.route);
        let earlier = before.and_then(|before| before.products.get(&one.code));
        let seen = match earlier {
            Some(earlier) if is_the_same(&earlier.message, &message) => earlier.clone(),
            _ => {
                same = false;
                SeenProduct { family: one.family, message: Arc::new(message) }
            }
        };
        products.insert(one.code.clone(), seen);
    }
    same &= before.is_some_and(|before| before.products.len() == products.len());
    (!same).then(|| Seen { products, version, at: shared.clock.now() })
}

/// A price that was read again and is the same is no news.
fn is_the_same(one: &v1::Product, other: &v1::Product) -> bool {
    let without_time = |product: &v1::Product| v1::Product { price_time: None, ..product.clone() };
    without_time(one) == without_time(other)
}
