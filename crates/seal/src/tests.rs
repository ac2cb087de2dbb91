//! Sealing, opening, wrapping, and what must not work.

use std::collections::BTreeSet;

use crate::{
    KeyError, KeyId, MasterKey, MasterKeys, OVERHEAD, Place, Sealer, UnlockError, UnsealError,
    create_key_file, read_key_file, sealed_with,
};

fn id(text: &str) -> KeyId {
    KeyId::new(text).unwrap()
}

fn master(name: &str, byte: char) -> MasterKey {
    MasterKey::parse(id(name), &byte.to_string().repeat(64)).unwrap()
}

fn place() -> Place {
    Place::new("payment.value", &["shop", "payment-1"])
}

#[test]
fn what_was_sealed_opens_and_does_not_show_itself() {
    let sealer = Sealer::generate().unwrap();
    for plain in [b"".as_slice(), b"SITI AMINAH", vec![b'x'; 70_000].as_slice()] {
        let closed = sealer.seal(&place(), plain).unwrap();
        assert_eq!(closed.len(), plain.len() + OVERHEAD);
        assert_eq!(sealed_with(&closed), Some(1));
        assert_eq!(sealer.open(&place(), &closed).unwrap().as_slice(), plain);
        assert!(plain.is_empty() || !closed.windows(plain.len()).any(|part| part == plain));
    }
}

#[test]
fn one_text_sealed_twice_looks_different() {
    let sealer = Sealer::generate().unwrap();
    let many: BTreeSet<Vec<u8>> =
        (0..100).map(|_| sealer.seal(&place(), b"91011121314").unwrap()).collect();
    assert_eq!(many.len(), 100);
}

#[test]
fn what_belongs_elsewhere_does_not_open() {
    let sealer = Sealer::generate().unwrap();
    let closed = sealer.seal(&place(), b"SITI AMINAH").unwrap();
    for other in [
        Place::new("payment.request", &["shop", "payment-1"]),
        Place::new("payment.value", &["shop", "payment-2"]),
        Place::new("payment.value", &["shopp", "ayment-1"]),
        Place::new("payment.value", &["shop", "payment-1", ""]),
        Place::new("payment.value", &["shoppayment-1"]),
    ] {
        assert_eq!(sealer.open(&other, &closed).unwrap_err(), UnsealError::Forged, "{other:?}");
    }
}

#[test]
fn a_flipped_bit_anywhere_is_noticed() {
    let sealer = Sealer::generate().unwrap();
    let closed = sealer.seal(&place(), b"SITI AMINAH").unwrap();
    for bit in 0..closed.len() * 8 {
        let mut changed = closed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let error = sealer.open(&place(), &changed).unwrap_err();
        match bit / 8 {
            0 => assert!(matches!(error, UnsealError::Format(_)), "{bit}: {error:?}"),
            1..5 => assert!(matches!(error, UnsealError::UnknownKey(_)), "{bit}: {error:?}"),
            _ => assert_eq!(error, UnsealError::Forged, "{bit}"),
        }
    }
}

#[test]
fn what_was_cut_does_not_open() {
    let sealer = Sealer::generate().unwrap();
    let closed = sealer.seal(&place(), b"SITI AMINAH").unwrap();
    for length in 0..closed.len() {
        let error = sealer.open(&place(), &closed[..length]).unwrap_err();
        let expected = if length < OVERHEAD { UnsealError::Cut } else { UnsealError::Forged };
        assert_eq!(error, expected, "{length}");
    }
}

#[test]
fn other_keys_do_not_open_it() {
    let closed = Sealer::generate().unwrap().seal(&place(), b"SITI AMINAH").unwrap();
    let other = Sealer::generate().unwrap();
    assert_eq!(other.open(&place(), &closed).unwrap_err(), UnsealError::Forged);
}

#[test]
fn a_new_data_key_seals_and_the_old_one_opens_until_it_is_forgotten() {
    let mut sealer = Sealer::generate().unwrap();
    let old = sealer.seal(&place(), b"old").unwrap();
    let index = sealer.blind("customer", "91011121314");
    assert_eq!(sealer.add_data_key().unwrap(), 2);
    let new = sealer.seal(&place(), b"new").unwrap();
    assert_eq!((sealed_with(&old), sealed_with(&new)), (Some(1), Some(2)));
    assert_eq!(sealer.open(&place(), &old).unwrap().as_slice(), b"old");
    sealer.forget_old_data_keys();
    assert_eq!(sealer.open(&place(), &old).unwrap_err(), UnsealError::UnknownKey(1));
    assert_eq!(sealer.open(&place(), &new).unwrap().as_slice(), b"new");
    assert_eq!(sealer.blind("customer", "91011121314"), index);
}

#[test]
fn a_blind_index_is_equal_for_equal_texts_of_one_domain_and_key_only() {
    let sealer = Sealer::generate().unwrap();
    let index = sealer.blind("customer", "91011121314");
    assert_eq!(index.as_str().len(), 32);
    assert_eq!(index, sealer.blind("customer", "91011121314"));
    let kept = crate::blind::Blinder::new(&[0x11; 32]).index("customer", "91011121314");
    assert_eq!(
        kept.as_str(),
        "8a952ec021aa55fdae9307c7d7cb9416",
        "every journal that was written would search in vain"
    );
    let others = [
        sealer.blind("customer", "91011121315"),
        sealer.blind("reply", "91011121314"),
        sealer.blind("customer9", "1011121314"),
        Sealer::generate().unwrap().blind("customer", "91011121314"),
    ];
    assert!(others.iter().all(|other| *other != index));
    assert_ne!(sealer.keyed("fingerprint", &[1; 32]), sealer.keyed("fingerprint", &[2; 32]));
}

#[test]
fn wrapped_keys_open_with_their_master_key_also_as_an_old_one() {
    let (first, second) = (master("a", '1'), master("b", '2'));
    let mut sealer = Sealer::generate().unwrap();
    sealer.add_data_key().unwrap();
    let closed = sealer.seal(&place(), b"SITI AMINAH").unwrap();
    let wrapped = sealer.wrap(&first).unwrap();
    assert_eq!(wrapped.iter().map(|key| key.number).collect::<Vec<_>>(), [0, 1, 2]);
    let keys = MasterKeys::new(second).with_old(vec![first]);
    let unlocked = Sealer::unlock(&wrapped, &keys).unwrap();
    assert_eq!(unlocked.open(&place(), &closed).unwrap().as_slice(), b"SITI AMINAH");
    assert_eq!(unlocked.blind("customer", "1"), sealer.blind("customer", "1"));
}

#[test]
fn a_missing_or_wrong_master_key_is_named_and_opens_nothing() {
    let wrapped = Sealer::generate().unwrap().wrap(&master("vault-7", '1')).unwrap();
    let missing = Sealer::unlock(&wrapped, &MasterKeys::new(master("b", '1'))).unwrap_err();
    let text = missing.to_string();
    assert!(text.contains("`vault-7`") && text.contains("`b`"), "{text}");
    let wrong = Sealer::unlock(&wrapped, &MasterKeys::new(master("vault-7", '2'))).unwrap_err();
    assert_eq!(wrong, UnlockError::WrongKey(id("vault-7")));
}

#[test]
fn wrapped_keys_do_not_stand_in_for_each_other_and_none_may_be_missing() {
    let key = master("a", '1');
    let mut sealer = Sealer::generate().unwrap();
    sealer.add_data_key().unwrap();
    let wrapped = sealer.wrap(&key).unwrap();
    let keys = MasterKeys::new(key);
    let mut swapped = wrapped.clone();
    swapped[1].number = 2;
    swapped[2].number = 1;
    assert_eq!(Sealer::unlock(&swapped, &keys).unwrap_err(), UnlockError::WrongKey(id("a")));
    for incomplete in [&wrapped[..1], &wrapped[1..], &[]] {
        assert_eq!(Sealer::unlock(incomplete, &keys).unwrap_err(), UnlockError::Incomplete);
    }
}

#[test]
fn a_key_is_read_from_hexadecimal_digits_and_from_base64() {
    let hex = master("a", '0');
    let base64 =
        MasterKey::parse(id("a"), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n").unwrap();
    assert_eq!(*hex.expose(), *base64.expose());
    for bad in ["", "00", &"0".repeat(63), &"g".repeat(64), &"é".repeat(32), "AAAA"] {
        let error = MasterKey::parse(id("a"), bad).unwrap_err();
        assert!(matches!(error, KeyError::Text(_)), "{bad}: {error:?}");
    }
    for bad in ["", "a b", "schlüssel", &"k".repeat(65)] {
        assert!(KeyId::new(bad).is_err(), "{bad}");
    }
}

#[test]
fn neither_a_key_nor_a_sealer_shows_itself() {
    let key = master("a", '7');
    let sealer = Sealer::generate().unwrap();
    let keys = MasterKeys::new(key.clone());
    assert_eq!(format!("{key:?} {sealer:?}"), "MasterKey(a) {1}");
    assert!(!format!("{keys:?}").contains("77"));
    assert_eq!(format!("{:?}", sealer.blind("customer", "1")), "BlindIndex");
}

#[cfg(unix)]
#[test]
fn a_key_file_is_for_its_owner_and_is_never_written_over() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.key");
    assert!(matches!(read_key_file(id("a"), &path), Err(KeyError::Missing(_))));
    let key = create_key_file(id("a"), &path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(*read_key_file(id("a"), &path).unwrap().expose(), *key.expose());
    assert!(matches!(create_key_file(id("a"), &path), Err(KeyError::Exists(_))));
    for (mode, readable) in [(0o640, true), (0o644, false), (0o602, false)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let read = read_key_file(id("a"), &path);
        assert_eq!(read.is_ok(), readable, "{mode:o}");
    }
}
