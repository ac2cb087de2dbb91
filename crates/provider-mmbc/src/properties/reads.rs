//! What the answers to everything that moves no money may be taken for.

use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::{Cost, ProviderRef, Rupiah, StatusVerdict};

use super::oracle::{Object, blanked, could_mean, objects};
use super::{Input, KNOWN, LONGEST, answer, cuts};
use crate::{
    balance as balances, inquiry as inquiries, mapping, prices as price_lists, status as states,
};

/// The invoice that status checks ask about.
const INVOICE: &str = "12345678";

/// The body of an answer to a status check: a verdict only about our payment, never a refusal, and none
/// of what was cut.
pub fn status(data: &[u8]) {
    let (Some(input), Some(invoice)) = (Input::read(data), ProviderRef::new(INVOICE)) else {
        return;
    };
    let read = |body: &[u8]| states::interpret(&input.asked(), &invoice, &answer(body), &KNOWN);
    let report = match read(input.body) {
        Ok(report) => report,
        Err(error) => return says_nothing_personal(&input, &error),
    };
    let found = objects(&String::from_utf8_lossy(input.body));
    let one = the_only(&found);
    assert!(one.keys_are_unique());
    match &report.verdict {
        StatusVerdict::Rejected(_) | StatusVerdict::Reversed => {
            panic!("no answer to a status check refuses or gives back")
        }
        StatusVerdict::NotFound => {
            assert!(one.says("result", "no"));
            assert_eq!(one.text("reason").as_deref(), Some("No Data!"));
        }
        verdict @ (StatusVerdict::Succeeded | StatusVerdict::Pending) => {
            let paid = matches!(verdict, StatusVerdict::Succeeded);
            assert!(one.says("result", "ok") && one.fits(&input));
            assert!(one.says("ppob_status", if paid { "confirm" } else { "pending" }));
            let named = one.text("ppob_invoice").filter(|_| one.has_invoice());
            let ours = named.as_deref() == Some(INVOICE);
            assert!(
                named.is_none() || ours || !named.as_deref().is_some_and(is_reference),
                "another invoice"
            );
            assert!(!paid || ours || one.customer(input.number()).1, "a success of nobody");
        }
    }
    let end = end_of(&found, input.body);
    for cut in cuts(end, input.body) {
        assert!(read(input.body.get(..cut).unwrap_or_default()).is_err(), "cut at {cut}");
    }
}

/// The body of an answer to an inquiry: a bill only of what was asked, with the amounts as they stand
/// there; what was cut is unreadable and never a refusal.
pub fn inquiry(data: &[u8]) {
    let Some(input) = Input::read(data) else { return };
    let read = |body: &[u8]| inquiries::interpret(&input.asked(), &answer(body), &KNOWN);
    let found = objects(&String::from_utf8_lossy(input.body));
    match read(input.body) {
        Ok(bill) => {
            let one = the_only(&found);
            assert!(one.keys_are_unique() && one.says("result", "ok") && one.fits(&input));
            assert_eq!(one.amount("ppob_totalbayar"), Some(bill.total.get()));
            assert_eq!(one.amount("ppob_debet"), bill.cost.map(Rupiah::get));
            assert_eq!(one.amount("ppob_admin"), bill.admin.map(Rupiah::get));
            assert!(bill.periods.iter().all(|period| !period.is_empty()));
        }
        Err(error) => {
            says_nothing_personal(&input, &error);
            let ProviderErrorKind::Refused(no) = &error.kind else { return };
            let one = the_only(&found);
            assert!(one.says("result", "no"));
            let reason = one.text("reason").unwrap_or_default();
            let other = no.code == ppob_types::RefusalCode::Other;
            assert!(other || could_mean(&reason, no.code), "{:?} of {reason:?}", no.code);
        }
    }
    for cut in cuts(end_of(&found, input.body), input.body) {
        let cut = read(input.body.get(..cut).unwrap_or_default());
        let kind = cut.map_err(|error| error.kind);
        assert_eq!(kind.err(), Some(ProviderErrorKind::Unreadable));
    }
}

/// The body of a price list: each row with the amounts as they stand there, nothing of a list that was
/// cut, and no code taken for a product that it is not.
pub fn prices(body: &[u8]) {
    if body.len() > LONGEST {
        return;
    }
    let Ok(list) = price_lists::interpret(&answer(body), &KNOWN) else { return };
    let text = String::from_utf8_lossy(body);
    let found = objects(&text);
    for row in &list.rows {
        assert!(!row.provider_code.trim().is_empty());
        let states_it = |one: &&Object| {
            let debit = one.text("ppob_debet").unwrap_or_default();
            let digits: String = debit.chars().filter(char::is_ascii_digit).collect();
            let Ok(digits) = digits.parse::<i64>() else { return false };
            let costs = match row.cost {
                Cost::Fixed(cost) => cost.get() == digits && !debit.contains(['+', '-']),
                Cost::BillPlus(extra) => extra.get().abs() == digits && debit.contains(['+', '-']),
            };
            costs
                && one.text("ppob_kodeproduk") == Some(blanked(&row.provider_code))
                && row.nominal.map(Rupiah::get) == one.amount("ppob_nominal")
                && row.admin.map(Rupiah::get) == one.amount("ppob_admin")
                && one.says("ppob_status", if row.open { "Ready" } else { "Close" })
        };
        assert!(found.iter().any(|one| states_it(&one)), "{row:?} stands nowhere");
        let Some(mapped) = mapping::map(row) else { continue };
        if let Some(worth) = mapped.product.as_str().strip_prefix("PLN-PREPAID-") {
            assert_eq!(
                row.nominal.map(|nominal| nominal.get().to_string()),
                Some(worth.to_owned())
            );
        }
    }
    let end = body.iter().rposition(|byte| *byte == b']').unwrap_or_default();
    let rows_end = found.last().map_or(0, |one| one.until);
    if std::str::from_utf8(body).is_ok() && rows_end <= end {
        // Behind the last object, the bracket that closes the list is still to come.
        for cut in cuts(rows_end, body) {
            let cut = price_lists::interpret(&answer(body.get(..cut).unwrap_or_default()), &KNOWN);
            assert!(cut.is_err(), "a list that was cut");
        }
    }
}

/// The body of a balance: the amount as it stands there, and none of what was cut.
pub fn balance(body: &[u8]) {
    if body.len() > LONGEST {
        return;
    }
    let Ok(balance) = balances::interpret(&answer(body), &KNOWN) else { return };
    let found = objects(&String::from_utf8_lossy(body));
    let one = the_only(&found);
    assert!(one.keys_are_unique() && one.says("result", "ok"));
    let stated = ["saldo", "ppob_saldo"].map(|key| one.amount(key));
    assert!(stated.contains(&Some(balance.get())), "{balance} is none of {stated:?}");
    for cut in cuts(end_of(&found, body), body) {
        let cut = balances::interpret(&answer(body.get(..cut).unwrap_or_default()), &KNOWN);
        assert!(cut.is_err(), "a balance that was cut");
    }
}

fn the_only(found: &[Object]) -> &Object {
    let mut speaking = found.iter().filter(|one| one.has("result"));
    let Some(one) = speaking.next() else { panic!("understood without an object") };
    assert!(speaking.next().is_none(), "understood, although there are two answers");
    one
}

/// Where the answer ends; nowhere if it is not the bytes that were read.
fn end_of(found: &[Object], body: &[u8]) -> usize {
    let readable = std::str::from_utf8(body).is_ok();
    let one = found.iter().find(|one| one.has("result"));
    one.filter(|_| readable).map_or(0, |one| one.until)
}

/// Whether it can be a reference at all: one word that can be printed.
fn is_reference(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_graphic()) && text.len() <= 128
}

fn says_nothing_personal(input: &Input<'_>, error: &ProviderError) {
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(input.number()), "the number shows");
}
