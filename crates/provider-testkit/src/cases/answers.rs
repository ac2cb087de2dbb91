//! Answers to a payment that are no answers of the provider's, or not all of one.

use ppob_types::{PayOutcome, RawAnswer};

use super::{NONSENSE, unknown};
use crate::Scene;
use crate::case::{PAYS, cases};
use crate::check::{Checked, Ways, ensure, equal, fail};
use crate::ground::{Ground, Paid};
use crate::manner::{After, Manner};
use crate::peer::{Habit, Peer};

cases! {
    PAYS => [
        half_a_head_is_unknown,
        half_a_body_is_unknown_and_kept,
        a_body_that_stalls_is_unknown,
        a_cut_that_http_does_not_see_is_unknown,
        an_answer_without_its_last_letter_is_unknown,
        bytes_that_are_not_http_are_unknown,
        a_gateway_error_is_unknown_whatever_its_body_says,
        a_page_is_unknown_whatever_its_status_is,
        an_answer_in_another_format_is_unknown,
        text_that_is_not_utf_8_is_unknown,
        a_body_that_is_too_long_is_unknown,
        a_redirect_is_unknown_and_not_followed,
        an_interim_answer_and_then_silence_is_unknown,
        an_interim_answer_changes_nothing,
        every_whole_answer_is_kept,
    ],
}

/// Pays, and does this to the answer of a purchase that the provider took.
async fn pay(ground: &Ground, manner: Manner) -> Checked<Paid> {
    let ground = ground.fresh().await;
    let prepared = ground.prepare_accepted().await?;
    Ok(ground.pay_through(&prepared, manner).await)
}

async fn half_a_head_is_unknown(ground: &Ground) -> Checked {
    unknown(&pay(ground, Manner::HalfHead).await?)
}

async fn half_a_body_is_unknown_and_kept(ground: &Ground) -> Checked {
    let paid = pay(ground, Manner::CutShort(After::End)).await?;
    unknown(&paid)?;
    let kept = paid.answer.observed.raw.is_some_and(|raw| !raw.expose().is_empty());
    ensure(kept, || "what had come of the answer is not kept".to_owned())
}

async fn a_body_that_stalls_is_unknown(ground: &Ground) -> Checked {
    impatient(ground, Manner::CutShort(After::Hold)).await
}

async fn a_cut_that_http_does_not_see_is_unknown(ground: &Ground) -> Checked {
    for quarters in 0..4 {
        unknown(&pay(ground, Manner::CutUnseen(quarters)).await?)?;
    }
    Ok(())
}

async fn an_answer_without_its_last_letter_is_unknown(ground: &Ground) -> Checked {
    unknown(&pay(ground, Manner::CutAtTheEnd).await?)
}

async fn bytes_that_are_not_http_are_unknown(ground: &Ground) -> Checked {
    unknown(&pay(ground, Manner::Garbage).await?)
}

async fn a_gateway_error_is_unknown_whatever_its_body_says(ground: &Ground) -> Checked {
    for status in [500, 502, 503, 504] {
        unknown(&pay(ground, Manner::Status(status)).await?)?;
    }
    for rejection in ground.subject.refusals(ground.family()?) {
        let ground = ground.fresh().await;
        let Ok(prepared) = ground.prepare(&Scene::Refused(rejection)).await else { continue };
        let Some(body) = answer_of(&ground.pay(&prepared).await) else { continue };
        let ground = ground.fresh().await;
        let prepared = ground.prepare_accepted().await?;
        unknown(&ground.pay_through(&prepared, Manner::Page(502, body)).await)?;
    }
    Ok(())
}

async fn a_page_is_unknown_whatever_its_status_is(ground: &Ground) -> Checked {
    for status in [200, 400, 401, 403, 404, 405, 408, 429, 500, 502, 503, 504] {
        let paid = pay(ground, Manner::page(status)).await?;
        unknown(&paid).or_else(|_| {
            fail(format!("status {status}: {:?}, and not Unknown", paid.answer.outcome))
        })?;
    }
    Ok(())
}

async fn an_answer_in_another_format_is_unknown(ground: &Ground) -> Checked {
    for text in NONSENSE {
        let paid = pay(ground, Manner::Page(200, text.as_bytes().to_vec())).await?;
        unknown(&paid)
            .or_else(|_| fail(format!("{text:?}: {:?}, and not Unknown", paid.answer.outcome)))?;
    }
    Ok(())
}

async fn text_that_is_not_utf_8_is_unknown(ground: &Ground) -> Checked {
    unknown(&pay(ground, Manner::Page(200, b"{\"\xff\xfe\":\"\xc3\x28\"}".to_vec())).await?)
}

async fn a_body_that_is_too_long_is_unknown(ground: &Ground) -> Checked {
    let paid = pay(ground, Manner::Padded).await?;
    unknown(&paid)?;
    ensure(paid.answer.observed.raw.is_some(), || "its beginning is not kept".to_owned())
}

async fn a_redirect_is_unknown_and_not_followed(ground: &Ground) -> Checked {
    let elsewhere = Peer::start(Habit::PlainHttp);
    let elsewhere = elsewhere.await.map_err(|error| crate::ground::failed(&error))?;
    let to = format!("{}/elsewhere", elsewhere.origin("http"));
    unknown(&pay(ground, Manner::Redirect(to)).await?)?;
    equal("connections to where it leads", &elsewhere.connections(), &0)
}

async fn an_interim_answer_and_then_silence_is_unknown(ground: &Ground) -> Checked {
    impatient(ground, Manner::Interim(Box::new(Manner::Lost(After::Hold)))).await
}

async fn impatient(ground: &Ground, manner: Manner) -> Checked {
    let prepared = ground.prepare_accepted().await?;
    let built = ground.impatient()?;
    unknown(&ground.pay_by(&*built.provider, &prepared.request, manner).await)
}

async fn an_interim_answer_changes_nothing(ground: &Ground) -> Checked {
    let plain = pay(ground, Manner::Pass).await?;
    let interim = pay(ground, Manner::Interim(Box::new(Manner::Pass))).await?;
    equal("the outcome", &interim.answer.outcome, &plain.answer.outcome)
}

async fn every_whole_answer_is_kept(ground: &Ground) -> Checked {
    let mut scenes = vec![Scene::Succeeds, Scene::Pending, Scene::Unlisted, Scene::AnotherCustomer];
    let refusals = ground.subject.refusals(ground.family()?);
    scenes.extend(refusals.into_iter().map(Scene::Refused));
    let mut ways = Ways::default();
    for scene in scenes {
        let kept = async {
            let ground = ground.fresh().await;
            let prepared = ground.prepare(&scene).await?;
            kept(&ground.pay(&prepared).await)
        };
        ways.took(&format!("{scene:?}"), kept.await)?;
    }
    for manner in [Manner::page(200), Manner::page(502), Manner::Status(500)] {
        kept(&pay(ground, manner).await?)?;
    }
    ways.end()
}

/// The bytes that came are the bytes that are kept.
fn kept(paid: &Paid) -> Checked {
    let Some(came) = answer_of(paid) else { return fail("no whole answer came") };
    let Some(raw) = &paid.answer.observed.raw else {
        return fail(format!("the answer is not kept with {:?}", paid.answer.outcome));
    };
    let same = raw.expose() == RawAnswer::new(&came).expose();
    ensure(same, || format!("what is kept with {:?} is not what came", paid.answer.outcome))?;
    let sent = !matches!(paid.answer.outcome, PayOutcome::NotSent(_));
    ensure(sent, || "an answer came to what was not sent".to_owned())
}

fn answer_of(paid: &Paid) -> Option<Vec<u8>> {
    paid.exchanges.first()?.answered.clone()
}
