//! A request whose body holds secrets.

use std::fmt;

use bytes::Bytes;
use zeroize::Zeroizing;

/// A POST of form fields, credentials among them.
///
/// The body is wiped from memory when it is dropped, and `Debug` shows the path only. Never put a
/// secret in the path: paths reach access logs.
#[derive(Clone)]
pub struct FormRequest {
    path: String,
    body: Zeroizing<String>,
}

impl FormRequest {
    /// A request to `path` below the base address with `fields`, percent-encoded.
    pub fn new(path: &str, fields: &[(&str, &str)]) -> Self {
        // All of it at once: growing would leave copies of secrets behind.
        let capacity = fields.iter().map(|(name, value)| 3 * (name.len() + value.len()) + 2).sum();
        let mut body = Zeroizing::new(String::with_capacity(capacity));
        for (name, value) in fields {
            if !body.is_empty() {
                body.push('&');
            }
            encode(&mut body, name);
            body.push('=');
            encode(&mut body, value);
        }
        Self { path: path.to_owned(), body }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn into_body(self) -> Bytes {
        Bytes::from_owner(Secret(self.body))
    }
}

/// Lets the HTTP client borrow the body, so that the only copy is one that gets wiped.
struct Secret(Zeroizing<String>);

impl AsRef<[u8]> for Secret {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn encode(body: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            body.push(char::from(byte));
        } else {
            body.push('%');
            for nibble in [byte >> 4, byte & 0xf] {
                let digit = char::from_digit(u32::from(nibble), 16).unwrap_or('0');
                body.push(digit.to_ascii_uppercase());
            }
        }
    }
}

impl fmt::Debug for FormRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormRequest").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_that_could_end_a_field_is_encoded() {
        let form = FormRequest::new(
            "bayartagihan",
            &[("password", "a&b=c+d%é"), ("ppob_kodeproduk", "PDAM AETRA/TPJ")],
        );
        let body = form.into_body();
        assert_eq!(body, "password=a%26b%3Dc%2Bd%25%C3%A9&ppob_kodeproduk=PDAM%20AETRA%2FTPJ");
    }

    #[test]
    fn the_body_is_written_without_growing() {
        let form = FormRequest::new("x", &[("é", "éééé"), ("a", "b")]);
        assert!(form.body.capacity() >= form.body.len());
        assert_eq!(form.body.capacity(), 3 * (2 + 8) + 2 + 3 * 2 + 2);
    }

    #[test]
    fn debug_shows_no_field() {
        let form = FormRequest::new("bayartagihan", &[("password", "rahasia")]);
        let shown = format!("{form:?}");
        assert!(shown.contains("bayartagihan") && !shown.contains("rahasia"));
    }
}
