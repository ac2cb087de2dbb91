//! Price lists becoming catalogues.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use ppob_routing::{Catalogue, ChangeKind, PriceUpdate, RowAsideReason};
use ppob_types::{
    Cost, Family, MappedProduct, PriceRow, ProductCode, ProviderName, Rupiah, Timestamp,
};

type Row = (PriceRow, MappedProduct);

fn row(product: &str, provider_code: &str, cost: i64) -> Row {
    (
        PriceRow {
            provider_code: provider_code.to_owned(),
            group: "PLN Group".to_owned(),
            name: "PLN Pra Bayar".to_owned(),
            nominal: Some(Rupiah::new(20_000)),
            admin: Some(Rupiah::new(2_500)),
            cost: Cost::Fixed(Rupiah::new(cost)),
            open: true,
            cut_off: None,
        },
        MappedProduct {
            product: code(product),
            family: Family::PlnPrepaid,
            name: "PLN 20.000".to_owned(),
        },
    )
}

fn closed(mut one: Row) -> Row {
    one.0.open = false;
    one
}

fn code(text: &str) -> ProductCode {
    ProductCode::new(text).unwrap()
}

fn provider(name: &str) -> ProviderName {
    ProviderName::new(name).unwrap()
}

fn update(catalogue: &Catalogue, name: &str, rows: &[Row], second: i64) -> PriceUpdate {
    catalogue.with_prices(&provider(name), rows, Timestamp::from_seconds(second))
}

fn kinds(update: &PriceUpdate) -> Vec<(String, ChangeKind)> {
    update.changes.iter().map(|change| (change.product.to_string(), change.kind)).collect()
}

#[test]
fn offers_of_several_providers_meet_in_one_product() {
    let first = update(&Catalogue::default(), "b", &[row("PLN-20", "S20", 20_700)], 1);
    let second = update(&first.catalogue, "a", &[row("PLN-20", "pln20", 20_500)], 2);
    let product = second.catalogue.get(&code("PLN-20")).unwrap();
    let names: Vec<_> = product.offers.iter().map(|o| o.provider.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    let offer = product.offer(&provider("a")).unwrap();
    assert_eq!(offer.total(product.nominal), Some(Rupiah::new(22_500)));
    assert_eq!(second.catalogue.as_of(&provider("a")), Some(Timestamp::from_seconds(2)));
    assert_eq!(second.catalogue.as_of(&provider("b")), Some(Timestamp::from_seconds(1)));
}

#[test]
fn every_difference_between_two_lists_is_a_change() {
    let before = update(
        &Catalogue::default(),
        "a",
        &[
            row("P-CHEAPER", "1", 100),
            row("P-CLOSES", "2", 100),
            row("P-GOES", "3", 100),
            closed(row("P-OPENS", "4", 100)),
            row("P-STAYS", "5", 100),
        ],
        1,
    );
    assert!(before.changes.iter().all(|c| c.kind == ChangeKind::Added));
    assert_eq!(before.changes.len(), 5);
    let mut fee = row("P-STAYS", "5", 100);
    fee.0.admin = None;
    let after = update(
        &before.catalogue,
        "a",
        &[
            row("P-OPENS", "4", 100),
            row("P-NEW", "6", 100),
            closed(row("P-CLOSES", "2", 100)),
            row("P-CHEAPER", "1", 90),
            fee,
        ],
        2,
    );
    let cost = |n| Cost::Fixed(Rupiah::new(n));
    let expected = [
        ("P-CHEAPER", ChangeKind::CostChanged { before: cost(100), after: cost(90) }),
        ("P-CLOSES", ChangeKind::Closed),
        ("P-GOES", ChangeKind::Withdrawn),
        ("P-NEW", ChangeKind::Added),
        ("P-OPENS", ChangeKind::Opened),
        ("P-STAYS", ChangeKind::AdminChanged { before: Some(Rupiah::new(2_500)), after: None }),
    ]
    .map(|(product, kind)| (product.to_owned(), kind));
    assert_eq!(kinds(&after), expected);
    assert!(after.catalogue.get(&code("P-GOES")).is_none());
    assert!(before.catalogue.get(&code("P-GOES")).is_some(), "a snapshot does not change");
}

#[test]
fn the_same_list_again_changes_nothing_but_its_age() {
    let rows = [row("PLN-20", "S20", 20_700), row("PLN-50", "S50", 50_700)];
    let first = update(&Catalogue::default(), "a", &rows, 1);
    let again = update(&first.catalogue, "a", &rows, 2);
    assert!(again.changes.is_empty());
    assert_eq!(again.catalogue.as_of(&provider("a")), Some(Timestamp::from_seconds(2)));
}

#[test]
fn products_of_other_providers_are_shared_and_not_copied() {
    let first = update(&Catalogue::default(), "a", &[row("PLN-20", "S20", 20_700)], 1);
    let second = update(&first.catalogue, "b", &[row("PLN-50", "S50", 50_700)], 2);
    assert!(Arc::ptr_eq(
        first.catalogue.get(&code("PLN-20")).unwrap(),
        second.catalogue.get(&code("PLN-20")).unwrap()
    ));
}

#[test]
fn of_duplicate_rows_the_cheapest_open_one_counts_in_any_order() {
    let mut rows = vec![
        closed(row("PLN-20", "CLOSED", 20_100)),
        row("PLN-20", "DEAR", 20_900),
        row("PLN-20", "CHEAP", 20_700),
    ];
    for _ in 0..3 {
        rows.rotate_left(1);
        let done = update(&Catalogue::default(), "a", &rows, 1);
        let product = done.catalogue.get(&code("PLN-20")).unwrap();
        assert_eq!(product.offers.len(), 1);
        assert_eq!(product.offers.first().unwrap().provider_code, "CHEAP");
        let aside: Vec<_> = done.aside.iter().map(|one| one.reason).collect();
        assert_eq!(aside, [RowAsideReason::DuplicateRow; 2]);
    }
}

#[test]
fn a_row_that_contradicts_another_provider_moves_no_money() {
    let first = update(&Catalogue::default(), "a", &[row("PLN-20", "S20", 20_700)], 1);
    let mut other_nominal = row("PLN-20", "S50", 20_100);
    other_nominal.0.nominal = Some(Rupiah::new(50_000));
    let mut other_family = row("PLN-20", "X", 20_100);
    other_family.1.family = Family::Games;
    for wrong in [other_nominal, other_family] {
        let done = update(&first.catalogue, "b", &[wrong], 2);
        assert_eq!(done.catalogue, first.catalogue);
        assert_eq!(done.aside.first().unwrap().reason, RowAsideReason::OtherMeaning);
    }
}

#[test]
fn a_free_product_is_a_mistake() {
    for cost in [0, -5] {
        let done = update(&Catalogue::default(), "a", &[row("PLN-20", "S20", cost)], 1);
        assert!(done.catalogue.is_empty());
        assert_eq!(done.aside.first().unwrap().reason, RowAsideReason::CostNotPositive);
    }
}

#[test]
fn a_catalogue_survives_a_restart() {
    let mut open_amount = row("PDAM-ATB", "PDAMATB", 1);
    open_amount.0.nominal = None;
    open_amount.0.cost = Cost::BillPlus(Rupiah::new(700));
    let rows = [row("PLN-20", "S20", 20_700), open_amount];
    let catalogue = update(&Catalogue::default(), "a", &rows, 1).catalogue;
    let saved = serde_json::to_string(&catalogue).unwrap();
    assert_eq!(serde_json::from_str::<Catalogue>(&saved).unwrap(), catalogue);
}

#[test]
fn products_are_listed_page_by_page() {
    let rows = ["P-A", "P-B", "P-C"].map(|product| row(product, product, 100));
    let catalogue = update(&Catalogue::default(), "a", &rows, 1).catalogue;
    let page = |after: Option<&str>| -> Vec<String> {
        let after = after.map(code);
        catalogue
            .products_after(after.as_ref())
            .take(2)
            .map(|product| product.code.to_string())
            .collect()
    };
    assert_eq!(page(None), ["P-A", "P-B"]);
    assert_eq!(page(Some("P-B")), ["P-C"]);
    assert_eq!(catalogue.len(), 3);
}
