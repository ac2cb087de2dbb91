//! The queue of payments that need a person.

use ppob_api::error::{reason, reason_of};
use ppob_api::v1::{AddNoteRequest, Family, ListReviewsRequest, RecordDepositRequest, Review};
use prost_types::{Duration, Timestamp};

use crate::support::{Pay, World, meter, token_for};

fn ids(reviews: &[Review]) -> Vec<&str> {
    reviews.iter().map(|one| one.payment.as_ref().unwrap().payment_id.as_str()).collect()
}

#[tokio::test]
async fn reviews_come_oldest_first_with_what_can_be_done() {
    let mut world = World::new().await;
    world.doubt(3).await;
    let mut request = ListReviewsRequest { page_size: 2, ..Default::default() };
    let first = world.operator.list_reviews(request.clone()).await.unwrap().into_inner();
    assert_eq!(first.total_count, 3);
    assert_eq!(ids(&first.reviews), ["payment-0000", "payment-0001"]);
    let review = &first.reviews[0];
    assert_eq!((review.consumer.as_str(), review.reason.as_str()), ("local", "IN_DOUBT"));
    assert!(review.evidence.iter().any(|one| one.text.contains("timed-out")));
    let actions: Vec<&str> =
        review.suggested_actions.iter().map(|one| one.action.as_str()).collect();
    let expected =
        ["SUPPLY_REFERENCE", "CONTACT_PROVIDER", "RESOLVE_EXECUTED", "RESOLVE_NOT_EXECUTED"];
    assert_eq!(actions, expected);
    let not_before = review.suggested_actions[3].not_before_time;
    assert!(not_before.is_some(), "the provider may still execute it");
    assert_eq!(review.next_check_time, None, "nobody can be asked");
    request.page_token = first.next_page_token;
    let second = world.operator.list_reviews(request).await.unwrap().into_inner();
    assert_eq!(ids(&second.reviews), ["payment-0002"]);
    assert!(second.next_page_token.is_empty());
    world.end().await;
}

#[tokio::test]
async fn reviews_are_filtered_by_every_field() {
    let mut world = World::new().await;
    world.doubt(2).await;
    world.pass_the_bound();
    let age = |seconds| Some(Duration { seconds, nanos: 0 });
    let all = ListReviewsRequest::default;
    for (found, request) in [
        (2, all()),
        (1, ListReviewsRequest { payment_id: "payment-0001".to_owned(), ..all() }),
        (0, ListReviewsRequest { consumer: "other".to_owned(), ..all() }),
        (2, ListReviewsRequest { provider: "scripted-a".to_owned(), ..all() }),
        (2, ListReviewsRequest { families: vec![Family::PlnPrepaid.into()], ..all() }),
        (0, ListReviewsRequest { families: vec![Family::PlnPostpaid.into()], ..all() }),
        (2, ListReviewsRequest { min_age: age(600), ..all() }),
        (0, ListReviewsRequest { min_age: age(6_000), ..all() }),
    ] {
        let listed = world.operator.list_reviews(request.clone()).await.unwrap().into_inner();
        assert_eq!(listed.total_count, found, "{request:?}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_review_holds_notes_deposits_and_masked_answers() {
    let mut world = World::new().await;
    world.provider.will([Pay::Unlisted("LIMIT # HABIS")]);
    world.pay(token_for("payment-0000", &meter(0))).await;
    let note = |id: &str, text: &str| AddNoteRequest {
        consumer: "local".to_owned(),
        payment_id: id.to_owned(),
        text: text.to_owned(),
        actor: "sari".to_owned(),
    };
    let kept = world.operator.add_note(note("payment-0000", "rang BUDI")).await.unwrap();
    assert_eq!(kept.into_inner().note.unwrap().text, "rang BUDI");
    for (expected, wrong) in [
        (reason::PAYMENT_NOT_FOUND, note("payment-9999", "whose?")),
        (reason::FIELD_INVALID, note("payment-0000", "")),
        (reason::FIELD_INVALID, note("payment-0000", &"x".repeat(2_001))),
    ] {
        let status = world.operator.add_note(wrong).await.unwrap_err();
        assert_eq!(reason_of(&status).as_deref(), Some(expected), "{status}");
    }
    let deposit = RecordDepositRequest {
        deposit_id: "BCA-1".to_owned(),
        provider: "scripted-a".to_owned(),
        amount_rupiah: 5_000_000,
        deposit_time: Some(Timestamp { seconds: 1_800_000_000, nanos: 500_000_000 }),
        reference: String::new(),
        actor: "sari".to_owned(),
    };
    // Before the payment: nothing that its balance could be explained by.
    world.pass_the_bound();
    let earlier = RecordDepositRequest { deposit_id: "BCA-0".to_owned(), ..deposit.clone() };
    let earlier = RecordDepositRequest {
        deposit_time: Some(Timestamp { seconds: 1_700_000_000, nanos: 0 }),
        ..earlier
    };
    let later = RecordDepositRequest {
        deposit_time: Some(Timestamp { seconds: 1_800_000_300, nanos: 0 }),
        ..deposit
    };
    for recorded in [earlier, later] {
        world.operator.record_deposit(recorded).await.unwrap();
    }
    let listed = world.operator.list_reviews(ListReviewsRequest::default()).await.unwrap();
    let review = listed.into_inner().reviews.remove(0);
    assert_eq!(review.notes[0].text, "rang BUDI");
    let kinds: Vec<&str> = review.evidence.iter().map(|one| one.kind.as_str()).collect();
    let count = |kind: &str| kinds.iter().filter(|known| **known == kind).count();
    assert_eq!((count("DEPOSIT"), count("NOTE")), (1, 1), "{kinds:?}");
    let texts: Vec<&str> = review.evidence.iter().map(|one| one.text.as_str()).collect();
    assert!(texts.iter().any(|text| text.contains("LIMIT # HABIS")), "{texts:?}");
    assert!(!texts.iter().any(|text| text.contains("BUDI")), "{texts:?}");
    let times = review.evidence.iter().map(|one| one.observe_time.unwrap());
    let times: Vec<(i64, i32)> = times.map(|time| (time.seconds, time.nanos)).collect();
    assert!(times.is_sorted(), "{times:?}");
    world.end().await;
}
