//! An inquiry must never pay. Where both requests are alike, it is the product's code alone that tells the centre
//! which of them it is: then an inquiry is made only under a code by which nothing is paid, and nothing is paid under
//! a code by which one asks.

use ppob_types::Purchase;

use crate::call::{CallSpec, Case, fields_with, is_told_apart};
use crate::centre::{Centre, DescriptionError, InquirySpec, refuse};
use crate::mapping::Products;
use crate::rules::Call;

/// Refuses a description by which an inquiry about one of its products would be a payment, or its payment an inquiry.
pub(crate) fn check(
    products: &Products,
    pay: &CallSpec,
    inquiry: Option<&InquirySpec>,
    cases: &[Case],
) -> Result<(), DescriptionError> {
    let Some(inquiry) = inquiry else { return Ok(()) };
    for product in products.all() {
        let code = product.code.as_str();
        let alike =
            are_alike(inquiry, pay, cases, |case, call| case.always_applies(call, product.family));
        if !alike || !inquiry.families.contains(&product.family) {
            continue;
        }
        let asked = products.inquiry_code(code);
        refuse(
            products.pays(&asked),
            &format!(
                "product {code:?}: it would be asked about under the code {asked:?}, by which it is paid, and the \
                 requests of pay and inquiry are alike: asking would pay. Give it the inquiry_code of the centre, \
                 or the inquiry a path or a field of its own"
            ),
        )?;
        refuse(
            products.asks(code),
            &format!(
                "product {code:?}: this is a code to ask by, so what is paid under it would only be asked about; \
                 write the code to pay by"
            ),
        )?;
    }
    Ok(())
}

/// Whether an inquiry and a payment that are about the same code cannot be told apart.
fn are_alike(
    inquiry: &InquirySpec,
    pay: &CallSpec,
    cases: &[Case],
    applies: impl Fn(&Case, Call) -> bool,
) -> bool {
    let applies = &applies;
    let of = |call: Call| cases.iter().filter(move |case| applies(case, call));
    let asks = fields_with(&inquiry.call, of(Call::Inquiry));
    let pays = fields_with(pay, of(Call::Pay));
    !is_told_apart((&inquiry.call, &asks), (pay, &pays))
}

impl Centre {
    /// Whether the inquiry about what is sold under `code`, made under `asked`, could be a payment.
    pub(crate) fn asking_may_pay(&self, purchase: &Purchase, code: &str, asked: &str) -> bool {
        let is_paid_by = asked.eq_ignore_ascii_case(code) || self.products.pays(asked);
        is_paid_by && self.inquiry.as_ref().is_some_and(|inquiry| self.alike(inquiry, purchase))
    }

    /// Whether a payment under `code` would only ask.
    pub(crate) fn paying_only_asks(&self, purchase: &Purchase, code: &str) -> bool {
        let Some(inquiry) = &self.inquiry else { return false };
        let is_asked = inquiry.families.contains(&purchase.family);
        let asks = (is_asked && self.products.asks(code)) || self.products.is_inquiry_code(code);
        asks && self.alike(inquiry, purchase)
    }

    fn alike(&self, inquiry: &InquirySpec, purchase: &Purchase) -> bool {
        are_alike(inquiry, &self.pay, &self.cases, |case, call| case.applies(call, purchase))
    }
}
