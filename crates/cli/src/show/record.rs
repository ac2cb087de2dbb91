//! What operators wrote down and did, and what providers list and say.

use ppob_api::v1::{
    AttemptState, AuditEntry, Deposit, ListAuditResponse, ListUnlistedRepliesResponse,
    ListUnmappedProductsResponse, Note, PatternTrial,
};

use super::text::{moment, or_dash, rupiah, table, word};
use crate::text::Add;

const MORE: &str = "There are more; raise --limit to see them.\n";

/// A note as kept.
pub(crate) fn noted(note: Option<&Note>) -> String {
    note.map_or_else(String::new, |note| {
        format!("Noted by {} on {}.\n", note.actor, moment(note.note_time.as_ref()))
    })
}

/// A deposit as kept.
pub(crate) fn deposited(deposit: Option<&Deposit>) -> String {
    deposit.map_or_else(String::new, |deposit| {
        format!(
            "Deposit {} of {} at {}, credited {}, recorded by {} on {}.\n",
            deposit.deposit_id,
            rupiah(Some(deposit.amount_rupiah)),
            deposit.provider,
            moment(deposit.deposit_time.as_ref()),
            deposit.actor,
            moment(deposit.record_time.as_ref()),
        )
    })
}

/// What operators did, newest first.
pub(crate) fn audit(found: &ListAuditResponse) -> String {
    if found.entries.is_empty() {
        return "Nothing was done.".to_owned();
    }
    let mut text = String::new();
    for entry in &found.entries {
        add(&mut text, entry);
    }
    if !found.next_page_token.is_empty() {
        text.push_str(MORE);
    }
    text
}

fn add(text: &mut String, entry: &AuditEntry) {
    let second = match entry.second_actor.as_str() {
        "" => String::new(),
        second => format!(" with {second}"),
    };
    text.add(format_args!(
        "{} {} {}\n  by {}{second} ({})\n",
        moment(entry.entry_time.as_ref()),
        entry.action,
        entry.subject,
        entry.actor,
        entry.operator_consumer,
    ));
    for (name, said) in
        [("before", &entry.before), ("after", &entry.after), ("reason", &entry.reason)]
    {
        if !said.is_empty() {
            text.add(format_args!("  {name}: {said}\n"));
        }
    }
}

/// Products of providers that are none of ours.
pub(crate) fn unmapped(found: &ListUnmappedProductsResponse) -> String {
    if found.products.is_empty() {
        return "Every product of every provider is mapped.".to_owned();
    }
    let rows = found.products.iter().map(|product| {
        [
            product.provider.clone(),
            product.provider_product_code.clone(),
            product.name.clone(),
            product.price_text.clone(),
            product.status_text.clone(),
            or_dash(&product.suggested_product_code).to_owned(),
        ]
    });
    let mut text =
        table(["PROVIDER", "CODE", "NAME", ">PRICE", "STATUS", "MAY BE"], rows.collect());
    text.push('\n');
    if !found.next_page_token.is_empty() {
        text.push_str(MORE);
    }
    text
}

/// Answers that are on no list, and what a pattern would make of stored ones.
pub(crate) fn unlisted(found: &ListUnlistedRepliesResponse) -> String {
    let mut text = String::new();
    if found.replies.is_empty() {
        text.push_str("Every answer is on a list.\n");
    }
    for reply in &found.replies {
        text.add(format_args!(
            "{} times from {}, last on {}, {} in doubt{}\n  {}\n",
            reply.count,
            reply.provider,
            moment(reply.last_time.as_ref()),
            reply.in_doubt,
            match reply.example_payment_id.as_str() {
                "" => String::new(),
                id => format!(", such as {id} of {}", reply.example_consumer),
            },
            reply.text
        ));
    }
    if !found.next_page_token.is_empty() {
        text.push_str(MORE);
    }
    if let Some(trial) = &found.trial {
        tried(&mut text, trial);
    }
    text
}

fn tried(text: &mut String, trial: &PatternTrial) {
    text.add(format_args!(
        "The pattern matches {} of {} stored answers. Nothing was changed.\n",
        trial.matched_count, trial.tried_count
    ));
    for found in &trial.matches {
        let state = word(found.state().as_str_name(), "ATTEMPT_STATE_");
        text.add(format_args!(
            "  {state:<12} {} of {}, attempt {}\n",
            found.payment_id, found.consumer, found.attempt_number
        ));
    }
    if trial.matches.iter().any(|found| found.state() == AttemptState::Succeeded) {
        text.push_str(
            "THE PATTERN IS WRONG: it would have called a payment refused that was made.\n",
        );
    }
}

#[cfg(test)]
mod tests {
    use ppob_api::v1::{PatternMatch, UnlistedReply, UnmappedProduct};

    use super::*;

    const TIME: prost_types::Timestamp =
        prost_types::Timestamp { seconds: 1_532_440_800, nanos: 0 };

    #[test]
    fn a_deed_of_two_persons_names_both_and_what_changed() {
        let entry = AuditEntry {
            entry_id: 7,
            entry_time: Some(TIME),
            operator_consumer: "desk-budi".to_owned(),
            actor: "budi".to_owned(),
            second_actor: "ani".to_owned(),
            action: "ResolvePayment".to_owned(),
            subject: "payment/shop/0197f3aa".to_owned(),
            reason: "ticket 8841".to_owned(),
            before: "IN_DOUBT".to_owned(),
            after: "FAILED".to_owned(),
        };
        let found = ListAuditResponse { entries: vec![entry], next_page_token: "x".to_owned() };
        assert_eq!(
            audit(&found),
            "2018-07-24 21:00:00 WIB ResolvePayment payment/shop/0197f3aa\n  \
               by budi with ani (desk-budi)\n  \
               before: IN_DOUBT\n  \
               after: FAILED\n  \
               reason: ticket 8841\n\
             There are more; raise --limit to see them.\n"
        );
        assert_eq!(audit(&ListAuditResponse::default()), "Nothing was done.");
    }

    #[test]
    fn a_pattern_that_matches_a_payment_that_was_made_is_called_wrong() {
        let reply = UnlistedReply {
            provider: "mmbc-a".to_owned(),
            text: "LIMIT HARIAN # HABIS".to_owned(),
            count: 3,
            last_time: Some(TIME),
            in_doubt: 1,
            example_payment_id: "pay-0001".to_owned(),
            example_consumer: "shop".to_owned(),
            ..UnlistedReply::default()
        };
        let matched = |state: AttemptState| PatternMatch {
            consumer: "shop".to_owned(),
            payment_id: "pay-0001".to_owned(),
            attempt_number: 1,
            state: state.into(),
        };
        let of = |states: &[AttemptState]| {
            let trial = PatternTrial {
                tried_count: 40,
                matched_count: i32::try_from(states.len()).unwrap(),
                matches: states.iter().copied().map(matched).collect(),
            };
            unlisted(&ListUnlistedRepliesResponse {
                replies: vec![reply.clone()],
                trial: Some(trial),
                ..ListUnlistedRepliesResponse::default()
            })
        };
        assert_eq!(
            of(&[AttemptState::Unknown]),
            "3 times from mmbc-a, last on 2018-07-24 21:00:00 WIB, 1 in doubt, such as pay-0001 of shop\n  \
               LIMIT HARIAN # HABIS\n\
             The pattern matches 1 of 40 stored answers. Nothing was changed.\n  \
               UNKNOWN      pay-0001 of shop, attempt 1\n"
        );
        let wrong = of(&[AttemptState::Unknown, AttemptState::Succeeded]);
        assert!(wrong.contains("THE PATTERN IS WRONG"), "{wrong}");
    }

    #[test]
    fn unmapped_products_are_a_table() {
        let product = UnmappedProduct {
            provider: "mmbc-a".to_owned(),
            provider_product_code: "PDAM AETRA/TPJ".to_owned(),
            name: "PDAM Aetra".to_owned(),
            price_text: "bill + Rp 900".to_owned(),
            status_text: "open".to_owned(),
            ..UnmappedProduct::default()
        };
        let found = ListUnmappedProductsResponse {
            products: vec![product],
            ..ListUnmappedProductsResponse::default()
        };
        assert_eq!(
            unmapped(&found),
            "PROVIDER  CODE            NAME                PRICE  STATUS  MAY BE\n\
             mmbc-a    PDAM AETRA/TPJ  PDAM Aetra  bill + Rp 900  open    -\n"
        );
    }
}
