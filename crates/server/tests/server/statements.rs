//! Statements and closes over gRPC.

use std::fmt::Write as _;
use std::time::Duration;

use ppob_api::error::{reason, reason_of};
use ppob_api::v1::{
    CloseDayRequest, DayCloseState, DayTermKind, ImportStatementRequest, ImportStatementResponse,
    PaymentState, StatementConsequence, StatementFindingKind,
};
use ppob_types::{Clock, StatusVerdict, Timestamp};

use crate::support::{World, from_desk, meter, observed, token_for};

const HEAD: &str = "tanggal,no invoice,kode produk,id pelanggan,debit,kredit\n";

fn import(content: &str) -> ImportStatementRequest {
    ImportStatementRequest {
        provider: "scripted-a".to_owned(),
        content: content.as_bytes().to_vec(),
        actor: "sari".to_owned(),
        ..ImportStatementRequest::default()
    }
}

fn time(moment: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: moment.as_micros() / 1_000_000, nanos: 0 }
}

/// Complete from the day of `begun` up to now.
fn complete(world: &World, begun: Timestamp, content: &str) -> ImportStatementRequest {
    ImportStatementRequest {
        complete: Some(true),
        from_time: Some(time(Timestamp::start_of_wib_day(begun.wib_day()))),
        before_time: Some(time(world.clock.now())),
        ..import(content)
    }
}

async fn imported(world: &mut World, request: ImportStatementRequest) -> ImportStatementResponse {
    world.operator.import_statement(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_statement_settles_what_the_provider_confirms_proposes_what_is_missing_and_closes_a_day()
{
    let mut world = World::new().await;
    let begun = world.clock.now();
    let paid = world.pay(token_for("payment-9999", &meter(9))).await;
    assert_eq!(paid.state(), PaymentState::Succeeded);
    world.doubt(2).await;
    world.clock.put_forward(Duration::from_mins(30));
    world.provider.will_report(StatusVerdict::Succeeded, observed(7));
    let invoice = |number: usize| observed(number).provider_ref.unwrap();
    let row = |number: usize, customer: usize| {
        format!("{},{},TOKEN,{},20700,\n", begun.wib(), invoice(number), meter(customer))
    };
    let content = format!("{HEAD}{}{}", row(1, 9), row(7, 0));
    let request = complete(&world, begun, &content);
    let first = imported(&mut world, request).await;
    assert_eq!((first.row_count, first.mismatch_count, first.open_count), (2, 0, 1), "{first:?}");
    assert_eq!(first.content_sha256.len(), 64);
    let told: Vec<_> = first.findings.iter().map(|one| (one.kind(), one.consequence())).collect();
    assert_eq!(
        told,
        [
            (StatementFindingKind::OpenMissing, StatementConsequence::Proposed),
            (StatementFindingKind::Candidate, StatementConsequence::Settled),
        ]
    );
    assert_eq!(first.findings[0].payment_id, "payment-0001");
    assert_eq!(first.findings[1].payment_id, "payment-0000");
    assert_eq!(first.findings[1].line, 3);
    let agrees = first.counts.iter().find(|one| one.kind() == StatementFindingKind::Agrees);
    assert_eq!(agrees.map(|one| (one.count, one.amount_rupiah)), Some((1, 20_700)));
    let shown = format!("{first:?}");
    assert!(!shown.contains(&meter(9)) && !shown.contains(&meter(0)), "{shown}");

    let request = complete(&world, begun, &content);
    let again = imported(&mut world, request).await;
    assert!(again.repeated);
    assert_eq!(again.findings[0].consequence(), StatementConsequence::ProposedBefore);

    // The next day it is exported whole.
    let day = begun.wib_date();
    world.clock.put_forward(Duration::from_hours(24));
    let whole = ImportStatementRequest {
        before_time: Some(time(Timestamp::start_of_wib_day(begun.wib_day() + 1))),
        ..complete(&world, begun, &content)
    };
    imported(&mut world, whole).await;
    let close = CloseDayRequest { day, provider: String::new(), actor: "sari".to_owned() };
    let closed = world.operator.close_day(close).await.unwrap().into_inner();
    let [closed] = closed.closes.as_slice() else { unreachable!("{closed:?}") };
    assert_eq!(closed.state(), DayCloseState::Open, "{closed:?}");
    assert_eq!((closed.debited_rupiah, closed.difference_rupiah), (Some(41_400), Some(-20_700)));
    assert_eq!(closed.terms.len(), 1);
    assert_eq!(closed.terms[0].kind(), DayTermKind::OpenNotDebited);
    assert_eq!(closed.open_attempts[0].payment_id, "payment-0001");
    assert!(closed.statement_whole && !closed.provisional);
    world.end().await;
}

#[tokio::test]
async fn a_large_statement_is_taken_and_only_so_much_of_it_is_told() {
    let mut world = World::new().await;
    let now = world.clock.now().wib();
    let mut content = HEAD.to_owned();
    for number in 0..3_000 {
        let _infallible = writeln!(content, "{now},F{number},TOKEN,5,1000,");
    }
    content.push_str("nonsense\n");
    assert!(content.len() > 64 * 1024, "no larger than other messages");
    let found = imported(&mut world, import(&content)).await;
    assert_eq!(
        (found.row_count, found.mismatch_count, found.findings.len()),
        (3_000, 3_000, 1_000)
    );
    assert_eq!((found.unreadable_count, found.unreadable_rows[0].line), (1, 3_002));
    world.end().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_and_nothing_is_done() {
    let mut world = World::with_desks().await;
    let good = import(HEAD);
    for (expected, wrong) in [
        (reason::FIELD_INVALID, ImportStatementRequest { actor: " ".to_owned(), ..good.clone() }),
        (reason::FIELD_INVALID, ImportStatementRequest { content: Vec::new(), ..good.clone() }),
        (
            reason::FIELD_INVALID,
            ImportStatementRequest { from_time: Some(time(world.clock.now())), ..good.clone() },
        ),
        (
            reason::PROVIDER_UNKNOWN,
            ImportStatementRequest { provider: "nobody".to_owned(), ..good.clone() },
        ),
        (reason::STATEMENT_UNREADABLE, ImportStatementRequest { content: b"x".to_vec(), ..good }),
    ] {
        let request = from_desk("ani", wrong);
        let status = world.operator.import_statement(request).await.unwrap_err();
        assert_eq!(reason_of(&status).as_deref(), Some(expected), "{status}");
    }
    for (expected, day, provider) in [
        (reason::FIELD_INVALID, "2026-11-31", ""),
        (reason::FIELD_INVALID, "27-11-2026", ""),
        (reason::FIELD_INVALID, "2026-1-2", ""),
        (reason::FIELD_INVALID, "2099-01-01", ""),
        (reason::PROVIDER_UNKNOWN, "2026-11-27", "nobody"),
    ] {
        let (day, provider) = (day.to_owned(), provider.to_owned());
        let close = CloseDayRequest { day, provider, actor: "ani".to_owned() };
        let status = world.operator.close_day(from_desk("ani", close)).await.unwrap_err();
        assert_eq!(reason_of(&status).as_deref(), Some(expected), "{status}");
    }
    world.end().await;
}
