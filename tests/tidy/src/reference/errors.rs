//! `docs/ERRORS.md`: every word an error, a failure or a doubt may carry.

use std::fmt::Write as _;

use ppob_api::error::Reason;
use ppob_api::error::reason::Accepted;
use ppob_types::{DoubtReason, FailureReason};
use protox::prost_reflect::DescriptorPool;

use super::comments::answered_by;
use crate::generate::GenerateError;

const BEGINNING: &str = include_str!("errors.md.in");

pub(super) fn document(pool: &DescriptorPool) -> Result<String, GenerateError> {
    let mut text = BEGINNING.to_owned();
    summary(&mut text)?;
    reasons(&mut text, pool)?;
    failures(&mut text)?;
    doubts(&mut text)?;
    Ok(text)
}

fn summary(text: &mut String) -> Result<(), GenerateError> {
    text.push_str("## All reasons\n\n| Reason | gRPC code | `accepted` |\n|---|---|---|\n");
    for reason in Reason::ALL {
        let word = reason.word;
        let (code, accepted) = (code(reason), accepted(reason.accepted));
        writeln!(text, "| [{word}](#{}) | `{code}` | {accepted} |", word.to_lowercase())?;
    }
    Ok(())
}

fn reasons(text: &mut String, pool: &DescriptorPool) -> Result<(), GenerateError> {
    let answered = answered_by(pool);
    for reason in Reason::ALL {
        writeln!(text, "\n## {}\n", reason.word)?;
        writeln!(text, "{}\n", reason.happened)?;
        writeln!(text, "- **Money:** {}", reason.money)?;
        writeln!(text, "- **Do:** {}", reason.action)?;
        writeln!(text, "- **Code:** `{}`", code(reason))?;
        if !reason.details.is_empty() {
            let names: Vec<String> =
                reason.details.iter().map(|detail| format!("`{}`", detail.name())).collect();
            writeln!(text, "- **Details:** {}", names.join(", "))?;
        }
        if !reason.metadata.is_empty() {
            let keys: Vec<String> = reason.metadata.iter().map(|key| format!("`{key}`")).collect();
            writeln!(text, "- **Metadata, where known:** {}", keys.join(", "))?;
        }
        if let Some(rpcs) = answered.get(reason.word) {
            writeln!(text, "- **Answered by:** {}", rpcs.join(", "))?;
        }
        writeln!(text, "- **Indonesian:** {}", reason.indonesian)?;
    }
    Ok(())
}

fn failures(text: &mut String) -> Result<(), GenerateError> {
    writeln!(
        text,
        "\n## Why a payment is FAILED\n\n\
         `Failure.reason` of a payment whose state is `FAILED`. {} A failure is a fact and stays; a charge \
         that is found afterwards is told in `late_charge`. An unknown word means the same as \
         `PROVIDER_REFUSED`.\n\n\
         | Reason | What happened | What to do | `new_id_may_help` |\n|---|---|---|---|",
        FailureReason::MONEY
    )?;
    for reason in FailureReason::ALL {
        let help = if reason.new_id_may_help() { "yes" } else { "no" };
        writeln!(text, "| `{reason}` | {} | {} | {help} |", reason.happened(), reason.action())?;
    }
    Ok(())
}

fn doubts(text: &mut String) -> Result<(), GenerateError> {
    writeln!(
        text,
        "\n## Why a payment is IN_DOUBT\n\n\
         `Doubt.reason` of a payment whose state is `IN_DOUBT`. {} What to do is the same for all: wait. \
         The engine asks the provider where that is possible, and an operator settles the rest; \
         `WatchPayment` and `StreamPaymentEvents` tell when it is known. An unknown word means the same as \
         `UNREADABLE`.\n\n\
         | Reason | What happened |\n|---|---|",
        DoubtReason::MONEY
    )?;
    for reason in DoubtReason::ALL {
        writeln!(text, "| `{reason}` | {} |", reason.happened())?;
    }
    Ok(())
}

/// As `google.rpc.Code` spells it.
fn code(reason: &Reason) -> String {
    let mut name = String::new();
    for letter in format!("{:?}", reason.code).chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

const fn accepted(accepted: Accepted) -> &'static str {
    match accepted {
        Accepted::No => "`no`",
        Accepted::Unknown => "`unknown`",
        Accepted::Depends => "`no` or `unknown`",
        Accepted::Unsaid => "not said",
    }
}
