//! What providers tell by themselves.
//!
//! A callback is evidence and never an order. Where the provider can be asked, the callback only makes the
//! engine ask, durably and soon; where it cannot, an authentic callback that names customer and money
//! counts as a report. Nothing that was told as final changes by it, except that a success may be
//! reversed.

mod worth;

use std::sync::Arc;

use ppob_journal::{EventKind, JournalError, StoredPayment};
use ppob_payment::{Attempt, Event, Next, next};
use ppob_provider::{Callback, CallbackError, RawCallback};
use ppob_types::{
    Basis, CrashPoint, Observed, ProviderName, ProviderRef, StatusReport, StatusVerdict,
};

use self::worth::{Worth, worth};
use crate::driver::Begun;
use crate::engine::Inner;
use crate::persist::NotApplied;
use crate::{Engine, ProviderSetup};

/// Why a callback is not taken. Nothing was changed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackRefused {
    /// No provider of this name is configured, or it sends no callbacks.
    #[error("there is no provider of this name that sends callbacks; nothing was changed")]
    NoSuchProvider,
    /// The signature is missing or wrong.
    #[error("the callback is not authentic; nothing was changed")]
    NotAuthentic,
    /// The body is not in the provider's format.
    #[error("the callback is not readable; nothing was changed")]
    Unreadable,
    /// It cannot be taken now: the journal does not answer, the engine is stopping, or the payment is
    /// still being sent. The provider is to tell it again.
    #[error("the callback cannot be taken just now; nothing is lost if it is sent again")]
    Later,
}

/// What became of a callback, as the metric counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Became {
    /// Its news is recorded, or was known.
    Recorded,
    /// The provider is asked.
    Asked,
    /// It was a trial, about no payment.
    Ping,
    /// Nobody has the reference that it names.
    UnknownReference,
    /// It contradicts the payment that it names.
    Mismatch,
    /// It proves too little, and nobody can be asked.
    Unproven,
}

impl Engine {
    /// Takes what a provider told by itself. What it brings is durable before this returns. Telling it
    /// again is harmless.
    ///
    /// Says nothing about whether anything was known of the reference: whoever holds a provider's secret
    /// learns nothing about payments.
    ///
    /// # Errors
    /// [`CallbackRefused`]; nothing was changed then.
    ///
    /// # Cancel safety
    /// Safe: the work runs in a task of its own.
    pub async fn take_callback(
        &self,
        provider: &ProviderName,
        raw: RawCallback,
    ) -> Result<(), CallbackRefused> {
        let (inner, provider) = (Arc::clone(&self.inner), provider.clone());
        let work = async move { inner.take_callback(&provider, &raw).await };
        self.inner.tasks.detached(work).await.unwrap_or(Err(CallbackRefused::Later))
    }
}

impl Inner {
    async fn take_callback(
        self: &Arc<Self>,
        provider: &ProviderName,
        raw: &RawCallback,
    ) -> Result<(), CallbackRefused> {
        let setup = self.providers.get(provider).ok_or(CallbackRefused::NoSuchProvider)?;
        let became = match setup.guarded.provider.decode_callback(raw) {
            Ok(callback) => self.look_into(provider, &setup, callback, raw).await,
            Err(CallbackError::Unsupported) => Err(CallbackRefused::NoSuchProvider),
            Err(CallbackError::NotAuthentic) => Err(CallbackRefused::NotAuthentic),
            Err(CallbackError::Unreadable) => Err(CallbackRefused::Unreadable),
            Err(CallbackError::Ping) => Ok(Became::Ping),
        };
        let result = match became {
            Ok(became) => became.as_str(),
            Err(refused) => refused.as_str(),
        };
        metrics::counter!(
            "ppob_callbacks_total", "provider" => provider.to_string(), "result" => result
        )
        .increment(1);
        became.map(|_| ())
    }

    async fn look_into(
        self: &Arc<Self>,
        provider: &ProviderName,
        setup: &ProviderSetup,
        callback: Callback,
        raw: &RawCallback,
    ) -> Result<Became, CallbackRefused> {
        // Looked at before the references are: what is open then and ends meanwhile has a name by then.
        // Whoever names an attempt of ours is found by that.
        let open = if callback.attempt.is_none() { self.live.all_open() } else { Vec::new() };
        let found = self.find_subject(provider, &callback, &open).await;
        let found = found.map_err(|error| {
            tracing::warn!(%error, "the journal could not be read for a callback");
            CallbackRefused::Later
        })?;
        let Some((stored, number)) = found else {
            return of_nobody(provider, &callback, &open);
        };
        let Some(attempt) = stored.payment.attempt(number) else {
            return Ok(Became::UnknownReference);
        };
        let capability = setup.guarded.provider.capability(stored.payment.terms.family);
        self.pass(CrashPoint::InCallback).await;
        match worth(&callback, &stored, attempt, &capability) {
            Worth::Mismatch => {
                tracing::error!(%provider, payment = %stored.key, "a callback contradicts the payment that it names");
                Ok(Became::Mismatch)
            }
            Worth::Unproven => {
                tracing::warn!(%provider, payment = %stored.key, "a callback proves too little to record it; a person decides");
                Ok(Became::Unproven)
            }
            Worth::TooSoon => Err(CallbackRefused::Later),
            Worth::Question => {
                let Callback { provider_ref, report, .. } = callback;
                let hint = Event::Hinted { attempt: number, says: report.verdict, provider_ref };
                self.record_callback(stored, hint).await?;
                self.something_due.notify_one();
                Ok(Became::Asked)
            }
            Worth::News => {
                let family = stored.payment.terms.family;
                let refusal_trusted = setup.trusts_report(family);
                let mut report = report_of(callback);
                if report.verdict == StatusVerdict::Succeeded {
                    let receipt = setup.guarded.provider.receipt_of_callback(family, raw);
                    report.observed.receipt = receipt.map(Box::new).or(report.observed.receipt);
                }
                let basis = Basis::Callback;
                let news = Event::Reported { attempt: number, report, basis, refusal_trusted };
                self.record_callback(stored, news).await
            }
        }
    }

    /// The attempt that a callback of this provider names.
    async fn find_subject(
        &self,
        provider: &ProviderName,
        callback: &Callback,
        open: &[Arc<StoredPayment>],
    ) -> Result<Option<(StoredPayment, u32)>, JournalError> {
        let of_provider = |stored: StoredPayment, is_it: &dyn Fn(&Attempt) -> bool| {
            let mut attempts = stored.payment.attempts.iter();
            let found = attempts.find(|attempt| attempt.provider == *provider && is_it(attempt));
            let number = found.map(|attempt| attempt.number);
            number.map(|number| (stored, number))
        };
        if let Some(id) = &callback.attempt {
            let stored = self.journal.load_by_serial(id.serial()).await?;
            return Ok(stored.and_then(|stored| of_provider(stored, &|attempt| attempt.id == *id)));
        }
        let Some(reference) = &callback.provider_ref else { return Ok(None) };
        let is_it = |attempt: &Attempt| attempt.observed.provider_ref.as_ref() == Some(reference);
        if let Some(stored) = self.journal.settled_by(provider, reference).await? {
            return Ok(of_provider(stored, &is_it));
        }
        let mut open = open.iter().filter_map(|stored| of_provider((**stored).clone(), &is_it));
        Ok(open.next())
    }

    /// Makes what a callback brought durable, and drives the payment on if that is what it needs now.
    /// Whoever works on the payment merges it: the news must not wait for an answer that may take minutes.
    async fn record_callback(
        self: &Arc<Self>,
        stored: StoredPayment,
        event: Event,
    ) -> Result<Became, CallbackRefused> {
        let recorded = self.record(stored, EventKind::Reported, &[event], Vec::new()).await;
        let stored = match recorded {
            Ok(stored) => stored,
            Err(NotApplied::ReferenceTaken) => return Ok(Became::Mismatch),
            Err(NotApplied::Refused(_) | NotApplied::RuleBroken) => return Ok(Became::Unproven),
            Err(NotApplied::Stopped | NotApplied::Missing) => return Err(CallbackRefused::Later),
        };
        if matches!(next(&stored.payment, self.now()), Next::Route | Next::GiveUp(_))
            && let Some(turn) = self.turns.take(&stored.key)
        {
            let inner = Arc::clone(self);
            self.tasks.spawn(async move { inner.drive(Begun::new(stored, None), turn).await });
        }
        Ok(Became::Recorded)
    }
}

/// What becomes of a callback that names no attempt known by its reference.
///
/// Other news is told again by whoever answers for the attempt. That money came back is told once, and
/// perhaps of an attempt whose own answer has not named its reference yet.
fn of_nobody(
    provider: &ProviderName,
    callback: &Callback,
    open: &[Arc<StoredPayment>],
) -> Result<Became, CallbackRefused> {
    if callback.report.verdict != StatusVerdict::Reversed {
        return Ok(Became::UnknownReference);
    }
    let is_nameless = |attempt: &Attempt| {
        attempt.provider == *provider
            && attempt.is_alive()
            && attempt.observed.provider_ref.is_none()
    };
    // A reference of ours that nobody has will not be somebody's later.
    let may_be_named_later = callback.attempt.is_none() && callback.provider_ref.is_some();
    if may_be_named_later
        && open.iter().any(|stored| stored.payment.attempts.iter().any(is_nameless))
    {
        tracing::warn!(%provider, "money came back under a reference that no payment has yet; it is to be told again");
        return Err(CallbackRefused::Later);
    }
    // Perhaps of a payment that only balances showed: a person has to find out whose it is.
    tracing::error!(%provider, "money came back under a reference that no payment has; look into the provider's statement");
    Ok(Became::UnknownReference)
}

/// What counts of it: a refusal shows no reference of ours.
fn report_of(callback: Callback) -> StatusReport {
    let Callback { provider_ref, report, .. } = callback;
    let StatusReport { verdict, observed } = report;
    let named: Option<ProviderRef> = match verdict {
        StatusVerdict::Rejected(_) | StatusVerdict::NotFound => None,
        StatusVerdict::Succeeded | StatusVerdict::Pending | StatusVerdict::Reversed => provider_ref,
    };
    let provider_ref = observed.provider_ref.clone().or(named);
    StatusReport { verdict, observed: Observed { provider_ref, ..observed } }
}

impl Became {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Asked => "asked",
            Self::Ping => "ping",
            Self::UnknownReference => "unknown-reference",
            Self::Mismatch => "mismatch",
            Self::Unproven => "unproven",
        }
    }
}

impl CallbackRefused {
    /// The stable name, as in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoSuchProvider => "no-such-provider",
            Self::NotAuthentic => "not-authentic",
            Self::Unreadable => "unreadable",
            Self::Later => "later",
        }
    }
}
