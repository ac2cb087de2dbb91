//! How a payment is answered: whole, cut at any byte, or wrongly in some other way.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// How the end of the body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Framing {
    /// By `Content-Length`.
    Length,
    /// In chunks.
    Chunked,
    /// By the end of the connection.
    Close,
}

/// How the connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// The orderly end of a TCP stream.
    Fin,
    /// A reset.
    Reset,
    /// It stays open, and nothing more comes.
    Silence,
}

/// An answer in the making.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status line's number.
    pub status: u16,
    /// Further lines of the head, each with its line end.
    pub headers: String,
    /// Comes before the answer.
    pub before: Vec<u8>,
    /// Comes in front of the body.
    pub padding: usize,
    /// Added to the length that is told.
    pub length_off: i64,
    /// Comes behind the answer.
    pub after: Vec<u8>,
    /// How the body's end is told.
    pub framing: Framing,
    /// Only the first so many bytes are sent.
    pub cut: Option<usize>,
    /// How the connection ends.
    pub ending: Ending,
    /// Bytes come one at a time, this long after each other.
    pub drip: Option<Duration>,
}

/// How much of an answer was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// The body was whole.
    pub whole_body: bool,
    /// Nothing at all was missing.
    pub all: bool,
    /// Bytes of the answer without a cut.
    pub length: usize,
}

/// What goes over the wire.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// How much of the answer they are.
    pub said: Said,
    ending: Ending,
    drip: Option<Duration>,
}

impl Answer {
    /// As it should be.
    pub const fn right(framing: Framing) -> Self {
        Self {
            status: 200,
            headers: String::new(),
            before: Vec::new(),
            padding: 0,
            length_off: 0,
            after: Vec::new(),
            framing,
            cut: None,
            ending: Ending::Fin,
            drip: None,
        }
    }

    /// Ends after so many bytes.
    pub fn cut(framing: Framing, bytes: usize, ending: Ending) -> Self {
        Self { cut: Some(bytes), ending, ..Self::right(framing) }
    }

    /// With this body.
    pub fn render(&self, body: &[u8]) -> Rendered {
        let mut bytes = self.before.clone();
        let length = i64::try_from(body.len().saturating_add(self.padding)).unwrap_or(i64::MAX);
        let told = match self.framing {
            Framing::Length => {
                format!("Content-Length: {}\r\n", length.saturating_add(self.length_off))
            }
            Framing::Chunked => "Transfer-Encoding: chunked\r\n".to_owned(),
            Framing::Close => String::new(),
        };
        let head = format!("HTTP/1.1 {} Said\r\n{}{told}\r\n", self.status, self.headers);
        bytes.extend_from_slice(head.as_bytes());
        bytes.resize(bytes.len().saturating_add(self.padding), b' ');
        let mut body_end = bytes.len().saturating_add(body.len());
        match self.framing {
            Framing::Length | Framing::Close => bytes.extend_from_slice(body),
            Framing::Chunked => {
                // Two chunks, so that there is a seam between them.
                let (one, two) = body.split_at(body.len() / 2);
                for chunk in [one, two].into_iter().filter(|chunk| !chunk.is_empty()) {
                    bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                    bytes.extend_from_slice(chunk);
                    body_end = bytes.len();
                    bytes.extend_from_slice(b"\r\n");
                }
                bytes.extend_from_slice(b"0\r\n\r\n");
            }
        }
        bytes.extend_from_slice(&self.after);
        let length = bytes.len();
        bytes.truncate(self.cut.unwrap_or(usize::MAX));
        let whole_body = !body.is_empty() && bytes.len() >= body_end;
        let said = Said { whole_body, all: bytes.len() == length, length };
        Rendered { bytes, said, ending: self.ending, drip: self.drip }
    }
}

impl Rendered {
    /// Sends it and ends the connection.
    pub(super) async fn send(self, mut stream: TcpStream) -> std::io::Result<()> {
        match self.drip {
            None => stream.write_all(&self.bytes).await?,
            Some(pause) => {
                stream.set_nodelay(true)?;
                for byte in &self.bytes {
                    stream.write_all(&[*byte]).await?;
                    sleep(pause).await;
                }
            }
        }
        match self.ending {
            Ending::Fin => stream.shutdown().await,
            Ending::Reset => stream.set_zero_linger(),
            Ending::Silence => {
                let mut buffer = [0; 64];
                while stream.read(&mut buffer).await? > 0 {}
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(answer: &Answer, body: &str) -> (String, bool) {
        let rendered = answer.render(body.as_bytes());
        (String::from_utf8(rendered.bytes).unwrap(), rendered.said.whole_body)
    }

    #[test]
    fn an_answer_is_framed_in_three_ways() {
        let (told, whole) = text(&Answer::right(Framing::Length), "{}");
        assert_eq!(told, "HTTP/1.1 200 Said\r\nContent-Length: 2\r\n\r\n{}");
        assert!(whole);
        let (told, whole) = text(&Answer::right(Framing::Chunked), "abc");
        assert!(told.ends_with("\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n") && whole, "{told}");
        let (told, whole) = text(&Answer::right(Framing::Close), "{}");
        assert_eq!(told, "HTTP/1.1 200 Said\r\n\r\n{}");
        assert!(whole);
    }

    #[test]
    fn a_cut_before_the_end_of_the_body_is_not_whole_wherever_it_is() {
        for framing in [Framing::Length, Framing::Chunked, Framing::Close] {
            let whole = Answer::right(framing).render(b"abcd");
            let holding = (0..=whole.bytes.len()).filter(|at| {
                Answer::cut(framing, *at, Ending::Fin).render(b"abcd").said.whole_body
            });
            let behind_the_body = if framing == Framing::Chunked { 7 } else { 0 };
            assert_eq!(holding.count(), 1 + behind_the_body, "{framing:?}");
        }
    }
}
