//! What comes from outside without having been asked for: callbacks, and the table of the configuration.

use data_encoding::HEXLOWER;
use md5::{Digest as _, Md5};
use ppob_provider::{CallbackError, RawCallback};
use ppob_types::{AttemptId, StatusVerdict};
use serde_json::{Value, json};

use super::LONGEST;
use super::oracle::{Tree, tree};
use crate::callback::decode;
use crate::config::Config;
use crate::sign::Credentials;

const USERNAME: &str = "081200000000";
const API_KEY: &str = "iakkey-abc";

/// The body of a callback: it is taken only with the signature of its reference, says no more than it holds,
/// and is not taken if it was cut or signed for another reference.
pub fn callback(body: &[u8]) {
    if body.len() > LONGEST {
        return;
    }
    one(body);
    // Hardly any input carries the right signature by itself.
    let Some(data) = tree(body).as_ref().and_then(|all| all.get("data")?.text("ref_id")) else {
        return;
    };
    let Ok(text) = std::str::from_utf8(body) else { return };
    let Some((before, after)) = text.split_once("\"ref_id\"") else { return };
    for (reference, right) in
        [(data.as_str(), true), ("P0000000000FFN1", data == "P0000000000FFN1")]
    {
        let signature = HEXLOWER.encode(&Md5::digest(format!("{USERNAME}{API_KEY}{reference}")));
        let signed = format!("{before}\"sign\":\"{signature}\",\"ref_id\"{after}");
        let taken = one(signed.as_bytes());
        assert!(right || !taken, "signed for another reference");
    }
}

/// Whether it is taken.
fn one(body: &[u8]) -> bool {
    let raw = RawCallback { headers: Vec::new(), query: Vec::new(), body: body.to_vec() };
    let ours = Credentials::new(USERNAME.into(), API_KEY.into());
    let callback = match decode(&raw, &ours) {
        Ok(callback) => callback,
        Err(CallbackError::NotAuthentic | CallbackError::Unreadable) => return false,
        Err(other) => panic!("{other}"),
    };
    let Some(all) = tree(body) else { panic!("taken without one whole value") };
    assert!(all.keys_are_unique(), "taken, although a key occurs twice");
    let Some(data) = all.get("data") else { panic!("taken without data") };
    let reference = data.text("ref_id").unwrap_or_default();
    let expected = HEXLOWER.encode(&Md5::digest(format!("{USERNAME}{API_KEY}{reference}")));
    assert_eq!(data.text("sign"), Some(expected), "taken without its signature");
    assert_eq!(callback.attempt, AttemptId::parse(&reference).ok());
    says_what_it_holds(&callback, data);
    let end = body.iter().rposition(|byte| *byte == b'}').unwrap_or_default();
    for cut in super::cuts(end, body) {
        let body = body.get(..cut).unwrap_or_default().to_vec();
        assert!(decode(&RawCallback { body, ..raw.clone() }, &ours).is_err(), "cut at {cut}");
    }
    true
}

fn says_what_it_holds(callback: &ppob_provider::Callback, data: &Tree) {
    let (status, code) = (data.text("status"), data.code("rc"));
    let says = (status.as_deref(), code.as_deref());
    let shown = &callback.report.observed;
    match &callback.report.verdict {
        StatusVerdict::Succeeded => assert_eq!(says, (Some("1"), Some("00"))),
        StatusVerdict::Rejected(_) => assert_eq!(says.0, Some("2")),
        StatusVerdict::NotFound => assert_eq!(says.1, Some("06")),
        StatusVerdict::Pending => {}
        StatusVerdict::Reversed => panic!("IAK has no word for it"),
    }
    let paid = callback.report.verdict == StatusVerdict::Succeeded;
    assert!(paid || (shown.charged.is_none() && shown.provider_ref.is_none()));
    let named = data.text("customer_id").or_else(|| data.text("hp"));
    assert_eq!(callback.customer.as_ref().map(|named| named.expose().to_owned()), named);
}

/// A provider's table as JSON: it is read or refused, and no key shows in a refusal.
pub fn settings(data: &[u8]) {
    let Ok(mut settings) = serde_json::from_slice::<Value>(data) else { return };
    let key = settings.get("api_key").and_then(Value::as_str).map(str::to_owned);
    match Config::read(&settings) {
        Ok(_) => assert_eq!(key, None, "a key that stands in the configuration"),
        Err(error) => {
            let shown = format!("{error} {error:?}");
            let key = key.unwrap_or_default();
            assert!(key.len() < 20 || !shown.contains(&key), "the key shows");
        }
    }
    // With secrets that can be fetched, all other keys are checked too.
    if let Some(table) = settings.as_object_mut() {
        table.insert("username".to_owned(), json!("dummy"));
        table.insert("api_key".to_owned(), json!({ "env": "PATH" }));
    }
    if let Ok(config) = Config::read(&settings)
        && let Ok(checked) = config.check()
    {
        let plain = checked.prepaid.is_plaintext() || checked.postpaid.is_plaintext();
        assert!(
            !plain || settings.get("allow_plaintext") == Some(&json!(true)),
            "plain HTTP that nobody allowed"
        );
        assert_eq!(plain, checked.warnings.iter().any(|warning| warning.contains("encrypted")));
    }
}
