//! What the answers to `price-list` say, of prepaid products and of bills.

use std::collections::BTreeMap;

use ppob_http::Answer;
use ppob_provider::ProviderError;
use ppob_types::{Cost, CutOff, PriceList, PriceRow};

use crate::codes::refused_read;
use crate::status::unreadable;
use crate::wire::{self, Data, Fields};

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Products with a price.
    Prepaid,
    /// Products with a bill: they have an admin fee and a commission, both per sheet, and no price.
    Postpaid,
}

impl Kind {
    /// The value of `cmd`.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Prepaid => "prepaid",
            Self::Postpaid => "pasca",
        }
    }

    /// The list that it is not.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Prepaid => Self::Postpaid,
            Self::Postpaid => Self::Prepaid,
        }
    }
}

/// The list in an answer; in place of the array an object stands if it was refused.
pub(crate) fn interpret(kind: Kind, answer: &Answer) -> Result<PriceList, ProviderError> {
    wire::check_status(answer)?;
    let elements = match wire::read(answer) {
        Ok(Data::List(elements)) => elements,
        Ok(Data::Object(fields)) => return Err(refused_read(&fields, &[])),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let mut list = PriceList::default();
    for (number, element) in (1..).zip(&elements) {
        let read = element.as_ref().ok_or("not an object with each key once");
        match read.map_err(str::to_owned).and_then(|fields| row(kind, fields)) {
            Ok(row) => list.rows.push(row),
            Err(reason) => {
                list.unreadable.push(format!("{} row {number}: {reason}", kind.word()));
            }
        }
    }
    if list.rows.is_empty() && !list.unreadable.is_empty() {
        return Err(unreadable("no row of the price list is readable"));
    }
    Ok(list)
}

/// Both lists as one. A code that is listed for several sellers is bought from whichever Digiflazz chooses; the
/// cheapest open row stands for it, and the cost cap keeps the dearer ones out.
pub(crate) fn merged(one: PriceList, other: PriceList) -> PriceList {
    let mut list = one;
    list.unreadable.extend(other.unreadable);
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut rows: Vec<PriceRow> = Vec::new();
    for row in list.rows.into_iter().chain(other.rows) {
        let place = *places.entry(row.provider_code.clone()).or_insert(rows.len());
        let Some(known) = rows.get_mut(place) else {
            rows.push(row);
            continue;
        };
        if (!row.open, row.cost) < (!known.open, known.cost) {
            *known = row;
        }
    }
    list.rows = rows;
    list
}

fn row(kind: Kind, fields: &Fields) -> Result<PriceRow, String> {
    let code = fields.text("buyer_sku_code").ok_or("no buyer_sku_code")?;
    let fault = |what: &str| format!("{code}: {what}");
    let flag = |name: &str| fields.flag(name).ok_or_else(|| fault(&format!("no {name}")));
    let amount = |name: &str| {
        let amount = fields.rupiah(name).map_err(|error| fault(&format!("{name}: {error}")))?;
        amount.ok_or_else(|| fault(&format!("no {name}")))
    };
    let offered = flag("buyer_product_status")? && flag("seller_product_status")?;
    let (cost, admin, open, cut_off) = match kind {
        Kind::Prepaid => {
            let in_stock = flag("unlimited_stock")? || amount("stock")?.is_positive();
            let cut_off = cut_off(fields).map_err(|what| fault(&what))?;
            (Cost::Fixed(amount("price")?), None, offered && in_stock, cut_off)
        }
        Kind::Postpaid => {
            let (admin, commission) = (amount("admin")?, amount("commission")?);
            let extra = admin.minus(commission).map_err(|error| fault(&error.to_string()))?;
            (Cost::BillPlus(extra), Some(admin), offered, None)
        }
    };
    Ok(PriceRow {
        provider_code: code.to_owned(),
        group: fields.line("category").unwrap_or_default(),
        name: fields.line("product_name").unwrap_or_default(),
        nominal: None,
        admin,
        cost,
        open,
        cut_off,
    })
}

/// Daily hours without sales, Western Indonesian Time. They may cross midnight; equal ends are none.
fn cut_off(fields: &Fields) -> Result<Option<CutOff>, String> {
    let (start, end) = ("start_cut_off", "end_cut_off");
    let second = |name: &str| match fields.text(name) {
        None => Ok(None),
        Some(text) => {
            second_of_day(text).map(Some).ok_or_else(|| format!("{name} is no time of day"))
        }
    };
    match (second(start)?, second(end)?) {
        (Some(from_second), Some(until_second)) if from_second != until_second => {
            Ok(Some(CutOff { from_second, until_second }))
        }
        (Some(_), Some(_)) | (None, None) => Ok(None),
        _ => Err("a cut-off has only one end".to_owned()),
    }
}

/// `hh:mm`, hours and minutes of one or two digits.
fn second_of_day(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str, end: u32| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<u32>().ok().filter(|number| digits && *number < end)
    };
    Some(number(hour, 24)? * 3_600 + number(minute, 60)? * 60)
}
