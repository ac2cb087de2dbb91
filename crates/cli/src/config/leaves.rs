//! Every key with its value, by its path.

use serde_json::{Map, Value};

use super::shown::bare;

/// The keys that have a value, and nothing below: what stands in a table of its own has a path of its
/// own, tables in a list by their `name`. References to secrets are values.
pub(crate) fn leaves(effective: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    walk(String::new(), effective, &mut found);
    found
}

/// Whether the value only says where a secret is: `{ env = "…" }` or `{ file = "…" }`.
pub(crate) fn is_reference(value: &Value) -> bool {
    value.as_object().is_some_and(|table| {
        table.len() == 1 && table.keys().all(|key| matches!(key.as_str(), "env" | "file"))
    })
}

fn walk<'a>(path: String, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(table) if !is_reference(value) => {
            for (key, value) in table {
                walk(below(&path, key), value, found);
            }
        }
        Value::Array(items) => match named(items) {
            Some(tables) => {
                for (name, table) in tables {
                    for (key, value) in table {
                        walk(below(&below(&path, name), key), value, found);
                    }
                }
            }
            None => found.push((path, value)),
        },
        _ => found.push((path, value)),
    }
}

/// The tables of a list with their names, if every one has a name and no two the same.
fn named(items: &[Value]) -> Option<Vec<(&str, &Map<String, Value>)>> {
    let mut tables = Vec::with_capacity(items.len());
    for item in items {
        tables.push((item.get("name")?.as_str()?, item.as_object()?));
    }
    let mut names: Vec<&str> = tables.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    (!tables.is_empty() && names.len() == tables.len()).then_some(tables)
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { bare(key) } else { format!("{path}.{}", bare(key)) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tables_in_a_list_are_found_by_name_and_references_are_values() {
        let effective = json!({
            "log": { "filter": "info" },
            "provider": [{
                "name": "mmbc-a",
                "password": { "file": "p" },
                "refusals": [{ "pattern": "^x$" }],
                "mapping": { "PDAM X": { "ignore": true } },
            }],
        });
        let found: Vec<String> = leaves(&effective).into_iter().map(|(path, _)| path).collect();
        assert_eq!(
            found,
            [
                "log.filter",
                "provider.mmbc-a.mapping.\"PDAM X\".ignore",
                "provider.mmbc-a.name",
                "provider.mmbc-a.password",
                "provider.mmbc-a.refusals",
            ]
        );
    }
}
