//! A provider's codes becoming products of ours.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use ppob_routing::{MappedList, Mapping, MappingOverride};
use ppob_types::{Cost, Family, MappedProduct, PriceList, PriceRow, ProductCode, Rupiah};

fn row(provider_code: &str, nominal: Option<i64>) -> PriceRow {
    PriceRow {
        provider_code: provider_code.to_owned(),
        group: "group".to_owned(),
        name: format!("name of {provider_code}"),
        nominal: nominal.map(Rupiah::new),
        admin: None,
        cost: Cost::Fixed(Rupiah::new(100)),
        open: true,
        cut_off: None,
    }
}

/// `PLNS…` are tokens, `ALSO20` is a second spelling, `GAME20` a shipped mistake.
fn shipped(row: &PriceRow) -> Option<MappedProduct> {
    let (product, family) = match row.provider_code.as_str() {
        "PLNS20" | "ALSO20" => ("PLN-20", Family::PlnPrepaid),
        "GAME20" => ("PLN-20", Family::Games),
        _ => return None,
    };
    Some(MappedProduct {
        product: ProductCode::new(product).unwrap(),
        family,
        name: "PLN 20.000".to_owned(),
    })
}

fn map(overrides: &str, rows: Vec<PriceRow>) -> MappedList {
    let overrides: BTreeMap<String, MappingOverride> = serde_json::from_str(overrides).unwrap();
    Mapping::new(overrides, shipped).map_list(&PriceList { rows, unreadable: Vec::new() })
}

fn mapped(list: &MappedList) -> Vec<(&str, String)> {
    list.mapped
        .iter()
        .map(|(row, product)| (row.provider_code.as_str(), product.product.to_string()))
        .collect()
}

fn unmapped(list: &MappedList) -> Vec<&str> {
    list.unmapped.iter().map(|row| row.provider_code.as_str()).collect()
}

#[test]
fn what_nobody_maps_is_listed_and_not_guessed() {
    let list = map("{}", vec![row("PLNS20", Some(20_000)), row("PLN-20", None)]);
    assert_eq!(mapped(&list), [("PLNS20", "PLN-20".to_owned())]);
    assert_eq!(unmapped(&list), ["PLN-20"]);
    assert!(list.conflicts.is_empty());
}

#[test]
fn configuration_extends_overrides_and_ignores() {
    let list = map(
        r#"{"PDAM AETRA/TPJ": {"product": "PDAM-AETRA", "family": "water", "name": "PDAM Aetra"},
            "PLNS20": {"product": "TOKEN-20", "family": "pln-prepaid"},
            "ALSO20": {"ignore": true}}"#,
        vec![row("PDAM AETRA/TPJ", None), row("PLNS20", Some(20_000)), row("ALSO20", Some(20_000))],
    );
    assert_eq!(
        mapped(&list),
        [("PDAM AETRA/TPJ", "PDAM-AETRA".to_owned()), ("PLNS20", "TOKEN-20".to_owned())]
    );
    let names: Vec<_> = list.mapped.iter().map(|(_, p)| p.name.as_str()).collect();
    assert_eq!(names, ["PDAM Aetra", "name of PLNS20"]);
    assert!(list.unmapped.is_empty());
}

#[test]
fn one_product_does_not_get_two_families() {
    let list = map("{}", vec![row("PLNS20", Some(20_000)), row("GAME20", Some(20_000))]);
    assert!(list.mapped.is_empty(), "nobody knows which is right");
    assert_eq!(unmapped(&list), ["PLNS20", "GAME20"]);
    assert_eq!(list.conflicts.len(), 1);
    let sentence = list.conflicts.first().unwrap().to_string();
    assert!(sentence.contains("GAME20, PLNS20") && sentence.contains("PLN-20"), "{sentence}");
}

#[test]
fn one_product_does_not_get_two_nominals() {
    let contradicting = map("{}", vec![row("PLNS20", Some(20_000)), row("ALSO20", Some(50_000))]);
    assert!(contradicting.mapped.is_empty());
    assert_eq!(contradicting.conflicts.len(), 1);
    let unstated = map("{}", vec![row("PLNS20", Some(20_000)), row("ALSO20", None)]);
    assert_eq!(unstated.mapped.len(), 2);
}

#[test]
fn an_unstated_nominal_between_two_others_hides_no_contradiction() {
    let rows = vec![row("PLNS20", Some(20_000)), row("PLNS20", None), row("ALSO20", Some(50_000))];
    assert!(map("{}", rows).mapped.is_empty());
}

#[test]
fn configuration_settles_a_conflict() {
    let list = map(
        r#"{"PLNS20": {"product": "PLN-20", "family": "pln-prepaid"}}"#,
        vec![row("GAME20", Some(20_000)), row("PLNS20", Some(20_000))],
    );
    assert_eq!(mapped(&list), [("PLNS20", "PLN-20".to_owned())]);
    assert_eq!(unmapped(&list), ["GAME20"]);
    assert_eq!(list.conflicts.first().unwrap().provider_codes, ["GAME20"]);
}

#[test]
fn half_a_mapping_entry_is_an_error() {
    for wrong in [
        r#"{"product": "PLN-20"}"#,
        r#"{"family": "water"}"#,
        r#"{"product": "PLN-20", "family": "water", "ignore": true}"#,
        r#"{"ignore": false}"#,
        r#"{"prodct": "PLN-20", "family": "water"}"#,
    ] {
        assert!(serde_json::from_str::<MappingOverride>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_shipped_mapping_that_was_read_anew_is_another_configuration() {
    let read = |text: &str| Mapping::new(BTreeMap::new(), |_| None).shipped_as(text);
    assert!(read("a").is_configured_as(&read("a")));
    assert!(!read("a").is_configured_as(&read("b")));
    assert_ne!(read("a").configuration(), read("b").configuration());
    let built_in = Mapping::new(BTreeMap::new(), |_| None);
    assert_eq!(built_in.configuration(), "", "journals of before know no other");
}
