//! From a request to what the engine takes: within bounds, and byte for byte.

use axum::body::Body;
use axum::http::request::Parts;
use hyper::body::Incoming;
use ppob_engine::RawCallback;
use ppob_types::Sensitive;
use tokio_stream::StreamExt as _;

use super::answer::Answer;
use super::limits::CallbackLimits;

/// So many times the permitted size is read and thrown away, so that whoever sends it hears the answer.
const THROWN_AWAY: usize = 16;

/// The whole body.
pub(super) async fn body(body: Incoming, limits: &CallbackLimits) -> Result<Vec<u8>, Answer> {
    let mut chunks = Body::new(body).into_data_stream();
    let (mut whole, mut came) = (Vec::new(), 0_usize);
    while let Some(chunk) = chunks.next().await {
        // Cut, or not framed as it was announced.
        let chunk = chunk.map_err(|_| Answer::Malformed)?;
        came = came.saturating_add(chunk.len());
        if came > limits.body_bytes.saturating_mul(THROWN_AWAY) {
            return Err(Answer::TooBig);
        }
        if came <= limits.body_bytes {
            whole.extend_from_slice(&chunk);
        }
    }
    if came > limits.body_bytes { Err(Answer::TooBig) } else { Ok(whole) }
}

/// Head and body together.
pub(super) fn raw(
    head: &Parts,
    body: Vec<u8>,
    limits: &CallbackLimits,
) -> Result<RawCallback, Answer> {
    let query = head.uri.query().unwrap_or_default().as_bytes();
    if query.len() > limits.query_bytes {
        return Err(Answer::TooBig);
    }
    let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
        // Signatures and times are ASCII; what is no text at all cannot be mistaken for one of them.
        (name.as_str().to_owned(), Sensitive::new(String::from_utf8_lossy(value.as_bytes())))
    };
    let headers = head.headers.iter().map(header).collect();
    Ok(RawCallback { headers, query: query.to_vec(), body })
}
