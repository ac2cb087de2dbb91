//! From what is said to the bytes that are sent: the faults that only change the text.

use serde_json::{Map, Value, json};

use super::answers::Said;
use super::codes::word;
use super::faults::FaultKind;
use super::plan::Plan;
use crate::http::{Answer, Reply};

/// The reply that carries what is said, with everything the plan does to it.
pub(crate) fn reply(said: Said, plan: &Plan) -> Reply {
    let refuses = word(&said.rc) == "Gagal";
    let mut data = said.data;
    for kind in plan.kinds() {
        change(&mut data, kind, refuses);
    }
    let mut text = json!({ "data": data }).to_string();
    if plan.has(&FaultKind::Floats {}) {
        for name in ["deposit", "buyer_last_saldo"] {
            text = with_fraction(&text, name);
        }
    }
    let status = if refuses && plan.has(&FaultKind::Http400 {}) { 400 } else { 200 };
    let answer = Answer::new(status, "application/json", text);
    match plan.truncation() {
        Some(framing) => {
            let keep = answer.body.len() / 2;
            Reply::Truncated { answer, keep, framing }
        }
        None => Reply::Answer(answer),
    }
}

fn change(data: &mut Value, kind: &FaultKind, refuses: bool) {
    match (data, kind) {
        (Value::Object(data), FaultKind::Reworded { rc, status }) => {
            set(data, "rc", rc.as_deref());
            set(data, "status", status.as_deref());
        }
        (Value::Object(data), FaultKind::Swapped { ref_id, buyer_sku_code, customer_no }) => {
            set(data, "ref_id", ref_id.as_deref());
            set(data, "buyer_sku_code", buyer_sku_code.as_deref());
            set(data, "customer_no", customer_no.as_deref());
        }
        (Value::Object(data), FaultKind::Bare {}) if refuses => {
            data.retain(|name, _| matches!(name.as_str(), "rc" | "status" | "message"));
        }
        (Value::Array(rows), FaultKind::OddRow {}) => {
            rows.push(json!({ "buyer_sku_code": "odd", "price": { "amount": 1 } }));
        }
        (Value::Array(rows), FaultKind::TextAmounts {}) => {
            for row in rows.iter_mut().filter_map(Value::as_object_mut) {
                for name in ["price", "stock"] {
                    let text = row.get(name).map(ToString::to_string);
                    set(row, name, text.as_deref());
                }
            }
        }
        (Value::Array(rows), FaultKind::DoubleRow {}) => {
            if let Some(Value::Object(mut row)) = rows.first().cloned() {
                row.insert("seller_product_status".to_owned(), json!(false));
                row.insert("price".to_owned(), json!(1));
                rows.push(Value::Object(row));
            }
        }
        _ => {}
    }
}

fn set(data: &mut Map<String, Value>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        data.insert(name.to_owned(), json!(value));
    }
}

/// Writes `.0` behind the digits of a number.
fn with_fraction(text: &str, name: &str) -> String {
    let start = format!("\"{name}\":");
    let Some((before, after)) = text.split_once(&start) else { return text.to_owned() };
    let digits = after.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(after.len());
    let (digits, rest) = after.split_at(digits);
    format!("{before}{start}{digits}.0{rest}")
}
