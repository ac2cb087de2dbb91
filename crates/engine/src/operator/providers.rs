//! How providers stand, and switching them.

use std::sync::Arc;

use ppob_journal::{AuditSubject, JournalError, Who};
use ppob_layers::ReserveOverview;
use ppob_provider::RefusalTrust;
use ppob_routing::{Health, Mode};
use ppob_types::{Clock, ProductCode, ProviderName, Rupiah, Timestamp};

use super::audit::Deed;
use super::{require_reason, require_who};
use crate::engine::Inner;
use crate::switches::{ModeSwitch, OfferSwitch};
use crate::{CatalogueStatus, Engine, KnownBalance, OperateError};

/// How a provider stands.
#[derive(Clone, Debug)]
pub struct ProviderStatus {
    /// The configured instance.
    pub name: ProviderName,
    /// Its kind.
    pub kind: &'static str,
    /// Whether requests travel unencrypted.
    pub plaintext: bool,
    /// Whether it takes payments.
    pub mode: Mode,
    /// Who set the mode, when and why; none if nobody ever did.
    pub switched: Option<ModeSwitch>,
    /// Its products that are switched off.
    pub offers_off: Vec<(ProductCode, OfferSwitch)>,
    /// Breaker, payments on their way and waiting.
    pub reserve: ReserveOverview,
    /// How payments went lately; none if too few are known.
    pub health: Option<Health>,
    /// Our deposit, as last seen.
    pub balance: Option<KnownBalance>,
    /// What must remain of it.
    pub balance_floor: Rupiah,
    /// Whether nothing else uses the deposit.
    pub exclusive_account: bool,
    /// How far its refusals prove anything, at the least.
    pub refusal_trust: RefusalTrust,
    /// Its price list.
    pub catalogue: CatalogueStatus,
}

/// The position of a product's switch at one provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferMode {
    /// Used as the catalogue says.
    On,
    /// Not used, until it is switched on, or until then at the latest.
    Off {
        /// When it is on again by itself; none for never.
        until: Option<Timestamp>,
    },
}

impl Engine {
    /// How the providers stand, in the order of their names.
    pub fn providers(&self) -> Vec<ProviderStatus> {
        let providers = &self.inner.providers;
        let (now, moment) = (self.inner.now(), self.inner.clock.monotonic());
        self.inner
            .told()
            .setups
            .iter()
            .map(|(name, setup)| {
                let info = setup.guarded.provider.info();
                ProviderStatus {
                    name: name.clone(),
                    kind: info.kind,
                    plaintext: info.plaintext,
                    mode: providers.mode(name),
                    switched: providers.switched(name),
                    offers_off: providers.offers_off(name, now),
                    reserve: setup.guarded.reserve.overview(),
                    health: providers.health.of_provider(name, moment),
                    balance: providers.balances.known(name),
                    balance_floor: setup.balance_floor,
                    exclusive_account: setup.exclusive,
                    refusal_trust: providers.least_trust(name),
                    catalogue: self.inner.prices.status(name),
                }
            })
            .collect()
    }

    /// Switches a provider: active, drain, off, or (un)frozen. Status checks go on in every mode.
    ///
    /// # Errors
    /// [`OperateError::JournalUnavailable`]: it took effect here; the engine goes on trying to make it,
    /// and its audit, durable.
    pub async fn set_provider_mode(
        &self,
        provider: &ProviderName,
        mode: Mode,
        who: &Who,
        reason: &str,
    ) -> Result<(), OperateError> {
        self.inner.providers.get(provider).ok_or(OperateError::NoSuchProvider)?;
        require_who(who)?;
        require_reason(reason)?;
        let (inner, provider) = (Arc::clone(&self.inner), provider.clone());
        let (who, reason) = (who.clone(), reason.to_owned());
        let work = async move {
            if mode == Mode::Active {
                inner.accept_holes(&provider).await;
            }
            inner.switch_provider(&provider, mode, &who, &reason).await
        };
        let done = self.inner.tasks.detached(work).await;
        done.and_then(Result::ok).ok_or(OperateError::JournalUnavailable)
    }

    /// Switches one product at one provider (*gangguan*).
    ///
    /// # Errors
    /// As [`Engine::set_provider_mode`].
    pub async fn set_offer_mode(
        &self,
        provider: &ProviderName,
        product: &ProductCode,
        mode: OfferMode,
        who: &Who,
        reason: &str,
    ) -> Result<(), OperateError> {
        self.inner.providers.get(provider).ok_or(OperateError::NoSuchProvider)?;
        require_who(who)?;
        require_reason(reason)?;
        let now = self.inner.now();
        if matches!(mode, OfferMode::Off { until: Some(until) } if until <= now) {
            let problem = "has passed; say when it shall be on again, or leave it out";
            return Err(OperateError::FieldInvalid { field: "until_time", problem });
        }
        let (inner, at, what) = (Arc::clone(&self.inner), provider.clone(), product.clone());
        let (who, reason) = (who.clone(), reason.to_owned());
        let work = async move { inner.switch_offer(&at, &what, mode, &who, &reason).await };
        let done = self.inner.tasks.detached(work).await;
        done.unwrap_or(Err(OperateError::JournalUnavailable))
    }
}

impl Inner {
    /// Freezes a provider whose answers contradict each other. Takes effect at once; the journal
    /// remembers it as soon as it can.
    pub(crate) async fn freeze(&self, name: &ProviderName, reason: &str) {
        let mode = Mode::Frozen { reason: reason.to_owned() };
        if self.switch_provider(name, mode, &self.itself, reason).await.is_err() {
            tracing::error!(provider = %name, "the provider is frozen, but that is not durable yet");
        }
        metrics::counter!("ppob_provider_frozen_total", "provider" => name.to_string())
            .increment(1);
    }

    pub(crate) async fn switch_provider(
        &self,
        provider: &ProviderName,
        mode: Mode,
        who: &Who,
        reason: &str,
    ) -> Result<(), JournalError> {
        let now = self.now();
        let deed = Deed {
            who,
            action: "SetProviderMode",
            subject: AuditSubject::Provider(provider),
            reason,
            before: mode_in_words(&self.providers.mode(provider)),
            after: mode_in_words(&mode),
        };
        let (reason, actor) = (reason.to_owned(), who.actor.trim().to_owned());
        let switch = ModeSwitch { mode, reason, actor, at: Some(now) };
        let journal = self.journal.as_ref();
        self.providers.set_mode(journal, provider, switch, deed.entry(now)).await
    }

    async fn switch_offer(
        &self,
        provider: &ProviderName,
        product: &ProductCode,
        mode: OfferMode,
        who: &Who,
        reason: &str,
    ) -> Result<(), OperateError> {
        let now = self.now();
        let mut offers_off = self.providers.offers_off(provider, now).into_iter();
        let was_off = offers_off.any(|(known, _)| known == *product);
        let deed = Deed {
            who,
            action: "SetOfferMode",
            subject: AuditSubject::Offer(provider, product.as_str()),
            reason,
            before: if was_off { "OFF" } else { "ON" }.to_owned(),
            after: match mode {
                OfferMode::On => "ON".to_owned(),
                OfferMode::Off { until: None } => "OFF".to_owned(),
                OfferMode::Off { until: Some(until) } => format!("OFF until {} WIB", until.wib()),
            },
        };
        let off = match mode {
            OfferMode::On => None,
            OfferMode::Off { until } => Some(OfferSwitch {
                reason: reason.to_owned(),
                actor: who.actor.trim().to_owned(),
                at: Some(now),
                until,
            }),
        };
        let (journal, audit) = (self.journal.as_ref(), deed.entry(now));
        let saved = self.providers.set_offer(journal, provider, product, off, audit).await;
        saved.map_err(|_| OperateError::JournalUnavailable)
    }
}

fn mode_in_words(mode: &Mode) -> String {
    let word = mode.as_str().to_ascii_uppercase();
    match mode {
        Mode::Frozen { reason } => format!("{word}: {reason}"),
        Mode::Active | Mode::Drain | Mode::Off => word,
    }
}
