//! What the answers to `inq-pasca` and `inquiry-pln` say.

use ppob_http::Answer;
use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::{
    Bill, FamilyDetails, InquiryToken, PlnPrepaidDetails, ReceiptLine, Rupiah, Sensitive,
};

use crate::codes::{Says, masked, postpaid, prepaid};
use crate::echo::Asked;
use crate::families::{details, lines, penalty};
use crate::wire::{self, Fields};

/// The bill in an answer. What pays it is bound to the reference that asked for it.
pub(crate) fn bill(asked: &Asked<'_>, answer: &Answer) -> Result<Bill, ProviderError> {
    let fields = object(answer)?;
    let code = fields.code("response_code");
    let says = code.as_deref().and_then(postpaid);
    if says != Some(Says::Done) {
        return Err(refusal(asked, &fields, code.as_deref(), says));
    }
    if let Some(what) = asked.contradiction(&fields) {
        return Err(unreadable(format!("the bill in the answer names {what}")));
    }
    let amount = |path: &str| {
        let amount = fields.rupiah(path);
        amount.map_err(|error| unreadable(format!("{path}: {error}")))
    };
    let total = amount("price")?.ok_or_else(|| unreadable("the bill has no price"))?;
    let cost =
        amount("selling_price")?.ok_or_else(|| unreadable("the bill has no selling_price"))?;
    let tr_id = fields.tr_id().ok_or_else(|| unreadable("the bill has no tr_id"))?;
    let periods = fields.line("period").unwrap_or_default();
    let periods = periods.split(',').map(str::trim);
    Ok(Bill {
        customer_name: fields.line("tr_name").map(Sensitive::new),
        periods: periods.filter(|period| !period.is_empty()).map(str::to_owned).collect(),
        amount: amount("nominal")?,
        admin: amount("admin")?,
        penalty: penalty(&fields),
        total,
        cost: Some(cost),
        details: details(asked.purchase.family, &fields),
        lines: lines(asked.purchase.family, &fields),
        token: asked.reference.map(|reference| Token { reference, tr_id }.write()),
    })
}

/// What has to come back to pay exactly a bill: its number at IAK, and the reference that it was asked for
/// under. The call that pays carries the number alone, and IAK finds the payment by that reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) reference: &'a str,
    pub(crate) tr_id: &'a str,
}

impl<'a> Token<'a> {
    fn write(self) -> InquiryToken {
        InquiryToken(Sensitive::new(format!("{}:{}", self.reference, self.tr_id)))
    }

    /// Reads back what [`Token::write`] wrote.
    pub(crate) fn read(token: &'a InquiryToken) -> Option<Self> {
        let (reference, tr_id) = token.0.expose().split_once(':')?;
        let digits = !tr_id.is_empty() && tr_id.bytes().all(|byte| byte.is_ascii_digit());
        digits.then_some(Self { reference, tr_id })
    }
}

/// Whose a meter is. IAK states no money here: `nominal` is what the product is worth.
pub(crate) fn meter(
    asked: &Asked<'_>,
    answer: &Answer,
    nominal: Rupiah,
) -> Result<Bill, ProviderError> {
    let fields = object(answer)?;
    let code = fields.code("rc");
    let says = code.as_deref().and_then(prepaid);
    if says != Some(Says::Done) || fields.text("status").is_some_and(|status| status != "1") {
        return Err(refusal(
            asked,
            &fields,
            code.as_deref(),
            says.filter(|says| *says != Says::Done),
        ));
    }
    if let Some(what) = asked.contradiction(&fields) {
        return Err(unreadable(format!("the meter in the answer names {what}")));
    }
    let (meter, segment) = (fields.line("meter_no"), fields.line("segment_power"));
    let line = |label: &str, path: &str| Some(ReceiptLine::new(label, fields.line(path)?));
    let lines = [
        line("No. Meter", "meter_no"),
        line("ID Pelanggan", "subscriber_id"),
        line("Nama", "name"),
        line("Tarif/Daya", "segment_power"),
    ];
    Ok(Bill {
        customer_name: fields.line("name").map(Sensitive::new),
        periods: Vec::new(),
        amount: Some(nominal),
        admin: None,
        penalty: None,
        total: nominal,
        cost: None,
        details: FamilyDetails::PlnPrepaid(PlnPrepaidDetails {
            nominal: Some(nominal),
            meter_number: meter.map(Sensitive::new),
            tariff_power: segment,
            ..PlnPrepaidDetails::default()
        }),
        lines: lines.into_iter().flatten().collect(),
        token: None,
    })
}

/// The object in an answer to a read.
pub(crate) fn object(answer: &Answer) -> Result<Fields, ProviderError> {
    check_status(answer)?;
    wire::object(answer).map_err(|error| unreadable(error.to_string()))
}

/// HTTP says how the question fared, never what became of a payment.
pub(crate) fn check_status(answer: &Answer) -> Result<(), ProviderError> {
    let kind = match answer.status {
        200 => return Ok(()),
        401 | 403 => ProviderErrorKind::Credentials,
        429 => ProviderErrorKind::RateLimited,
        500..=599 => ProviderErrorKind::Transport,
        _ => ProviderErrorKind::Unreadable,
    };
    let message = format!("the provider answered with HTTP status {}", answer.status);
    Err(ProviderError::new(kind, message))
}

/// The error of a read that is not about a bill: of prices, a status, the balance. `reply` is masked.
pub(crate) fn refused_read(says: Option<Says>, reply: &str) -> ProviderError {
    let about_us = says.is_some_and(Says::is_about_us);
    let kind =
        if about_us { ProviderErrorKind::Credentials } else { ProviderErrorKind::Unreadable };
    ProviderError::new(kind, format!("the provider answered with code {reply}"))
}

pub(crate) fn unreadable(message: impl Into<String>) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Unreadable, message)
}

/// An inquiry moves no money, so a listed code that is no bill is a plain no; so is one on no list, but not
/// an answer without any.
fn refusal(
    asked: &Asked<'_>,
    fields: &Fields,
    code: Option<&str>,
    says: Option<Says>,
) -> ProviderError {
    if code.is_none() {
        return unreadable("the answer has no response code");
    }
    let reply = masked(code, fields.text("message"), &asked.personal(fields));
    let says = says.unwrap_or(Says::Unclear);
    let kind = if says.is_about_us() {
        ProviderErrorKind::Credentials
    } else {
        ProviderErrorKind::Refused(says.refuses_inquiry())
    };
    ProviderError::new(kind, format!("the provider refused the inquiry with code {reply}"))
}
