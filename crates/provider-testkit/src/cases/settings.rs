//! The table of the configuration: errors name their key, and secrets do not stand in it.

use ppob_provider::{BuildError, SecretRef};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};

use crate::case::{Concern, cases};
use crate::check::{Checked, ensure, fail};
use crate::ground::{Ground, PATIENT, build_from};
use crate::{Setup, Subject};

cases! {
    Concern::Provider => [
        an_unknown_key_of_the_settings_is_refused_and_named,
        a_missing_key_of_the_settings_is_named,
        a_nonsense_value_of_the_settings_is_refused_and_named,
        a_secret_does_not_stand_in_the_settings,
        plain_http_must_be_permitted,
    ],
}

fn settings(ground: &Ground) -> Checked<Map<String, Value>> {
    let (connect_timeout, total_timeout) = PATIENT;
    let setup = Setup { origin: ground.tap.origin(), connect_timeout, total_timeout };
    match ground.subject.settings(&setup) {
        Value::Object(table) => Ok(table),
        _ => fail("the subject's settings are no table"),
    }
}

fn refusal(subject: &dyn Subject, table: Map<String, Value>) -> Option<BuildError> {
    build_from(subject, Value::Object(table)).err()
}

async fn an_unknown_key_of_the_settings_is_refused_and_named(ground: &Ground) -> Checked {
    let mut table = settings(ground)?;
    table.insert("pasword".to_owned(), json!(1));
    match refusal(&*ground.subject, table) {
        Some(error) => ensure(format!("{error}").contains("pasword"), || error.to_string()),
        None => fail("it is taken"),
    }
}

async fn a_missing_key_of_the_settings_is_named(ground: &Ground) -> Checked {
    let whole = settings(ground)?;
    for key in whole.keys() {
        let mut table = whole.clone();
        table.remove(key);
        // A key that may be missing is as good.
        let Some(error) = refusal(&*ground.subject, table) else { continue };
        // Without its permission, it is the address that is wrong.
        let named = format!("{error}").contains(key.as_str());
        ensure(named, || format!("{key} is missing, and the error says: {error}"))?;
    }
    Ok(())
}

async fn a_nonsense_value_of_the_settings_is_refused_and_named(ground: &Ground) -> Checked {
    let whole = settings(ground)?;
    for key in whole.keys() {
        let mut table = whole.clone();
        table.insert(key.clone(), json!([[{ "nonsense": [null] }]]));
        match refusal(&*ground.subject, table) {
            Some(error) => ensure(format!("{error}").contains(key.as_str()), || {
                format!("{key} is nonsense, and the error says: {error}")
            })?,
            None => return fail(format!("{key}: nonsense is taken")),
        }
    }
    Ok(())
}

async fn a_secret_does_not_stand_in_the_settings(ground: &Ground) -> Checked {
    const CLEAR: &str = "CL3ARLY-A-SECRET";
    let whole = settings(ground)?;
    let mut references = 0;
    for (key, value) in &whole {
        let Ok(reference) = serde_json::from_value::<SecretRef>(value.clone()) else { continue };
        references += 1;
        if reference.resolve().is_err() {
            return fail(format!("{key}: the subject's secret is not there"));
        }
        let mut table = whole.clone();
        table.insert(key.clone(), json!(CLEAR));
        if let Some(error) = refusal(&*ground.subject, table) {
            let shown = format!("{error} {error:?}").contains(CLEAR);
            ensure(!shown, || format!("{key}: the error repeats the secret"))?;
        } else {
            // What may stand in the clear, a user name, is no secret; the subject must not call it one.
            let secrets = ground.subject.secrets();
            let secret = reference.resolve();
            let is_one = secret
                .is_ok_and(|secret| secrets.iter().any(|known| known == secret.expose_secret()));
            ensure(!is_one, || format!("{key}: a secret in the clear is taken"))?;
        }
    }
    ensure(references > 0, || "the subject's settings have no secret".to_owned())
}

async fn plain_http_must_be_permitted(ground: &Ground) -> Checked {
    let mut table = settings(ground)?;
    if table.remove("allow_plaintext").is_none() {
        return fail("the subject's settings permit plain HTTP without `allow_plaintext`");
    }
    match refusal(&*ground.subject, table) {
        Some(error) => ensure(error.to_string().contains("allow_plaintext"), || error.to_string()),
        None => fail("plain HTTP is taken without a permission"),
    }
}
