//! TLS on real sockets, with certificates made for the test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use ppob_api::v1::GetPaymentRequest;
use ppob_api::{ApiKey, ClientTls, PpobClient, endpoint};
use ppob_engine::ConsumerLimits;
use ppob_journal::MemoryJournal;
use ppob_server::{
    ConfiguredConsumers, ConsumerSetup, Insecure, KeyHash, Listeners, Role, Tls, TlsFiles, bind,
};
use ppob_types::ConsumerId;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::{Code, Status};

use crate::support::Bare;

/// An authority, and the files of a server that it vouches for.
pub(crate) struct Authority {
    directory: TempDir,
    pub(crate) issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { directory: tempfile::tempdir().unwrap(), issuer }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Certificate and key of these names, PEM.
    fn vouch(&self, names: &[&str], uris: &[&str]) -> (String, String) {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        for uri in uris {
            params.subject_alt_names.push(SanType::URI((*uri).try_into().unwrap()));
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// Writes the server's files.
    pub(crate) fn files(&self, names: &[&str]) -> TlsFiles {
        let files = TlsFiles {
            certificate: self.path().join("server.pem"),
            key: self.path().join("server.key"),
            client_ca: None,
        };
        let (certificate, key) = self.vouch(names, &[]);
        fs::write(&files.certificate, certificate).unwrap();
        fs::write(&files.key, key).unwrap();
        fs::set_permissions(&files.key, fs::Permissions::from_mode(0o600)).unwrap();
        files
    }

    /// The same, where clients have to show a certificate of this authority.
    fn mutual(&self) -> TlsFiles {
        let file = self.path().join("clients.pem");
        fs::write(&file, self.issuer.pem()).unwrap();
        TlsFiles { client_ca: Some(file), ..self.files(&["localhost"]) }
    }

    fn trusted(&self) -> ClientTls {
        ClientTls::default().trusting(self.issuer.pem())
    }
}

fn setup(name: &str, certificate: Option<&str>, key: Option<&str>) -> ConsumerSetup {
    ConsumerSetup {
        name: ConsumerId::new(name).unwrap(),
        keys: key.map(KeyHash::of).into_iter().collect(),
        certificate: certificate.map(str::to_owned),
        roles: vec![Role::Read],
        limits: ConsumerLimits::default(),
        rate: None,
    }
}

async fn serve(files: TlsFiles, setups: &[ConsumerSetup]) -> Bare {
    let tls = Arc::new(Tls::load(files).unwrap());
    Bare::with(|options| {
        let clock = Arc::clone(&options.clock);
        options.consumers = Arc::new(ConfiguredConsumers::new(setups, clock).unwrap());
        options.tls = Some(tls);
    })
    .await
    .unwrap()
}

/// What a call is answered; an error in place of a connection counts as no answer.
async fn ask(bare: &Bare, tls: &ClientTls, key: Option<&str>) -> Result<Status, String> {
    let address = format!("https://localhost:{}", bare.server.api_address().port());
    let channel = endpoint(address, tls).unwrap().connect().await;
    let channel = channel.map_err(|error| format!("{error:?}"))?;
    let key = key.map_or_else(ApiKey::default, |key| ApiKey::new(key).unwrap());
    let mut payments = PpobClient::of_channel(channel, key).payments;
    let request = GetPaymentRequest { payment_id: "payment-0001".to_owned() };
    let status = payments.get_payment(request).await.unwrap_err();
    // What the API itself answers is told apart from a connection that broke.
    if ppob_api::error::reason_of(&status).is_some() {
        Ok(status)
    } else {
        Err(format!("{status:?}"))
    }
}

#[tokio::test]
async fn callers_are_served_through_tls_and_in_the_clear_not_at_all() {
    let authority = Authority::new();
    let bare = serve(authority.files(&["localhost"]), &[setup("shop", None, Some("key"))]).await;
    let answer = ask(&bare, &authority.trusted(), Some("key")).await.unwrap();
    assert_eq!(answer.code(), Code::NotFound, "as far as the payment: {answer}");
    let answer = ask(&bare, &authority.trusted(), None).await.unwrap();
    assert_eq!(answer.code(), Code::Unauthenticated);
    let stranger = Authority::new();
    let refused = ask(&bare, &stranger.trusted(), Some("key")).await.unwrap_err();
    assert!(refused.contains("InvalidCertificate"), "{refused}");
    // gRPC in the clear gets an alert of TLS and the end.
    let mut clear = TcpStream::connect(bare.server.api_address()).await.unwrap();
    clear.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // The end may come as a reset.
    let _ = clear.read_to_end(&mut answer).await;
    assert!(answer.first().is_none_or(|first| *first == 0x15), "{answer:?}");
    bare.end().await;
}

#[tokio::test]
async fn a_client_certificate_shows_who_calls() {
    let authority = Authority::new();
    let consumers = [
        setup("till", Some("till.example"), None),
        setup("bank", Some("spiffe://example/bank"), Some("key")),
    ];
    let bare = serve(authority.mutual(), &consumers).await;
    let showing = |names: &[&str], uris: &[&str]| {
        let (certificate, key) = authority.vouch(names, uris);
        authority.trusted().showing(certificate, key)
    };
    let till = ask(&bare, &showing(&["till.example"], &[]), None).await.unwrap();
    assert_eq!(till.code(), Code::NotFound, "{till}");
    let bank = showing(&[], &["spiffe://example/bank"]);
    assert_eq!(ask(&bare, &bank, Some("key")).await.unwrap().code(), Code::NotFound);
    assert_eq!(ask(&bare, &bank, None).await.unwrap().code(), Code::Unauthenticated);
    // The key of one with the certificate of another.
    let mixed = ask(&bare, &showing(&["till.example"], &[]), Some("key")).await.unwrap();
    assert_eq!(mixed.code(), Code::Unauthenticated);
    let other = ask(&bare, &showing(&["other.example"], &[]), None).await.unwrap();
    assert_eq!(other.code(), Code::Unauthenticated);
    // None, or one of a stranger: no call gets through at all.
    assert!(ask(&bare, &authority.trusted(), None).await.is_err());
    let (certificate, key) = Authority::new().vouch(&["till.example"], &[]);
    let forged = authority.trusted().showing(certificate, key);
    assert!(ask(&bare, &forged, None).await.is_err());
    bare.end().await;
}

#[tokio::test]
async fn a_new_certificate_is_taken_up_while_the_server_runs() {
    let (before, after) = (Authority::new(), Authority::new());
    let files = before.files(&["localhost"]);
    let bare = serve(files.clone(), &[setup("shop", None, Some("key"))]).await;
    assert!(ask(&bare, &before.trusted(), Some("key")).await.is_ok());
    assert!(ask(&bare, &after.trusted(), Some("key")).await.is_err());
    let renewed = after.files(&["localhost"]);
    fs::copy(&renewed.key, &files.key).unwrap();
    fs::copy(&renewed.certificate, &files.certificate).unwrap();
    // The server looks by itself, and soon; the test's own time-out is the runner's.
    while ask(&bare, &after.trusted(), Some("key")).await.is_err() {
        tokio::task::yield_now().await;
    }
    assert!(ask(&bare, &before.trusted(), Some("key")).await.is_err());
    bare.end().await;
}

#[tokio::test]
async fn other_machines_reach_nothing_without_tls_and_consumers() {
    let everywhere = ([0, 0, 0, 0], 0).into();
    let here = ([127, 0, 0, 1], 0).into();
    let authority = Authority::new();
    let files = authority.files(&["localhost"]);
    let consumers = [setup("shop", None, Some("key"))];
    for (tls, proven, insecure, starts) in [
        (false, false, false, false),
        (true, false, false, false),
        (false, true, false, false),
        (true, true, false, true),
        (false, false, true, true),
    ] {
        let listeners = Listeners {
            api: bind("api", everywhere).await.unwrap(),
            operator: bind("operator", here).await.unwrap(),
            metrics: None,
            callbacks: None,
        };
        let started = Bare::listening(listeners, MemoryJournal::new(), None, |options| {
            let clock = Arc::clone(&options.clock);
            let setups = if proven { &consumers[..] } else { &[] };
            options.consumers = Arc::new(ConfiguredConsumers::new(setups, clock).unwrap());
            options.tls = tls.then(|| Arc::new(Tls::load(files.clone()).unwrap()));
            options.insecure = Insecure { api: insecure, ..Insecure::default() };
        })
        .await;
        assert_eq!(started.is_ok(), starts, "TLS {tls}, consumers {proven}, insecure {insecure}");
        match started {
            Ok(bare) => bare.end().await,
            Err(error) => assert!(error.to_string().contains("other machines"), "{error}"),
        }
    }
    let listeners = Listeners {
        api: bind("api", here).await.unwrap(),
        operator: bind("operator", here).await.unwrap(),
        metrics: Some(bind("metrics", everywhere).await.unwrap()),
        callbacks: None,
    };
    let started = Bare::listening(listeners, MemoryJournal::new(), None, |_| {}).await;
    assert!(started.is_err(), "metrics are told to everybody");
}
