//! The filtered lists: the statements that are put together from parts.

use std::fmt::Write as _;

use postgres_types::ToSql;
use ppob_journal::{AuditFilter, Filter, Page};
use ppob_journal_durable::decode::integer;
use ppob_journal_durable::sealed::Seal;
use ppob_payment::PaymentState;

use crate::sql;

/// A value of a statement.
pub(super) type Value = Box<dyn ToSql + Sync + Send>;

/// The statement and its values. Only what is asked for is in it, so that the planner can use the index
/// that fits; what callers give is always a value, never text of the statement.
pub(super) fn list_sql(seal: &Seal, filter: &Filter, page: Page) -> (String, Vec<Value>) {
    let mut parts = Parts::default();
    if let Some(consumer) = &filter.consumer {
        parts.and("consumer =", consumer.as_str().to_owned());
    }
    if let Some(guard) = &filter.guard {
        parts.and("product =", guard.product.as_str().to_owned());
        parts.and("customer_index =", seal.customer(&guard.customer).as_str().to_owned());
    }
    if let Some(product) = &filter.product {
        parts.and("product =", product.as_str().to_owned());
    }
    if let Some(family) = filter.family {
        parts.and("family =", family.as_str().to_owned());
    }
    if let Some(from) = filter.accepted_from {
        parts.and("accepted_at >=", from.as_micros());
    }
    if let Some(until) = filter.accepted_until {
        parts.and("accepted_at <", until.as_micros());
    }
    if let Some(before) = page.before_serial {
        parts.and("serial <", integer(before));
    }
    parts.states(&filter.states);
    parts.statement(sql::PAYMENT_COLUMNS, "ORDER BY serial DESC")
}

/// As [`list_sql`], of the audit.
pub(super) fn audit_sql(filter: &AuditFilter) -> (String, Vec<Value>) {
    let mut parts = Parts::default();
    if let Some(subject) = &filter.subject {
        parts.and("subject =", subject.clone());
    }
    if let Some(action) = &filter.action {
        parts.and("action =", action.clone());
    }
    if let Some(actor) = &filter.actor {
        let place = parts.place(actor.clone());
        parts.conditions.push(format!("{place} IN (actor, second_actor)"));
    }
    if let Some(from) = filter.from {
        parts.and("at >=", from.as_micros());
    }
    if let Some(until) = filter.until {
        parts.and("at <", until.as_micros());
    }
    if let Some(before) = filter.before_sequence {
        parts.and("sequence <", integer(before));
    }
    parts.statement(sql::AUDIT_COLUMNS, "ORDER BY sequence DESC")
}

/// Conditions of a statement, and the values they are about.
#[derive(Default)]
struct Parts {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Parts {
    fn and(&mut self, comparison: &str, value: impl ToSql + Sync + Send + 'static) {
        let place = self.place(value);
        self.conditions.push(format!("{comparison} {place}"));
    }

    /// The whole statement, whose last value is the most rows that it answers, and the other values.
    fn statement(self, select: &str, order: &str) -> (String, Vec<Value>) {
        let mut statement = select.to_owned();
        for (word, condition) in
            std::iter::once("WHERE").chain(std::iter::repeat("AND")).zip(&self.conditions)
        {
            let _ = write!(statement, " {word} {condition}");
        }
        let _ = write!(statement, " {order} LIMIT ${}", self.values.len() + 1);
        (statement, self.values)
    }

    fn states(&mut self, states: &[PaymentState]) {
        if states.is_empty() {
            return;
        }
        if states.iter().all(|state| !state.is_final()) {
            // Says the same once more in the words of the index of open payments.
            let open = "state NOT IN ('SUCCEEDED', 'FAILED', 'REVERSED')";
            self.conditions.push(open.to_owned());
        }
        let names: Vec<String> = states.iter().map(|state| state.as_str().to_owned()).collect();
        let place = self.place(names);
        self.conditions.push(format!("state = ANY ({place})"));
    }

    fn place(&mut self, value: impl ToSql + Sync + Send + 'static) -> String {
        self.values.push(Box::new(value));
        format!("${}", self.values.len())
    }
}
