//! The price list. A row that cannot be read is listed as such; the others count.

use ppob_http::Answer;
use ppob_provider::ProviderError;
use ppob_types::{Cost, PriceList, PriceRow};
use serde_json::value::RawValue;

use crate::amount::rupiah;
use crate::wire::{Fields, spoken, unreadable};

/// LEFT: the fields of a row: the code, the name, the price, and whether it is sold now; and how that is said.
const CODE: &[&str] = &[];
const NAME: &[&str] = &[];
const PRICE: &[&str] = &[];
const OPEN: &[&str] = &[];
const IS_OPEN: &[&str] = &[];

/// The rows of a list.
///
/// LEFT: where the list stands in the answer, if not alone.
pub(crate) fn interpret(answer: &Answer) -> Result<PriceList, ProviderError> {
    spoken(answer)?;
    if answer.truncated_by_cap {
        return Err(unreadable("the price list is too long"));
    }
    let list: Vec<Box<RawValue>> = serde_json::from_slice(&answer.body)
        .map_err(|_| unreadable("the price list is not one whole list"))?;
    let mut prices = PriceList::default();
    for (number, row) in (1..).zip(list) {
        match Fields::read(row.get()).and_then(|fields| price(&fields)) {
            Some(row) => prices.rows.push(row),
            None => prices.unreadable.push(format!("row {number}")),
        }
    }
    if prices.rows.is_empty() {
        return Err(unreadable("the price list has no row that can be read"));
    }
    Ok(prices)
}

fn price(fields: &Fields) -> Option<PriceRow> {
    let code = fields.text(CODE)?;
    Some(PriceRow {
        provider_code: code.to_owned(),
        group: String::new(),
        name: fields.text(NAME).unwrap_or(code).to_owned(),
        nominal: None,
        admin: None,
        // LEFT: of bills, what is debited on top of them: `Cost::BillPlus`.
        cost: Cost::Fixed(fields.text(PRICE).and_then(rupiah)?),
        open: fields.text(OPEN).is_some_and(|word| IS_OPEN.contains(&word)),
        cut_off: None,
    })
}
