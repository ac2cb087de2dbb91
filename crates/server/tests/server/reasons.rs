//! Every error that can be provoked, over gRPC, held against the table of reasons.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ppob_api::error::reason::{Accepted, Detail};
use ppob_api::error::{Reason, metadata_of};
use ppob_api::v1::create_payment_request::Approval;
use ppob_api::v1::resolve_payment_request::Verdict;
use ppob_api::v1::{
    AbandonPaymentRequest, CheckNowRequest, CreatePaymentRequest, GetPaymentRequest,
    GetProductRequest, ImportStatementRequest, InquireRequest, ListPaymentsRequest,
    ListProvidersRequest, ProviderMode, ResolvePaymentRequest, SetProviderModeRequest,
    StreamPaymentEventsRequest, VerdictNotExecuted,
};
use ppob_engine::ConsumerLimits;
use ppob_journal::{MemoryHooks, MemoryJournal};
use ppob_provider::ProviderErrorKind;
use ppob_server::{Access, Caller, Consumers, Credentials, Meter, Role, Unidentified};
use ppob_types::{ConsumerId, RefusalCode, RefusalScope, Rejection};
use tonic::{Request, Status};
use tonic_types::StatusExt;

use crate::support::{
    BILL, METER, PLN_TOKEN, Pay, SUBSCRIBER, Trouble, World, meter, token, token_for,
};

/// Reasons that are provoked elsewhere, or that nothing answers yet.
const NOT_HERE: [&Reason; 13] = [
    // No method answers it: see `wire`.
    Reason::NOT_IMPLEMENTED,
    // Only the limits and rights of configured consumers lead there.
    Reason::FAMILY_NOT_ALLOWED,
    Reason::RATE_LIMITED,
    Reason::PAYMENT_LIMIT_EXCEEDED,
    Reason::DAY_LIMIT_EXCEEDED,
    Reason::TOO_MANY_IN_FLIGHT,
    // Events are kept for ever so far.
    Reason::CURSOR_TOO_OLD,
    // Needs a provider that confirms references.
    Reason::REFERENCE_MISMATCH,
    Reason::REFERENCE_TAKEN,
    // Needs a configuration: see `reload`.
    Reason::CONFIG_INVALID,
    // Nothing answers them yet.
    Reason::CHECK_TOO_EARLY,
    Reason::VERDICT_CONTRADICTS,
    Reason::DEPOSIT_ID_REUSED,
];

/// What was provoked so far.
#[derive(Default)]
pub(crate) struct Provoked(BTreeSet<&'static str>);

impl Provoked {
    /// Holds an error against its row of the table.
    pub(crate) fn check<T>(&mut self, expected: &Reason, rpc: &str, answer: Result<T, Status>) {
        let status = answer.err().unwrap();
        let info = status.get_details_error_info().unwrap();
        assert_eq!(
            (info.domain.as_str(), info.reason.as_str()),
            ("ppob.v1", expected.word),
            "{status}"
        );
        assert_eq!(status.code(), expected.code, "{status}");
        assert_eq!(carried(&status), expected.details.iter().copied().collect(), "{expected}");
        let details = status.get_error_details();
        let localized = details.localized_message().unwrap();
        assert_eq!((&*localized.locale, &*localized.message), ("id-ID", expected.indonesian));
        let metadata = metadata_of(&status);
        let asks = ["Get", "BatchGet", "List", "Watch", "Stream", "Explain"];
        let asks = asks.into_iter().any(|name| rpc.starts_with(name));
        let said = metadata.get("accepted").map(String::as_str);
        let promised: &[Option<&str>] = match expected.accepted {
            Accepted::Unsaid => &[None],
            _ if asks => &[None],
            Accepted::No => &[Some("no")],
            Accepted::Unknown => &[Some("unknown")],
            Accepted::Depends => &[Some("no"), Some("unknown")],
        };
        assert!(promised.contains(&said), "{expected}: accepted is {said:?}");
        for key in metadata.keys().filter(|key| *key != "accepted") {
            assert!(expected.metadata.contains(&key.as_str()), "{expected} has {key}");
        }
        assert!(listed(expected.word, rpc), "the proto of {rpc} does not list {expected}");
        assert!(status.message().len() > 20, "{status}");
        let shown = format!("{status:?} {details:?}");
        for secret in [METER, SUBSCRIBER, PLN_TOKEN, "BUDI", KEY] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        self.0.insert(expected.word);
    }
}

fn carried(status: &Status) -> BTreeSet<Detail> {
    let details = status.get_error_details();
    let all = [
        (details.bad_request().is_some(), Detail::BadRequest),
        (details.precondition_failure().is_some(), Detail::PreconditionFailure),
        (details.quota_failure().is_some(), Detail::QuotaFailure),
        (details.resource_info().is_some(), Detail::ResourceInfo),
        (details.retry_info().is_some(), Detail::RetryInfo),
    ];
    all.into_iter().filter(|(there, _)| *there).map(|(_, detail)| detail).collect()
}

/// Whether the comment of the RPC, or of its service, lists the word.
fn listed(word: &str, rpc: &str) -> bool {
    use prost::Message;
    let set = prost_types::FileDescriptorSet::decode(ppob_api::FILE_DESCRIPTOR_SET).unwrap();
    set.file.iter().any(|file| {
        let locations = file.source_code_info.iter().flat_map(|info| &info.location);
        let lists = |path: &[i32]| {
            let found = locations.clone().find(|location| location.path == path);
            let comment = found.map_or("", |location| location.leading_comments());
            comment
                .split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
                .any(|one| one == word)
        };
        (0..).zip(&file.service).any(|(service, described)| {
            let method = described.method.iter().position(|method| method.name() == rpc);
            method.is_some_and(|method| {
                lists(&[6, service]) || lists(&[6, service, 2, i32::try_from(method).unwrap()])
            })
        })
    })
}

const KEY: &str = "canary-key-7c1d";

/// One consumer that may only read, and a key that meets a defect.
#[derive(Debug)]
struct Reader;

impl Consumers for Reader {
    fn identify(&self, credentials: &Credentials<'_>) -> Result<Caller, Unidentified> {
        match credentials.metadata.get("authorization").map(|value| value.to_str().unwrap()) {
            None => Err(Unidentified::Missing),
            Some("reader") => Ok(Caller {
                consumer: ConsumerId::new("reader").unwrap(),
                roles: [Role::Read].into(),
                limits: ConsumerLimits::default(),
                meter: Meter::default(),
                proven: true,
                access: Access::default(),
            }),
            Some(who) => {
                assert_ne!(who, "defect", "a defect, on purpose");
                Err(Unidentified::Invalid)
            }
        }
    }

    fn must_prove(&self) -> bool {
        true
    }
}

async fn of_credentials(provoked: &mut Provoked) {
    let world = World::with(None, |options| options.consumers = Arc::new(Reader)).await;
    let mut payments = world.client.payments.clone();
    let as_who = |who: &'static str| {
        let mut request = Request::new(token("payment-0001"));
        if !who.is_empty() {
            request.metadata_mut().insert("authorization", who.parse().unwrap());
        }
        request
    };
    for (expected, who) in [
        (Reason::CREDENTIALS_MISSING, ""),
        (Reason::CREDENTIALS_INVALID, KEY),
        (Reason::ROLE_MISSING, "reader"),
        (Reason::INTERNAL, "defect"),
    ] {
        let answer = payments.create_payment(as_who(who)).await;
        provoked.check(expected, "CreatePayment", answer);
    }
    // The connection lives on after the defect.
    let answer = payments.create_payment(as_who("")).await;
    provoked.check(Reason::CREDENTIALS_MISSING, "CreatePayment", answer);
    world.end().await;
}

async fn of_creating(provoked: &mut Provoked) {
    let world = World::new().await;
    let mut payments = world.client.payments.clone();
    let bill = |id: &str, inquiry: &str| CreatePaymentRequest {
        product_code: BILL.to_owned(),
        customer_number: SUBSCRIBER.to_owned(),
        approval: Some(Approval::InquiryId(inquiry.to_owned())),
        ..token(id)
    };
    let question = InquireRequest {
        product_code: BILL.to_owned(),
        customer_number: SUBSCRIBER.to_owned(),
        ..InquireRequest::default()
    };
    let inquiry = payments.inquire(question).await.unwrap().into_inner().bill.unwrap().inquiry_id;
    let closed = AbandonPaymentRequest { payment_id: "payment-closed".to_owned() };
    payments.abandon_payment(closed).await.unwrap();
    world.pay(token("payment-0001")).await;
    world.provider.will([Pay::Unknown]);
    world.pay(token_for("payment-0002", &meter(2))).await;
    for (expected, request) in [
        (Reason::FIELD_INVALID, token("short")),
        (
            Reason::PRODUCT_UNKNOWN,
            CreatePaymentRequest { product_code: "PLN-X".to_owned(), ..token("payment-0003") },
        ),
        (Reason::PAYMENT_ID_REUSED, token_for("payment-0001", &meter(1))),
        (Reason::PAYMENT_ID_ABANDONED, token("payment-closed")),
        (Reason::REPEAT_NEEDED, token("payment-0003")),
        (Reason::PAYMENT_OPEN, token_for("payment-0003", &meter(2))),
        (
            Reason::DESPITE_REFUSED,
            CreatePaymentRequest {
                despite_in_doubt: "payment-0002".to_owned(),
                repeat: 1,
                ..token_for("payment-0003", &meter(2))
            },
        ),
        (Reason::INQUIRY_UNKNOWN, bill("payment-0003", "I0000000000FF")),
        (
            Reason::INQUIRY_MISMATCH,
            CreatePaymentRequest {
                customer_number: "530000000002".to_owned(),
                ..bill("payment-0003", &inquiry)
            },
        ),
        (
            Reason::TOTAL_ABOVE_MAXIMUM,
            CreatePaymentRequest {
                approval: Some(Approval::ApprovedTotalRupiah(1_000)),
                ..token_for("payment-0003", &meter(3))
            },
        ),
    ] {
        provoked.check(expected, "CreatePayment", payments.create_payment(request).await);
    }
    for (expected, id) in
        [(Reason::PAYMENT_SUCCEEDED, "payment-0001"), (Reason::ATTEMPT_ALIVE, "payment-0002")]
    {
        let abandon = AbandonPaymentRequest { payment_id: id.to_owned() };
        provoked.check(expected, "AbandonPayment", payments.abandon_payment(abandon).await);
    }
    world.clock.put_forward(Duration::from_hours(48));
    let late = payments.create_payment(bill("payment-0003", &inquiry)).await;
    provoked.check(Reason::INQUIRY_EXPIRED, "CreatePayment", late);
    world.engine.drain();
    let late = payments.create_payment(token_for("payment-0004", &meter(4))).await;
    provoked.check(Reason::SHUTTING_DOWN, "CreatePayment", late);
    assert_eq!(world.provider.charges.lock().unwrap().len(), 1, "no refused call paid");
    world.end().await;
}

async fn of_inquiring(provoked: &mut Provoked) {
    let mut world = World::new().await;
    let mut payments = world.client.payments.clone();
    let question = InquireRequest {
        product_code: BILL.to_owned(),
        customer_number: SUBSCRIBER.to_owned(),
        ..InquireRequest::default()
    };
    for (expected, code) in [
        (Reason::NUMBER_INVALID, RefusalCode::NumberInvalid),
        (Reason::BILL_ALREADY_PAID, RefusalCode::BillAlreadyPaid),
        (Reason::CUT_OFF, RefusalCode::CutOff),
        (Reason::AMOUNT_INVALID, RefusalCode::AmountInvalid),
        (Reason::LIMIT_REACHED, RefusalCode::LimitReached),
        (Reason::PROVIDER_REFUSED, RefusalCode::Other),
    ] {
        let refusal = ProviderErrorKind::Refused(Rejection { code, scope: RefusalScope::Bill });
        world.provider.silent.lock().unwrap().push_back(refusal);
        provoked.check(expected, "Inquire", payments.inquire(question.clone()).await);
    }
    world.provider.silent.lock().unwrap().push_back(ProviderErrorKind::Unreadable);
    let silent = payments.inquire(question.clone()).await;
    provoked.check(Reason::PROVIDERS_UNAVAILABLE, "Inquire", silent);
    let off = SetProviderModeRequest {
        provider: "scripted-a".to_owned(),
        mode: ProviderMode::Off.into(),
        reason: "gangguan".to_owned(),
        actor: "sari".to_owned(),
    };
    world.operator.set_provider_mode(off).await.unwrap();
    provoked.check(Reason::NO_ROUTE, "Inquire", payments.inquire(question).await);
    world.end().await;
}

async fn of_asking(provoked: &mut Provoked) {
    let trouble = Trouble::new("");
    let journal = MemoryJournal::with_hooks(Arc::clone(&trouble) as Arc<dyn MemoryHooks>);
    let mut world = World::on(journal, None, |_| {}).await;
    let mut payments = world.client.payments.clone();
    let mut catalog = world.client.catalog.clone();
    let get = GetPaymentRequest { payment_id: "payment-0001".to_owned() };
    provoked.check(
        Reason::PAYMENT_NOT_FOUND,
        "GetPayment",
        payments.get_payment(get.clone()).await,
    );
    let page = ListPaymentsRequest { page_token: "00".to_owned(), ..Default::default() };
    provoked.check(Reason::PAGE_TOKEN_INVALID, "ListPayments", payments.list_payments(page).await);
    let product = GetProductRequest { product_code: "PLN-X".to_owned() };
    provoked.check(Reason::PRODUCT_UNKNOWN, "GetProduct", catalog.get_product(product).await);
    let from = StreamPaymentEventsRequest { after_cursor: "00".to_owned(), ..Default::default() };
    let events = payments.stream_payment_events(from).await;
    provoked.check(Reason::CURSOR_INVALID, "StreamPaymentEvents", events);
    let nobody = ListProvidersRequest { provider: "nobody".to_owned() };
    provoked.check(
        Reason::PROVIDER_UNKNOWN,
        "ListProviders",
        world.operator.list_providers(nobody).await,
    );
    let nonsense = ImportStatementRequest {
        provider: "scripted-a".to_owned(),
        content: b"a;b;c".to_vec(),
        actor: "sari".to_owned(),
        ..ImportStatementRequest::default()
    };
    provoked.check(
        Reason::STATEMENT_UNREADABLE,
        "ImportStatement",
        world.operator.import_statement(nonsense).await,
    );
    trouble.dead.store(true, Ordering::SeqCst);
    provoked.check(Reason::JOURNAL_UNAVAILABLE, "GetPayment", payments.get_payment(get).await);
    trouble.dead.store(false, Ordering::SeqCst);
    world.end().await;
}

async fn of_operating(provoked: &mut Provoked) {
    let mut world = World::new().await;
    world.pay(token("payment-0001")).await;
    world.provider.will([Pay::Unknown]);
    world.pay(token_for("payment-0002", &meter(2))).await;
    for (expected, id) in [
        (Reason::NOTHING_TO_CHECK, "payment-0001"),
        (Reason::CHECK_NOT_POSSIBLE, "payment-0002"),
        (Reason::PAYMENT_NOT_FOUND, "payment-0003"),
    ] {
        let check = CheckNowRequest {
            consumer: "local".to_owned(),
            payment_id: id.to_owned(),
            actor: "sari".to_owned(),
            ..Default::default()
        };
        provoked.check(expected, "CheckNow", world.operator.check_now(check).await);
    }
    let verdict = ResolvePaymentRequest {
        consumer: "local".to_owned(),
        payment_id: "payment-0002".to_owned(),
        verdict: Some(Verdict::NotExecuted(VerdictNotExecuted {})),
        evidence: format!("not on the statement of {METER}"),
        actor: "sari".to_owned(),
        second_actor: "budi".to_owned(),
        seen: world.mark_of("payment-0002").await,
        ..Default::default()
    };
    for (expected, request) in [
        (Reason::TOO_EARLY_FOR_VERDICT, verdict.clone()),
        (
            Reason::SECOND_PERSON_NEEDED,
            ResolvePaymentRequest { second_actor: "sari".to_owned(), ..verdict.clone() },
        ),
        (
            Reason::VERSION_CHANGED,
            ResolvePaymentRequest { expected_version: 99, ..verdict.clone() },
        ),
        (Reason::ATTEMPT_NOT_OPEN, ResolvePaymentRequest { attempt_number: 9, ..verdict }),
    ] {
        provoked.check(expected, "ResolvePayment", world.operator.resolve_payment(request).await);
    }
    world.end().await;
}

#[tokio::test]
async fn every_error_has_the_code_the_details_and_the_promise_of_its_row() {
    let mut provoked = Provoked::default();
    of_credentials(&mut provoked).await;
    of_creating(&mut provoked).await;
    of_inquiring(&mut provoked).await;
    of_asking(&mut provoked).await;
    of_operating(&mut provoked).await;
    for reason in Reason::ALL {
        let elsewhere = NOT_HERE.contains(reason);
        assert_ne!(provoked.0.contains(reason.word), elsewhere, "{reason}");
    }
}
