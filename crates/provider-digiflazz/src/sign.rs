//! Signatures: MD5 over what we ask, HMAC-SHA1 over what Digiflazz tells by itself.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;

/// What the signature of a balance request is over.
pub(crate) const BALANCE: &str = "depo";

/// What the signature of a price list request is over.
pub(crate) const PRICES: &str = "pricelist";

/// `sign` of a request: lower-case hexadecimal MD5 over user name, key and `over`.
///
/// It covers neither product nor customer nor price, and is worth as much as the key for that one reference:
/// only the encrypted connection protects the rest.
pub(crate) fn sign(username: &SecretString, key: &SecretString, over: &str) -> String {
    let mut hash = Md5::new();
    for part in [username.expose_secret(), key.expose_secret(), over] {
        hash.update(part.as_bytes());
    }
    HEXLOWER.encode(&hash.finalize())
}

/// Whether `header` is `sha1=` and the signature of these bytes, compared in constant time.
pub(crate) fn is_authentic(secret: &SecretString, body: &[u8], header: &str) -> bool {
    let Some(stated) = header.trim().strip_prefix("sha1=") else { return false };
    let Ok(stated) = HEXLOWER_PERMISSIVE.decode(stated.as_bytes()) else { return false };
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.expose_secret().as_bytes()) else {
        return false;
    };
    mac.update(body);
    mac.verify_slice(&stated).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(over: &str) -> String {
        sign(&"demo-user".into(), &"dev-0123456789".into(), over)
    }

    #[test]
    fn the_signature_of_a_balance_request_is_md5_over_user_key_and_depo() {
        assert_eq!(signed(BALANCE), "23128bbb9bc085b57cadd473fef2e72c");
    }

    #[test]
    fn the_signature_of_a_price_list_request_is_md5_over_user_key_and_pricelist() {
        assert_eq!(signed(PRICES), "b3a4289bc6a11139ecac34f072458b20");
    }

    #[test]
    fn the_signature_of_a_transaction_is_md5_over_user_key_and_reference() {
        assert_eq!(signed("REF-0001"), "91b80bc24b2ec7dc6d8f676b383f45f7");
    }

    #[test]
    fn the_signature_of_a_pln_inquiry_is_md5_over_user_key_and_customer_number() {
        assert_eq!(signed("530000000001"), "cc63bbe0fe03ee180dca3d44f7881d58");
    }

    #[test]
    fn the_signature_of_a_deposit_ticket_would_be_md5_over_user_key_and_deposit() {
        assert_eq!(signed("deposit"), "280c12cd9270e85b75df439ab35a5c07");
    }

    #[test]
    fn the_signature_of_a_webhook_is_hmac_sha1_over_its_raw_bytes() {
        let secret = "whsec-demo".into();
        let body = br#"{"data":{"ref_id":"REF-0001","customer_no":"087800001233","buyer_sku_code":"xld10","message":"Transaksi Sukses","status":"Sukses","rc":"00","sn":"1234567890","buyer_last_saldo":990000,"price":10000}}"#;
        let header = "sha1=59ec9d984acd483bcc1c03fedf9b41985c42efbc";
        assert_eq!(body.len(), 199);
        assert!(is_authentic(&secret, body, header));
        assert!(!is_authentic(&"whsec-other".into(), body, header));
        for at in 0..body.len() {
            let mut changed = body.to_vec();
            changed[at] ^= 1;
            assert!(!is_authentic(&secret, &changed, header), "byte {at}");
        }
        for header in [
            "",
            "sha1=",
            "59ec9d984acd483bcc1c03fedf9b41985c42efbc",
            "sha1=59ec9d984acd483bcc1c03fedf9b41985c42efb",
            "sha1=59ec9d984acd483bcc1c03fedf9b41985c42efbd",
            "sha256=59ec9d984acd483bcc1c03fedf9b41985c42efbc",
            "sha1=zzec9d984acd483bcc1c03fedf9b41985c42efbc",
        ] {
            assert!(!is_authentic(&secret, body, header), "{header}");
        }
    }
}
