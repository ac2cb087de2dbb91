//! Payments for the suite, made with the real machine.

use std::sync::Arc;
use std::time::Duration;

use ppob_payment::{Approval, Attempt, Event, NewAttempt, Payment, PaymentRequest, Terms, step};
use ppob_types::{
    AttemptId, ConsumerId, CustomerNumber, FailureReason, Family, NotSentCause, Observed,
    Parameters, PayAnswer, PayOutcome, PaymentId, PaymentKey, ProductCode, ProviderName,
    ProviderRef, Purchase, Rupiah, Timestamp,
};

use crate::{
    Acceptance, Change, Committed, EventKind, Fingerprint, Journal, JournalError, NewPayment,
    StoredPayment,
};

pub(super) const WINDOW: Duration = Duration::from_mins(10);
pub(super) const PROVIDER: &str = "mmbc-jkt";

/// `seconds` after the suite's own beginning of time.
pub(super) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000).plus(Duration::from_secs(seconds))
}

pub(super) fn consumer(name: &str) -> ConsumerId {
    ConsumerId::new(name).unwrap()
}

pub(super) fn provider(name: &str) -> ProviderName {
    ProviderName::new(name).unwrap()
}

pub(super) fn key(owner: &str, number: u64) -> PaymentKey {
    PaymentKey {
        consumer: consumer(owner),
        id: PaymentId::new(&format!("payment-{number:06}")).unwrap(),
    }
}

/// A PLN token of 20 000 for customer `customer`.
pub(super) fn token_request(customer: u64) -> PaymentRequest {
    PaymentRequest {
        purchase: purchase("PLN-PREPAID-20000", Family::PlnPrepaid, &format!("{customer:011}")),
        approval: Approval::ListPrice,
        allow_lower_total: false,
        repeat: 0,
        despite_in_doubt: None,
        shown: None,
    }
}

pub(super) fn purchase(product: &str, family: Family, customer: &str) -> Purchase {
    Purchase {
        product: ProductCode::new(product).unwrap(),
        family,
        customer: CustomerNumber::parse(family, customer).unwrap(),
        amount: None,
        parameters: Parameters::default(),
    }
}

pub(super) fn new_payment(
    key: PaymentKey,
    serial: u64,
    request: PaymentRequest,
    now: Timestamp,
) -> NewPayment {
    NewPayment {
        payment: Payment::accepted(Terms {
            family: request.purchase.family,
            accepted_at: now,
            pay_by: now.plus(Duration::from_mins(2)),
            max_attempts: 3,
            max_total: None,
        }),
        key,
        serial,
        fingerprint: Fingerprint([u8::try_from(request.repeat).unwrap(); 32]),
        request,
        duplicate_window: WINDOW,
        may_displace_holder: false,
        day_max: None,
        now,
    }
}

/// Accepts token payment `number` of customer `number`.
pub(super) async fn accept(journal: &Arc<dyn Journal>, owner: &str, number: u64) -> StoredPayment {
    accept_at(journal, owner, number, at(0)).await
}

pub(super) async fn accept_at(
    journal: &Arc<dyn Journal>,
    owner: &str,
    number: u64,
    now: Timestamp,
) -> StoredPayment {
    let serial = journal.reserve_serial().await.unwrap();
    let new = new_payment(key(owner, number), serial, token_request(number), now);
    accepted(journal.accept(new).await)
}

pub(super) fn accepted(acceptance: Result<Acceptance, JournalError>) -> StoredPayment {
    match acceptance {
        Ok(Acceptance::Accepted(stored)) => *stored,
        other => panic!("not accepted: {other:?}"),
    }
}

pub(super) fn done(committed: Result<Committed, JournalError>) -> StoredPayment {
    match committed {
        Ok(Committed::Done(stored)) => *stored,
        other => panic!("not done: {other:?}"),
    }
}

/// The change that `event` makes to `stored`.
pub(super) fn change(
    stored: &StoredPayment,
    event: Event,
    kind: EventKind,
    now: Timestamp,
) -> Change {
    let payment = step(&stored.payment, event, now).unwrap().payment;
    change_to(stored, payment, kind, now)
}

/// A change to a value that the machine need not have made.
pub(super) fn change_to(
    stored: &StoredPayment,
    payment: Payment,
    kind: EventKind,
    now: Timestamp,
) -> Change {
    Change {
        key: stored.key.clone(),
        expected_version: stored.version,
        payment,
        kind,
        now,
        unlisted: Vec::new(),
        audit: None,
        agreement: None,
    }
}

pub(super) async fn commit(
    journal: &Arc<dyn Journal>,
    stored: &StoredPayment,
    event: Event,
    kind: EventKind,
    now: Timestamp,
) -> StoredPayment {
    done(journal.commit(change(stored, event, kind, now)).await)
}

/// The next attempt begins, at `PROVIDER`.
pub(super) async fn begin(journal: &Arc<dyn Journal>, stored: &StoredPayment) -> StoredPayment {
    let event = begin_event(stored.serial, &stored.payment, PROVIDER);
    let now = stored.updated_at;
    commit(journal, stored, event, EventKind::AttemptBegun, now).await
}

pub(super) fn begin_event(serial: u64, payment: &Payment, name: &str) -> Event {
    let number = u32::try_from(payment.attempts.len()).unwrap() + 1;
    Event::Begin(NewAttempt {
        id: AttemptId::new(serial, number),
        provider: provider(name),
        provider_code: "PLN 20/TOKEN".to_owned(),
        expected_cost: Rupiah::new(20_700),
        max_cost: Rupiah::new(20_800),
        expected_total: Rupiah::new(22_500),
        late_execution_bound: Duration::from_mins(10),
    })
}

/// The last attempt is answered with `outcome`.
pub(super) async fn answer(
    journal: &Arc<dyn Journal>,
    stored: &StoredPayment,
    outcome: PayOutcome,
    now: Timestamp,
) -> StoredPayment {
    let event = answered(stored, outcome, None);
    commit(journal, stored, event, EventKind::Answered, now).await
}

pub(super) fn answered(
    stored: &StoredPayment,
    outcome: PayOutcome,
    reference: Option<&str>,
) -> Event {
    let observed =
        Observed { provider_ref: reference.and_then(ProviderRef::new), ..Observed::default() };
    Event::Answered {
        attempt: stored.payment.attempts.last().map_or(0, |a: &Attempt| a.number),
        answer: PayAnswer { outcome, observed },
        refusal_trusted: true,
    }
}

/// Begins an attempt and lets it succeed.
pub(super) async fn succeed(
    journal: &Arc<dyn Journal>,
    stored: &StoredPayment,
    now: Timestamp,
) -> StoredPayment {
    let begun = begin(journal, stored).await;
    answer(journal, &begun, PayOutcome::Succeeded, now).await
}

/// Lets a payment without a live attempt fail.
pub(super) async fn fail(
    journal: &Arc<dyn Journal>,
    stored: &StoredPayment,
    now: Timestamp,
) -> StoredPayment {
    let event = Event::GiveUp(FailureReason::NoRoute);
    commit(journal, stored, event, EventKind::GaveUp, now).await
}

pub(super) const NOT_SENT: PayOutcome = PayOutcome::NotSent(NotSentCause::Connect);
