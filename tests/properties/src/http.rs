//! Whatever a peer answers, over a real connection.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use ppob_http::{BaseUrl, PayClient, Request, SendResult, Timeouts};
use ppob_provider::SendPermit;
use ppob_types::{AttemptId, Clock, Monotonic, Timestamp};

/// Longer answers say nothing that shorter ones do not.
const LONGEST: usize = 8 * 1024;

/// Answers every request with the bytes that were set last, and closes.
struct Peer {
    client: PayClient,
    runtime: tokio::runtime::Runtime,
    answer: Arc<Mutex<Vec<u8>>>,
}

static PEER: LazyLock<Mutex<Peer>> = LazyLock::new(|| Mutex::new(Peer::start()));

/// The bytes of an HTTP answer to a payment: they came, so something was sent; they are an answer only if
/// they begin as one, with the status that stands there; and an answer whose length is stated is lost if it was
/// cut anywhere, and never whole.
pub(crate) fn answers(data: &[u8]) {
    if data.len() > LONGEST {
        return;
    }
    let peer = PEER.lock().expect("the peer");
    let whole = match peer.pay(data) {
        SendResult::NotSent(cause) => panic!("{cause:?}, although the request was read"),
        SendResult::Lost { .. } => return,
        SendResult::Answered(answer) => answer,
    };
    assert!(data.starts_with(b"HTTP/1."), "an answer that is no HTTP");
    let status = whole.status.to_string();
    assert!(data.windows(3).any(|three| three == status.as_bytes()), "a status of nowhere");
    assert!(!whole.truncated_by_cap && whole.body.len() <= data.len());
    let Some(head) = head(data) else { return };
    let chunked = states(head, "transfer-encoding", "chunked");
    let counted = states(head, "content-length", &whole.body.len().to_string());
    let interim = head.to_ascii_lowercase().starts_with("http/1.1 1");
    if interim || (!chunked && !counted) || whole.body.is_empty() {
        return;
    }
    // Bytes behind the end of an answer are not of it.
    let end = if chunked { end_of_chunks(data, head.len()) } else { head.len() + whole.body.len() };
    let seed = data.iter().fold(7_usize, |sum, byte| sum.wrapping_mul(31) ^ usize::from(*byte));
    for cut in [end - 1, head.len(), head.len() + seed % (end - head.len()), seed % end] {
        let cut = &data[..cut];
        let result = peer.pay(cut);
        let lost = matches!(result, SendResult::Lost { .. });
        assert!(lost, "cut after {} of {end} bytes, and {result:?}", cut.len());
    }
}

/// The head of an answer, with the empty line.
fn head(data: &[u8]) -> Option<&str> {
    let end = data.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    std::str::from_utf8(&data[..end]).ok()
}

/// Whether the only header of this name has this value.
fn states(head: &str, name: &str, value: &str) -> bool {
    let mut values = head.lines().filter_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then_some(value.trim())
    });
    values.next().is_some_and(|found| found.eq_ignore_ascii_case(value)) && values.next().is_none()
}

/// Where the last chunk, `0` and an empty line, ends at the latest.
fn end_of_chunks(data: &[u8], from: usize) -> usize {
    let last = data[from..].windows(5).position(|five| five == b"0\r\n\r\n");
    last.map_or(from + 1, |last| from + last + 1)
}

impl Peer {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let answer = Arc::new(Mutex::new(Vec::new()));
        let said = Arc::clone(&answer);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let bytes = said.lock().expect("an answer").clone();
                // A client that has heard enough may hang up.
                let _ = serve(stream, &bytes);
            }
        });
        let timeouts = Timeouts::new(Duration::from_secs(2), Duration::from_secs(20));
        let base = BaseUrl::parse(&url, true).expect("an address");
        let client = PayClient::new(base, timeouts.expect("time-outs")).expect("a client");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self { client, runtime: runtime.expect("a runtime"), answer }
    }

    fn pay(&self, answer: &[u8]) -> SendResult {
        *self.answer.lock().expect("the answer") = answer.to_vec();
        let form = Request::form("bayartagihan", &[("username", "dummy")]);
        self.runtime.block_on(self.client.send(permit(), form))
    }
}

/// Reads the whole request, answers, and closes.
fn serve(mut stream: TcpStream, answer: &[u8]) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.ends_with(b"username=dummy") {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            count => request.extend_from_slice(&buffer[..count]),
        }
    }
    stream.write_all(answer)?;
    stream.shutdown(Shutdown::Write)
}

#[expect(clippy::disallowed_methods, reason = "a test stands in for the commit of an intent")]
fn permit() -> SendPermit {
    SendPermit::mint(AttemptId::new(1, 1), Monotonic::default(), Arc::new(StoppedClock)).0
}

#[derive(Debug)]
struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::default()
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic::default()
    }
}
