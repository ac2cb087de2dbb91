//! Consumers from configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arc_swap::ArcSwap;
use ppob_engine::ConsumerLimits;
use ppob_types::{Clock, ConsumerId};
use subtle::ConditionallySelectable;
use tonic::metadata::MetadataMap;

use super::{
    Caller, Consumers, Credentials, KeyHash, LocalConsumer, Meter, Rate, Role, Unidentified,
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
    /// Always there; its name is a consumer id.
    local: Option<LocalConsumer>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug, Default)]
struct Book {
    callers: Vec<Known>,
    /// Hashes of keys, with the place of their consumer in `callers`.
    keys: Vec<(KeyHash, u32)>,
    /// Names of certificates that suffice, with the place of their consumer.
    certificates: BTreeMap<String, u32>,
}

#[derive(Debug)]
struct Known {
    caller: Caller,
    certificate: Option<String>,
}

impl ConfiguredConsumers {
    /// These consumers.
    ///
    /// # Errors
    /// [`ConsumersError`], for people.
    pub fn new(setups: &[ConsumerSetup], clock: Arc<dyn Clock>) -> Result<Self, ConsumersError> {
        check_consumers(setups)?;
        let book = Book::new(setups, &Book::default(), &clock);
        Ok(Self { book: ArcSwap::from_pointee(book), local: LocalConsumer::new().ok(), clock })
    }

    /// These consumers from now on; calls that are running go on as who they are. A consumer whose
    /// rate stays keeps what it has used of it.
    ///
    /// # Errors
    /// [`ConsumersError`]; then nothing was replaced.
    pub fn replace(&self, setups: &[ConsumerSetup]) -> Result<(), ConsumersError> {
        check_consumers(setups)?;
        let book = Book::new(setups, &self.book.load(), &self.clock);
        self.book.store(Arc::new(book));
        Ok(())
    }
}

impl Consumers for ConfiguredConsumers {
    fn identify(&self, credentials: &Credentials<'_>) -> Result<Caller, Unidentified> {
        let book = self.book.load();
        if book.callers.is_empty() {
            return self.local.as_ref().map(LocalConsumer::caller).ok_or(Unidentified::Missing);
        }
        let names = credentials.certificate_names;
        let Some(key) = bearer(credentials.metadata)? else {
            let place = names.iter().find_map(|name| book.certificates.get(name));
            let known = place.and_then(|place| book.at(*place)).ok_or(Unidentified::Missing)?;
            return Ok(known.caller.clone());
        };
        let known = book.of_key(key).ok_or(Unidentified::Invalid)?;
        let bound = known.certificate.as_ref().is_none_or(|name| names.contains(name));
        if bound { Ok(known.caller.clone()) } else { Err(Unidentified::Invalid) }
    }

    fn must_prove(&self) -> bool {
        !self.book.load().callers.is_empty()
    }
}

impl Book {
    fn new(setups: &[ConsumerSetup], before: &Self, clock: &Arc<dyn Clock>) -> Self {
        let mut book = Self::default();
        for (place, setup) in (0_u32..).zip(setups) {
            let kept =
                before.callers.iter().map(|known| &known.caller).find(|caller| {
                    caller.consumer == setup.name && caller.meter.rate() == setup.rate
                });
            let meter =
                kept.map_or_else(|| Meter::new(setup.rate, clock), |caller| caller.meter.clone());
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
                },
                certificate: setup.certificate.clone(),
            });
        }
        book
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
