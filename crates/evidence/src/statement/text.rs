//! From bytes to text.

use std::borrow::Cow;

use super::Encoding;

/// The text of a file; none if it is written in another way than `encoding` says.
pub(super) fn decoded(bytes: &[u8], encoding: Encoding) -> Option<Cow<'_, str>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // UTF-16, as spreadsheets save "Unicode text", and files that are no text at all.
    if bytes.contains(&0) {
        return None;
    }
    let latin1 = || Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect());
    match (encoding, std::str::from_utf8(bytes)) {
        (Encoding::Auto | Encoding::Utf8, Ok(text)) => Some(Cow::Borrowed(text)),
        (Encoding::Utf8, Err(_)) => None,
        (Encoding::Auto, Err(_)) | (Encoding::Latin1, _) => Some(latin1()),
    }
}
