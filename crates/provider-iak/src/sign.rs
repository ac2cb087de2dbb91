//! The signature of every request and callback: `md5(username + api_key + X)`, in lower-case hexadecimal.
//!
//! X differs by call: a literal (`bl`, `pl`, `cs`), the reference, the number of the inquiry or the customer
//! number. So a signature shows that somebody knew the key and what X was; it covers nothing else of what
//! it stands beside.

use data_encoding::HEXLOWER;
use md5::{Digest as _, Md5};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq as _;

/// X of the balance request.
pub(crate) const BALANCE: &str = "bl";
/// X of both price lists.
pub(crate) const PRICES: &str = "pl";
/// X of a status check of a bill, whatever its reference is.
pub(crate) const BILL_STATUS: &str = "cs";

/// Who we are at IAK.
pub(crate) struct Credentials {
    username: SecretString,
    api_key: SecretString,
}

impl Credentials {
    pub(crate) fn new(username: SecretString, api_key: SecretString) -> Self {
        Self { username, api_key }
    }

    pub(crate) fn username(&self) -> &str {
        self.username.expose_secret()
    }

    /// The signature for `what`.
    pub(crate) fn sign(&self, what: &str) -> String {
        let mut hash = Md5::new();
        hash.update(self.username.expose_secret());
        hash.update(self.api_key.expose_secret());
        hash.update(what);
        HEXLOWER.encode(&hash.finalize())
    }

    /// Whether `signature` is the one for `what`, in a time that does not tell how much of it is right.
    pub(crate) fn verifies(&self, what: &str, signature: &str) -> bool {
        self.sign(what).as_bytes().ct_eq(signature.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> Credentials {
        Credentials::new("081200000000".into(), "iakkey-abc".into())
    }

    #[test]
    fn the_known_vectors_are_signed_alike() {
        for (what, signature) in [
            (BALANCE, "670e7126b73db4159cee4398ecc60535"),
            (PRICES, "21a576673419ac39611ad4765e8aebe5"),
            (BILL_STATUS, "610797e42f21575bf9b3f95430ebc425"),
            ("order001", "9c95b3587f5c2fda7ab7a1a67cbaa45f"),
            ("9732792", "0230d65ed1ab45d3c340d9692f631f49"),
        ] {
            assert_eq!(credentials().sign(what), signature, "{what}");
            assert!(credentials().verifies(what, signature), "{what}");
        }
    }

    #[test]
    fn any_other_signature_does_not_verify() {
        let right = credentials().sign("order001");
        for wrong in ["", &right.to_uppercase(), &right[1..], &credentials().sign("order002")] {
            assert!(!credentials().verifies("order001", wrong), "{wrong}");
        }
    }
}
