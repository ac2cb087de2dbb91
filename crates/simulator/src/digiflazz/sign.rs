//! Signatures, as the provider checks and makes them.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use sha1::Sha1;

/// Lower-case hexadecimal MD5 over user name, key and what the call signs.
pub(crate) fn request(username: &str, key: &str, over: &str) -> String {
    HEXLOWER.encode(&Md5::digest(format!("{username}{key}{over}")))
}

/// The value of `X-Hub-Signature`: HMAC-SHA1 over the bytes of the body.
pub(crate) fn webhook(secret: &str, body: &[u8]) -> String {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(body);
    format!("sha1={}", HEXLOWER.encode(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_signed_over_user_key_and_subject() {
        let sign = request("demo-user", "dev-0123456789", "REF-0001");
        assert_eq!(sign, "91b80bc24b2ec7dc6d8f676b383f45f7");
    }

    #[test]
    fn a_webhook_is_signed_over_its_body() {
        let body = br#"{"data":{"ref_id":"REF-0001","customer_no":"087800001233","buyer_sku_code":"xld10","message":"Transaksi Sukses","status":"Sukses","rc":"00","sn":"1234567890","buyer_last_saldo":990000,"price":10000}}"#;
        let signature = webhook("whsec-demo", body);
        assert_eq!(signature, "sha1=59ec9d984acd483bcc1c03fedf9b41985c42efbc");
    }
}
