//! Any message as JSON, by its descriptor: what is added to the protos appears by itself.
//!
//! Fields have the names of the protos and are always there; what is not set is null. Amounts are
//! numbers, enum values their names, times RFC 3339 in UTC, spans seconds.

use std::sync::LazyLock;

use ppob_types::Timestamp;
use prost::Message;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MapKey, ReflectMessage, Value,
};
use serde_json::{Map, Value as Json, json};

use crate::exit::Exit;
use crate::failure::Failure;

static POOL: LazyLock<Option<DescriptorPool>> =
    LazyLock::new(|| DescriptorPool::decode(ppob_api::FILE_DESCRIPTOR_SET).ok());

/// `message`, which is the message `name` of package `ppob.v1`, as one JSON object.
pub(crate) fn json<M: Message>(name: &str, message: &M) -> Result<String, Failure> {
    let descriptor =
        POOL.as_ref().and_then(|pool| pool.get_message_by_name(&format!("ppob.v1.{name}")));
    let decoded = descriptor.and_then(|descriptor| {
        DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).ok()
    });
    let Some(decoded) = decoded else {
        return Err(Failure::new(
            Exit::Unknown,
            format!(
                "the answer came, but ppob could not turn {name} into JSON; ask without --json"
            ),
        ));
    };
    Ok(format!("{:#}", object(&decoded)))
}

fn object(message: &DynamicMessage) -> Json {
    let descriptor = message.descriptor();
    if let Some(known) = well_known(descriptor.full_name(), message) {
        return known;
    }
    let mut fields = Map::new();
    for field in descriptor.fields() {
        fields.insert(field.name().to_owned(), field_value(message, &field));
    }
    Json::Object(fields)
}

fn field_value(message: &DynamicMessage, field: &FieldDescriptor) -> Json {
    if field.supports_presence() && !message.has_field(field) {
        return Json::Null;
    }
    match message.get_field(field).as_ref() {
        Value::List(items) => items.iter().map(|item| single(item, field)).collect(),
        Value::Map(entries) => {
            let sorted: std::collections::BTreeMap<String, Json> =
                entries.iter().map(|(key, value)| (map_key(key), single(value, field))).collect();
            json!(sorted)
        }
        value => single(value, field),
    }
}

fn single(value: &Value, field: &FieldDescriptor) -> Json {
    match value {
        Value::Bool(value) => json!(value),
        Value::I32(value) => json!(value),
        Value::I64(value) => json!(value),
        Value::U32(value) => json!(value),
        Value::U64(value) => json!(value),
        Value::F32(value) => json!(value),
        Value::F64(value) => json!(value),
        Value::String(value) => json!(value),
        Value::Bytes(value) => json!(value.as_ref()),
        Value::EnumNumber(number) => enum_name(field, *number),
        Value::Message(message) => object(message),
        // Neither lists nor maps hold lists or maps.
        Value::List(_) | Value::Map(_) => Json::Null,
    }
}

fn enum_name(field: &FieldDescriptor, number: i32) -> Json {
    let name = match field.kind() {
        Kind::Enum(kind) => kind.get_value(number),
        _ => None,
    };
    name.map_or_else(|| json!(number), |value| json!(value.name()))
}

fn map_key(key: &MapKey) -> String {
    match key {
        MapKey::Bool(key) => key.to_string(),
        MapKey::I32(key) => key.to_string(),
        MapKey::I64(key) => key.to_string(),
        MapKey::U32(key) => key.to_string(),
        MapKey::U64(key) => key.to_string(),
        MapKey::String(key) => key.clone(),
    }
}

fn well_known(name: &str, message: &DynamicMessage) -> Option<Json> {
    let part = |name: &str| match message.get_field_by_name(name)?.as_ref() {
        Value::I64(value) => Some(*value),
        Value::I32(value) => Some(i64::from(*value)),
        _ => None,
    };
    match name {
        "google.protobuf.Timestamp" => {
            let micros =
                part("seconds")?.saturating_mul(1_000_000).saturating_add(part("nanos")? / 1_000);
            Some(json!(Timestamp::from_micros(micros).to_string()))
        }
        "google.protobuf.Duration" => {
            let (seconds, nanos) = (part("seconds")?, part("nanos")?);
            Some(json!(format!("{seconds}.{:03}s", nanos.abs() / 1_000_000)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use ppob_api::v1::{ListPaymentsResponse, Payment, PaymentState, Receipt};

    use super::*;

    #[test]
    fn a_message_becomes_json_with_every_field() {
        let payment = Payment {
            payment_id: "pay-0001".to_owned(),
            state: PaymentState::Succeeded.into(),
            total_rupiah: Some(22_500),
            create_time: Some(prost_types::Timestamp { seconds: 1_532_440_800, nanos: 5_000_000 }),
            receipt: Some(Receipt {
                raw_fields: [("ppob_reff".to_owned(), "R".to_owned())].into(),
                ..Receipt::default()
            }),
            ..Payment::default()
        };
        let list = ListPaymentsResponse { payments: vec![payment], next_page_token: String::new() };
        let text = json("ListPaymentsResponse", &list).unwrap();
        let read: Json = serde_json::from_str(&text).unwrap();
        let shown = &read["payments"][0];
        assert_eq!(shown["payment_id"], "pay-0001");
        assert_eq!(shown["state"], "PAYMENT_STATE_SUCCEEDED");
        assert_eq!(shown["total_rupiah"], 22_500);
        assert_eq!(shown["cost_rupiah"], Json::Null);
        assert_eq!(shown["create_time"], "2018-07-24T14:00:00.005Z");
        assert_eq!(shown["attempts"], json!([]));
        assert_eq!(shown["receipt"]["raw_fields"]["ppob_reff"], "R");
        assert_eq!(read["next_page_token"], "");
    }

    #[test]
    fn every_message_the_commands_answer_with_is_known() {
        for name in [
            "Payment",
            "Bill",
            "ListProductsResponse",
            "ExplainRouteResponse",
            "ListPaymentsResponse",
            "AbandonPaymentResponse",
            "ListProvidersResponse",
            "ListReviewsResponse",
            "ResolvePaymentResponse",
            "RefreshCatalogResponse",
            "CheckNowResponse",
            "AddNoteResponse",
            "RecordDepositResponse",
            "ImportStatementResponse",
            "CloseDayResponse",
            "SetProviderModeResponse",
            "SetOfferModeResponse",
            "ListUnmappedProductsResponse",
            "ListUnlistedRepliesResponse",
            "ListAuditResponse",
        ] {
            let found = POOL.as_ref().unwrap().get_message_by_name(&format!("ppob.v1.{name}"));
            assert!(found.is_some(), "{name}");
        }
    }
}
