//! Samples: replies whose meaning a person wrote down. A description that reads one otherwise is refused.

use std::collections::BTreeSet;

use ppob_types::Family;

use crate::centre::{Centre, DescriptionError};
use crate::description::{self, Sample};
use crate::reading::{Asked, Reading};
use crate::reply::{Groups, Reply};
use crate::rules::{Call, Rule, Test, Verdict};

/// Holds a centre against its samples. Every rule needs one, or nobody has seen it at work.
pub(crate) fn check(centre: &Centre, samples: &[Sample]) -> Result<(), DescriptionError> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for sample in samples {
        let call = sample.call.unwrap_or(Call::Pay);
        let family = sample.family.or_else(|| centre.families.first().copied());
        let family = family.unwrap_or(Family::Other);
        let wrong = |what: String| DescriptionError(format!("sample {:?}: {what}", sample.name));
        let Some(reply) = Reply::read(centre, sample.reply.as_bytes()) else {
            match sample.verdict.as_str() {
                "unknown" => continue,
                _ => return Err(wrong("its reply is not in the format, empty or too long".into())),
            }
        };
        let fitting = centre.rules.iter().filter(|rule| rule.is_for(call, family));
        if let Some(rule) = fitting.clone().find(|rule| refuses_without_reason(rule, &reply)) {
            return Err(wrong(format!(
                "the refusal {:?} would fit it with any other reason too; put the reason itself into its \
                 pattern, as the group `reason`",
                rule.name
            )));
        }
        seen.extend(
            fitting.filter(|rule| rule.find(&reply).is_some()).map(|one| one.name.as_str()),
        );
        let reading = centre.reading(call, family, &reply);
        if !matches!(reading, Reading::Odd(_)) {
            forged_success(centre, sample, call, family, &reply).map_err(wrong)?;
        }
        compare(sample, &reading).map_err(wrong)?;
    }
    let unseen = centre.rules.iter().find(|rule| !seen.contains(rule.name.as_str()));
    match unseen {
        Some(rule) => Err(DescriptionError(format!(
            "reply {:?}: no sample fits it; write a [[sample]] that shows it at work",
            rule.name
        ))),
        None => Ok(()),
    }
}

/// Whether a refusal fits whatever the reason. Centres call a timeout failed, too.
fn refuses_without_reason(rule: &Rule, reply: &Reply) -> bool {
    let (Verdict::Refused(_), Test::Pattern(pattern), Reply::Text(line)) =
        (&rule.verdict, &rule.test, reply)
    else {
        return false;
    };
    let Some(captures) = pattern.captures(line) else { return false };
    let Some(reason) = captures.name("reason") else { return true };
    let (before, after) = (line.get(..reason.start()), line.get(reason.end()..));
    let other = before.zip(after).map(|(before, after)| format!("{before}KODE 9917{after}"));
    other.is_none_or(|other| pattern.is_match(&other))
}

/// The mistake that costs most has a sentence of its own.
fn forged_success(
    centre: &Centre,
    sample: &Sample,
    call: Call,
    family: Family,
    reply: &Reply,
) -> Result<(), String> {
    if ["success", "mismatch"].contains(&sample.verdict.as_str()) {
        return Ok(());
    }
    let mut rules = centre.rules.iter().filter(|rule| rule.is_for(call, family));
    let success = rules.find(|rule| rule.verdict == Verdict::Success && rule.find(reply).is_some());
    match success {
        Some(rule) => Err(format!(
            "it is {}, but the rule {:?} would call it a success; make that rule narrower",
            sample.verdict, rule.name
        )),
        None => Ok(()),
    }
}

fn compare(sample: &Sample, reading: &Reading) -> Result<(), String> {
    let expected = sample.verdict.as_str();
    let (word, groups) = match reading {
        Reading::Contradictory(rules) if expected != "unknown" => {
            return Err(format!(
                "it is {expected}, but the rules {} say different things of it",
                rules.join(" and ")
            ));
        }
        Reading::Nameless if expected != "unknown" => {
            return Err(format!(
                "it is {expected}, but does not say which payment: an end needs our reference (the group `ref`), \
                 and the refusal of a status check the centre's transaction number (`trx`)"
            ));
        }
        Reading::Odd(what) if expected != "unknown" => {
            return Err(format!("it is {expected}, but contradicts itself: {what}"));
        }
        Reading::Unlisted | Reading::Nameless | Reading::Contradictory(_) | Reading::Odd(_) => {
            ("unknown", Groups::default())
        }
        Reading::Says(verdict, groups) => {
            let word = match sample.asked.as_asked().contradiction(groups) {
                Some(_) => "mismatch",
                None => verdict.word(),
            };
            (word, groups.clone())
        }
    };
    if word != expected {
        return Err(format!("it is {expected}, but would be read as {word}"));
    }
    if let Reading::Says(Verdict::Refused(no), _) = reading
        && word == "refused"
        && (Some(no.code) != sample.code || Some(no.scope) != sample.scope)
    {
        return Err(format!(
            "code and scope differ: it would be read as {} of the {:?}",
            no.code.as_str(),
            no.scope
        ));
    }
    for (group, wanted) in &sample.groups {
        let found = groups.text(group).unwrap_or_default();
        if found != wanted {
            return Err(format!("{group} is {wanted:?}, but {found:?} would be found"));
        }
    }
    Ok(())
}

impl description::Asked {
    fn as_asked(&self) -> Asked<'_> {
        Asked {
            reference: self.reference.as_deref(),
            dest: self.dest.as_deref(),
            product: self.product.as_deref(),
        }
    }
}
