//! Settling an attempt whose outcome is unknown.

use ppob_api::v1;
use ppob_api::v1::resolve_payment_request::Verdict;
use ppob_engine::{Resolve, ResolveVerdict, Resolved, Seen};
use ppob_types::ProviderRef;
use tonic::{Request, Status};

use super::operator::{foreign_key, who};
use crate::convert::payment;
use crate::errors::{self, Violations};
use crate::shared::Shared;

pub(crate) async fn resolve_payment(
    shared: &Shared,
    request: Request<v1::ResolvePaymentRequest>,
) -> Result<v1::ResolvePaymentResponse, Status> {
    let who = who(&request, &request.get_ref().actor)?;
    let request = request.into_inner();
    let key = foreign_key(&request.consumer, &request.payment_id)?;
    let verdict = verdict(request.verdict, &request.second_actor)?;
    let mut bad = Violations::default();
    let attempt = bad.take("attempt_number", number(request.attempt_number));
    let version = bad.take("expected_version", number(request.expected_version));
    let seen = Some(request.seen.as_str()).filter(|seen| !seen.is_empty());
    let seen = bad.take("seen", seen.map(str::parse::<Seen>).transpose());
    bad.check()?;
    tracing::info!(operator = %who.operator, payment = %key, "an operator resolves a payment");
    let resolved = shared
        .engine
        .resolve(Resolve {
            key,
            attempt: attempt.flatten(),
            seen: seen.flatten(),
            expected_version: version.flatten(),
            verdict,
            who,
            evidence: request.evidence.into(),
        })
        .await
        .map_err(|error| errors::operate(&error))?;
    let (result, after) = match &resolved {
        Resolved::Settled(after) => (v1::ResolveResult::Resolved, after),
        Resolved::AwaitsSecondPerson(after) => (v1::ResolveResult::AwaitsSecondPerson, after),
    };
    let catalogue = shared.engine.catalogue();
    Ok(v1::ResolvePaymentResponse {
        result: result.into(),
        payment: Some(payment::payment(after, &shared.view(&catalogue))),
    })
}

/// A number from 1 on; 0 says none.
fn number<N: TryFrom<u64>>(given: impl TryInto<u64>) -> Result<Option<N>, &'static str> {
    let problem = "must not be negative";
    let given: u64 = given.try_into().map_err(|_| problem)?;
    if given == 0 {
        return Ok(None);
    }
    N::try_from(given).map(Some).map_err(|_| problem)
}

fn verdict(given: Option<Verdict>, second_actor: &str) -> Result<ResolveVerdict, Status> {
    match given {
        None => Err(Violations::one("verdict", "say executed or not_executed")),
        Some(Verdict::NotExecuted(_)) => {
            let second_actor = Some(second_actor.to_owned()).filter(|name| !name.is_empty());
            Ok(ResolveVerdict::NotExecuted { second_actor })
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
