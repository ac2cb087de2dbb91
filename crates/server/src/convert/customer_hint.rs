//! What the customer number of a family is, in words for people in Indonesia.

use ppob_types::Family;

/// What to ask the customer for.
pub(crate) const fn customer_hint(family: Family) -> &'static str {
    match family {
        Family::PlnPrepaid => "Nomor meter (11 digit) atau IDPEL (12 digit)",
        Family::PlnPostpaid => "IDPEL (12 digit)",
        Family::PlnNonTaglis => "Nomor registrasi (13 digit)",
        Family::Telkom => "Nomor telepon dengan kode area, atau nomor layanan IndiHome",
        Family::PayTv => "Nomor pelanggan TV",
        Family::Gas => "Nomor pelanggan PGN",
        Family::Water => "Nomor pelanggan PDAM",
        Family::Bpjs => "Nomor kartu (13 digit) atau virtual account (16 digit) BPJS",
        Family::Multifinance => "Nomor kontrak",
        Family::PostpaidPhone | Family::MobileTopUp => "Nomor ponsel, misalnya 081234567890",
        Family::Emoney => "Nomor kartu atau nomor ponsel akun",
        Family::Games => "ID pemain",
        Family::Tax => "NOP, kode bayar atau nomor polisi",
        Family::Other => "Nomor pelanggan",
    }
}
