//! The configuration as it takes effect, as TOML, without secrets.

use serde_json::{Map, Value};

use super::leaves::is_reference;
use crate::text::Add;

/// In place of what nobody should see.
const MASK: &str = "***";
/// Keys whose values are shown only where they are a reference.
const SECRET: [&str; 6] = ["password", "secret", "token", "pin", "username", "api_key"];

/// The configuration as TOML that could be read again, were it not for the masked values.
pub(crate) fn shown(effective: &Value) -> String {
    let mut text = String::new();
    if let Value::Object(root) = effective {
        table(&mut text, "", root);
    }
    text.trim_start().to_owned()
}

fn table(text: &mut String, path: &str, entries: &Map<String, Value>) {
    let (below, values): (Vec<_>, Vec<_>) = entries.iter().partition(|(_, value)| is_table(value));
    for (key, value) in values {
        let shown = if is_secret(key) && !value.is_object() {
            format!("\"{MASK}\"")
        } else {
            inline(value)
        };
        text.add(format_args!("{} = {shown}\n", bare(key)));
    }
    for (key, value) in below {
        let path = if path.is_empty() { bare(key) } else { format!("{path}.{}", bare(key)) };
        match value {
            Value::Object(entries) => {
                text.add(format_args!("\n[{path}]\n"));
                table(text, &path, entries);
            }
            Value::Array(items) => {
                for item in items.iter().filter_map(Value::as_object) {
                    text.add(format_args!("\n[[{path}]]\n"));
                    table(text, &path, item);
                }
            }
            _ => {}
        }
    }
}

/// Whether a value gets a heading of its own. References to secrets and mapping entries stay on
/// their line.
fn is_table(value: &Value) -> bool {
    match value {
        Value::Object(entries) => {
            let mapped = entries.contains_key("product") || entries.contains_key("ignore");
            !is_reference(value) && !mapped
        }
        Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_object),
        _ => false,
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::Object(entries) => {
            let inside: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{} = {}", bare(key), inline(value)))
                .collect();
            format!("{{ {} }}", inside.join(", "))
        }
        Value::Array(items) => {
            let inside: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", inside.join(", "))
        }
        // The escapes of JSON are escapes of TOML too.
        other => other.to_string(),
    }
}

fn is_secret(key: &str) -> bool {
    SECRET.iter().any(|secret| key.contains(secret))
}

pub(super) fn bare(key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !key.is_empty() && key.chars().all(plain) {
        key.to_owned()
    } else {
        Value::from(key).to_string()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_masked_and_references_shown() {
        let effective = json!({
            "log": { "format": "text" },
            "routing": { "default": "cheapest", "families": {}, "products": {} },
            "provider": [{
                "name": "mmbc-a",
                "username": "dummy",
                "password": { "env": "MMBC_PASSWORD" },
                "api_secret": "hunter2",
                "limits": { "pay_per_second": 5 },
                "mapping": { "PDAM AETRA/TPJ": { "product": "PDAM-AETRA", "family": "water" } },
            }],
        });
        let text = shown(&effective);
        assert_eq!(
            text,
            "\
[log]
format = \"text\"

[[provider]]
api_secret = \"***\"
name = \"mmbc-a\"
password = { env = \"MMBC_PASSWORD\" }
username = \"***\"

[provider.limits]
pay_per_second = 5

[provider.mapping]
\"PDAM AETRA/TPJ\" = { family = \"water\", product = \"PDAM-AETRA\" }

[routing]
default = \"cheapest\"

[routing.families]

[routing.products]
"
        );
    }
}
