//! Bills: what is owed, the payment, and how it stands.

use super::answers::{Said, no_data, refused, transaction as told};
use super::bills::Owed;
use super::book::Book;
use super::call::Call;
use super::codes::{is_kept, message};
use super::door::Caller;
use super::faults::FaultKind;
use super::plan::{Fate, Plan};
use super::state::{Now, Rules};
use super::test_numbers::{TestCourse, course};
use super::topup::{GAP_SECONDS, REMEMBERED_SECONDS, accept, begins, looked_up};
use super::transaction::{Standing, Transaction};

/// What an inquiry is answered with. It moves no money, and a payment needs it.
pub(crate) fn inquire(
    book: &mut Book,
    call: &Call,
    caller: &Caller,
    plan: &Plan,
    now: &Now,
) -> Said {
    let product = book.postpaid.iter().find(|product| product.code == call.code());
    let Some(product) = product.filter(|product| product.offered).cloned() else {
        return refused(call, "43");
    };
    let amount = call.integer("amount");
    let wants_amount = product.code == "emoney";
    if wants_amount && !amount.is_some_and(|amount| amount > 0 && amount % 1_000 == 0) {
        return refused(call, "87");
    }
    let key = (caller.account.clone(), call.reference().to_owned());
    if let Some(known) = book.transactions.get(&key).cloned() {
        let same = known.code == call.code() && known.customer == call.customer();
        if !same || known.standing != Standing::Inquired {
            return refused(call, "49");
        }
        book.violates(call.reference(), "an inquiry repeated under its reference");
        return told(&known, message("00"), book.balance(&caller.account));
    }
    if let Some(rc) = plan.refusal() {
        return refused(call, rc);
    }
    let (course, sheets) = if caller.is_playing {
        course(call.code(), call.customer())
    } else {
        (TestCourse::Succeeds, 1)
    };
    if course == TestCourse::InquiryFails {
        return refused(call, "02");
    }
    let owed = Owed::new(&product, sheets, amount.filter(|_| wants_amount));
    let inquired = Transaction {
        account: caller.account.clone(),
        reference: call.reference().to_owned(),
        code: product.code.to_owned(),
        customer: call.customer().to_owned(),
        price: owed.price,
        owed: Some(owed),
        created_at: now.seconds,
        last_call_at: now.seconds,
        checks: 0,
        standing: Standing::Inquired,
        serial: String::new(),
        serial_from: 0,
        charge: None,
        callback_url: None,
    };
    let said = told(&inquired, message("00"), book.balance(&caller.account));
    book.transactions.insert(key, inquired);
    said
}

/// What a payment is answered with, and the transaction if it is news.
pub(crate) fn pay(
    book: &mut Book,
    call: &Call,
    caller: &Caller,
    plan: &Plan,
    now: &Now,
    rules: &Rules,
) -> (Said, Option<Transaction>) {
    let sold = book.postpaid.iter().any(|product| product.code == call.code() && product.offered);
    if !sold {
        return (refused(call, "43"), None);
    }
    let key = (caller.account.clone(), call.reference().to_owned());
    let Some(mut known) = book.transactions.get(&key).cloned() else {
        return (refused(call, rules.not_inquired), None);
    };
    let price = known.price + plan.price_change();
    if book.balance(&caller.account) < price {
        return (refused(call, "44"), None);
    }
    if known.owed.is_none() || known.code != call.code() || known.customer != call.customer() {
        return (refused(call, "49"), None);
    }
    if known.standing != Standing::Inquired {
        book.violates(call.reference(), "a payment repeated under its reference");
        let said = looked_up(book, &mut known, now, rules);
        book.transactions.insert(key, known);
        return (said, None);
    }
    if !now.is_day_of(known.created_at) {
        book.violates(call.reference(), "a payment on another day than its inquiry");
        return (refused(call, rules.not_inquired), None);
    }
    known.standing = match plan.fate() {
        Some(Fate::Refused(rc)) if !is_kept(&rc) => return (refused(call, &rc), None),
        fate => begins(fate, caller, call),
    };
    known.price = price;
    // Social insurance for workers is paid without a serial number.
    let has_serial = !matches!(known.code.as_str(), "bpjstk" | "bpjstkpu");
    known.serial = if has_serial { book.next_serial() } else { String::new() };
    known.serial_from = plan.serial_from();
    known.created_at = now.seconds;
    known.last_call_at = now.seconds;
    accept(book, &mut known, false, now);
    let said = told(&known, message(known.rc()), book.balance(&caller.account));
    book.transactions.insert(key, known.clone());
    (said, Some(known))
}

/// How the payment of a bill stands.
pub(crate) fn status(
    book: &mut Book,
    call: &Call,
    caller: &Caller,
    plan: &Plan,
    now: &Now,
    rules: &Rules,
) -> Said {
    let key = (caller.account.clone(), call.reference().to_owned());
    let known = book.transactions.get(&key).cloned().filter(|known| {
        known.owed.is_some()
            && known.standing != Standing::Inquired
            && known.code == call.code()
            && known.customer == call.customer()
            && now.seconds - known.created_at <= REMEMBERED_SECONDS
    });
    let Some(mut known) = known.filter(|_| !plan.has(&FaultKind::NoData {})) else {
        return no_data(call);
    };
    if now.seconds - known.last_call_at < GAP_SECONDS {
        book.violates(call.reference(), "a second call within a minute");
    }
    let said = looked_up(book, &mut known, now, rules);
    book.transactions.insert(key, known);
    said
}
