//! Bebek as its document describes it, and a ledger of what was really debited. It shares no code with
//! the provider: a misreading must not appear on both sides.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What goes wrong with payments.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    None,
    DropBeforeDebit,
    DropAfterDebit,
    CutAfterDebit,
    BadGatewayAfterDebit,
    /// Every request is answered with this.
    Answers(String),
}

type Form = BTreeMap<String, String>;

/// What was asked, and what was debited, by reference.
#[derive(Default)]
struct Book {
    requests: Vec<Form>,
    ledger: BTreeMap<String, Value>,
    debits: usize,
}

/// A server on loopback. It ends with this value.
pub(crate) struct Simulator {
    pub(crate) url: String,
    book: Arc<Mutex<Book>>,
    task: JoinHandle<()>,
}

impl Simulator {
    pub(crate) async fn start(fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/", listener.local_addr().unwrap());
        let book = Arc::new(Mutex::new(Book::default()));
        let kept = Arc::clone(&book);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, fault.clone(), Arc::clone(&kept)));
            }
        });
        Self { url, book, task }
    }

    pub(crate) fn requests(&self) -> Vec<Form> {
        self.book.lock().unwrap().requests.clone()
    }

    pub(crate) fn debits(&self) -> usize {
        self.book.lock().unwrap().debits
    }

    /// Listens no more.
    pub(crate) async fn stop(mut self) {
        self.task.abort();
        assert!((&mut self.task).await.unwrap_err().is_cancelled());
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, fault: Fault, book: Arc<Mutex<Book>>) {
    let (verb, form) = request(&mut stream).await;
    book.lock().unwrap().requests.push(form.clone());
    if verb == "bayar" && matches!(fault, Fault::DropBeforeDebit) {
        return;
    }
    let answer = answer(&verb, &form, &mut book.lock().unwrap()).to_string();
    let whole = |status: &str, body: &str| {
        format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
    };
    let told = match (&fault, verb.as_str()) {
        (Fault::Answers(body), _) => whole("200 OK", body),
        (Fault::DropAfterDebit, "bayar") => String::new(),
        (Fault::CutAfterDebit, "bayar") => {
            let mut cut = whole("200 OK", &answer);
            cut.truncate(cut.len() - 5);
            cut
        }
        (Fault::BadGatewayAfterDebit, "bayar") => whole("502 Bad Gateway", "<html>"),
        _ => whole("200 OK", &answer),
    };
    stream.write_all(told.as_bytes()).await.unwrap();
}

fn answer(verb: &str, form: &Form, book: &mut Book) -> Value {
    match verb {
        "harga" => json!({"produk": [
            {"kode": "PLN20", "nama": "PLN 20.000", "nominal": 20_000, "harga": 20_700, "admin": 2_500, "buka": true},
            {"kode": "PLNPASCA", "nama": "PLN Pascabayar", "biaya": 700, "admin": 2_500, "buka": true},
            {"kode": "RUSAK", "nama": "Rusak", "harga": "murah", "buka": true},
            {"kode": "PULSA5", "nama": "Pulsa 5.000", "nominal": 5_000, "harga": 5_400, "buka": true},
        ]}),
        "cek" => {
            json!({"status": "sukses", "nomor": form["nomor"], "nama": "BUDI", "periode": "202601",
            "tagihan": 80_000, "admin": 2_500, "total": 82_500})
        }
        "bayar" => {
            if !book.ledger.contains_key(&form["ref"]) {
                book.debits += 1;
                let paid = json!({"status": "sukses", "ref": form["ref"], "nomor": form["nomor"],
                    "nama": "BUDI", "trx": format!("B{}", book.debits), "total": 22_500, "potong": 20_700,
                    "token": "12345678910111213141"});
                book.ledger.insert(form["ref"].clone(), paid);
            }
            book.ledger[&form["ref"]].clone()
        }
        _ => book.ledger.get(&form["ref"]).cloned().unwrap_or(json!({"status": "tidak ada"})),
    }
}

/// The verb and the fields of a request.
async fn request(stream: &mut TcpStream) -> (String, Form) {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.unwrap();
        assert!(count > 0, "the request is cut");
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() == length.parse::<usize>().unwrap() {
            let path = head.split(' ').nth(1).unwrap();
            let verb = path.rsplit('/').next().unwrap().to_owned();
            return (verb, serde_urlencoded::from_str(body).unwrap());
        }
    }
}
