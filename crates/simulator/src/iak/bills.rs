//! The postpaid host: an inquiry under our reference, a payment by its number.

use serde_json::{Map, Value, json};

use super::book::{Book, Course, Inquiry, Payment, Standing};
use super::call::{Call, Verb};
use super::catalogue::{BILLERS, Biller, find_biller};
use super::codes;
use super::config::PayTwice;
use super::faults::{PendingEnd, Plan};
use super::moment::Moment;
use super::quote::{Extra, Quote};
use super::sandbox::Promise;
use super::state::Rules;
use crate::ledger::Charge;

/// Does what a call to the postpaid host asks for. The signature is right.
pub(crate) fn work(
    book: &mut Book,
    call: &Call,
    now: &Moment,
    rules: &Rules,
    plan: &Plan,
) -> Value {
    let answered = match call.verb {
        Verb::PricelistPasca => Ok(prices(rules)),
        Verb::InqPasca => inquire(book, call, now, rules),
        Verb::PayPasca => pay(book, call, now, rules, plan),
        _ => Ok(check(book, call)),
    };
    answered.unwrap_or_else(refusal)
}

/// A refusal: only why.
pub(crate) fn refusal(code: &str) -> Value {
    json!({ "response_code": code, "message": codes::postpaid(code) })
}

fn inquire(
    book: &mut Book,
    call: &Call,
    now: &Moment,
    rules: &Rules,
) -> Result<Value, &'static str> {
    let (login, reference, customer) = (call.username(), call.reference(), call.customer());
    let biller = find_biller(&call.product()).ok_or("20")?;
    if rules.is_closed(biller.code) {
        return Err("106");
    }
    if biller.kind == "pln" && now.is_cut_off() {
        return Err("109");
    }
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
    if !plain(&reference) {
        return Err("03");
    }
    let key = (login, reference.clone());
    if book.inquiries.contains_key(&key) {
        return Err("11");
    }
    let sheets = match rules.promise(biller.family, &customer) {
        Promise::InquiryTimeout => return Err("103"),
        Promise::InquiryPaid => return Err("01"),
        Promise::InquiryWrongNumber => return Err("14"),
        _ if !customer.bytes().any(|byte| byte.is_ascii_digit()) => return Err("14"),
        Promise::Success(sheets) => sheets,
        Promise::PaymentFailed | Promise::PaymentPending | Promise::PaymentBillerError => 1,
    };
    let paid = book.paid.get(&(biller.code, customer.clone())).copied().unwrap_or(0);
    let owed = sheets.checked_sub(paid).filter(|owed| *owed > 0).ok_or("01")?;
    let extra = extra(biller, call)?;
    let inquiry = Inquiry {
        reference,
        tr_id: book.next_inquiry(),
        biller,
        customer,
        quote: Quote::new(biller, owed, extra),
        asked_at: now.clone(),
        payment: None,
    };
    let mut data = common(&inquiry, false);
    data.insert("response_code".to_owned(), json!("00"));
    data.insert("message".to_owned(), json!("INQUIRY SUCCESS"));
    book.inquiries.insert(key, inquiry);
    Ok(Value::Object(data))
}

/// What the family needs besides the number.
fn extra(biller: &Biller, call: &Call) -> Result<Extra, &'static str> {
    let months = call.text("month").parse().unwrap_or(0);
    if matches!(biller.code, "BPJS" | "BPJSTK") && !(1..=24).contains(&months) {
        return Err("107");
    }
    let amount = call.amount().unwrap_or(0);
    if biller.kind == "emoney" && !(10_000..=1_000_000).contains(&amount) {
        return Err("93");
    }
    let identity = call.text("nomor_identitas");
    if biller.kind == "pajak-kendaraan" && identity.is_empty() {
        return Err("107");
    }
    Ok(Extra { months, year: call.text("year"), identity, amount, number: call.customer() })
}

fn pay(
    book: &mut Book,
    call: &Call,
    now: &Moment,
    rules: &Rules,
    plan: &Plan,
) -> Result<Value, &'static str> {
    let (login, tr_id) = (call.username(), call.text("tr_id"));
    let is_it = |((of, _), inquiry): &(&(String, String), &Inquiry)| {
        *of == login && inquiry.tr_id.to_string() == tr_id
    };
    let (key, mut inquiry) = book
        .inquiries
        .iter()
        .find(is_it)
        .map(|(key, inquiry)| (key.clone(), inquiry.clone()))
        .ok_or("06")?;
    if inquiry.payment.is_some() {
        return match rules.pay_twice {
            PayTwice::SameAnswer => Ok(standing(book, &inquiry, &login, false)),
            PayTwice::AlreadyPaid => Err("01"),
        };
    }
    if inquiry.biller.kind == "pln" && now.is_cut_off() {
        return Err("109");
    }
    if now.seconds - inquiry.asked_at.seconds > rules.inquiry_valid_s {
        return Err("04");
    }
    let owed = (inquiry.biller.code, inquiry.customer.clone());
    let paid = book.paid.get(&owed).copied().unwrap_or(0);
    if inquiry.quote.sheets_paid() > 0
        && let Promise::Success(sheets) = rules.promise(inquiry.biller.family, &inquiry.customer)
        && sheets.saturating_sub(paid) != inquiry.quote.owed
    {
        return Err("34");
    }
    let (cost_change, total_change) = plan.price_change();
    // The payment charges what the bill is now, whatever the inquiry said.
    inquiry.quote.nominal += total_change;
    inquiry.quote.commission += total_change - cost_change;
    if book.balance(&login) < inquiry.quote.cost() {
        return Err("17");
    }
    let charge = book.debit(Charge {
        sequence: 0,
        account: login.clone(),
        invoice: tr_id,
        product: inquiry.biller.code.to_owned(),
        customer_number: inquiry.customer.clone(),
        cost: inquiry.quote.cost(),
        total: inquiry.quote.total(),
        at: now.text.clone(),
        token: None,
        refunded: false,
    });
    *book.paid.entry(owed).or_default() += inquiry.quote.sheets_paid();
    let promise = rules.promise(inquiry.biller.family, &inquiry.customer);
    let course = match (plan.pending(), promise) {
        (Some((then, at_check)), _) => Course::pending(then, at_check),
        (None, Promise::Success(_)) => Course::ended(Standing::Succeeded),
        (None, _) => Course::pending(PendingEnd::Never, 0),
    };
    inquiry.payment = Some(Payment { at: now.clone(), course, charge });
    book.inquiries.insert(key.clone(), inquiry);
    if matches!(promise, Promise::PaymentFailed | Promise::PaymentBillerError) {
        book.settle_bill(&key, Standing::Failed);
    }
    let inquiry = book.inquiries.get(&key).ok_or("06")?;
    let mut data = standing(book, inquiry, &login, false);
    // The biller's error is told as such; that it was not paid shows in the status only.
    if let (Promise::PaymentBillerError, Some(data)) = (promise, data.as_object_mut()) {
        data.insert("response_code".to_owned(), json!("105"));
        data.insert("message".to_owned(), json!(codes::postpaid("105")));
    }
    Ok(data)
}

fn check(book: &mut Book, call: &Call) -> Value {
    let key = (call.username(), call.reference());
    book.check_bill(&key);
    match book.inquiries.get(&key) {
        Some(inquiry) => standing(book, inquiry, &key.0, true),
        None => refusal("06"),
    }
}

/// How an inquiry or its payment stands; a status check adds `status`.
fn standing(book: &Book, inquiry: &Inquiry, login: &str, of_check: bool) -> Value {
    let payment = inquiry.payment.as_ref();
    let (status, code) = match payment.map(|payment| payment.course.standing) {
        None => (0, "42"),
        Some(Standing::Processing) => (3, "39"),
        Some(Standing::Succeeded) => (1, "00"),
        Some(Standing::Failed) => (2, "37"),
    };
    let mut data = common(inquiry, payment.is_some());
    let mut add = |name: &str, value: Value| data.insert(name.to_owned(), value);
    add("response_code", json!(code));
    add("message", json!(codes::postpaid(code)));
    add("balance", json!(book.balance(login)));
    if of_check {
        add("status", json!(status));
    }
    if let Some(payment) = payment.filter(|_| matches!(status, 1 | 2)) {
        add("datetime", json!(payment.at.stamp()));
        let noref = format!("{:032X}", u128::from(inquiry.tr_id) * 0x9e37_79b9_7f4a_7c15);
        add("noref", json!(if status == 1 { noref.as_str() } else { "" }));
    }
    Value::Object(data)
}

/// What every answer about a bill states.
fn common(inquiry: &Inquiry, paid: bool) -> Map<String, Value> {
    let quote = &inquiry.quote;
    let data = json!({
        "tr_id": inquiry.tr_id,
        "code": inquiry.biller.code,
        "hp": inquiry.customer,
        "tr_name": quote.name,
        "period": quote.period,
        "nominal": quote.nominal,
        "admin": quote.admin,
        "ref_id": inquiry.reference,
        "price": quote.total(),
        "selling_price": quote.cost(),
        "desc": quote.desc(paid),
    });
    match data {
        Value::Object(data) => data,
        _ => Map::new(),
    }
}

fn prices(rules: &Rules) -> Value {
    let row = |biller: &Biller| {
        let mut row = json!({
            "code": biller.code,
            "name": biller.name,
            "status": if rules.is_closed(biller.code) { 4 } else { 1 },
            "fee": biller.fee,
            "komisi": biller.commission,
            "type": biller.kind,
            "category": "postpaid",
        });
        if let Some(row) = row.as_object_mut().filter(|_| biller.kind == "pdam") {
            row.insert("province".to_owned(), json!("INDONESIA"));
        }
        row
    };
    let rows: Vec<Value> = BILLERS.iter().map(row).collect();
    json!({ "pasca": rows })
}
