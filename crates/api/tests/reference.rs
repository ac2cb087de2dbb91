//! What the proto's comments promise agrees with the code.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use ppob_api::error::reason;
use ppob_api::v1::{CreatePaymentRequest, PlnPrepaidDetails, Receipt, create_payment_request};
use prost::Message;
use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FileDescriptorProto, FileDescriptorSet};

fn files() -> Vec<FileDescriptorProto> {
    let set = FileDescriptorSet::decode(ppob_api::FILE_DESCRIPTOR_SET).unwrap();
    set.file.into_iter().filter(|file| file.package() == "ppob.v1").collect()
}

/// Words such as `PAYMENT_OPEN` in the comments of services and RPCs.
fn reasons_in_comments() -> BTreeSet<String> {
    const SERVICE: i32 = 6;
    let is_reason = |word: &&str| {
        word.len() > 3 && word.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_')
    };
    let files = files();
    let locations = files.iter().flat_map(|file| &file.source_code_info.as_ref().unwrap().location);
    locations
        .filter(|location| location.path.first() == Some(&SERVICE))
        .flat_map(|location| reasons_part(location.leading_comments()))
        .filter(|word| is_reason(&word.as_str()))
        .collect()
}

/// Of an RPC's comment only what follows `Reasons`; of a service's all.
fn reasons_part(comment: &str) -> Vec<String> {
    let start = comment.find("Reasons").or_else(|| comment.find("ErrorInfo"));
    let part = start.and_then(|start| comment.get(start..)).unwrap_or_default();
    let words = part.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
    words.map(str::to_owned).collect()
}

#[test]
fn the_reasons_in_the_comments_are_the_reasons_in_the_code() {
    let in_code: BTreeSet<String> = reason::ALL.iter().map(|&word| word.to_owned()).collect();
    assert_eq!(in_code.len(), reason::ALL.len(), "a reason is listed twice");
    assert_eq!(reasons_in_comments(), in_code);
}

#[test]
fn money_is_int64_and_nothing_is_a_float() {
    fn check(message: &DescriptorProto) {
        for field in &message.field {
            let kind = field.r#type();
            assert!(!matches!(kind, Type::Double | Type::Float), "{}", field.name());
            if field.name().ends_with("_rupiah") {
                assert_eq!(kind, Type::Int64, "{}.{}", message.name(), field.name());
            }
        }
        message.nested_type.iter().for_each(check);
    }
    files().iter().flat_map(|file| &file.message_type).for_each(check);
}

#[test]
fn debug_hides_secrets_and_personal_data_and_shows_the_rest() {
    let receipt = Receipt {
        customer_name: "BUDI".into(),
        reference: "REF-7".into(),
        raw_fields: [("sn".to_owned(), "1234".to_owned())].into(),
        ..Receipt::default()
    };
    let details = PlnPrepaidDetails { token: "12345678910111213141".into(), ..Default::default() };
    let request = CreatePaymentRequest {
        customer_number: "530000000001".into(),
        approval: Some(create_payment_request::Approval::ApprovedTotalRupiah(102_500)),
        ..CreatePaymentRequest::default()
    };
    let shown = format!("{receipt:?} {details:?} {request:?}");
    for secret in ["BUDI", "1234", "530000000001"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    for open in ["REF-7", "102500", "customer_number: ***"] {
        assert!(shown.contains(open), "{shown}");
    }
}
