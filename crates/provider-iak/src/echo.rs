//! Whether an answer speaks of what was asked.

use ppob_types::Purchase;

use crate::wire::Fields;

/// What an answer must speak of.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// What was bought or asked about, and for whom.
    pub(crate) purchase: &'a Purchase,
    /// IAK's own code of the product.
    pub(crate) code: &'a str,
    /// Our reference, `ref_id`; none for what has none.
    pub(crate) reference: Option<&'a str>,
    /// The number of the inquiry that is paid, if one is.
    pub(crate) tr_id: Option<&'a str>,
}

/// The customer number may come back as any of these: a meter is found by its own number or the
/// subscriber's.
const CUSTOMER: [&str; 4] = ["customer_id", "hp", "meter_no", "subscriber_id"];
const CODE: [&str; 2] = ["product_code", "code"];

impl Asked<'_> {
    /// What the answer names that was not asked for. A field that is absent contradicts nothing.
    pub(crate) fn contradiction(&self, fields: &Fields) -> Option<&'static str> {
        let differs = |asked: Option<&str>, path| {
            let named = fields.text(path);
            asked.zip(named).is_some_and(|(asked, named)| asked != named)
        };
        if differs(self.reference, "ref_id") {
            return Some("another reference");
        }
        if differs(self.tr_id, "tr_id") {
            return Some("another inquiry");
        }
        if !self.names_customer(fields) {
            return Some("another customer number");
        }
        let codes = CODE.iter().filter_map(|path| fields.text(path));
        let mut others = codes.filter(|code| !code.eq_ignore_ascii_case(self.code.trim()));
        others.next().map(|_| "another product")
    }

    /// Whether the answer says by itself that it is ours, by a number that only this transaction has.
    pub(crate) fn is_named(&self, fields: &Fields) -> bool {
        let says = |asked: Option<&str>, path| asked.is_some() && fields.text(path) == asked;
        says(self.reference, "ref_id") || says(self.tr_id, "tr_id")
    }

    /// What may be personal in an answer and must not get into the list of unlisted replies.
    pub(crate) fn personal<'b>(&'b self, fields: &'b Fields) -> Vec<&'b str> {
        let mut personal = vec![self.purchase.customer.expose()];
        personal.extend(["tr_name", "name"].iter().filter_map(|path| fields.text(path)));
        personal
    }

    fn names_customer(&self, fields: &Fields) -> bool {
        let mut named = false;
        for path in CUSTOMER {
            let Some(echo) = fields.text(path) else { continue };
            named = true;
            let mut asked = bare(self.purchase.customer.expose());
            let mut echo = bare(echo);
            if fields.is_number(path) {
                asked = asked.trim_start_matches('0').to_owned();
                echo = echo.trim_start_matches('0').to_owned();
            }
            if asked == echo {
                return true;
            }
        }
        !named
    }
}

/// A number without the separators that people and printers put into it.
fn bare(number: &str) -> String {
    let kept = number.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-'));
    kept.collect::<String>().to_ascii_uppercase()
}
