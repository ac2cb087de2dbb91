//! What the answer to `cektagihan` says (document, *Cek tagihan produk PPOB*).

use ppob_http::Answer;
use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::{Bill, RefusalCode, RefusalScope, Rejection, Sensitive};

use crate::codes::{Refusals, masked};
use crate::echo::Asked;
use crate::families::{details, lines};
use crate::pay::personal;
use crate::wire::{self, Fields, Reply};

/// The bill in an answer.
pub(crate) fn interpret(
    asked: &Asked<'_>,
    answer: &Answer,
    refusals: &Refusals,
) -> Result<Bill, ProviderError> {
    let fields = object(answer)?;
    if !is_ok(&fields)? {
        return Err(refusal(asked, &fields, refusals));
    }
    if let Some(what) = asked.contradiction(&fields) {
        return Err(unreadable(format!("the bill in the answer names {what}")));
    }
    let amount = |name: &str| {
        let amount = fields.rupiah(name);
        amount.map_err(|error| unreadable(format!("{name}: {error}")))
    };
    let total = amount("ppob_totalbayar")?
        .ok_or_else(|| unreadable("the bill in the answer has no ppob_totalbayar"))?;
    let admin = amount("ppob_admin")?;
    let stated = amount("ppob_totaltagihan")?;
    let computed = || total.minus(admin?).ok();
    let periods = fields.line("ppob_bulantagihan").unwrap_or_default();
    let periods = periods.split(',').map(str::trim);
    Ok(Bill {
        customer_name: fields.line("ppob_namapelanggan").map(Sensitive::new),
        periods: periods.filter(|period| !period.is_empty()).map(str::to_owned).collect(),
        amount: stated.or_else(computed),
        admin,
        penalty: amount("ppob_denda")?,
        total,
        cost: amount("ppob_debet")?,
        details: details(asked.purchase.family, &fields),
        lines: lines(asked.purchase.family, &fields)
            .into_iter()
            .filter(|line| !line.value.is_empty())
            .collect(),
        token: None,
    })
}

/// The object in an answer to a read.
pub(crate) fn object(answer: &Answer) -> Result<Fields, ProviderError> {
    check_status(answer)?;
    match wire::read(answer) {
        Ok(Reply::Object(fields)) => Ok(fields),
        Ok(Reply::List(_)) => Err(unreadable("the answer is a list where an object was due")),
        Err(error) => Err(unreadable(error.to_string())),
    }
}

/// Whether an answer says `ok`.
pub(crate) fn is_ok(fields: &Fields) -> Result<bool, ProviderError> {
    match fields.text("result") {
        Some(ok) if ok.eq_ignore_ascii_case("ok") => Ok(true),
        Some(no) if no.eq_ignore_ascii_case("no") => Ok(false),
        _ => Err(unreadable("the answer's result is neither ok nor no")),
    }
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

/// The error of a refusal that is not about a bill: of the price list, the status, the balance.
pub(crate) fn refused_read(fields: &Fields, hidden: &[&str], refusals: &Refusals) -> ProviderError {
    let reason = fields.text("reason").unwrap_or("(no reason)");
    let message = format!("the provider refused: {}", masked(reason, hidden));
    let kind = match refusals.classify(reason) {
        Some(rejection) if rejection.code == RefusalCode::Credentials => {
            ProviderErrorKind::Credentials
        }
        _ => ProviderErrorKind::Unreadable,
    };
    ProviderError::new(kind, message)
}

pub(crate) fn unreadable(message: impl Into<String>) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Unreadable, message)
}

/// An inquiry moves no money, so even a reason that is on no list is a plain no.
fn refusal(asked: &Asked<'_>, fields: &Fields, refusals: &Refusals) -> ProviderError {
    let reason = fields.text("reason").unwrap_or("(no reason)");
    let message =
        format!("the provider refused the inquiry: {}", masked(reason, &personal(asked, fields)));
    let rejection = refusals
        .classify(reason)
        .unwrap_or(Rejection { code: RefusalCode::Other, scope: RefusalScope::Provider });
    let kind = if rejection.code == RefusalCode::Credentials {
        ProviderErrorKind::Credentials
    } else {
        ProviderErrorKind::Refused(rejection)
    };
    ProviderError::new(kind, message)
}
