//! TLS to the server, and whom it is taken from.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;

use ppob_journal::Journal;
use ppob_journal_postgres::{OpenError, PostgresJournal, PostgresSettings};
use ppob_test_postgres::{Cluster, psql};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::support::payments::send;
use crate::support::settings;

/// One who vouches for servers.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server that talks TLS as `localhost`, at an address of this machine that nobody else has: the port of
/// every test's server is the same.
fn server(authority: &CertifiedIssuer<'static, KeyPair>) -> (Cluster, String) {
    let mut cluster = Cluster::start().unwrap();
    let data = cluster.data_directory();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    private(&data, "server.crt", &certificate.pem());
    private(&data, "server.key", &key.serialize_pem());
    let [_, a, b, c] = std::process::id().to_be_bytes();
    let address = format!("127.{}.{b}.{}", a | 0x80, c | 1);
    append(&data, "postgresql.conf", &format!("ssl = on\nlisten_addresses = '{address}'\n"));
    fs::write(data.join("pg_hba.conf"), "local all all trust\nhostssl all all 127.0.0.0/8 trust\n")
        .unwrap();
    cluster.restart().unwrap();
    psql(&cluster.url(), "CREATE DATABASE over_tls").unwrap();
    let url = format!("host=localhost hostaddr={address} port=5432 user=ppob dbname=over_tls");
    (cluster, url)
}

/// A file that belongs to the server's user, and is read by nobody else.
fn private(data: &Path, name: &str, text: &str) {
    let file = data.join(name);
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let owner = fs::metadata(data).unwrap();
    chown(&file, Some(owner.uid()), Some(owner.gid())).unwrap();
}

fn append(data: &Path, name: &str, text: &str) {
    let mut file = fs::File::options().append(true).open(data.join(name)).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_authority_is_asked_for_and_no_other_is_believed() {
    let (right, wrong) = (authority(), authority());
    let (cluster, url) = server(&right);
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let file = directory.path().join(name);
        fs::write(&file, text).unwrap();
        file
    };
    let with = |ca| PostgresSettings {
        ca: Some(ca),
        ..settings(url.clone(), directory.path().join("sends"))
    };
    let told = PostgresJournal::open(&with(file("wrong.pem", &wrong.pem()))).await.unwrap_err();
    assert!(matches!(told, OpenError::Unreachable(_)), "{told:?}");
    assert!(told.to_string().contains("certificate"), "{told}");
    for (name, text) in [("empty.pem", ""), ("key.pem", "-----BEGIN X-----\n!\n")] {
        let told = PostgresJournal::open(&with(file(name, text))).await.unwrap_err();
        assert!(matches!(told, OpenError::Certificates { .. }), "{told:?}");
    }

    let journal = PostgresJournal::open(&with(file("right.pem", &right.pem()))).await.unwrap();
    let stored = send(&journal, 1).await;
    assert_eq!(journal.load(&stored.key).await.unwrap(), Some(stored));
    let plain = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE application_name = 'ppob' AND NOT ssl";
    assert_eq!(psql(&cluster.url(), plain).unwrap(), "0");
    journal.close().await.unwrap();

    // The same server under a name that its certificate does not have, and without TLS.
    let other = url.replace("localhost", "127.0.0.1");
    let mut strange = with(directory.path().join("right.pem"));
    strange.url = other.into();
    let told = PostgresJournal::open(&strange).await.unwrap_err();
    assert!(told.to_string().contains("certificate"), "{told}");
    let bare = settings(url.clone(), directory.path().join("sends"));
    let told = PostgresJournal::open(&bare).await.unwrap_err();
    assert!(matches!(told, OpenError::Unreachable(_)), "{told:?}");
}
