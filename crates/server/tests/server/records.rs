//! Deposits, the audit, and trials of patterns.

use ppob_api::error::{reason, reason_of};
use ppob_api::v1::{
    AttemptState, ListAuditRequest, ListUnlistedRepliesRequest, ProviderMode, RecordDepositRequest,
    RefreshCatalogRequest, SetProviderModeRequest,
};
use prost_types::Timestamp;

use crate::support::{Pay, World, from_desk, meter, token_for};

const CREDITED: Timestamp = Timestamp { seconds: 1_799_999_000, nanos: 0 };

fn deposit() -> RecordDepositRequest {
    RecordDepositRequest {
        deposit_id: "BCA-1".to_owned(),
        provider: "scripted-a".to_owned(),
        amount_rupiah: 5_000_000,
        deposit_time: Some(CREDITED),
        reference: "TRX 99".to_owned(),
        actor: "sari".to_owned(),
    }
}

#[tokio::test]
async fn a_deposit_is_recorded_once_and_its_id_stands_for_nothing_else() {
    let mut world = World::new().await;
    let first = world.operator.record_deposit(deposit()).await.unwrap().into_inner();
    let again = RecordDepositRequest { actor: "budi".to_owned(), ..deposit() };
    let again = world.operator.record_deposit(again).await.unwrap().into_inner();
    assert_eq!(first, again);
    assert_eq!(first.deposit.unwrap().actor, "sari");
    let future = Timestamp { seconds: 1_900_000_000, nanos: 0 };
    for (expected, wrong) in [
        (reason::DEPOSIT_ID_REUSED, RecordDepositRequest { amount_rupiah: 1, ..deposit() }),
        (reason::FIELD_INVALID, RecordDepositRequest { amount_rupiah: 0, ..deposit() }),
        (reason::FIELD_INVALID, RecordDepositRequest { deposit_time: None, ..deposit() }),
        (reason::FIELD_INVALID, RecordDepositRequest { deposit_time: Some(future), ..deposit() }),
        (reason::FIELD_INVALID, RecordDepositRequest { deposit_id: String::new(), ..deposit() }),
        (reason::FIELD_INVALID, RecordDepositRequest { actor: " ".to_owned(), ..deposit() }),
        (
            reason::PROVIDER_UNKNOWN,
            RecordDepositRequest { provider: "nobody".to_owned(), ..deposit() },
        ),
    ] {
        let status = world.operator.record_deposit(wrong).await.unwrap_err();
        assert_eq!(reason_of(&status).as_deref(), Some(expected), "{status}");
    }
    world.end().await;
}

#[tokio::test]
async fn the_audit_tells_who_did_what_to_what_and_is_paged_and_filtered() {
    let mut world = World::with_desks().await;
    let mode = |mode: ProviderMode| SetProviderModeRequest {
        provider: "scripted-a".to_owned(),
        mode: mode.into(),
        reason: "maintenance".to_owned(),
        actor: "ani".to_owned(),
    };
    let operator = &mut world.operator;
    operator.set_provider_mode(from_desk("ani", mode(ProviderMode::Drain))).await.unwrap();
    operator.set_provider_mode(from_desk("ani", mode(ProviderMode::Active))).await.unwrap();
    operator.record_deposit(from_desk("budi", deposit())).await.unwrap();
    let refresh = RefreshCatalogRequest { provider: String::new(), actor: "budi".to_owned() };
    operator.refresh_catalog(from_desk("budi", refresh)).await.unwrap();
    let mut request = ListAuditRequest { page_size: 3, ..Default::default() };
    let first = operator.list_audit(request.clone()).await.unwrap().into_inner();
    let actions: Vec<&str> = first.entries.iter().map(|one| one.action.as_str()).collect();
    assert_eq!(actions, ["RefreshCatalog", "RecordDeposit", "SetProviderMode"]);
    let active = &first.entries[2];
    assert_eq!(active.operator_consumer, "desk-ani");
    assert_eq!((active.before.as_str(), active.after.as_str()), ("DRAIN", "ACTIVE"));
    assert_eq!(
        (active.subject.as_str(), active.reason.as_str()),
        ("provider/scripted-a", "maintenance")
    );
    request.page_token = first.next_page_token;
    let last = operator.list_audit(request.clone()).await.unwrap().into_inner();
    assert_eq!((last.entries.len(), last.next_page_token.as_str()), (1, ""));
    assert!(last.entries[0].entry_id < active.entry_id);
    let other = ListAuditRequest { actor: "ani".to_owned(), ..request };
    let status = operator.list_audit(other.clone()).await.unwrap_err();
    assert_eq!(reason_of(&status).as_deref(), Some(reason::PAGE_TOKEN_INVALID));
    let all = ListAuditRequest::default;
    let late = Some(Timestamp { seconds: 1_900_000_000, nanos: 0 });
    for (found, request) in [
        (2, ListAuditRequest { actor: "ani".to_owned(), ..all() }),
        (1, ListAuditRequest { action: "RecordDeposit".to_owned(), ..all() }),
        (4, ListAuditRequest { subject: "provider/scripted-a".to_owned(), ..all() }),
        (0, ListAuditRequest { subject: "provider/b".to_owned(), ..all() }),
        (0, ListAuditRequest { from_time: late, ..all() }),
        (4, ListAuditRequest { before_time: late, ..all() }),
    ] {
        let listed = operator.list_audit(request.clone()).await.unwrap().into_inner();
        assert_eq!(listed.entries.len(), found, "{request:?}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_pattern_is_tried_on_stored_answers_and_changes_nothing() {
    let mut world = World::new().await;
    for number in 0..3 {
        let text = if number == 2 { "SOMETHING ELSE" } else { "LIMIT HABIS" };
        world.provider.will([Pay::Unlisted(text)]);
        world.pay(token_for(&format!("payment-{number:04}"), &meter(number))).await;
    }
    let list = |provider: &str, pattern: &str| ListUnlistedRepliesRequest {
        provider: provider.to_owned(),
        pattern: pattern.to_owned(),
        ..Default::default()
    };
    let tried = world.operator.list_unlisted_replies(list("scripted-a", "^LIMIT HABIS$")).await;
    let tried = tried.unwrap().into_inner();
    let reply = &tried.replies[0];
    assert_eq!((reply.text.as_str(), reply.count, reply.in_doubt), ("LIMIT HABIS", 2, 2));
    assert_eq!(reply.example_payment_id, "payment-0000");
    let trial = tried.trial.unwrap();
    assert_eq!((trial.tried_count, trial.matched_count), (3, 2));
    let matched: Vec<_> =
        trial.matches.iter().map(|one| (one.payment_id.as_str(), one.state())).collect();
    let expected =
        [("payment-0001", AttemptState::Unknown), ("payment-0000", AttemptState::Unknown)];
    assert_eq!(matched, expected);
    for (field, wrong) in [("pattern", list("scripted-a", "LIMIT")), ("provider", list("", "^x$"))]
    {
        let status = world.operator.list_unlisted_replies(wrong).await.unwrap_err();
        assert_eq!(reason_of(&status).as_deref(), Some(reason::FIELD_INVALID), "{status}");
        assert!(status.message().starts_with(field), "{status}");
    }
    let untried = world.operator.list_unlisted_replies(list("", "")).await.unwrap().into_inner();
    assert_eq!((untried.replies.len(), untried.trial), (2, None));
    world.end().await;
}
