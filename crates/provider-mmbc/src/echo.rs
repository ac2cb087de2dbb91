//! Whether an answer speaks of what was asked.

use ppob_types::{Family, Purchase, Rupiah};

use crate::mapping::token_nominal;
use crate::wire::Fields;

/// What an answer must speak of.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// What was bought or asked about, and for whom.
    pub(crate) purchase: &'a Purchase,
    /// MMBC's own code of the product.
    pub(crate) code: &'a str,
}

/// The customer number may come back as any of these: a token can be bought with the subscriber id or
/// the meter number, a PLN non-taglis bill has a registration number.
const CUSTOMER_FIELDS: [&str; 3] =
    ["ppob_nomorpelanggan", "ppob_nomormeter", "ppob_nomorregistrasi"];

impl Asked<'_> {
    /// What the answer names that was not asked for. A field that is absent contradicts nothing:
    /// the document's own sample of a payment lacks the product code.
    pub(crate) fn contradiction(&self, fields: &Fields) -> Option<&'static str> {
        if !self.names_customer(fields) {
            return Some("another customer number");
        }
        let code = fields.line("ppob_kodeproduk");
        if code.is_some_and(|code| !code.eq_ignore_ascii_case(&spaced(self.code))) {
            return Some("another product");
        }
        let nominal = fields.money("ppob_nominal");
        let other_nominal = |nominal| self.nominal().is_some_and(|bought| bought != nominal);
        if nominal.is_some_and(other_nominal) {
            return Some("another nominal");
        }
        None
    }

    fn names_customer(&self, fields: &Fields) -> bool {
        let mut named = false;
        for name in CUSTOMER_FIELDS {
            let Some(echo) = fields.text(name) else {
                continue;
            };
            named = true;
            let mut asked = bare(self.purchase.customer.expose());
            let mut echo = bare(echo);
            if fields.is_number(name) {
                asked = asked.trim_start_matches('0').to_owned();
                echo = echo.trim_start_matches('0').to_owned();
            }
            if asked == echo {
                return true;
            }
        }
        !named
    }

    fn nominal(&self) -> Option<Rupiah> {
        if self.purchase.family == Family::PlnPrepaid { token_nominal(self.code) } else { None }
    }
}

/// Whether an answer names a customer at all; [`Asked::contradiction`] tells whether it is ours.
pub(crate) fn names_any_customer(fields: &Fields) -> bool {
    CUSTOMER_FIELDS.into_iter().any(|name| fields.text(name).is_some())
}

/// A number without the separators that people and printers put into it.
fn bare(number: &str) -> String {
    let kept = number.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-'));
    kept.collect::<String>().to_ascii_uppercase()
}

fn spaced(code: &str) -> String {
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}
