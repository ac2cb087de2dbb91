//! Price lists: everything that was listed, and nothing else.

use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::{Cost, PriceList};

use super::{broken_answers, no_refusal};
use crate::case::{Concern, cases};
use crate::check::{Checked, Ways, ensure, equal, fail, leave_out};
use crate::ground::Ground;
use crate::manner::Manner;
use crate::mint::context;
use crate::{Play, PriceFacts, PriceScene};

cases! {
    Concern::Provider => [
        a_price_list_has_every_row_and_its_price,
        a_row_that_is_not_sold_now_is_listed_and_closed,
        a_row_that_cannot_be_read_is_listed_and_not_dropped,
        a_refused_price_list_is_an_error_and_no_empty_list,
        a_broken_price_list_is_an_error_and_no_empty_list,
        a_price_list_is_at_most_two_requests,
        what_a_row_is_mapped_to_can_be_bought,
    ],
}

async fn fetch(ground: &Ground) -> Checked<Result<PriceList, ProviderError>> {
    let list = ground.provider().price_list(&context()).await;
    match list {
        Err(ProviderError { kind: ProviderErrorKind::Unsupported, .. }) => {
            equal("connections", &ground.tap.take_connections(), &0)?;
            leave_out("it has no price list")
        }
        list => Ok(list),
    }
}

/// Fetches the list in a scene, and what is true of it.
async fn listed(ground: &Ground, scene: PriceScene) -> Checked<(PriceList, PriceFacts)> {
    let facts = set(ground, scene).await?;
    match fetch(ground).await? {
        Ok(list) => Ok((list, facts)),
        Err(error) => fail(format!("the price list failed: {error}")),
    }
}

async fn set(ground: &Ground, scene: PriceScene) -> Checked<PriceFacts> {
    match ground.remote.prices(scene).await {
        Play::Set(facts) => Ok(facts),
        Play::Says(facts, words) => {
            ground.tap.set(Manner::Says(words));
            Ok(facts)
        }
        Play::CannotSay(reason) => leave_out(reason),
    }
}

/// What holds for every list.
fn fits(list: &PriceList, facts: &PriceFacts) -> Checked {
    equal("rows", &list.rows.len(), &facts.readable)?;
    equal("rows that cannot be read", &list.unreadable.len(), &facts.unreadable)?;
    let closed = list.rows.iter().filter(|row| !row.open).map(|row| &row.provider_code);
    let (mut closed, mut expected): (Vec<_>, Vec<_>) =
        (closed.collect(), facts.closed.iter().collect());
    closed.sort();
    closed.dedup();
    expected.sort();
    equal("closed rows", &closed, &expected)?;
    for (code, price) in &facts.fixed {
        let priced = list
            .rows
            .iter()
            .any(|row| row.provider_code == *code && row.cost == Cost::Fixed(*price));
        ensure(priced, || format!("{code} does not cost {price:?}"))?;
    }
    Ok(())
}

async fn a_price_list_has_every_row_and_its_price(ground: &Ground) -> Checked {
    let (list, facts) = listed(ground, PriceScene::Whole).await?;
    ensure(facts.readable > 0, || "the subject's list is empty".to_owned())?;
    fits(&list, &facts)
}

async fn a_row_that_is_not_sold_now_is_listed_and_closed(ground: &Ground) -> Checked {
    let (list, facts) = listed(ground, PriceScene::WithClosed).await?;
    ensure(!facts.closed.is_empty(), || "the subject's list has no such row".to_owned())?;
    fits(&list, &facts)
}

async fn a_row_that_cannot_be_read_is_listed_and_not_dropped(ground: &Ground) -> Checked {
    let (list, facts) = listed(ground, PriceScene::WithUnreadable).await?;
    let both = facts.unreadable > 0 && facts.readable > 0;
    ensure(both, || "the subject's list lacks such a row, or has no other".to_owned())?;
    fits(&list, &facts)
}

async fn a_refused_price_list_is_an_error_and_no_empty_list(ground: &Ground) -> Checked {
    set(ground, PriceScene::Refused).await?;
    match fetch(ground).await? {
        Ok(list) => fail(format!("it was taken as a list of {} rows", list.rows.len())),
        Err(_) => Ok(()),
    }
}

async fn a_broken_price_list_is_an_error_and_no_empty_list(ground: &Ground) -> Checked {
    let _list = fetch(ground).await?;
    for (what, manner) in broken_answers() {
        // A list of nothing is one, if not a likely one; what the engine makes of it is tested there.
        if manner == Manner::Page(200, b"[]".to_vec()) {
            continue;
        }
        let ground = ground.fresh().await;
        ground.tap.set(manner);
        let list = fetch(&ground).await?;
        let mut ways = Ways::default();
        ways.took(&what, no_refusal(list))?;
    }
    Ok(())
}

async fn a_price_list_is_at_most_two_requests(ground: &Ground) -> Checked {
    let _list = fetch(ground).await?;
    let requests = ground.tap.take_exchanges().len();
    // Prepaid and postpaid lists are two at some.
    ensure((1..=2).contains(&requests), || format!("{requests} requests"))
}

async fn what_a_row_is_mapped_to_can_be_bought(ground: &Ground) -> Checked {
    let (list, _) = listed(ground, PriceScene::Whole).await?;
    for row in &list.rows {
        let Some(product) = ground.built.mapping.map(row) else { continue };
        let pays = ground.provider().capability(product.family).pay;
        ensure(pays, || {
            format!("{} is mapped to {}, which it cannot pay", row.provider_code, product.family)
        })?;
        let sold = ground.subject.samples().into_iter();
        let mut sold = sold.filter(|sample| sample.provider_code == row.provider_code);
        let same = sold.all(|sample| sample.purchase.family == product.family);
        ensure(same, || {
            format!("{} is mapped to another family than its sample's", row.provider_code)
        })?;
    }
    Ok(())
}
