//! What the answers to inquiries say: of a bill (`inq-pasca`), and of a meter (`inquiry-pln`).

use ppob_http::Answer;
use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::{
    Bill, Family, FamilyDetails, InquiryToken, PlnPrepaidDetails, Purchase, ReceiptLine,
    RefusalCode, Sensitive,
};

use crate::codes::{Meaning, Standing, refused_read, said};
use crate::echo::Asked;
use crate::families::{bill as owed, details, lines, periods};
use crate::mapping::nominal;
use crate::status::unreadable;
use crate::wire::{self, Fields};

/// The bill in an answer, which may be paid with `token`.
pub(crate) fn interpret(
    asked: &Asked<'_>,
    family: Family,
    token: InquiryToken,
    answer: &Answer,
) -> Result<Bill, ProviderError> {
    let fields = answered(asked, answer)?;
    if !asked.is_named(&fields) {
        return Err(unreadable("the bill in the answer does not name our reference"));
    }
    let amount = |name: &str| {
        let amount = fields.rupiah(name).map_err(|error| unreadable(format!("{name}: {error}")))?;
        let amount = amount.filter(|amount| !amount.is_negative());
        amount.ok_or_else(|| unreadable(format!("the bill in the answer has no {name}")))
    };
    let (total, cost) = (amount("selling_price")?, amount("price")?);
    if !total.is_positive() {
        return Err(unreadable("the bill in the answer owes nothing"));
    }
    Ok(Bill {
        customer_name: fields.line("customer_name").map(Sensitive::new),
        periods: periods(&fields),
        amount: owed(&fields),
        // 0 is a fee, too.
        admin: fields.rupiah("admin").map_err(|error| unreadable(format!("admin: {error}")))?,
        // It stands in the sheets, in words of each family: it is shown there, and not added up.
        penalty: None,
        total,
        cost: Some(cost),
        details: details(family, &fields),
        lines: lines(family, &fields),
        token: Some(token),
    })
}

/// Whose meter it is. What a token costs is not in the answer; what it is worth is in our product's code.
pub(crate) fn meter(
    asked: &Asked<'_>,
    purchase: &Purchase,
    answer: &Answer,
) -> Result<Bill, ProviderError> {
    let worth = nominal(&purchase.product);
    let worth = worth.ok_or_else(|| ProviderError::unsupported("what this token is worth"))?;
    let fields = answered(asked, answer)?;
    // The number may come back as the one that was typed, the meter's or the subscriber's.
    let numbers = ["customer_no", "meter_no", "subscriber_id"];
    if !numbers.into_iter().any(|name| fields.text(name) == Some(asked.customer)) {
        return Err(unreadable("the answer names neither the meter nor the subscriber asked for"));
    }
    let name = fields.line("name").ok_or_else(|| unreadable("the answer names nobody"))?;
    let shown = [
        ("No. Meter", "meter_no"),
        ("ID Pelanggan", "subscriber_id"),
        ("Nama", "name"),
        ("Tarif/Daya", "segment_power"),
    ];
    let lines = shown
        .into_iter()
        .filter_map(|(label, field)| Some(ReceiptLine::new(label, fields.line(field)?)));
    Ok(Bill {
        customer_name: Some(Sensitive::new(name)),
        periods: Vec::new(),
        amount: Some(worth),
        admin: None,
        penalty: None,
        total: worth,
        cost: None,
        details: FamilyDetails::PlnPrepaid(PlnPrepaidDetails {
            nominal: Some(worth),
            meter_number: fields.line("meter_no").map(Sensitive::new),
            tariff_power: fields.line("segment_power"),
            ..PlnPrepaidDetails::default()
        }),
        lines: lines.collect(),
        token: None,
    })
}

/// The fields of an inquiry that was answered with yes.
fn answered(asked: &Asked<'_>, answer: &Answer) -> Result<Fields, ProviderError> {
    let fields = wire::read_object(answer)?;
    if let Some(what) = asked.contradiction(&fields) {
        return Err(unreadable(format!("the answer to the inquiry names {what}")));
    }
    match Standing::of(&fields) {
        Standing::Listed(row) if row.meaning == Meaning::Succeeded => Ok(fields),
        Standing::Listed(row) => Err(refusal(asked, &fields, row.meaning)),
        Standing::Unlisted => Err(not_understood(asked, &fields)),
    }
}

fn refusal(asked: &Asked<'_>, fields: &Fields, meaning: Meaning) -> ProviderError {
    let personal = asked.personal(fields);
    let read = refused_read(fields, &personal);
    match meaning {
        _ if read.kind != ProviderErrorKind::Unreadable => read,
        Meaning::Refused(code, scope)
        | Meaning::RefusedNow(code, scope)
        | Meaning::RefusedAtInquiry(code, scope)
            if code != RefusalCode::Credentials =>
        {
            let message = format!("the provider refused the inquiry: {}", said(fields, &personal));
            let rejection = ppob_types::Rejection { code, scope };
            ProviderError::new(ProviderErrorKind::Refused(rejection), message)
        }
        // Pending, timed out, or nonsense. Not to be asked again at once: within a minute one reference must
        // not be used twice.
        _ => not_understood(asked, fields),
    }
}

fn not_understood(asked: &Asked<'_>, fields: &Fields) -> ProviderError {
    unreadable(format!("the inquiry has no bill: {}", said(fields, &asked.personal(fields))))
}

/// What a bill's inquiry leaves behind for its payment: under which reference, and on which day.
pub(crate) fn token(reference: &str, day: i64) -> InquiryToken {
    InquiryToken(Sensitive::new(format!("{reference} {day}")))
}

/// Whether a bill may be paid with this token: the same reference, the same day.
pub(crate) fn is_payable(token: Option<&InquiryToken>, reference: &str, day: i64) -> bool {
    token.is_some_and(|InquiryToken(token)| token.expose() == format!("{reference} {day}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fact_52_a_bill_is_payable_only_under_the_reference_and_on_the_day_of_its_inquiry() {
        let inquired = token("P000000000001N1", 20_500);
        assert!(is_payable(Some(&inquired), "P000000000001N1", 20_500));
        assert!(!is_payable(Some(&inquired), "P000000000001N1", 20_501));
        assert!(!is_payable(Some(&inquired), "P000000000001N2", 20_500));
        assert!(!is_payable(None, "P000000000001N1", 20_500));
    }
}
