//! What is known about a provider at the moment of ranking.

use std::time::Duration;

use ppob_types::Rupiah;

use crate::Health;

/// What is known about one provider, for one product, at the moment of ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not a hidden state")]
pub struct ProviderFacts {
    /// Whether it takes payments at all.
    pub mode: Mode,
    /// An operator switched this product off at this provider.
    pub offer_switched_off: bool,
    /// It can pay the product's family.
    pub can_pay: bool,
    /// It answers inquiries of the product's family.
    pub can_inquire: bool,
    /// Our deposit there, if known.
    pub balance: Option<Rupiah>,
    /// What must remain of the deposit after a payment.
    pub balance_floor: Rupiah,
    /// Its breaker lets no payment through.
    pub breaker_open: bool,
    /// It makes one payment at a time for now, and one is on its way.
    pub waits_its_turn: bool,
    /// Its limits have room for a payment now.
    pub has_room: bool,
    /// No payment on prices older than this.
    pub price_max_age: Duration,
    /// How much more than the ranked cost an attempt may be charged.
    pub cost_tolerance: Rupiah,
    /// It sells the same thing to the same number more than once a day; where it may not, it is asked last
    /// for what is bought again.
    pub repeats_same_day: bool,
    /// How a lost answer can be found out there; between offers of the same cost, the better is asked
    /// first.
    pub lookup: Lookup,
    /// Lower is asked first (strategy `priority`, and between equals of the others).
    pub priority: u32,
    /// Share of payments (strategy `weighted`); 0 is asked last.
    pub weight: u32,
    /// How well it did lately (strategy `best-success`).
    pub health: Health,
    /// Whether enough is known that `health` is more than a guess.
    pub health_is_known: bool,
}

/// Whether a provider takes payments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It takes payments.
    #[default]
    Active,
    /// No new payments; those on their way are finished.
    Drain,
    /// An operator switched it off.
    Off,
    /// Its answers contradicted each other; a person must look.
    Frozen {
        /// What was contradictory.
        reason: String,
    },
}

impl Mode {
    /// The stable name.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Drain => "drain",
            Self::Off => "off",
            Self::Frozen { .. } => "frozen",
        }
    }
}

/// How it can be found out what became of a payment whose answer was lost. More is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lookup {
    /// By what it can be asked.
    pub by: LookupBy,
    /// The payment carries our reference, so that others can tell of it: statements and callbacks.
    pub carries_our_reference: bool,
}

/// By what a provider can be asked what became of a payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum LookupBy {
    /// It cannot.
    #[default]
    Nothing,
    /// By its own reference, which a lost answer does not tell.
    TheirReference,
    /// By ours, which is always known.
    OurReference,
}

impl Default for ProviderFacts {
    /// A provider that takes everything: for tests, and as a base to fill in.
    fn default() -> Self {
        Self {
            mode: Mode::Active,
            offer_switched_off: false,
            can_pay: true,
            can_inquire: true,
            balance: None,
            balance_floor: Rupiah::ZERO,
            breaker_open: false,
            waits_its_turn: false,
            has_room: true,
            price_max_age: Duration::from_mins(15),
            cost_tolerance: Rupiah::ZERO,
            repeats_same_day: true,
            lookup: Lookup::default(),
            priority: 100,
            weight: 1,
            health: Health::default(),
            health_is_known: false,
        }
    }
}
