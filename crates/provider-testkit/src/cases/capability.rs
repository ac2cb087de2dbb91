//! What a provider says of itself is true.

use ppob_provider::{
    AttemptRef, CallbackError, Capability, InquiryRule, ProviderErrorKind, RawCallback,
};
use ppob_types::{
    AttemptId, CustomerNumber, Family, NotSentCause, Parameters, PayOutcome, ProductCode,
    ProviderRef, Purchase,
};

use crate::case::{Concern, PAYS, cases};
use crate::check::{Checked, Stop, ensure, equal, fail};
use crate::ground::{Ground, Paid, inquiry, reference};
use crate::manner::Manner;
use crate::mint::{context, permit};
use crate::{Sample, Scene};
use ppob_provider::PayRequest;

cases! {
    Concern::Provider => [
        what_is_not_declared_is_unsupported_and_sends_nothing,
        who_it_is_says_nothing_untrue,
    ],
    Concern::Families(|_, _| Ok(())) => [
        what_is_declared_is_done,
        what_is_declared_makes_sense,
    ],
    PAYS => [the_subject_plays_what_every_protocol_can_say],
}

async fn what_is_not_declared_is_unsupported_and_sends_nothing(ground: &Ground) -> Checked {
    let Some(any) = ground.subject.samples().into_iter().next() else {
        return fail("the subject gives no sample");
    };
    for family in Family::ALL {
        let sample = Sample { purchase: undeclared(family, &any)?, ..any.clone() };
        let capability = ground.provider().capability(family);
        nothing_but_what_is_declared(ground, &sample, &capability)
            .await
            .map_err(|stop| in_family(stop, family))?;
    }
    let balance = ground.provider().balance(&context()).await.err().map(|error| error.kind);
    let told = ground.provider().info().tells_balance;
    ensure(told || balance == Some(ProviderErrorKind::Unsupported), || {
        format!("a balance that it does not tell: {balance:?}, and not Unsupported")
    })?;
    let calls_back = Family::ALL.into_iter().any(|one| ground.provider().capability(one).callbacks);
    let nothing = RawCallback { headers: Vec::new(), query: Vec::new(), body: Vec::new() };
    let read = ground.provider().decode_callback(&nothing).err();
    let unsupported = read == Some(CallbackError::Unsupported);
    ensure(calls_back != unsupported, || format!("callbacks: {calls_back}, decoded: {read:?}"))?;
    if told { Ok(()) } else { equal("connections", &ground.tap.take_connections(), &0) }
}

fn in_family(stop: Stop, family: Family) -> Stop {
    match stop {
        Stop::Failed(why) => Stop::Failed(format!("{family}: {why}")),
        left_out @ Stop::LeftOut(_) => left_out,
    }
}

/// A purchase of a family, with a code that the provider may sell under another one.
fn undeclared(family: Family, any: &Sample) -> Checked<Purchase> {
    let numbers = ["081234567890", "530000000001", "5300000000012", "0110014601"];
    let number = numbers.iter().find_map(|number| CustomerNumber::parse(family, number).ok());
    let (Some(customer), Ok(product)) = (number, ProductCode::new("UNDECLARED")) else {
        return fail(format!("no number fits {family}"));
    };
    let parameters = Parameters::default();
    Ok(Purchase { product, family, customer, amount: any.purchase.amount, parameters })
}

async fn nothing_but_what_is_declared(
    ground: &Ground,
    sample: &Sample,
    capability: &Capability,
) -> Checked {
    ground.forget_traffic();
    let request = PayRequest {
        attempt: ground.attempt(),
        purchase: sample.purchase.clone(),
        provider_code: sample.provider_code.clone(),
        max_cost: sample.max_cost,
        inquiry_token: None,
    };
    if !capability.pay {
        let paid = ground.pay_by(ground.provider(), &request, Manner::Pass).await;
        let expected = PayOutcome::NotSent(NotSentCause::Unsupported);
        equal("a payment that it does not offer", &paid.answer.outcome, &expected)?;
        equal("connections", &paid.connections, &0)?;
    }
    if !capability.inquiry.is_supported() {
        let question = inquiry(sample, Some(&request.attempt));
        let asked = ground.provider().inquire(&context(), &question).await;
        let kind = asked.err().map(|error| error.kind);
        let expected = Some(ProviderErrorKind::Unsupported);
        equal("an inquiry that it does not offer", &kind, &expected)?;
        equal("connections", &ground.tap.take_connections(), &0)?;
    }
    if !capability.status.possible(true) {
        let attempt = AttemptRef {
            provider_ref: ProviderRef::new("12345678"),
            ..reference(&request, &ppob_types::PayAnswer::bare(PayOutcome::Pending))
        };
        let checked = ground.provider().check_status(&context(), &attempt).await;
        let kind = checked.err().map(|error| error.kind);
        let expected = Some(ProviderErrorKind::Unsupported);
        equal("a check that it does not offer", &kind, &expected)?;
        equal("connections", &ground.tap.take_connections(), &0)?;
    }
    if capability.status_is_purchase.is_none() {
        let (permit, _) = permit(&request.attempt);
        let checked = ground.provider().check_by_purchase(&context(), &request, None, permit).await;
        let kind = checked.err().map(|error| error.kind);
        let expected = Some(ProviderErrorKind::Unsupported);
        equal("a check by a purchase that it does not offer", &kind, &expected)?;
        equal("connections", &ground.tap.take_connections(), &0)?;
    }
    Ok(())
}

async fn who_it_is_says_nothing_untrue(ground: &Ground) -> Checked {
    let info = ground.provider().info();
    equal("the kind", &info.kind, &ground.subject.kind().kind)?;
    equal("the name", &info.name.as_str(), &"under-test")?;
    ensure(info.plaintext, || "plain HTTP is said to be encrypted".to_owned())?;
    ensure(!info.price_list_every.is_zero(), || {
        "its prices may be asked for all the time".to_owned()
    })?;
    let encrypted = ground.elsewhere("https://127.0.0.1:1", crate::ground::PATIENT)?;
    ensure(!encrypted.provider.info().plaintext, || "HTTPS is said to be unencrypted".to_owned())
}

async fn what_is_declared_is_done(ground: &Ground) -> Checked {
    let capability = ground.capability();
    if capability.inquiry.is_supported() {
        let prepared = ground.prepare_question(&Scene::Owed).await?;
        let asked = ground.inquire(&prepared.sample, Some(&prepared.request.attempt)).await;
        let kind = asked.err().map(|error| error.kind);
        let unsupported = kind == Some(ProviderErrorKind::Unsupported);
        ensure(!unsupported, || "the inquiry that it declares is Unsupported".to_owned())?;
    }
    if !capability.pay {
        return Ok(());
    }
    let Paid { answer, .. } = {
        let prepared = ground.prepare_accepted().await?;
        let paid = ground.pay(&prepared).await;
        let not_sent = matches!(paid.answer.outcome, PayOutcome::NotSent(_));
        ensure(!not_sent, || format!("the payment: {:?}", paid.answer.outcome))?;
        let attempt = reference(&prepared.request, &paid.answer);
        if capability.status.possible(attempt.provider_ref.is_some()) {
            let kind = ground.check(&attempt).await.err().map(|error| error.kind);
            let unsupported = kind == Some(ProviderErrorKind::Unsupported);
            ensure(!unsupported, || "the check that it declares is Unsupported".to_owned())?;
        }
        paid
    };
    let taken = matches!(answer.outcome, PayOutcome::Succeeded | PayOutcome::Pending);
    ensure(taken, || format!("the payment: {:?}", answer.outcome))
}

async fn what_is_declared_makes_sense(ground: &Ground) -> Checked {
    let capability = ground.capability();
    ensure(!capability.pay || !capability.late_execution_bound.is_zero(), || {
        "nothing executes late, ever: no provider can promise that".to_owned()
    })?;
    if let InquiryRule::Bound { valid_for, .. } = capability.inquiry {
        ensure(!valid_for.is_zero(), || "a bill is valid for no time".to_owned())?;
    }
    if let Some(bounds) = capability.status_is_purchase {
        ensure(bounds.min_gap < bounds.max_age, || "the gap is longer than the age".to_owned())?;
        ensure(capability.client_reference, || {
            "a check that is a purchase, without a reference that makes it the same one".to_owned()
        })?;
        ensure(capability.status.possible(false), || {
            "a check that is a purchase goes by our reference".to_owned()
        })?;
    }
    let longest = AttemptId::new(u64::from(u32::MAX), 9);
    ensure(longest.as_str().len() <= 20, || "our references are too long".to_owned())
}

/// A subject that cannot say these leaves out the cases that matter most.
async fn the_subject_plays_what_every_protocol_can_say(ground: &Ground) -> Checked {
    let said = |checked: Checked<crate::ground::Prepared>, what: &str| match checked {
        Ok(_) => Ok(()),
        Err(Stop::Failed(why) | Stop::LeftOut(why)) => {
            fail(format!("the subject must say {what}: {why}"))
        }
    };
    said(ground.prepare_accepted().await, "a success, at once or later")?;
    said(ground.fresh().await.prepare(&Scene::Unlisted).await, "an answer on no list")?;
    let refusals = ground.subject.refusals(ground.family()?);
    ensure(!refusals.is_empty(), || "the subject must say a refusal".to_owned())?;
    let mut sayable = 0;
    for rejection in refusals {
        let ground = ground.fresh().await;
        sayable += usize::from(ground.prepare(&Scene::Refused(rejection)).await.is_ok());
    }
    ensure(sayable > 0, || "the subject must say one refusal of a payment".to_owned())
}
