//! What a callback may be taken for.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use ppob_provider::{CallbackError, RawCallback};
use ppob_types::{Family, Observed, Sensitive, StatusVerdict};
use sha1::Sha1;

use super::LONGEST;
use super::oracle::Object;
use super::pay::{data_of, ours_only};
use crate::callback::{decode, receipt_of};

/// The body of a callback: unsigned, signed with another secret or changed by a bit it is not authentic,
/// whatever it says; signed, it is news of the transaction it names, in words of the table.
pub fn callback(body: &[u8]) {
    if body.len() > LONGEST {
        return;
    }
    let secret = "whsec-demo".into();
    let read = |body: &[u8], header: Option<String>| {
        let header = header.map(|header| ("x-hub-signature".to_owned(), Sensitive::new(header)));
        let headers = header.into_iter().collect();
        decode(Some(&secret), &RawCallback { headers, query: Vec::new(), body: body.to_vec() })
    };
    let refused = |read: Result<_, CallbackError>| {
        assert_eq!(read.err(), Some(CallbackError::NotAuthentic));
    };
    let signature = signature("whsec-demo", body);
    refused(read(body, None));
    refused(read(body, Some(super::callback::signature("whsec-other", body))));
    for at in [0, body.len() / 2, body.len().saturating_sub(1)] {
        let mut changed = body.to_vec();
        if let Some(byte) = changed.get_mut(at) {
            *byte ^= 1;
            refused(read(&changed, Some(signature.clone())));
        }
    }
    let news = match read(body, Some(signature)) {
        Ok(news) => news,
        Err(CallbackError::Ping) => {
            let one = Object::whole(body);
            assert!(one.is_some_and(|one| one.raw("data").is_none()), "a ping with data");
            return;
        }
        Err(error) => return assert_eq!(error, CallbackError::Unreadable),
    };
    let Some(one) = data_of(body) else { panic!("news without an object") };
    assert!(one.text("ref_id").is_some(), "news of nothing");
    if let Some(attempt) = &news.attempt {
        assert_eq!(one.text("ref_id").as_deref(), Some(attempt.as_str()));
    }
    assert_eq!(news.customer.map(|named| named.expose().to_owned()), one.text("customer_no"));
    assert_eq!(news.provider_code, one.text("buyer_sku_code"));
    // What may be a token is known only once it is known whose callback it is.
    assert!(news.report.observed.receipt.is_none(), "a receipt for nobody");
    let succeeded = news.report.verdict == StatusVerdict::Succeeded;
    for family in Family::ALL {
        let raw = RawCallback { headers: Vec::new(), query: Vec::new(), body: body.to_vec() };
        let receipt = receipt_of(family, &raw);
        assert_eq!(receipt.is_some(), succeeded, "a receipt too many or too few");
        let Some(receipt) = receipt else { continue };
        let token = receipt.details.pln_token().map(|token| token.expose().to_owned());
        assert!(token.is_none() || family == Family::PlnPrepaid, "a token of another family");
        let serial = receipt.reference.clone().unwrap_or_default();
        let digits: String = serial.expose().chars().filter(char::is_ascii_digit).collect();
        assert!(token.is_none_or(|token| digits != token), "a token outside of its field");
        ours_only(&Observed { receipt: Some(Box::new(receipt)), ..Observed::default() });
    }
    match news.report.verdict {
        StatusVerdict::Succeeded => assert!(one.has_code("00") && one.says("status", "sukses")),
        StatusVerdict::Rejected(_) => assert!(one.is_refused_and_kept()),
        StatusVerdict::Reversed => assert!(one.has_code("74") && one.says("status", "gagal")),
        StatusVerdict::Pending => assert!(one.has_code("01 03 70 99")),
        StatusVerdict::NotFound => assert!(one.has_code("50") || one.text("message").is_some()),
    }
}

fn signature(secret: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else {
        panic!("a key of any length will do");
    };
    mac.update(body);
    format!("sha1={}", HEXLOWER.encode(&mac.finalize().into_bytes()))
}
