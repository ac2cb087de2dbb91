//! What is known about a provider at the moment of ranking.

use std::time::Duration;

use ppob_types::Rupiah;

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
    /// Lower is asked first (strategy `priority`, and between equals everywhere).
    pub priority: u32,
    /// Share of payments (strategy `weighted`); 0 is asked last.
    pub weight: u32,
    /// How well it did lately (strategy `best-success`).
    pub health: Health,
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

/// How well a provider did lately: decayed, in whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Share of good outcomes, in millionths.
    pub success_ppm: u32,
    /// How long an answer takes.
    pub latency_micros: u64,
}

impl Health {
    /// Each new observation weighs one sixteenth.
    const SHIFT: u32 = 4;
    const ALL: u32 = 1_000_000;

    /// The score after one more outcome.
    #[must_use]
    pub fn after(self, good: bool, latency: Duration) -> Self {
        let target = if good { Self::ALL } else { 0 };
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        Self {
            success_ppm: self.success_ppm - (self.success_ppm >> Self::SHIFT)
                + (target >> Self::SHIFT),
            latency_micros: (self.latency_micros - (self.latency_micros >> Self::SHIFT))
                .saturating_add(micros >> Self::SHIFT),
        }
    }

    /// Share of good outcomes in thousandths.
    pub const fn success_permille(self) -> u32 {
        self.success_ppm / 1_000
    }
}

impl Default for Health {
    /// A provider nobody has asked yet counts as good.
    fn default() -> Self {
        Self { success_ppm: Self::ALL, latency_micros: 0 }
    }
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
            priority: 100,
            weight: 1,
            health: Health::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_follows_outcomes_and_forgets_old_ones() {
        let slow = Duration::from_secs(2);
        let mut health = Health::default();
        for _ in 0..10 {
            health = health.after(false, slow);
        }
        assert!(health.success_permille() < 600, "{health:?}");
        assert!(health.latency_micros > 500_000);
        for _ in 0..200 {
            health = health.after(true, Duration::from_millis(100));
        }
        assert!(health.success_permille() > 990, "{health:?}");
        assert!(health.latency_micros < 200_000);
    }

    #[test]
    fn health_stays_in_range_for_any_latency() {
        let mut health = Health { success_ppm: 1_000_000, latency_micros: u64::MAX };
        for _ in 0..100 {
            health = health.after(true, Duration::MAX);
            assert!(health.success_ppm <= 1_000_000);
        }
    }
}
