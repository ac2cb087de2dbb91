//! What a client sent: the head of a request, its body and its parameters.

use std::collections::BTreeMap;

use bytes::Bytes;

/// Why a request could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The connection ended inside a request.
    #[error("the connection ended inside a request")]
    Cut,
    /// The head is not HTTP/1.x.
    #[error("the request is not HTTP/1.x")]
    Malformed,
    /// The head or the body is larger than this server reads.
    #[error("the request is too large")]
    TooLarge,
    /// The body has no `Content-Length`.
    #[error("the body of a request needs a content-length")]
    LengthRequired,
    /// The socket failed.
    #[error("the socket failed: {0}")]
    Io(#[from] std::io::Error),
}

/// The head of a request, before its body is read.
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    is_http_1_0: bool,
    headers: Vec<(String, String)>,
}

/// A request that was read to its end.
pub(crate) struct Request {
    pub(crate) head: Head,
    pub(crate) body: Bytes,
}

impl Head {
    /// Parses everything up to and including the empty line.
    pub(crate) fn parse(raw: &[u8]) -> Result<Self, ReadError> {
        let text = std::str::from_utf8(raw).map_err(|_| ReadError::Malformed)?;
        let mut lines = text.trim_start_matches("\r\n").split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target), Some(version), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(ReadError::Malformed);
        };
        if !version.starts_with("HTTP/1.") {
            return Err(ReadError::Malformed);
        }
        let headers = lines
            .filter(|line| !line.is_empty())
            .map(|line| {
                let (name, value) = line.split_once(':').ok_or(ReadError::Malformed)?;
                Ok((name.to_ascii_lowercase(), value.trim().to_owned()))
            })
            .collect::<Result<Vec<_>, ReadError>>()?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Ok(Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            is_http_1_0: version == "HTTP/1.0",
            headers,
        })
    }

    /// The value of a header, by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// How many bytes of body follow.
    pub(crate) fn body_length(&self) -> Result<usize, ReadError> {
        if self.header("transfer-encoding").is_some() {
            return Err(ReadError::LengthRequired);
        }
        self.header("content-length")
            .map_or(Ok(0), |value| value.parse().map_err(|_| ReadError::Malformed))
    }

    /// Whether the client waits for `100 Continue` before it sends the body.
    pub(crate) fn expects_continue(&self) -> bool {
        self.header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue"))
    }

    /// Whether the connection ends with this request.
    pub(crate) fn wants_close(&self) -> bool {
        match self.header("connection") {
            Some(value) if value.eq_ignore_ascii_case("close") => true,
            Some(value) if value.eq_ignore_ascii_case("keep-alive") => false,
            _ => self.is_http_1_0,
        }
    }
}

/// Decodes form parameters; the last of two equal names wins, as in PHP.
pub(crate) fn parameters(encoded: &[u8]) -> BTreeMap<String, String> {
    serde_urlencoded::from_bytes::<Vec<(String, String)>>(encoded)
        .unwrap_or_default()
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_gives_path_query_and_headers() {
        let head = Head::parse(b"POST /a/b?c=d HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n");
        let head = head.unwrap();
        assert_eq!((head.path.as_str(), head.query.as_str()), ("/a/b", "c=d"));
        assert_eq!(head.body_length().unwrap(), 12);
        assert!(!head.wants_close());
    }

    #[test]
    fn what_is_not_http_is_refused() {
        for raw in ["\r\n\r\n", "HELLO\r\n\r\n", "GET / FTP/1\r\n\r\n", "GET / HTTP/1.1\r\nx\r\n"] {
            assert!(Head::parse(raw.as_bytes()).is_err(), "{raw:?}");
        }
    }

    #[test]
    fn parameters_with_spaces_slashes_and_plus_signs_are_decoded() {
        let decoded = parameters(b"code=PDAM+AETRA%2FTPJ&other=a%20b%2Bc");
        assert_eq!(decoded["code"], "PDAM AETRA/TPJ");
        assert_eq!(decoded["other"], "a b+c");
    }
}
