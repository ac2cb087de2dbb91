//! What the answers to everything that moves no money may be taken for.

use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::{Cost, PriceList, Rupiah, StatusVerdict};

use super::oracle::{Tree, says_nothing, tree};
use super::{Input, LONGEST, REFERENCE, answer, cuts};
use crate::requests::Host;
use crate::{
    balance as balances, inquiry as inquiries, mapping, prices as price_lists, status as states,
};

/// The body of an answer to a status check: a verdict only about our payment, and none of what was cut.
pub fn status(data: &[u8]) {
    let Some(input) = Input::read(data) else { return };
    let prepaid = input.host() == Host::Prepaid;
    let read = |body: &[u8]| match input.host() {
        Host::Prepaid => states::top_up(&input.asked(), &answer(body)),
        Host::Postpaid => states::bill(&input.asked(), &answer(body)),
    };
    let report = match read(input.body) {
        Ok(report) => report,
        Err(error) => return says_nothing_personal(&input, &error),
    };
    let data = data_of(input.body);
    assert!(data.fits(&input, !prepaid), "a verdict about something else");
    let code = data.code(if prepaid { "rc" } else { "response_code" }).unwrap_or_default();
    let status = data.text("status").unwrap_or_default();
    match &report.verdict {
        StatusVerdict::Reversed => panic!("IAK has no word for it"),
        StatusVerdict::Succeeded => {
            assert_eq!((status.as_str(), code.as_str()), ("1", "00"));
            assert!(data.is_ours(!prepaid), "a success of nobody");
        }
        StatusVerdict::Pending => assert!(["", "0", "3"].contains(&&*status), "{status}"),
        StatusVerdict::NotFound => {
            assert!(["02", "06", "42"].contains(&&*code) && status != "1" && status != "3");
            let shown = &report.observed;
            assert_eq!((shown.charged, &shown.provider_ref, &shown.receipt), (None, &None, &None));
        }
        StatusVerdict::Rejected(_) => {
            assert_eq!(status, "2");
            assert!(!says_nothing(&code), "refused by {code}");
            assert!(data.is_ours(!prepaid) && data.text("tr_id").is_some(), "a refusal of nobody");
            let of_the_check =
                ["100", "101", "102", "107", "110", "117", "118", "204", "205"].contains(&&*code);
            assert!(!of_the_check, "a refusal of the check itself: {code}");
            assert_eq!(report.observed.charged, None);
        }
    }
    for cut in cuts(end_of(input.body), input.body) {
        assert!(read(input.body.get(..cut).unwrap_or_default()).is_err(), "cut at {cut}");
    }
}

/// The body of an answer to an inquiry: a bill only of what was asked, with the amounts as they stand there
/// and bound to our reference; what was cut is unreadable and never a refusal.
pub fn inquiry(data: &[u8]) {
    let Some(input) = Input::read(data) else { return };
    let prepaid = input.host() == Host::Prepaid;
    let worth = Rupiah::new(20_000);
    let read = |body: &[u8]| {
        let asked = crate::echo::Asked { tr_id: None, ..input.asked() };
        if prepaid {
            inquiries::meter(&asked, &answer(body), worth)
        } else {
            inquiries::bill(&asked, &answer(body))
        }
    };
    match read(input.body) {
        Ok(bill) => {
            let data = data_of(input.body);
            assert!(data.fits(&input, false), "a bill of something else");
            if prepaid {
                assert_eq!((data.code("rc").as_deref(), bill.total), (Some("00"), worth));
            } else {
                assert_eq!(data.code("response_code").as_deref(), Some("00"));
                assert_eq!(data.amount("price"), Some(bill.total.get()));
                assert_eq!(data.amount("selling_price"), bill.cost.map(Rupiah::get));
                assert_eq!(data.amount("admin"), bill.admin.map(Rupiah::get));
                let token = format!("{REFERENCE}:{}", data.text("tr_id").unwrap_or_default());
                assert_eq!(bill.token.map(|token| token.0.expose().to_owned()), Some(token));
            }
            assert!(bill.periods.iter().all(|period| !period.is_empty()));
        }
        Err(error) => says_nothing_personal(&input, &error),
    }
    // Of what is no answer as a whole, a part may be one.
    if read(input.body).is_err() {
        return;
    }
    for cut in cuts(end_of(input.body), input.body) {
        let cut = read(input.body.get(..cut).unwrap_or_default());
        let kind = cut.map_err(|error| error.kind);
        assert_eq!(kind.err(), Some(ProviderErrorKind::Unreadable));
    }
}

/// The body of a price list of either host: each row with the amounts as they stand there, nothing of a list
/// that was cut, and no code taken for a product that it is not.
pub fn prices(body: &[u8]) {
    if body.len() > LONGEST {
        return;
    }
    for read in [price_lists::top_ups, price_lists::bills] {
        let Ok(PriceList { rows, .. }) = read(&answer(body)) else { continue };
        let Some(all) = tree(body) else { panic!("a list that is no whole value") };
        assert!(all.keys_are_unique());
        let mut written = Vec::new();
        collect(&all, &mut written);
        for row in &rows {
            let states_it = |one: &&&Tree| match row.cost {
                Cost::Fixed(cost) => {
                    one.amount("product_price") == Some(cost.get())
                        && one.text("product_code").as_deref() == Some(&*row.provider_code)
                }
                Cost::BillPlus(extra) => {
                    let fee = one.amount("fee").zip(one.amount("komisi"));
                    fee.map(|(fee, commission)| fee - commission) == Some(extra.get())
                        && one.amount("fee") == row.admin.map(Rupiah::get)
                        && one.text("code").as_deref() == Some(&*row.provider_code)
                }
            };
            assert!(written.iter().find(states_it).is_some(), "{row:?} stands nowhere");
            let Some(mapped) = mapping::map(row) else { continue };
            if let (Cost::Fixed(_), Some((_, worth))) =
                (row.cost, mapped.product.as_str().rsplit_once('-'))
            {
                assert_eq!(
                    row.nominal.map(|nominal| nominal.get().to_string()).as_deref(),
                    Some(worth)
                );
            }
        }
        for cut in cuts(end_of(body), body) {
            assert!(read(&answer(body.get(..cut).unwrap_or_default())).is_err(), "a list cut");
        }
    }
}

/// The body of a balance: the amount as it stands there, and none of what was cut.
pub fn balance(body: &[u8]) {
    if body.len() > LONGEST {
        return;
    }
    let Ok(balance) = balances::interpret(&answer(body)) else { return };
    let data = data_of(body);
    assert_eq!(data.code("rc").as_deref(), Some("00"));
    assert_eq!(data.amount("balance"), Some(balance.get()));
    for cut in cuts(end_of(body), body) {
        assert!(balances::interpret(&answer(body.get(..cut).unwrap_or_default())).is_err());
    }
}

/// The `data` of what was understood: one whole object without a key twice.
fn data_of(body: &[u8]) -> Tree {
    let Some(all) = tree(body) else { panic!("understood without one whole value") };
    assert!(all.keys_are_unique(), "understood, although a key occurs twice");
    match all {
        Tree::Object(pairs) => {
            let data = pairs.into_iter().find(|(key, _)| key == "data");
            data.map_or_else(|| panic!("understood without data"), |(_, tree)| tree)
        }
        _ => panic!("understood without an object"),
    }
}

fn collect<'a>(tree: &'a Tree, found: &mut Vec<&'a Tree>) {
    match tree {
        Tree::Scalar(_) => {}
        Tree::List(items) => {
            for item in items {
                collect(item, found);
            }
        }
        Tree::Object(pairs) => {
            found.push(tree);
            for (_, item) in pairs {
                collect(item, found);
            }
        }
    }
}

/// Where the last bracket is that closes the answer.
fn end_of(body: &[u8]) -> usize {
    body.iter().rposition(|byte| *byte == b'}').unwrap_or_default()
}

fn says_nothing_personal(input: &Input<'_>, error: &ProviderError) {
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(input.number()), "the number shows");
}
