//! A request that holds secrets.

use std::fmt;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, RequestBuilder, Url};
use serde::Serialize;
use zeroize::Zeroizing;

/// One call at a provider, credentials among its fields.
///
/// What is sent is wiped from memory when it is dropped, and `Debug` shows the path only. Never put a
/// secret in the path: paths reach access logs.
#[derive(Clone)]
pub struct Request {
    path: String,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Form(Zeroizing<String>),
    Json(Zeroizing<Vec<u8>>),
    Query(Zeroizing<String>),
    /// Its body could not be written: it is never sent.
    Unbuildable,
}

/// A JSON body is seldom longer; growing leaves copies of secrets behind.
const JSON_CAPACITY: usize = 4096;

impl Request {
    /// A POST to `path` below the base address with form `fields`, percent-encoded.
    pub fn form(path: &str, fields: &[(&str, &str)]) -> Self {
        Self { path: path.to_owned(), content: Content::Form(pairs(fields)) }
    }

    /// A POST to `path` below the base address with `body` as JSON. A body that cannot be written as JSON
    /// makes a request that is never sent.
    pub fn json(path: &str, body: &impl Serialize) -> Self {
        let mut written = Zeroizing::new(Vec::with_capacity(JSON_CAPACITY));
        let content = match serde_json::to_writer(&mut *written, body) {
            Ok(()) => Content::Json(written),
            Err(_) => Content::Unbuildable,
        };
        Self { path: path.to_owned(), content }
    }

    /// A GET of `path` below the base address with `fields` as its query, percent-encoded. For providers
    /// that take credentials no other way: everybody on the way may keep them in a log.
    pub fn query(path: &str, fields: &[(&str, &str)]) -> Self {
        Self { path: path.to_owned(), content: Content::Query(pairs(fields)) }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The request itself; none if it cannot be built.
    pub(crate) fn build(self, client: &Client, mut url: Url) -> Option<RequestBuilder> {
        let (body, media) = match self.content {
            Content::Unbuildable => return None,
            Content::Query(query) => {
                url.set_query(Some(&query));
                return Some(client.get(url));
            }
            Content::Form(form) => {
                (Bytes::from_owner(Secret(form)), "application/x-www-form-urlencoded")
            }
            Content::Json(json) => (Bytes::from_owner(Secret(json)), "application/json"),
        };
        Some(client.post(url).header(CONTENT_TYPE, HeaderValue::from_static(media)).body(body))
    }
}

/// Lets the HTTP client borrow the body, so that the only copy is one that gets wiped.
struct Secret<T: zeroize::Zeroize>(Zeroizing<T>);

impl<T: zeroize::Zeroize + AsRef<[u8]>> AsRef<[u8]> for Secret<T> {
    fn as_ref(&self) -> &[u8] {
        (*self.0).as_ref()
    }
}

fn pairs(fields: &[(&str, &str)]) -> Zeroizing<String> {
    // All of it at once: growing would leave copies of secrets behind.
    let capacity = fields.iter().map(|(name, value)| 3 * (name.len() + value.len()) + 2).sum();
    let mut pairs = Zeroizing::new(String::with_capacity(capacity));
    for (name, value) in fields {
        if !pairs.is_empty() {
            pairs.push('&');
        }
        encode(&mut pairs, name);
        pairs.push('=');
        encode(&mut pairs, value);
    }
    pairs
}

fn encode(pairs: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            pairs.push(char::from(byte));
        } else {
            pairs.push('%');
            for nibble in [byte >> 4, byte & 0xf] {
                let digit = char::from_digit(u32::from(nibble), 16).unwrap_or('0');
                pairs.push(digit.to_ascii_uppercase());
            }
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(request: Request) -> reqwest::Request {
        crate::install_crypto();
        #[expect(clippy::disallowed_methods, reason = "nothing is sent by it")]
        let client = Client::new();
        let url = Url::parse("http://provider.example/json/x").unwrap();
        request.build(&client, url).unwrap().build().unwrap()
    }

    fn body_of(request: &reqwest::Request) -> &str {
        std::str::from_utf8(request.body().unwrap().as_bytes().unwrap()).unwrap()
    }

    #[test]
    fn every_byte_that_could_end_a_field_is_encoded() {
        let fields = [("password", "a&b=c+d%é"), ("ppob_kodeproduk", "PDAM AETRA/TPJ")];
        let encoded = "password=a%26b%3Dc%2Bd%25%C3%A9&ppob_kodeproduk=PDAM%20AETRA%2FTPJ";
        let form = built(Request::form("x", &fields));
        assert_eq!((form.method().as_str(), body_of(&form)), ("POST", encoded));
        let query = built(Request::query("x", &fields));
        assert_eq!((query.method().as_str(), query.url().query()), ("GET", Some(encoded)));
        assert!(query.body().is_none());
    }

    #[test]
    fn json_is_sent_as_json() {
        let json = built(Request::json("x", &serde_json::json!({ "ref_id": "P1" })));
        assert_eq!((json.method().as_str(), body_of(&json)), ("POST", r#"{"ref_id":"P1"}"#));
        assert_eq!(json.headers()[CONTENT_TYPE], "application/json");
    }

    #[test]
    fn what_cannot_be_written_as_json_is_never_sent() {
        let unwritable = std::collections::BTreeMap::from([((1, 2), 3)]);
        let url = Url::parse("http://provider.example/x").unwrap();
        crate::install_crypto();
        #[expect(clippy::disallowed_methods, reason = "nothing is sent by it")]
        let client = Client::new();
        assert!(Request::json("x", &unwritable).build(&client, url).is_none());
    }

    #[test]
    fn fields_are_written_without_growing() {
        let pairs = pairs(&[("é", "éééé"), ("a", "b")]);
        assert!(pairs.capacity() >= pairs.len());
        assert_eq!(pairs.capacity(), 3 * (2 + 8) + 2 + 3 * 2 + 2);
    }

    #[test]
    fn debug_shows_no_field() {
        for request in [
            Request::form("bayartagihan", &[("password", "rahasia")]),
            Request::query("bayartagihan", &[("password", "rahasia")]),
            Request::json("bayartagihan", &serde_json::json!({ "password": "rahasia" })),
        ] {
            let shown = format!("{request:?}");
            assert!(shown.contains("bayartagihan") && !shown.contains("rahasia"));
        }
    }
}
