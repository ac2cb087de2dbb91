//! What providers tell by themselves, over HTTP: what becomes of it, and what they are answered.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ppob_api::v1::{GetPaymentRequest, Payment, PaymentState, WatchPaymentRequest};
use ppob_journal::{MemoryHooks, MemoryJournal};
use ppob_provider::Callback;
use ppob_types::{AttemptId, Observed, ProviderRef, Sensitive, StatusReport, StatusVerdict};
use tokio::net::TcpStream;

use crate::support::{Answered, METER, Pay, Told, Trouble, World, exchange, observed, token};

/// News about the first attempt of the first payment.
pub(crate) fn news() -> Callback {
    Callback {
        attempt: Some(AttemptId::new(1, 1)),
        provider_ref: ProviderRef::new("INV1"),
        customer: Some(Sensitive::new(METER)),
        provider_code: Some("TOKEN".to_owned()),
        report: StatusReport { verdict: StatusVerdict::Succeeded, observed: Observed::default() },
    }
}

impl World {
    /// From now on this body says that.
    pub(crate) fn means(&self, body: &[u8], callback: Callback) {
        self.provider.callbacks.lock().unwrap().insert(body.to_vec(), callback);
    }

    pub(crate) async fn tell(&self, told: &Told) -> Answered {
        told.send(self.server.callbacks_address().unwrap()).await
    }

    async fn payment(&self) -> Payment {
        let request = GetPaymentRequest { payment_id: "payment-0001".to_owned() };
        let mut payments = self.client.payments.clone();
        payments.get_payment(request).await.unwrap().into_inner().payment.unwrap()
    }

    async fn until(&self, state: PaymentState) -> Payment {
        let watch = WatchPaymentRequest { payment_id: "payment-0001".to_owned() };
        let mut payments = self.client.payments.clone();
        let mut all = payments.watch_payment(watch).await.unwrap().into_inner();
        loop {
            // Ends where the payment does: in this state, or the test fails here.
            let next = all.message().await.unwrap().unwrap();
            let payment = next.payment.unwrap();
            if payment.state() == state {
                return payment;
            }
        }
    }
}

#[tokio::test]
async fn a_callback_makes_the_engine_ask_and_settles_a_doubt_and_told_again_it_changes_nothing() {
    let world = World::new().await;
    world.provider.will([Pay::Unknown]);
    let doubt = world.pay(token("payment-0001")).await;
    assert_eq!(doubt.state(), PaymentState::InDoubt);
    world.provider.will_report(StatusVerdict::Succeeded, observed(1));
    world.means(b"paid", news());
    let taken = world.tell(&Told::new(b"paid")).await;
    assert_eq!((taken.status, taken.body.as_str()), (200, "ok\n"));
    let paid = world.until(PaymentState::Succeeded).await;
    for _ in 0..3 {
        assert_eq!(world.tell(&Told::new(b"paid")).await, taken);
    }
    assert_eq!(world.payment().await, paid, "said again, it is no news");
    world.end().await;
}

#[tokio::test]
async fn a_forged_callback_changes_nothing() {
    let world = World::new().await;
    world.provider.will([Pay::Unknown]);
    let doubt = world.pay(token("payment-0001")).await;
    world.means(b"paid", news());
    for secret in [Some("wrong"), Some(""), None] {
        let headers = secret.map(|secret| ("X-Secret", secret.to_owned()));
        let forged = Told { headers: headers.into_iter().collect(), ..Told::new(b"paid") };
        let answer = world.tell(&forged).await;
        assert_eq!((answer.status, answer.body.as_str()), (401, "not authentic\n"));
    }
    assert_eq!(world.payment().await, doubt);
    world.end().await;
}

#[tokio::test]
async fn the_answer_does_not_tell_whether_anything_was_known() {
    let world = World::new().await;
    world.provider.will([Pay::Unknown]);
    world.pay(token("payment-0001")).await;
    world.means(b"asked", news());
    world.means(b"unknown", Callback { attempt: Some(AttemptId::new(77, 1)), ..news() });
    let other = Some(Sensitive::new("99999999999"));
    world.means(b"another customer", Callback { customer: other, ..news() });
    world.means(b"of nobody", Callback { attempt: None, provider_ref: None, ..news() });
    let first = world.tell(&Told::new(b"asked")).await;
    assert_eq!(first.status, 200);
    for body in ["unknown", "another customer", "of nobody", "ping", "asked"] {
        assert_eq!(world.tell(&Told::new(body.as_bytes())).await, first, "{body}");
    }
    world.end().await;
}

#[tokio::test]
async fn everything_reaches_the_provider_byte_for_byte() {
    let world = World::new().await;
    let address = world.server.callbacks_address().unwrap();
    // Neither text nor JSON as anybody would write it again.
    let body = b"\xff\x00{\"b\" : 1,\r\n\"a\":1.50}\r\n ";
    world
        .tell(&Told { headers: vec![("X-Hub-Signature", "Sha1=AB".to_owned())], ..Told::new(body) })
        .await;
    let query = "refid=P1&message=SUKSES.%20SN%3a+1&message=x&&a=";
    let target = format!("/callbacks/scripted-a?{query}");
    world.tell(&Told { method: "GET", target, ..Told::new(b"") }).await;
    let chunked =
        b"POST /callbacks/scripted-a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\
                    3\r\n\xff\x00{\r\n2\r\n\r\n\r\n0\r\n\r\n";
    exchange(TcpStream::connect(address).await.unwrap(), chunked).await.unwrap();
    // As reverse proxies send it by default.
    let old = b"POST /callbacks/scripted-a HTTP/1.0\r\nX-Twice: 1\r\nX-Twice: 2\r\nContent-Length: 3\r\n\r\nold";
    let answer = exchange(TcpStream::connect(address).await.unwrap(), old).await;
    assert_eq!(answer.unwrap().status, 401);

    let seen = world.provider.raw_callbacks.lock().unwrap().clone();
    let [posted, got, chunked, old] = seen.as_slice() else { unreachable!("{seen:?}") };
    assert_eq!(posted.body, body);
    assert_eq!(posted.query, b"");
    let has = |raw: &ppob_provider::RawCallback, name: &str, value: &str| {
        raw.headers.iter().any(|(known, is)| known == name && is.expose() == value)
    };
    assert!(has(posted, "x-hub-signature", "Sha1=AB"));
    assert_eq!(got.query, query.as_bytes());
    assert_eq!(got.body, b"");
    assert_eq!(chunked.body, b"\xff\x00{\r\n");
    assert_eq!(old.body, b"old");
    assert!(has(old, "x-twice", "1") && has(old, "x-twice", "2"));
    world.end().await;
}

#[tokio::test]
async fn whatever_is_no_callback_of_a_provider_is_refused_in_words() {
    let world = World::new().await;
    let told = || Told::new(b"noise");
    let to = |target: &str| Told { target: target.to_owned(), ..told() };
    for (what, told, status, body) in [
        ("unreadable", told(), 400, "not readable\n"),
        ("another provider", to("/callbacks/scripted-b"), 404, "no provider that"),
        ("no name", to("/callbacks/"), 404, "no provider that"),
        ("two names", to("/callbacks/scripted-a/x"), 404, "no provider that"),
        ("no name at all", to("/callbacks/..%2f"), 404, "no provider that"),
        ("another path", to("/"), 404, "no provider that"),
        ("metrics", to("/metrics"), 404, "no provider that"),
        ("put", Told { method: "PUT", ..told() }, 405, "POST or GET\n"),
        ("delete", Told { method: "DELETE", ..told() }, 405, "POST or GET\n"),
    ] {
        let answer = world.tell(&told).await;
        assert_eq!(answer.status, status, "{what}: {answer:?}");
        assert!(answer.body.starts_with(body), "{what}: {answer:?}");
    }
    world.provider.sends_callbacks.store(false, Ordering::SeqCst);
    let none = world.tell(&told()).await;
    assert_eq!(none, world.tell(&to("/callbacks/scripted-b")).await);
    world.end().await;
}

#[tokio::test]
async fn what_cannot_be_kept_now_is_to_be_told_again() {
    let trouble = Trouble::new("");
    let journal = MemoryJournal::with_hooks(Arc::clone(&trouble) as Arc<dyn MemoryHooks>);
    let world = World::on(journal, None, |_| {}).await;
    world.provider.will([Pay::Unknown]);
    world.pay(token("payment-0001")).await;
    world.means(b"paid", news());
    trouble.dead.store(true, Ordering::SeqCst);
    let later = world.tell(&Told::new(b"paid")).await;
    assert_eq!((later.status, later.body.as_str()), (503, "not now; send it again\n"));
    assert!(later.head.to_ascii_lowercase().contains("retry-after: 30"), "{later:?}");
    trouble.dead.store(false, Ordering::SeqCst);
    world.provider.will_report(StatusVerdict::Succeeded, observed(1));
    assert_eq!(world.tell(&Told::new(b"paid")).await.status, 200);
    world.until(PaymentState::Succeeded).await;
    world.end().await;
}
