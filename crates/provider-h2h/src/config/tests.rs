use serde_json::json;

use super::*;

fn table() -> Value {
    let secret = json!({ "file": concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/password") });
    json!({
        "base_url": "https://centre.example/h2h",
        "description": "okeconnect",
        "member": "OK001",
        "pin": secret,
        "password": secret,
        "price_id": "905c",
    })
}

fn with(key: &str, value: Value) -> Value {
    let mut table = table();
    table[key] = value;
    table
}

fn refused(table: &Value) -> (String, String) {
    let error = Config::read(table).and_then(Config::check).err().unwrap();
    (error.key, error.message)
}

#[test]
fn the_defaults_are_careful() {
    let settings = Config::read(&table()).unwrap().check().unwrap();
    assert_eq!(settings.pay_timeouts.total(), Duration::from_mins(3));
    assert_eq!(settings.trust, RefusalTrust::CorroboratedByBalance);
    assert_eq!(settings.secrets.len(), 2);
    assert!(!settings.base.is_plaintext());
    assert_eq!(settings.warnings.len(), 1, "that its address holds credentials");
}

#[test]
fn a_secret_that_stands_in_the_configuration_is_refused_and_not_repeated() {
    for value in [json!("rahasia-4711"), json!(["rahasia-4711"]), json!({ "rahasia-4711": 1 })] {
        let (key, message) = refused(&with("pin", value));
        assert_eq!(key, "pin");
        assert!(message.contains("env") && !message.contains("rahasia"), "{message}");
    }
}

#[test]
fn errors_name_their_key() {
    for (table, key) in [
        (with("pin", Value::Null), "pin"),
        (with("pinn", json!("x")), "pinn"),
        (with("prices", json!({ "S5": 5_500 })), "prices"),
        (with("prices", json!([1])), "prices"),
        (with("base_url", json!("http://centre.example")), "base_url"),
        (with("description", json!("okeconect")), "description"),
        (with("description", Value::Null), "description"),
        (with("description_file", json!("x.toml")), "description"),
        (with("pay_timeout_ms", json!(1)), "pay_timeout_ms"),
        (with("price_list_base_url", json!("x")), "price_list_base_url"),
    ] {
        assert_eq!(refused(&table).0, key, "{table}");
    }
}

#[test]
fn forgeable_refusals_that_count_always_are_warned_of() {
    let mut table = with("base_url", json!("http://centre.example"));
    table["allow_plaintext"] = json!(true);
    table["failover_on_refusal"] = json!("always");
    let settings = Config::read(&table).unwrap().check().unwrap();
    assert!(settings.warnings.iter().any(|warning| warning.contains("happen twice")));
}
