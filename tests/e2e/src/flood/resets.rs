//! Streams that are begun and reset at once, in raw frames: a client library would take back what it has
//! not sent yet, and nothing would reach the server.

use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::sync::mpsc::{self, UnboundedSender};

use super::Poured;
use crate::wait::soon;
use crate::{Engine, Problem, Result, request};

/// What the ids of payments begin with whose streams are reset.
pub(super) const PREFIX: &str = "reset-";
/// Every so many streams one carries a whole request to pay.
const ONE_PAYS_OF: usize = 50;
/// Streams begun and reset in one go; fewer than what ends a connection.
const AT_ONCE: usize = 50;
/// Streams of one connection.
const MOST_OF_ONE: usize = 1_000;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const CANCEL: u32 = 8;

/// Resets so many streams. Every second connection waits after each batch until the server has seen it,
/// so that it stays below what ends a connection; the others do not care.
pub(super) async fn pour(engine: &Engine, amount: usize) -> Result<Poured> {
    let mut sent = 0;
    let mut connections = 0_usize;
    while sent < amount {
        connections += 1;
        // A server that lets nothing in any more would make this endless.
        if connections > amount {
            return Err(Problem::new(format!("only {sent} of {amount} streams could be begun")));
        }
        let most = MOST_OF_ONE.min(amount - sent);
        sent += one_connection(engine, most, connections.is_multiple_of(2)).await?;
    }
    let notes = vec![format!("{sent} resets over {connections} connections")];
    Ok(Poured { accepted: Vec::new(), notes })
}

/// Resets at most `most` streams, until the server ends the connection.
async fn one_connection(engine: &Engine, most: usize, waits: bool) -> Result<usize> {
    let address = &engine.addresses.api;
    let (from, mut to) = TcpStream::connect(address).await?.into_split();
    let (seen, mut answers) = mpsc::unbounded_channel();
    // Whatever the server says is read, so that it is never held up by us.
    let reading = tokio::spawn(read(from, seen));
    let mut bytes = PREFACE.to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, &[])?);
    // Whole requests are reset one batch later: by then some are being worked on.
    let mut late = Vec::new();
    let mut sent = 0;
    let mut id = 1;
    while sent < most && !reading.is_finished() {
        let resets = std::mem::take(&mut late);
        for _ in 0..AT_ONCE.min(most - sent) {
            let reset = frame(RST_STREAM, 0, id, &CANCEL.to_be_bytes())?;
            if sent % ONE_PAYS_OF == 0 {
                bytes.extend(payment(address, id)?);
                late.extend(reset);
            } else {
                bytes.extend(question(address, id)?);
                bytes.extend(reset);
            }
            sent += 1;
            id += 2;
        }
        bytes.extend(resets);
        bytes.extend(frame(PING, 0, 0, &[0; 8])?);
        if to.write_all(&bytes).await.is_err() {
            break;
        }
        bytes.clear();
        if waits && soon("the server answers a ping", answers.recv()).await?.is_none() {
            break;
        }
    }
    drop(to);
    reading.await?;
    Ok(sent)
}

/// Reads frames until the server ends the connection, and tells of each answer to a ping.
async fn read(mut from: OwnedReadHalf, seen: UnboundedSender<()>) {
    let mut head = [0; 9];
    let mut payload = Vec::new();
    while from.read_exact(&mut head).await.is_ok() {
        let [a, b, c, kind, flags, ..] = head;
        payload.resize(usize::try_from(u32::from_be_bytes([0, a, b, c])).unwrap_or_default(), 0);
        if from.read_exact(&mut payload).await.is_err() {
            return;
        }
        if kind == PING && flags == ACK {
            // Nobody waits on the connections that do not care.
            let _ = seen.send(());
        }
    }
}

/// Headers of a question whose message never comes.
fn question(address: &str, id: u32) -> Result<Vec<u8>> {
    frame(HEADERS, END_HEADERS, id, &headers("/ppob.v1.CatalogService/GetProduct", address)?)
}

/// A whole request to pay.
fn payment(address: &str, id: u32) -> Result<Vec<u8>> {
    let customer = request::fresh_customer();
    let message = request::token(&format!("{PREFIX}{customer}"), &customer).encode_to_vec();
    let mut body = vec![0];
    body.extend(u32::try_from(message.len())?.to_be_bytes());
    body.extend(message);
    let headers = headers("/ppob.v1.PaymentService/CreatePayment", address)?;
    let mut bytes = frame(HEADERS, END_HEADERS, id, &headers)?;
    bytes.extend(frame(DATA, END_STREAM, id, &body)?);
    Ok(bytes)
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Result<Vec<u8>> {
    let [_, length @ ..] = u32::try_from(payload.len())?.to_be_bytes();
    let mut bytes = length.to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    Ok(bytes)
}

/// In HPACK, without its tables that change: names by their fixed number where they have one.
fn headers(path: &str, authority: &str) -> Result<Vec<u8>> {
    // `:method: POST` and `:scheme: http` have numbers as a whole.
    let mut bytes = vec![0x83, 0x86];
    let mut text = |name: &[u8], value: &str| -> Result<()> {
        bytes.extend(name);
        bytes.push(u8::try_from(value.len())?);
        bytes.extend(value.as_bytes());
        Ok(())
    };
    // `:path` is 4, `:authority` 1, `content-type` 31; `te` is spelt out.
    text(&[0x04], path)?;
    text(&[0x01], authority)?;
    text(&[0x0f, 31 - 15], "application/grpc")?;
    text(&[0x00, 2, b't', b'e'], "trailers")?;
    Ok(bytes)
}
