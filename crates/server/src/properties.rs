//! What must hold for any request that a caller sends, and for any place in a list.
//!
//! Each function takes bytes, reads them as this crate does, and panics if a property does not hold.
#![expect(clippy::panic, reason = "a property that does not hold panics; no release compiles it")]

use std::fmt::Debug;

use ppob_api::error::may_be_accepted;
use ppob_api::v1;
use ppob_engine::RequestedApproval;
use ppob_routing::Catalogue;
use ppob_types::{ConsumerId, Rupiah};
use prost::Message;
use tonic::Status;

use crate::consumer::{Caller, KeyHash, LocalConsumer};
use crate::convert::filter::PaymentFilter;
use crate::convert::request;
use crate::convert::scalar::{duration, moment, span, time};
use crate::rpc::page;
use crate::tokens::Question;

/// Longer requests say nothing that shorter ones do not.
const LONGEST: usize = 16 * 1024;

/// In place of a customer's number, to see where it gets to.
const NUMBER: &str = "918273645546372819";

/// Reads one message after the other; the choice is modulo their number.
macro_rules! round_trips {
    ($choice:expr, $bytes:expr, $($message:ident),* $(,)?) => {{
        let readers: &[fn(&[u8])] = &[$(|bytes| { round_trip::<v1::$message>(bytes); },)*];
        if let Some(read) = readers.get(usize::from($choice) % readers.len()) {
            read($bytes);
        }
    }};
}

/// A message of the API: the first byte says of which kind, the rest is the message. What is read is
/// written and read again as the same, it becomes a request to the engine that says the same or an error
/// after which it is certain that nothing was done, and no error and no log shows the customer's number.
pub fn requests(data: &[u8]) {
    let Some((choice, bytes)) = data.split_first() else { return };
    if bytes.len() > LONGEST {
        return;
    }
    match choice % 8 {
        0..=2 => create_payment(bytes),
        3 => inquire(bytes),
        4 => list_payments(bytes),
        _ => round_trips!(
            choice / 8,
            bytes,
            ListProductsRequest,
            WatchCatalogRequest,
            ExplainRouteRequest,
            ListProvidersRequest,
            SetProviderModeRequest,
            SetOfferModeRequest,
            RefreshCatalogRequest,
            ListUnlistedRepliesRequest,
            ListReviewsRequest,
            CheckNowRequest,
            AddNoteRequest,
            ResolvePaymentRequest,
            RecordDepositRequest,
            ListAuditRequest,
            ExportCustomerRequest,
            EraseCustomerRequest,
            BatchGetPaymentsRequest,
            AbandonPaymentRequest,
            StreamPaymentEventsRequest,
            Payment,
            Bill,
        ),
    }
}

fn round_trip<T: Message + Default + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
    let message = T::decode(bytes).ok()?;
    let again = T::decode(message.encode_to_vec().as_slice());
    assert_eq!(again.as_ref(), Ok(&message), "written and read again");
    Some(message)
}

fn create_payment(bytes: &[u8]) {
    let Some(message) = round_trip::<v1::CreatePaymentRequest>(bytes) else { return };
    let catalogue = Catalogue::default();
    match request::create_payment(message.clone(), &caller(), &catalogue) {
        Ok(read) => {
            assert_eq!(read.id.as_str(), message.payment_id);
            assert_eq!(read.product.as_str(), message.product_code);
            assert_eq!(read.customer_number, message.customer_number);
            assert_eq!(read.amount.map(Rupiah::get), message.amount_rupiah);
            assert!(read.amount.is_none_or(Rupiah::is_positive));
            assert_eq!(i64::from(read.repeat), i64::from(message.repeat));
            let despite = read.despite_in_doubt.as_ref().map_or("", |id| id.as_str());
            assert_eq!(despite, message.despite_in_doubt);
            assert!(read.pay_within.is_none_or(|span| !span.is_zero()));
            if let RequestedApproval::Total(total) = read.approval {
                assert!(total.is_positive());
                assert!(message.max_total_rupiah.is_none_or(|most| total.get() <= most));
            }
        }
        Err(status) => nothing_was_done(&status),
    }
    let marked = v1::CreatePaymentRequest { customer_number: NUMBER.to_owned(), ..message };
    hides_the_number(&marked);
    let long = v1::CreatePaymentRequest { customer_number: NUMBER.repeat(5), ..marked };
    hides_the_number(&request::create_payment(long, &caller(), &catalogue).map(drop));
}

fn inquire(bytes: &[u8]) {
    let Some(message) = round_trip::<v1::InquireRequest>(bytes) else { return };
    match request::inquire(message.clone(), caller().consumer) {
        Ok(read) => {
            assert_eq!(read.product.as_str(), message.product_code);
            assert_eq!(read.amount.map(Rupiah::get), message.amount_rupiah);
            assert!(read.amount.is_none_or(Rupiah::is_positive));
        }
        Err(status) => nothing_was_done(&status),
    }
    let marked = v1::InquireRequest { customer_number: NUMBER.to_owned(), ..message };
    hides_the_number(&marked);
    let long = v1::InquireRequest { customer_number: NUMBER.repeat(5), ..marked };
    hides_the_number(&request::inquire(long, caller().consumer).map(drop));
}

fn list_payments(bytes: &[u8]) {
    let Some(message) = round_trip::<v1::ListPaymentsRequest>(bytes) else { return };
    let consumer = caller().consumer;
    match PaymentFilter::read(&message) {
        Ok(filter) => {
            let question = filter.question(&consumer);
            let place = page::number(&question, &message.page_token);
            if let Err(status) = place {
                nothing_was_done(&status);
            }
            let asked = filter.journal(&consumer, None);
            assert_eq!(asked.consumer.as_ref(), Some(&consumer), "payments of somebody else");
        }
        Err(status) => nothing_was_done(&status),
    }
    if let Err(status) = page::size(message.page_size, 50, 500).map(|size| assert!(size <= 500)) {
        nothing_was_done(&status);
    }
    let marked = v1::ListPaymentsRequest { customer_number: NUMBER.to_owned(), ..message };
    hides_the_number(&marked);
    hides_the_number(&PaymentFilter::read(&marked).map(drop));
}

fn nothing_was_done(status: &Status) {
    assert!(!may_be_accepted(status), "an error that does not say that nothing was done: {status}");
}

fn hides_the_number<T: Debug>(shown: &T) {
    assert!(!format!("{shown:?}").contains(NUMBER), "the customer's number shows");
}

fn caller() -> Caller {
    match LocalConsumer::new() {
        Ok(local) => local.caller(),
        Err(error) => panic!("{error}"),
    }
}

/// A text as a page token, and as a place that gets one: a token opens for its own question only, to the
/// very place it was made of, and not if anything of it was changed.
pub fn page_tokens(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (Ok(shop), Ok(other)) = (ConsumerId::new("shop"), ConsumerId::new("other")) else { return };
    let mut question = Question::new("payments", &shop);
    question.filter("states", "FAILED");
    if let Some(place) = question.place(&text) {
        assert!(question.token(&place).eq_ignore_ascii_case(&text), "a token that nobody made");
    }
    let token = question.token(&text);
    assert_eq!(question.place(&token).as_deref(), Some(&*text));
    assert_eq!(Question::new("payments", &other).place(&token), None, "of another consumer");
    assert_eq!(Question::new("payments", &shop).place(&token), None, "of other filters");
    for at in (0..token.len()).step_by(1 + token.len() / 16) {
        let mut changed = token.clone();
        let with = if token.get(at..=at) == Some("0") { "1" } else { "0" };
        changed.replace_range(at..=at, with);
        assert_eq!(question.place(&changed), None, "changed at {at}");
    }
}

/// A text as the hash of an API key, and as a key: a hash is read as it is written, and a key never shows.
pub fn key_hashes(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(hash) = text.parse::<KeyHash>() {
        assert!(hash.to_string().eq_ignore_ascii_case(&text));
    }
    let hash = KeyHash::of(&text);
    assert_eq!(hash.to_string().parse(), Ok(hash));
    assert!(text.len() < 16 || !format!("{hash:?}{hash}").contains(&*text));
}

/// Sixteen bytes as a time and a span of the API: what is read is written and read again as the same, to
/// the microsecond.
pub fn times(data: &[u8]) {
    let (Some(seconds), Some(nanos)) = (data.first_chunk::<8>(), data.get(8..12)) else { return };
    let seconds = i64::from_le_bytes(*seconds);
    let Ok(nanos) = <[u8; 4]>::try_from(nanos) else { return };
    let nanos = i32::from_le_bytes(nanos);
    if let Some(read) = moment(&prost_types::Timestamp { seconds, nanos }) {
        let written = time(read);
        assert_eq!((written.seconds, written.nanos), (seconds, nanos / 1_000 * 1_000));
        assert_eq!(moment(&written), Some(read));
    }
    if let Some(read) = duration(&prost_types::Duration { seconds, nanos }) {
        assert_eq!(span(read), prost_types::Duration { seconds, nanos });
    }
}
