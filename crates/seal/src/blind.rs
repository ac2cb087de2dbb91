//! Finding what is sealed without opening it.

use std::fmt;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Stands for a text in a column that is searched: 128 bits as 32 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlindIndex(String);

/// The key of all blind indexes, ready for use.
#[derive(Clone)]
pub(crate) struct Blinder(Hmac<Sha256>);

impl BlindIndex {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BlindIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlindIndex")
    }
}

impl Blinder {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        // A key shorter than the hash's block is filled up with zeros: that is how HMAC is defined.
        let mut block = Zeroizing::new([0; 64]);
        if let Some(start) = block.first_chunk_mut::<32>() {
            *start = *key;
        }
        Self(Hmac::new(&(*block).into()))
    }

    /// 256 bits that stand for `bytes` among those of the same `domain`.
    pub(crate) fn keyed(&self, domain: &str, bytes: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(domain.as_bytes());
        // No domain holds it, so that no domain is the beginning of another one with its text.
        mac.update(&[0]);
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }

    pub(crate) fn index(&self, domain: &str, text: &str) -> BlindIndex {
        let whole = self.keyed(domain, text.as_bytes());
        BlindIndex(HEXLOWER.encode(whole.get(..16).unwrap_or(&whole)))
    }
}
