//! Payments as the engine makes them: accepted with the intent of their first attempt, then answered.

use std::time::Duration;

use ppob_journal::{Change, EventKind, Fingerprint, NewPayment, StoredPayment};
use ppob_payment::{Approval, Event, NewAttempt, Payment, PaymentRequest, Terms, step};
use ppob_types::{
    AttemptId, ConsumerId, CustomerNumber, Family, Observed, Parameters, PayAnswer, PayOutcome,
    PaymentId, PaymentKey, ProductCode, ProviderName, ProviderRef, Purchase, RawAnswer, Rupiah,
    Timestamp,
};

use crate::Result;

/// About what a provider's answer takes.
const RAW: usize = 600;

fn now(serial: u64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000).plus(Duration::from_millis(serial))
}

/// A payment of a token, with its first attempt about to be sent.
pub(crate) fn new_payment(serial: u64) -> Result<NewPayment> {
    let now = now(serial);
    let family = Family::PlnPrepaid;
    let request = PaymentRequest {
        purchase: Purchase {
            product: ProductCode::new("PLN-PREPAID-20000")?,
            family,
            customer: CustomerNumber::parse(family, &format!("{serial:011}"))?,
            amount: None,
            parameters: Parameters::default(),
        },
        approval: Approval::ListPrice,
        allow_lower_total: false,
        repeat: 0,
        despite_in_doubt: None,
        shown: None,
    };
    let accepted = Payment::accepted(Terms {
        family,
        accepted_at: now,
        pay_by: now.plus(Duration::from_mins(2)),
        max_attempts: 3,
        max_total: Some(Rupiah::new(22_500)),
    });
    let begin = Event::Begin(NewAttempt {
        id: AttemptId::new(serial, 1),
        provider: ProviderName::new("mmbc")?,
        provider_code: "PLN 20/TOKEN".to_owned(),
        expected_cost: Rupiah::new(20_700),
        max_cost: Rupiah::new(20_800),
        expected_total: Rupiah::new(22_500),
        late_execution_bound: Duration::from_mins(10),
    });
    let payment = step(&accepted, begin, now).map_err(|refused| format!("{refused:?}"))?.payment;
    Ok(NewPayment {
        key: PaymentKey {
            consumer: ConsumerId::new(&format!("shop-{}", serial % 4))?,
            id: PaymentId::new(&format!("payment-{serial:016}"))?,
        },
        serial,
        fingerprint: Fingerprint([7; 32]),
        request,
        payment,
        duplicate_window: Duration::from_mins(10),
        may_displace_holder: false,
        day_max: None,
        now,
    })
}

/// The provider says that it paid.
pub(crate) fn answered(stored: &StoredPayment) -> Result<Change> {
    let answer = PayAnswer {
        outcome: PayOutcome::Succeeded,
        observed: Observed {
            provider_ref: ProviderRef::new(&format!("INV{}", stored.serial)),
            charged: Some(Rupiah::new(20_700)),
            raw: Some(RawAnswer::new(&[b'x'; RAW])),
            ..Observed::default()
        },
    };
    let now = stored.updated_at.plus(Duration::from_millis(900));
    let event = Event::Answered { attempt: 1, answer, refusal_trusted: true };
    let payment =
        step(&stored.payment, event, now).map_err(|refused| format!("{refused:?}"))?.payment;
    Ok(Change {
        key: stored.key.clone(),
        expected_version: stored.version,
        payment,
        kind: EventKind::Answered,
        now,
        unlisted: Vec::new(),
        audit: None,
        agreement: None,
    })
}
