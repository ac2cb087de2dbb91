//! Price lists and their limit, the deposit, and whose meter it is.

use serde_json::{Value, json};

use super::answers::{Said, refused};
use super::book::Book;
use super::call::Call;
use super::catalogue::{Postpaid, Prepaid};
use super::config::ListLimit;
use super::door::Caller;
use super::plan::Plan;
use super::state::{Now, Rules};

/// Between two price lists.
const LIMIT_SECONDS: i64 = 300;

/// The list, or an object in its place.
pub(crate) fn price_list(
    book: &mut Book,
    call: &Call,
    caller: &Caller,
    plan: &Plan,
    now: &Now,
    rules: &Rules,
) -> Said {
    if let Some(rc) = plan.refusal() {
        return refused(call, rc);
    }
    let kind = call.text("cmd");
    let counted = match rules.list_limit {
        ListLimit::Shared => "all",
        ListLimit::PerKind | ListLimit::Off => kind,
    };
    // A question for one product has a limit of its own, which is not simulated.
    let is_whole = call.text("code").is_empty();
    if is_whole && rules.list_limit != ListLimit::Off {
        let key = (caller.account.clone(), counted.to_owned());
        let last = book.listed_at.get(&key).copied();
        if last.is_some_and(|last| now.seconds - last < LIMIT_SECONDS) {
            return refused(call, "83");
        }
        book.listed_at.insert(key, now.seconds);
    }
    let wanted = |name: &str, is: &str| call.text(name).is_empty() || call.text(name) == is;
    let rows: Vec<Value> = match kind {
        "prepaid" => {
            let rows = book.prepaid.iter();
            let rows = rows.filter(|row| wanted("code", &row.code) && wanted("brand", row.brand));
            rows.map(prepaid).collect()
        }
        "pasca" => {
            let rows = book.postpaid.iter();
            let rows = rows.filter(|row| wanted("code", row.code) && wanted("brand", row.brand));
            rows.map(postpaid).collect()
        }
        _ => return refused(call, "40"),
    };
    Said::new("00", Value::Array(rows))
}

/// The deposit; a success has no code.
pub(crate) fn balance(book: &Book, call: &Call, caller: &Caller, plan: &Plan) -> Said {
    match plan.refusal() {
        Some(rc) => refused(call, rc),
        None => Said::new("00", json!({ "deposit": book.balance(&caller.account) })),
    }
}

/// Whose meter it is.
pub(crate) fn meter(call: &Call, plan: &Plan) -> Said {
    let customer = call.customer();
    let is_meter =
        matches!(customer.len(), 11 | 12) && customer.bytes().all(|b| b.is_ascii_digit());
    let rc = plan.refusal().or(if is_meter { None } else { Some("54") });
    if let Some(rc) = rc {
        return refused(call, rc);
    }
    let (meter, subscriber) = if customer.len() == 11 {
        (customer.to_owned(), format!("5{customer}"))
    } else {
        (customer.chars().skip(1).collect(), customer.to_owned())
    };
    let data = json!({
        "message": "Transaksi Sukses", "status": "Sukses", "rc": "00",
        "customer_no": customer, "meter_no": meter, "subscriber_id": subscriber,
        "name": "BUDI SANTOSO", "segment_power": "R1 /000001300",
    });
    Said::new("00", data)
}

fn prepaid(product: &Prepaid) -> Value {
    json!({
        "product_name": product.name, "category": product.category, "brand": product.brand,
        "type": "Umum", "seller_name": "PT SELLER", "price": product.price,
        "buyer_sku_code": product.code, "buyer_product_status": true,
        "seller_product_status": product.offered, "unlimited_stock": product.stock.is_none(),
        "stock": product.stock.unwrap_or(0), "multi": product.multi,
        "start_cut_off": product.cut_off.0, "end_cut_off": product.cut_off.1, "desc": "-",
    })
}

fn postpaid(product: &Postpaid) -> Value {
    json!({
        "product_name": product.brand, "category": "Pascabayar", "brand": product.brand,
        "seller_name": "PT SELLER", "admin": product.admin, "commission": product.commission,
        "buyer_sku_code": product.code, "buyer_product_status": true,
        "seller_product_status": product.offered, "desc": "-",
    })
}
