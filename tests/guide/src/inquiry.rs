//! What the answer to an inquiry means.

use ppob_http::Answer;
use ppob_provider::{InquiryRequest, ProviderError, ProviderErrorKind};
use ppob_types::{Bill, FamilyDetails, ReceiptLine, Sensitive};

use crate::codes::classify;
use crate::wire::{answered, rupiah, unreadable};

pub(crate) fn interpret(request: &InquiryRequest, answer: &Answer) -> Result<Bill, ProviderError> {
    let reply = answered(answer)?;
    if reply.contradicts(&request.purchase, None) {
        return Err(unreadable("the bill in the answer is another customer's"));
    }
    if reply.status == "gagal" {
        let rejection = reply.pesan.as_deref().and_then(classify);
        let rejection = rejection.ok_or_else(|| unreadable("a refusal that is on no list"))?;
        let message = format!("refused: {}", rejection.code.as_str());
        return Err(ProviderError::new(ProviderErrorKind::Refused(rejection), message));
    }
    let total = rupiah(reply.total).filter(|total| total.is_positive());
    let (true, Some(total)) = (reply.status == "sukses", total) else {
        return Err(unreadable("the answer states no total"));
    };
    let lines = reply.nama.iter().map(|name| ReceiptLine::new("Nama", name.as_str())).collect();
    Ok(Bill {
        customer_name: reply.nama.as_deref().map(Sensitive::from),
        periods: reply.periode.into_iter().collect(),
        amount: rupiah(reply.tagihan),
        admin: rupiah(reply.admin),
        penalty: None,
        total,
        cost: None,
        details: FamilyDetails::None,
        lines,
        token: None,
    })
}
