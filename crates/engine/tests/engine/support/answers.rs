//! What scripted providers answer.

use ppob_types::{
    AttemptId, Bill, FamilyDetails, InquiryToken, Observed, PayAnswer, PayOutcome,
    PlnPrepaidDetails, PlnToken, ProviderRef, RawAnswer, Receipt, Rupiah, Sensitive,
};

use super::PAID_AT;

/// What a provider that ties a payment to its inquiry answers to the inquiry under this reference.
pub(super) fn token_of(reference: &AttemptId) -> InquiryToken {
    InquiryToken(Sensitive::new(format!("token of {reference}")))
}

/// A success with invoice number `serial`.
pub(crate) fn success(serial: usize, cost: i64) -> PayAnswer {
    PayAnswer { outcome: PayOutcome::Succeeded, observed: observed(&format!("INV{serial}"), cost) }
}

pub(crate) fn observed(invoice: &str, cost: i64) -> Observed {
    let details = PlnPrepaidDetails {
        token: Some(PlnToken::parse("12345678910111213141").unwrap()),
        ..PlnPrepaidDetails::default()
    };
    let receipt = Receipt {
        details: FamilyDetails::PlnPrepaid(details),
        paid_at: Some(PAID_AT),
        ..Receipt::default()
    };
    Observed {
        provider_ref: ProviderRef::new(invoice),
        charged: Some(Rupiah::new(cost)),
        total: Some(Rupiah::new(22_500)),
        receipt: Some(Box::new(receipt)),
        raw: Some(RawAnswer::new(b"{}")),
        ..Observed::default()
    }
}

pub(crate) fn bill(amount: i64, name: &str) -> Bill {
    Bill {
        customer_name: Some(Sensitive::from(name)),
        periods: vec!["202601".to_owned()],
        amount: Some(Rupiah::new(amount)),
        admin: Some(Rupiah::new(2_500)),
        penalty: None,
        total: Rupiah::new(amount + 2_500),
        cost: Some(Rupiah::new(amount + 700)),
        details: FamilyDetails::None,
        lines: Vec::new(),
        token: None,
    }
}
