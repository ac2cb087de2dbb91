//! A clock that is set while the engine runs, and between its lives.

use std::path::PathBuf;

use ppob_api::error::{may_be_accepted, reason, reason_of};
use ppob_api::v1::resolve_payment_request::Verdict;
use ppob_api::v1::{
    CreatePaymentRequest, ListReviewsRequest, Payment, PaymentState, RefreshCatalogRequest,
    ResolvePaymentRequest, VerdictNotExecuted,
};
use ppob_crash::clock::{STEPS, step};
use ppob_e2e::request::{TOKEN_AT_PROVIDER, fresh_customer, token, without_waiting};
use ppob_e2e::wait::until;
use ppob_e2e::{Engine, Result, World, audit};
use ppob_simulator::mmbc::{Fault, FaultKind, Stage, Verb};

use crate::PROGRAM;

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

struct Stepped {
    world: World,
    steps: PathBuf,
}

/// A payment that is in doubt and was charged, one that succeeded, and their customers.
struct Paid {
    doubtful: Payment,
    succeeded: Payment,
}

impl Stepped {
    async fn new() -> Result<Self> {
        let mut world = World::new().await?;
        world.program = vec![PROGRAM.to_owned()];
        let steps = world.directory().join("clock");
        world.environment.push((STEPS, steps.display().to_string()));
        Ok(Self { world, steps })
    }

    /// The wall is set; hardly any time passes.
    fn set(&self, wall: i64) -> Result<()> {
        Ok(step(&self.steps, wall, 0)?)
    }

    async fn pay(&self, engine: &Engine) -> Result<Paid> {
        let lost = FaultKind::HttpStatus { status: 502, stage: Stage::AfterDebit };
        self.world.provider.add_fault(Fault::new(lost).verb(Verb::Pay).times(1))?;
        let doubtful = engine.pay(token("clock-doubt", &fresh_customer())).await?;
        assert_eq!(doubtful.state(), PaymentState::InDoubt);
        let succeeded = engine.pay(token("clock-paid", &fresh_customer())).await?;
        assert_eq!(succeeded.state(), PaymentState::Succeeded);
        Ok(Paid { doubtful, succeeded })
    }

    /// Whatever the clock says, nothing that holds for a while has passed, and nothing was sent again.
    async fn nothing_has_passed(&self, engine: &Engine, paid: &Paid, when: &str) -> Result<()> {
        let Paid { doubtful, succeeded } = paid;
        let verdict = ResolvePaymentRequest {
            consumer: "local".to_owned(),
            payment_id: doubtful.payment_id.clone(),
            verdict: Some(Verdict::NotExecuted(VerdictNotExecuted {})),
            evidence: "not on the statement".to_owned(),
            actor: "sari".to_owned(),
            second_actor: "budi".to_owned(),
            seen: mark_of(engine, &doubtful.payment_id).await?,
            ..ResolvePaymentRequest::default()
        };
        let early = engine.operators().await?.resolve_payment(verdict).await;
        let early = early.err().and_then(|status| reason_of(&status));
        assert_eq!(early.as_deref(), Some(reason::TOO_EARLY_FOR_VERDICT), "{when}");

        let guarded = engine.refused(token("clock-other", &doubtful.customer_number)).await?;
        assert_eq!(reason_of(&guarded).as_deref(), Some(reason::PAYMENT_OPEN), "{when}");
        let despite = CreatePaymentRequest {
            despite_in_doubt: doubtful.payment_id.clone(),
            repeat: 1,
            ..token("clock-other", &doubtful.customer_number)
        };
        assert!(!may_be_accepted(&engine.refused(despite).await?), "{when}");
        let again = engine.refused(token("clock-again", &succeeded.customer_number)).await?;
        assert_eq!(reason_of(&again).as_deref(), Some(reason::REPEAT_NEEDED), "{when}");

        let now = engine.get(&doubtful.payment_id).await?;
        assert_eq!(now.state(), PaymentState::InDoubt, "{when}");
        assert_eq!(engine.get(&succeeded.payment_id).await?.state(), PaymentState::Succeeded);
        for payment in [doubtful, succeeded] {
            let number = &payment.customer_number;
            let sent = self.world.provider.pay_requests_for(TOKEN_AT_PROVIDER, number);
            assert_eq!(sent, 1, "{when}: {}", payment.payment_id);
        }
        Ok(())
    }
}

/// What the review of a payment shows, for a verdict to bring back.
async fn mark_of(engine: &Engine, payment_id: &str) -> Result<String> {
    let payment_id = payment_id.to_owned();
    let request = ListReviewsRequest { payment_id, ..ListReviewsRequest::default() };
    let listed = engine.operators().await?.list_reviews(request).await?.into_inner();
    let review = listed.reviews.into_iter().next();
    Ok(review.map(|review| review.seen).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_forward_by_a_day_lets_nothing_pass_early() -> Result<()> {
    let stepped = Stepped::new().await?;
    let engine = stepped.world.serve().await?;
    let paid = stepped.pay(&engine).await?;
    stepped.set(DAY)?;
    stepped.nothing_has_passed(&engine, &paid, "a day ahead").await?;
    stepped.set(0)?;
    stepped.nothing_has_passed(&engine, &paid, "and back").await?;
    // Once prices are a day newer, too, what is bought is bought as always.
    let refresh = RefreshCatalogRequest { actor: "sari".to_owned(), ..Default::default() };
    engine.operators().await?.refresh_catalog(refresh).await?;
    engine.wait_for_prices().await?;
    let later = engine.pay(token("clock-later", &fresh_customer())).await?;
    assert_eq!(later.state(), PaymentState::Succeeded);
    engine.kill().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_by_an_hour_reopens_nothing_also_over_a_death() -> Result<()> {
    let stepped = Stepped::new().await?;
    let engine = stepped.world.serve().await?;
    let paid = stepped.pay(&engine).await?;
    stepped.set(-HOUR)?;
    stepped.nothing_has_passed(&engine, &paid, "an hour back").await?;
    engine.kill().await?;
    let engine = stepped.world.serve().await?;
    stepped.nothing_has_passed(&engine, &paid, "an hour back, after a death").await?;
    // Time goes on from the latest that was ever recorded.
    let later = engine.pay(token("clock-later", &fresh_customer())).await?;
    assert_eq!(later.state(), PaymentState::Succeeded);
    let seconds = |payment: &Payment| payment.create_time.map(|time| time.seconds);
    assert!(seconds(&later) >= seconds(&paid.succeeded), "{later:?}");
    let mut payments = engine.payments().await?;
    payments.retain(|payment| payment.payment_id != paid.doubtful.payment_id);
    let mut ledger = stepped.world.provider.ledger();
    ledger.charges.retain(|charge| charge.customer_number != paid.doubtful.customer_number);
    assert_eq!(audit::disagreements(&ledger, &payments), Vec::<String>::new());
    engine.kill().await
}

/// A restart does not know how long nobody was there. What a person may say rests on time that this
/// process has seen pass; what is open stays open whatever the clock says.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_forward_over_a_death_brings_no_verdict_and_no_second_payment() -> Result<()> {
    let stepped = Stepped::new().await?;
    let engine = stepped.world.serve().await?;
    let paid = stepped.pay(&engine).await?;
    engine.kill().await?;
    stepped.set(DAY)?;
    let engine = stepped.world.serve().await?;
    let doubtful = &paid.doubtful;
    let verdict = ResolvePaymentRequest {
        consumer: "local".to_owned(),
        payment_id: doubtful.payment_id.clone(),
        verdict: Some(Verdict::NotExecuted(VerdictNotExecuted {})),
        evidence: "not on the statement".to_owned(),
        actor: "sari".to_owned(),
        second_actor: "budi".to_owned(),
        seen: mark_of(&engine, &doubtful.payment_id).await?,
        ..ResolvePaymentRequest::default()
    };
    let early = engine.operators().await?.resolve_payment(verdict).await;
    let early = early.err().and_then(|status| reason_of(&status));
    assert_eq!(early.as_deref(), Some(reason::TOO_EARLY_FOR_VERDICT));
    let guarded = engine.refused(token("clock-other", &doubtful.customer_number)).await?;
    assert_eq!(reason_of(&guarded).as_deref(), Some(reason::PAYMENT_OPEN));
    assert_eq!(engine.get(&doubtful.payment_id).await?.state(), PaymentState::InDoubt);
    let sent =
        stepped.world.provider.pay_requests_for(TOKEN_AT_PROVIDER, &doubtful.customer_number);
    assert_eq!(sent, 1);
    engine.kill().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_clock_was_set_over_before_it_was_sent_expires_and_is_not_sent() -> Result<()> {
    for (wall, expires) in [(DAY, true), (-HOUR, false)] {
        let stepped = Stepped::new().await?;
        let engine = stepped.world.serve().await?;
        let customer = fresh_customer();
        let asked = ppob_api::v1::InquireRequest {
            product_code: "PLN-POSTPAID".to_owned(),
            customer_number: customer.clone(),
            ..ppob_api::v1::InquireRequest::default()
        };
        let shown = engine.inquire(asked.clone()).await?;
        // The bill is read again before it is paid; until then no attempt begins.
        let slow = FaultKind::Stall { stage: Stage::BeforeDebit, milliseconds: None };
        let provider = &stepped.world.provider;
        provider.add_fault(Fault::new(slow).verb(Verb::Inquiry).times(1))?;
        let asked_before = provider.requests().of(Verb::Inquiry);
        let request = ppob_e2e::request::bill("clock-bill", &asked, &shown.inquiry_id);
        let accepted = engine.pay(without_waiting(request)).await?;
        assert_eq!(accepted.state(), PaymentState::Accepted, "{accepted:?}");
        until("the bill is read again", async || {
            let asked = provider.requests().of(Verb::Inquiry);
            if asked > asked_before { Ok(()) } else { Err(asked.to_string()) }
        })
        .await?;
        stepped.set(wall)?;
        engine.kill().await?;
        let engine = stepped.world.serve().await?;
        let state = if expires { PaymentState::Failed } else { PaymentState::Succeeded };
        let payment = engine.wait_for("clock-bill", state).await?;
        let reason = payment.failure.map(|failure| failure.reason);
        assert_eq!(reason.as_deref(), expires.then_some("EXPIRED"), "{wall}");
        let charges = provider.ledger().charges.len();
        assert_eq!(charges, usize::from(!expires), "{wall}");
        engine.kill().await?;
    }
    Ok(())
}
