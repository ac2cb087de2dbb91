//! Bills that are paid under the reference that they were asked for under, with a token.

use ppob_provider::InquiryRule;
use ppob_provider::{InquiryRequest, PayRequest, PpobProvider, ProviderError, ProviderErrorKind};
use ppob_types::{Bill, InquiryToken, Sensitive};

use super::Model;
use crate::ViolationKind;

impl Model {
    fn binds(&self, family: ppob_types::Family) -> bool {
        matches!(self.capability(family).inquiry, InquiryRule::Bound { .. })
    }

    /// Takes a reference once, whether or not its answer arrives.
    pub(super) fn bind(
        &self,
        request: &InquiryRequest,
        bill: Result<Bill, ProviderError>,
    ) -> Result<Bill, ProviderError> {
        if !self.binds(request.purchase.family) {
            return bill;
        }
        let Some(reference) = &request.reference else {
            return Err(refused("an inquiry needs a reference here"));
        };
        if !self.state().asked_under.insert(reference.clone()) {
            let what = format!("{reference}: asked under twice");
            self.stage().violated(ViolationKind::UnboundPayment, what);
            return Err(refused("the reference was used before"));
        }
        let token = InquiryToken(Sensitive::new(token_of(reference.as_str())));
        bill.map(|bill| Bill { token: Some(token), ..bill })
    }

    /// What is paid must be what was asked for, under the same reference and with its token.
    pub(super) fn must_be_bound(&self, request: &PayRequest) {
        if !self.binds(request.purchase.family) {
            return;
        }
        let asked = self.state().asked_under.contains(&request.attempt);
        let token = request.inquiry_token.as_ref().map(|token| token.0.expose().to_owned());
        if !asked || token.as_deref() != Some(token_of(request.attempt.as_str()).as_str()) {
            let what = format!("{}: paid without its inquiry", request.attempt);
            self.stage().violated(ViolationKind::UnboundPayment, what);
        }
    }
}

fn token_of(reference: &str) -> String {
    format!("token-of-{reference}")
}

fn refused(what: &str) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Unreadable, what)
}
