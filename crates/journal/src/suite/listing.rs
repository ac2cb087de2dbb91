//! Listings: due, open, filtered, paged.

use ppob_payment::{Approval, PaymentState};
use ppob_types::{
    Family, PayOutcome, ProductCode, ProviderRef, Rupiah, Timestamp, TokenState, UnknownCause,
};

use super::Backend;
use super::builders::{
    NOT_SENT, PROVIDER, accept, accept_at, accepted, answer, answered, at, begin, begin_event,
    commit, consumer, fail, key, new_payment, provider, purchase, succeed, token_request,
};
use crate::{EventKind, Filter, Page, StoredPayment};

const ALL: Page = Page { before_serial: None, limit: 100 };

fn serials(payments: &[StoredPayment]) -> Vec<u64> {
    payments.iter().map(|stored| stored.serial).collect()
}

/// Earliest first, up to and including `now`; a payment that ended without its token is due too.
pub async fn due_payments_come_earliest_first_and_also_when_they_await_a_token(
    backend: &dyn Backend,
) {
    let journal = backend.open().await;
    assert_eq!(journal.next_due().await.unwrap(), None);
    assert_eq!(journal.due(at(1_000_000), 10).await.unwrap(), []);
    let idle = accept(&journal, "shop", 1).await;
    let pending = accept(&journal, "shop", 2).await;
    let pending = begin(&journal, &pending).await;
    let pending = answer(&journal, &pending, PayOutcome::Pending, at(500)).await;
    let doubt = accept(&journal, "shop", 3).await;
    let doubt = begin(&journal, &doubt).await;
    let unknown = PayOutcome::Unknown(UnknownCause::TimedOut);
    let doubt = answer(&journal, &doubt, unknown, at(100)).await;
    let awaiting = accept(&journal, "shop", 4).await;
    let awaiting = succeed(&journal, &awaiting, at(300)).await;
    assert_eq!(awaiting.payment.token_state(), TokenState::Awaited);
    assert_eq!(idle.payment.next_check_at, None);

    let due = journal.due(at(1_000_000), 10).await.unwrap();
    assert_eq!(due, [doubt.clone(), awaiting.clone(), pending.clone()]);
    let first = doubt.payment.next_check_at.unwrap();
    assert_eq!(journal.next_due().await.unwrap(), Some(first));
    assert_eq!(journal.due(first, 10).await.unwrap(), due.get(..1).unwrap());
    let before = Timestamp::from_micros(first.as_micros() - 1);
    assert_eq!(journal.due(before, 10).await.unwrap(), []);
    let two = journal.due(at(1_000_000), 2).await.unwrap();
    assert_eq!(two, [doubt.clone(), awaiting.clone()]);

    let rejected = PayOutcome::NotSent(ppob_types::NotSentCause::Connect);
    answer(&journal, &doubt, rejected, at(600)).await;
    let due = journal.due(at(1_000_000), 10).await.unwrap();
    assert_eq!(due, [awaiting.clone(), pending]);
    let next = awaiting.payment.next_check_at;
    assert_eq!(journal.next_due().await.unwrap(), next);
}

/// What recovery walks through after a restart.
pub async fn open_payments_are_paged_oldest_first(backend: &dyn Backend) {
    let journal = backend.open().await;
    let mut open = Vec::new();
    for number in 0..9 {
        let stored = accept(&journal, "shop", number).await;
        match number % 3 {
            0 => {
                fail(&journal, &stored, at(1)).await;
            }
            1 => open.push(begin(&journal, &stored).await),
            _ => open.push(stored),
        }
    }
    let mut seen = Vec::new();
    loop {
        let after = seen.last().map_or(0, |stored: &StoredPayment| stored.serial);
        let page = journal.open_payments(after, 4).await.unwrap();
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 4);
        seen.extend(page);
        assert!(seen.len() <= open.len(), "a payment came twice");
    }
    assert_eq!(seen, open);
}

/// What is held against a provider's statement: by when attempts began, not when they ended, and each
/// payment once, however many of its attempts are meant.
pub async fn payments_of_a_provider_are_paged_by_when_their_attempts_began(backend: &dyn Backend) {
    const OTHER: &str = "mmbc-bdg";
    let journal = backend.open().await;
    let begin_at = async |stored: &StoredPayment, name: &str, seconds: u64| {
        let event = begin_event(stored.serial, &stored.payment, name);
        commit(&journal, stored, event, EventKind::AttemptBegun, at(seconds)).await
    };
    let not_begun = accept(&journal, "shop", 1).await;
    let before = begin_at(&accept(&journal, "shop", 2).await, PROVIDER, 9).await;
    let first = begin_at(&accept(&journal, "app", 3).await, PROVIDER, 10).await;
    let first = answer(&journal, &first, PayOutcome::Succeeded, at(500)).await;
    let elsewhere = begin_at(&accept(&journal, "shop", 4).await, OTHER, 15).await;
    let twice = begin_at(&accept(&journal, "shop", 5).await, PROVIDER, 12).await;
    let twice = answer(&journal, &twice, NOT_SENT, at(13)).await;
    let twice = begin_at(&twice, PROVIDER, 14).await;
    let failed_over = begin_at(&accept(&journal, "shop", 6).await, OTHER, 16).await;
    let failed_over = answer(&journal, &failed_over, NOT_SENT, at(17)).await;
    let failed_over = begin_at(&failed_over, PROVIDER, 19).await;
    let after = begin_at(&accept(&journal, "shop", 7).await, PROVIDER, 20).await;

    let of = async |name: &str, from: u64, until: u64, after: u64, limit: usize| {
        let begun = (at(from), at(until));
        journal.payments_of_provider(&provider(name), begun, after, limit).await.unwrap()
    };
    let meant = [first.clone(), twice.clone(), failed_over.clone()];
    assert_eq!(of(PROVIDER, 10, 20, 0, 10).await, meant);
    assert_eq!(of(PROVIDER, 10, 20, 0, 2).await, meant.get(..2).unwrap());
    assert_eq!(of(PROVIDER, 10, 20, twice.serial, 2).await, meant.get(2..).unwrap());
    assert_eq!(of(PROVIDER, 10, 20, failed_over.serial, 2).await, []);
    assert_eq!(of(PROVIDER, 0, 10, 0, 10).await, [before]);
    assert_eq!(of(PROVIDER, 20, 21, 0, 10).await, [after]);
    assert_eq!(of(PROVIDER, 10, 10, 0, 10).await, []);
    assert_eq!(of(OTHER, 0, 100, 0, 10).await, [elsewhere, failed_over]);
    let all = of(PROVIDER, 0, 100, 0, 10).await;
    assert!(!all.contains(&not_begun), "an attempt that never began was listed");
}

/// Each field narrows the list, alone and together.
pub async fn a_list_is_filtered_by_every_field(backend: &dyn Backend) {
    let journal = backend.open().await;
    let one = accept_at(&journal, "shop", 1, at(10)).await;
    let one = fail(&journal, &one, at(11)).await;
    let two = accept_at(&journal, "app", 2, at(20)).await;
    let two = begin(&journal, &two).await;
    let mut bill = token_request(3);
    bill.purchase = purchase("PDAM-ATB", Family::Water, "0110014601");
    bill.approval = Approval::Total(Rupiah::new(80_000));
    let serial = journal.reserve_serial().await.unwrap();
    let three = new_payment(key("shop", 3), serial, bill, at(30));
    let three = accepted(journal.accept(three).await);

    let (first, second, third) = (one.serial, two.serial, three.serial);
    let list = async |narrow: &dyn Fn(&mut Filter)| {
        let mut filter = Filter::default();
        narrow(&mut filter);
        serials(&journal.list(&filter, ALL).await.unwrap())
    };
    let token = ProductCode::new("PLN-PREPAID-20000").unwrap();
    assert_eq!(list(&|_| {}).await, [third, second, first]);
    let shop = list(&|filter| filter.consumer = Some(consumer("shop"))).await;
    assert_eq!(shop, [third, first]);
    let failed = list(&|filter| filter.states = vec![PaymentState::Failed]).await;
    assert_eq!(failed, [first]);
    let open = [PaymentState::Accepted, PaymentState::Processing];
    assert_eq!(list(&|filter| filter.states = open.to_vec()).await, [third, second]);
    let mixed = [PaymentState::Failed, PaymentState::Processing];
    assert_eq!(list(&|filter| filter.states = mixed.to_vec()).await, [second, first]);
    let product = list(&|filter| filter.product = Some(token.clone())).await;
    assert_eq!(product, [second, first]);
    let family = list(&|filter| filter.family = Some(Family::Water)).await;
    assert_eq!(family, [third]);
    let guard = list(&|filter| filter.guard = Some(two.guard_key())).await;
    assert_eq!(guard, [second]);
    let from = list(&|filter| filter.accepted_from = Some(at(20))).await;
    assert_eq!(from, [third, second]);
    let until = list(&|filter| filter.accepted_until = Some(at(20))).await;
    assert_eq!(until, [first]);
    let nobody = list(&|filter| filter.consumer = Some(consumer("bank"))).await;
    assert_eq!(nobody, [0; 0]);
    let everything = Filter {
        consumer: Some(consumer("shop")),
        states: vec![PaymentState::Accepted],
        product: Some(ProductCode::new("PDAM-ATB").unwrap()),
        family: Some(Family::Water),
        guard: Some(three.guard_key()),
        accepted_from: Some(at(30)),
        accepted_until: Some(at(31)),
    };
    assert_eq!(journal.list(&everything, ALL).await.unwrap(), [three]);
}

/// Pages neither overlap nor miss, also when payments are added between them.
pub async fn a_list_is_paged_by_serial_newest_first(backend: &dyn Backend) {
    let journal = backend.open().await;
    let mut expected = Vec::new();
    for number in 0..10 {
        expected.push(accept(&journal, "shop", number).await.serial);
    }
    expected.reverse();
    let filter = Filter { consumer: Some(consumer("shop")), ..Filter::default() };
    let mut seen = Vec::new();
    loop {
        let page = Page { before_serial: seen.last().copied(), limit: 3 };
        let found = serials(&journal.list(&filter, page).await.unwrap());
        if found.is_empty() {
            break;
        }
        assert!(found.len() <= 3);
        seen.extend(found);
        assert!(seen.len() <= expected.len(), "a payment came twice");
        let number = 100 + u64::try_from(seen.len()).unwrap();
        accept(&journal, "shop", number).await;
    }
    assert_eq!(seen, expected);
}

/// What a provider's callback names: our attempt, whose id carries the serial, or its own reference.
pub async fn a_payment_is_found_by_its_serial_and_by_the_reference_that_it_settles(
    backend: &dyn Backend,
) {
    let journal = backend.open().await;
    accept(&journal, "shop", 1).await;
    let begun = begin(&journal, &accept(&journal, "shop", 2).await).await;
    let event = answered(&begun, PayOutcome::Pending, Some("00000002"));
    let pending = commit(&journal, &begun, event, EventKind::Answered, at(1)).await;
    let (reference, here) = (ProviderRef::new("00000002").unwrap(), provider(PROVIDER));
    let found = journal.load_by_serial(pending.serial).await.unwrap();
    assert_eq!(found.as_ref(), Some(&pending));
    assert_eq!(journal.load_by_serial(u64::MAX).await.unwrap(), None);
    let settled = journal.settled_by(&here, &reference).await.unwrap();
    assert_eq!(settled, None, "it settles nothing before it is known to have paid");
    let event = answered(&pending, PayOutcome::Succeeded, Some("00000002"));
    let paid = commit(&journal, &pending, event, EventKind::Answered, at(2)).await;
    let settled = journal.settled_by(&here, &reference).await.unwrap();
    assert_eq!(settled.as_ref(), Some(&paid));
    let elsewhere = provider("second");
    assert_eq!(journal.settled_by(&elsewhere, &reference).await.unwrap(), None);
    let other = ProviderRef::new("00000003").unwrap();
    assert_eq!(journal.settled_by(&here, &other).await.unwrap(), None);
}
