//! Settling an attempt whose outcome is unknown.

use ppob_api::error::Reason;
use ppob_api::v1;
use ppob_api::v1::resolve_payment_request::Verdict;
use ppob_engine::{Resolve, ResolveVerdict};
use ppob_journal::StoredPayment;
use ppob_types::ProviderRef;
use tonic::{Request, Status};

use super::operator::foreign_key;
use crate::consumer::{Role, caller};
use crate::convert::payment;
use crate::convert::scalar::{count, long};
use crate::errors::{self, Problem, Violations};
use crate::shared::Shared;

pub(crate) async fn resolve_payment(
    shared: &Shared,
    request: Request<v1::ResolvePaymentRequest>,
) -> Result<v1::ResolvePaymentResponse, Status> {
    let operator = caller(&request, Role::Operate)?;
    let request = request.into_inner();
    let key = foreign_key(&request.consumer, &request.payment_id)?;
    let verdict = verdict(request.verdict, &request.second_actor)?;
    let before = shared.engine.get_payment(&key).await.map_err(errors::query)?;
    check_version(&before, request.expected_version)?;
    check_attempt(&before, request.attempt_number)?;
    tracing::info!(%operator, payment = %key, "an operator resolves a payment");
    let resolved = shared
        .engine
        .resolve(Resolve { key, verdict, actor: request.actor, evidence: request.evidence })
        .await
        .map_err(|error| errors::operate(&error))?;
    let catalogue = shared.engine.catalogue();
    Ok(v1::ResolvePaymentResponse {
        result: v1::ResolveResult::Resolved.into(),
        payment: Some(payment::payment(&resolved, &shared.view(&catalogue))),
    })
}

fn verdict(given: Option<Verdict>, second_actor: &str) -> Result<ResolveVerdict, Status> {
    match given {
        None => Err(Violations::one("verdict", "say executed or not_executed")),
        Some(Verdict::NotExecuted(_)) => {
            Ok(ResolveVerdict::NotExecuted { second_actor: second_actor.to_owned() })
        }
        Some(Verdict::Executed(executed)) => {
            let mut bad = Violations::default();
            let reference = ProviderRef::new(&executed.provider_reference);
            let reference = bad.take(
                "executed.provider_reference",
                reference.ok_or("is missing; the engine asks the provider about it"),
            );
            let told = "leave it out; the engine takes it from the provider's own answer";
            if executed.cost_rupiah.is_some() {
                bad.add("executed.cost_rupiah", told);
            }
            if !executed.reference.is_empty() {
                bad.add("executed.reference", told);
            }
            if !executed.token.is_empty() {
                bad.add("executed.token", told);
            }
            match reference {
                Some(provider_ref) => {
                    bad.check().map(|()| ResolveVerdict::Executed { provider_ref })
                }
                None => Err(bad.status()),
            }
        }
    }
}

fn check_version(stored: &StoredPayment, expected: i64) -> Result<(), Status> {
    if expected == 0 || expected == long(stored.version) {
        return Ok(());
    }
    Err(Problem::nothing_done(
        Reason::VERSION_CHANGED,
        "the payment changed since you looked at it; look again. Nothing was changed",
    )
    .with("version", stored.version)
    .status())
}

fn check_attempt(stored: &StoredPayment, number: i32) -> Result<(), Status> {
    let open = stored.payment.live_attempt().map(|attempt| count(attempt.number));
    if number == 0 || open == Some(number) {
        return Ok(());
    }
    Err(Problem::nothing_done(
        Reason::ATTEMPT_NOT_OPEN,
        "the outcome of that attempt is not open; nothing was changed",
    )
    .precondition("attempt_number")
    .status())
}
