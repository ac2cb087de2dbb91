//! Whom to ask, in which order, and why nobody else.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::time::Duration;

use ppob_routing::{
    Criterion, Health, LeftOut, Lookup, LookupBy, Mode, Need, Offer, Product, ProviderFacts, Route,
    RouteQuestion, Strategy, rank,
};
use ppob_types::{Cost, CutOff, Family, ProductCode, ProviderName, Rupiah, Timestamp};

type Facts = BTreeMap<ProviderName, ProviderFacts>;

/// 2026-01-02 12:00 WIB.
fn noon() -> Timestamp {
    Timestamp::from_wib("2026-01-02 12:00:00").unwrap()
}

fn name(text: &str) -> ProviderName {
    ProviderName::new(text).unwrap()
}

fn offer(provider: &str, cost: i64) -> Offer {
    Offer {
        provider: name(provider),
        provider_code: format!("{provider}-20"),
        cost: Cost::Fixed(Rupiah::new(cost)),
        admin: Some(Rupiah::new(2_500)),
        open: true,
        cut_off: None,
        as_of: noon(),
    }
}

fn token(offers: Vec<Offer>) -> Product {
    Product {
        code: ProductCode::new("PLN-PREPAID-20000").unwrap(),
        family: Family::PlnPrepaid,
        name: "PLN 20.000".to_owned(),
        nominal: Some(Rupiah::new(20_000)),
        offers,
    }
}

fn water(extra: i64) -> Product {
    let mut bill = offer("a", 1);
    bill.cost = Cost::BillPlus(Rupiah::new(extra));
    Product {
        code: ProductCode::new("PDAM-ATB").unwrap(),
        family: Family::Water,
        nominal: None,
        ..token(vec![bill])
    }
}

fn question(need: Need) -> RouteQuestion<'static> {
    RouteQuestion {
        now: noon(),
        need,
        bill_amount: None,
        max_cost: None,
        already_tried: &[],
        is_repeat: false,
        draw: Some(0),
    }
}

fn facts(of: &[(&str, ProviderFacts)]) -> Facts {
    of.iter().map(|(provider, facts)| (name(provider), facts.clone())).collect()
}

fn order(route: &Route) -> Vec<&str> {
    route.candidates.iter().map(|candidate| candidate.provider.as_str()).collect()
}

fn three_priced() -> (Product, Facts) {
    let product = token(vec![offer("a", 20_900), offer("b", 20_500), offer("c", 20_700)]);
    let facts = facts(&["a", "b", "c"].map(|one| (one, ProviderFacts::default())));
    (product, facts)
}

#[test]
fn the_cheapest_is_asked_first_and_equals_by_priority_then_name() {
    let (product, mut facts) = three_priced();
    let route = rank(&question(Need::Pay), &product, &facts, Strategy::Cheapest);
    assert_eq!(order(&route), ["b", "c", "a"]);
    assert!(route.left_out.is_empty());

    let same = token(["a", "b", "c"].map(|one| offer(one, 20_700)).to_vec());
    facts.get_mut(&name("c")).unwrap().priority = 1;
    let route = rank(&question(Need::Pay), &same, &facts, Strategy::Cheapest);
    assert_eq!(order(&route), ["c", "a", "b"]);
    assert_eq!(route.because, [Criterion::Priority, Criterion::Name]);
}

#[test]
fn what_is_bought_again_is_asked_last_of_whom_may_refuse_a_second_one_on_a_day() {
    let (product, mut facts) = three_priced();
    for once_a_day in ["b", "c"] {
        facts.get_mut(&name(once_a_day)).unwrap().repeats_same_day = false;
    }
    let again = RouteQuestion { is_repeat: true, ..question(Need::Pay) };
    let plain = rank(&question(Need::Pay), &product, &facts, Strategy::Cheapest);
    assert_eq!(order(&plain), ["b", "c", "a"], "bought for the first time, it changes nothing");
    let route = rank(&again, &product, &facts, Strategy::Cheapest);
    assert_eq!(order(&route), ["a", "b", "c"]);
    assert_eq!(route.because, [Criterion::Repeat, Criterion::Cost]);
    // Whatever is drawn.
    for draw in 0..100 {
        let drawn = RouteQuestion { draw: Some(draw), ..again.clone() };
        let route = rank(&drawn, &product, &facts, Strategy::Weighted);
        assert_eq!(order(&route)[0], "a");
        assert_eq!(route.because, [Criterion::Repeat, Criterion::Draw]);
    }
    // With nobody else to ask, it is asked all the same.
    let tried = [name("a")];
    let only = RouteQuestion { already_tried: &tried, ..again };
    assert_eq!(order(&rank(&only, &product, &facts, Strategy::Cheapest)), ["b", "c"]);
}

#[test]
fn between_equal_costs_whose_lost_answers_can_be_found_out_is_asked_first() {
    let same = token(["a", "b", "c", "d", "e"].map(|one| offer(one, 20_700)).to_vec());
    let lookup = |by, carries_our_reference| ProviderFacts {
        lookup: Lookup { by, carries_our_reference },
        ..ProviderFacts::default()
    };
    let mut facts = facts(&[
        ("a", lookup(LookupBy::Nothing, false)),
        ("b", lookup(LookupBy::Nothing, true)),
        ("c", lookup(LookupBy::TheirReference, false)),
        ("d", lookup(LookupBy::TheirReference, true)),
        ("e", lookup(LookupBy::OurReference, true)),
    ]);
    let asked = |facts: &Facts, product: &Product, strategy| {
        let route = rank(&question(Need::Pay), product, facts, strategy);
        let order: Vec<String> = order(&route).iter().map(ToString::to_string).collect();
        (order.concat(), route.because)
    };
    let (order, because) = asked(&facts, &same, Strategy::Cheapest);
    assert_eq!(order, "edcba");
    assert_eq!(because, [Criterion::Lookup; 4]);
    // One rupiah is stronger, and so is a priority where that is what was asked for.
    let mut cheaper = same.clone();
    cheaper.offers[0].cost = Cost::Fixed(Rupiah::new(20_699));
    assert_eq!(asked(&facts, &cheaper, Strategy::Cheapest).0, "aedcb");
    facts.get_mut(&name("a")).unwrap().priority = 1;
    assert_eq!(asked(&facts, &same, Strategy::Cheapest).0, "edcba");
    let (order, because) = asked(&facts, &same, Strategy::Priority);
    assert_eq!(order, "aedcb");
    assert_eq!(because[0], Criterion::Priority);
}

#[test]
fn without_a_draw_the_most_likely_is_first_and_with_one_the_draw_is_the_reason() {
    let (product, mut facts) = three_priced();
    for (provider, weight) in [("a", 3), ("b", 0), ("c", 5)] {
        facts.get_mut(&name(provider)).unwrap().weight = weight;
    }
    let likely = RouteQuestion { draw: None, ..question(Need::Pay) };
    let route = rank(&likely, &product, &facts, Strategy::Weighted);
    assert_eq!(order(&route), ["c", "a", "b"]);
    assert_eq!(route.because, [Criterion::Weight; 2]);
    let route = rank(&question(Need::Pay), &product, &facts, Strategy::Weighted);
    assert_eq!(route.because, [Criterion::Draw, Criterion::Weight]);
}

#[test]
fn priority_is_stronger_than_cost_and_equals_go_by_cost() {
    let (product, mut facts) = three_priced();
    facts.get_mut(&name("a")).unwrap().priority = 1;
    let route = rank(&question(Need::Pay), &product, &facts, Strategy::Priority);
    assert_eq!(order(&route), ["a", "b", "c"]);
}

#[test]
fn the_best_success_rate_is_asked_first_then_the_fastest() {
    let (product, mut facts) = three_priced();
    let health = |success_ppm, latency_micros| Health { success_ppm, latency_micros };
    facts.get_mut(&name("a")).unwrap().health = health(985_000, 900_000);
    facts.get_mut(&name("b")).unwrap().health = health(700_000, 100_000);
    facts.get_mut(&name("c")).unwrap().health = health(994_000, 300_000);
    let route = rank(&question(Need::Pay), &product, &facts, Strategy::BestSuccess);
    assert_eq!(order(&route), ["c", "a", "b"]);
    assert_eq!(route.because, [Criterion::Speed, Criterion::Success]);
    // Within a hundredth and 100 ms they are alike, and the cheaper is asked first.
    facts.get_mut(&name("b")).unwrap().health = health(986_000, 390_000);
    let route = rank(&question(Need::Pay), &product, &facts, Strategy::BestSuccess);
    assert_eq!(order(&route), ["b", "c", "a"]);
    assert_eq!(route.because, [Criterion::Cost, Criterion::Speed]);
}

#[test]
fn weights_share_the_first_places() {
    let (product, mut facts) = three_priced();
    facts.get_mut(&name("a")).unwrap().weight = 3;
    facts.get_mut(&name("b")).unwrap().weight = 1;
    facts.get_mut(&name("c")).unwrap().weight = 0;
    let mut first = BTreeMap::new();
    for draw in 0..4_000 {
        let asked = RouteQuestion { draw: Some(draw), ..question(Need::Pay) };
        let route = rank(&asked, &product, &facts, Strategy::Weighted);
        assert_eq!(route.candidates.last().unwrap().provider, name("c"));
        *first.entry(order(&route)[0].to_owned()).or_insert(0) += 1;
    }
    assert_eq!(first.len(), 2);
    assert!((2_800..3_200).contains(&first["a"]), "{first:?}");
}

#[test]
fn a_bill_costs_itself_and_the_fee_once_it_is_known() {
    let facts = facts(&[(
        "a",
        ProviderFacts { cost_tolerance: Rupiah::new(50), ..ProviderFacts::default() },
    )]);
    let product = water(700);
    let unknown = rank(&question(Need::Inquiry), &product, &facts, Strategy::Cheapest);
    let candidate = unknown.candidates.first().unwrap();
    assert_eq!((candidate.cost, candidate.max_cost), (None, None));
    assert_eq!(candidate.price, Cost::BillPlus(Rupiah::new(700)));

    let known = RouteQuestion { bill_amount: Some(Rupiah::new(80_000)), ..question(Need::Pay) };
    let route = rank(&known, &product, &facts, Strategy::Cheapest);
    let candidate = route.candidates.first().unwrap();
    assert_eq!(candidate.cost, Some(Rupiah::new(80_700)));
    assert_eq!(candidate.max_cost, Some(Rupiah::new(80_750)));
    assert_eq!(candidate.total, Some(Rupiah::new(82_500)));
    assert_eq!(candidate.provider_code, "a-20");
}

#[test]
fn the_cap_of_an_attempt_is_never_above_the_callers() {
    let facts = facts(&[(
        "a",
        ProviderFacts { cost_tolerance: Rupiah::new(500), ..ProviderFacts::default() },
    )]);
    let asked = RouteQuestion { max_cost: Some(Rupiah::new(20_800)), ..question(Need::Pay) };
    let route = rank(&asked, &token(vec![offer("a", 20_700)]), &facts, Strategy::Cheapest);
    let candidate = route.candidates.first().unwrap();
    assert_eq!(candidate.max_cost, Some(Rupiah::new(20_800)));
}

/// Each way of being left out, one at a time.
fn excluded() -> Vec<(LeftOut, Offer, ProviderFacts)> {
    let plain = || offer("a", 20_700);
    let but = |change: fn(&mut Offer)| {
        let mut offer = plain();
        change(&mut offer);
        (offer, ProviderFacts::default())
    };
    let facts = |change: fn(&mut ProviderFacts)| {
        let mut facts = ProviderFacts::default();
        change(&mut facts);
        (plain(), facts)
    };
    let reason = || "contradicting answers".to_owned();
    let frozen =
        ProviderFacts { mode: Mode::Frozen { reason: reason() }, ..ProviderFacts::default() };
    let cases = [
        (LeftOut::Off, facts(|f| f.mode = Mode::Off)),
        (LeftOut::Drain, facts(|f| f.mode = Mode::Drain)),
        (LeftOut::Frozen { reason: reason() }, (plain(), frozen)),
        (LeftOut::SwitchedOff, facts(|f| f.offer_switched_off = true)),
        (LeftOut::NoCapability, facts(|f| f.can_pay = false)),
        (LeftOut::Closed, but(|o| o.open = false)),
        (
            LeftOut::CutOff,
            but(|o| {
                o.cut_off = Some(CutOff { from_second: 11 * 3_600, until_second: 13 * 3_600 });
            }),
        ),
        (LeftOut::PricesTooOld, but(|o| o.as_of = fetched(900_000_001))),
        (LeftOut::CostAboveCap, but(|o| o.cost = Cost::Fixed(Rupiah::new(30_001)))),
        (LeftOut::CostAboveCap, but(|o| o.cost = Cost::BillPlus(Rupiah::new(i64::MAX)))),
        (LeftOut::BalanceTooLow, facts(|f| f.balance = Some(Rupiah::new(20_699)))),
        (
            LeftOut::BalanceTooLow,
            facts(|f| {
                f.balance = Some(Rupiah::new(25_000));
                f.balance_floor = Rupiah::new(4_301);
            }),
        ),
        (LeftOut::BreakerOpen, facts(|f| f.breaker_open = true)),
        (LeftOut::OneAtATime, facts(|f| f.waits_its_turn = true)),
        (LeftOut::NoRoom, facts(|f| f.has_room = false)),
    ];
    cases.into_iter().map(|(reason, (offer, facts))| (reason, offer, facts)).collect()
}

/// A moment this long before noon.
fn fetched(micros_before: i64) -> Timestamp {
    Timestamp::from_micros(noon().as_micros() - micros_before)
}

#[test]
fn each_reason_leaves_out_its_offer_and_says_so() {
    let asked = RouteQuestion { max_cost: Some(Rupiah::new(30_000)), ..question(Need::Pay) };
    for (reason, offer, of_a) in excluded() {
        let facts = facts(&[("a", of_a)]);
        let route = rank(&asked, &token(vec![offer]), &facts, Strategy::Cheapest);
        assert_eq!(route.left_out, [(name("a"), reason.clone())]);
        assert!(route.candidates.is_empty());
    }
}

#[test]
fn the_edges_of_balance_and_age_are_still_inside() {
    let exact = ProviderFacts {
        balance: Some(Rupiah::new(25_000)),
        balance_floor: Rupiah::new(4_300),
        ..ProviderFacts::default()
    };
    let mut oldest = offer("a", 20_700);
    oldest.as_of = fetched(900_000_000);
    let route = rank(
        &question(Need::Pay),
        &token(vec![oldest]),
        &facts(&[("a", exact)]),
        Strategy::Cheapest,
    );
    assert_eq!(order(&route), ["a"]);
}

#[test]
fn every_reason_has_a_code_and_a_sentence_of_its_own() {
    let reasons: Vec<LeftOut> = excluded().into_iter().map(|(reason, ..)| reason).collect();
    for reason in &reasons {
        let same = reasons.iter().filter(|other| {
            other.as_str() == reason.as_str() || other.to_string() == reason.to_string()
        });
        assert!(same.into_iter().all(|other| other == reason), "{reason}");
    }
    assert!(reasons[2].to_string().contains("contradicting answers"));
}

#[test]
fn an_unknown_provider_and_one_already_tried_are_left_out() {
    let (product, mut facts) = three_priced();
    facts.remove(&name("b"));
    let tried = [name("c")];
    let asked = RouteQuestion { already_tried: &tried, ..question(Need::Pay) };
    let route = rank(&asked, &product, &facts, Strategy::Cheapest);
    assert_eq!(order(&route), ["a"]);
    let reasons = [(name("b"), LeftOut::NotConfigured), (name("c"), LeftOut::AlreadyTried)];
    assert_eq!(route.left_out, reasons);
}

#[test]
fn an_inquiry_goes_through_where_a_payment_does_not() {
    let resting = ProviderFacts {
        breaker_open: true,
        has_room: false,
        can_pay: false,
        balance: Some(Rupiah::ZERO),
        price_max_age: Duration::ZERO,
        ..ProviderFacts::default()
    };
    let resting = facts(&[("a", resting)]);
    let later =
        RouteQuestion { now: noon().plus(Duration::from_hours(2)), ..question(Need::Inquiry) };
    let route = rank(&later, &water(700), &resting, Strategy::Cheapest);
    assert_eq!(order(&route), ["a"]);
    let mute = facts(&[("a", ProviderFacts { can_inquire: false, ..ProviderFacts::default() })]);
    for need in [Need::Inquiry, Need::Pay] {
        let route = rank(&question(need), &water(700), &mute, Strategy::Cheapest);
        assert_eq!(route.left_out, [(name("a"), LeftOut::NoCapability)]);
    }
}
