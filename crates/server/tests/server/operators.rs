//! What operators see and do.

use ppob_api::error::{reason, reason_of};
use ppob_api::v1::resolve_payment_request::Verdict;
use ppob_api::v1::{
    CheckNowRequest, ListProvidersRequest, ListReviewsRequest, ListUnlistedRepliesRequest,
    ListUnmappedProductsRequest, OfferMode, ProviderMode, RefreshCatalogRequest,
    ResolvePaymentRequest, SetOfferModeRequest, SetProviderModeRequest, VerdictExecuted,
    VerdictNotExecuted,
};

use crate::support::{Pay, TOKEN, World, meter, token_for};

async fn doubted(payments: usize) -> World {
    let world = World::new().await;
    for number in 0..payments {
        world.provider.will([Pay::Unknown]);
        world.pay(token_for(&format!("payment-{number:04}"), &meter(number))).await;
    }
    world
}

fn resolve(verdict: Verdict) -> ResolvePaymentRequest {
    ResolvePaymentRequest {
        consumer: "local".to_owned(),
        payment_id: "payment-0000".to_owned(),
        verdict: Some(verdict),
        evidence: "statement of today".to_owned(),
        actor: "sari".to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn providers_are_listed_and_switched() {
    let mut world = doubted(1).await;
    let all = ListProvidersRequest::default();
    let listed = world.operator.list_providers(all).await.unwrap().into_inner().providers;
    assert_eq!(listed[0].provider, "scripted-a");
    assert_eq!((listed[0].offer_count, listed[0].unmapped_count), (2, 1));
    assert_eq!(listed[0].in_doubt, 1);
    assert!(listed[0].plaintext);
    let off = SetProviderModeRequest {
        provider: "scripted-a".to_owned(),
        mode: ProviderMode::Off.into(),
        reason: "maintenance".to_owned(),
        actor: "sari".to_owned(),
    };
    let nobody = SetProviderModeRequest { actor: String::new(), ..off.clone() };
    let status = world.operator.set_provider_mode(nobody).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::FIELD_INVALID));
    let answer = world.operator.set_provider_mode(off).await.unwrap().into_inner();
    assert_eq!(answer.provider.unwrap().mode(), ProviderMode::Off);
    let unknown = ListProvidersRequest { provider: "nobody".to_owned() };
    let status = world.operator.list_providers(unknown).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::PROVIDER_UNKNOWN));
    world.end().await;
}

#[tokio::test]
async fn an_offer_switched_off_is_not_bought() {
    let mut world = World::new().await;
    let off = SetOfferModeRequest {
        provider: "scripted-a".to_owned(),
        product_code: TOKEN.to_owned(),
        mode: OfferMode::Off.into(),
        reason: "gangguan".to_owned(),
        actor: "sari".to_owned(),
        until_time: None,
    };
    world.operator.set_offer_mode(off.clone()).await.unwrap();
    let payment = world.pay(token_for("payment-0001", &meter(1))).await;
    assert_eq!(payment.failure.unwrap().reason, "NO_ROUTE");
    let on = SetOfferModeRequest { mode: OfferMode::On.into(), ..off };
    world.operator.set_offer_mode(on).await.unwrap();
    world.pay(token_for("payment-0002", &meter(2))).await;
    assert_eq!(world.provider.charges.lock().unwrap().len(), 1);
    world.end().await;
}

#[tokio::test]
async fn reviews_come_oldest_first_with_what_can_be_done() {
    let mut world = doubted(3).await;
    let mut request = ListReviewsRequest { page_size: 2, ..Default::default() };
    let first = world.operator.list_reviews(request.clone()).await.unwrap().into_inner();
    assert_eq!(first.total_count, 3);
    let ids = |reviews: &[ppob_api::v1::Review]| -> Vec<String> {
        reviews.iter().map(|one| one.payment.as_ref().unwrap().payment_id.clone()).collect()
    };
    assert_eq!(ids(&first.reviews), ["payment-0000", "payment-0001"]);
    let review = &first.reviews[0];
    assert_eq!((review.consumer.as_str(), review.reason.as_str()), ("local", "IN_DOUBT"));
    assert!(review.evidence.iter().any(|one| one.text.contains("timed-out")));
    let not_executed =
        review.suggested_actions.iter().find(|one| one.action == "RESOLVE_NOT_EXECUTED").unwrap();
    assert!(not_executed.not_before_time.is_some(), "the provider may still execute it");
    request.page_token = first.next_page_token;
    let second = world.operator.list_reviews(request).await.unwrap().into_inner();
    assert_eq!(ids(&second.reviews), ["payment-0002"]);
    assert!(second.next_page_token.is_empty());
    world.end().await;
}

#[tokio::test]
async fn a_verdict_needs_evidence_a_second_person_and_time() {
    let mut world = doubted(1).await;
    let not_executed = resolve(Verdict::NotExecuted(VerdictNotExecuted {}));
    let executed = resolve(Verdict::Executed(VerdictExecuted::default()));
    let wrong = [
        (reason::TOO_EARLY_FOR_VERDICT, not_executed.clone()),
        (
            reason::VERSION_CHANGED,
            ResolvePaymentRequest { expected_version: 99, ..not_executed.clone() },
        ),
        (
            reason::ATTEMPT_NOT_OPEN,
            ResolvePaymentRequest { attempt_number: 9, ..not_executed.clone() },
        ),
        (
            reason::FIELD_INVALID,
            ResolvePaymentRequest { evidence: String::new(), ..not_executed.clone() },
        ),
        (
            reason::PAYMENT_NOT_FOUND,
            ResolvePaymentRequest { consumer: "other".to_owned(), ..not_executed },
        ),
        (reason::FIELD_INVALID, executed),
    ];
    for (expected, request) in wrong {
        let status = world.operator.resolve_payment(request).await.unwrap_err();
        assert_eq!(reason_of(&status).as_deref(), Some(expected), "{status}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_payment_that_cannot_be_asked_about_says_so() {
    let mut world = doubted(1).await;
    world.pay(token_for("payment-paid", &meter(9))).await;
    let check = |id: &str| CheckNowRequest {
        consumer: "local".to_owned(),
        payment_id: id.to_owned(),
        actor: "sari".to_owned(),
        ..Default::default()
    };
    let paid = world.operator.check_now(check("payment-paid")).await.unwrap_err();
    assert_eq!(reason_of(&paid).as_deref(), Some(reason::NOTHING_TO_CHECK));
    let blind = world.operator.check_now(check("payment-0000")).await.unwrap_err();
    assert_eq!(reason_of(&blind).as_deref(), Some(reason::CHECK_NOT_POSSIBLE));
    world.end().await;
}

#[tokio::test]
async fn price_lists_are_read_and_strange_rows_shown() {
    let mut world = World::new().await;
    let refresh = RefreshCatalogRequest { provider: String::new(), actor: "sari".to_owned() };
    let answer = world.operator.refresh_catalog(refresh).await.unwrap().into_inner();
    assert_eq!(answer.results[0].product_count, 2);
    assert!(answer.results[0].error.is_empty() && answer.results[0].price_time.is_some());
    let list = ListUnmappedProductsRequest::default();
    let listed = world.operator.list_unmapped_products(list).await.unwrap().into_inner();
    assert_eq!(listed.products[0].provider_product_code, "PDAM SOMEWHERE/X");
    assert_eq!(listed.products[0].price_text, "bill + Rp 900");
    let list = ListUnlistedRepliesRequest::default();
    let listed = world.operator.list_unlisted_replies(list).await.unwrap().into_inner();
    assert!(listed.replies.is_empty());
    world.end().await;
}
