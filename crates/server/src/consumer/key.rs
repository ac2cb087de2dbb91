//! API keys, of which only hashes are kept.

use std::fmt;
use std::str::FromStr;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What every key begins with, so that scanners recognise one that leaked.
pub const KEY_PREFIX: &str = "ppob_";

const ALGORITHM: &str = "sha256:";

/// The SHA-256 of an API key. A key has 256 random bits, so nothing slower is needed to keep it from
/// being guessed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyHash([u8; 32]);

/// Text that is no hash of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a key stands here as sha256: and 64 hexadecimal digits, never itself; make one with `ppob key new NAME`"
)]
pub struct KeyHashError;

impl KeyHash {
    /// The hash of a key as its consumer sends it.
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }

    /// Whether both are the same, in a time that does not tell how much of them is.
    pub(super) fn same(&self, other: &Self) -> subtle::Choice {
        self.0.ct_eq(&other.0)
    }
}

impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ALGORITHM}{}", HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, ..] = self.0;
        write!(f, "{ALGORITHM}{first:02x}{second:02x}…")
    }
}

impl FromStr for KeyHash {
    type Err = KeyHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix(ALGORITHM).ok_or(KeyHashError)?;
        let hash = HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).map_err(|_| KeyHashError)?;
        hash.try_into().map(Self).map_err(|_| KeyHashError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_written_and_a_key_itself_is_refused() {
        let hash = KeyHash::of("abc");
        let text = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash.to_string(), text);
        assert_eq!(text.parse(), Ok(hash));
        assert_eq!(text.to_uppercase().replace("SHA256", "sha256").parse(), Ok(hash));
        for wrong in ["", "sha256:", KEY_PREFIX, &text[..70], &format!("{text}0"), &text[7..]] {
            assert_eq!(wrong.parse::<KeyHash>(), Err(KeyHashError), "{wrong}");
        }
        assert_eq!(format!("{hash:?}"), "sha256:ba78…");
    }
}
