//! What happens on the wire in return for a request.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How a dropped connection ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The orderly end of a TCP stream (FIN).
    #[default]
    Fin,
    /// A connection reset (RST).
    Reset,
}

/// How the length of a truncated answer was announced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Framing {
    /// `Content-Length` promises more than is sent: the client can see the cut.
    #[default]
    ContentLength,
    /// The body ends with the connection: only its content shows the cut.
    CloseDelimited,
}

/// An ordinary HTTP answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) location: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// Everything that can happen on the wire in return for a request.
pub(crate) enum Reply {
    /// A whole answer.
    Answer(Answer),
    /// The head and the first `keep` bytes of an answer, then the end of the stream.
    Truncated { answer: Answer, keep: usize, framing: Framing },
    /// These bytes instead of HTTP, then the end of the stream.
    Raw(&'static [u8]),
    /// No answer: the connection ends.
    Close(Ending),
    /// No answer: the connection stays open until the client leaves or the time is over.
    Stall(Option<Duration>),
}

impl Answer {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type: content_type.to_owned(), location: None, body: body.into() }
    }

    /// The bytes of the head; no `Content-Length` for a body that ends with the connection.
    pub(crate) fn head(&self, framing: Framing, closes: bool) -> String {
        let mut head = format!(
            "HTTP/1.1 {} {}\r\nContent-Type: {}\r\n",
            self.status,
            reason_phrase(self.status),
            self.content_type
        );
        if framing == Framing::ContentLength {
            head.push_str(&format_header("Content-Length", &self.body.len().to_string()));
        }
        if let Some(location) = &self.location {
            head.push_str(&format_header("Location", location));
        }
        if closes {
            head.push_str(&format_header("Connection", "close"));
        }
        head.push_str("\r\n");
        head
    }
}

fn format_header(name: &str, value: &str) -> String {
    format!("{name}: {value}\r\n")
}

fn reason_phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        411 => "Length Required",
        413 => "Content Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Simulated",
    }
}
