//! What the answer to a payment means.

use ppob_http::{Answer, SendResult};
use ppob_provider::PayRequest;
use ppob_types::{
    Family, FamilyDetails, Observed, PayAnswer, PayOutcome, PlnPrepaidDetails, PlnToken,
    ProviderRef, RawAnswer, Receipt, ReceiptLine, Sensitive, UnknownCause,
};

use crate::codes::{classify, masked};
use crate::wire::{Reply, reply, rupiah};

/// From the top; the first that fits decides, and whatever fits nowhere is unknown.
pub(crate) fn interpret(request: &PayRequest, sent: SendResult) -> PayAnswer {
    let answer = match sent {
        SendResult::NotSent(cause) => return PayAnswer::not_sent(cause),
        SendResult::Lost { cause, partial } => {
            return unknown(cause, partial.as_ref().map(raw).unwrap_or_default());
        }
        SendResult::Answered(answer) => answer,
    };
    let Some(reply) = reply(&answer) else {
        let cause =
            if answer.status == 200 { UnknownCause::Unreadable } else { UnknownCause::HttpStatus };
        return unknown(cause, raw(&answer));
    };
    let mut observed = observe(&answer, &reply);
    if answer.status != 200 {
        return unknown(UnknownCause::HttpStatus, observed);
    }
    if reply.contradicts(&request.purchase, Some(request.attempt.as_str())) {
        return unknown(UnknownCause::Mismatch, observed);
    }
    let refusal = reply.pesan.as_deref().unwrap_or_default();
    let outcome = match (reply.status.as_str(), classify(refusal)) {
        ("sukses", _) => PayOutcome::Succeeded,
        ("proses", _) if observed.provider_ref.is_some() => PayOutcome::Pending,
        ("proses", _) => PayOutcome::Unknown(UnknownCause::NoReference),
        // A number of a transaction means that something was formed, whatever is said of it.
        ("gagal", Some(rejection)) if observed.provider_ref.is_none() => {
            PayOutcome::Rejected(rejection)
        }
        (status, _) => {
            observed.unlisted = Some(masked(&format!("{status}: {refusal}")));
            PayOutcome::Unknown(UnknownCause::Unlisted)
        }
    };
    if outcome == PayOutcome::Succeeded {
        observed.receipt = Some(Box::new(receipt(request.purchase.family, &reply)));
    }
    PayAnswer { outcome, observed }
}

/// What an answer shows, whatever it means.
pub(crate) fn observe(answer: &Answer, reply: &Reply) -> Observed {
    Observed {
        provider_ref: reply.trx.as_deref().and_then(ProviderRef::new),
        charged: rupiah(reply.potong),
        total: rupiah(reply.total),
        ..raw(answer)
    }
}

/// The proof, as it is printed.
pub(crate) fn receipt(family: Family, reply: &Reply) -> Receipt {
    let token = reply.token.as_deref().and_then(|token| PlnToken::parse(token).ok());
    let said = [("Nomor", &reply.nomor), ("Nama", &reply.nama)];
    // What is no whole token must not be printed as one.
    let token_line = token.as_ref().map(|token| ReceiptLine::new("Token", token.grouped()));
    Receipt {
        reference: reply.trx.clone().map(Sensitive::new),
        customer_name: reply.nama.as_deref().map(Sensitive::from),
        details: match family {
            Family::PlnPrepaid => FamilyDetails::PlnPrepaid(PlnPrepaidDetails {
                token,
                ..PlnPrepaidDetails::default()
            }),
            _ => FamilyDetails::None,
        },
        lines: said
            .into_iter()
            .filter_map(|(label, value)| Some(ReceiptLine::new(label, value.clone()?)))
            .chain(token_line)
            .collect(),
        ..Receipt::default()
    }
}

fn raw(answer: &Answer) -> Observed {
    Observed { raw: Some(RawAnswer::new(&answer.body)), ..Observed::default() }
}

fn unknown(cause: UnknownCause, observed: Observed) -> PayAnswer {
    PayAnswer { outcome: PayOutcome::Unknown(cause), observed }
}
