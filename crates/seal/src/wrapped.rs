//! The keys that do the work, as they are kept.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::{KeyId, MasterKey, MasterKeys, Place, SealError, UnlockError};

const NONCE: usize = 24;

/// A key that does the work, wrapped by a master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// 0 for the index key, otherwise the number of the data key.
    pub number: u32,
    /// Which master key wrapped it.
    pub master: KeyId,
    /// The wrapped key. Worthless without the master key.
    pub bytes: Vec<u8>,
}

impl WrappedKey {
    pub(crate) fn wrap(number: u32, key: &[u8; 32], master: &MasterKey) -> Result<Self, SealError> {
        let mut bytes = encrypt(master.secret(), place(number, master.id()).bytes(), key)?;
        bytes.shrink_to_fit();
        Ok(Self { number, master: master.id().clone(), bytes })
    }

    pub(crate) fn unwrap_by(&self, keys: &MasterKeys) -> Result<Zeroizing<[u8; 32]>, UnlockError> {
        let mut candidates = keys.of(&self.master).peekable();
        if candidates.peek().is_none() {
            return Err(UnlockError::NoKey {
                needed: self.master.clone(),
                given: keys.all().map(|key| format!("`{}`", key.id())).collect(),
            });
        }
        let place = place(self.number, &self.master);
        candidates
            .filter_map(|master| decrypt(master.secret(), place.bytes(), &self.bytes))
            .find_map(|key| <[u8; 32]>::try_from(key.as_slice()).ok())
            .map(Zeroizing::new)
            .ok_or_else(|| UnlockError::WrongKey(self.master.clone()))
    }
}

fn place(number: u32, master: &KeyId) -> Place {
    Place::new("sealed_key.wrapped", &[&number.to_string(), master.as_str()])
}

/// Nonce and ciphertext.
pub(crate) fn encrypt(key: &[u8; 32], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(|_| SealError::NoRandom)?;
    let payload = Payload { msg: plain, aad };
    let sealed = XChaCha20Poly1305::new(&(*key).into())
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| SealError::TooLong)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// `None` if it was changed, or if key or place are others.
pub(crate) fn decrypt(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: sealed, aad };
    XChaCha20Poly1305::new(&(*key).into())
        .decrypt(&XNonce::from(*nonce), payload)
        .ok()
        .map(Zeroizing::new)
}
