//! Asking what is owed.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;

use ppob_journal::{StoredInquiry, StoredPayment};
use ppob_provider::{InquiryRequest, InquiryRule, ProviderError, ProviderErrorKind};
use ppob_routing::{Need, Product, RouteQuestion};
use ppob_types::{
    AttemptId, Bill, ConsumerId, InquiryId, ProductCode, ProviderName, Purchase, RefusalScope,
    Rupiah,
};

use crate::engine::Inner;
use crate::intake::{field_problem, purchase};
use crate::{Engine, InquireError, ProviderSetup, RequestedParameters};

/// A question what is owed.
#[derive(Clone, Debug)]
pub struct Inquire {
    /// Who asks.
    pub consumer: ConsumerId,
    /// Our product code.
    pub product: ProductCode,
    /// For whom, as the caller wrote it.
    pub customer_number: String,
    /// The open amount, where the product has one.
    pub amount: Option<Rupiah>,
    /// Further fields of the family.
    pub parameters: RequestedParameters,
}

/// An answered inquiry, remembered so that a payment can name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedInquiry {
    /// The inquiry as remembered.
    pub stored: StoredInquiry,
}

impl Engine {
    /// Asks what is owed, at the best provider that can be asked, and remembers the answer.
    ///
    /// # Errors
    /// [`InquireError`]. An inquiry moves no money.
    ///
    /// # Cancel safety
    /// Safe.
    pub async fn inquire(&self, request: Inquire) -> Result<AskedInquiry, InquireError> {
        let inner = &self.inner;
        let catalogue = inner.prices.catalogue();
        let product = catalogue
            .get(&request.product)
            .ok_or_else(|| InquireError::UnknownProduct(request.product.clone()))?;
        if let Some((field, problem)) = field_problem(product, request.amount, &request.parameters)
        {
            return Err(InquireError::FieldInvalid { field, problem });
        }
        let purchase = purchase(
            &request.product,
            product.family,
            &request.customer_number,
            request.amount,
            &request.parameters,
        )?;
        let serial = inner.journal.reserve_serial().await;
        let serial = serial.map_err(|_| InquireError::JournalUnavailable)?;
        let (provider, bill) = inner.ask_around(product, &purchase, serial).await?;
        let now = inner.now();
        let id = format!("I{serial:012X}");
        let stored = StoredInquiry {
            id: InquiryId::new(&id).map_err(|_| InquireError::Unanswered)?,
            consumer: request.consumer,
            purchase,
            provider,
            bill,
            answered_at: now,
            expires_at: now.plus(inner.told().config.inquiry_valid_for),
        };
        let saved = inner.journal.save_inquiry(stored.clone()).await;
        saved.map_err(|_| InquireError::JournalUnavailable)?;
        Ok(AskedInquiry { stored })
    }
}

impl Inner {
    /// The id under which a bill is asked for now. Whatever this process or an earlier one asked under before, and
    /// whatever the clock was set to meanwhile, it is another one.
    pub(crate) fn asked_as(&self, stored: &StoredPayment, attempt: u32) -> AttemptId {
        let after = self.now().since(stored.payment.terms.accepted_at);
        let hundredths = u64::try_from(after.as_millis() / 10).unwrap_or(u64::MAX);
        AttemptId::asked(stored.serial, attempt, self.run.wrapping_add(hundredths))
    }

    /// Asks one provider after the other until one answers. A "no" about the bill itself is final.
    async fn ask_around(
        self: &Arc<Self>,
        product: &Product,
        purchase: &Purchase,
        serial: u64,
    ) -> Result<(ProviderName, Bill), InquireError> {
        let question = RouteQuestion {
            now: self.now(),
            need: Need::Inquiry,
            bill_amount: None,
            max_cost: None,
            already_tried: &[],
            is_repeat: false,
            draw: Some(self.draw()),
        };
        let route = self.route(product, &question);
        if route.candidates.is_empty() {
            return Err(InquireError::NoRoute);
        }
        let mut refused = None;
        for candidate in route.candidates {
            // No payment has this serial: what is paid is asked for anew, under the id of its attempt.
            let reference = AttemptId::new(serial, 0);
            let code = &candidate.provider_code;
            match self.ask(&candidate.provider, code, purchase, reference).await {
                Ok(bill) => return Ok((candidate.provider, bill)),
                Err(ProviderError { kind: ProviderErrorKind::Refused(rejection), message }) => {
                    let final_everywhere = rejection.scope == RefusalScope::Bill;
                    let refusal = InquireError::Refused { code: rejection.code, message };
                    if final_everywhere {
                        return Err(refusal);
                    }
                    refused = Some(refusal);
                }
                Err(error) => {
                    tracing::warn!(provider = %candidate.provider, class = error.class(), "inquiry not answered");
                }
            }
        }
        Err(refused.unwrap_or(InquireError::Unanswered))
    }

    /// Asks one provider.
    pub(crate) async fn ask(
        &self,
        provider: &ProviderName,
        provider_code: &str,
        purchase: &Purchase,
        reference: AttemptId,
    ) -> Result<Bill, ProviderError> {
        let setup = self
            .providers
            .get(provider)
            .ok_or_else(|| ProviderError::unsupported("a provider that is not configured"))?;
        self.ask_through(&setup, provider_code, purchase, reference).await
    }

    /// Asks one provider, as it is set up here; under `reference`, if it ties the payment to the inquiry.
    pub(crate) async fn ask_through(
        &self,
        setup: &ProviderSetup,
        provider_code: &str,
        purchase: &Purchase,
        reference: AttemptId,
    ) -> Result<Bill, ProviderError> {
        let capability = setup.guarded.provider.capability(purchase.family);
        let is_bound = matches!(capability.inquiry, InquiryRule::Bound { .. });
        let request = InquiryRequest {
            purchase: purchase.clone(),
            provider_code: provider_code.to_owned(),
            reference: is_bound.then_some(reference),
        };
        guarded(setup.guarded.provider.inquire(&self.call_context(), &request)).await
    }
}

/// A read of a provider, in which a mistake in provider code (a panic) is a failed read.
pub(crate) async fn guarded<T>(
    read: impl Future<Output = Result<T, ProviderError>>,
) -> Result<T, ProviderError> {
    AssertUnwindSafe(read).catch_unwind().await.unwrap_or_else(|_| {
        metrics::counter!("ppob_task_panics_total").increment(1);
        Err(ProviderError::new(ProviderErrorKind::Unreadable, "the provider's code panicked"))
    })
}
