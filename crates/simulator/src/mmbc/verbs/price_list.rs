//! `daftarharga`: a bare array, one row per product.

use super::super::accounts::Price;
use super::super::call::Call;
use super::super::catalogue::{PRODUCTS, Product};
use super::super::families::Family;
use super::super::plan::Plan;
use super::super::state::State;
use super::super::texts::Refusal;
use super::super::wire::{Body, Fields, dotted};
use super::admit;

pub(super) fn answer(state: &State, call: &Call, plan: &Plan) -> Result<Body, Refusal> {
    let book = state.book();
    admit(&book, call, plan)?;
    let account = book.accounts.get(call.username()).ok_or(Refusal::WrongCredentials)?;
    let rows = PRODUCTS.iter().map(|product| {
        let mut price = account.price(product, false);
        price.ready = price.ready && !book.faults.closes(call.username(), product.code);
        row(product, &price)
    });
    Ok(Body::List(rows.collect()))
}

fn row(product: &Product, price: &Price) -> Fields {
    let (nominal, cost) = if product.family == Family::PlnToken {
        (dotted(product.nominal), dotted(product.nominal + price.fee))
    } else {
        let sign = if price.fee < 0 { '-' } else { '+' };
        let fee = dotted(price.fee).replace('-', "");
        ("-".to_owned(), format!("Tagihan {sign} {fee}"))
    };
    Fields::default()
        .with("ppob_grup", product.group)
        .with("ppob_produk", product.name)
        .with("ppob_kodeproduk", product.code)
        .with("ppob_nominal", nominal)
        .with("ppob_admin", dotted(price.admin))
        .with("ppob_debet", cost)
        .with("ppob_status", if price.ready { "Ready" } else { "Close" })
}
