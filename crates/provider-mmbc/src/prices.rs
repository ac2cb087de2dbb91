//! What the answer to `daftarharga` says (document, *Daftar harga produk PPOB*).

use std::collections::BTreeMap;

use ppob_http::Answer;
use ppob_provider::ProviderError;
use ppob_types::{PriceList, PriceRow, Rupiah};

use crate::amount::{self, AmountError};
use crate::codes::Refusals;
use crate::inquiry::{check_status, refused_read, unreadable};
use crate::wire::{self, Fields, Reply};

/// The price list in an answer: a bare array, or an object that refuses (inferred).
pub(crate) fn interpret(answer: &Answer, refusals: &Refusals) -> Result<PriceList, ProviderError> {
    check_status(answer)?;
    let elements = match wire::read(answer) {
        Ok(Reply::List(elements)) => elements,
        Ok(Reply::Object(fields)) => return Err(refused_read(&fields, &[], refusals)),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    let mut list = PriceList::default();
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    // MMBC lists some rows twice (seen). A code with two prices stays twice.
    for (index, element) in elements.iter().enumerate() {
        let read = element.as_ref().ok_or("not an object with each key once");
        match read.map_err(str::to_owned).and_then(row) {
            Ok(row) => {
                let places = places.entry(row.provider_code.clone()).or_default();
                let same = |place: &usize| list.rows.get(*place) == Some(&row);
                if !places.iter().any(same) {
                    places.push(list.rows.len());
                    list.rows.push(row);
                }
            }
            Err(reason) => list.unreadable.push(format!("row {}: {reason}", index + 1)),
        }
    }
    if list.rows.is_empty() && !list.unreadable.is_empty() {
        return Err(unreadable("no row of the price list is readable"));
    }
    Ok(list)
}

fn row(fields: &Fields) -> Result<PriceRow, String> {
    let code = fields.text("ppob_kodeproduk").ok_or("no ppob_kodeproduk")?;
    let fault = |name: &str, error: AmountError| format!("{code}: {name}: {error}");
    let nominal = optional(fields, "ppob_nominal").map_err(|e| fault("ppob_nominal", e))?;
    let admin = optional(fields, "ppob_admin").map_err(|e| fault("ppob_admin", e))?;
    let cost = fields.text("ppob_debet").unwrap_or_default();
    let cost = amount::cost(cost).map_err(|e| fault("ppob_debet", e))?;
    let open = match fields.text("ppob_status").unwrap_or_default() {
        ready if ready.eq_ignore_ascii_case("Ready") => true,
        close if close.eq_ignore_ascii_case("Close") => false,
        _ => return Err(format!("{code}: ppob_status is neither Ready nor Close")),
    };
    Ok(PriceRow {
        provider_code: code.to_owned(),
        group: fields.line("ppob_grup").unwrap_or_default(),
        name: fields.line("ppob_produk").unwrap_or_default(),
        nominal,
        admin,
        cost,
        open,
        cut_off: None,
    })
}

/// An amount that may be absent or `-`, but not damaged.
fn optional(fields: &Fields, name: &str) -> Result<Option<Rupiah>, AmountError> {
    if fields.is_number(name) {
        return fields.rupiah(name);
    }
    match fields.raw_text(name) {
        Some(text) => amount::open_or_rupiah(text),
        None => fields.rupiah(name),
    }
}
