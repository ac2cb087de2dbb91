//! One customer, and the search for a trace of them.

use std::path::Path;
use std::sync::Arc;

use ppob_journal::{
    Acceptance, AuditEntry, AuditSubject, Change, Committed, Deposit, DepositRecorded, EventKind,
    Journal, NewPayment, NewProposal, Note, Propose, Proposed, StoredInquiry, StoredPayment, Who,
};
use ppob_payment::{Event, step};
use ppob_types::{
    Bill, ConsumerId, CustomerNumber, FamilyDetails, InquiryId, Observed, PayAnswer, PayOutcome,
    PaymentKey, PlnPrepaidDetails, PlnToken, ProviderName, ProviderRef, RawAnswer, Receipt,
    ReceiptLine, Rupiah, Sensitive, Timestamp, UnknownCause,
};

use crate::support::payments::{key, new_payment};

pub(crate) const NUMBER: &str = "91011121314";
pub(crate) const NAME: &str = "SITI AMINAH BINTI KANARI";
pub(crate) const ADDRESS: &str = "JL KENARI 17 SURABAYA";
pub(crate) const TOKEN: &str = "12345678910111213141";
/// The hash of what was asked for is as good as the number: numbers can be tried out.
pub(crate) const FINGERPRINT: [u8; 32] = *b"hash of a request, can be tried!";

/// What must not be found in any file.
const TRACES: [&str; 8] = [
    NUMBER,
    NAME,
    ADDRESS,
    TOKEN,
    "1234 5678 9101 1121 3141",
    // Also not in the beginning of a text that was cut at the border of a page.
    "SITI AMINAH",
    "JL KENARI",
    "hash of a request, can be tried!",
];

/// Every file of the directory with the traces found in it.
pub(crate) fn found(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(self::found(&path));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        // As text it is searched fast, and what is no text stays no trace.
        let text = String::from_utf8_lossy(&bytes);
        let traces = TRACES.iter().filter(|trace| text.contains(**trace));
        found.extend(traces.map(|trace| format!("{}: {trace}", path.display())));
    }
    found
}

/// Payment `number` of the customer, with its first attempt being sent.
pub(crate) fn of_the_customer(number: u64, serial: u64) -> NewPayment {
    let mut new = new_payment(number, serial);
    let family = new.request.purchase.family;
    new.request.purchase.customer = CustomerNumber::parse(family, NUMBER).unwrap();
    new.request.repeat = u32::try_from(number).unwrap();
    new.fingerprint = ppob_journal::Fingerprint(FINGERPRINT);
    new
}

/// An answer that tells everything about the customer.
pub(crate) fn observed(reference: &str) -> Observed {
    Observed {
        provider_ref: ProviderRef::new(reference),
        charged: Some(Rupiah::new(20_700)),
        total: Some(Rupiah::new(22_500)),
        receipt: Some(Box::new(Receipt {
            customer_name: Some(Sensitive::new(NAME)),
            details: FamilyDetails::PlnPrepaid(PlnPrepaidDetails {
                nominal: Some(Rupiah::new(20_000)),
                meter_number: Some(Sensitive::new(NUMBER)),
                token: PlnToken::parse(TOKEN).ok(),
                ..PlnPrepaidDetails::default()
            }),
            raw_fields: [("alamat".to_owned(), Sensitive::new(ADDRESS))].into(),
            lines: vec![ReceiptLine::new("Nama", NAME)],
            ..Receipt::default()
        })),
        // Long enough for pages of its own.
        raw: Some(RawAnswer::new(
            format!("{{\"nama\":\"{NAME}\",\"token\":\"{TOKEN}\"}}").repeat(200).as_bytes(),
        )),
        unlisted: Some(format!("GAGAL {NAME}")),
        ..Observed::default()
    }
}

pub(crate) fn inquiry() -> StoredInquiry {
    let purchase = of_the_customer(1, 1).request.purchase;
    StoredInquiry {
        id: InquiryId::new("0191f3c0-0001").unwrap(),
        consumer: ConsumerId::new("shop").unwrap(),
        purchase,
        provider: ProviderName::new("mmbc-jkt").unwrap(),
        bill: Bill {
            customer_name: Some(Sensitive::new(NAME)),
            periods: Vec::new(),
            amount: None,
            admin: None,
            penalty: None,
            total: Rupiah::new(82_500),
            cost: None,
            details: FamilyDetails::None,
            lines: vec![ReceiptLine::new("Alamat", ADDRESS)],
            token: None,
        },
        answered_at: now(),
        expires_at: Timestamp::from_seconds(1_800_000_600),
    }
}

pub(crate) fn entry() -> AuditEntry {
    AuditEntry {
        operator: who().operator,
        actor: who().actor,
        second_actor: None,
        action: "ResolvePayment".to_owned(),
        subject: AuditSubject::Payment(&key(1)).to_string(),
        reason: Sensitive::new(format!("{NAME}, {ADDRESS}, showed the token {TOKEN}")),
        before: String::new(),
        after: "resolve-payment".to_owned(),
        at: now(),
    }
}

pub(crate) fn who() -> Who {
    let operator = ConsumerId::new("desk").unwrap();
    Who { operator, proven: true, actor: "dewi".to_owned() }
}

pub(crate) fn note(key: &PaymentKey) -> Note {
    let text = Sensitive::new(format!("{NAME} of {ADDRESS} called about {NUMBER}"));
    Note { key: key.clone(), who: who(), text, at: now() }
}

/// A transfer as a bank words it.
pub(crate) fn deposit() -> Deposit {
    Deposit {
        id: "2027-01-15/1".to_owned(),
        provider: ProviderName::new("mmbc-jkt").unwrap(),
        amount: Rupiah::new(5_000_000),
        credited_at: now(),
        reference: Sensitive::new(format!("TRF {NAME} {NUMBER}")),
        who: who(),
        recorded_at: now(),
    }
}

/// That the attempt of a payment in doubt was not executed.
pub(crate) fn proposal(doubt: &StoredPayment) -> NewProposal {
    NewProposal {
        key: doubt.key.clone(),
        attempt: 1,
        version: doubt.version,
        facts: "unknown".to_owned(),
        who: who(),
        evidence: Sensitive::new(format!("{NAME} never got the token {TOKEN}")),
        at: now(),
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_seconds(1_800_000_001)
}

pub(crate) async fn accept(journal: &dyn Journal, number: u64) -> StoredPayment {
    let serial = journal.reserve_serial().await.unwrap();
    match journal.accept(of_the_customer(number, serial)).await.unwrap() {
        Acceptance::Accepted(stored) => *stored,
        other => panic!("not accepted: {other:?}"),
    }
}

pub(crate) async fn answer(
    journal: &dyn Journal,
    stored: &StoredPayment,
    outcome: PayOutcome,
) -> StoredPayment {
    let answer = PayAnswer { outcome, observed: observed(&format!("{:08}", stored.serial)) };
    let event = Event::Answered { attempt: 1, answer, refusal_trusted: true };
    let change = Change {
        key: stored.key.clone(),
        expected_version: stored.version,
        payment: step(&stored.payment, event, now()).unwrap().payment,
        kind: EventKind::Answered,
        now: now(),
        unlisted: vec![(ProviderName::new("mmbc-jkt").unwrap(), format!("GAGAL {NAME} {NUMBER}"))],
        audit: Some(entry()),
        agreement: None,
    };
    match journal.commit(change).await.unwrap() {
        Committed::Done(stored) => *stored,
        other => panic!("not done: {other:?}"),
    }
}

/// Everything a journal is told about a customer: an inquiry, a success, a refusal, a doubt, an open
/// payment, an unlisted reply, an operator's reason, note and evidence, a deposit, a document. Returns the payments.
pub(crate) async fn tell(journal: Arc<dyn Journal>) -> Vec<StoredPayment> {
    journal.save_inquiry(inquiry()).await.unwrap();
    journal.save_document("switches", format!("{{\"reason\":\"{NAME}\"}}")).await.unwrap();
    journal.audit(entry()).await.unwrap();
    let rejected = ppob_types::Rejection {
        code: ppob_types::RefusalCode::NumberInvalid,
        scope: ppob_types::RefusalScope::Bill,
    };
    let refused = accept(&*journal, 0).await;
    let refused = answer(&*journal, &refused, PayOutcome::Rejected(rejected)).await;
    let paid = accept(&*journal, 1).await;
    let paid = answer(&*journal, &paid, PayOutcome::Succeeded).await;
    let doubt = accept(&*journal, 2).await;
    let doubt = answer(&*journal, &doubt, PayOutcome::Unknown(UnknownCause::Unlisted)).await;
    assert!(journal.add_note(note(&paid.key), entry()).await.unwrap());
    let recorded = journal.record_deposit(deposit(), entry()).await.unwrap();
    assert_eq!(recorded, DepositRecorded::Done(deposit()));
    let propose = Propose { proposal: proposal(&doubt), replaces: None, audit: entry() };
    assert!(matches!(journal.propose(propose).await.unwrap(), Proposed::Done(_)));
    vec![refused, paid, doubt]
}
