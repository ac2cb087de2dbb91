//! A world: everything that follows from a seed.

use std::collections::BTreeMap;
use std::time::Duration;

use ppob_routing::Strategy;
use ppob_types::{Family, ProviderName};

use crate::fault::Fault;
use crate::random::Random;

/// What a seed decides before anything happens.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    /// The record is set back to an earlier copy once.
    pub(crate) set_back: bool,
    /// How often each class of fault happens where it can, in thousandths; 0 is switched off.
    pub(crate) permille: BTreeMap<Fault, u32>,
    pub(crate) providers: Vec<ProviderPlan>,
    /// How many payment ids are used at most.
    pub(crate) payments: u32,
    pub(crate) consumers: u32,
    /// Few customers, so that purchases meet.
    pub(crate) customers: u32,
    /// The mean time between two purchases.
    pub(crate) pace: Duration,
    /// Breakers are held closed, so that bad weather does not end the traffic.
    pub(crate) breakers_held: bool,
    pub(crate) strategy: Strategy,
    /// How often operators look.
    pub(crate) operators_every: Duration,
    /// How long a payment stands in doubt before an operator decides, at most.
    pub(crate) operators_patience: Duration,
    /// The engine's own limit for beginning an attempt.
    pub(crate) pay_within: Duration,
}

/// What a provider of this world is like.
#[derive(Clone, Debug)]
pub(crate) struct ProviderPlan {
    pub(crate) name: ProviderName,
    pub(crate) habit: Habit,
    /// How long after our send it may still execute.
    pub(crate) bound: Duration,
    /// How long a client waits for its answer.
    pub(crate) answer_within: Duration,
    pub(crate) exclusive: bool,
    /// It tells by itself what became of an order.
    pub(crate) callbacks: bool,
    /// What it adds to every price.
    pub(crate) margin: i64,
}

/// How a provider knows payments again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    /// By its own reference only, and its refusals can be forged (as MMBC).
    OwnReference,
    /// By our reference, which it takes once.
    OurReference,
    /// By our reference, but the same reference buys again.
    Forgetful,
    /// The status check repeats the purchase (as Digiflazz).
    PurchaseIsStatus,
    /// It cannot be asked at all, and tells by callback.
    CallbackOnly,
}

/// What is sold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goods {
    pub(crate) code: &'static str,
    pub(crate) family: Family,
    /// None for bills and open amounts.
    pub(crate) nominal: Option<i64>,
    pub(crate) admin: i64,
}

/// Everything that is sold in any world.
pub(crate) const GOODS: [Goods; 5] = [
    Goods {
        code: "PLN-PREPAID-20000",
        family: Family::PlnPrepaid,
        nominal: Some(20_000),
        admin: 2_500,
    },
    Goods { code: "TSEL-25000", family: Family::MobileTopUp, nominal: Some(25_000), admin: 1_000 },
    Goods { code: "GAME-50000", family: Family::Games, nominal: Some(50_000), admin: 500 },
    Goods { code: "WALLET", family: Family::Emoney, nominal: None, admin: 1_500 },
    Goods { code: "PLN-POSTPAID", family: Family::PlnPostpaid, nominal: None, admin: 2_500 },
];

impl World {
    pub(crate) fn of(seed: u64, payments: u32) -> Self {
        let mut random = Random::fork(seed, 1);
        let intensity = random.pick(&[1, 2, 2, 4], 1);
        let permille = Fault::ALL
            .iter()
            .filter(|fault| fault.permille() > 0)
            .map(|fault| {
                let on = random.permille(600) || fault.permille() == 1_000;
                let rate = (fault.permille() * intensity / 2).clamp(1, 1_000);
                (*fault, if on { rate } else { 0 })
            })
            .collect();
        let count = 2 + random.below(2);
        Self {
            seed,
            set_back: Random::fork(seed, 9).permille(120),
            permille,
            providers: (0..count).filter_map(|number| provider(number, &mut random)).collect(),
            payments,
            consumers: 3,
            customers: random.pick(&[5, 20, 60], 20),
            pace: random.pick(&[Duration::from_secs(3), Duration::from_secs(12)], Duration::ZERO),
            breakers_held: random.permille(700),
            strategy: strategy(seed, &mut random),
            operators_every: random
                .pick(&[Duration::from_secs(4), Duration::from_secs(20)], Duration::from_secs(20)),
            operators_patience: random.pick(
                &[
                    Duration::ZERO,
                    Duration::from_mins(3),
                    Duration::from_mins(15),
                    Duration::from_mins(40),
                ],
                Duration::ZERO,
            ),
            pay_within: random
                .pick(&[Duration::from_mins(2), Duration::from_mins(10)], Duration::from_mins(2)),
        }
    }
}

impl World {
    /// Whether this class of fault happens at all.
    pub(crate) fn is_on(&self, fault: Fault) -> bool {
        self.permille.get(&fault).is_some_and(|permille| *permille > 0)
    }
}

/// By success in half of the worlds that would go by priority, so that the draws of all others stay theirs.
fn strategy(seed: u64, random: &mut Random) -> Strategy {
    let all = [Strategy::Cheapest, Strategy::Priority, Strategy::Weighted];
    match random.pick(&all, Strategy::Cheapest) {
        Strategy::Priority if seed.is_multiple_of(2) => Strategy::BestSuccess,
        strategy => strategy,
    }
}

fn provider(number: u64, random: &mut Random) -> Option<ProviderPlan> {
    let habits =
        [Habit::OurReference, Habit::Forgetful, Habit::PurchaseIsStatus, Habit::CallbackOnly];
    let habit =
        if number == 0 { Habit::OwnReference } else { random.pick(&habits, Habit::OurReference) };
    Some(ProviderPlan {
        name: ProviderName::new(&format!("model-{number}")).ok()?,
        habit,
        bound: random.seconds(120, 600),
        answer_within: random.seconds(20, 60),
        exclusive: random.permille(500),
        callbacks: habit == Habit::CallbackOnly || random.permille(500),
        margin: i64::try_from(random.below(400)).unwrap_or(0),
    })
}

pub(crate) fn goods(code: &str) -> Option<&'static Goods> {
    GOODS.iter().find(|goods| goods.code == code)
}

/// The number of customer `number` in the grammar of a family.
pub(crate) fn customer_number(family: Family, number: u32) -> String {
    match family {
        Family::PlnPrepaid => format!("{:011}", 86_000_000_000_u64 + u64::from(number)),
        Family::PlnPostpaid => format!("{:012}", 530_000_000_000_u64 + u64::from(number)),
        Family::MobileTopUp => format!("0812{number:08}"),
        _ => format!("CUSTOMER{number:04}"),
    }
}
