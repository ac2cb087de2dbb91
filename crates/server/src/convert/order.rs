//! Why offers stand in their order, for people.

use ppob_engine::RouteExplanation;
use ppob_routing::{Candidate, Criterion, ProviderFacts, Strategy};
use ppob_types::Rupiah;

/// Why the candidate at `place` (0 for the first) stands there.
pub(crate) fn explanation(explained: &RouteExplanation, place: usize) -> String {
    let route = &explained.route;
    let strategy = route.strategy;
    let Some(one) = route.candidates.get(place) else { return String::new() };
    let share = share(explained, one);
    let before = place
        .checked_sub(1)
        .and_then(|before| Some((route.candidates.get(before)?, *route.because.get(before)?)));
    match (before, share) {
        (None, Some(share)) => {
            format!("Would be asked first in {share} of 100 payments (strategy {strategy}).")
        }
        (None, None) if route.candidates.len() == 1 => {
            format!("Would be asked first (strategy {strategy}): nobody else can be asked now.")
        }
        (None, None) => format!("Would be asked first (strategy {strategy})."),
        (Some((before, because)), share) => {
            let why = why(explained, because, before, one);
            let place = place.saturating_add(1);
            let drawn = share.map(|share| {
                format!(" Drawn anew for each payment; it is the first in {share} of 100.")
            });
            let drawn = drawn.unwrap_or_default();
            format!("Would be asked at place {place} (strategy {strategy}): {why}.{drawn}")
        }
    }
}

/// How often of 100 times it is the first to be asked; none if that is not drawn. Whoever may refuse what is
/// bought again is never the first while there is somebody else.
fn share(explained: &RouteExplanation, one: &Candidate) -> Option<u64> {
    let route = &explained.route;
    if route.strategy != Strategy::Weighted || route.candidates.len() < 2 {
        return None;
    }
    let weight = |one: &Candidate| facts(explained, one).map_or(0, |facts| u64::from(facts.weight));
    let last = route.because.iter().position(|because| *because == Criterion::Repeat);
    let first = route.candidates.get(..=last.unwrap_or(route.because.len()));
    let first = first.unwrap_or(&route.candidates);
    if !first.iter().any(|other| other.provider == one.provider) {
        return Some(0);
    }
    let all: u64 = first.iter().map(weight).sum();
    weight(one).saturating_mul(100).checked_div(all)
}

fn why(
    explained: &RouteExplanation,
    because: Criterion,
    before: &Candidate,
    one: &Candidate,
) -> String {
    let name = &before.provider;
    let both = facts(explained, one).zip(facts(explained, before));
    match (because, both) {
        (Criterion::Repeat, _) => format!(
            "this is bought again, and unlike {name} it may refuse a second equal purchase on one day"
        ),
        (Criterion::Cost, _) => dearer(before, one),
        (Criterion::Lookup, _) => {
            format!("if its answer is lost, that is harder to find out than at {name}")
        }
        (Criterion::Priority, Some((one, before))) => format!(
            "its priority is {}, that of {name} is {}, and less is asked first",
            one.priority, before.priority
        ),
        (Criterion::Weight, Some((one, before))) => {
            format!("its weight is {}, that of {name} is {}", one.weight, before.weight)
        }
        (Criterion::Success, Some((one, before))) => format!(
            "{} of 100 of its payments went well lately, at {name} {}",
            one.health.success_percent(),
            before.health.success_percent()
        ),
        (Criterion::Speed, Some((one, before))) => format!(
            "its payments took {} ms lately, at {name} {}",
            one.health.latency_micros / 1_000,
            before.health.latency_micros / 1_000
        ),
        (Criterion::Draw, _) => format!("it was drawn after {name}"),
        (Criterion::Name, _) | (_, None) => {
            format!("nothing but its name sets it apart from {name}")
        }
    }
}

fn dearer(before: &Candidate, one: &Candidate) -> String {
    let name = &before.provider;
    let more = |one: Rupiah, before: Rupiah| {
        one.minus(before).map_or_else(|_| String::new(), |more| more.to_string())
    };
    match (one.cost, before.cost) {
        (Some(cost), Some(other)) => format!("it costs {} more than {name}", more(cost, other)),
        (None, None) => {
            let more = more(one.price.comparable(), before.price.comparable());
            format!("on top of the bill it costs {more} more than {name}")
        }
        _ => format!("its cost is not known before the bill is, that of {name} is"),
    }
}

fn facts<'a>(explained: &'a RouteExplanation, one: &Candidate) -> Option<&'a ProviderFacts> {
    explained.facts.get(&one.provider)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ppob_routing::{Health, Lookup, LookupBy, Need, Offer, Product, RouteQuestion, rank};
    use ppob_types::{Cost, Family, ProductCode, ProviderName, Timestamp};

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    /// What is said of each candidate, in their order.
    fn said(strategy: Strategy, offers: &[(&str, Cost, ProviderFacts)]) -> Vec<String> {
        said_of(false, strategy, offers)
    }

    fn said_of(
        is_repeat: bool,
        strategy: Strategy,
        offers: &[(&str, Cost, ProviderFacts)],
    ) -> Vec<String> {
        let name = |text: &str| ProviderName::new(text).unwrap();
        let offer = |(provider, cost, _): &(&str, Cost, ProviderFacts)| Offer {
            provider: name(provider),
            provider_code: "X".to_owned(),
            cost: *cost,
            admin: None,
            open: true,
            cut_off: None,
            as_of: NOW,
        };
        let product = Product {
            code: ProductCode::new("PDAM-X").unwrap(),
            family: Family::Water,
            name: "X".to_owned(),
            nominal: None,
            offers: offers.iter().map(offer).collect(),
        };
        let facts: BTreeMap<_, _> =
            offers.iter().map(|(provider, _, facts)| (name(provider), facts.clone())).collect();
        let question = RouteQuestion {
            now: NOW,
            need: Need::Pay,
            bill_amount: None,
            max_cost: None,
            already_tried: &[],
            is_repeat,
            draw: None,
        };
        let route = rank(&question, &product, &facts, strategy);
        let explained = RouteExplanation { route, facts };
        (0..offers.len()).map(|place| explanation(&explained, place)).collect()
    }

    fn fixed(cost: i64) -> Cost {
        Cost::Fixed(Rupiah::new(cost))
    }

    fn over(extra: i64) -> Cost {
        Cost::BillPlus(Rupiah::new(extra))
    }

    #[test]
    fn what_is_bought_again_says_who_may_refuse_it() {
        let once = ProviderFacts { repeats_same_day: false, ..plain() };
        let cost = |cost| Cost::Fixed(Rupiah::new(cost));
        let offers = [
            ("a", cost(20_000), ProviderFacts { weight: 3, ..once.clone() }),
            ("b", cost(20_100), ProviderFacts { weight: 3, ..plain() }),
            ("c", cost(20_200), ProviderFacts { weight: 1, ..plain() }),
        ];
        let again = said_of(true, Strategy::Weighted, &offers);
        let why =
            "this is bought again, and unlike c it may refuse a second equal purchase on one day";
        assert!(again[0].starts_with("Would be asked first in 75 of 100 payments"), "{again:?}");
        assert!(again[1].contains("it is the first in 25 of 100"), "{again:?}");
        assert!(again[2].contains(why), "{again:?}");
        assert!(again[2].contains("it is the first in 0 of 100"), "{again:?}");
        let plain = said(Strategy::Cheapest, &offers);
        assert!(!plain.concat().contains("bought again"), "{plain:?}");
    }

    fn plain() -> ProviderFacts {
        ProviderFacts::default()
    }

    #[test]
    fn one_alone_and_the_cheapest_say_so() {
        assert_eq!(
            said(Strategy::Cheapest, &[("a", fixed(20_500), plain())]),
            ["Would be asked first (strategy cheapest): nobody else can be asked now."]
        );
        let lookup = Lookup { by: LookupBy::OurReference, carries_our_reference: true };
        let found = ProviderFacts { lookup, ..plain() };
        let later = ProviderFacts { priority: 200, ..plain() };
        let offers = [
            ("a", fixed(20_500), plain()),
            ("b", fixed(20_700), plain()),
            ("c", fixed(20_500), found),
            ("d", over(700), plain()),
            ("e", over(-300), plain()),
            ("f", fixed(20_700), later),
            ("g", fixed(20_700), plain()),
        ];
        assert_eq!(
            said(Strategy::Cheapest, &offers),
            [
                "Would be asked first (strategy cheapest).",
                "Would be asked at place 2 (strategy cheapest): if its answer is lost, that is harder to find out than at c.",
                "Would be asked at place 3 (strategy cheapest): it costs Rp 200 more than a.",
                "Would be asked at place 4 (strategy cheapest): nothing but its name sets it apart from b.",
                "Would be asked at place 5 (strategy cheapest): its priority is 200, that of g is 100, and less is asked first.",
                "Would be asked at place 6 (strategy cheapest): its cost is not known before the bill is, that of f is.",
                "Would be asked at place 7 (strategy cheapest): on top of the bill it costs Rp 1.000 more than e.",
            ]
        );
    }

    #[test]
    fn weights_are_told_as_shares_and_successes_and_times_as_numbers() {
        let weight = |weight| ProviderFacts { weight, ..plain() };
        let offers =
            [("a", fixed(1), weight(1)), ("b", fixed(1), weight(3)), ("c", fixed(1), weight(0))];
        assert_eq!(
            said(Strategy::Weighted, &offers),
            [
                "Would be asked first in 75 of 100 payments (strategy weighted).",
                "Would be asked at place 2 (strategy weighted): its weight is 1, that of b is 3. Drawn anew for each payment; it is the first in 25 of 100.",
                "Would be asked at place 3 (strategy weighted): its weight is 0, that of a is 1. Drawn anew for each payment; it is the first in 0 of 100.",
            ]
        );
        let health = |success_ppm, latency_micros| ProviderFacts {
            health: Health { success_ppm, latency_micros },
            ..plain()
        };
        let offers = [
            ("a", fixed(1), health(900_000, 0)),
            ("b", fixed(2), health(990_000, 350_000)),
            ("c", fixed(3), health(990_000, 1_250_000)),
        ];
        assert_eq!(
            said(Strategy::BestSuccess, &offers),
            [
                "Would be asked first (strategy best-success).",
                "Would be asked at place 2 (strategy best-success): its payments took 1250 ms lately, at b 350.",
                "Would be asked at place 3 (strategy best-success): 90 of 100 of its payments went well lately, at c 99.",
            ]
        );
    }
}
