//! Whether an answer speaks of what was asked.

use crate::wire::Fields;

/// What an answer must speak of.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Our reference; an inquiry of a meter has none.
    pub(crate) reference: Option<&'a str>,
    /// The customer number as it stood on the wire.
    pub(crate) customer: &'a str,
    /// Digiflazz's code of the product; an inquiry of a meter has none.
    pub(crate) code: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// What the answer names that was not asked for. A field that is absent contradicts nothing: what is
    /// refused at the door repeats nothing.
    pub(crate) fn contradiction(&self, fields: &Fields) -> Option<&'static str> {
        let differs = |name: &str, asked: Option<&str>| {
            asked.zip(fields.text(name)).is_some_and(|(asked, named)| asked != named)
        };
        if differs("ref_id", self.reference) {
            return Some("another reference");
        }
        if differs("buyer_sku_code", self.code) {
            return Some("another product");
        }
        (!self.names_customer(fields)).then_some("another customer number")
    }

    /// Whether the answer names our reference, as every answer about a transaction does.
    pub(crate) fn is_named(&self, fields: &Fields) -> bool {
        self.reference.is_some() && self.reference == fields.text("ref_id")
    }

    /// What may be personal in an answer and must not get where others read it.
    pub(crate) fn personal<'b>(&self, fields: &'b Fields) -> Vec<&'b str>
    where
        'a: 'b,
    {
        let named = ["customer_no", "customer_name", "name", "meter_no", "subscriber_id", "sn"];
        let mut personal = vec![self.customer];
        personal.extend(named.into_iter().filter_map(|name| fields.text(name)));
        personal
    }

    fn names_customer(&self, fields: &Fields) -> bool {
        let Some(named) = fields.text("customer_no") else { return true };
        if fields.is_number("customer_no") {
            return named.trim_start_matches('0') == self.customer.trim_start_matches('0');
        }
        named.eq_ignore_ascii_case(self.customer)
    }
}

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked")
            .field("reference", &self.reference)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}
