//! Sealing and opening.

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroizing;

use crate::blind::Blinder;
use crate::master::random_key;
use crate::wrapped::{decrypt, encrypt};
use crate::{
    BlindIndex, MasterKey, MasterKeys, Place, SealError, UnlockError, UnsealError, WrappedKey,
};

/// The format of what is sealed: this byte, the data key's number (4 bytes), a nonce (24 bytes),
/// XChaCha20-Poly1305 over the text with the place and everything before the nonce as associated data.
const FORMAT: u8 = 1;
const HEADER: usize = 5;
/// How many bytes something sealed is longer than what it holds.
pub const OVERHEAD: usize = HEADER + 24 + 16;
const INDEX: u32 = 0;

/// The keys that do the work, unwrapped. `Debug` shows their numbers only.
pub struct Sealer {
    /// By number, from 1; the highest seals.
    data: BTreeMap<u32, Zeroizing<[u8; 32]>>,
    index: Zeroizing<[u8; 32]>,
    blinder: Blinder,
}

impl Sealer {
    /// New keys: data key 1 and an index key.
    ///
    /// # Errors
    /// [`SealError::NoRandom`] if the system gives no random bytes.
    pub fn generate() -> Result<Self, SealError> {
        let index = random_key().map_err(|_| SealError::NoRandom)?;
        let mut sealer = Self { data: BTreeMap::new(), blinder: Blinder::new(&index), index };
        sealer.add_data_key()?;
        Ok(sealer)
    }

    /// Unwraps the keys.
    ///
    /// # Errors
    /// [`UnlockError`]: a master key is missing or is another one, or a key is missing.
    pub fn unlock(wrapped: &[WrappedKey], keys: &MasterKeys) -> Result<Self, UnlockError> {
        let mut data = BTreeMap::new();
        let mut index = None;
        for one in wrapped {
            let key = one.unwrap_by(keys)?;
            if one.number == INDEX {
                index = Some(key);
            } else {
                data.insert(one.number, key);
            }
        }
        let index = index.filter(|_| !data.is_empty()).ok_or(UnlockError::Incomplete)?;
        Ok(Self { data, blinder: Blinder::new(&index), index })
    }

    /// All keys, wrapped by `master`.
    ///
    /// # Errors
    /// [`SealError`] if the system gives no random bytes.
    pub fn wrap(&self, master: &MasterKey) -> Result<Vec<WrappedKey>, SealError> {
        std::iter::once((&INDEX, &self.index))
            .chain(&self.data)
            .map(|(number, key)| WrappedKey::wrap(*number, key, master))
            .collect()
    }

    /// Draws the data key that seals from now on, and says its number.
    ///
    /// # Errors
    /// [`SealError::NoRandom`] if the system gives no random bytes.
    pub fn add_data_key(&mut self) -> Result<u32, SealError> {
        let number = self.current().saturating_add(1);
        let key = random_key().map_err(|_| SealError::NoRandom)?;
        self.data.insert(number, key);
        Ok(number)
    }

    /// Forgets every data key but the one that seals.
    pub fn forget_old_data_keys(&mut self) {
        let current = self.current();
        self.data.retain(|number, _| *number == current);
    }

    /// The numbers of the data keys, the one that seals last.
    pub fn data_keys(&self) -> impl Iterator<Item = u32> + '_ {
        self.data.keys().copied()
    }

    /// The number of the data key that seals.
    pub fn current(&self) -> u32 {
        self.data.last_key_value().map_or(0, |(number, _)| *number)
    }

    /// Seals `plain` for `place`.
    ///
    /// # Errors
    /// [`SealError`]: the system gives no random bytes, or it is too long.
    pub fn seal(&self, place: &Place, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let (number, key) = self.data.last_key_value().ok_or(SealError::NoRandom)?;
        let header = header(*number);
        let sealed = encrypt(key, &associated(header, place), plain)?;
        Ok([header.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for `place`.
    ///
    /// # Errors
    /// [`UnsealError`]: it was cut or changed, belongs to another place, or its key is not there.
    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        if sealed.len() < OVERHEAD {
            return Err(UnsealError::Cut);
        }
        let (header, rest) = sealed.split_first_chunk::<HEADER>().ok_or(UnsealError::Cut)?;
        let [format, number @ ..] = *header;
        if format != FORMAT {
            return Err(UnsealError::Format(format));
        }
        let number = u32::from_be_bytes(number);
        let key = self.data.get(&number).ok_or(UnsealError::UnknownKey(number))?;
        decrypt(key, &associated(*header, place), rest).ok_or(UnsealError::Forged)
    }

    /// Stands for `text` among the texts of one `domain`; equal texts have equal indexes.
    pub fn blind(&self, domain: &str, text: &str) -> BlindIndex {
        self.blinder.index(domain, text)
    }

    /// Stands for `bytes` among those of one `domain`, in 256 bits.
    pub fn keyed(&self, domain: &str, bytes: &[u8]) -> [u8; 32] {
        self.blinder.keyed(domain, bytes)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.data.keys()).finish()
    }
}

/// The number of the data key that sealed this, without opening it.
pub fn sealed_with(sealed: &[u8]) -> Option<u32> {
    let [format, number @ ..] = *sealed.first_chunk::<HEADER>()?;
    (format == FORMAT).then(|| u32::from_be_bytes(number))
}

fn header(number: u32) -> [u8; HEADER] {
    let [a, b, c, d] = number.to_be_bytes();
    [FORMAT, a, b, c, d]
}

fn associated(header: [u8; HEADER], place: &Place) -> Vec<u8> {
    [header.as_slice(), place.bytes()].concat()
}
