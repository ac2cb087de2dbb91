//! The price list: asked for, or what the description says.

use std::collections::BTreeMap;
use std::time::Duration;

use ppob_http::Answer;
use ppob_provider::ProviderError;
use ppob_types::{Cost, PriceList, PriceRow, Rupiah};

use crate::amount::rupiah;
use crate::call::{CallSpec, spec};
use crate::centre::{Centre, DescriptionError, refuse};
use crate::description::{Description, Prices, Table, TableFormat};
use crate::inquiry::{check_http, unreadable};
use crate::json::Json;

/// Where prices come from.
pub(crate) struct PriceSource {
    pub(crate) every: Duration,
    pub(crate) asked: Option<(CallSpec, Table)>,
}

type Fields = BTreeMap<String, String>;

impl PriceSource {
    pub(crate) fn read(prices: &Prices, raw: &Description) -> Result<Self, DescriptionError> {
        let every = Duration::from_secs(prices.every_s);
        let asked = match (&prices.request, &prices.table) {
            (Some(request), Some(table)) => {
                let call = spec("price_list.request", request, &raw.account, &[])?;
                Some((call, table.clone()))
            }
            (None, None) => None,
            _ => {
                return Err(DescriptionError(
                    "price_list: request and table belong together; without both of them, the list is what \
                     `prices` in the configuration says"
                        .to_owned(),
                ));
            }
        };
        refuse(every.is_zero(), "price_list.every_s: it must be above zero")?;
        Ok(Self { every, asked })
    }
}

/// The list that the configuration is, for centres that have none to ask for.
pub(crate) fn configured(centre: &Centre, prices: &BTreeMap<String, Rupiah>) -> PriceList {
    let row = |(code, price): (&String, &Rupiah)| {
        let product = centre.products.get(code);
        let family = product.map(|product| product.family.to_string());
        PriceRow {
            provider_code: code.clone(),
            group: family.unwrap_or_default(),
            name: product.map_or_else(|| code.clone(), |product| product.name.clone()),
            nominal: product.and_then(|product| product.nominal),
            admin: None,
            cost: cost(centre, code, *price),
            open: true,
            cut_off: None,
        }
    };
    PriceList { rows: prices.iter().map(row).collect(), unreadable: Vec::new() }
}

/// A price is all that is debited, or of a bill what is debited on top of it.
fn cost(centre: &Centre, code: &str, price: Rupiah) -> Cost {
    if centre.products.is_bill(code) { Cost::BillPlus(price) } else { Cost::Fixed(price) }
}

/// A price; negative only for a bill, where it is our commission.
fn price(centre: &Centre, code: &str, text: &str) -> Option<Cost> {
    let text = text.trim();
    let (negative, bare) = text.strip_prefix('-').map_or((false, text), |bare| (true, bare));
    let amount = rupiah(bare).ok()?;
    match (negative, centre.products.is_bill(code)) {
        (true, false) => None,
        (true, true) => Rupiah::ZERO.minus(amount).ok().map(Cost::BillPlus),
        (false, _) => Some(cost(centre, code, amount)),
    }
}

/// The list in an answer. A row that cannot be read is listed as such; the others count.
pub(crate) fn interpret(
    centre: &Centre,
    table: &Table,
    answer: &Answer,
) -> Result<PriceList, ProviderError> {
    check_http(answer)?;
    let rows = if answer.truncated_by_cap { None } else { rows(table, &answer.body) };
    let rows = rows.ok_or_else(|| unreadable("the price list is not as the description says"))?;
    let mut list = PriceList::default();
    for (number, fields) in (1..).zip(rows) {
        match fields.and_then(|fields| row(centre, table, &fields)) {
            // Some centres list a code twice; what differs is left for the mapping to refuse.
            Some(row) if list.rows.contains(&row) => {}
            Some(row) => list.rows.push(row),
            None => list.unreadable.push(format!("row {number}")),
        }
    }
    if list.rows.is_empty() {
        return Err(unreadable("the price list has no readable row"));
    }
    Ok(list)
}

fn rows(table: &Table, body: &[u8]) -> Option<Vec<Option<Fields>>> {
    let text = std::str::from_utf8(body).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match table.format {
        TableFormat::Json => {
            let json = Json::read(text)?;
            let Json::List(list) = json.at(&table.rows)? else { return None };
            Some(list.iter().map(|row| Some(row.fields())).collect())
        }
        TableFormat::Csv => {
            let delimiter = u8::try_from(table.delimiter).ok()?;
            let mut reader = csv::ReaderBuilder::new()
                .delimiter(delimiter)
                .trim(csv::Trim::All)
                .from_reader(text.as_bytes());
            let head = reader.headers().ok()?.clone();
            let wanted = [&table.columns.code, &table.columns.cost];
            if !wanted.iter().all(|column| head.iter().any(|name| name == column.as_str())) {
                return None;
            }
            let row = |record: Result<csv::StringRecord, csv::Error>| {
                let record = record.ok()?;
                let named = head.iter().zip(record.iter());
                Some(named.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
            };
            Some(reader.records().map(row).collect())
        }
    }
}

fn row(centre: &Centre, table: &Table, fields: &Fields) -> Option<PriceRow> {
    let columns = &table.columns;
    let text = |column: &Option<String>| {
        column.as_ref().and_then(|column| fields.get(column)).map(|text| text.trim().to_owned())
    };
    let code = fields.get(&columns.code)?.trim().to_owned();
    let cost = price(centre, &code, fields.get(&columns.cost)?)?;
    if code.is_empty() {
        return None;
    }
    let product = centre.products.get(&code);
    let open = match (&columns.open, table.open_words.as_slice()) {
        (Some(_), words) if !words.is_empty() => {
            let word = text(&columns.open)?;
            words.iter().any(|one| one.eq_ignore_ascii_case(&word))
        }
        _ => true,
    };
    Some(PriceRow {
        name: text(&columns.name).unwrap_or_else(|| code.clone()),
        group: text(&columns.group).unwrap_or_default(),
        nominal: product.and_then(|product| product.nominal),
        admin: text(&columns.admin).and_then(|admin| rupiah(&admin).ok()),
        cost,
        provider_code: code,
        open: open && !is_free(cost),
        cut_off: None,
    })
}

/// What costs nothing is not sold: centres list codes that only look something up.
fn is_free(cost: Cost) -> bool {
    matches!(cost, Cost::Fixed(price) if !price.is_positive())
}
