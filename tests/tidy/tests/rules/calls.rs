//! The calls that documents show fit the protos.

use ppob_tidy::generate::descriptor_pool;
use protox::prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::Value;

use crate::files::{assert_none, ending_with};

#[test]
fn every_call_with_grpcurl_in_a_document_names_an_rpc_and_fields_that_exist() {
    let pool = descriptor_pool().expect("the protos compile");
    let mut wrong = Vec::new();
    let mut checked = 0;
    for document in ending_with(&[".md"]) {
        for call in calls(&document.text) {
            checked += 1;
            wrong.extend(problems(call, &pool).map(|what| format!("{}: {what}", document.path)));
        }
    }
    assert!(checked >= 8, "only {checked} calls found");
    assert_none(&wrong, "calls that would be refused");
}

/// From `grpcurl` to the end of the command, which goes on after a backslash and inside of quotes.
fn calls(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("grpcurl -").map(|(at, _)| {
        let rest = text.split_at(at).1;
        let mut quoted = false;
        let mut before = ' ';
        let end = rest.find(|letter| {
            quoted ^= letter == '\'';
            let ends = letter == '\n' && !quoted && before != '\\';
            before = letter;
            ends
        });
        end.map_or(rest, |end| rest.split_at(end).0)
    })
}

fn problems(call: &str, pool: &DescriptorPool) -> impl Iterator<Item = String> + use<> {
    let mut wrong = Vec::new();
    let mut target =
        call.split(|letter: char| !(letter.is_alphanumeric() || "./".contains(letter)));
    let target = target.rfind(|word| word.starts_with("ppob.v1.") && word.contains('/'));
    let data =
        call.split_once("-d '").and_then(|(_, rest)| rest.split_once('\'')).map(|(data, _)| data);
    match (target, data) {
        (Some(target), data) => {
            let method = target.split_once('/').and_then(|(service, method)| {
                let service = pool.get_service_by_name(service)?;
                service.methods().find(|known| known.name() == method)
            });
            match (method, serde_json::from_str(data.unwrap_or("{}"))) {
                (None, _) => wrong.push(format!("there is no RPC {target}")),
                (_, Err(error)) => wrong.push(format!("{target}: {error}")),
                (Some(method), Ok(data)) => object(&method.input(), &data, target, &mut wrong),
            }
        }
        (None, Some(_)) => wrong.push(format!("no RPC is named in: {call}")),
        (None, None) => {}
    }
    wrong.into_iter()
}

fn object(message: &MessageDescriptor, data: &Value, place: &str, wrong: &mut Vec<String>) {
    let Some(members) = data.as_object() else {
        wrong.push(format!("{place} is no object"));
        return;
    };
    for (name, value) in members {
        let place = format!("{place}.{name}");
        match message.get_field_by_name(name) {
            None => wrong.push(format!("{place} does not exist")),
            Some(field) if field.is_list() => match value.as_array() {
                None => wrong.push(format!("{place} is a list")),
                Some(values) => {
                    for value in values {
                        single(&field, value, &place, wrong);
                    }
                }
            },
            Some(field) => single(&field, value, &place, wrong),
        }
    }
}

fn single(field: &FieldDescriptor, value: &Value, place: &str, wrong: &mut Vec<String>) {
    let fits = match field.kind() {
        Kind::Message(message) if message.package_name() == "ppob.v1" => {
            object(&message, value, place, wrong);
            true
        }
        // Timestamps and durations are texts in JSON.
        Kind::Message(_) | Kind::String => value.is_string(),
        Kind::Enum(one) => value.as_str().is_some_and(|name| one.get_value_by_name(name).is_some()),
        Kind::Bool => value.is_boolean(),
        _ => value.is_i64() || value.as_str().is_some_and(|text| text.parse::<i64>().is_ok()),
    };
    if !fits {
        wrong.push(format!("{place} is no {:?}: {value}", field.kind()));
    }
}

#[test]
fn a_call_with_a_wrong_field_value_or_rpc_is_found() {
    let pool = descriptor_pool().expect("the protos compile");
    let count = |call: &str| problems(call, &pool).count();
    let call =
        |data: &str, rpc: &str| format!("grpcurl -d '{data}' host:1 ppob.v1.PaymentService/{rpc}");
    assert_eq!(count(&call(r#"{"payment_id": "a"}"#, "GetPayment")), 0);
    assert_eq!(count(&call(r#"{"payment": "a"}"#, "GetPayment")), 1);
    assert_eq!(count(&call(r#"{"payment_id": 1}"#, "GetPayment")), 1);
    assert_eq!(count(&call(r#"{"states": ["FAILED"]}"#, "ListPayments")), 1);
    assert_eq!(count(&call(r#"{"parameters": {"bpjs": {"month": 1}}}"#, "Inquire")), 1);
    assert_eq!(count(&call("{}", "Pay")), 1);
    assert_eq!(count(&call("{", "GetPayment")), 1);
    assert_eq!(count("grpcurl -d '{}' host:1"), 1);
    assert_eq!(calls("x\ngrpcurl -d '{\n}' \\\n a/b\nmore\ngrpcurl -v list").count(), 2);
}
