//! The keys that come from outside.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

use crate::KeyError;

/// The name of a master key: told in errors and kept beside what it wraps, so that people know which
/// key is needed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(String);

/// 256 random bits that wrap the keys that do the work. Emptied from memory when dropped.
#[derive(Clone)]
pub struct MasterKey {
    id: KeyId,
    secret: Zeroizing<[u8; 32]>,
}

/// The master key that wraps from now on, and earlier ones that may still be needed to unwrap.
#[derive(Clone, Debug)]
pub struct MasterKeys {
    current: MasterKey,
    old: Vec<MasterKey>,
}

impl KeyId {
    /// Reads an id.
    ///
    /// # Errors
    /// [`KeyError::Id`] unless it has 1 to 64 letters, digits, `.`, `_` or `-`.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if (1..=64).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(KeyError::Id)
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl MasterKey {
    /// Reads a key: 64 hexadecimal digits, or base64. Blanks around it do not matter.
    ///
    /// # Errors
    /// [`KeyError::Text`] if it is no key; the text is not shown.
    pub fn parse(id: KeyId, text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let bytes = Zeroizing::new(if text.len() == 64 {
            HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()
        } else {
            STANDARD.decode(text).ok()
        });
        let secret = bytes.as_ref().and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
        match secret {
            Some(secret) => Ok(Self { id, secret: Zeroizing::new(secret) }),
            None => Err(KeyError::Text(id)),
        }
    }

    /// Draws a key.
    ///
    /// # Errors
    /// [`KeyError::NoRandom`] if the system gives no random bytes.
    pub fn generate(id: KeyId) -> Result<Self, KeyError> {
        let secret = random_key().map_err(|_| KeyError::NoRandom)?;
        Ok(Self { id, secret })
    }

    /// Its name.
    pub const fn id(&self) -> &KeyId {
        &self.id
    }

    /// The key as it is written to a key file; never for a log.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(HEXLOWER.encode(self.secret.as_slice()))
    }

    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

impl MasterKeys {
    /// Only this one.
    pub const fn new(current: MasterKey) -> Self {
        Self { current, old: Vec::new() }
    }

    /// Also these, to unwrap what they wrapped earlier.
    #[must_use]
    pub fn with_old(mut self, old: Vec<MasterKey>) -> Self {
        self.old = old;
        self
    }

    /// The one that wraps.
    pub const fn current(&self) -> &MasterKey {
        &self.current
    }

    pub(crate) fn of(&self, id: &KeyId) -> impl Iterator<Item = &MasterKey> {
        self.all().filter(move |key| key.id == *id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.current).chain(&self.old)
    }
}

/// A key that nobody knows.
pub(crate) fn random_key() -> Result<Zeroizing<[u8; 32]>, getrandom::Error> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice())?;
    Ok(key)
}
