//! Which refusals are definite: those that the document calls final, word for word.

use ppob_types::{RefusalCode, RefusalScope, Rejection};

const FINAL: [(&str, RefusalCode, RefusalScope); 4] = [
    ("NOMOR SALAH", RefusalCode::NumberInvalid, RefusalScope::Bill),
    ("TAGIHAN LUNAS", RefusalCode::BillAlreadyPaid, RefusalScope::Bill),
    ("PRODUK TUTUP", RefusalCode::ProductClosed, RefusalScope::Provider),
    ("SALDO KURANG", RefusalCode::InsufficientBalance, RefusalScope::Provider),
];

/// What a refusal definitely means; none if it is on no list.
pub(crate) fn classify(message: &str) -> Option<Rejection> {
    let (_, code, scope) = FINAL.iter().find(|(text, ..)| *text == message.trim())?;
    Some(Rejection { code: *code, scope: *scope })
}

/// A text for the operators' list of unlisted replies, without numbers.
pub(crate) fn masked(message: &str) -> String {
    let shown = message.chars().take(200);
    shown.map(|letter| if letter.is_ascii_digit() { '#' } else { letter }).collect()
}
