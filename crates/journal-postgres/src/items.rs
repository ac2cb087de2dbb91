//! What the function `write` takes: values as its composite types have them.

use postgres_types::ToSql;
use ppob_journal::{
    Agreement, AuditEntry, Change, NewPayment, NewProposal, late_charge_at, settled_reference,
    success_at,
};
use ppob_journal_durable::columns::money;
use ppob_journal_durable::decode::integer;
use ppob_journal_durable::sealed::{SealedChange, SealedPayment, SealedReply};
use ppob_payment::Payment;
use ppob_types::{ProviderRef, Retention, Rupiah, Timestamp};
use serde::Serialize;

use crate::apply::Hex;

#[derive(Clone, Debug, ToSql, Serialize)]
#[postgres(name = "new_attempt")]
pub(crate) struct NewAttempt {
    number: i64,
    id: String,
    provider: String,
    state: String,
    settled: Option<String>,
    begun_at: i64,
}

#[derive(Clone, Debug, ToSql, Serialize)]
#[postgres(name = "new_payment")]
pub(crate) struct PaymentItem {
    serial: i64,
    consumer: String,
    id: String,
    state: String,
    product: String,
    customer: String,
    family: String,
    repeat: i64,
    attempts: Vec<NewAttempt>,
    accepted_at: i64,
    now: i64,
    next_check_at: Option<i64>,
    total: Option<i64>,
    cost: Option<i64>,
    fingerprint: Hex,
    request: Hex,
    value: Hex,
    is_open: bool,
    despite: Option<String>,
    may_displace: bool,
    duplicate_window: i64,
    day: i64,
    counted: i64,
    day_max: Option<i64>,
}

#[derive(Clone, Debug, ToSql, Serialize)]
#[postgres(name = "new_audit")]
pub(crate) struct AuditItem {
    operator: String,
    actor: String,
    second_actor: Option<String>,
    action: String,
    subject: String,
    reason: Hex,
    before: String,
    after: String,
    at: i64,
}

#[derive(Clone, Debug, ToSql, Serialize)]
#[postgres(name = "new_proposal")]
pub(crate) struct ProposalItem {
    attempt: i64,
    version: i64,
    facts: String,
    operator: String,
    proven: bool,
    actor: String,
    evidence: Hex,
    at: i64,
    second_actor: Option<String>,
}

#[derive(Clone, Debug, ToSql)]
#[postgres(name = "new_reply")]
pub(crate) struct ReplyItem {
    provider: String,
    index: String,
    text: Vec<u8>,
}

#[derive(Clone, Debug, ToSql)]
#[postgres(name = "confirmation")]
pub(crate) struct Confirmation {
    proposal: i64,
    operator: String,
    proven: bool,
    actor: String,
}

#[derive(Clone, Debug, ToSql)]
#[postgres(name = "new_change")]
pub(crate) struct ChangeItem {
    consumer: String,
    id: String,
    expected: i64,
    retention: String,
    now: i64,
    kind: String,
    state: String,
    attempts: Vec<NewAttempt>,
    next_check_at: Option<i64>,
    total: Option<i64>,
    cost: Option<i64>,
    value: Vec<u8>,
    is_final: bool,
    accepted_at: i64,
    succeeded_at: Option<i64>,
    late_charge_at: Option<i64>,
    day: i64,
    max_total: Option<i64>,
    counted: i64,
    unlisted: Vec<ReplyItem>,
    audit: Option<AuditItem>,
    confirms: Option<Confirmation>,
    names: Option<ProposalItem>,
}

impl PaymentItem {
    pub(crate) fn new(new: &NewPayment, sealed: SealedPayment) -> Self {
        let (purchase, payment) = (&new.request.purchase, &new.payment);
        let (total, cost) = money(payment);
        Self {
            serial: integer(new.serial),
            consumer: new.key.consumer.as_str().to_owned(),
            id: new.key.id.as_str().to_owned(),
            state: payment.state().as_str().to_owned(),
            product: purchase.product.as_str().to_owned(),
            customer: sealed.customer.as_str().to_owned(),
            family: purchase.family.as_str().to_owned(),
            repeat: i64::from(new.request.repeat),
            attempts: attempts(payment),
            accepted_at: payment.terms.accepted_at.as_micros(),
            now: new.now.as_micros(),
            next_check_at: payment.next_check_at.map(Timestamp::as_micros),
            total,
            cost,
            fingerprint: Hex(sealed.fingerprint.to_vec()),
            request: Hex(sealed.request),
            value: Hex(sealed.value),
            is_open: !payment.is_concluded(),
            despite: new.request.despite_in_doubt.as_ref().map(|id| id.as_str().to_owned()),
            may_displace: new.may_displace_holder,
            duplicate_window: integer(new.duplicate_window.as_micros()),
            day: payment.terms.accepted_at.wib_day(),
            counted: payment.counted().get(),
            day_max: new.day_max.map(Rupiah::get),
        }
    }
}

impl ChangeItem {
    /// `retention` is what is kept of the payment, for which its value was sealed.
    pub(crate) fn new(change: &Change, sealed: &SealedChange, retention: Retention) -> Self {
        let payment = &change.payment;
        let (total, cost) = money(payment);
        let evidence = || Hex(sealed.evidence.clone().unwrap_or_default());
        let (confirms, names) = match &change.agreement {
            None => (None, None),
            Some(Agreement::Confirms { proposal, second }) => {
                let confirmation = Confirmation {
                    proposal: integer(*proposal),
                    operator: second.operator.as_str().to_owned(),
                    proven: second.proven,
                    actor: second.actor.clone(),
                };
                (Some(confirmation), None)
            }
            Some(Agreement::Named { proposal, second_actor }) => {
                let second = Some(second_actor.clone());
                (None, Some(ProposalItem::new(proposal, evidence(), second)))
            }
        };
        Self {
            consumer: change.key.consumer.as_str().to_owned(),
            id: change.key.id.as_str().to_owned(),
            expected: integer(change.expected_version),
            retention: retention.as_str().to_owned(),
            now: change.now.as_micros(),
            kind: change.kind.as_str().to_owned(),
            state: payment.state().as_str().to_owned(),
            attempts: attempts(payment),
            next_check_at: payment.next_check_at.map(Timestamp::as_micros),
            total,
            cost,
            value: sealed.value.clone(),
            is_final: payment.state().is_final(),
            accepted_at: payment.terms.accepted_at.as_micros(),
            succeeded_at: success_at(payment).map(Timestamp::as_micros),
            late_charge_at: late_charge_at(payment).map(Timestamp::as_micros),
            day: payment.terms.accepted_at.wib_day(),
            max_total: payment.terms.max_total.map(Rupiah::get),
            counted: payment.counted().get(),
            unlisted: sealed.unlisted.iter().map(ReplyItem::new).collect(),
            audit: change
                .audit
                .as_ref()
                .zip(sealed.reason.clone())
                .map(|(entry, reason)| AuditItem::new(entry, reason)),
            confirms,
            names,
        }
    }
}

impl AuditItem {
    /// The reason is given sealed.
    pub(crate) fn new(entry: &AuditEntry, reason: Vec<u8>) -> Self {
        Self {
            operator: entry.operator.as_str().to_owned(),
            actor: entry.actor.clone(),
            second_actor: entry.second_actor.clone(),
            action: entry.action.clone(),
            subject: entry.subject.clone(),
            reason: Hex(reason),
            before: entry.before.clone(),
            after: entry.after.clone(),
            at: entry.at.as_micros(),
        }
    }
}

impl ProposalItem {
    /// The evidence is given sealed.
    pub(crate) fn new(proposal: &NewProposal, evidence: Hex, second_actor: Option<String>) -> Self {
        Self {
            attempt: i64::from(proposal.attempt),
            version: integer(proposal.version),
            facts: proposal.facts.clone(),
            operator: proposal.who.operator.as_str().to_owned(),
            proven: proposal.who.proven,
            actor: proposal.who.actor.clone(),
            evidence,
            at: proposal.at.as_micros(),
            second_actor,
        }
    }
}

impl ReplyItem {
    fn new(reply: &SealedReply) -> Self {
        Self {
            provider: reply.provider.clone(),
            index: reply.index.as_str().to_owned(),
            text: reply.text.clone(),
        }
    }
}

/// The row's number is the attempt's place, so that a value with two attempts of one number cannot hide
/// one of them from the constraints.
fn attempts(payment: &Payment) -> Vec<NewAttempt> {
    let numbered = (1_i64..).zip(&payment.attempts);
    let items = numbered.map(|(number, attempt)| NewAttempt {
        number,
        id: attempt.id.as_str().to_owned(),
        provider: attempt.provider.as_str().to_owned(),
        state: attempt.state.as_str().to_owned(),
        settled: settled_reference(payment, attempt).map(|one| ProviderRef::as_str(one).to_owned()),
        begun_at: attempt.begun_at.as_micros(),
    });
    items.collect()
}
