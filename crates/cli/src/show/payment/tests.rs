use ppob_api::v1::{AttemptState, Doubt, Failure, LateCharge};

use super::*;

fn attempt(number: i32, provider: &str, state: AttemptState, reason: &str) -> Attempt {
    Attempt {
        number,
        provider: provider.to_owned(),
        state: state.into(),
        reason: reason.to_owned(),
        ..Attempt::default()
    }
}

fn with_state(state: PaymentState) -> Payment {
    Payment {
        payment_id: "pay-0001".to_owned(),
        product_code: "PLN-PREPAID-20000".to_owned(),
        customer_number: "530000000201".to_owned(),
        state: state.into(),
        ..Payment::default()
    }
}

#[test]
fn a_payment_in_doubt_says_why_and_how_to_find_out() {
    let mut doubted = with_state(PaymentState::InDoubt);
    doubted.doubt = Some(Doubt {
        reason: "CONNECTION_LOST".to_owned(),
        message: "The connection ended before an answer came.".to_owned(),
        since_time: Some(prost_types::Timestamp { seconds: 1_532_440_800, nanos: 0 }),
        may_pay_again: true,
        ..Doubt::default()
    });
    doubted.attempts = vec![attempt(1, "mmbc-a", AttemptState::Unknown, "CONNECTION_LOST")];
    assert_eq!(
        payment(&doubted),
        "\
Payment pay-0001: IN_DOUBT
CONNECTION_LOST since 2018-07-24 21:00:00 WIB: The connection ended before an answer came.
Without a reference of the provider only its statement tells. When it is found there:
  ppob resolve pay-0001 --executed INVOICE --actor NAME --evidence TEXT
To pay once more on purpose although it may turn out paid: --despite-in-doubt pay-0001 --repeat 1
ATTEMPT  PROVIDER  STATE    REASON           REFERENCE  CHARGED
1        mmbc-a    UNKNOWN  CONNECTION_LOST  -                -
"
    );
}

#[test]
fn an_operator_is_told_to_name_the_consumer_whose_payment_it_is() {
    let mut doubted = with_state(PaymentState::InDoubt);
    doubted.doubt = Some(Doubt {
        next_check_time: Some(prost_types::Timestamp { seconds: 1_532_440_800, nanos: 0 }),
        late_execution_time: Some(prost_types::Timestamp { seconds: 1_532_440_900, nanos: 0 }),
        ..Doubt::default()
    });
    let shown = payment_of(&doubted, "shop");
    assert!(!shown.contains("--second-person"), "that person has a key: {shown}");
    assert!(payment(&doubted).contains("--second-person NAME"));
    assert!(shown.contains("ppob resolve pay-0001 --consumer shop --executed"), "{shown}");
    assert!(shown.contains("ppob reviews --id pay-0001"), "only the owner may watch it: {shown}");
    assert!(payment_of(&doubted, "local").contains("ppob resolve pay-0001 --executed"));
}

#[test]
fn a_doubt_that_the_server_does_not_explain_still_forbids_to_pay_again() {
    let mut doubted = with_state(PaymentState::InDoubt);
    assert!(payment(&doubted).contains(DOUBT));
    doubted.doubt = Some(Doubt {
        next_check_time: Some(prost_types::Timestamp { seconds: 1_532_440_800, nanos: 0 }),
        ..Doubt::default()
    });
    let mut attempt = attempt(1, "mmbc-a", AttemptState::Unknown, "UNREADABLE");
    attempt.provider_reference = "20000001".to_owned();
    doubted.attempts = vec![attempt];
    let shown = payment(&doubted);
    assert!(shown.contains("looks again at 2018-07-24 21:00:00 WIB"), "{shown}");
    assert!(shown.contains("ppob payment watch pay-0001"), "{shown}");
    assert!(!shown.contains("ppob resolve"), "the engine can ask by itself: {shown}");
}

#[test]
fn a_failure_says_that_nothing_was_paid_unless_a_charge_was_found_later() {
    let mut failed = with_state(PaymentState::Failed);
    failed.failure = Some(Failure {
        reason: "NO_ROUTE".to_owned(),
        message: "No provider could be asked.".to_owned(),
        new_id_may_help: true,
        ..Failure::default()
    });
    assert_eq!(
        payment(&failed),
        "\
Payment pay-0001: FAILED
Nothing was paid.
NO_ROUTE: No provider could be asked. A new payment with a new id may succeed.
"
    );
    failed.late_charge = Some(LateCharge { cost_rupiah: Some(20_700), ..LateCharge::default() });
    let shown = payment(&failed);
    assert!(!shown.contains("Nothing was paid"), "{shown}");
    assert!(shown.contains("A LATE CHARGE of Rp 20.700"), "{shown}");
}

#[test]
fn what_is_open_is_never_called_paid_or_unpaid() {
    for state in [PaymentState::Accepted, PaymentState::Processing] {
        let shown = payment(&with_state(state));
        assert!(shown.contains("may be paid at any moment"), "{shown}");
        assert!(!shown.contains("Nothing was paid"), "{shown}");
    }
}

#[test]
fn a_list_shows_no_whole_customer_number() {
    let shown = payments(&[with_state(PaymentState::InDoubt)]);
    assert_eq!(
        shown,
        "ID        STATE     PRODUCT            CUSTOMER  TOTAL  ACCEPTED\n\
         pay-0001  IN_DOUBT  PLN-PREPAID-20000  ••••0201      -  -"
    );
    assert_eq!(payments(&[]), "No payments.");
}
