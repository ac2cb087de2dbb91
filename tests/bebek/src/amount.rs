//! Reads amounts as Bebek writes them, never as a guess.

use ppob_types::Rupiah;

/// Whole rupiah, in digits.
///
/// LEFT: what else the document writes: dots between thousands (`102.500`), an open amount (`-`), a formula
/// (`Tagihan + 700`). Whatever does not fit its field is none.
pub(crate) fn rupiah(text: &str) -> Option<Rupiah> {
    let is_whole = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_whole {
        return None;
    }
    text.parse().ok().map(Rupiah::new)
}
