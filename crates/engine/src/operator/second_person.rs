//! Who has to agree that an attempt was not executed. Pure.

use std::fmt::Write as _;

use ppob_journal::{Proposal, StoredPayment, Who};
use ppob_payment::{Attempt, EvidenceKind};

use crate::OperateError;

/// What a person's verdict leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NextStep {
    /// It waits for a second person, in the place of an earlier proposal, if there is one.
    Propose { replaces: Option<u64> },
    /// It is the second person's, and completes the proposal.
    Confirm { proposal: u64 },
    /// The call itself names both.
    Named { second_actor: String },
}

/// What the verdict "not executed" of `who` leads to, given the proposal that is open and what is known
/// of the attempt now.
///
/// Where credentials were shown, naming a second person proves nothing: that person gives the same
/// verdict with credentials of their own.
pub(super) fn next_step(
    who: &Who,
    second_actor: Option<&str>,
    open: Option<&Proposal>,
    facts: &str,
) -> Result<NextStep, OperateError> {
    let second = second_actor.map(str::trim).filter(|name| !name.is_empty());
    if let Some(second) = second {
        if is_same_name(second, &who.actor) {
            let why = "the second person must be another one";
            return Err(OperateError::SecondPersonNeeded { why });
        }
        if !who.proven {
            return Ok(NextStep::Named { second_actor: second.to_owned() });
        }
    }
    let Some(open) = open else { return Ok(NextStep::Propose { replaces: None }) };
    let first = &open.proposed.who;
    let replaces = NextStep::Propose { replaces: Some(open.number) };
    // What the first person looked at is not what is known now; or that was before anybody had to show
    // credentials, and nobody who does could ever agree.
    if open.proposed.facts != facts || (who.proven && !first.proven) {
        return Ok(replaces);
    }
    if who.is_another_than(first) {
        return Ok(NextStep::Confirm { proposal: open.number });
    }
    if who.operator == first.operator && is_same_name(&who.actor, &first.actor) {
        return Ok(replaces);
    }
    Err(OperateError::SecondPersonNeeded {
        why: "this person, or these credentials, proposed the verdict; another person confirms it under \
              another name and with credentials of their own",
    })
}

/// What is known of an attempt that speaks for its having been paid, or that somebody decided: news of
/// it outdates a proposal. Status checks that bring nothing do not.
pub(super) fn facts(stored: &StoredPayment, attempt: &Attempt) -> String {
    let mut facts = format!("{} {}", attempt.state.as_str(), attempt.changed_at.as_micros());
    // Asked by purchase since, it may have been bought since: whoever looked before that saw nothing of it.
    let bound = attempt.no_negative_verdict_before.as_micros();
    let _ = write!(facts, " bound-{bound}");
    if stored.payment.contradicted {
        facts.push_str(" contradicted");
    }
    if attempt.late_charge.is_some() {
        facts.push_str(" charge-found");
    }
    if let Some(reference) = &attempt.observed.provider_ref {
        let _ = write!(facts, " reference-{reference}");
    }
    if attempt.evidence.iter().any(|evidence| evidence.kind == EvidenceKind::BillGone) {
        facts.push_str(" bill-gone");
    }
    facts
}

fn is_same_name(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}

#[cfg(test)]
mod tests {
    use ppob_journal::NewProposal;
    use ppob_types::{ConsumerId, PaymentId, PaymentKey, Sensitive, Timestamp};

    use super::*;

    fn who(operator: &str, proven: bool, actor: &str) -> Who {
        let operator = ConsumerId::new(operator).unwrap();
        Who { operator, proven, actor: actor.to_owned() }
    }

    fn open(who: Who) -> Proposal {
        let key = PaymentKey {
            consumer: ConsumerId::new("shop").unwrap(),
            id: PaymentId::new("payment-0001").unwrap(),
        };
        let (facts, evidence) = ("unknown 1".to_owned(), Sensitive::new("ticket"));
        let at = Timestamp::from_seconds(1);
        let proposed = NewProposal { key, attempt: 1, version: 2, facts, who, evidence, at };
        Proposal { number: 7, proposed }
    }

    fn step(who: &Who, second: Option<&str>, open: &Proposal) -> Option<NextStep> {
        next_step(who, second, Some(open), "unknown 1").ok()
    }

    #[test]
    fn with_credentials_only_another_persons_own_call_confirms() {
        let ani = who("desk-ani", true, "ani");
        let alone = next_step(&ani, Some("budi"), None, "unknown 1");
        assert_eq!(alone, Ok(NextStep::Propose { replaces: None }));
        let open = open(ani.clone());
        let confirm = Some(NextStep::Confirm { proposal: 7 });
        assert_eq!(step(&who("desk-budi", true, "budi"), None, &open), confirm);
        let replaces = Some(NextStep::Propose { replaces: Some(7) });
        assert_eq!(step(&ani, None, &open), replaces);
        assert_eq!(step(&ani, Some("budi"), &open), replaces);
        assert_eq!(step(&who("desk-ani", true, "budi"), None, &open), None);
        assert_eq!(step(&who("desk-budi", true, " ANI"), None, &open), None);
        assert_eq!(step(&who("desk-ani", false, "budi"), None, &open), None);
    }

    #[test]
    fn who_shows_credentials_begins_anew_where_the_first_person_showed_none() {
        let claimed = open(who("local", false, "ani"));
        let replaces = Some(NextStep::Propose { replaces: Some(7) });
        assert_eq!(step(&who("desk-budi", true, "budi"), None, &claimed), replaces);
    }

    #[test]
    fn without_credentials_another_name_confirms_and_one_call_may_name_both() {
        let ani = who("local", false, "ani");
        let budi = who("local", false, "budi");
        let both = NextStep::Named { second_actor: "budi".to_owned() };
        assert_eq!(next_step(&ani, Some(" budi "), None, ""), Ok(both));
        assert!(next_step(&ani, Some("Ani"), None, "").is_err());
        let open = open(ani);
        assert_eq!(step(&budi, None, &open), Some(NextStep::Confirm { proposal: 7 }));
    }

    #[test]
    fn news_since_the_proposal_needs_a_new_first_person() {
        let open = open(who("desk-ani", true, "ani"));
        let budi = who("desk-budi", true, "budi");
        let later = next_step(&budi, None, Some(&open), "unknown 1 bill-gone");
        assert_eq!(later, Ok(NextStep::Propose { replaces: Some(7) }));
    }
}
