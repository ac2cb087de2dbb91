//! Payments to be accepted, and their changes.

use std::time::Duration;

use ppob_journal::{
    Acceptance, AuditEntry, Change, Committed, EventKind, Fingerprint, Journal, NewPayment, Note,
    StoredPayment, Who,
};
use ppob_payment::{Approval, Event, NewAttempt, Payment, PaymentRequest, Terms, step};
use ppob_types::{
    AttemptId, ConsumerId, CustomerNumber, Family, Observed, Parameters, PayAnswer, PayOutcome,
    PaymentId, PaymentKey, ProductCode, ProviderName, ProviderRef, Purchase, Rupiah, Sensitive,
    Timestamp,
};

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

pub(crate) fn key(number: u64) -> PaymentKey {
    PaymentKey {
        consumer: ConsumerId::new("shop").unwrap(),
        id: PaymentId::new(&format!("payment-{number:06}")).unwrap(),
    }
}

pub(crate) fn provider() -> ProviderName {
    ProviderName::new("mmbc-jkt").unwrap()
}

/// Payment `number`, of a customer of its own, with its first attempt being sent.
pub(crate) fn new_payment(number: u64, serial: u64) -> NewPayment {
    let family = Family::PlnPrepaid;
    let accepted = Payment::accepted(Terms {
        family,
        accepted_at: NOW,
        pay_by: NOW.plus(Duration::from_mins(2)),
        max_attempts: 3,
        max_total: None,
    });
    let begin = Event::Begin(NewAttempt {
        id: AttemptId::new(serial, 1),
        provider: provider(),
        provider_code: "PLNS20".to_owned(),
        expected_cost: Rupiah::new(20_700),
        max_cost: Rupiah::new(20_800),
        expected_total: Rupiah::new(22_500),
        late_execution_bound: Duration::from_mins(10),
    });
    NewPayment {
        key: key(number),
        serial,
        request: PaymentRequest {
            purchase: Purchase {
                product: ProductCode::new("PLN-PREPAID-20000").unwrap(),
                family,
                customer: CustomerNumber::parse(family, &format!("{number:011}")).unwrap(),
                amount: None,
                parameters: Parameters::default(),
            },
            approval: Approval::ListPrice,
            allow_lower_total: false,
            repeat: 0,
            despite_in_doubt: None,
            shown: None,
        },
        fingerprint: Fingerprint([7; 32]),
        payment: step(&accepted, begin, NOW).unwrap().payment,
        duplicate_window: Duration::from_mins(10),
        may_displace_holder: false,
        day_max: None,
        now: NOW,
    }
}

pub(crate) async fn send(journal: &dyn Journal, number: u64) -> StoredPayment {
    let serial = journal.reserve_serial().await.unwrap();
    match journal.accept(new_payment(number, serial)).await.unwrap() {
        Acceptance::Accepted(stored) => *stored,
        other => unreachable!("{other:?}"),
    }
}

pub(crate) fn answered(
    stored: &StoredPayment,
    outcome: PayOutcome,
    reference: Option<&str>,
) -> Change {
    let observed = Observed {
        provider_ref: reference.and_then(ProviderRef::new),
        charged: Some(Rupiah::new(20_700)),
        ..Observed::default()
    };
    let answer = PayAnswer { outcome, observed };
    change(stored, Event::Answered { attempt: 1, answer, refusal_trusted: true })
}

pub(crate) fn change(stored: &StoredPayment, event: Event) -> Change {
    Change {
        key: stored.key.clone(),
        expected_version: stored.version,
        payment: step(&stored.payment, event, NOW).unwrap().payment,
        kind: EventKind::Answered,
        now: NOW,
        unlisted: Vec::new(),
        audit: None,
        agreement: None,
    }
}

/// Paid, with this reference.
pub(crate) async fn pay(journal: &dyn Journal, number: u64, reference: &str) -> StoredPayment {
    let stored = send(journal, number).await;
    let change = answered(&stored, PayOutcome::Succeeded, Some(reference));
    match journal.commit(change).await.unwrap() {
        Committed::Done(stored) => *stored,
        other => unreachable!("{other:?}"),
    }
}

pub(crate) fn who(actor: &str) -> Who {
    let operator = ConsumerId::new("office").unwrap();
    Who { operator, proven: true, actor: actor.to_owned() }
}

pub(crate) fn entry(subject: &str) -> AuditEntry {
    AuditEntry {
        operator: who("sari").operator,
        actor: "sari".to_owned(),
        second_actor: None,
        action: "AddNote".to_owned(),
        subject: subject.to_owned(),
        reason: Sensitive::new("clarified"),
        before: String::new(),
        after: "noted".to_owned(),
        at: NOW,
    }
}

pub(crate) fn note(number: u64, actor: &str) -> Note {
    let text = Sensitive::new("called, and was told");
    Note { key: key(number), who: who(actor), text, at: NOW }
}
