//! The price list.

use ppob_http::Answer;
use ppob_provider::ProviderError;
use ppob_types::{Cost, Family, MappedProduct, PriceList, PriceRow, ProductCode};
use serde_json::Value;

use crate::flaw::Flaw;
use crate::meaning::{money, read, unreadable};

pub(crate) fn interpret(answer: &Answer, flaw: Option<Flaw>) -> Result<PriceList, ProviderError> {
    let reply = read(answer).ok_or_else(|| unreadable("the list is not readable"))?;
    let Some(rows) = reply.get("rows").and_then(Value::as_array) else {
        if flaw == Some(Flaw::TakesErrorsForEmptyLists) && reply.get("rc").is_some() {
            return Ok(PriceList::default());
        }
        return Err(unreadable("there is no list"));
    };
    let mut list = PriceList::default();
    for (number, value) in (1..).zip(rows) {
        match row(value, flaw) {
            Some(row) => list.rows.push(row),
            None if flaw == Some(Flaw::DropsUnreadableRows) => {}
            None => list.unreadable.push(format!("row {number}")),
        }
    }
    Ok(list)
}

fn row(value: &Value, flaw: Option<Flaw>) -> Option<PriceRow> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    Some(PriceRow {
        provider_code: text("code")?.to_owned(),
        group: String::new(),
        name: text("name").unwrap_or_default().to_owned(),
        nominal: None,
        admin: None,
        cost: Cost::Fixed(money(text("cost")?)?),
        open: value.get("open")?.as_bool()? || flaw == Some(Flaw::OpensClosedRows),
        cut_off: None,
    })
}

pub(crate) fn map(row: &PriceRow) -> Option<MappedProduct> {
    let (product, family) = match row.provider_code.as_str() {
        "T20" => ("PLN-PREPAID-20000", Family::PlnPrepaid),
        _ => return None,
    };
    Some(MappedProduct { product: ProductCode::new(product).ok()?, family, name: row.name.clone() })
}
