//! From the right body to the bytes that are sent: the faults that only change the text.

use super::catalogue::product;
use super::faults::FaultKind;
use super::plan::Plan;
use super::texts::PHP_NOTICE;
use super::wire::{Body, Fields};
use crate::http::{Answer, Reply};

/// Fields every client can do without.
const OPTIONAL_FIELDS: [&str; 6] = [
    "ppob_kodeproduk",
    "ppob_namapelanggan",
    "ppob_produk",
    "ppob_reff",
    "ppob_saldo",
    "ppob_tarifdaya",
];

/// A customer number nobody else uses.
const SOMEBODY_ELSE: &str = "999900001111";

/// The reply that carries this body, with everything the plan does to it.
pub(crate) fn reply(mut body: Body, plan: &Plan) -> Reply {
    for kind in plan.kinds() {
        match kind {
            FaultKind::DuplicateRows {} => duplicate(&mut body),
            FaultKind::MissingFields { fields } => {
                body.edit(|answer| remove(answer, fields));
            }
            FaultKind::SwappedAnswer { product, customer_number } => {
                body.edit(|answer| swap(answer, product.as_deref(), customer_number.as_deref()));
            }
            FaultKind::UnknownStatus { word } => {
                body.edit(|answer| answer.replace("ppob_status", word));
            }
            _ => {}
        }
    }
    let mut text = body.json(plan.has(&FaultKind::RawNewline {}));
    if plan.has(&FaultKind::PhpNotice {}) {
        text.insert_str(0, PHP_NOTICE);
    }
    if plan.has(&FaultKind::Utf8Bom {}) {
        text.insert(0, '\u{feff}');
    }
    let answer = Answer::new(200, plan.content_type(), text);
    match plan.truncation() {
        Some(framing) => {
            let keep = answer.body.len() / 2;
            Reply::Truncated { answer, keep, framing }
        }
        None => Reply::Answer(answer),
    }
}

fn duplicate(body: &mut Body) {
    if let Body::List(rows) = body {
        *rows = rows.iter().flat_map(|row| [row.clone(), row.clone()]).collect();
    }
}

fn remove(answer: &mut Fields, fields: &[String]) {
    if fields.is_empty() {
        for name in OPTIONAL_FIELDS {
            answer.remove(name);
        }
    } else {
        for name in fields {
            answer.remove(name);
        }
    }
}

fn swap(answer: &mut Fields, code: Option<&str>, customer_number: Option<&str>) {
    if let Some(code) = code {
        let name = product(code).map_or(code, |product| product.receipt_name);
        answer.replace("ppob_produk", name);
        answer.replace("ppob_kodeproduk", code);
    }
    if let Some(number) = customer_number.or(code.is_none().then_some(SOMEBODY_ELSE)) {
        answer.replace("ppob_nomorpelanggan", number);
        answer.replace("ppob_namapelanggan", "ORANG LAIN");
    }
}
