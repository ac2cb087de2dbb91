//! Prepaid purchases; with a reference that is known, how they stand.

use super::answers::{Said, refused, transaction as told};
use super::call::Call;
use super::codes::{is_kept, message};
use super::door::Caller;
use super::faults::PendingEnd;
use super::plan::{Fate, Plan};
use super::state::{Now, Rules};
use super::test_numbers::{TestCourse, course};
use super::transaction::{Standing, Transaction};
use super::{book::Book, catalogue::Prepaid};

/// After so long a reference is forgotten, and the same request buys again.
pub(crate) const REMEMBERED_SECONDS: i64 = 90 * 86_400;

/// Within so long two calls for one reference must not be made.
pub(crate) const GAP_SECONDS: i64 = 60;

/// What a purchase is answered with, and the transaction if it is news.
pub(crate) fn topup(
    book: &mut Book,
    call: &Call,
    caller: &Caller,
    plan: &Plan,
    now: &Now,
    rules: &Rules,
) -> (Said, Option<Transaction>) {
    let product = book.prepaid.iter().find(|product| product.code == call.code());
    let Some(product) = product.filter(|product| product.offered).cloned() else {
        return (refused(call, "43"), None);
    };
    let price = product.price + plan.price_change();
    // Before anybody looks whether the reference is known.
    if book.balance(&caller.account) < price {
        return (refused(call, "44"), None);
    }
    let key = (caller.account.clone(), call.reference().to_owned());
    let known = book.transactions.get(&key).cloned();
    let known = known.filter(|known| now.seconds - known.created_at <= REMEMBERED_SECONDS);
    if let Some(mut known) = known {
        if known.owed.is_some() || known.code != call.code() || known.customer != call.customer() {
            return (refused(call, "49"), None);
        }
        let too_soon = now.seconds - known.last_call_at < GAP_SECONDS;
        if too_soon {
            book.violates(call.reference(), "a second call within a minute");
        }
        if too_soon && rules.doubles_within_a_minute {
            book.debit(&mut known, product.is_token, now.local.clone());
        }
        let said = looked_up(book, &mut known, now, rules);
        book.transactions.insert(key, known);
        return (said, None);
    }
    if let Some(rc) = closed(book, call, caller, &product, price, now) {
        return (refused(call, rc), None);
    }
    let standing = match plan.fate() {
        Some(Fate::Refused(rc)) if !is_kept(&rc) => return (refused(call, &rc), None),
        fate => begins(fate, caller, call),
    };
    let mut fresh = Transaction {
        account: caller.account.clone(),
        reference: call.reference().to_owned(),
        code: product.code.clone(),
        customer: call.customer().to_owned(),
        owed: None,
        price,
        created_at: now.seconds,
        last_call_at: now.seconds,
        checks: 0,
        standing,
        serial: serial(book, &product),
        serial_from: plan.serial_from(),
        charge: None,
        callback_url: Some(call.text("cb_url").to_owned()).filter(|url| !url.is_empty()),
    };
    accept(book, &mut fresh, product.is_token, now);
    let said = told(&fresh, message(fresh.rc()), book.balance(&caller.account));
    book.transactions.insert(key, fresh.clone());
    (said, Some(fresh))
}

/// One more look at a transaction, which may have ended since.
pub(crate) fn looked_up(
    book: &mut Book,
    known: &mut Transaction,
    now: &Now,
    rules: &Rules,
) -> Said {
    known.checks = known.checks.saturating_add(1);
    known.last_call_at = now.seconds;
    if rules.ends_at_check.is_some_and(|check| known.checks >= check) {
        book.end(known);
    }
    told(known, message(known.rc()), book.balance(&known.account))
}

/// Takes the money of a fresh transaction, unless it failed or was never delivered.
pub(crate) fn accept(book: &mut Book, fresh: &mut Transaction, is_token: bool, now: &Now) {
    let takes = !matches!(
        fresh.standing,
        Standing::Failed { .. } | Standing::TimedOut { delivered: false, .. }
    );
    if takes {
        book.debit(fresh, is_token, now.local.clone());
    }
}

/// How a fresh transaction stands: by a fault, or by the test number it is for.
pub(crate) fn begins(fate: Option<Fate>, caller: &Caller, call: &Call) -> Standing {
    let pending = |then| Standing::Pending { rc: "03".to_owned(), then };
    let failed = |rc: &str| Standing::Failed { rc: rc.to_owned() };
    let course = if caller.is_playing {
        course(call.code(), call.customer()).0
    } else {
        TestCourse::Succeeds
    };
    match (fate, course) {
        (Some(Fate::Refused(rc)), _) => failed(&rc),
        (Some(Fate::TimedOut(rc, delivered)), _) => Standing::TimedOut { rc, delivered },
        (Some(Fate::Pending(rc, then)), _) => Standing::Pending { rc, then },
        (Some(Fate::ThenRefunded), _) => Standing::Succeeded { then_refunded: true },
        (None, TestCourse::Succeeds) => Standing::Succeeded { then_refunded: false },
        (None, TestCourse::Fails | TestCourse::InquiryFails) => failed("02"),
        (None, TestCourse::PendingThenSucceeds) => pending(PendingEnd::Succeeds),
        (None, TestCourse::PendingThenFails) => pending(PendingEnd::Fails),
    }
}

/// The code of a rule of the product that stands against a fresh purchase. Nothing is kept of it.
fn closed(
    book: &Book,
    call: &Call,
    caller: &Caller,
    product: &Prepaid,
    price: i64,
    now: &Now,
) -> Option<&'static str> {
    let again = |known: &Transaction| {
        known.account == caller.account
            && known.code == product.code
            && known.customer == call.customer()
            && now.is_day_of(known.created_at)
            && known.charge.is_some()
    };
    if call.integer("max_price").is_some_and(|most| price > most) {
        Some("69")
    } else if product.stock == Some(0) {
        Some("68")
    } else if !product.multi && book.transactions.values().any(again) {
        Some("63")
    } else if now.is_within(product.cut_off) {
        Some("66")
    } else {
        None
    }
}

fn serial(book: &Book, product: &Prepaid) -> String {
    let digits = book.next_serial();
    if product.is_token { format!("{digits}/BUDI SANTOSO/R1 /000001300/13.5") } else { digits }
}
