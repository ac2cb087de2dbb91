use serde_json::json;

use super::*;

fn table() -> Value {
    json!({
        "base_url": "https://provider.example/json/ppob",
        "username": "dummy",
        "password": { "file": concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/password") },
    })
}

fn with(key: &str, value: Value) -> Value {
    let mut table = table();
    table[key] = value;
    table
}

fn checked(table: &Value) -> Result<Settings, BuildError> {
    Config::read(table)?.check()
}

/// The key at fault and the message.
fn refused(table: &Value) -> (String, String) {
    let error = checked(table).err().unwrap();
    (error.key, error.message)
}

#[test]
fn the_defaults_are_careful() {
    let settings = checked(&table()).unwrap();
    assert_eq!(settings.pay_timeouts.total(), Duration::from_mins(3));
    assert_eq!(settings.late_execution_bound, Duration::from_mins(10));
    assert_eq!(settings.trust, RefusalTrust::CorroboratedByBalance);
    assert_eq!(settings.balance_path, None);
    assert_eq!(settings.warnings, Vec::<String>::new());
}

#[test]
fn fact_70_plain_http_with_a_password_in_each_call_needs_permission_and_warns() {
    let mut table = table();
    table.as_object_mut().unwrap().remove("base_url");
    assert_eq!(refused(&table).0, "base_url");
    table["allow_plaintext"] = json!(true);
    assert_eq!(checked(&table).unwrap().warnings.len(), 1);
    table["failover_on_refusal"] = json!("always");
    assert_eq!(checked(&table).unwrap().warnings.len(), 2);
}

#[test]
fn an_impatient_payment_warns() {
    let settings = checked(&with("pay_timeout_ms", json!(60_000))).unwrap();
    assert_eq!(settings.warnings.len(), 1);
}

#[test]
fn failover_follows_the_configuration() {
    for (word, trust) in [
        ("corroborated", RefusalTrust::CorroboratedByBalance),
        ("never", RefusalTrust::None),
        ("always", RefusalTrust::Authenticated),
    ] {
        let settings = checked(&with("failover_on_refusal", json!(word))).unwrap();
        assert_eq!(settings.trust, trust, "{word}");
    }
}

#[test]
fn an_error_names_its_key() {
    for (key, value) in [
        ("connect_timeout_ms", json!("4s")),
        ("connect_timeout", json!(4)),
        ("pay_timeout_ms", json!(1)),
        ("base_url", json!("klikmbc.co.id")),
        ("failover_on_refusal", json!("sometimes")),
        ("username", json!(5)),
        ("password", json!({ "env": "PPOB_TEST_NO_SUCH_VARIABLE" })),
        ("refusals", json!([{ "pattern": "x", "code": "other", "scope": "bill" }])),
    ] {
        assert_eq!(refused(&with(key, value)).0, key);
    }
    let mut without = table();
    without.as_object_mut().unwrap().remove("password");
    assert_eq!(refused(&without).0, "password");
}

#[test]
fn a_password_in_the_configuration_is_refused_and_not_repeated() {
    let (key, message) = refused(&with("password", json!("rahasia123")));
    assert_eq!(key, "password");
    assert!(!message.contains("rahasia123"));
}
