//! The price list, and which of our products a row is.

use ppob_http::Answer;
use ppob_provider::ProviderError;
use ppob_types::{Cost, Family, MappedProduct, PriceList, PriceRow, ProductCode, Rupiah};
use serde::Deserialize;

use crate::wire::{rupiah, unreadable};

#[derive(Deserialize)]
struct List {
    produk: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Row {
    kode: String,
    nama: String,
    nominal: Option<i64>,
    harga: Option<i64>,
    biaya: Option<i64>,
    admin: Option<i64>,
    buka: bool,
}

/// A row that cannot be read is listed as such; the others count.
pub(crate) fn interpret(answer: &Answer) -> Result<PriceList, ProviderError> {
    let list: List = serde_json::from_slice(&answer.body)
        .ok()
        .filter(|_| answer.status == 200 && !answer.truncated_by_cap)
        .ok_or_else(|| unreadable("the price list is not readable"))?;
    let mut prices = PriceList::default();
    for (number, value) in (1..).zip(list.produk) {
        match Row::deserialize(value).ok().and_then(price) {
            Some(row) => prices.rows.push(row),
            None => prices.unreadable.push(format!("row {number}")),
        }
    }
    Ok(prices)
}

fn price(row: Row) -> Option<PriceRow> {
    let cost = match (rupiah(row.harga), row.biaya) {
        (Some(price), None) => Cost::Fixed(price),
        (None, Some(fee)) => Cost::BillPlus(Rupiah::new(fee)),
        _ => return None,
    };
    Some(PriceRow {
        provider_code: row.kode,
        group: "PLN".to_owned(),
        name: row.nama,
        nominal: rupiah(row.nominal),
        admin: rupiah(row.admin),
        cost,
        open: row.buka,
        cut_off: None,
    })
}

/// Well-known codes only; whatever else is sold is listed for the operator, never guessed.
pub(crate) fn map(row: &PriceRow) -> Option<MappedProduct> {
    let (product, family) = match row.provider_code.as_str() {
        "PLN20" => ("PLN-PREPAID-20000", Family::PlnPrepaid),
        "PLNPASCA" => ("PLN-POSTPAID", Family::PlnPostpaid),
        _ => return None,
    };
    Some(MappedProduct { product: ProductCode::new(product).ok()?, family, name: row.name.clone() })
}
