//! One request, read to the end of its body.

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// A request whose body is here.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) path: String,
    body: Vec<u8>,
}

impl Request {
    /// Reads one; none if the client went before its end.
    pub(super) async fn read(stream: &mut TcpStream) -> std::io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            if let Some(request) = Self::parse(&bytes) {
                return Ok(Some(request));
            }
            let count = stream.read(&mut buffer).await?;
            if count == 0 {
                return Ok(None);
            }
            bytes.extend_from_slice(buffer.get(..count).unwrap_or_default());
        }
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(bytes.get(..end)?).into_owned();
        let mut lines = head.lines();
        let path = lines.next()?.split(' ').nth(1)?.to_owned();
        let length = lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().ok())?
        });
        let body = bytes.get(end + 4..)?;
        let body = body.get(..length.unwrap_or(0))?.to_vec();
        Some(Self { path, body })
    }

    /// A field of the form. Digits need no decoding, and nothing else is asked for.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        let form = String::from_utf8_lossy(&self.body);
        let mut fields = form.split('&').filter_map(|field| field.split_once('='));
        fields.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
    }

    /// The same request for another server.
    pub(super) fn again(&self) -> Vec<u8> {
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: provider\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            self.path,
            self.body.len()
        );
        [head.as_bytes(), &self.body].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_whole_only_with_its_body() {
        let whole = b"POST /json/ppob/x HTTP/1.1\r\ncontent-length: 9\r\n\r\na=1&b=234";
        let request = Request::parse(whole).unwrap();
        assert_eq!(request.path, "/json/ppob/x");
        assert_eq!(request.field("b").as_deref(), Some("234"));
        assert!(Request::parse(&whole[..whole.len() - 1]).is_none());
        assert_eq!(Request::parse(&request.again()).unwrap().body, request.body);
    }
}
