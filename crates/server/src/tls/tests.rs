use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;

/// Writes a fresh certificate with its key.
fn write(directory: &Path, name: &str) -> TlsFiles {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let files = TlsFiles {
        certificate: directory.join(format!("{name}.pem")),
        key: directory.join(format!("{name}.key")),
        client_ca: None,
    };
    fs::write(&files.certificate, made.cert.pem()).unwrap();
    fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    fs::set_permissions(&files.key, fs::Permissions::from_mode(0o600)).unwrap();
    files
}

#[test]
fn what_is_wrong_with_the_files_is_said_by_file() {
    let directory = tempfile::tempdir().unwrap();
    let one = write(directory.path(), "one");
    let two = write(directory.path(), "two");
    assert!(Tls::load(one.clone()).is_ok());
    let error = |files| Tls::load(files).unwrap_err().to_string();

    let mixed = TlsFiles { key: two.key.clone(), ..one.clone() };
    let told = error(mixed);
    assert!(told.contains("one.pem") && told.contains("two.key"), "{told}");

    let missing = TlsFiles { key: directory.path().join("no.key"), ..one.clone() };
    assert!(error(missing).contains("no.key cannot be read"));
    let missing = TlsFiles { certificate: directory.path().join("no.pem"), ..one.clone() };
    assert!(error(missing).contains("no.pem"));
    let swapped = TlsFiles { certificate: one.key.clone(), ..one.clone() };
    assert!(error(swapped).contains("no certificate in it"));
    let empty = directory.path().join("empty.pem");
    fs::write(&empty, "").unwrap();
    let no_clients = TlsFiles { client_ca: Some(empty), ..one.clone() };
    assert!(error(no_clients).contains("empty.pem"));

    fs::set_permissions(&one.key, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(error(one).contains("can be read by every user"));
}

#[test]
fn changed_files_are_read_again_and_wrong_ones_change_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let files = write(directory.path(), "server");
    let tls = Tls::load(files.clone()).unwrap();
    let first = tls.current.load_full();
    assert!(!tls.reload().unwrap(), "nothing changed");
    let other = write(directory.path(), "other");
    // The certificate arrives before its key.
    fs::copy(&other.certificate, &files.certificate).unwrap();
    let later = fs::metadata(&files.key).unwrap().modified().unwrap() + Duration::from_secs(5);
    fs::File::options().write(true).open(&files.certificate).unwrap().set_modified(later).unwrap();
    assert!(matches!(tls.reload(), Err(TlsError::Mismatch { .. })));
    assert!(Arc::ptr_eq(&first, &tls.current.load_full()), "the earlier one is kept");
    assert!(!tls.reload().unwrap(), "what is wrong is told once");
    fs::copy(&other.key, &files.key).unwrap();
    fs::File::options().write(true).open(&files.key).unwrap().set_modified(later).unwrap();
    assert!(tls.reload().unwrap());
    assert!(!Arc::ptr_eq(&first, &tls.current.load_full()));
}
