//! The filtered list: the one statement that is put together from parts.

use std::fmt::Write as _;

use ppob_journal::{Filter, Page, StoredPayment};
use ppob_journal_durable::decode::integer;
use ppob_journal_durable::sealed::Seal;
use ppob_payment::PaymentState;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::{Answer, payments};

pub(crate) fn list(
    connection: &Connection,
    seal: &Seal,
    filter: &Filter,
    page: Page,
) -> Answer<Vec<StoredPayment>> {
    let (statement, values) = list_sql(seal, filter, page);
    payments(connection, seal, &statement, params_from_iter(values), page.limit)
}

/// The statement and its values. Only what is asked for is in it, so that the planner can use the
/// index that fits; what callers give is always a value, never text of the statement.
pub(crate) fn list_sql(seal: &Seal, filter: &Filter, page: Page) -> (String, Vec<Value>) {
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
    let columns =
        "SELECT serial, consumer, payment_id, version, updated_at, request, value FROM payment";
    parts.statement(columns, "ORDER BY serial DESC")
}

/// Conditions of a statement, and the values they are about.
#[derive(Default)]
pub(super) struct Parts {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Parts {
    pub(super) fn and(&mut self, comparison: &str, value: impl Into<Value>) {
        let place = self.place(value);
        self.condition(format!("{comparison} {place}"));
    }

    pub(super) fn condition(&mut self, condition: String) {
        self.conditions.push(condition);
    }

    /// The whole statement, and its values.
    pub(super) fn statement(self, select: &str, end: &str) -> (String, Vec<Value>) {
        let mut statement = select.to_owned();
        for (word, condition) in
            std::iter::once("WHERE").chain(std::iter::repeat("AND")).zip(&self.conditions)
        {
            let _ = write!(statement, " {word} {condition}");
        }
        let _ = write!(statement, " {end}");
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
        let places: Vec<String> =
            states.iter().map(|state| self.place(state.as_str().to_owned())).collect();
        self.conditions.push(format!("state IN ({})", places.join(", ")));
    }

    pub(super) fn place(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }
}
