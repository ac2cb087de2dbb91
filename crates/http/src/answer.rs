//! What came back.

use std::fmt;

use reqwest::Response;

/// An HTTP answer: any status, any body.
///
/// A body without a stated length looks whole even if the connection was cut, so a body must prove
/// by its own syntax that it is whole. Holds personal data, so `Debug` shows the body's length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status code.
    pub status: u16,
    /// The body as it came, neither decoded nor decompressed.
    pub body: Vec<u8>,
    /// The body was longer than what is read of it.
    pub truncated_by_cap: bool,
}

/// Reading broke off: what had come until then, and why.
pub(crate) struct Interrupted {
    pub(crate) partial: Answer,
    pub(crate) error: reqwest::Error,
}

impl Answer {
    /// Reads at most `limit` bytes of the body.
    pub(crate) async fn read(mut response: Response, limit: usize) -> Result<Self, Interrupted> {
        let mut answer =
            Self { status: response.status().as_u16(), body: Vec::new(), truncated_by_cap: false };
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    let room = limit.saturating_sub(answer.body.len());
                    answer.body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
                    if chunk.len() > room {
                        answer.truncated_by_cap = true;
                        return Ok(answer);
                    }
                }
                Ok(None) => return Ok(answer),
                Err(error) => {
                    return Err(Interrupted { partial: answer, error });
                }
            }
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .field("truncated_by_cap", &self.truncated_by_cap)
            .finish()
    }
}
