//! Whether an answer speaks of what was asked.

use ppob_types::Purchase;

use crate::wire::Fields;

/// What an answer must speak of.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// What was bought or asked about, and for whom.
    pub(crate) purchase: &'a Purchase,
    /// Bebek's own code of the product.
    pub(crate) code: &'a str,
    /// Our reference; none for what has none.
    pub(crate) reference: Option<&'a str>,
}

/// LEFT: every field in which answers repeat the customer number, the product's code and our reference, and in
/// which they tell the customer's name.
const CUSTOMER: &[&str] = &[];
const PRODUCT: &[&str] = &[];
const REFERENCE: &[&str] = &[];
const NAME: &[&str] = &[];

impl Asked<'_> {
    /// What the answer names that was not asked for. A field that is absent contradicts nothing.
    pub(crate) fn contradiction(&self, fields: &Fields) -> Option<&'static str> {
        let mut references = REFERENCE.iter().filter_map(|name| fields.text(&[name]));
        if self.reference.is_some_and(|ours| references.any(|named| named != ours)) {
            return Some("another reference");
        }
        if CUSTOMER.iter().any(|name| self.is_customer(fields, name) == Some(false)) {
            return Some("another customer number");
        }
        let mut products = PRODUCT.iter().filter_map(|name| fields.text(&[name]));
        products.any(|code| code != self.code).then_some("another product")
    }

    /// Whether the answer says by itself that it is ours.
    pub(crate) fn is_named(&self, fields: &Fields) -> bool {
        let by_reference = self.reference.is_some() && fields.text(REFERENCE) == self.reference;
        by_reference || CUSTOMER.iter().any(|name| self.is_customer(fields, name) == Some(true))
    }

    /// What may be personal in an answer and must not get into the list of unlisted replies.
    pub(crate) fn personal<'b>(&'b self, fields: &'b Fields) -> Vec<&'b str> {
        let mut personal = vec![self.purchase.customer.expose()];
        personal.extend(fields.text(NAME));
        personal
    }

    fn is_customer(&self, fields: &Fields, name: &str) -> Option<bool> {
        let mut named = fields.text(&[name])?;
        let mut asked = self.purchase.customer.expose();
        if fields.is_number(name) {
            named = named.trim_start_matches('0');
            asked = asked.trim_start_matches('0');
        }
        Some(named == asked)
    }
}
