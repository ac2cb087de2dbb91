//! What a statement showed, and how days closed.

use ppob_api::v1::{
    CloseDayResponse, DayClose, DayCloseState, DaySum, DayTermKind, ImportStatementResponse,
    StatementConsequence, StatementFinding, StatementFindingKind,
};

use super::text::{moment, rupiah, table};
use crate::text::Add;

/// What an import found and did: the money first, then each thing a person may look at.
pub(crate) fn imported(found: &ImportStatementResponse, dry_run: bool) -> String {
    let mut text = String::new();
    if dry_run {
        text.push_str("Only a look: nothing was asked, settled, recorded, proposed or kept.\n");
    } else if found.repeated {
        text.push_str("This file was imported before; nothing was done twice.\n");
    }
    text.push_str(&verdict(found));
    text.add(format_args!(
        "{} rows, {} passed over, {} unreadable. SHA-256 {}\n",
        found.row_count, found.ignored_count, found.unreadable_count, found.content_sha256
    ));
    match (&found.covered_from_time, &found.covered_before_time) {
        (Some(from), Some(before)) => text.add(format_args!(
            "Taken to hold everything from {} to {}.\n",
            moment(Some(from)),
            moment(Some(before))
        )),
        _ => text.push_str(
            "Not declared complete: nothing was concluded from what is not in it (--complete).\n",
        ),
    }
    let rows = found.counts.iter().map(|count| {
        [
            kind_words(count.kind()).to_owned(),
            count.count.to_string(),
            rupiah(Some(count.amount_rupiah)),
        ]
    });
    if !found.counts.is_empty() {
        text.add(format_args!("\n{}\n", table(["FOUND", ">COUNT", ">AMOUNT"], rows.collect())));
    }
    for row in &found.unreadable_rows {
        text.add(format_args!("line {}: cannot be read: {}\n", row.line, row.problem));
    }
    for one in &found.findings {
        finding(&mut text, one);
    }
    text
}

fn verdict(found: &ImportStatementResponse) -> String {
    if found.unreadable_count > 0 {
        return "SOME ROWS COULD NOT BE READ: nothing is concluded from what is missing. Correct the file, \
                or tell how it is written in [provider.statement], and import it again.\n"
            .to_owned();
    }
    if found.mismatch_count > 0 {
        return format!(
            "MISMATCH: in {} places the statement and the record contradict each other. A person must \
             look at each of them below.\n",
            found.mismatch_count
        );
    }
    if found.open_count > 0 {
        return format!(
            "Nothing contradicts, but {} things are left open; see below.\n",
            found.open_count
        );
    }
    "The statement and the record agree.\n".to_owned()
}

fn finding(text: &mut String, one: &StatementFinding) {
    let mark = if one.mismatch { "MISMATCH " } else { "" };
    let place =
        if one.line > 0 { format!("line {}", one.line) } else { "not in the file".to_owned() };
    text.add(format_args!(
        "{mark}{place}: {}, {} on {}",
        kind_words(one.kind()),
        rupiah(Some(one.amount_rupiah)),
        moment(one.row_time.as_ref())
    ));
    if let Some(expected) = one.expected_rupiah {
        text.add(format_args!(" (expected {})", rupiah(Some(expected))));
    }
    if !one.provider_reference.is_empty() {
        text.add(format_args!(", reference {}", one.provider_reference));
    }
    if !one.payment_id.is_empty() {
        text.add(format_args!(
            ", payment {} of {}, attempt {}",
            one.payment_id, one.consumer, one.attempt_number
        ));
    }
    text.push('\n');
    let done = consequence_words(one.consequence());
    if !done.is_empty() {
        text.add(format_args!("  {done}"));
        if !one.detail.is_empty() {
            text.add(format_args!(": {}", one.detail));
        }
        text.push('\n');
    }
    let advice = advice(one.kind());
    if one.mismatch && !advice.is_empty() {
        text.add(format_args!("  {advice}\n"));
    }
}

const fn kind_words(kind: StatementFindingKind) -> &'static str {
    use StatementFindingKind as Kind;
    match kind {
        Kind::Unspecified => "something this version does not know",
        Kind::Agrees => "a success and its debit",
        Kind::Candidate => "a debit of a payment in doubt",
        Kind::LateCharge => "a debit of a payment that was not paid, as far as we knew",
        Kind::LateChargeKnown => "a late charge that is known",
        Kind::AmountDiffers => "a debit of another amount",
        Kind::UnknownCharge => "a debit that we know nothing of",
        Kind::Unclear => "a debit that may be of several attempts",
        Kind::SecondDebit => "a further debit of one attempt",
        Kind::DebitedAndRefunded => "a payment in doubt was debited and paid back",
        Kind::Refund => "money of a payment came back",
        Kind::RefundKnown => "money of a reversed payment came back",
        Kind::UnknownRefund => "money came back that we know nothing of",
        Kind::DepositAgrees => "a deposit as recorded",
        Kind::DepositUnrecorded => "a deposit that nobody recorded",
        Kind::DepositMissing => "a recorded deposit that is missing",
        Kind::SuccessMissing => "a success that is missing",
        Kind::OpenMissing => "a payment in doubt that is missing",
        Kind::NotJudged => "nothing can be said",
    }
}

const fn consequence_words(consequence: StatementConsequence) -> &'static str {
    use StatementConsequence as Done;
    match consequence {
        Done::Unspecified | Done::Nothing => "",
        Done::DryRun => "a real run asks the provider, records or proposes",
        Done::Settled => "the provider confirmed it: the payment is settled",
        Done::NotConfirmed => "the provider does not confirm it; the payment was not changed",
        Done::CannotBeAsked => "the provider cannot be asked about it; the payment was not changed",
        Done::TryAgain => "it could not be asked about just now; import the file again",
        Done::Recorded => {
            "the charge was recorded; the payment's state stays, the provider is frozen"
        }
        Done::Proposed => {
            "not executed is proposed; a second person confirms it by ppob resolve, or nothing happens"
        }
        Done::ProposedBefore => {
            "not executed was proposed before; a second person has not agreed yet"
        }
        Done::NotProposed => "something speaks for a payment; look at it in ppob reviews",
        Done::TooEarly => "the provider may still execute it; import the file again later",
    }
}

const fn advice(kind: StatementFindingKind) -> &'static str {
    use StatementFindingKind as Kind;
    match kind {
        Kind::UnknownCharge | Kind::SecondDebit => {
            "ask the provider who caused it: the deposit lost money that no payment explains"
        }
        Kind::Refund => {
            "if the customer has no goods, give the money back; the payment is not reversed by this"
        }
        Kind::DepositUnrecorded => "record it with ppob deposit",
        Kind::SuccessMissing => {
            "ask the provider: a payment was told as paid that its statement lacks"
        }
        Kind::LateCharge => {
            "ask the provider for the money back, or whether it was paid; see ppob reviews"
        }
        Kind::AmountDiffers => "ask the provider which amount is right",
        Kind::Unclear | Kind::Candidate | Kind::DebitedAndRefunded => {
            "look with ppob check ID --reference NUMBER whose it is"
        }
        _ => "",
    }
}

/// How days closed.
pub(crate) fn closed(found: &CloseDayResponse) -> String {
    if found.closes.is_empty() {
        return "No provider is configured.".to_owned();
    }
    let mut text = String::new();
    for close in &found.closes {
        day(&mut text, close);
    }
    text
}

fn day(text: &mut String, close: &DayClose) {
    text.add(format_args!("{} on {}: {}\n", close.provider, close.day, state_words(close.state())));
    if close.provisional {
        text.push_str("PROVISIONAL: the day is not over; close it again tomorrow.\n");
    }
    let rows = [
        ("succeeded", close.succeeded, ""),
        ("reversed", close.reversed, "-"),
        ("open, as expected", close.open, ""),
        ("late charges", close.late_charges, ""),
    ];
    let rows = rows.map(|(name, sum, sign)| {
        let DaySum { count, amount_rupiah } = sum.unwrap_or_default();
        [name.to_owned(), count.to_string(), format!("{sign}{}", rupiah(Some(amount_rupiah)))]
    });
    let mut rows = rows.to_vec();
    let line = |name: &str, amount: Option<i64>| [name.to_owned(), String::new(), rupiah(amount)];
    rows.push(line("known together", Some(close.known_rupiah)));
    if close.debited_rupiah.is_some() {
        rows.push(line("debited by the statement", close.debited_rupiah));
        rows.push(line("difference", close.difference_rupiah));
    }
    text.add(format_args!("{}\n", table(["", ">COUNT", ">AMOUNT"], rows)));
    for term in &close.terms {
        let DaySum { count, amount_rupiah } = term.sum.unwrap_or_default();
        let mark = if term.mismatch { "MISMATCH " } else { "" };
        text.add(format_args!(
            "  {mark}{} by {count} {}\n",
            rupiah(Some(amount_rupiah)),
            term_words(term.kind())
        ));
    }
    if let Some(deposits) = close.deposits.filter(|deposits| deposits.count > 0) {
        text.add(format_args!(
            "  {} recorded deposits, {} together\n",
            deposits.count,
            rupiah(Some(deposits.amount_rupiah))
        ));
    }
    for open in &close.open_attempts {
        text.add(format_args!(
            "  open: {} of {}, attempt {}, {} since {}\n",
            open.payment_id,
            open.consumer,
            open.attempt_number,
            rupiah(Some(open.expected_rupiah)),
            moment(open.begin_time.as_ref())
        ));
    }
    text.push('\n');
}

const fn state_words(state: DayCloseState) -> &'static str {
    match state {
        DayCloseState::Balanced => "BALANCED. Debits and record agree to the rupiah.",
        DayCloseState::Open => {
            "OPEN. Only open payments, or payments around midnight, are not explained yet; import the next \
             day's statement, and close it again when they have ended."
        }
        DayCloseState::Mismatch => {
            "MISMATCH. The statement and the record contradict each other; a person must look."
        }
        DayCloseState::NoStatement => {
            "NO STATEMENT. Nothing was held against the provider; import a complete statement of the day \
             with ppob statement import, then close it again."
        }
        DayCloseState::Unspecified => "this version does not know how it stands.",
    }
}

const fn term_words(kind: DayTermKind) -> &'static str {
    match kind {
        DayTermKind::Unspecified => "of something this version does not know",
        DayTermKind::OpenNotDebited => "open, without a debit",
        DayTermKind::OpenOtherAmount => "open, debited with another amount",
        DayTermKind::SuccessNotDebited => "succeeded, without a debit",
        DayTermKind::SuccessAtEdge => {
            "succeeded around midnight, without a debit in this day's statement"
        }
        DayTermKind::SuccessOtherAmount => "succeeded, debited with another amount or twice",
        DayTermKind::SuccessRefunded => "succeeded, but the money came back",
        DayTermKind::ReversedNotRefunded => "reversed, but the money did not come back",
        DayTermKind::LateChargeDiffers => "late charges, without a debit or with another amount",
        DayTermKind::DeadDebited => "debited although not paid, as far as we know",
        DayTermKind::Unknown => "debits that we know nothing of",
        DayTermKind::OtherDay => "debits of payments that began on another day",
    }
}

#[cfg(test)]
mod tests {
    use ppob_api::v1::{DayTerm, StatementCount};

    use super::*;

    #[test]
    fn an_import_says_first_what_it_means_and_then_each_thing() {
        let one = StatementFinding {
            kind: StatementFindingKind::UnknownCharge.into(),
            consequence: StatementConsequence::Nothing.into(),
            mismatch: true,
            line: 7,
            row_time: Some(prost_types::Timestamp { seconds: 1_532_440_800, nanos: 0 }),
            amount_rupiah: 20_700,
            provider_reference: "812".to_owned(),
            ..StatementFinding::default()
        };
        let found = ImportStatementResponse {
            content_sha256: "ab".to_owned(),
            row_count: 3,
            counts: vec![StatementCount {
                kind: StatementFindingKind::UnknownCharge.into(),
                count: 1,
                amount_rupiah: 20_700,
            }],
            findings: vec![one],
            mismatch_count: 1,
            ..ImportStatementResponse::default()
        };
        let text = imported(&found, false);
        assert!(text.starts_with("MISMATCH: in 1 places"), "{text}");
        assert!(
            text.contains(
                "MISMATCH line 7: a debit that we know nothing of, Rp 20.700 on 2018-07-24 21:00:00 WIB, \
                 reference 812\n  ask the provider who caused it"
            ),
            "{text}"
        );
        assert!(imported(&found, true).starts_with("Only a look"), "{text}");
    }

    #[test]
    fn a_close_shows_the_equation_and_what_its_difference_is_made_of() {
        let sum = |count, amount_rupiah| Some(DaySum { count, amount_rupiah });
        let close = DayClose {
            provider: "mmbc-a".to_owned(),
            day: "2026-11-27".to_owned(),
            state: DayCloseState::Mismatch.into(),
            succeeded: sum(2, 41_400),
            reversed: sum(1, 20_700),
            known_rupiah: 20_700,
            debited_rupiah: Some(20_707),
            difference_rupiah: Some(7),
            terms: vec![DayTerm {
                kind: DayTermKind::Unknown.into(),
                sum: sum(1, 7),
                mismatch: true,
            }],
            ..DayClose::default()
        };
        let text = closed(&CloseDayResponse { closes: vec![close] });
        assert!(text.starts_with("mmbc-a on 2026-11-27: MISMATCH."), "{text}");
        assert!(text.contains("-Rp 20.700"), "{text}");
        assert!(text.contains("MISMATCH Rp 7 by 1 debits that we know nothing of"), "{text}");
    }
}
