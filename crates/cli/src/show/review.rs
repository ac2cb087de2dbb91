//! Payments that need a person.

use ppob_api::v1::{EvidenceLeaning, ListReviewsResponse, Review};

use super::payment::payment_of;
use super::text::{moment, span};
use crate::text::Add;

/// Payments that need a person, with what is known and what can be done.
pub(crate) fn reviews(found: &ListReviewsResponse) -> String {
    if found.reviews.is_empty() {
        return "Nothing needs a person.".to_owned();
    }
    let mut text = String::new();
    for review in &found.reviews {
        add(&mut text, review);
        text.push('\n');
    }
    let shown = i32::try_from(found.reviews.len()).unwrap_or(i32::MAX);
    if found.total_count > shown {
        text.add(format_args!("These are the oldest {shown} of {}.\n", found.total_count));
    }
    text
}

fn add(text: &mut String, review: &Review) {
    text.add(format_args!(
        "{} of consumer {}, since {} ({})\n",
        review.reason,
        review.consumer,
        moment(review.since_time.as_ref()),
        span(review.age.as_ref()),
    ));
    if let Some(reviewed) = &review.payment {
        text.push_str(&payment_of(reviewed, &review.consumer));
    }
    for evidence in &review.evidence {
        let leaning = match evidence.leaning() {
            EvidenceLeaning::Executed => " (speaks for paid)",
            EvidenceLeaning::NotExecuted => " (speaks for not paid)",
            EvidenceLeaning::None | EvidenceLeaning::Unspecified => "",
        };
        text.add(format_args!(
            "  {} {}{leaning}\n    {}\n",
            moment(evidence.observe_time.as_ref()),
            evidence.kind,
            evidence.text
        ));
    }
    for note in &review.notes {
        text.add(format_args!(
            "  {} note of {}\n    {}\n",
            moment(note.note_time.as_ref()),
            note.actor,
            note.text
        ));
    }
    if let Some(proposed) = &review.proposed_verdict {
        text.add(format_args!(
            "  {} {} says of attempt {} that it was {}; another person has to confirm it\n    {}\n",
            moment(proposed.propose_time.as_ref()),
            proposed.actor,
            proposed.attempt_number,
            if proposed.executed { "executed" } else { "not executed" },
            proposed.evidence
        ));
    }
    for action in &review.suggested_actions {
        let from = match &action.not_before_time {
            None => String::new(),
            Some(from) => format!(" from {}", moment(Some(from))),
        };
        text.add(format_args!("  -> {}{from}\n    {}\n", action.action, action.text));
    }
}

#[cfg(test)]
mod tests {
    use ppob_api::v1::{Evidence, Note, ProposedVerdict, SuggestedAction};

    use super::*;

    #[test]
    fn an_empty_queue_says_so() {
        assert_eq!(reviews(&ListReviewsResponse::default()), "Nothing needs a person.");
    }

    #[test]
    fn a_review_shows_what_is_known_who_said_what_and_what_can_be_done() {
        let time = |minute: i64| {
            Some(prost_types::Timestamp { seconds: 1_532_440_800 + minute * 60, nanos: 0 })
        };
        let review = Review {
            consumer: "shop".to_owned(),
            reason: "VERDICT_PROPOSED".to_owned(),
            since_time: time(0),
            age: Some(prost_types::Duration { seconds: 7_260, nanos: 0 }),
            evidence: vec![Evidence {
                kind: "REINQUIRY".to_owned(),
                observe_time: time(1),
                attempt_number: 1,
                text: "A fresh inquiry still shows the bill.".to_owned(),
                leaning: EvidenceLeaning::NotExecuted.into(),
                conclusive: false,
            }],
            notes: vec![Note {
                actor: "sari".to_owned(),
                note_time: time(2),
                text: "rang the biller".to_owned(),
            }],
            proposed_verdict: Some(ProposedVerdict {
                attempt_number: 1,
                executed: false,
                evidence: "ticket 8841".to_owned(),
                actor: "ani".to_owned(),
                propose_time: time(3),
            }),
            suggested_actions: vec![SuggestedAction {
                action: "RESOLVE_NOT_EXECUTED".to_owned(),
                text: "If it was not paid, two persons resolve it.".to_owned(),
                not_before_time: time(10),
            }],
            ..Review::default()
        };
        let found = ListReviewsResponse {
            reviews: vec![review],
            total_count: 3,
            ..ListReviewsResponse::default()
        };
        assert_eq!(
            reviews(&found),
            "VERDICT_PROPOSED of consumer shop, since 2018-07-24 21:00:00 WIB (2h 1m)\n  \
               2018-07-24 21:01:00 WIB REINQUIRY (speaks for not paid)\n    \
                 A fresh inquiry still shows the bill.\n  \
               2018-07-24 21:02:00 WIB note of sari\n    \
                 rang the biller\n  \
               2018-07-24 21:03:00 WIB ani says of attempt 1 that it was not executed; another person \
             has to confirm it\n    \
                 ticket 8841\n  \
               -> RESOLVE_NOT_EXECUTED from 2018-07-24 21:10:00 WIB\n    \
                 If it was not paid, two persons resolve it.\n\
             \n\
             These are the oldest 1 of 3.\n"
        );
    }
}
