//! Records besides payments: inquiries, documents, unlisted replies.

use ppob_types::{
    Bill, Family, FamilyDetails, InquiryId, InquiryToken, ReceiptLine, Rupiah, Sensitive,
};

use super::Backend;
use super::builders::{
    PROVIDER, accept, at, begin_event, change, consumer, done, provider, purchase,
};
use crate::{Committed, EventKind, StoredInquiry};

pub(super) fn inquiry(id: &str, owner: &str) -> StoredInquiry {
    StoredInquiry {
        id: InquiryId::new(id).unwrap(),
        consumer: consumer(owner),
        purchase: purchase("PDAM-ATB", Family::Water, "0110014601"),
        provider: provider(PROVIDER),
        bill: Bill {
            customer_name: Some(Sensitive::new("SITI AMINAH")),
            periods: vec!["202609".to_owned()],
            amount: Some(Rupiah::new(80_000)),
            admin: Some(Rupiah::new(2_500)),
            penalty: None,
            total: Rupiah::new(82_500),
            cost: None,
            details: FamilyDetails::None,
            lines: vec![ReceiptLine::new("Nama", "SITI AMINAH")],
            token: Some(InquiryToken(Sensitive::new("opaque/token=="))),
        },
        answered_at: at(0),
        expires_at: at(600),
    }
}

/// An inquiry belongs to who asked.
pub async fn an_inquiry_is_invisible_to_another_consumer(backend: &dyn Backend) {
    let journal = backend.open().await;
    let asked = inquiry("0191f3c0-0001", "shop");
    journal.save_inquiry(asked.clone()).await.unwrap();
    let (shop, app) = (consumer("shop"), consumer("app"));
    let own = journal.load_inquiry(&shop, &asked.id).await.unwrap();
    assert_eq!(own.as_ref(), Some(&asked));
    assert_eq!(journal.load_inquiry(&app, &asked.id).await.unwrap(), None);
    let foreign = StoredInquiry { answered_at: at(1), ..inquiry("0191f3c0-0001", "app") };
    journal.save_inquiry(foreign).await.unwrap();
    let own = journal.load_inquiry(&shop, &asked.id).await.unwrap();
    assert_eq!(own, Some(asked));
    let unknown = InquiryId::new("0191f3c0-0002").unwrap();
    assert_eq!(journal.load_inquiry(&shop, &unknown).await.unwrap(), None);
}

/// The latest document of a name counts.
pub async fn a_document_replaces_the_one_before(backend: &dyn Backend) {
    let journal = backend.open().await;
    assert_eq!(journal.load_document("catalogue").await.unwrap(), None);
    for json in ["{\"age\":1}", "{\"age\":2}"] {
        let saved = journal.save_document("catalogue", json.to_owned()).await;
        saved.unwrap();
    }
    let other = journal.save_document("switches", "[]".to_owned()).await;
    other.unwrap();
    let catalogue = journal.load_document("catalogue").await.unwrap();
    assert_eq!(catalogue.as_deref(), Some("{\"age\":2}"));
    let switches = journal.load_document("switches").await.unwrap();
    assert_eq!(switches.as_deref(), Some("[]"));
}

/// Counted when the change is done, and only then.
pub async fn unlisted_replies_are_counted_with_their_change(backend: &dyn Backend) {
    let journal = backend.open().await;
    let texts = ["GANGGUAN •", "SALDO •", "GANGGUAN •"];
    for (number, text) in (1..).zip(texts) {
        let stored = accept(&journal, "shop", number).await;
        let event = begin_event(stored.serial, &stored.payment, PROVIDER);
        let mut change = change(&stored, event, EventKind::Answered, at(number));
        change.unlisted = vec![(provider(PROVIDER), text.to_owned())];
        let _ = done(journal.commit(change.clone()).await);
        assert_eq!(journal.commit(change).await.unwrap(), Committed::Stale);
    }
    let replies = journal.unlisted_replies(None, 10).await.unwrap();
    let seen: Vec<_> = replies
        .iter()
        .map(|reply| (reply.text.as_str(), reply.count, reply.first_at, reply.last_at))
        .collect();
    assert_eq!(seen, [("GANGGUAN •", 2, at(1), at(3)), ("SALDO •", 1, at(2), at(2))]);
    let mine = provider(PROVIDER);
    let mine = journal.unlisted_replies(Some(&mine), 1).await.unwrap();
    assert_eq!(mine.len(), 1);
    assert_eq!(mine.first().map(|reply| reply.count), Some(2));
    let other = provider("second");
    let none = journal.unlisted_replies(Some(&other), 10).await.unwrap();
    assert_eq!(none, []);
}
