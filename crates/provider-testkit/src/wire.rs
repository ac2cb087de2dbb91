//! Messages of HTTP as bytes, and finding a text in a request whatever its format is.

use tokio::io::{AsyncRead, AsyncReadExt};

/// A request or an answer: everything before the empty line, and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// The first line: a request's method and target, or an answer's status.
    pub(crate) fn first_line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// The status of an answer.
    pub(crate) fn status(&self) -> Option<u16> {
        self.first_line().split(' ').nth(1)?.parse().ok()
    }

    /// Whether the target or the body holds `text`: as it is, or encoded as in a form, in JSON or in XML.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let body = String::from_utf8_lossy(&self.body);
        let whole = format!("{}\n{body}", self.first_line());
        let decoded = percent_decoded(&whole.replace('+', " "));
        [
            whole.as_str(),
            decoded.as_str(),
            &percent_decoded(&whole),
            &whole.replace("\\/", "/"),
            &whole.replace("&amp;", "&"),
        ]
        .iter()
        .any(|written| written.contains(text))
    }

    fn length(&self) -> Option<usize> {
        header(&self.head, "content-length")?.parse().ok()
    }
}

/// The value of a header.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Reads a request to the end of its body; `None` if the client left before.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Message> {
    let (message, whole) = read(stream, 0).await?;
    whole.then_some(message)
}

/// Reads an answer to its stated length or to the end of the stream; `None` if not even its head came.
pub(crate) async fn read_answer(stream: &mut (impl AsyncRead + Unpin)) -> Option<Message> {
    read(stream, usize::MAX).await.map(|(message, _)| message)
}

/// `unstated` is how long a body without a stated length may be.
async fn read(stream: &mut (impl AsyncRead + Unpin), unstated: usize) -> Option<(Message, bool)> {
    const END: &[u8] = b"\r\n\r\n";
    let mut bytes = Vec::new();
    let mut message = loop {
        if let Some(at) = bytes.windows(END.len()).position(|window| window == END) {
            let body = bytes.split_off(at + END.len());
            bytes.truncate(at);
            let head = String::from_utf8(bytes).ok()?;
            break Message { head, body };
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let length = message.length().unwrap_or(unstated);
    while message.body.len() < length {
        if !matches!(stream.read_buf(&mut message.body).await, Ok(1..)) {
            return Some((message, false));
        }
    }
    Some((message, true))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_is_read_to_its_stated_length_and_a_cut_one_is_none() {
        let mut whole: &[u8] = b"POST /x HTTP/1.1\r\nContent-Length: 4\r\n\r\na=b%and more";
        let message = read_request(&mut whole).await.unwrap();
        assert_eq!(message.first_line(), "POST /x HTTP/1.1");
        assert!(message.body.starts_with(b"a=b%"));
        let mut cut: &[u8] = b"POST /x HTTP/1.1\r\nContent-Length: 4\r\n\r\na=";
        assert_eq!(read_request(&mut cut).await, None);
        let mut headless: &[u8] = b"GET / HTTP/1.1\r\nHost";
        assert_eq!(read_request(&mut headless).await, None);
    }

    #[tokio::test]
    async fn an_answer_without_a_length_ends_with_the_stream() {
        let mut answer: &[u8] = b"HTTP/1.1 502 Bad\r\nServer: x\r\n\r\nto the end";
        let message = read_answer(&mut answer).await.unwrap();
        assert_eq!((message.status(), message.body.as_slice()), (Some(502), &b"to the end"[..]));
    }

    #[test]
    fn a_text_is_found_in_a_form_in_a_query_and_in_json_but_not_where_it_was_changed() {
        let body = |body: &str| Message {
            head: "GET /h2h?to=0812%7C34&at=a+b HTTP/1.1".to_owned(),
            body: body.as_bytes().to_vec(),
        };
        assert!(body("").holds("0812|34") && body("").holds("a b"));
        assert!(body("number=31%2C7").holds("31,7"));
        assert!(body(r#"{"code":"PDAM AETRA\/TPJ"}"#).holds("PDAM AETRA/TPJ"));
        assert!(!body(r#"{"number":110014601}"#).holds("0110014601"));
    }
}
