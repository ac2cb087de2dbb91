//! What an error means, in a sentence that can be shown to people in Indonesia.

use ppob_api::error::reason;

use super::NOT_IMPLEMENTED;

/// The sentence for an error's word.
pub(crate) fn sentence(word: &str) -> Option<&'static str> {
    SENTENCES.iter().find(|(known, _)| *known == word).map(|(_, sentence)| *sentence)
}

const SENTENCES: &[(&str, &str)] = &[
    (reason::CREDENTIALS_MISSING, "Kunci API tidak disertakan."),
    (reason::CREDENTIALS_INVALID, "Kunci API tidak dikenal."),
    (reason::ROLE_MISSING, "Anda tidak berwenang melakukan ini."),
    (reason::FAMILY_NOT_ALLOWED, "Anda tidak berwenang memakai jenis produk ini."),
    (reason::FIELD_INVALID, "Data permintaan tidak benar. Tidak ada yang diproses."),
    (reason::PAGE_TOKEN_INVALID, "Penanda halaman tidak berlaku. Mulai lagi dari halaman pertama."),
    (reason::CURSOR_INVALID, "Penanda posisi tidak berlaku."),
    (reason::CURSOR_TOO_OLD, "Penanda posisi terlalu lama dan tidak disimpan lagi."),
    (reason::RATE_LIMITED, "Terlalu banyak permintaan. Coba lagi nanti."),
    (reason::PAYMENT_LIMIT_EXCEEDED, "Nominal melebihi batas per transaksi Anda."),
    (reason::DAY_LIMIT_EXCEEDED, "Batas transaksi harian Anda sudah tercapai."),
    (reason::TOO_MANY_IN_FLIGHT, "Terlalu banyak transaksi Anda yang sedang berjalan."),
    (
        reason::JOURNAL_UNAVAILABLE,
        "Pencatatan sedang terganggu. Ulangi dengan payment_id yang sama.",
    ),
    (reason::SHUTTING_DOWN, "Layanan sedang dimatikan. Coba lagi sebentar lagi."),
    (reason::INTERNAL, "Terjadi kesalahan pada layanan."),
    (reason::PRODUCT_UNKNOWN, "Produk tidak ditemukan."),
    (reason::PAYMENT_NOT_FOUND, "Transaksi tidak ditemukan."),
    (reason::PROVIDER_UNKNOWN, "Penyedia tidak ditemukan."),
    (reason::NO_ROUTE, "Produk sedang tidak dapat diproses. Coba lagi nanti."),
    (reason::CUT_OFF, "Layanan sedang dalam jam tutup (cut off)."),
    (reason::NUMBER_INVALID, "Nomor pelanggan tidak terdaftar."),
    (reason::BILL_ALREADY_PAID, "Tagihan sudah dibayar atau belum tersedia."),
    (reason::AMOUNT_INVALID, "Nominal tidak dapat diproses."),
    (reason::LIMIT_REACHED, "Batas transaksi untuk nomor ini sudah tercapai."),
    (reason::PROVIDER_REFUSED, "Penyedia menolak permintaan."),
    (reason::PROVIDERS_UNAVAILABLE, "Penyedia tidak menjawab. Coba lagi nanti."),
    (reason::PAYMENT_ID_REUSED, "payment_id sudah dipakai untuk permintaan lain."),
    (reason::PAYMENT_ID_ABANDONED, "payment_id sudah dibatalkan. Gunakan yang baru."),
    (reason::PAYMENT_OPEN, "Transaksi untuk produk dan pelanggan ini masih berjalan."),
    (
        reason::REPEAT_NEEDED,
        "Transaksi yang sama baru saja berhasil. Isi repeat untuk membayar sekali lagi.",
    ),
    (reason::INQUIRY_UNKNOWN, "Cek tagihan tidak ditemukan. Lakukan cek tagihan lagi."),
    (reason::INQUIRY_EXPIRED, "Cek tagihan sudah kedaluwarsa. Lakukan cek tagihan lagi."),
    (reason::INQUIRY_MISMATCH, "Cek tagihan ini untuk produk atau pelanggan lain."),
    (reason::TOTAL_ABOVE_MAXIMUM, "Total melebihi yang disetujui. Tidak ada yang dibayar."),
    (reason::DESPITE_REFUSED, "Transaksi yang disebut belum boleh dibayar ulang."),
    (reason::ATTEMPT_ALIVE, "Transaksi masih dapat berhasil dan tidak dapat dibatalkan."),
    (reason::PAYMENT_SUCCEEDED, "Transaksi sudah berhasil dan tidak dapat dibatalkan."),
    (reason::NOTHING_TO_CHECK, "Tidak ada yang perlu dicek."),
    (reason::CHECK_NOT_POSSIBLE, "Status tidak dapat ditanyakan kepada penyedia."),
    (reason::CHECK_TOO_EARLY, "Belum waktunya mengecek lagi."),
    (reason::REFERENCE_MISMATCH, "Nomor referensi tidak cocok dengan transaksi ini."),
    (reason::ATTEMPT_NOT_OPEN, "Transaksi ini tidak sedang diragukan."),
    (reason::VERSION_CHANGED, "Transaksi sudah berubah. Periksa lagi."),
    (reason::TOO_EARLY_FOR_VERDICT, "Penyedia masih mungkin memproses transaksi ini."),
    (reason::SECOND_PERSON_NEEDED, "Diperlukan persetujuan orang kedua."),
    (reason::REFERENCE_TAKEN, "Nomor referensi sudah dipakai transaksi lain."),
    (reason::VERDICT_CONTRADICTS, "Keputusan bertentangan dengan fakta."),
    (reason::DEPOSIT_ID_REUSED, "deposit_id sudah dipakai untuk entri lain."),
    (reason::CONFIG_INVALID, "Konfigurasi tidak benar."),
    (NOT_IMPLEMENTED, "Fungsi ini belum tersedia."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_a_sentence() {
        for word in reason::ALL {
            assert!(sentence(word).is_some(), "{word}");
        }
        assert_eq!(sentence("NO_SUCH_WORD"), None);
    }
}
