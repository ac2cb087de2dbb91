//! What a code says, as the document lists it.
//!
//! Only what is in the table means anything; every other answer leaves a payment unknown and is shown to the
//! operator. A refusal belongs into it only if the document calls it final: nothing was paid *and will not be*.

use ppob_types::StatusVerdict;

use crate::wire::Fields;

/// LEFT: the names of the field that holds the code, and of the one that explains it to people.
const CODE: &[&str] = &[];
const MESSAGE: &[&str] = &[];

/// LEFT: a row for each code that the document explains, with a comment where the reason is not obvious:
///
/// ```text
/// ("00", StatusVerdict::Succeeded),
/// ("39", StatusVerdict::Pending),
/// // Our address: every customer would be refused, so a person must look.
/// ("45", refused(RefusalCode::Credentials, RefusalScope::Provider)),
/// // "Timeout": it may have been delivered. No row.
/// ```
const TABLE: &[(&str, StatusVerdict)] = &[];

/// What the code of an answer says; none if it is in no row.
pub(crate) fn meaning(fields: &Fields) -> Option<StatusVerdict> {
    let code = fields.text(CODE)?;
    let (_, verdict) = TABLE.iter().find(|(listed, _)| *listed == code)?;
    Some(verdict.clone())
}

/// What an answer says in its own words, for people, without whom it is about.
pub(crate) fn said(fields: &Fields, personal: &[&str]) -> String {
    let code = fields.text(CODE).unwrap_or("none");
    let message = fields.text(MESSAGE).unwrap_or("none");
    masked(&format!("code {code}, message {message}"), personal)
}

/// A text with each run of digits as `#` and without what is personal.
fn masked(text: &str, personal: &[&str]) -> String {
    const LONGEST: usize = 200;
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for personal in personal.iter().filter(|personal| personal.len() >= 3) {
        text = text.replace(*personal, "…");
    }
    let mut masked = String::with_capacity(text.len());
    for letter in text.chars() {
        if !letter.is_numeric() {
            masked.push(letter);
        } else if !masked.ends_with('#') {
            masked.push('#');
        }
    }
    masked.chars().take(LONGEST).collect()
}
