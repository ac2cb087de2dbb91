//! Who can reach the listener for callbacks, by TLS or without, and what the log says of it.

use std::io::Write;
use std::sync::{Arc, Mutex};

use ppob_journal::MemoryJournal;
use ppob_server::{Insecure, Listeners, Tls, bind};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tracing_subscriber::fmt::MakeWriter;

use crate::callbacks::news;
use crate::support::{Bare, CALLBACK_SECRET, METER, Pay, Told, World, exchange, token};
use crate::tls::Authority;

#[tokio::test]
async fn callbacks_come_through_tls_as_http_1_1() {
    let authority = Authority::new();
    let tls = Tls::load_for_callbacks(authority.files(&["localhost"])).unwrap();
    let bare = Bare::with(|options| options.callbacks_tls = Some(Arc::new(tls))).await.unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(authority.issuer.der().clone()).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(ring).with_safe_default_protocol_versions();
    let mut config = config.unwrap().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let stream = TcpStream::connect(bare.server.callbacks_address().unwrap()).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    let answer = exchange(stream, &Told::new(b"ping").bytes()).await.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"));
    bare.end().await;
}

#[tokio::test]
async fn other_machines_reach_callbacks_by_tls_or_by_an_explicit_word() {
    let everywhere = ([0, 0, 0, 0], 0).into();
    let here = ([127, 0, 0, 1], 0).into();
    let authority = Authority::new();
    let files = authority.files(&["localhost"]);
    for (tls, insecure, starts) in [(false, false, false), (true, false, true), (false, true, true)]
    {
        let listeners = Listeners {
            api: bind("api", here).await.unwrap(),
            operator: bind("operator", here).await.unwrap(),
            metrics: None,
            callbacks: Some(bind("callbacks", everywhere).await.unwrap()),
        };
        let started = Bare::listening(listeners, MemoryJournal::new(), None, |options| {
            let load = || Arc::new(Tls::load_for_callbacks(files.clone()).unwrap());
            options.callbacks_tls = tls.then(load);
            options.insecure = Insecure { callbacks: insecure, ..Insecure::default() };
        })
        .await;
        assert_eq!(started.is_ok(), starts, "TLS {tls}, insecure {insecure}");
        match started {
            Ok(bare) => bare.end().await,
            Err(error) => assert!(error.to_string().contains("callbacks address"), "{error}"),
        }
    }
}

/// A log that the test can read.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_level_of_the_log_shows_what_a_callback_carries() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let _here = tracing::subscriber::set_default(subscriber);
    let world = World::new().await;
    world.provider.will([Pay::Unknown]);
    world.pay(token("payment-0001")).await;
    let body = b"a-body-with-91011121314";
    world.means(body, news());
    let query = "message=a-query-with-91011121314";
    let target = format!("/callbacks/scripted-a?{query}");
    let told = Told { target, ..Told::new(body) };
    assert_eq!(world.tell(&told).await.status, 200);
    let forged = ("X-Secret", "a-wrong-secret".to_owned());
    let forged = Told { headers: vec![forged], ..told.clone() };
    assert_eq!(world.tell(&forged).await.status, 401);
    assert_eq!(world.tell(&Told { body: b"a-noise".to_vec(), ..told.clone() }).await.status, 400);
    let nowhere = Told { target: format!("/callbacks/a-foreign-name?{query}"), ..told.clone() };
    assert_eq!(world.tell(&nowhere).await.status, 404);
    let address = world.server.callbacks_address().unwrap();
    let malformed = b"POST /callbacks/scripted-a?a-malformed-one HTTP/9\r\n\r\n";
    exchange(TcpStream::connect(address).await.unwrap(), malformed).await;
    world.end().await;
    let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(told.contains("not authentic") && told.contains("not in its format"), "{told}");
    for secret in [
        CALLBACK_SECRET,
        "a-wrong-secret",
        METER,
        "a-body",
        "a-query",
        "a-noise",
        "a-foreign-name",
        "a-malformed-one",
    ] {
        assert!(!told.contains(secret), "{secret} is in the log:\n{told}");
    }
}
