//! What operators, or an alarm, switched. Survives a restart.

use std::collections::{BTreeMap, BTreeSet};

use ppob_routing::Mode;
use ppob_types::{ProductCode, ProviderName, Timestamp};
use serde::{Deserialize, Serialize};

/// A provider's mode, and who set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeSwitch {
    /// The mode.
    pub mode: Mode,
    /// Why.
    pub reason: String,
    /// Who; `engine` for an alarm.
    pub actor: String,
    /// Since when; not known of switches of earlier versions.
    pub at: Option<Timestamp>,
}

/// A product of a provider that is switched off (*gangguan*).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferSwitch {
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// Since when; not known of switches of earlier versions.
    pub at: Option<Timestamp>,
    /// When it is on again by itself.
    pub until: Option<Timestamp>,
}

/// All switches, as the document of the journal keeps them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Switches {
    modes: BTreeMap<ProviderName, SavedSwitch>,
    #[serde(default)]
    offers: BTreeMap<ProviderName, BTreeMap<ProductCode, OfferSwitch>>,
    /// How earlier versions kept offers.
    #[serde(default, skip_serializing)]
    offers_off: BTreeMap<ProviderName, BTreeSet<ProductCode>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum SavedSwitch {
    Told {
        mode: SavedMode,
        reason: String,
        actor: String,
        at: Option<Timestamp>,
    },
    /// How earlier versions kept modes.
    Bare(SavedMode),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SavedMode {
    Active,
    Drain,
    Off,
    Frozen { reason: String },
}

impl Switches {
    pub(crate) fn read(json: &str) -> Result<Self, serde_json::Error> {
        let mut switches: Self = serde_json::from_str(json)?;
        for (provider, products) in std::mem::take(&mut switches.offers_off) {
            let offers = switches.offers.entry(provider).or_default();
            for product in products {
                offers.entry(product).or_insert_with(|| OfferSwitch {
                    reason: String::new(),
                    actor: String::new(),
                    at: None,
                    until: None,
                });
            }
        }
        Ok(switches)
    }

    pub(crate) fn mode(&self, provider: &ProviderName) -> Mode {
        self.modes.get(provider).map_or(Mode::Active, |saved| match saved {
            SavedSwitch::Told { mode, .. } | SavedSwitch::Bare(mode) => mode.mode(),
        })
    }

    /// The mode and who set it; none if nobody ever did.
    pub(crate) fn switched(&self, provider: &ProviderName) -> Option<ModeSwitch> {
        let (mode, reason, actor, at) = match self.modes.get(provider)? {
            SavedSwitch::Told { mode, reason, actor, at } => {
                (mode.mode(), reason.clone(), actor.clone(), *at)
            }
            SavedSwitch::Bare(mode) => {
                let reason = match mode {
                    SavedMode::Frozen { reason } => reason.clone(),
                    _ => String::new(),
                };
                (mode.mode(), reason, String::new(), None)
            }
        };
        Some(ModeSwitch { mode, reason, actor, at })
    }

    pub(crate) fn set_mode(&mut self, provider: &ProviderName, switch: ModeSwitch) {
        let mode = match switch.mode {
            Mode::Active => SavedMode::Active,
            Mode::Drain => SavedMode::Drain,
            Mode::Off => SavedMode::Off,
            Mode::Frozen { reason } => SavedMode::Frozen { reason },
        };
        let ModeSwitch { reason, actor, at, .. } = switch;
        self.modes.insert(provider.clone(), SavedSwitch::Told { mode, reason, actor, at });
    }

    /// Switches off, or back on with `None`.
    pub(crate) fn set_offer(
        &mut self,
        provider: &ProviderName,
        product: &ProductCode,
        off: Option<OfferSwitch>,
    ) {
        let offers = self.offers.entry(provider.clone()).or_default();
        match off {
            Some(off) => offers.insert(product.clone(), off),
            None => offers.remove(product),
        };
    }

    /// The switch of a product that is off at `now`.
    pub(crate) fn offer(
        &self,
        provider: &ProviderName,
        product: &ProductCode,
        now: Timestamp,
    ) -> Option<&OfferSwitch> {
        self.offers.get(provider)?.get(product).filter(|switch| switch.is_off(now))
    }

    /// The products of a provider that are off at `now`.
    pub(crate) fn offers(
        &self,
        provider: &ProviderName,
        now: Timestamp,
    ) -> Vec<(ProductCode, OfferSwitch)> {
        let offers = self.offers.get(provider).into_iter().flatten();
        offers
            .filter(|(_, switch)| switch.is_off(now))
            .map(|(product, switch)| (product.clone(), switch.clone()))
            .collect()
    }
}

impl OfferSwitch {
    fn is_off(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

impl SavedMode {
    fn mode(&self) -> Mode {
        match self {
            Self::Active => Mode::Active,
            Self::Drain => Mode::Drain,
            Self::Off => Mode::Off,
            Self::Frozen { reason } => Mode::Frozen { reason: reason.clone() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_document_of_an_earlier_version_is_still_obeyed() {
        let saved = r#"{
            "modes": {"a": "drain", "b": {"frozen": {"reason": "two facts"}}},
            "offers_off": {"a": ["PLN-PREPAID-20000"]}
        }"#;
        let switches = Switches::read(saved).unwrap();
        let name = |name: &str| ProviderName::new(name).unwrap();
        let product = ProductCode::new("PLN-PREPAID-20000").unwrap();
        assert_eq!(switches.mode(&name("a")), Mode::Drain);
        let frozen = switches.switched(&name("b")).unwrap();
        assert_eq!(frozen.reason, "two facts");
        assert_eq!(switches.mode(&name("c")), Mode::Active);
        assert!(switches.offer(&name("a"), &product, at(9)).is_some());
        let again = Switches::read(&serde_json::to_string(&switches).unwrap()).unwrap();
        assert_eq!(again.mode(&name("b")), switches.mode(&name("b")));
        assert!(again.offer(&name("a"), &product, at(9)).is_some());
    }

    #[test]
    fn a_switch_with_an_end_is_on_again_from_that_moment() {
        let (name, product) = (ProviderName::new("a").unwrap(), ProductCode::new("PDAM").unwrap());
        let mut switches = Switches::default();
        let off = OfferSwitch {
            reason: "gangguan".to_owned(),
            actor: "sari".to_owned(),
            at: Some(at(1)),
            until: Some(at(10)),
        };
        switches.set_offer(&name, &product, Some(off));
        assert!(switches.offer(&name, &product, at(9)).is_some());
        assert!(switches.offer(&name, &product, at(10)).is_none());
        assert_eq!(switches.offers(&name, at(10)), []);
    }
}
