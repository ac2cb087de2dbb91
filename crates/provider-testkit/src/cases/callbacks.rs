//! What a provider tells by itself, and who else could have told it.

use ppob_provider::{Callback, CallbackError, RawCallback};
use ppob_types::{Sensitive, StatusVerdict};

use crate::case::{CALLS_BACK, cases};
use crate::check::{Checked, Ways, ensure, equal, fail, leave_out};
use crate::ground::Ground;
use crate::{Cover, News, NewsSample};

cases! {
    CALLS_BACK => [
        a_genuine_callback_is_read_and_names_the_attempt,
        a_callback_that_comes_twice_is_read_alike,
        a_callback_without_a_proof_is_not_authentic,
        a_callback_with_another_proof_is_not_authentic,
        a_callback_in_which_one_byte_was_changed_is_not_taken,
        a_genuine_callback_in_another_format_is_unreadable,
        a_trial_of_the_address_is_about_no_payment,
        noise_is_no_callback,
    ],
}

/// What a subject can say, for each kind of news about a payment.
fn samples(ground: &Ground) -> Checked<Vec<(News, NewsSample, ppob_types::AttemptId)>> {
    let sample = ground.sample()?;
    let mut said = Vec::new();
    for news in [News::Succeeded, News::Pending, News::Refused] {
        let attempt = ground.attempt();
        if let Some(callback) = ground.subject.callback(news, &sample, &attempt) {
            said.push((news, callback, attempt));
        }
    }
    ensure(!said.is_empty(), || "the subject declares callbacks and shows none".to_owned())?;
    Ok(said)
}

fn decode(ground: &Ground, raw: &RawCallback) -> Result<Callback, CallbackError> {
    ground.provider().decode_callback(raw)
}

async fn a_genuine_callback_is_read_and_names_the_attempt(ground: &Ground) -> Checked {
    let sample = ground.sample()?;
    for (news, callback, attempt) in samples(ground)? {
        let read = match decode(ground, &callback.genuine) {
            Ok(read) => read,
            Err(error) => return fail(format!("{news:?}: {error}")),
        };
        let fits = matches!(
            (news, &read.report.verdict),
            (News::Succeeded, StatusVerdict::Succeeded)
                | (News::Pending, StatusVerdict::Pending)
                | (News::Refused, StatusVerdict::Rejected(_))
        );
        ensure(fits, || format!("{news:?} was read as {}", read.report.verdict.class()))?;
        if callback.names_attempt {
            equal("the attempt", &read.attempt, &Some(attempt))?;
        } else {
            ensure(read.provider_ref.is_some(), || "it names nothing to find it by".to_owned())?;
        }
        let number = sample.purchase.customer.expose();
        let ours = read.customer.as_ref().is_none_or(|named| named.expose().contains(number));
        ensure(ours, || "it names another customer".to_owned())?;
        let code = read.provider_code.as_ref().unwrap_or(&sample.provider_code);
        equal("the product", code, &sample.provider_code)?;
        ensure(read.report.observed.raw.is_some(), || "its bytes are not kept".to_owned())?;
    }
    Ok(())
}

async fn a_callback_that_comes_twice_is_read_alike(ground: &Ground) -> Checked {
    for (news, callback, _) in samples(ground)? {
        let (first, second) =
            (decode(ground, &callback.genuine), decode(ground, &callback.genuine));
        ensure(first == second, || format!("{news:?} was read in two ways"))?;
    }
    Ok(())
}

async fn a_callback_without_a_proof_is_not_authentic(ground: &Ground) -> Checked {
    refused(ground, |callback| callback.unsigned.clone(), CallbackError::NotAuthentic)
}

async fn a_callback_with_another_proof_is_not_authentic(ground: &Ground) -> Checked {
    refused(ground, |callback| callback.forged.clone(), CallbackError::NotAuthentic)
}

async fn a_genuine_callback_in_another_format_is_unreadable(ground: &Ground) -> Checked {
    refused(ground, |callback| callback.unreadable.clone(), CallbackError::Unreadable)
}

fn refused(
    ground: &Ground,
    variant: fn(&NewsSample) -> Option<RawCallback>,
    expected: CallbackError,
) -> Checked {
    let mut ways = Ways::default();
    for (news, callback, _) in samples(ground)? {
        let tried = match variant(&callback) {
            None => leave_out("there can be no such one"),
            Some(raw) => equal("it", &decode(ground, &raw).err(), &Some(expected)),
        };
        ways.took(&format!("{news:?}"), tried)?;
    }
    ways.end()
}

async fn a_callback_in_which_one_byte_was_changed_is_not_taken(ground: &Ground) -> Checked {
    let mut ways = Ways::default();
    for (news, callback, _) in samples(ground)? {
        let genuine = &callback.genuine;
        let with_body = |body| RawCallback { body, ..genuine.clone() };
        let with_query = |query| RawCallback { query, ..genuine.clone() };
        let changed: Vec<RawCallback> = match &callback.cover {
            Cover::Body => each_byte(&genuine.body).map(with_body).collect(),
            Cover::Query => each_byte(&genuine.query).map(with_query).collect(),
            Cover::Texts(texts) => texts
                .iter()
                .flat_map(|text| {
                    let other = another(text);
                    [
                        with_body(replaced(&genuine.body, text, &other)),
                        with_query(replaced(&genuine.query, text, &other)),
                    ]
                })
                .filter(|raw| raw.body != genuine.body || raw.query != genuine.query)
                .collect(),
            Cover::Nothing => Vec::new(),
        };
        let tried = if changed.is_empty() {
            leave_out("its proof covers nothing of it")
        } else {
            let part = matches!(callback.cover, Cover::Texts(_));
            not_taken(ground, &changed, part)
        };
        ways.took(&format!("{news:?}"), tried)?;
    }
    ways.end()
}

/// Where the proof covers everything, it is looked at before anything is read.
fn not_taken(ground: &Ground, changed: &[RawCallback], part: bool) -> Checked {
    for raw in changed {
        match decode(ground, raw) {
            Ok(_) => return fail("it was taken"),
            Err(CallbackError::NotAuthentic) => {}
            Err(_) if part => {}
            Err(error) => return fail(format!("it was read before its proof: {error}")),
        }
    }
    Ok(())
}

/// The bytes with one bit of one of them changed, for each of them.
fn each_byte(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len()).map(|at| {
        let mut changed = bytes.to_vec();
        if let Some(byte) = changed.get_mut(at) {
            *byte ^= 1;
        }
        changed
    })
}

fn another(text: &str) -> String {
    let mut other = text.to_owned();
    let last = other.pop();
    other.push(if last == Some('1') { '2' } else { '1' });
    other
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replace(from, to).into_bytes()
}

async fn a_trial_of_the_address_is_about_no_payment(ground: &Ground) -> Checked {
    let (sample, attempt) = (ground.sample()?, ground.attempt());
    let Some(trial) = ground.subject.callback(News::Ping, &sample, &attempt) else {
        return leave_out("it sends no trials");
    };
    equal("it", &decode(ground, &trial.genuine).err(), &Some(CallbackError::Ping))?;
    let Some(forged) = trial.forged else { return Ok(()) };
    let refused = decode(ground, &forged).is_err();
    ensure(refused, || "a forged one was taken for a payment".to_owned())
}

async fn noise_is_no_callback(ground: &Ground) -> Checked {
    let header = |name: &str| (name.to_owned(), Sensitive::new("sha1=0badcafe"));
    let headers = vec![header("x-hub-signature"), header("x-signature"), header("authorization")];
    for body in ["", "{}", "[]", "null", "<html></html>", "status=1&ref_id=", "\u{0}", "%%%"] {
        for headers in [Vec::new(), headers.clone()] {
            for query in ["", "status=success&refid=1", "%zz&&="] {
                let (body, query) = (body.as_bytes().to_vec(), query.as_bytes().to_vec());
                let raw = RawCallback { headers: headers.clone(), query, body };
                match decode(ground, &raw) {
                    Ok(_) => return fail("it was taken"),
                    Err(CallbackError::Unsupported) => {
                        return fail("callbacks are Unsupported all of a sudden");
                    }
                    Err(_) => {}
                }
            }
        }
    }
    Ok(())
}
