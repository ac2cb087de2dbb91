//! A raw client, and signatures known from elsewhere.

use std::net::SocketAddr;

use data_encoding::HEXLOWER;
use md5::{Digest as _, Md5};
use ppob_simulator::iak::{AccountConfig, IakConfig, IakHandle, IakSimulator};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) const USER: &str = "081200000000";
pub(crate) const KEY: &str = "iakkey-abc";

pub(crate) fn config() -> IakConfig {
    IakConfig::new(vec![AccountConfig::new(USER, KEY, 10_000_000)])
}

pub(crate) async fn start(config: IakConfig) -> IakHandle {
    IakSimulator::start(config).await.unwrap()
}

/// The HTTP status, the content type and the body of what came back; nothing if nothing did.
pub(crate) async fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    body: &str,
) -> Option<(u16, String, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await.ok()?;
    let end = received.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = received.split_at(end + 4);
    let head = String::from_utf8(head.to_vec()).unwrap();
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let kind = head.lines().find_map(|line| line.strip_prefix("Content-Type: "))?.to_owned();
    Some((status, kind, body.to_vec()))
}

/// A signed call; the `data` of its answer, which has to come with 200 and as JSON.
pub(crate) async fn call(handle: &IakHandle, path: &str, signed: &str, fields: Value) -> Value {
    let mut body = json!({
        "username": USER,
        "sign": HEXLOWER.encode(&Md5::digest(format!("{USER}{KEY}{signed}"))),
    });
    if let (Some(body), Value::Object(fields)) = (body.as_object_mut(), fields) {
        body.extend(fields);
    }
    let answer = send(handle.address(), "POST", path, &body.to_string()).await;
    let (status, kind, body) = answer.unwrap();
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    let mut answer: Value = serde_json::from_slice(&body).unwrap();
    answer.as_object_mut().unwrap().remove("data").unwrap()
}

/// The names of an answer's fields.
pub(crate) fn names(data: &Value) -> Vec<&str> {
    data.as_object().unwrap().keys().map(String::as_str).collect()
}
