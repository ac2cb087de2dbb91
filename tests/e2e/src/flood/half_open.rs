//! TLS handshakes that nobody ends.

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::{Engine, Result};

/// The beginning of a record that holds a `ClientHello` of 512 bytes, which never come.
const BEGINNING: &[u8] = &[0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc];

/// Begins so many handshakes, and gives the connections to be held. Every second one says nothing.
pub(super) async fn pour(engine: &Engine, amount: usize) -> Result<Vec<TcpStream>> {
    let mut held = Vec::with_capacity(amount);
    for number in 0..amount {
        let mut stream = TcpStream::connect(&engine.addresses.api).await?;
        if number % 2 == 0 {
            // The server may have made room already.
            let _ = stream.write_all(BEGINNING).await;
        }
        held.push(stream);
    }
    Ok(held)
}
