//! What a description must keep to whose status check is the call that pays, once more. Such a call can be refused
//! at the door (no deposit, product closed) although the payment that it asks about went through.

use std::str::Chars;

use ppob_types::RefusalCode;

use crate::centre::{DescriptionError, StatusSpec, refuse};
use crate::description::FindsBy;
use crate::rules::{Call, Demand, Rule, Test, Verdict};

/// Refuses such a description if it would take a refusal of the repeated call for one of the payment. `trx` is
/// where the centre's transaction number stands in JSON replies.
pub(crate) fn check(
    status: Option<&StatusSpec>,
    rules: &[Rule],
    trx: &[String],
) -> Result<(), DescriptionError> {
    let Some(status) = status.filter(|status| status.is_purchase.is_some()) else { return Ok(()) };
    refuse(
        status.finds_by == FindsBy::Trx,
        "status.finds_by: a check that is a purchase finds by our reference alone (\"ref\"); by the centre's \
         number (\"trx\") it would be a new purchase",
    )?;
    let refuses = |rule: &&Rule| {
        matches!(&rule.verdict, Verdict::Refused(no) if no.code != RefusalCode::Credentials)
            && rule.calls.contains(&Call::Status)
    };
    match rules.iter().filter(refuses).find(|rule| !requires_trx(&rule.test, trx)) {
        Some(rule) => Err(DescriptionError(format!(
            "reply {:?}: the status check repeats the purchase, so this may refuse the check at the door and \
             not the payment; either it answers the payment alone (calls = [\"pay\"]), or it must always find \
             the centre's transaction number (the group `trx`, not optional)",
            rule.name
        ))),
        None => Ok(()),
    }
}

fn requires_trx(test: &Test, trx: &[String]) -> bool {
    match test {
        Test::Pattern(pattern) => pattern_requires_trx(pattern.as_str()),
        Test::Fields(conditions) => conditions
            .iter()
            .any(|one| matches!(one.demand, Demand::Filled(true)) && trx.contains(&one.field)),
    }
}

/// A group of a pattern that is not closed yet.
#[derive(Default)]
struct Open {
    is_trx: bool,
    /// `trx` stands in it, and in every way to fit it.
    holds_trx: bool,
    has_alternatives: bool,
}

/// Whether a pattern fits only what has a `trx`. Where that is hard to say, it says no.
fn pattern_requires_trx(pattern: &str) -> bool {
    let mut outer: Vec<Open> = Vec::new();
    let mut here = Open::default();
    let mut rest = pattern.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => drop(rest.next()),
            '[' => skip_class(&mut rest),
            '|' => here.has_alternatives = true,
            '(' => {
                let after = rest.as_str();
                let plain = ["?:", "?<", "?P<"].iter().any(|start| after.starts_with(start));
                if after.starts_with('?') && !plain {
                    // Flags change how the rest is written.
                    return false;
                }
                let is_trx = after.starts_with("?<trx>") || after.starts_with("?P<trx>");
                outer.push(std::mem::replace(&mut here, Open { is_trx, ..Open::default() }));
            }
            ')' => {
                let Some(around) = outer.pop() else { return false };
                let closed = std::mem::replace(&mut here, around);
                let after = rest.as_str();
                let optional = ["?", "*", "{0", "{,"].iter().any(|sign| after.starts_with(sign));
                let always = closed.is_trx || (closed.holds_trx && !closed.has_alternatives);
                here.holds_trx |= always && !optional;
            }
            _ => {}
        }
    }
    outer.is_empty() && here.holds_trx && !here.has_alternatives
}

/// Goes on behind a class in brackets.
fn skip_class(rest: &mut Chars<'_>) {
    let mut depth = 1_u32;
    if rest.as_str().starts_with('^') {
        rest.next();
    }
    if rest.as_str().starts_with(']') {
        rest.next();
    }
    while depth > 0 {
        match rest.next() {
            Some('\\') => drop(rest.next()),
            Some('[') => depth += 1,
            Some(']') => depth -= 1,
            Some(_) => {}
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::whole;

    #[test]
    fn a_pattern_requires_the_transaction_number_only_if_nothing_fits_without_it() {
        for (pattern, requires) in [
            (r"T#(?<trx>\d+) GAGAL", true),
            (r"T#(?P<trx>\d+) GAGAL", true),
            (r"(?:T#(?<trx>\d+) )GAGAL[)|(?]", true),
            (r"(?:T#(?<trx>\d+|X) )+(?:A|B) GAGAL\|", true),
            (r"[]|(]T#(?<trx>\d+)", true),
            (r"(?:T#(?<trx>\d+) )?GAGAL", false),
            (r"T#(?<trx>\d+)? GAGAL", false),
            (r"(?:(?:T#(?<trx>\d+) ))*GAGAL", false),
            (r"(?:T#(?<trx>\d+) ){0,1}GAGAL", false),
            (r"(?:T#(?<trx>\d+)|R#\d+) GAGAL", false),
            (r"T#(?<trx>\d+) GAGAL|GAGAL SALDO", false),
            (r"(?i)T#(?<trx>\d+) GAGAL", false),
            (r"T#\(\?<trx>\d+\) GAGAL", false),
            (r"T#\d+ GAGAL", false),
        ] {
            let compiled = whole(pattern).unwrap();
            assert_eq!(pattern_requires_trx(compiled.as_str()), requires, "{pattern}");
        }
    }
}
