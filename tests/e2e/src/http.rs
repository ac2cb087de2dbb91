//! A small HTTP client: enough for the metrics and for a simulator's control endpoint.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{Problem, Result};

/// The body that a GET of `url` (`http://HOST:PORT/PATH`) answers with status 200.
///
/// # Errors
/// If nobody answers, or with another status.
pub async fn get(url: &str) -> Result<String> {
    send("GET", url, "").await
}

/// The body that a POST of JSON answers with status 200.
///
/// # Errors
/// As [`get`].
pub async fn post(url: &str, body: &str) -> Result<String> {
    send("POST", url, body).await
}

/// The HTTP status with which these bytes, a whole request, are answered at `HOST:PORT`.
///
/// # Errors
/// If nobody answers there, or not in HTTP.
pub async fn status_of(host: &str, request: &[u8]) -> Result<u16> {
    let mut stream = TcpStream::connect(host).await?;
    stream.write_all(request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
    let status = status.ok_or_else(|| Problem::new(format!("this is no answer: {answer}")))?;
    Ok(status.parse()?)
}

async fn send(method: &str, url: &str, body: &str) -> Result<String> {
    let (host, path) = url
        .strip_prefix("http://")
        .map(|rest| rest.split_once('/').unwrap_or((rest, "")))
        .ok_or_else(|| Problem::new(format!("{url} is no address of http://")))?;
    let mut stream = TcpStream::connect(host).await?;
    let length = body.len();
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8(answer)?;
    let (head, body) =
        answer.split_once("\r\n\r\n").ok_or_else(|| Problem::new("an answer without a head"))?;
    if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        return Err(Problem::new(format!("{url} answers in chunks, which are not read here")));
    }
    if head.starts_with("HTTP/1.1 200 ") {
        Ok(body.to_owned())
    } else {
        Err(Problem::new(format!("{method} {url}: {head}\n{body}")))
    }
}
