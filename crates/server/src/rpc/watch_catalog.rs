//! Changes of prices and availability, as they come.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;

use ppob_api::v1;
use ppob_api::v1::CatalogChangeKind as Kind;
use ppob_types::{Family, ProductCode, Timestamp};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{self, OwnedPermit, Sender};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Status};

use super::{Answers, last_word};
use crate::consumer::{Access, Role, identity};
use crate::convert::family;
use crate::convert::scalar::time;
use crate::errors::{self, Violations};
use crate::feed::{Seen, SeenProduct};
use crate::shared::Shared;

/// A slow reader misses states in between instead of filling memory.
const ROOM: usize = 1;
/// Changes in one answer, so that none is too big to be read.
const MOST_CHANGES: usize = 500;
const MOST_CODES: usize = 1_000;

type Answer = Result<v1::WatchCatalogResponse, Status>;
type Told = BTreeMap<ProductCode, SeenProduct>;

pub(crate) async fn watch_catalog(
    shared: &Arc<Shared>,
    request: Request<v1::WatchCatalogRequest>,
) -> Result<Answers<v1::WatchCatalogResponse>, Status> {
    let caller = identity(&request, Role::Read)?.clone();
    let request = request.into_inner();
    let mut bad = Violations::default();
    let wanted_families = family::families(&request.families, &mut bad);
    let codes = codes(&request.product_codes, &mut bad);
    bad.check()?;
    if let Some(family) = wanted_families.iter().find(|family| !caller.limits.allows(**family)) {
        return Err(errors::family_not_allowed(*family));
    }
    let families = if wanted_families.is_empty() {
        Family::ALL.into_iter().filter(|family| caller.limits.allows(*family)).collect()
    } else {
        wanted_families
    };
    let place = caller.meter.stream()?;
    let mut feed = shared.feed.watch();
    // What changes after the call was answered is told: so it is known before what it is compared with.
    let begin = tokio::select! {
        first = feed.wait_for(Option::is_some) => first.ok().and_then(|seen| seen.clone()),
        () = shared.closing.streams.cancelled() => None,
    };
    let begin = begin.ok_or_else(errors::shutting_down)?;
    let (answers, stream) = mpsc::channel(ROOM + 1);
    let last_word = last_word(&answers);
    let told = Told::new();
    let mut watch = Watch {
        shared: Arc::clone(shared),
        families,
        codes,
        answers,
        told,
        access: caller.access,
        _place: place,
    };
    if !request.include_current {
        watch.told = watch.wanted(&begin);
    }
    let current = request.include_current.then_some(begin);
    shared.tasks.spawn(watch.run(feed, current, last_word));
    Ok(Box::pin(ReceiverStream::new(stream)))
}

/// One watcher. Ends with its caller or with the server.
struct Watch {
    shared: Arc<Shared>,
    families: Vec<Family>,
    /// Only these; empty means all.
    codes: Vec<ProductCode>,
    answers: Sender<Answer>,
    /// Each product as it was told last.
    told: Told,
    /// Until when it may be told.
    access: Access,
    /// Counts as one of the consumer's streams.
    _place: OwnedSemaphorePermit,
}

/// The stream is over.
struct Over;

impl Watch {
    async fn run(
        mut self,
        feed: watch::Receiver<Option<Arc<Seen>>>,
        current: Option<Arc<Seen>>,
        last_word: Option<OwnedPermit<Answer>>,
    ) {
        let answers = self.answers.clone();
        let (shared, access) = (Arc::clone(&self.shared), self.access.clone());
        tokio::select! {
            _ = self.follow(feed, current) => {}
            () = answers.closed() => {}
            () = shared.closing.streams.cancelled() => {
                last_word.map(|room| room.send(Err(errors::shutting_down())));
            }
            () = access.ended() => {
                last_word.map(|room| room.send(Err(errors::access_changed())));
            }
        }
    }

    async fn follow(
        &mut self,
        mut feed: watch::Receiver<Option<Arc<Seen>>>,
        current: Option<Arc<Seen>>,
    ) -> Result<(), Over> {
        let every = self.shared.heartbeat_every;
        let mut version = 0;
        if let Some(seen) = current {
            version = seen.version;
            self.told = self.wanted(&seen);
            let all = self.told.values().map(|one| change(Kind::Current, one, seen.at)).collect();
            self.send(all, version).await?;
        }
        let mut quiet = pin!(sleep(every));
        loop {
            let seen = feed.borrow_and_update().clone();
            if let Some(seen) = seen {
                version = seen.version;
                let changes = self.changes(&seen);
                if !changes.is_empty() {
                    self.send(changes, version).await?;
                    quiet.set(sleep(every));
                }
            }
            tokio::select! {
                changed = feed.changed() => changed.map_err(|_| Over)?,
                () = quiet.as_mut() => {
                    self.send(Vec::new(), version).await?;
                    quiet.set(sleep(every));
                }
            }
        }
    }

    /// What this watcher wants of it.
    fn wanted(&self, seen: &Seen) -> Told {
        let wanted = seen.products.iter().filter(|(code, one)| {
            self.families.contains(&one.family)
                && (self.codes.is_empty() || self.codes.binary_search(code).is_ok())
        });
        wanted.map(|(code, one)| (code.clone(), one.clone())).collect()
    }

    /// From what was told to what is seen now, whatever was in between.
    fn changes(&mut self, seen: &Seen) -> Vec<v1::CatalogChange> {
        let now = self.wanted(seen);
        let before = std::mem::take(&mut self.told);
        let mut changes = Vec::new();
        for (code, one) in &now {
            let kind = match before.get(code) {
                None => Kind::Added,
                Some(before) if Arc::ptr_eq(&before.message, &one.message) => continue,
                Some(before) => match (before.message.available, one.message.available) {
                    (false, true) => Kind::Opened,
                    (true, false) => Kind::Closed,
                    _ => Kind::Changed,
                },
            };
            changes.push(change(kind, one, seen.at));
        }
        let gone = before.iter().filter(|(code, _)| !now.contains_key(*code));
        changes.extend(gone.map(|(_, one)| change(Kind::Removed, one, seen.at)));
        self.told = now;
        changes
    }

    async fn send(&self, mut changes: Vec<v1::CatalogChange>, version: i64) -> Result<(), Over> {
        loop {
            let rest = changes.split_off(changes.len().min(MOST_CHANGES));
            let answer = v1::WatchCatalogResponse { changes, catalog_version: version };
            self.answers.send(Ok(answer)).await.map_err(|_| Over)?;
            if rest.is_empty() {
                return Ok(());
            }
            changes = rest;
        }
    }
}

fn change(kind: Kind, one: &SeenProduct, at: Timestamp) -> v1::CatalogChange {
    v1::CatalogChange {
        kind: kind.into(),
        product: Some(v1::Product::clone(&one.message)),
        change_time: Some(time(at)),
    }
}

/// Codes that need not be in the catalogue yet, sorted.
fn codes(texts: &[String], bad: &mut Violations) -> Vec<ProductCode> {
    if texts.len() > MOST_CODES {
        bad.add("product_codes", format!("at most {MOST_CODES}; leave them out to watch all"));
        return Vec::new();
    }
    let mut codes = Vec::with_capacity(texts.len());
    for (at, text) in texts.iter().enumerate() {
        codes.extend(bad.take(&format!("product_codes[{at}]"), ProductCode::new(text)));
    }
    codes.sort_unstable();
    codes.dedup();
    codes
}
