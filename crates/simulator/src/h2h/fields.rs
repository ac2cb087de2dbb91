//! Rajabiller's answers: keys in capitals, every value a text.

use serde_json::{Map, Value};

use super::catalogue::Owed;
use super::faults::Reason;
use super::order::{Ask, Order, Standing};

fn object(fields: &[(&str, &str)]) -> String {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    Value::Object(fields.collect::<Map<_, _>>()).to_string()
}

/// Who asked, and with which PIN: some answers repeat both.
#[derive(Clone, Copy)]
pub(crate) struct Login<'a> {
    pub(crate) member: &'a str,
    pub(crate) pin: &'a str,
}

/// A bill.
pub(crate) fn bill(login: Login<'_>, ask: &Ask, ref2: &str, owed: Owed, balance: i64) -> String {
    let [bill, admin, balance] = [owed.bill, owed.admin, balance].map(|amount| amount.to_string());
    object(&[
        ("KODE_PRODUK", &ask.product),
        ("WAKTU", "20260115100000"),
        ("IDPEL1", &ask.dest),
        ("IDPEL2", ""),
        ("IDPEL3", ""),
        ("NAMA_PELANGGAN", "BUDI SANTOSO"),
        ("PERIODE", "202601"),
        ("NOMINAL", &bill),
        ("ADMIN", &admin),
        ("UID", login.member),
        ("PIN", login.pin),
        ("REF1", &ask.reference),
        ("REF2", ref2),
        ("REF3", "0"),
        ("STATUS", "00"),
        ("KET", "APPROVE"),
        ("SALDO_TERPOTONG", "0"),
        ("SISA_SALDO", &balance),
        ("URL_STRUK", ""),
    ])
}

/// An order that was taken.
pub(crate) fn taken(login: Login<'_>, order: &Order, is_bill: bool, ref2: &str) -> String {
    let amounts = [order.bill, order.admin, order.cost, order.balance_after];
    let [bill, admin, cost, balance] = amounts.map(|amount| amount.to_string());
    let serial = if order.standing == Standing::Done { order.serial.as_str() } else { "" };
    let ket = if order.standing == Standing::Done { "APPROVE" } else { "SEDANG DIPROSES" };
    // A bill that is worked on has a number of its own; a top-up only lacks its serial number.
    let status = if order.standing == Standing::Pending && is_bill { "68" } else { "00" };
    let number = if is_bill { "IDPEL1" } else { "NO_HP" };
    let mut fields = vec![
        ("KODE_PRODUK", order.product.as_str()),
        ("WAKTU", "20260115100000"),
        (number, &order.dest),
        ("UID", login.member),
        ("PIN", login.pin),
        ("SN", serial),
        ("REF1", &order.reference),
        ("REF2", ref2),
        ("REF3", ""),
        ("STATUS", status),
        ("KET", ket),
        ("SALDO_TERPOTONG", &cost),
        ("SISA_SALDO", &balance),
        ("URL_STRUK", ""),
    ];
    if is_bill {
        fields.extend([
            ("NAMA_PELANGGAN", "BUDI SANTOSO"),
            ("PERIODE", "202601"),
            ("NOMINAL", bill.as_str()),
            ("ADMIN", admin.as_str()),
        ]);
    }
    object(&fields)
}

/// A refusal.
pub(crate) fn refused(login: Login<'_>, ask: &Ask, why: &Reason, balance: i64) -> String {
    let (status, ket) = match why {
        Reason::NumberWrong => ("14", "ID PELANGGAN TIDAK TERDAFTAR"),
        Reason::BalanceShort => ("46", "SALDO ANDA TIDAK MENCUKUPI"),
        Reason::ProductClosed | Reason::ProductWrong => ("47", "PRODUK SEDANG GANGGUAN"),
        Reason::CutOff => ("77", "Transaksi gagal, silahkan coba beberapa saat lagi"),
        Reason::BillPaid => ("88", "TAGIHAN SUDAH LUNAS"),
        Reason::Credentials => ("31", "UID/PIN SALAH"),
        Reason::Other(text) => ("77", text.as_str()),
    };
    let balance = if *why == Reason::Credentials { String::new() } else { balance.to_string() };
    object(&[
        ("KODE_PRODUK", &ask.product),
        ("IDPEL1", &ask.dest),
        ("UID", login.member),
        ("PIN", login.pin),
        ("REF1", &ask.reference),
        ("REF2", ""),
        ("STATUS", status),
        ("KET", ket),
        ("SALDO_TERPOTONG", ""),
        ("SISA_SALDO", &balance),
    ])
}

/// The deposit.
pub(crate) fn balance(login: Login<'_>, balance: i64) -> String {
    let balance = balance.to_string();
    object(&[
        ("UID", login.member),
        ("PIN", login.pin),
        ("STATUS", "00"),
        ("KET", "APPROVE"),
        ("SALDO", &balance),
    ])
}
