//! How payments went lately at each provider, for the strategy `best-success` and for operators.
//!
//! An attempt is learnt of once, when its outcome is known, or known to be unknown: a provider that takes
//! every payment as pending is judged by what becomes of it. Nothing of this outlives the process.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use ppob_journal::StoredPayment;
use ppob_payment::{Attempt, AttemptState};
use ppob_routing::{Health, Learnt};
use ppob_types::{
    Family, Monotonic, NotSentCause, ProviderName, RefusalScope, Rejection, Timestamp, UnknownCause,
};

/// By provider: what was learnt of all of its payments, and by family.
#[derive(Debug, Default)]
pub(crate) struct HealthBook(RwLock<BTreeMap<ProviderName, OfProvider>>);

#[derive(Clone, Debug, Default)]
struct OfProvider {
    all: Learnt,
    families: BTreeMap<Family, Learnt>,
}

impl HealthBook {
    /// Takes over what a step made known.
    pub(crate) fn learn(
        &self,
        before: &StoredPayment,
        after: &StoredPayment,
        now: Timestamp,
        moment: Monotonic,
    ) {
        for attempt in &after.payment.attempts {
            let earlier = before.payment.attempt(attempt.number);
            if let Some(good) = news(earlier, attempt) {
                let took = now.since(attempt.begun_at);
                self.add(&attempt.provider, after.payment.terms.family, good, took, moment);
            }
        }
    }

    fn add(
        &self,
        name: &ProviderName,
        family: Family,
        good: bool,
        took: Duration,
        moment: Monotonic,
    ) {
        let mut book = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let of_provider = book.entry(name.clone()).or_default();
        of_provider.all = of_provider.all.after(good, took, moment);
        let of_family = of_provider.families.entry(family).or_default();
        *of_family = of_family.after(good, took, moment);
    }

    /// How it did with this family, or where too little is known of that, with everything; none if that
    /// says too little, too.
    pub(crate) fn known(
        &self,
        name: &ProviderName,
        family: Family,
        moment: Monotonic,
    ) -> Option<Health> {
        let book = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let of_provider = book.get(name)?;
        let of_family = of_provider.families.get(&family);
        of_family
            .and_then(|learnt| learnt.known_health(moment))
            .or_else(|| of_provider.all.known_health(moment))
    }

    /// The same from however little is known.
    pub(crate) fn guess(&self, name: &ProviderName, moment: Monotonic) -> Health {
        let book = self.0.read().unwrap_or_else(PoisonError::into_inner);
        book.get(name).map(|of_provider| of_provider.all.health(moment)).unwrap_or_default()
    }

    /// How it did with everything, if enough is known.
    pub(crate) fn of_provider(&self, name: &ProviderName, moment: Monotonic) -> Option<Health> {
        let book = self.0.read().unwrap_or_else(PoisonError::into_inner);
        book.get(name)?.all.known_health(moment)
    }
}

/// Whether an attempt has now gone well; none if that is not known yet, was known before, or says nothing
/// about the provider.
fn news(before: Option<&Attempt>, after: &Attempt) -> Option<bool> {
    let was_open = before
        .is_none_or(|before| matches!(before.state, AttemptState::Sending | AttemptState::Pending));
    if !was_open {
        return None;
    }
    match &after.state {
        AttemptState::Succeeded => Some(true),
        // Not known yet; or nobody could have paid it; or our own doing.
        AttemptState::Sending
        | AttemptState::Pending
        | AttemptState::Rejected(Rejection { scope: RefusalScope::Bill, .. })
        | AttemptState::NotSent(NotSentCause::NoPermit | NotSentCause::PermitExpired)
        | AttemptState::Unknown(UnknownCause::Crashed) => None,
        AttemptState::Rejected(_)
        | AttemptState::NotSent(_)
        | AttemptState::Unknown(_)
        | AttemptState::NotExecuted => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Monotonic = Monotonic::from_start(Duration::from_secs(7));

    fn book(outcomes: &[(Family, bool, u32)]) -> (HealthBook, ProviderName) {
        let (book, name) = (HealthBook::default(), ProviderName::new("a").unwrap());
        for (family, good, times) in outcomes {
            for _ in 0..*times {
                book.add(&name, *family, *good, Duration::from_secs(1), NOW);
            }
        }
        (book, name)
    }

    #[test]
    fn a_family_is_judged_by_itself_once_enough_is_known_of_it() {
        let (tokens, bills, water) = (Family::PlnPrepaid, Family::PlnPostpaid, Family::Water);
        let (book, name) = book(&[(tokens, false, 12), (bills, true, 12), (water, true, 9)]);
        let percent = |family| book.known(&name, family, NOW).unwrap().success_percent();
        assert_eq!((percent(tokens), percent(bills)), (25, 100));
        let all = book.of_provider(&name, NOW).unwrap().success_percent();
        assert_eq!((percent(water), all), (68, 68), "nine say too little");
        assert_eq!(percent(Family::Gas), all);
    }

    #[test]
    fn little_is_a_guess_and_nothing_is_good() {
        let (book, name) = book(&[(Family::Water, false, 1)]);
        assert_eq!(book.known(&name, Family::Water, NOW), None);
        assert_eq!(book.guess(&name, NOW).success_percent(), 80);
        let other = ProviderName::new("b").unwrap();
        assert_eq!(book.guess(&other, NOW), Health::default());
        assert_eq!(book.of_provider(&other, NOW), None);
    }
}
