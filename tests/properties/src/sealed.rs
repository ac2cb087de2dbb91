//! Sealed bytes and keys.

use std::sync::LazyLock;

use ppob_seal::{
    KeyId, MasterKey, MasterKeys, Place, Sealer, WrappedKey, read_key_file, sealed_with,
};

static SEALER: LazyLock<Sealer> = LazyLock::new(|| Sealer::generate().expect("random bytes"));

/// Bytes as something sealed, and as something to be sealed: only what was sealed opens, in its place and
/// unchanged.
pub(crate) fn blobs(data: &[u8]) {
    let place = Place::new("payment.value", &["shop", "payment-0001"]);
    assert!(SEALER.open(&place, data).is_err(), "something opened that nobody sealed");
    let _ = sealed_with(data);
    let sealed = SEALER.seal(&place, data).expect("sealed");
    assert_eq!(SEALER.open(&place, &sealed).expect("opened").as_slice(), data);
    assert_eq!(sealed_with(&sealed), Some(SEALER.current()));
    let elsewhere = Place::new("payment.value", &["shop", "payment-0002"]);
    assert!(SEALER.open(&elsewhere, &sealed).is_err(), "it opened in another place");
    let seed = data.iter().fold(7_usize, |sum, byte| sum.wrapping_mul(31) ^ usize::from(*byte));
    for at in [seed % sealed.len(), sealed.len() - 1] {
        let mut changed = sealed.clone();
        changed[at] ^= 1 << (seed % 8);
        assert!(SEALER.open(&place, &changed).is_err(), "it opened although it was changed");
        assert!(SEALER.open(&place, &sealed[..at]).is_err(), "it opened although it was cut");
    }
}

/// Bytes as a master key, its id, the content of its file, and a key that it wrapped: read again as
/// written, never shown, and unwrapped by nothing but what wrapped it.
pub(crate) fn keys(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(id) = KeyId::new(&text) {
        assert_eq!(id.as_str(), text);
    }
    let id = || KeyId::new("main").expect("an id");
    match MasterKey::parse(id(), &text) {
        Ok(key) => {
            let written = key.expose();
            let again = MasterKey::parse(id(), &written).expect("read again");
            assert_eq!(*again.expose(), *written);
            assert!(!format!("{key:?}").contains(&written[..8]), "the key shows");
            let wrapped = SEALER.wrap(&key).expect("wrapped");
            let opened = Sealer::unlock(&wrapped, &MasterKeys::new(again)).expect("unwrapped");
            assert_eq!(opened.current(), SEALER.current());
        }
        Err(error) => {
            let said = format!("{error} {error:?}");
            assert!(text.trim().len() < 16 || !said.contains(text.trim()), "the key shows: {said}");
        }
    }
    let master = MasterKey::generate(id()).expect("random bytes");
    let forged = |number| WrappedKey { number, master: id(), bytes: data.to_vec() };
    let unlocked = Sealer::unlock(&[forged(0), forged(1)], &MasterKeys::new(master));
    assert!(unlocked.is_err(), "something was unwrapped that nobody wrapped");
}

/// Bytes as a key file: the same as the text in it, and no more than a key's length is read of it.
pub(crate) fn key_files(data: &[u8]) {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let file = tempfile::NamedTempFile::new().expect("a file");
    let mut options = std::fs::OpenOptions::new();
    let mut opened = options.write(true).mode(0o600).open(file.path()).expect("opened");
    std::io::Write::write_all(&mut opened, data).expect("written");
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(file.path(), private).expect("permissions");
    let id = || KeyId::new("main").expect("an id");
    let read = read_key_file(id(), file.path()).map(|key| key.expose());
    let told = std::str::from_utf8(data).ok().and_then(|text| MasterKey::parse(id(), text).ok());
    if data.len() < 1_024 {
        assert_eq!(read.ok().as_deref(), told.map(|key| key.expose()).as_deref());
    }
}
