//! What the answers to reads may be taken for.

use ppob_types::{Cost, InquiryToken, Sensitive};

use super::oracle::Object;
use super::pay::data_of;
use super::{Input, LONGEST, answer, cuts};
use crate::prices::Kind;

/// The body of an answer to an inquiry: a bill is of this reference, and its money stands there.
pub fn inquiry(data: &[u8]) {
    let Some(input) = Input::read(data) else { return };
    let read = |body: &[u8]| {
        let token = InquiryToken(Sensitive::new("token"));
        crate::inquiry::interpret(&input.asked(), input.purchase.family, token, &answer(body))
    };
    let bill = match read(input.body) {
        Ok(bill) => bill,
        Err(error) => {
            assert!(!format!("{error} {error:?}").contains(input.number()), "the number shows");
            return;
        }
    };
    let Some(one) = data_of(input.body) else { panic!("a bill without an object") };
    assert!(one.has_code("00") && one.says("status", "sukses"));
    assert!(one.names(&input) && one.fits(&input), "somebody else's bill");
    assert_eq!(one.amount("selling_price"), Some(bill.total.get()));
    assert_eq!(one.amount("price"), bill.cost.map(ppob_types::Rupiah::get));
    assert!(bill.total.is_positive() && bill.token.is_some());
    let end = String::from_utf8_lossy(input.body).trim_end().len();
    for cut in cuts(end.min(input.body.len())) {
        assert!(read(input.body.get(..cut).unwrap_or_default()).is_err(), "a bill that was cut");
    }
}

/// The body of a price list: every row or its fault, and what is open and what it costs as it stands there.
pub fn prices(body: &[u8]) {
    if body.len() > LONGEST {
        return;
    }
    for kind in [Kind::Prepaid, Kind::Postpaid] {
        let Ok(list) = crate::prices::interpret(kind, &answer(body)) else { continue };
        let Some(rows) = Object::whole(body).and_then(|one| one.rows()) else {
            panic!("a list without a list");
        };
        assert_eq!(list.rows.len() + list.unreadable.len(), rows.len(), "rows went missing");
        let mut read = rows.iter().filter_map(|row| serde_json::from_str::<Object>(row.get()).ok());
        for row in &list.rows {
            let flags = ["buyer_product_status", "seller_product_status"];
            let stands = read.any(|one| {
                let open = flags.iter().all(|flag| one.raw(flag) == Some("true"));
                let cost = match row.cost {
                    Cost::Fixed(price) => one.amount("price") == Some(price.get()),
                    Cost::BillPlus(extra) => one
                        .amount("admin")
                        .zip(one.amount("commission"))
                        .is_some_and(|(admin, commission)| admin - commission == extra.get()),
                };
                one.text("buyer_sku_code").as_deref() == Some(row.provider_code.as_str())
                    && cost
                    && (open || !row.open)
            });
            assert!(stands, "{row:?} stands nowhere");
            if let Some(cut_off) = row.cut_off {
                assert!(cut_off.from_second < 86_400 && cut_off.until_second < 86_400);
                assert_ne!(cut_off.from_second, cut_off.until_second);
            }
        }
        let end = String::from_utf8_lossy(body).trim_end().len();
        for cut in cuts(end.min(body.len())) {
            let cut = answer(body.get(..cut).unwrap_or_default());
            assert!(crate::prices::interpret(kind, &cut).is_err(), "a list that was cut");
        }
        let merged = crate::prices::merged(list.clone(), list);
        let mut codes: Vec<&str> =
            merged.rows.iter().map(|row| row.provider_code.as_str()).collect();
        codes.sort_unstable();
        assert!(codes.windows(2).all(|two| two.first() != two.last()), "a code twice");
    }
}

/// The body of a balance: the amount as it stands there, and none of what was cut.
pub fn balance(body: &[u8]) {
    if body.len() > LONGEST {
        return;
    }
    let Ok(balance) = crate::balance::interpret(&answer(body)) else { return };
    let Some(one) = data_of(body) else { panic!("a balance without an object") };
    assert_eq!(one.amount("deposit"), Some(balance.get()));
    let end = String::from_utf8_lossy(body).trim_end().len();
    for cut in cuts(end.min(body.len())) {
        let cut = answer(body.get(..cut).unwrap_or_default());
        assert!(crate::balance::interpret(&cut).is_err(), "a balance that was cut");
    }
}
