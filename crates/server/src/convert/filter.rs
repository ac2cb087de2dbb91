//! Which payments a caller wants to see.

use ppob_api::v1;
use ppob_journal::{Filter, GuardKey, StoredPayment};
use ppob_payment::PaymentState;
use ppob_types::{ConsumerId, CustomerNumber, Family, ProductCode, Timestamp};
use tonic::Status;

use super::family::{families, states};
use super::scalar::moment;
use crate::errors::Violations;
use crate::tokens::Question;

/// The filters of a listing: what the journal can look for, and what is left to be looked at here.
#[derive(Clone, Debug)]
pub(crate) struct PaymentFilter {
    states: Vec<PaymentState>,
    families: Vec<Family>,
    product: Option<ProductCode>,
    customer: Option<String>,
    from: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl PaymentFilter {
    /// Reads the filters of a request.
    ///
    /// # Errors
    /// If one of them is wrong.
    pub(crate) fn read(request: &v1::ListPaymentsRequest) -> Result<Self, Status> {
        let mut bad = Violations::default();
        let mut time = |field: &str, time: Option<&prost_types::Timestamp>| {
            time.and_then(|time| bad.take(field, moment(time).ok_or("is no moment in time")))
        };
        let from = time("created_from_time", request.created_from_time.as_ref());
        let before = time("created_before_time", request.created_before_time.as_ref());
        let states = states(&request.states, &mut bad);
        let families = families(&request.families, &mut bad);
        let product = match request.product_code.as_str() {
            "" => None,
            code => bad.take("product_code", ProductCode::new(code)),
        };
        let customer = Some(request.customer_number.trim().to_owned());
        bad.check().map(|()| Self {
            states,
            families,
            product,
            customer: customer.filter(|number| !number.is_empty()),
            from,
            before,
        })
    }

    /// What the page tokens of this listing belong to.
    pub(crate) fn question(&self, consumer: &ConsumerId) -> Question {
        let mut question = Question::new("payments", consumer);
        for state in &self.states {
            question.filter("state", state.as_str());
        }
        for family in &self.families {
            question.filter("family", family);
        }
        if let Some(product) = &self.product {
            question.filter("product", product);
        }
        if let Some(customer) = &self.customer {
            question.filter("customer", customer);
        }
        if let Some(from) = self.from {
            question.filter("from", from.as_micros());
        }
        if let Some(before) = self.before {
            question.filter("before", before.as_micros());
        }
        question
    }

    /// What the journal looks for: no less than what is wanted.
    pub(crate) fn journal(&self, consumer: &ConsumerId, family: Option<Family>) -> Filter {
        let guard = self.product.as_ref().and_then(|product| {
            let customer = CustomerNumber::parse(family?, self.customer.as_deref()?).ok()?;
            Some(GuardKey { product: product.clone(), customer })
        });
        Filter {
            consumer: Some(consumer.clone()),
            states: self.states.clone(),
            product: self.product.clone(),
            family: match self.families.as_slice() {
                [one] => Some(*one),
                _ => None,
            },
            guard,
            accepted_from: self.from,
            accepted_until: self.before,
        }
    }

    /// Whether a payment that the journal found is wanted.
    pub(crate) fn wants(&self, stored: &StoredPayment) -> bool {
        let purchase = &stored.request.purchase;
        let family_fits = self.families.is_empty() || self.families.contains(&purchase.family);
        let customer_fits = self.customer.as_deref().is_none_or(|number| {
            CustomerNumber::parse(purchase.family, number)
                .is_ok_and(|number| number == purchase.customer)
        });
        family_fits && customer_fits
    }

    /// The product asked for.
    pub(crate) const fn product(&self) -> Option<&ProductCode> {
        self.product.as_ref()
    }
}
