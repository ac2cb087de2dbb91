//! What holds for every route.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use ppob_routing::{
    Candidate, Criterion, Health, Lookup, LookupBy, Mode, Need, Offer, Product, ProviderFacts,
    RouteQuestion, Strategy as Order, rank,
};
use ppob_types::{Cost, CutOff, Family, ProductCode, ProviderName, Rupiah, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const NOW: i64 = 1_800_000_000;

fn any_offer(provider: &'static str) -> impl Strategy<Value = Offer> {
    let cost = prop_oneof![
        (1..5_i64).prop_map(|n| Cost::Fixed(Rupiah::new(n))),
        (-3..5_i64).prop_map(|n| Cost::BillPlus(Rupiah::new(n))),
        Just(Cost::BillPlus(Rupiah::new(i64::MAX))),
    ];
    let hours = proptest::option::weighted(0.2, (0..86_400_u32, 0..86_400_u32));
    (cost, any::<bool>(), hours, 0..2_000_i64).prop_map(move |(cost, open, hours, age)| Offer {
        provider: ProviderName::new(provider).unwrap(),
        provider_code: provider.to_owned(),
        cost,
        admin: None,
        open,
        cut_off: hours.map(|(from_second, until_second)| CutOff { from_second, until_second }),
        as_of: Timestamp::from_seconds(NOW - age),
    })
}

fn any_facts() -> impl Strategy<Value = ProviderFacts> {
    let mode = prop_oneof![
        8 => Just(Mode::Active),
        1 => Just(Mode::Off),
        1 => Just(Mode::Drain),
        1 => Just(Mode::Frozen { reason: "odd".to_owned() }),
    ];
    let odds = proptest::array::uniform5(proptest::bool::weighted(0.1));
    let balance = proptest::option::of(-5..20_i64);
    let by = prop_oneof![
        Just(LookupBy::Nothing),
        Just(LookupBy::TheirReference),
        Just(LookupBy::OurReference),
    ];
    let lookup = (by, any::<bool>())
        .prop_map(|(by, carries_our_reference)| Lookup { by, carries_our_reference });
    // Few enough that equals occur.
    let health = (95..=100_u32, 0..3_u64).prop_map(|(percent, steps)| Health {
        success_ppm: percent * 10_000,
        latency_micros: steps * 100_000,
    });
    (mode, odds, balance, 0..3_u32, 0..3_u32, lookup, health).prop_map(
        |(mode, odds, balance, priority, weight, lookup, health)| {
            let [offer_switched_off, mute, deaf, breaker_open, full] = odds;
            ProviderFacts {
                mode,
                offer_switched_off,
                can_pay: !mute,
                can_inquire: !deaf,
                balance: balance.map(Rupiah::new),
                breaker_open,
                has_room: !full,
                priority,
                weight,
                lookup,
                health,
                ..ProviderFacts::default()
            }
        },
    )
}

/// A product with an offer of some of the providers, and facts about some of them.
fn any_case() -> impl Strategy<Value = (Product, BTreeMap<ProviderName, ProviderFacts>)> {
    let offers = NAMES.map(|one| proptest::option::weighted(0.8, any_offer(one)));
    let facts = NAMES.map(|_| proptest::option::weighted(0.9, any_facts()));
    (offers, facts, any::<bool>()).prop_map(|(offers, facts, bill)| {
        let product = Product {
            code: ProductCode::new("PRODUCT").unwrap(),
            family: if bill { Family::Water } else { Family::PlnPrepaid },
            name: "product".to_owned(),
            nominal: None,
            offers: offers.into_iter().flatten().collect(),
        };
        let facts = NAMES
            .iter()
            .zip(facts)
            .filter_map(|(one, facts)| Some((ProviderName::new(one).unwrap(), facts?)))
            .collect();
        (product, facts)
    })
}

fn any_order() -> impl Strategy<Value = Order> {
    prop_oneof![
        Just(Order::Cheapest),
        Just(Order::Priority),
        Just(Order::Weighted),
        Just(Order::BestSuccess),
    ]
}

fn question(
    draw: u64,
    paying: bool,
    bill: Option<i64>,
    most: Option<i64>,
) -> RouteQuestion<'static> {
    RouteQuestion {
        now: Timestamp::from_seconds(NOW),
        need: if paying { Need::Pay } else { Need::Inquiry },
        bill_amount: bill.map(Rupiah::new),
        max_cost: most.map(Rupiah::new),
        already_tried: &[],
        is_repeat: false,
        draw: Some(draw),
    }
}

/// What decides, each less first, written down a second time.
fn keys(order: Order, one: &Candidate, about: &ProviderFacts) -> Vec<(Criterion, i128)> {
    let cost = one.cost.unwrap_or(one.price.comparable()).get();
    let unknown = i128::from(one.cost.is_none()) << 64;
    let lookup = match about.lookup.by {
        LookupBy::OurReference => 0,
        LookupBy::TheirReference => 2,
        LookupBy::Nothing => 4,
    } + i128::from(!about.lookup.carries_our_reference);
    let name = one.provider.as_str().bytes().next().unwrap();
    let mut keys = match order {
        Order::Cheapest => Vec::new(),
        Order::Priority => vec![(Criterion::Priority, i128::from(about.priority))],
        Order::Weighted => vec![(Criterion::Weight, -i128::from(about.weight))],
        Order::BestSuccess => vec![
            (Criterion::Success, -i128::from(about.health.success_ppm / 10_000)),
            (Criterion::Speed, i128::from(about.health.latency_micros / 100_000)),
        ],
    };
    keys.extend([
        (Criterion::Cost, unknown + i128::from(cost)),
        (Criterion::Lookup, lookup),
        (Criterion::Priority, i128::from(about.priority)),
        (Criterion::Name, i128::from(name)),
    ]);
    keys
}

fn fixed() -> ProptestConfig {
    ProptestConfig {
        cases: 512,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(fixed())]

    #[test]
    fn every_offer_is_a_candidate_or_left_out_with_one_reason(
        (product, facts) in any_case(),
        order in any_order(),
        draw: u64,
        paying: bool,
        bill in proptest::option::of(0..10_i64),
        most in proptest::option::of(0..10_i64),
    ) {
        let route = rank(&question(draw, paying, bill, most), &product, &facts, order);
        let mut seen: Vec<&ProviderName> = route
            .candidates
            .iter()
            .map(|candidate| &candidate.provider)
            .chain(route.left_out.iter().map(|(provider, _)| provider))
            .collect();
        seen.sort();
        let offered: Vec<&ProviderName> = product.offers.iter().map(|o| &o.provider).collect();
        prop_assert_eq!(seen, offered);
    }

    #[test]
    fn the_order_of_the_offers_does_not_matter(
        (product, facts) in any_case(),
        order in any_order(),
        draw: u64,
        turns in 0..6_usize,
    ) {
        let question = question(draw, true, Some(7), None);
        let mut turned = product.clone();
        let turns = turns.min(turned.offers.len());
        turned.offers.rotate_left(turns);
        turned.offers.reverse();
        prop_assert_eq!(
            rank(&question, &product, &facts, order),
            rank(&question, &turned, &facts, order)
        );
    }

    #[test]
    fn the_strategy_changes_the_order_and_never_the_choice(
        (product, facts) in any_case(),
        order in any_order(),
        draw: u64,
    ) {
        let question = question(draw, true, Some(7), Some(9));
        let sorted = |order| {
            let mut route = rank(&question, &product, &facts, order);
            route.candidates.sort_by(|a, b| a.provider.cmp(&b.provider));
            (route.candidates, route.left_out)
        };
        prop_assert_eq!(sorted(order), sorted(Order::Cheapest));
    }

    #[test]
    fn each_comes_after_the_one_before_by_the_reason_that_is_told_and_no_stronger_one(
        (product, facts) in any_case(),
        order in any_order(),
        paying: bool,
        bill in proptest::option::of(0..10_i64),
    ) {
        let question = RouteQuestion { draw: None, ..question(0, paying, bill, None) };
        let route = rank(&question, &product, &facts, order);
        prop_assert_eq!(route.because.len(), route.candidates.len().saturating_sub(1));
        let keys = |one: &Candidate| keys(order, one, &facts[&one.provider]);
        for (pair, because) in route.candidates.windows(2).zip(&route.because) {
            let (before, after) = (keys(&pair[0]), keys(&pair[1]));
            let first = before.iter().zip(&after).find(|(a, b)| a.1 != b.1);
            let ((criterion, before), (_, after)) = first.unwrap();
            prop_assert!(before < after, "{:?}", pair);
            prop_assert_eq!(criterion, because);
        }
    }

    #[test]
    fn a_draw_moves_only_those_that_have_a_weight_and_they_come_first(
        (product, facts) in any_case(),
        draw: u64,
    ) {
        let route = rank(&question(draw, true, Some(7), None), &product, &facts, Order::Weighted);
        let weights: Vec<u32> =
            route.candidates.iter().map(|one| facts[&one.provider].weight).collect();
        let drawn = weights.iter().filter(|weight| **weight > 0).count();
        prop_assert!(weights[drawn..].iter().all(|weight| *weight == 0), "{:?}", weights);
        let cheapest = rank(&question(draw, true, Some(7), None), &product, &facts, Order::Cheapest);
        let weightless = |candidates: &[Candidate]| -> Vec<ProviderName> {
            let names = candidates.iter().map(|one| one.provider.clone());
            names.filter(|name| facts[name].weight == 0).collect()
        };
        prop_assert_eq!(weightless(&route.candidates), weightless(&cheapest.candidates));
        for (at, because) in route.because.iter().enumerate() {
            prop_assert_eq!(*because == Criterion::Draw, at + 1 < drawn);
        }
    }

    #[test]
    fn no_candidate_for_a_payment_breaks_a_limit(
        (product, facts) in any_case(),
        bill in 0..10_i64,
        most in 0..10_i64,
    ) {
        let question = question(0, true, Some(bill), Some(most));
        for candidate in rank(&question, &product, &facts, Order::Cheapest).candidates {
            let about = &facts[&candidate.provider];
            let cost = candidate.cost.unwrap();
            prop_assert!(cost <= Rupiah::new(most) && candidate.max_cost.unwrap() <= Rupiah::new(most));
            prop_assert!(about.mode == Mode::Active && about.can_pay && !about.breaker_open);
            prop_assert!(about.balance.is_none_or(|balance| balance >= cost));
        }
    }
}
