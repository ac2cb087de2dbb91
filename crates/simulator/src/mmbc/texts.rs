//! Every sentence the provider says.
//!
//! The document gives three: the failed inquiry (`ERROR PLN 123456789: TRANSAKSI GAGAL`), the
//! balance that does not suffice, and `No Data!`. The others are invented in the same manner,
//! because the document only says that a refusal has a `reason`.

use super::wire::{Fields, dotted};

/// Why the provider does not do what it was asked.
#[derive(Clone)]
pub(crate) enum Refusal {
    MissingParameter,
    WrongCredentials,
    IpNotAllowed { ipaddr: String },
    UnknownProduct,
    ProductClosed,
    UnknownNumber,
    AlreadyPaid,
    InsufficientBalance { agent: String, saldo: i64 },
    NoData,
    Other { reason: String },
}

impl Refusal {
    /// The refusing answer for a product and a customer number.
    pub(crate) fn fields(&self, product: &str, customer_number: &str) -> Fields {
        let about = |text: &str| format!("ERROR {product} {customer_number}: {text}");
        let no = Fields::default().with("result", "no");
        match self {
            Self::MissingParameter => no.with("reason", "Parameter tidak lengkap!"),
            Self::WrongCredentials => no.with("reason", "Username atau password anda salah!"),
            Self::IpNotAllowed { ipaddr } => no
                .with("ipaddr", ipaddr)
                .with("reason", format!("IP anda {ipaddr} tidak terdaftar!")),
            Self::UnknownProduct => no.with("reason", about("PRODUK TIDAK TERSEDIA")),
            Self::ProductClosed => no.with("reason", about("PRODUK SEDANG CLOSE")),
            Self::UnknownNumber => no.with("reason", about("NOMOR PELANGGAN TIDAK TERDAFTAR")),
            Self::AlreadyPaid => no.with("reason", about("TAGIHAN SUDAH TERBAYAR")),
            Self::InsufficientBalance { agent, saldo } => {
                let saldo = dotted(*saldo);
                let reason = format!(
                    "Mohon maaf, sisa saldo anda {agent} tidak cukup! Sisa saldo Rp. {saldo}"
                );
                no.with("saldo", saldo).with("reason", reason)
            }
            Self::NoData => no.with("reason", "No Data!"),
            Self::Other { reason } => no.with("reason", reason),
        }
    }
}

/// The text of a refusal that no list of known reasons has.
pub(crate) fn unlisted_reason(product: &str, customer_number: &str) -> String {
    format!("ERROR {product} {customer_number}: KODE RESPON 9917 SILAKAN HUBUNGI CS")
}

/// A warning as PHP prints it in front of the answer.
pub(crate) const PHP_NOTICE: &str = "<br />\n<b>Notice</b>:  Undefined index: ppob_denda in \
    <b>/home/ppob/json/ppob.php</b> on line <b>214</b><br />\n";

/// A page of a web server or a proxy instead of an answer.
pub(crate) fn html_page(title: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html><head><title>{title}</title></head>\n\
         <body><h1>{title}</h1></body></html>\n"
    )
}

/// Bytes that are not HTTP.
pub(crate) const GARBAGE: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00garbage\r\n\r\n\x00\xff";
