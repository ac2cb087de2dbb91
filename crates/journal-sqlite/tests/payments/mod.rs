//! Payments to be accepted.

use std::time::Duration;

use ppob_journal::{Fingerprint, NewPayment};
use ppob_payment::{Approval, Event, NewAttempt, Payment, PaymentRequest, Terms, step};
use ppob_types::{
    AttemptId, ConsumerId, CustomerNumber, Family, Parameters, PaymentId, PaymentKey, ProductCode,
    ProviderName, Purchase, Rupiah, Timestamp,
};

pub(crate) fn key(number: u64) -> PaymentKey {
    PaymentKey {
        consumer: ConsumerId::new("shop").unwrap(),
        id: PaymentId::new(&format!("payment-{number:06}")).unwrap(),
    }
}

/// Payment `number`, of a customer of its own, with its first attempt being sent.
pub(crate) fn new_payment(number: u64, serial: u64) -> NewPayment {
    let now = Timestamp::from_seconds(1_800_000_000);
    let family = Family::PlnPrepaid;
    let accepted = Payment::accepted(Terms {
        family,
        accepted_at: now,
        pay_by: now.plus(Duration::from_mins(2)),
        max_attempts: 3,
        max_total: None,
    });
    let begin = Event::Begin(NewAttempt {
        id: AttemptId::new(serial, 1),
        provider: ProviderName::new("mmbc-jkt").unwrap(),
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
        payment: step(&accepted, begin, now).unwrap().payment,
        duplicate_window: Duration::from_mins(10),
        may_displace_holder: false,
        day_max: None,
        now,
    }
}
