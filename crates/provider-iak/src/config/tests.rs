use serde_json::json;

use super::*;

const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/api_key");

fn settings(more: Value) -> Result<Settings, BuildError> {
    let mut settings = json!({ "username": "081200000000", "api_key": { "file": KEY } });
    if let (Some(settings), Value::Object(more)) = (settings.as_object_mut(), more) {
        settings.extend(more);
    }
    Config::read(&settings)?.check()
}

fn refused(more: Value) -> BuildError {
    settings(more).err().unwrap()
}

#[test]
fn the_defaults_are_the_documented_production_hosts_with_patience() {
    let defaults = settings(json!({})).unwrap();
    assert_eq!(format!("{:?}", defaults.prepaid), "https://prepaid.iak.id/");
    assert_eq!(format!("{:?}", defaults.postpaid), "https://mobilepulsa.net/");
    assert_eq!(defaults.warnings, Vec::<String>::new());
    assert_eq!(defaults.trust(&defaults.prepaid), RefusalTrust::Authenticated);
    assert_eq!(defaults.credentials.sign("order001"), "9c95b3587f5c2fda7ab7a1a67cbaa45f");
}

#[test]
fn fact_60_waiting_less_for_bills_than_iak_says_is_warned_of() {
    let defaults = settings(json!({})).unwrap();
    assert!(defaults.pay_timeouts.total() >= PATIENCE);
    assert!(defaults.read_timeouts.total() >= PATIENCE_WITH_BILLS);
    let hasty = json!({ "pay_timeout_ms": 10_000, "read_timeout_ms": 10_000 });
    assert_eq!(settings(hasty).unwrap().warnings.len(), 2);
}

#[test]
fn refusals_over_plain_http_need_a_balance_that_fits() {
    let plain = settings(json!({ "prepaid_url": "http://127.0.0.1:1", "allow_plaintext": true }));
    let plain = plain.unwrap();
    assert_eq!(plain.trust(&plain.prepaid), RefusalTrust::CorroboratedByBalance);
    assert_eq!(plain.trust(&plain.postpaid), RefusalTrust::Authenticated);
    assert!(plain.warnings.iter().any(|warning| warning.contains("encrypted")));
    let never = settings(json!({ "failover_on_refusal": "never" })).unwrap();
    assert_eq!(never.trust(&never.prepaid), RefusalTrust::None);
}

#[test]
fn an_error_names_the_key_and_never_the_secret() {
    let in_the_clear = refused(json!({ "api_key": "iakkey-abc" }));
    assert_eq!(in_the_clear.key, "api_key");
    assert!(!in_the_clear.to_string().contains("iakkey-abc"));
    for (key, value) in [
        ("prepaid_url", json!("http://127.0.0.1:1")),
        ("postpaid_url", json!("nowhere")),
        ("pay_timeout_ms", json!(1)),
        ("read_timeout_ms", json!(1)),
        ("api_key", json!({ "env": "PPOB_NO_SUCH_VARIABLE" })),
        ("failover_on_refusal", json!("always")),
        ("surprise", json!(1)),
    ] {
        assert_eq!(refused(json!({ key: value })).key, key);
    }
    assert_eq!(Config::read(&json!({ "username": "x" })).err().unwrap().key, "api_key");
}
