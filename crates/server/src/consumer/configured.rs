//! Consumers from configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arc_swap::ArcSwap;
use ppob_engine::ConsumerLimits;
use ppob_types::{Clock, ConsumerId, Family};
use subtle::ConditionallySelectable;
use tonic::metadata::MetadataMap;

use super::{
    Access, Caller, Consumers, Credentials, KeyHash, LocalConsumer, Meter, Rate, Role, Unidentified,
};

/// One key in use, and one that is about to replace it.
const MOST_KEYS: usize = 2;

/// One consumer, as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerSetup {
    /// Its name.
    pub name: ConsumerId,
    /// The hashes of its keys, at most two; none if its certificate alone shows who it is.
    pub keys: Vec<KeyHash>,
    /// A DNS name or URI that its client certificate must carry.
    pub certificate: Option<String>,
    /// What it may do.
    pub roles: Vec<Role>,
    /// Which products, and how much.
    pub limits: ConsumerLimits,
    /// How often it may call.
    pub rate: Option<Rate>,
}

/// What is wrong with the consumers as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("consumer {consumer}, {key}: {problem}")]
pub struct ConsumersError {
    /// Whose.
    pub consumer: ConsumerId,
    /// Which key of its configuration.
    pub key: &'static str,
    /// What is wrong and what to do.
    pub problem: String,
}

/// Consumers from configuration, replaceable while the server runs. Without any there is one, `local`,
/// as [`LocalConsumer`] has it.
#[derive(Debug)]
pub struct ConfiguredConsumers {
    book: ArcSwap<Book>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug, Default)]
struct Book {
    /// There if nobody else is; its name is a consumer id.
    local: Option<LocalConsumer>,
    callers: Vec<Known>,
    /// Hashes of keys, with the place of their consumer in `callers`.
    keys: Vec<(KeyHash, u32)>,
    /// Names of certificates that suffice, with the place of their consumer.
    certificates: BTreeMap<String, u32>,
}

#[derive(Debug)]
struct Known {
    caller: Caller,
    setup: ConsumerSetup,
}

impl ConfiguredConsumers {
    /// These consumers.
    ///
    /// # Errors
    /// [`ConsumersError`], for people.
    pub fn new(setups: &[ConsumerSetup], clock: Arc<dyn Clock>) -> Result<Self, ConsumersError> {
        check_consumers(setups)?;
        let book = Book::new(setups, &Book::default(), &clock);
        Ok(Self { book: ArcSwap::from_pointee(book), clock })
    }

    /// These consumers from now on; calls that are running go on as who they are. A consumer whose
    /// rate stays keeps what it has used of it. Streams end if their consumer is gone, or if a key, the
    /// certificate, a role or a family was taken from it: whether it may call again is seen when it does.
    ///
    /// # Errors
    /// [`ConsumersError`]; then nothing was replaced.
    pub fn replace(&self, setups: &[ConsumerSetup]) -> Result<(), ConsumersError> {
        check_consumers(setups)?;
        let book = Arc::new(Book::new(setups, &self.book.load(), &self.clock));
        // First the new ones: whoever calls again at once must not be let in as who it was.
        let before = self.book.swap(Arc::clone(&book));
        before.end_all_but(&book);
        Ok(())
    }
}

impl Consumers for ConfiguredConsumers {
    fn identify(&self, credentials: &Credentials<'_>) -> Result<Caller, Unidentified> {
        let book = self.book.load();
        if book.callers.is_empty() {
            return book.local.as_ref().map(LocalConsumer::caller).ok_or(Unidentified::Missing);
        }
        let names = credentials.certificate_names;
        let Some(key) = bearer(credentials.metadata)? else {
            let place = names.iter().find_map(|name| book.certificates.get(name));
            let known = place.and_then(|place| book.at(*place)).ok_or(Unidentified::Missing)?;
            return Ok(known.caller.clone());
        };
        let known = book.of_key(key).ok_or(Unidentified::Invalid)?;
        let bound = known.setup.certificate.as_ref().is_none_or(|name| names.contains(name));
        if bound { Ok(known.caller.clone()) } else { Err(Unidentified::Invalid) }
    }

    fn must_prove(&self) -> bool {
        !self.book.load().callers.is_empty()
    }
}

impl Book {
    fn new(setups: &[ConsumerSetup], before: &Self, clock: &Arc<dyn Clock>) -> Self {
        let mut book = Self::default();
        if setups.is_empty() {
            book.local = before.local.clone().or_else(|| LocalConsumer::new().ok());
        }
        for (place, setup) in (0_u32..).zip(setups) {
            let earlier = before.callers.iter().find(|known| known.setup.name == setup.name);
            let meter = earlier
                .filter(|known| known.setup.rate == setup.rate)
                .map_or_else(|| Meter::new(setup.rate, clock), |known| known.caller.meter.clone());
            let access = earlier
                .filter(|known| known.setup.takes_nothing(setup))
                .map_or_else(Access::default, |known| known.caller.access.clone());
            book.keys.extend(setup.keys.iter().map(|hash| (*hash, place)));
            if setup.keys.is_empty()
                && let Some(name) = &setup.certificate
            {
                book.certificates.insert(name.clone(), place);
            }
            book.callers.push(Known {
                caller: Caller {
                    consumer: setup.name.clone(),
                    roles: setup.roles.clone().into(),
                    limits: setup.limits.clone(),
                    meter,
                    proven: true,
                    access,
                },
                setup: setup.clone(),
            });
        }
        book
    }

    /// Ends what those may do who may not do it any more by `after`.
    fn end_all_but(&self, after: &Self) {
        for access in self.all_access() {
            if !after.all_access().any(|kept| kept == access) {
                access.end();
            }
        }
    }

    fn all_access(&self) -> impl Iterator<Item = &Access> {
        let local = self.local.iter().map(LocalConsumer::access);
        self.callers.iter().map(|known| &known.caller.access).chain(local)
    }

    /// Whose key it is. Every hash is compared, and to its end, so that the time tells nothing.
    fn of_key(&self, key: &str) -> Option<&Known> {
        let given = KeyHash::of(key);
        let mut found = u32::MAX;
        for (hash, place) in &self.keys {
            found.conditional_assign(place, given.same(hash));
        }
        self.at(found)
    }

    fn at(&self, place: u32) -> Option<&Known> {
        self.callers.get(usize::try_from(place).ok()?)
    }
}

impl ConsumerSetup {
    /// Whether whoever may do something by this one may do it by `after` too.
    fn takes_nothing(&self, after: &Self) -> bool {
        self.keys.iter().all(|key| after.keys.contains(key))
            // Without keys the certificate alone shows who it is.
            && self.keys.is_empty() == after.keys.is_empty()
            && self.certificate == after.certificate
            && self.roles.iter().all(|role| after.roles.contains(role))
            && Family::ALL
                .into_iter()
                .all(|family| !self.limits.allows(family) || after.limits.allows(family))
    }
}

/// The key of `authorization: Bearer <key>`; an authorization of another kind is none that is known.
fn bearer(metadata: &MetadataMap) -> Result<Option<&str>, Unidentified> {
    let Some(value) = metadata.get("authorization") else {
        return Ok(None);
    };
    let text = value.to_str().map_err(|_| Unidentified::Invalid)?;
    let (scheme, key) = text.split_once(' ').ok_or(Unidentified::Invalid)?;
    let bearer = scheme.eq_ignore_ascii_case("bearer");
    if bearer { Ok(Some(key.trim())) } else { Err(Unidentified::Invalid) }
}

/// Checks the consumers as a whole.
///
/// # Errors
/// [`ConsumersError`]: two of one name, one key of two, nothing to show who it is, nothing to do.
pub fn check_consumers(setups: &[ConsumerSetup]) -> Result<(), ConsumersError> {
    let mut names = BTreeSet::new();
    let mut keys = BTreeMap::new();
    let mut certificates = BTreeMap::new();
    for setup in setups {
        let wrong = |key, problem: String| {
            Err(ConsumersError { consumer: setup.name.clone(), key, problem })
        };
        if !names.insert(&setup.name) {
            return wrong(
                "name",
                "two consumers have this name; their payments would be one's".to_owned(),
            );
        }
        if setup.keys.is_empty() && setup.certificate.is_none() {
            return wrong(
                "keys",
                "it has neither a key nor a certificate, so nobody could call as it; make a key with \
                 `ppob key new NAME`"
                    .to_owned(),
            );
        }
        if setup.keys.len() > MOST_KEYS {
            return wrong(
                "keys",
                "at most two: one in use and one that is about to replace it".to_owned(),
            );
        }
        for key in &setup.keys {
            if let Some(other) = keys.insert(*key, &setup.name) {
                return wrong("keys", format!("this key is one of {other} already; make another"));
            }
        }
        if setup.keys.is_empty()
            && let Some(name) = &setup.certificate
            && let Some(other) = certificates.insert(name, &setup.name)
        {
            return wrong("certificate", format!("this name shows {other} already"));
        }
        if setup.roles.is_empty() {
            return wrong(
                "roles",
                "it may do nothing; the roles are read, pay and operate".to_owned(),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
