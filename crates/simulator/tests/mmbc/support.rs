//! A raw HTTP client: it sees exactly what is on the wire, and repeats nothing.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use ppob_simulator::mmbc::{AccountConfig, MmbcConfig, MmbcHandle, MmbcSimulator};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) const MEGA: i64 = 1_000_000;

/// What came back on the wire.
pub(crate) struct Raw {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Raw {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A simulator with the accounts `one` (fee 700) and `two` (fee 500), ten million rupiah each.
pub(crate) async fn start() -> MmbcHandle {
    let accounts = vec![
        AccountConfig::new("one", "secret 1&", 10 * MEGA),
        AccountConfig::new("two", "secret 2", 10 * MEGA).fee(500).short_for_magic(),
    ];
    MmbcSimulator::start(MmbcConfig::new(accounts)).await.unwrap()
}

/// Sends bytes and reads until the server ends the connection.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(bytes).await?;
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await?;
    Ok(received)
}

pub(crate) fn request(method: &str, path: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Splits an answer; `None` when nothing or something else than HTTP came.
pub(crate) fn parse(received: &[u8]) -> Option<Raw> {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&received[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    Some(Raw { status, headers, body: received[end + 4..].to_vec() })
}

pub(crate) async fn send(address: SocketAddr, method: &str, path: &str, body: &str) -> Raw {
    parse(&exchange(address, &request(method, path, body)).await.unwrap()).unwrap()
}

pub(crate) fn form(login: &str, more: &[(&str, &str)]) -> String {
    let password = if login == "one" { "secret 1&" } else { "secret 2" };
    let mut fields = vec![("username", login), ("password", password)];
    fields.extend_from_slice(more);
    serde_urlencoded::to_string(fields).unwrap()
}

pub(crate) fn order(login: &str, product: &str, number: &str) -> String {
    form(login, &[("ppob_kodeproduk", product), ("ppob_nomorpelanggan", number)])
}

pub(crate) fn pay_request(login: &str, product: &str, number: &str) -> Vec<u8> {
    request("POST", "/json/ppob/bayartagihan", &order(login, product, number))
}

pub(crate) async fn list(handle: &MmbcHandle, login: &str) -> Raw {
    send(handle.address(), "POST", "/json/ppob/daftarharga", &form(login, &[])).await
}

pub(crate) async fn inquire(handle: &MmbcHandle, login: &str, product: &str, number: &str) -> Raw {
    let body = order(login, product, number);
    send(handle.address(), "POST", "/json/ppob/cektagihan", &body).await
}

pub(crate) async fn pay(handle: &MmbcHandle, login: &str, product: &str, number: &str) -> Raw {
    let body = order(login, product, number);
    send(handle.address(), "POST", "/json/ppob/bayartagihan", &body).await
}

pub(crate) async fn status(handle: &MmbcHandle, login: &str, invoice: &str, number: &str) -> Raw {
    let body = form(login, &[("invoice", invoice), ("ppob_nomorpelanggan", number)]);
    send(handle.address(), "POST", "/json/ppob/cekstatus", &body).await
}

/// A field of an answer, `-` if it is absent.
pub(crate) fn field(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or("-").to_owned()
}

/// Digits of an amount, with or without dots.
pub(crate) fn rupiah(answer: &Value, name: &str) -> i64 {
    field(answer, name).replace('.', "").parse().unwrap()
}
