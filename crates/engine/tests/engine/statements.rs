//! Statements of providers, and the daily close.

use std::sync::Arc;
use std::time::Duration;

use ppob_engine::{
    CloseDay, CloseStanding, ClosedDay, Consequence, CreatePayment, ImportStatement,
    ImportedStatement, OperateError, Resolve, ResolveVerdict,
};
use ppob_evidence::close::Term;
use ppob_evidence::statement::FindingKind;
use ppob_journal::{AuditFilter, Who};
use ppob_payment::PaymentState;
use ppob_provider::RefusalTrust;
use ppob_routing::Mode;
use ppob_types::{
    Observed, PayAnswer, PayOutcome, PaymentId, PaymentKey, ProviderName, ProviderRef, RefusalCode,
    RefusalScope, Rejection, Rupiah, StatusReport, StatusVerdict, Timestamp, UnknownCause,
};

use crate::support::*;

const ID: &str = "payment-0001";
const OTHER: &str = "payment-0002";
const OTHER_METER: &str = "91011121399";

fn name() -> ProviderName {
    ProviderName::new("a").unwrap()
}

fn key(id: &str) -> PaymentKey {
    PaymentKey { consumer: consumer(), id: PaymentId::new(id).unwrap() }
}

fn other() -> CreatePayment {
    CreatePayment { customer_number: OTHER_METER.to_owned(), ..token(OTHER) }
}

fn lost() -> Pay {
    Pay::Free(PayAnswer::unknown(UnknownCause::TimedOut))
}

fn row(at: Timestamp, reference: &str, meter: &str, cost: i64) -> String {
    format!("{},{reference},TOKEN,{meter},{cost},", at.wib())
}

fn file(rows: &[String]) -> Vec<u8> {
    let head = "tanggal,no invoice,kode produk,id pelanggan,debit,kredit";
    format!("{head}\n{}\n", rows.join("\n")).into_bytes()
}

/// Complete for the day on which every world begins, up to now.
fn complete(world: &World, rows: &[String], who: Who) -> ImportStatement {
    let start = Timestamp::start_of_wib_day(world.now().wib_day());
    ImportStatement {
        provider: name(),
        content: file(rows),
        complete: Some(true),
        period: Some((start, world.now())),
        dry_run: false,
        who,
    }
}

async fn import(world: &World, rows: &[String]) -> ImportedStatement {
    world.engine.import_statement(complete(world, rows, proven("ani"))).await.unwrap()
}

fn found(imported: &ImportedStatement) -> Vec<(FindingKind, Consequence)> {
    let findings = imported.findings.iter();
    findings.map(|one| (one.finding.kind, one.consequence.clone())).collect()
}

fn confirmed(invoice: &str) -> StatusReport {
    StatusReport { verdict: StatusVerdict::Succeeded, observed: observed(invoice, 20_700) }
}

async fn state(world: &World, id: &str) -> PaymentState {
    world.engine.get_payment(&key(id)).await.unwrap().payment.state()
}

async fn actions(world: &World) -> Vec<String> {
    let trail = world.engine.audit(&AuditFilter::default(), 100).await.unwrap();
    trail.into_iter().map(|record| record.entry.action).collect()
}

/// A payment whose answer was lost; half an hour later.
async fn old_doubt(provider: &Arc<Scripted>) -> World {
    provider.will([lost()]);
    let world = World::of(&[provider]).await;
    assert_eq!(world.pay(token(ID)).await.payment.state(), PaymentState::InDoubt);
    tokio::time::sleep(Duration::from_mins(30)).await;
    provider.asked.lock().unwrap().clear();
    world
}

/// When worlds begin.
fn start(world: &World) -> Timestamp {
    world.now().minus(Duration::from_mins(30))
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_settled_by_a_row_that_the_provider_confirms_and_only_once() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = old_doubt(&provider).await;
    provider.will_report(Ok(confirmed("INV7")));
    let rows = [row(start(&world), "INV7", METER, 20_700)];
    let first = import(&world, &rows).await;
    assert_eq!(found(&first), [(FindingKind::Candidate, Consequence::Settled)]);
    assert!(!first.repeated && !first.findings[0].is_mismatch());
    let paid = world.engine.get_payment(&key(ID)).await.unwrap();
    assert_eq!(paid.payment.state(), PaymentState::Succeeded);
    assert!(paid.payment.receipt().unwrap().details.pln_token().is_some());
    assert_eq!(provider.asked.lock().unwrap()[0].provider_ref, ProviderRef::new("INV7"));

    let again = import(&world, &rows).await;
    assert_eq!(found(&again), [(FindingKind::Agrees, Consequence::Nothing)]);
    assert!(again.repeated);
    assert_eq!(again.hash, first.hash);
    assert_eq!(provider.asked.lock().unwrap().len(), 1);
    let version = world.engine.get_payment(&key(ID)).await.unwrap().version;
    assert_eq!(version, paid.version);
    assert_eq!(actions(&world).await, ["ImportStatement", "ImportStatement", "CheckNow"]);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_the_provider_does_not_confirm_settles_nothing() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = old_doubt(&provider).await;
    let rows = [row(start(&world), "INV7", METER, 20_700)];
    let not_found =
        StatusReport { verdict: StatusVerdict::NotFound, observed: Observed::default() };
    provider.will_report(Ok(not_found));
    let imported = import(&world, &rows).await;
    let [one] = imported.findings.as_slice() else { unreachable!("{imported:?}") };
    assert!(matches!(one.consequence, Consequence::NotConfirmed(_)), "{one:?}");
    assert!(one.is_mismatch());
    assert_eq!(state(&world, ID).await, PaymentState::InDoubt);
    // The provider is silent now: nothing is said, and the file can be imported again.
    let imported = import(&world, &rows).await;
    assert_eq!(found(&imported), [(FindingKind::Candidate, Consequence::TryAgain)]);
    assert!(imported.findings[0].is_open() && !imported.findings[0].is_mismatch());
    // A row without a reference gives nothing to ask with.
    let imported = import(&world, &[row(start(&world), "", METER, 20_700)]).await;
    assert_eq!(found(&imported), [(FindingKind::Candidate, Consequence::CannotBeAsked)]);
    assert_eq!(state(&world, ID).await, PaymentState::InDoubt);
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_asks_nobody_and_keeps_nothing() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = old_doubt(&provider).await;
    provider.will_report(Ok(confirmed("INV7")));
    let rows = [row(start(&world), "INV7", METER, 20_700)];
    for rows in [&rows[..], &[]] {
        let look = ImportStatement { dry_run: true, ..complete(&world, rows, proven("ani")) };
        let looked = world.engine.import_statement(look).await.unwrap();
        assert_eq!(looked.findings[0].consequence, Consequence::DryRun);
    }
    assert_eq!(provider.asked.lock().unwrap().len(), 0);
    assert_eq!(state(&world, ID).await, PaymentState::InDoubt);
    assert!(actions(&world).await.is_empty());
    assert!(!import(&world, &rows).await.repeated);
}

#[tokio::test(start_paused = true)]
async fn what_a_complete_statement_lacks_waits_for_a_second_person_and_no_import_is_one() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = old_doubt(&provider).await;
    let imported = import(&world, &[]).await;
    assert_eq!(found(&imported), [(FindingKind::OpenMissing, Consequence::Proposed)]);
    assert!(!imported.findings[0].is_mismatch());
    assert_eq!(state(&world, ID).await, PaymentState::InDoubt);
    let proposals = || async {
        let reviews = world.engine.reviews(10).await.unwrap();
        world.engine.review_details(&reviews[0]).await.unwrap().proposed.unwrap().proposed
    };
    let proposed = proposals().await;
    assert_eq!(proposed.who, proven("ani"));
    assert!(proposed.evidence.expose().contains(&imported.hash), "{proposed:?}");

    // Somebody else imports it: that is no second person's verdict.
    for who in [proven("budi"), proven("ani"), claimed("joko")] {
        let again = world.engine.import_statement(complete(&world, &[], who)).await.unwrap();
        assert_eq!(found(&again), [(FindingKind::OpenMissing, Consequence::ProposedBefore)]);
        assert_eq!(state(&world, ID).await, PaymentState::InDoubt);
    }
    assert_eq!(proposals().await, proposed);

    let verdict = Resolve {
        key: key(ID),
        attempt: None,
        seen: None,
        expected_version: None,
        verdict: ResolveVerdict::NotExecuted { second_actor: None },
        who: proven("budi"),
        evidence: "seen the statement".into(),
    };
    let done = settled(world.resolve(verdict).await.unwrap());
    assert_eq!(done.payment.state(), PaymentState::Failed);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_proposed_early_or_from_a_part_or_where_a_row_may_be_the_missing_one() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    provider.will([lost()]);
    let world = World::of(&[&provider]).await;
    assert_eq!(world.pay(token(ID)).await.payment.state(), PaymentState::InDoubt);
    tokio::time::sleep(Duration::from_mins(20)).await;
    // The bound has passed, but the provider's clock may lie a quarter of an hour behind.
    let early = import(&world, &[]).await;
    assert_eq!(found(&early), [(FindingKind::NotJudged, Consequence::Nothing)]);
    tokio::time::sleep(Duration::from_mins(10)).await;
    let part = ImportStatement { complete: Some(false), ..complete(&world, &[], proven("ani")) };
    assert_eq!(found(&world.engine.import_statement(part).await.unwrap()), []);
    let unread = import(&world, &["2027-01-15,,,,half,".to_owned()]).await;
    assert_eq!((found(&unread), unread.unreadable.len()), (vec![], 1));
    let foreign = import(&world, &[row(start(&world), "Z", "5XX", 20_700)]).await;
    assert_eq!(
        found(&foreign),
        [
            (FindingKind::UnknownCharge, Consequence::Nothing),
            (FindingKind::NotJudged, Consequence::Nothing)
        ]
    );
    let in_future = ImportStatement {
        period: Some((start(&world), world.now().plus(Duration::from_secs(1)))),
        ..complete(&world, &[], proven("ani"))
    };
    let refused = world.engine.import_statement(in_future).await.unwrap_err();
    assert!(matches!(refused, OperateError::FieldInvalid { field: "period", .. }), "{refused:?}");
    let review = &world.engine.reviews(10).await.unwrap()[0];
    assert!(world.engine.review_details(review).await.unwrap().proposed.is_none());
}

/// A payment that the provider refused, naming this invoice if any.
async fn refused(provider: &Arc<Scripted>, invoice: Option<&str>) -> World {
    let rejection = Rejection { code: RefusalCode::NumberInvalid, scope: RefusalScope::Bill };
    let observed =
        Observed { provider_ref: invoice.and_then(ProviderRef::new), ..Observed::default() };
    let answer = PayAnswer { outcome: PayOutcome::Rejected(rejection), observed };
    provider.will([Pay::Free(answer)]);
    let world = World::of(&[provider]).await;
    assert_eq!(world.pay(token(ID)).await.payment.state(), PaymentState::Failed);
    tokio::time::sleep(Duration::from_mins(30)).await;
    world
}

fn is_frozen(world: &World) -> bool {
    world.engine.providers().iter().any(|one| matches!(one.mode, Mode::Frozen { .. }))
}

#[tokio::test(start_paused = true)]
async fn a_debit_of_a_refused_payment_under_its_own_reference_is_a_late_charge() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::Authenticated);
    let world = refused(&provider, Some("INV9")).await;
    let rows = [row(start(&world), "INV9", METER, 20_650)];
    let imported = import(&world, &rows).await;
    assert_eq!(found(&imported), [(FindingKind::LateCharge, Consequence::Recorded)]);
    assert!(imported.findings[0].is_mismatch());
    let payment = world.engine.get_payment(&key(ID)).await.unwrap().payment.clone();
    assert_eq!(payment.state(), PaymentState::Failed);
    let charge = payment.attempts[0].late_charge.as_ref().unwrap();
    assert_eq!(charge.observed.charged, Some(Rupiah::new(20_650)));
    assert!(is_frozen(&world));
    assert_eq!(world.engine.reviews(10).await.unwrap().len(), 1);
    let again = import(&world, &rows).await;
    assert_eq!(found(&again), [(FindingKind::LateChargeKnown, Consequence::Nothing)]);
}

#[tokio::test(start_paused = true)]
async fn a_debit_that_only_resembles_a_refused_payment_is_one_if_the_provider_says_so() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::Authenticated);
    let world = refused(&provider, None).await;
    let rows = [row(start(&world), "INV9", METER, 20_700)];
    let not_found =
        StatusReport { verdict: StatusVerdict::NotFound, observed: Observed::default() };
    provider.will_report(Ok(not_found));
    let doubted = import(&world, &rows).await;
    assert!(matches!(doubted.findings[0].consequence, Consequence::NotConfirmed(_)), "{doubted:?}");
    assert!(doubted.findings[0].is_mismatch());
    assert!(!is_frozen(&world));
    provider.will_report(Ok(confirmed("INV9")));
    let imported = import(&world, &rows).await;
    assert_eq!(found(&imported), [(FindingKind::LateCharge, Consequence::Recorded)]);
    assert_eq!(state(&world, ID).await, PaymentState::Failed);
    assert!(is_frozen(&world));
}

async fn close(world: &World, day: i64) -> ClosedDay {
    let asked = CloseDay { day, provider: None, who: proven("ani") };
    let [closed] =
        <[ClosedDay; 1]>::try_from(world.engine.close_day(asked).await.unwrap()).unwrap();
    closed
}

#[tokio::test(start_paused = true)]
async fn a_day_closes_to_nothing_once_all_is_known_and_is_named_until_then() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = old_doubt(&provider).await;
    let day = start(&world).wib_day();
    assert_eq!(world.pay(other()).await.payment.state(), PaymentState::Succeeded);
    let before = close(&world, day).await;
    assert!(before.provisional && !before.repeated);
    assert_eq!(before.standing, CloseStanding::NoStatement);
    tokio::time::sleep(Duration::from_hours(24)).await;
    let whole = |rows: &[String]| ImportStatement {
        period: Some((
            Timestamp::start_of_wib_day(day),
            Timestamp::start_of_wib_day(day.saturating_add(1)),
        )),
        ..complete(&world, rows, proven("ani"))
    };
    let at = Timestamp::start_of_wib_day(day).plus(Duration::from_hours(15));
    let paid = row(at, "INV1", OTHER_METER, 20_700);
    let foreign = row(at, "Z", "5", 9);
    let engine = &world.engine;
    engine.import_statement(whole(&[paid.clone(), foreign])).await.unwrap();
    let mismatch = close(&world, day).await;
    assert_eq!(mismatch.standing, CloseStanding::Mismatch);
    assert_eq!(mismatch.close.difference, Some(Rupiah::new(9 - 20_700)));
    assert_eq!(
        mismatch.close.terms.keys().copied().collect::<Vec<_>>(),
        [Term::OpenNotDebited, Term::Unknown]
    );
    assert!(mismatch.repeated && !mismatch.provisional);
    assert_eq!(mismatch.open[0].key, key(ID));

    engine.import_statement(whole(std::slice::from_ref(&paid))).await.unwrap();
    assert_eq!(close(&world, day).await.standing, CloseStanding::Open);

    provider.will_report(Ok(confirmed("INV7")));
    let both = [paid, row(at, "INV7", METER, 20_700)];
    engine.import_statement(whole(&both)).await.unwrap();
    let balanced = close(&world, day).await;
    assert_eq!(balanced.standing, CloseStanding::Balanced, "{balanced:?}");
    assert_eq!(balanced.close.difference, Some(Rupiah::ZERO));
    assert_eq!(balanced.close.known, Rupiah::new(41_400));
    // A part that comes later takes nothing away of what is known to be whole.
    let part = ImportStatement { complete: Some(false), ..whole(&both[..1]) };
    engine.import_statement(part).await.unwrap();
    assert_eq!(close(&world, day).await.standing, CloseStanding::Balanced);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_imported_or_closed_is_refused_before_anything_is_done() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let good = complete(&world, &[], proven("ani"));
    let nobody = ProviderName::new("nobody").unwrap();
    let import = |import: ImportStatement| world.engine.import_statement(import);
    let unknown = import(ImportStatement { provider: nobody.clone(), ..good.clone() }).await;
    assert_eq!(unknown.unwrap_err(), OperateError::NoSuchProvider);
    let nonsense = import(ImportStatement { content: b"a;b".to_vec(), ..good.clone() }).await;
    assert!(matches!(nonsense, Err(OperateError::StatementUnreadable(_))), "{nonsense:?}");
    let nameless = Who { actor: " ".to_owned(), ..proven("ani") };
    let nameless = import(ImportStatement { who: nameless, ..good }).await;
    assert!(matches!(nameless, Err(OperateError::FieldInvalid { field: "actor", .. })));
    let day = world.now().wib_day();
    let tomorrow = CloseDay { day: day + 1, provider: None, who: proven("ani") };
    let tomorrow = world.engine.close_day(tomorrow).await;
    assert!(matches!(tomorrow, Err(OperateError::FieldInvalid { field: "day", .. })));
    let unknown = CloseDay { day, provider: Some(nobody), who: proven("ani") };
    let unknown = world.engine.close_day(unknown).await;
    assert_eq!(unknown.unwrap_err(), OperateError::NoSuchProvider);
    assert!(actions(&world).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_debit_after_midnight_belongs_to_the_day_on_which_its_payment_began() {
    let provider = Scripted::new("a", 20_700, RefusalTrust::None);
    let world = World::of(&[&provider]).await;
    let day = world.now().wib_day();
    let midnight = Timestamp::start_of_wib_day(day + 1);
    tokio::time::sleep(midnight.since(world.now()).saturating_sub(Duration::from_secs(2))).await;
    assert_eq!(world.pay(token(ID)).await.payment.state(), PaymentState::Succeeded);
    tokio::time::sleep(Duration::from_hours(25)).await;
    let of_day = |day: i64, rows: &[String]| ImportStatement {
        period: Some((Timestamp::start_of_wib_day(day), Timestamp::start_of_wib_day(day + 1))),
        ..complete(&world, rows, proven("ani"))
    };
    world.engine.import_statement(of_day(day, &[])).await.unwrap();
    let first = close(&world, day).await;
    assert_eq!(first.standing, CloseStanding::Open);
    assert_eq!(first.close.terms.keys().copied().collect::<Vec<_>>(), [Term::SuccessAtEdge]);
    let debit = row(midnight.plus(Duration::from_secs(3)), "INV1", METER, 20_700);
    world.engine.import_statement(of_day(day + 1, &[debit])).await.unwrap();
    let second = close(&world, day).await;
    assert_eq!(second.standing, CloseStanding::Balanced, "{second:?}");
    assert_eq!(second.close.difference, Some(Rupiah::ZERO));
    let next = close(&world, day + 1).await;
    assert_eq!(next.standing, CloseStanding::Balanced, "{next:?}");
    assert_eq!(next.close.terms.keys().copied().collect::<Vec<_>>(), [Term::OtherDay]);
}
