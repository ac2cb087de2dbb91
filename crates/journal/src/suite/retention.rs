//! Raw answers and personal data go, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use ppob_payment::{Event, Payment};
use ppob_types::{
    Basis, CustomerNumber, Family, FamilyDetails, InquiryId, Observed, PayAnswer, PayOutcome,
    PlnPrepaidDetails, PlnToken, ProviderRef, RawAnswer, Receipt, ReceiptLine, Retention, Rupiah,
    Sensitive, StatusReport, StatusVerdict, UnknownCause,
};

use super::Backend;
use super::builders::{
    PROVIDER, accept, accept_at, accepted, at, begin, change, change_to, commit, done, fail, key,
    new_payment, provider, purchase, token_request,
};
use super::operators::{entry, who};
use super::records::inquiry;
use crate::{
    Acceptance, Cursor, EventKind, Journal, JournalError, NewProposal, Note, Page, Propose,
    Proposed, StoredPayment, Stripped,
};

const EVERYTHING: Page = Page { before_serial: None, limit: 100 };

fn told(reference: &str) -> Observed {
    Observed {
        provider_ref: ProviderRef::new(reference),
        charged: Some(Rupiah::new(20_700)),
        total: Some(Rupiah::new(22_500)),
        receipt: Some(Box::new(Receipt {
            reference: Some(Sensitive::from("SN-1")),
            customer_name: Some(Sensitive::new("SITI AMINAH")),
            details: FamilyDetails::PlnPrepaid(PlnPrepaidDetails {
                nominal: Some(Rupiah::new(20_000)),
                token: PlnToken::parse("12345678910111213141").ok(),
                ..PlnPrepaidDetails::default()
            }),
            lines: vec![ReceiptLine::new("Nama", "SITI AMINAH")],
            ..Receipt::default()
        })),
        raw: Some(RawAnswer::new(b"{\"nama\":\"SITI AMINAH\"}")),
        ..Observed::default()
    }
}

/// Payment `number` of customer `number`, paid, with a receipt that has its token.
pub(super) async fn paid(journal: &Arc<dyn Journal>, number: u64, second: u64) -> StoredPayment {
    let stored = accept_at(journal, "shop", number, at(second)).await;
    let begun = begin(journal, &stored).await;
    let answer =
        PayAnswer { outcome: PayOutcome::Succeeded, observed: told(&format!("{number:08}")) };
    let event = Event::Answered { attempt: 1, answer, refusal_trusted: true };
    commit(journal, &begun, event, EventKind::Answered, at(second)).await
}

pub(super) async fn strip(
    journal: &Arc<dyn Journal>,
    stored: &StoredPayment,
    to: Retention,
) -> StoredPayment {
    match journal.strip(stored, to).await {
        Ok(Stripped::Done(after)) => *after,
        other => panic!("not stripped: {other:?}"),
    }
}

fn customers(numbers: &[u64]) -> BTreeSet<CustomerNumber> {
    let number = |number: &u64| token_request(*number).purchase.customer;
    numbers.iter().map(number).collect()
}

/// Raw answers first, then everything that tells about the customer. Nothing else changes.
pub async fn what_is_stripped_is_gone_and_everything_else_stays(backend: &dyn Backend) {
    let journal = backend.open().await;
    let before = paid(&journal, 1, 5).await;
    let events = journal.events_after(Cursor(0), None, 100).await.unwrap();
    for to in [Retention::NoRawAnswers, Retention::NoPersonalData] {
        let after = strip(&journal, &before, to).await;
        assert_eq!(after, before.clone().stripped(to));
        assert_eq!(journal.load(&before.key).await.unwrap(), Some(after.clone()));
        assert_eq!(after.retention(), to);
        assert_eq!((after.version, after.updated_at), (before.version, before.updated_at));
        assert_eq!(after.payment.conclusion, before.payment.conclusion);
        let (observed, known) = (&after.payment.attempts, &before.payment.attempts);
        let pairs = observed.iter().zip(known).map(|(a, b)| (&a.observed, &b.observed));
        for (observed, known) in pairs {
            assert_eq!(observed.provider_ref, known.provider_ref);
            assert_eq!(observed.raw, None);
        }
    }
    let after = journal.load(&before.key).await.unwrap().unwrap();
    assert_eq!(after.request.purchase.customer, CustomerNumber::erased());
    assert_eq!(after.payment.receipt().and_then(|receipt| receipt.details.pln_token()), None);
    assert_eq!(journal.events_after(Cursor(0), None, 100).await.unwrap(), events);
}

/// What is still needed stays: open payments, and paid ones whose token has not come.
pub async fn an_open_payment_and_one_that_awaits_its_token_keep_everything(backend: &dyn Backend) {
    let journal = backend.open().await;
    let open = accept(&journal, "shop", 1).await;
    let open = begin(&journal, &open).await;
    let awaiting = accept(&journal, "shop", 2).await;
    let awaiting = super::builders::succeed(&journal, &awaiting, at(5)).await;
    assert!(awaiting.payment.next_check_at.is_some());
    for stored in [&open, &awaiting] {
        let refused = journal.strip(stored, Retention::NoPersonalData).await;
        assert!(matches!(refused, Err(JournalError::RuleBroken(_))), "{refused:?}");
        assert_eq!(journal.load(&stored.key).await.unwrap().as_ref(), Some(stored));
    }
    let none = journal.strippable(Retention::NoPersonalData, at(1_000), 10).await.unwrap();
    assert_eq!(none, []);
}

/// It goes one way.
pub async fn what_is_gone_does_not_come_back(backend: &dyn Backend) {
    let journal = backend.open().await;
    let before = paid(&journal, 1, 5).await;
    strip(&journal, &before, Retention::NoPersonalData).await;
    for to in [Retention::Everything, Retention::NoRawAnswers, Retention::NoPersonalData] {
        assert_eq!(journal.strip(&before, to).await.unwrap(), Stripped::Already);
    }
    // Somebody who read the payment before makes a change of that value, with news on top.
    let event = Event::Reversed { basis: Basis::Statement };
    let mut change = change(&before, event, EventKind::Reversed, at(9));
    let attempt = change.payment.attempts.first_mut().unwrap();
    attempt.observed.raw = Some(RawAnswer::new(b"SITI AMINAH gets it back"));
    let reversed = done(journal.commit(change).await);
    assert_eq!(reversed.payment.state(), ppob_payment::PaymentState::Reversed);
    assert_eq!(reversed, reversed.clone().stripped(Retention::NoPersonalData));
    assert_eq!(reversed.request.purchase.customer, CustomerNumber::erased());
    let loaded = journal.load(&before.key).await.unwrap();
    assert_eq!(loaded, Some(reversed));
}

/// Compared on the version, as every change.
pub async fn a_payment_that_has_changed_is_not_stripped(backend: &dyn Backend) {
    let journal = backend.open().await;
    let before = paid(&journal, 1, 5).await;
    let event = Event::Reversed { basis: Basis::Statement };
    let reversed = commit(&journal, &before, event, EventKind::Reversed, at(6)).await;
    let stale = journal.strip(&before, Retention::NoPersonalData).await;
    assert_eq!(stale.unwrap(), Stripped::Stale);
    assert_eq!(journal.load(&before.key).await.unwrap(), Some(reversed));
}

/// P5 outlives the personal data.
pub async fn an_erased_payment_is_still_the_payment_of_its_id_and_content(backend: &dyn Backend) {
    let journal = backend.open().await;
    let before = paid(&journal, 1, 5).await;
    let erased = strip(&journal, &before, Retention::NoPersonalData).await;
    let serial = journal.reserve_serial().await.unwrap();
    let same = new_payment(key("shop", 1), serial, token_request(1), at(9));
    let known = journal.accept(same).await.unwrap();
    assert_eq!(known, Acceptance::Known(Box::new(erased)));
    let mut request = token_request(1);
    request.repeat = 1;
    let other = new_payment(key("shop", 1), serial, request, at(9));
    assert_eq!(journal.accept(other).await.unwrap(), Acceptance::Conflict);
}

/// What operators wrote goes with it: a note, and what a verdict rested on.
pub async fn what_operators_wrote_is_erased_with_the_payment(backend: &dyn Backend) {
    let journal = backend.open().await;
    let stored = accept(&journal, "shop", 1).await;
    let begun = begin(&journal, &stored).await;
    let answer = PayAnswer::unknown(UnknownCause::TimedOut);
    let event = Event::Answered { attempt: 1, answer, refusal_trusted: true };
    let doubt = commit(&journal, &begun, event, EventKind::Answered, at(1)).await;
    let who = who("desk", true, "ani");
    let audit = entry("AddNote", "payment/shop/payment-000001", 2);
    let text = Sensitive::new("SITI AMINAH called");
    let note = Note { key: doubt.key.clone(), who: who.clone(), text: text.clone(), at: at(2) };
    assert!(journal.add_note(note.clone(), audit.clone()).await.unwrap());
    let proposal = NewProposal {
        key: doubt.key.clone(),
        attempt: 1,
        version: doubt.version,
        facts: "unknown".to_owned(),
        who,
        evidence: text,
        at: at(2),
    };
    let propose = Propose { proposal, replaces: None, audit };
    assert!(matches!(journal.propose(propose).await, Ok(Proposed::Done(_))));
    let report = StatusReport { verdict: StatusVerdict::Succeeded, observed: told("00000001") };
    let event =
        Event::Reported { attempt: 1, report, basis: Basis::Status, refusal_trusted: false };
    let paid = commit(&journal, &doubt, event, EventKind::Reported, at(3)).await;

    strip(&journal, &paid, Retention::NoRawAnswers).await;
    assert_eq!(journal.dossier(&paid.key).await.unwrap().notes, std::slice::from_ref(&note));
    strip(&journal, &paid, Retention::NoPersonalData).await;
    let dossier = journal.dossier(&paid.key).await.unwrap();
    assert_eq!(
        dossier.notes,
        [Note { text: Sensitive::default(), ..note }],
        "that one was written stays"
    );
    for open in dossier.proposals {
        assert!(open.proposed.evidence.is_empty(), "{open:?}");
    }
}

/// A text that no list has may hold a name that nobody recognised.
pub async fn an_unlisted_reply_goes_with_the_last_payment_that_brought_it(backend: &dyn Backend) {
    const TEXT: &str = "PELANGGAN SITI DIBLOKIR";
    let journal = backend.open().await;
    let mut ended = Vec::new();
    for number in 1..=2 {
        let stored = accept(&journal, "shop", number).await;
        let begun = begin(&journal, &stored).await;
        let reference = format!("{number:08}");
        let observed = Observed { unlisted: Some(TEXT.to_owned()), ..told(&reference) };
        let answer = PayAnswer { outcome: PayOutcome::Succeeded, observed };
        let event = Event::Answered { attempt: 1, answer, refusal_trusted: true };
        let mut change = change(&begun, event, EventKind::Answered, at(5));
        change.unlisted = vec![(provider(PROVIDER), TEXT.to_owned())];
        ended.push(done(journal.commit(change).await));
    }
    let counts = async || -> Vec<u64> {
        let replies = journal.unlisted_replies(None, 10).await.unwrap();
        replies.iter().map(|reply| reply.count).collect()
    };
    assert_eq!(counts().await, [2]);
    let mut left = vec![vec![1], Vec::new()].into_iter();
    for stored in &ended {
        strip(&journal, stored, Retention::NoRawAnswers).await;
        strip(&journal, stored, Retention::NoPersonalData).await;
        assert_eq!(Some(counts().await), left.next());
    }
}

/// One customer, whoever paid for them and for what.
pub async fn payments_of_a_customer_are_found_over_products_and_consumers(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = accept(&journal, "shop", 1).await;
    accept(&journal, "shop", 2).await;
    let serial = journal.reserve_serial().await.unwrap();
    let mut request = token_request(1);
    request.purchase = purchase("GAS-PGN", Family::Gas, "00000000001");
    let second = new_payment(key("app", 3), serial, request, at(1));
    let second = accepted(journal.accept(second).await);
    assert_eq!(second.request.purchase.customer, first.request.purchase.customer);
    let erased = paid(&journal, 4, 5).await;
    let wanted = customers(&[1, 4]);
    let found = journal.payments_of(&wanted, EVERYTHING).await.unwrap();
    assert_eq!(found, [erased.clone(), second.clone(), first.clone()]);
    strip(&journal, &erased, Retention::NoPersonalData).await;
    let page = Page { before_serial: None, limit: 1 };
    assert_eq!(journal.payments_of(&wanted, page).await.unwrap(), std::slice::from_ref(&second));
    let page = Page { before_serial: Some(second.serial), limit: 5 };
    assert_eq!(journal.payments_of(&wanted, page).await.unwrap(), [first]);
    let nobody = journal.payments_of(&BTreeSet::new(), EVERYTHING).await.unwrap();
    assert_eq!(nobody, []);
}

/// Old enough, ended, and keeping more than they shall.
pub async fn only_old_payments_that_keep_more_are_strippable(backend: &dyn Backend) {
    let journal = backend.open().await;
    let old = paid(&journal, 1, 10).await;
    let failed = accept_at(&journal, "shop", 2, at(10)).await;
    let failed = fail(&journal, &failed, at(20)).await;
    paid(&journal, 3, 50).await;
    let serials = async |to: Retention| -> BTreeSet<u64> {
        let found = journal.strippable(to, at(50), 10).await.unwrap();
        found.iter().map(|stored| stored.serial).collect()
    };
    assert_eq!(serials(Retention::NoRawAnswers).await, [old.serial, failed.serial].into());
    assert_eq!(serials(Retention::Everything).await, BTreeSet::new());
    strip(&journal, &old, Retention::NoRawAnswers).await;
    assert_eq!(serials(Retention::NoRawAnswers).await, [failed.serial].into());
    assert_eq!(serials(Retention::NoPersonalData).await, [old.serial, failed.serial].into());
    strip(&journal, &old, Retention::NoPersonalData).await;
    assert_eq!(serials(Retention::NoPersonalData).await, [failed.serial].into());
    let limited = journal.strippable(Retention::NoPersonalData, at(500), 1).await.unwrap();
    assert_eq!(limited.len(), 1);
}

/// The row of the duplicate window names the customer too, but only a later one may still count.
pub async fn an_erased_success_is_forgotten_and_a_later_one_is_not(backend: &dyn Backend) {
    let journal = backend.open().await;
    let first = paid(&journal, 1, 5).await;
    let serial = journal.reserve_serial().await.unwrap();
    let mut request = token_request(1);
    request.repeat = 1;
    let second = new_payment(key("shop", 2), serial, request, at(30));
    let second = accepted(journal.accept(second).await);
    let begun = begin(&journal, &second).await;
    let answer = PayAnswer { outcome: PayOutcome::Succeeded, observed: told("22222222") };
    let event = Event::Answered { attempt: 1, answer, refusal_trusted: true };
    let second = commit(&journal, &begun, event, EventKind::Answered, at(30)).await;

    let again = async |number: u64| {
        let serial = journal.reserve_serial().await.unwrap();
        journal.accept(new_payment(key("shop", number), serial, token_request(1), at(31))).await
    };
    strip(&journal, &first, Retention::NoPersonalData).await;
    let needed = again(3).await.unwrap();
    assert!(matches!(needed, Acceptance::RepeatNeeded { repeat: 2, .. }), "{needed:?}");
    strip(&journal, &second, Retention::NoPersonalData).await;
    accepted(again(3).await);
}

/// By customer, and by age.
pub async fn inquiries_are_forgotten_by_customer_and_by_age(backend: &dyn Backend) {
    let journal = backend.open().await;
    let loaded = async |id: &str| {
        let id = InquiryId::new(id).unwrap();
        journal.load_inquiry(&inquiry("0191f3c0-0001", "shop").consumer, &id).await.unwrap()
    };
    let mut other = inquiry("0191f3c0-0002", "shop");
    other.purchase = purchase("PDAM-ATB", Family::Water, "0110014602");
    other.expires_at = at(700);
    let mut third = inquiry("0191f3c0-0003", "shop");
    third.purchase = other.purchase.clone();
    third.expires_at = at(800);
    for asked in [inquiry("0191f3c0-0001", "shop"), other, third] {
        journal.save_inquiry(asked).await.unwrap();
    }
    let customer = inquiry("0191f3c0-0001", "shop").purchase.customer;
    assert_eq!(journal.forget_inquiries(&[customer].into()).await.unwrap(), 1);
    assert_eq!(loaded("0191f3c0-0001").await, None);
    assert!(loaded("0191f3c0-0002").await.is_some());
    assert_eq!(journal.forget_expired_inquiries(at(750), 10).await.unwrap(), 1);
    assert_eq!(loaded("0191f3c0-0002").await, None);
    assert!(loaded("0191f3c0-0003").await.is_some());
    assert_eq!(journal.forget_expired_inquiries(at(750), 10).await.unwrap(), 0);
}

/// A change made from a value that was read before is kept without what is gone.
pub async fn a_change_does_not_bring_back_what_another_reading_kept(backend: &dyn Backend) {
    let journal = backend.open().await;
    let before = paid(&journal, 1, 5).await;
    let stripped = strip(&journal, &before, Retention::NoRawAnswers).await;
    let same: Payment = before.payment.clone();
    let changed = done(journal.commit(change_to(&before, same, EventKind::Reported, at(9))).await);
    assert_eq!(changed.payment, stripped.payment);
    assert_eq!(changed.retention(), Retention::NoRawAnswers);
    assert_eq!(journal.load(&before.key).await.unwrap(), Some(changed));
}
