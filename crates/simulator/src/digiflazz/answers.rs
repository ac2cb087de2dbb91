//! The data of answers, as the documentation shows them.

use serde_json::{Value, json};

use super::call::Call;
use super::codes::{is_kept, message, word};
use super::transaction::{Standing, Transaction};

/// How a call is answered.
pub(crate) struct Said {
    /// The code that it says.
    pub(crate) rc: String,
    /// What stands in `data`.
    pub(crate) data: Value,
}

impl Said {
    pub(crate) fn new(rc: &str, data: Value) -> Self {
        Self { rc: rc.to_owned(), data }
    }
}

/// A refusal: with its transaction if one is kept, and with nothing but code and message if not.
pub(crate) fn refused(call: &Call, rc: &str) -> Said {
    if is_kept(rc) {
        return Said::new(rc, about(call, rc, message(rc)));
    }
    Said::new(rc, json!({ "rc": rc, "status": word(rc), "message": message(rc) }))
}

/// There is nothing under a reference.
pub(crate) fn no_data(call: &Call) -> Said {
    Said::new("50", about(call, "50", "Data belum ada"))
}

fn about(call: &Call, rc: &str, message: &str) -> Value {
    json!({
        "ref_id": call.reference(),
        "customer_no": call.customer(),
        "buyer_sku_code": call.code(),
        "message": message,
        "status": word(rc),
        "rc": rc,
    })
}

/// A transaction as it stands. The answer about a bill that failed or is pending is short.
pub(crate) fn transaction(transaction: &Transaction, message: &str, balance: i64) -> Said {
    let rc = transaction.rc();
    let mut data = json!({
        "ref_id": transaction.reference,
        "customer_no": transaction.customer,
        "buyer_sku_code": transaction.code,
        "message": message,
        "status": word(rc),
        "rc": rc,
    });
    let more = match &transaction.owed {
        None => json!({
            "sn": transaction.told_serial(),
            "buyer_last_saldo": balance,
            "price": transaction.price,
            "tele": "@seller",
            "wa": "081234512345",
        }),
        Some(owed) if word(rc) == "Sukses" => {
            let is_paid = transaction.standing != Standing::Inquired;
            let mut more = json!({
                "customer_name": "Nama Pelanggan Pertama",
                "admin": owed.admin,
                "buyer_last_saldo": balance,
                "price": transaction.price,
                "selling_price": owed.selling_price,
                "desc": owed.desc(is_paid),
            });
            if let Value::Object(more) = &mut more {
                if is_paid {
                    more.insert("sn".to_owned(), json!(transaction.told_serial()));
                }
                if let Some(period) = owed.period() {
                    more.insert("periode".to_owned(), json!(period));
                }
            }
            more
        }
        Some(_) => json!({}),
    };
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    Said::new(rc, data)
}
