//! `docs/API.md`: services, RPCs, messages and enums, as the protos' comments explain them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use protox::prost_reflect::{
    DescriptorPool, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor,
    MethodDescriptor, ServiceDescriptor,
};

use super::PACKAGE;
use super::comments::{Commented, anchor, files, with_reasons_linked};
use crate::generate::GenerateError;

const BEGINNING: &str = include_str!("api.md.in");

/// The services in the order in which a reader meets them; new ones follow.
const ORDER: [&str; 3] = ["CatalogService", "PaymentService", "OperatorService"];

pub(super) fn document(pool: &DescriptorPool) -> Result<String, GenerateError> {
    let files = files(pool);
    let mut services: Vec<ServiceDescriptor> =
        files.iter().flat_map(FileDescriptor::services).collect();
    services.sort_by_key(|service| {
        ORDER.iter().position(|name| service.name() == *name).unwrap_or(ORDER.len())
    });
    let mut text = BEGINNING.to_owned();
    contents(&mut text, &services)?;
    let mut told = BTreeSet::new();
    for service in &services {
        writeln!(text, "\n## {}\n\n{}", service.name(), paragraphs_with_links(service))?;
        for method in service.methods() {
            rpc(&mut text, &method, &mut told)?;
        }
    }
    text.push_str("\n## Messages and enums\n");
    for file in &files {
        for message in file.messages().filter(|message| !told.contains(message.name())) {
            message_section(&mut text, "###", &message)?;
        }
        for one in file.enums() {
            enum_section(&mut text, &one)?;
        }
    }
    Ok(text)
}

fn contents(text: &mut String, services: &[ServiceDescriptor]) -> Result<(), GenerateError> {
    text.push_str("## All RPCs\n\n| Service | RPCs |\n|---|---|\n");
    for service in services {
        let rpcs: Vec<String> = service.methods().map(|method| link(method.name())).collect();
        writeln!(text, "| {} | {} |", link(service.name()), rpcs.join(", "))?;
    }
    Ok(())
}

fn rpc(
    text: &mut String,
    method: &MethodDescriptor,
    told: &mut BTreeSet<String>,
) -> Result<(), GenerateError> {
    let (input, output) = (method.input(), method.output());
    let stream = if method.is_server_streaming() { "a stream of " } else { "" };
    writeln!(text, "\n### {}\n\n{}\n", method.name(), paragraphs_with_links(method))?;
    writeln!(
        text,
        "Takes {}, answers {stream}{}. Full name: `{}/{}`.",
        link(input.name()),
        link(output.name()),
        method.parent_service().full_name(),
        method.name()
    )?;
    for message in [input, output] {
        if told.insert(message.name().to_owned()) {
            message_section(text, "####", &message)?;
        }
    }
    Ok(())
}

fn message_section(
    text: &mut String,
    level: &str,
    message: &MessageDescriptor,
) -> Result<(), GenerateError> {
    writeln!(text, "\n{level} {}\n\n{}", message.name(), paragraphs(message))?;
    if message.fields().len() > 0 {
        text.push_str("\n| Field | Type | Meaning |\n|---|---|---|\n");
    }
    let mut fields: Vec<FieldDescriptor> = message.fields().collect();
    // As they stand in the proto, not by number.
    fields.sort_by_key(|field| field.path().last().copied());
    for field in fields {
        writeln!(text, "| `{}` | {} | {} |", field.name(), kind(&field), field.cell())?;
    }
    Ok(())
}

fn enum_section(text: &mut String, one: &EnumDescriptor) -> Result<(), GenerateError> {
    writeln!(text, "\n### {}\n\n{}\n", one.name(), paragraphs(one))?;
    text.push_str("| Value | Number | Meaning |\n|---|---|---|\n");
    for value in one.values() {
        writeln!(text, "| `{}` | {} | {} |", value.name(), value.number(), value.cell())?;
    }
    Ok(())
}

fn kind(field: &FieldDescriptor) -> String {
    if let (true, Kind::Message(entry)) = (field.is_map(), field.kind()) {
        let (key, value) = (entry.map_entry_key_field(), entry.map_entry_value_field());
        return format!("map of {} to {}", named(&key.kind()), named(&value.kind()));
    }
    let name = named(&field.kind());
    match field.containing_oneof() {
        Some(oneof) if oneof.is_synthetic() => format!("{name}, optional"),
        Some(oneof) => format!("{name}, one of `{}`", oneof.name()),
        None if field.is_list() => format!("list of {name}"),
        None => name,
    }
}

fn named(kind: &Kind) -> String {
    match kind {
        Kind::Message(message) if message.package_name() == PACKAGE => link(message.name()),
        Kind::Message(message) => format!("`{}`", message.full_name()),
        Kind::Enum(one) => link(one.name()),
        scalar => format!("{scalar:?}"),
    }
}

fn link(name: &str) -> String {
    format!("[{name}](#{})", anchor(name))
}

fn paragraphs(commented: &impl Commented) -> String {
    commented.comment().join("\n\n")
}

fn paragraphs_with_links(commented: &impl Commented) -> String {
    with_reasons_linked(&paragraphs(commented))
}
