//! What the price lists say: `pricelist` of the prepaid host, `pricelist-pasca` of the postpaid one.

use std::collections::BTreeMap;

use ppob_http::Answer;
use ppob_provider::ProviderError;
use ppob_types::{Cost, CutOff, PriceList, PriceRow};

use crate::amount::{self, AmountError};
use crate::codes::{masked, postpaid, prepaid};
use crate::inquiry::{check_status, refused_read, unreadable};
use crate::wire::{self, Fields, Node};

/// What a row's group begins with at the prepaid host; its `product_type` follows.
pub(crate) const PREPAID: &str = "prepaid ";
/// What a row's group begins with at the postpaid host; its `type` follows.
pub(crate) const POSTPAID: &str = "postpaid ";

/// Documented with the code 109: PLN's products, 23:00 to 01:00 Western Indonesian Time.
const PLN_CUT_OFF: CutOff = CutOff { from_second: 23 * 3_600, until_second: 3_600 };

/// Types of products whose nominal is in rupiah; vouchers and foreign credit have one in words or in other
/// money.
const WORTH_RUPIAH: [&str; 3] = ["pulsa", "pln", "etoll"];

/// The list of top-ups: `data` is the list itself (document), or has it in `pricelist` (seen).
pub(crate) fn top_ups(answer: &Answer) -> Result<PriceList, ProviderError> {
    check_status(answer)?;
    let data = wire::data(answer).map_err(|error| unreadable(error.to_string()))?;
    let rows = match &data {
        Node::Object(fields) => fields.at("pricelist"),
        other => Some(other),
    };
    if let Some(Node::List(rows)) = rows {
        return collect(rows, top_up);
    }
    let fields = data.object().ok_or_else(|| unreadable("the answer holds no price list"))?;
    let code = fields.code("rc");
    let says = code.as_deref().and_then(prepaid);
    Err(refused_read(says, &masked(code.as_deref(), fields.text("message"), &[])))
}

/// The list of bills, in `data.pasca`.
pub(crate) fn bills(answer: &Answer) -> Result<PriceList, ProviderError> {
    check_status(answer)?;
    let data = wire::object(answer).map_err(|error| unreadable(error.to_string()))?;
    if let Some(Node::List(rows)) = data.at("pasca") {
        return collect(rows, bill);
    }
    let code = data.code("response_code").or_else(|| data.code("rc"));
    let says = code.as_deref().and_then(postpaid);
    Err(refused_read(says, &masked(code.as_deref(), data.text("message"), &[])))
}

/// Both lists as one.
pub(crate) fn both(mut top_ups: PriceList, bills: PriceList) -> PriceList {
    top_ups.rows.extend(bills.rows);
    top_ups.unreadable.extend(bills.unreadable);
    top_ups
}

fn collect(
    nodes: &[Node],
    read: impl Fn(&Fields) -> Result<PriceRow, String>,
) -> Result<PriceList, ProviderError> {
    let mut list = PriceList::default();
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, node) in (1..).zip(nodes) {
        match node.object().ok_or("not an object".to_owned()).and_then(&read) {
            Ok(row) => {
                // The same row twice is one; a code with two prices stays twice.
                let places = places.entry(row.provider_code.clone()).or_default();
                if !places.iter().any(|place| list.rows.get(*place) == Some(&row)) {
                    places.push(list.rows.len());
                    list.rows.push(row);
                }
            }
            Err(reason) => list.unreadable.push(format!("row {number}: {reason}")),
        }
    }
    if list.rows.is_empty() && !list.unreadable.is_empty() {
        return Err(unreadable("no row of the price list is readable"));
    }
    Ok(list)
}

fn top_up(fields: &Fields) -> Result<PriceRow, String> {
    let code = fields.text("product_code").ok_or("no product_code")?;
    let kind = fields.line("product_type").unwrap_or_default();
    let cost = needed(fields, code, "product_price")?;
    let open = match fields.line("status").unwrap_or_default().to_ascii_lowercase().as_str() {
        "active" => true,
        "non active" => false,
        _ => return Err(format!("{code}: status is neither active nor non active")),
    };
    let words = ["product_description", "product_nominal"];
    let words: Vec<String> = words.iter().filter_map(|path| fields.line(path)).collect();
    let has_nominal = WORTH_RUPIAH.contains(&kind.as_str());
    Ok(PriceRow {
        provider_code: code.to_owned(),
        group: format!("{PREPAID}{kind}"),
        name: words.join(" "),
        nominal: fields.text("product_nominal").filter(|_| has_nominal).and_then(amount::nominal),
        admin: None,
        cost: Cost::Fixed(cost),
        open,
        cut_off: None,
    })
}

fn bill(fields: &Fields) -> Result<PriceRow, String> {
    let code = fields.text("code").ok_or("no code")?;
    let kind = fields.line("type").unwrap_or_default();
    let fee = needed(fields, code, "fee")?;
    let commission = needed(fields, code, "komisi")?;
    let extra = fee.minus(commission).map_err(|_| format!("{code}: fee and komisi do not fit"))?;
    let open = match fields.text("status").unwrap_or_default() {
        "1" => true,
        "4" => false,
        _ => return Err(format!("{code}: status is neither 1 nor 4")),
    };
    Ok(PriceRow {
        provider_code: code.to_owned(),
        group: format!("{POSTPAID}{kind}"),
        name: fields.line("name").unwrap_or_default(),
        nominal: None,
        admin: Some(fee),
        // Of one sheet: a bill of three months has three fees and three commissions.
        cost: Cost::BillPlus(extra),
        open,
        cut_off: (kind == "pln").then_some(PLN_CUT_OFF),
    })
}

fn needed(fields: &Fields, code: &str, path: &str) -> Result<ppob_types::Rupiah, String> {
    let amount =
        fields.rupiah(path).map_err(|error: AmountError| format!("{code}: {path}: {error}"));
    amount?.ok_or_else(|| format!("{code}: no {path}"))
}
