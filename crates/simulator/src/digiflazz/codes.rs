//! Response codes as the provider gives them out: word, message, and whether a transaction is kept.

/// Codes of refusals that keep a failed transaction (*response-code*, "Terbentuk Transaksi").
const KEPT: [&str; 20] = [
    "01", "02", "50", "51", "52", "53", "54", "55", "57", "58", "59", "60", "70", "71", "72", "73",
    "74", "84", "85", "86",
];

/// Whether a refusal with this code keeps a failed transaction.
pub(crate) fn is_kept(rc: &str) -> bool {
    KEPT.contains(&rc)
}

/// The status word of a code.
pub(crate) fn word(rc: &str) -> &'static str {
    match rc {
        "00" => "Sukses",
        "03" | "99" => "Pending",
        _ => "Gagal",
    }
}

/// The message of a code in the answer of a call.
pub(crate) fn message(rc: &str) -> &'static str {
    match rc {
        "00" => "Transaksi Sukses",
        "01" => "Timeout",
        "03" => "Transaksi Pending",
        "40" => "Payload Error",
        "41" => "Signature tidak valid",
        "42" => "Gagal memproses API Buyer, username belum dikenali",
        "43" => "SKU tidak di temukan atau Non-Aktif",
        "44" => "Saldo tidak cukup",
        "45" => "IP Anda tidak kami kenali",
        "47" => "Transaksi sudah terjadi di buyer lain",
        "49" => "Ref ID tidak unik",
        "50" => "Transaksi Tidak Ditemukan",
        "58" => "Sedang Cut Off",
        "63" => "Tidak support transaksi multi",
        "66" => "Cut Off (Perbaikan Sistem Seller)",
        "68" => "Stok habis",
        "69" => "Harga seller lebih besar dari ketentuan harga Buyer",
        "70" => "Timeout Dari Biller",
        "74" => "Transaksi Refund",
        "83" => {
            "Anda telah mencapai limitasi pengecekan pricelist, silahkan coba beberapa saat lagi"
        }
        "86" => "Limitasi pengecekan nomor PLN",
        "87" => "Transaksi e-money harus kelipatan Rp. 1.000",
        "99" => "DF Router Issue",
        _ => "Transaksi Gagal",
    }
}

/// The message of a code in a callback: the texts differ.
pub(crate) fn callback_message(rc: &str) -> &'static str {
    match rc {
        "00" => "Sukses",
        "03" => "Transaksi pending",
        _ => message(rc),
    }
}
