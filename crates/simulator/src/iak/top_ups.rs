//! The prepaid host: top-ups are taken at once and end later.

use serde_json::{Value, json};

use super::book::{Book, Course, Order, Standing};
use super::call::{Call, Verb};
use super::catalogue::{TOP_UPS, TopUp, find_top_up};
use super::codes;
use super::config::Restriction;
use super::faults::{FaultKind, PendingEnd, Plan};
use super::moment::Moment;
use super::state::Rules;
use crate::ledger::Charge;

/// The `data` of an answer, and the order that ended with this request.
pub(crate) struct Answered {
    pub(crate) data: Value,
    pub(crate) ended: Option<(String, String)>,
}

/// The meter that the sandbox knows.
const METER: &str = "12345678901";

/// Does what a call to the prepaid host asks for. The signature is right.
pub(crate) fn work(
    book: &mut Book,
    call: &Call,
    now: &Moment,
    rules: &Rules,
    plan: &Plan,
) -> Answered {
    let login = call.username();
    let key = (login.clone(), call.reference());
    let data = match call.verb {
        Verb::CheckBalance => {
            json!({ "balance": book.balance(&login), "message": "SUCCESS", "rc": "00" })
        }
        Verb::Pricelist => prices(rules),
        Verb::InquiryPln => meter(&call.customer(), rules.magic_numbers),
        Verb::CheckStatus => {
            let ended = book.check_order(&key).then(|| key.clone());
            return Answered { data: status(book, &key, plan), ended };
        }
        _ if book.orders.contains_key(&key) => status(book, &key, plan),
        _ => match take(book, call, now, rules, plan) {
            Ok(()) => status(book, &key, plan),
            Err(code) => refusal(call, code),
        },
    };
    Answered { data, ended: None }
}

/// A refusal: what was asked, and why not.
pub(crate) fn refusal(call: &Call, code: &str) -> Value {
    let mut data = json!({ "message": codes::prepaid(code), "rc": code, "status": 2 });
    if let Some(data) = data.as_object_mut()
        && matches!(call.verb, Verb::TopUp | Verb::CheckStatus)
    {
        data.insert("ref_id".to_owned(), json!(call.reference()));
    }
    data
}

fn take(
    book: &mut Book,
    call: &Call,
    now: &Moment,
    rules: &Rules,
    plan: &Plan,
) -> Result<(), &'static str> {
    let (login, customer, reference) = (call.username(), call.customer(), call.reference());
    if reference.is_empty() {
        return Err("107");
    }
    let product = find_top_up(&call.product()).ok_or("20")?;
    if !fits(product, &customer) {
        return Err("14");
    }
    if let Some(code) = restricted(book, &login, product, &customer, now, rules.restriction) {
        return Err(code);
    }
    let price = rules.price(product).saturating_add(plan.price_change().0).max(0);
    if book.balance(&login) < price {
        return Err("17");
    }
    let tr_id = book.next_order();
    let charge = book.debit(Charge {
        sequence: 0,
        account: login.clone(),
        invoice: tr_id.to_string(),
        product: product.code.to_owned(),
        customer_number: customer.clone(),
        cost: price,
        total: price,
        at: now.text.clone(),
        token: (product.kind == "pln").then(|| token(tr_id)),
        refunded: false,
    });
    let usual = match rules.succeeds_at_check {
        0 => (PendingEnd::Never, 0),
        check => (PendingEnd::Success, check),
    };
    let (then, at_check) = plan.pending().unwrap_or(usual);
    let at_once = plan.find(|kind| (*kind == FaultKind::AtOnce {}).then_some(())).is_some();
    let order = Order {
        reference: reference.clone(),
        tr_id,
        product,
        customer,
        price,
        day: now.day().to_owned(),
        course: if at_once {
            Course::ended(Standing::Succeeded)
        } else {
            Course::pending(then, at_check)
        },
        charge,
    };
    book.orders.insert((login, reference), order);
    Ok(())
}

fn fits(product: &TopUp, customer: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match product.kind {
        "pln" => digits(customer) && matches!(customer.len(), 11 | 12),
        "game" => customer.split('|').all(digits),
        _ => digits(customer) && (8..=16).contains(&customer.len()),
    }
}

fn restricted(
    book: &Book,
    login: &str,
    product: &TopUp,
    customer: &str,
    now: &Moment,
    restriction: Restriction,
) -> Option<&'static str> {
    let same_day = |((of, _), order): (&(String, String), &Order)| {
        let counts = of == login
            && order.customer == customer
            && order.day == now.day()
            && order.course.standing != Standing::Failed;
        counts.then_some(order.product.code)
    };
    let mut bought = book.orders.iter().filter_map(same_day);
    match restriction {
        Restriction::None => None,
        Restriction::Product => bought.any(|code| code == product.code).then_some("202"),
        Restriction::Number => bought.next().map(|_| "207"),
    }
}

/// How an order stands, as `top-up` and `check-status` answer it.
fn status(book: &Book, key: &(String, String), plan: &Plan) -> Value {
    let Some(order) = book.orders.get(key) else {
        return json!({
            "ref_id": key.1, "status": 2, "message": codes::prepaid("06"), "rc": "06",
        });
    };
    let (status, code) = match order.course.standing {
        Standing::Processing => (0, "39"),
        Standing::Succeeded => (1, "00"),
        Standing::Failed => (2, "07"),
    };
    let mut data = json!({
        "ref_id": order.reference,
        "status": status,
        "product_code": order.product.code,
        "customer_id": order.customer,
        "price": order.price,
        "message": codes::prepaid(code),
        "balance": book.balance(&key.0),
        "tr_id": order.tr_id,
        "rc": code,
    });
    let hides_serial = plan.find(|kind| (*kind == FaultKind::NoSerial {}).then_some(())).is_some();
    if let Some(data) = data.as_object_mut()
        && status == 1
        && !hides_serial
    {
        data.insert("sn".to_owned(), json!(serial(order)));
        if order.product.code.starts_with("hsteam") {
            data.insert("pin".to_owned(), json!(format!("{:09}", order.tr_id)));
        }
    }
    data
}

/// A callback about an order: the same fields, every value as text, and the signature of its reference.
pub(crate) fn callback(book: &Book, key: &(String, String), signature: String) -> Value {
    let mut data = status(book, key, &Plan::default());
    if let Some(fields) = data.as_object_mut() {
        for value in fields.values_mut() {
            if !value.is_string() {
                *value = Value::String(value.to_string());
            }
        }
        fields.insert("sign".to_owned(), Value::String(signature));
    }
    json!({ "data": data })
}

/// The 20 digits of an electricity token.
fn token(tr_id: u64) -> String {
    let spread = u128::from(tr_id).wrapping_mul(6_364_136_223_846_793_005);
    format!("{:020}", spread % 100_000_000_000_000_000_000)
}

fn serial(order: &Order) -> String {
    match order.product.kind {
        "pln" => {
            let digits = token(order.tr_id);
            let groups: Vec<&str> =
                (0..5).filter_map(|group| digits.get(group * 4..group * 4 + 4)).collect();
            format!("{}/SINTYA OKTAVIANI/R1 /000001300/66.2", groups.join("-"))
        }
        "game" => format!("ABCD-EFGH-IJKL-{:04}", order.tr_id % 10_000),
        "voucher" => format!("VCR{} / 2027-01-15", order.tr_id),
        "etoll" => format!("SINTYA OKTAVIANI {}", order.tr_id),
        _ => format!("{:012}", order.tr_id),
    }
}

fn meter(customer: &str, knows_all: bool) -> Value {
    if customer != METER && !knows_all {
        return json!({
            "status": "2", "customer_id": customer, "message": codes::prepaid("14"), "rc": "14",
        });
    }
    json!({
        "status": "1",
        "customer_id": customer,
        "meter_no": "548933889287",
        "subscriber_id": customer,
        "name": "Sintya Oktaviani",
        "segment_power": "R1 /000001300",
        "message": "SUCCESS",
        "rc": "00",
    })
}

fn prices(rules: &Rules) -> Value {
    let row = |product: &TopUp| {
        json!({
            "product_code": product.code,
            "product_description": product.operator,
            "product_nominal": product.nominal,
            "product_details": "-",
            "product_price": rules.price(product),
            "product_type": product.kind,
            "active_period": "0",
            "status": if rules.is_closed(product.code) { "non active" } else { "active" },
            "icon_url": "-",
            "product_category": product.kind,
        })
    };
    let rows: Vec<Value> = TOP_UPS.iter().map(row).collect();
    if rules.wrapped_price_list {
        json!({ "pricelist": rows, "rc": "00", "message": "SUCCESS" })
    } else {
        Value::Array(rows)
    }
}
