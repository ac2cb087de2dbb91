//! A journal that holds something of everything, and all that can be read of one: whoever copies a journal
//! holds both against each other.

use std::sync::Arc;
use std::time::Duration;

use ppob_payment::Event;
use ppob_types::{
    Basis, InquiryId, PayOutcome, PaymentKey, Retention, Rupiah, Sensitive, Timestamp, UnknownCause,
};

use super::builders::{
    NOT_SENT, PROVIDER, accept, accepted, answer, answered, at, begin, change, commit, consumer,
    done, fail, key, new_payment, provider, token_request,
};
use super::operators::{doubt, entry, not_executed, proposal, propose, proposed, who};
use super::records::inquiry;
use super::retention::{paid, strip};
use crate::{
    Agreement, AuditFilter, AuditRecord, Cursor, Deposit, DepositRecorded, Dossier, EventKind,
    Filter, Journal, Note, Page, PaymentEvent, StoredInquiry, StoredPayment, UnlistedReply,
};

/// More than a full journal has of anything.
const LIMIT: usize = 10_000;

/// Everything that the contract lets one read.
#[derive(Clone, Debug, PartialEq)]
pub struct Everything {
    /// Newest first.
    pub payments: Vec<StoredPayment>,
    /// In their order.
    pub events: Vec<PaymentEvent>,
    /// Of each payment.
    pub dossiers: Vec<Dossier>,
    /// Latest first.
    pub audit: Vec<AuditRecord>,
    /// By their names.
    pub documents: Vec<Option<String>>,
    /// Of both consumers.
    pub inquiries: Vec<Option<StoredInquiry>>,
    /// Money that went into a deposit.
    pub deposits: Vec<Deposit>,
    /// Words that no list knows.
    pub unlisted: Vec<UnlistedReply>,
    /// What is to be asked about.
    pub due: (Option<Timestamp>, Vec<PaymentKey>),
    /// Open ones.
    pub open: Vec<PaymentKey>,
    /// Charged although they ended.
    pub late: Vec<PaymentKey>,
    /// What may lose its personal data.
    pub strippable: Vec<PaymentKey>,
    /// The latest time that was recorded.
    pub time_high_water: Timestamp,
}

/// Fills a journal with payments in every state, with and without personal data, and with whatever
/// operators and the engine write down.
pub async fn fill(journal: &Arc<dyn Journal>) {
    payments(journal).await;
    verdicts(journal).await;
    records(journal).await;
}

/// Payments 1 to 9: each state, a displaced one, one that was charged late, and erased ones.
async fn payments(journal: &Arc<dyn Journal>) {
    accept(journal, "shop", 1).await;
    let processing = accept(journal, "shop", 2).await;
    begin(journal, &processing).await;
    let serial = journal.reserve_serial().await.unwrap();
    let mut counted = new_payment(key("shop", 3), serial, token_request(3), at(1));
    counted.payment.terms.max_total = Some(Rupiah::new(30_000));
    let counted = begin(journal, &accepted(journal.accept(counted).await)).await;
    let pending = PayOutcome::Unknown(UnknownCause::TimedOut);
    let holder = answer(journal, &counted, pending, at(2)).await;
    let mut request = token_request(3);
    request.repeat = 1;
    request.despite_in_doubt = Some(holder.key.id.clone());
    let serial = journal.reserve_serial().await.unwrap();
    let mut displaces = new_payment(key("shop", 4), serial, request, at(700));
    displaces.may_displace_holder = true;
    let _ = accepted(journal.accept(displaces).await);
    paid(journal, 5, 10).await;
    let reversed = paid(journal, 6, 11).await;
    let event = Event::Reversed { basis: Basis::Statement };
    commit(journal, &reversed, event, EventKind::Reversed, at(12)).await;
    let failed = begin(journal, &accept(journal, "app", 7).await).await;
    let failed = answer(journal, &failed, NOT_SENT, at(3)).await;
    let failed = fail(journal, &failed, at(4)).await;
    let event = answered(&failed, PayOutcome::Succeeded, None);
    commit(journal, &failed, event, EventKind::Answered, at(5)).await;
    let raw = paid(journal, 8, 13).await;
    strip(journal, &raw, Retention::NoRawAnswers).await;
    let erased = paid(journal, 9, 14).await;
    note(journal, &erased.key, 15).await;
    strip(journal, &erased, Retention::NoPersonalData).await;
    assert_eq!(journal.bury(&key("app", 99), at(16)).await.unwrap(), None);
}

/// Payments 11 to 13, in doubt: a verdict that waits, one that was taken back, one of two persons.
async fn verdicts(journal: &Arc<dyn Journal>) {
    let first = || who("desk", true, "dewi");
    let waits = doubt(journal, 11).await;
    let _ = proposed(propose(journal, proposal(&waits, first(), 5), None).await);
    note(journal, &waits.key, 6).await;
    let back = doubt(journal, 12).await;
    let taken_back = proposed(propose(journal, proposal(&back, first(), 5), None).await);
    let audit = entry("ResolvePayment", "payment/shop/payment-000012", 6);
    assert!(journal.withdraw(taken_back.number, audit).await.unwrap());
    let ended = doubt(journal, 13).await;
    let by_two = proposed(propose(journal, proposal(&ended, first(), 5), None).await);
    let second = who("other", true, "budi");
    let agreement = Agreement::Confirms { proposal: by_two.number, second };
    let _ = done(journal.commit(not_executed(&ended, Some(agreement))).await);
}

async fn records(journal: &Arc<dyn Journal>) {
    for owner in ["shop", "app"] {
        journal.save_inquiry(inquiry("0191f3c0-0001", owner)).await.unwrap();
    }
    journal.save_document("modes", "{\"mmbc-jkt\":\"FROZEN\"}".to_owned()).await.unwrap();
    let frozen = entry("SetProviderMode", "provider/mmbc-jkt — »jkt\"\\\u{1}«", 20);
    journal.save_audited_document("offers", "[]".to_owned(), vec![frozen]).await.unwrap();
    journal.audit(entry("ReloadConfiguration", "configuration", 21)).await.unwrap();
    for amount in [5_000_000, -250_000] {
        let deposit = Deposit {
            id: format!("deposit-{amount}"),
            provider: provider(PROVIDER),
            amount: Rupiah::new(amount),
            credited_at: at(22),
            reference: Sensitive::new("SITI AMINAH"),
            who: who("desk", true, "sari"),
            recorded_at: at(23),
        };
        let recorded = journal.record_deposit(deposit, entry("RecordDeposit", "deposit", 23)).await;
        assert!(matches!(recorded, Ok(DepositRecorded::Done(_))), "{recorded:?}");
    }
    for number in 21..=22 {
        let begun = begin(journal, &accept(journal, "shop", number).await).await;
        let outcome = PayOutcome::Unknown(UnknownCause::TimedOut);
        let event = answered(&begun, outcome, None);
        let mut change = change(&begun, event, EventKind::Answered, at(24));
        change.unlisted = vec![(provider(PROVIDER), "KODE 77 UNTUK SITI".to_owned())];
        let _ = done(journal.commit(change).await);
    }
}

async fn note(journal: &Arc<dyn Journal>, key: &PaymentKey, second: u64) {
    let text = Sensitive::new("SITI AMINAH called");
    let note = Note { key: key.clone(), who: who("desk", true, "ani"), text, at: at(second) };
    let audit = entry("AddNote", &format!("payment/{key}"), second);
    assert!(journal.add_note(note, audit).await.unwrap());
}

/// Reads everything.
pub async fn everything(journal: &Arc<dyn Journal>) -> Everything {
    let page = Page { before_serial: None, limit: LIMIT };
    let payments = journal.list(&Filter::default(), page).await.unwrap();
    let mut dossiers = Vec::new();
    for stored in &payments {
        dossiers.push(journal.dossier(&stored.key).await.unwrap());
    }
    let mut documents = Vec::new();
    for name in ["modes", "offers", "nothing"] {
        documents.push(journal.load_document(name).await.unwrap());
    }
    let mut inquiries = Vec::new();
    let id = InquiryId::new("0191f3c0-0001").unwrap();
    for owner in ["shop", "app", "nobody"] {
        inquiries.push(journal.load_inquiry(&consumer(owner), &id).await.unwrap());
    }
    let keys = |found: Vec<StoredPayment>| found.into_iter().map(|one| one.key).collect();
    let end = at(0).plus(Duration::from_hours(24 * 365));
    let next_due = journal.next_due().await.unwrap();
    let mut strippable: Vec<PaymentKey> =
        keys(journal.strippable(Retention::NoPersonalData, end, LIMIT).await.unwrap());
    strippable.sort();
    Everything {
        events: journal.events_after(Cursor(0), None, LIMIT).await.unwrap(),
        dossiers,
        audit: journal.audit_trail(&AuditFilter::default(), LIMIT).await.unwrap(),
        documents,
        inquiries,
        deposits: journal.deposits(&provider(PROVIDER), at(0), LIMIT).await.unwrap(),
        unlisted: journal.unlisted_replies(None, LIMIT).await.unwrap(),
        due: (next_due, keys(journal.due(end, LIMIT).await.unwrap())),
        open: keys(journal.open_payments(0, LIMIT).await.unwrap()),
        late: keys(journal.late_charges(0, LIMIT).await.unwrap()),
        strippable,
        time_high_water: journal.opened().time_high_water,
        payments,
    }
}
