//! The fields of bills: typed details and printable lines of each family, from the object `desc`.
//!
//! Everything in it may be absent or empty text: the document says of a field that it is mandatory and shows
//! a sample without it. Periods have many formats (`201608`, `MEI 2014`, `0917`, `02`, first and last of
//! several) and are passed on as they came.

use ppob_types::{
    BpjsDetails, Family, FamilyDetails, GasDetails, MultifinanceDetails, PayTvDetails,
    PlnNonTaglisDetails, PlnPostpaidDetails, ReceiptLine, Rupiah, Sensitive, TelkomDetails,
    WaterDetails,
};

use crate::wire::Fields;

mod sheets;

use sheets::sheets;

/// How a field is printed.
#[derive(Clone, Copy)]
enum Print {
    /// As it came.
    Text,
    /// As rupiah, if it is an amount.
    Money,
    /// As rupiah, if it is an amount and not zero.
    Extra,
}

use Print::{Extra, Money, Text};

/// A field by its path, its label and how it is printed.
type Column = (&'static str, &'static str, Print);

const HEAD: [Column; 5] = [
    ("code", "Produk", Text),
    ("datetime", "Tanggal", Text),
    ("hp", "No. Pelanggan", Text),
    ("tr_name", "Nama", Text),
    ("period", "Periode", Text),
];

const FOOT: [Column; 5] = [
    ("nominal", "Tagihan", Money),
    ("admin", "Biaya Admin", Money),
    ("price", "Total Bayar", Money),
    ("noref", "No. Reff", Text),
    ("desc.footer", "Informasi", Text),
];

fn columns(family: Family) -> &'static [Column] {
    match family {
        Family::PlnPostpaid => &[
            ("desc.tarif", "Tarif", Text),
            ("desc.daya", "Daya", Text),
            ("desc.lembar_tagihan", "Lembar Tagihan", Text),
        ],
        Family::PlnNonTaglis => &[
            ("desc.transaksi", "Transaksi", Text),
            ("desc.no_registrasi", "No. Registrasi", Text),
            ("desc.tanggal_registrasi", "Tanggal Registrasi", Text),
        ],
        Family::Telkom | Family::PostpaidPhone => &[
            ("desc.kode_area", "Kode Area", Text),
            ("desc.divre", "Divre", Text),
            ("desc.datel", "Datel", Text),
            ("desc.jumlah_tagihan", "Jumlah Tagihan", Text),
            ("desc.bill_quantity", "Jumlah Tagihan", Text),
            ("desc.product_desc", "Paket", Text),
        ],
        Family::PayTv => &[
            ("desc.product_desc", "Paket", Text),
            ("desc.bill_quantity", "Jumlah Tagihan", Text),
            ("desc.product_category", "Kategori", Text),
            ("desc.ppn", "PPN", Extra),
        ],
        Family::Gas => &[
            ("desc.address", "Alamat", Text),
            ("desc.first_meter", "Meter Awal", Text),
            ("desc.last_meter", "Meter Akhir", Text),
            ("desc.usage", "Pemakaian", Text),
        ],
        Family::Water => &[
            ("desc.pdam_name", "PDAM", Text),
            ("desc.address", "Alamat", Text),
            ("desc.kode_tarif", "Kode Tarif", Text),
            ("desc.due_date", "Jatuh Tempo", Text),
            ("desc.bill_quantity", "Jumlah Tagihan", Text),
            ("desc.stamp_duty", "Materai", Extra),
            ("desc.biller_admin", "Admin PDAM", Extra),
        ],
        Family::Bpjs => &BPJS,
        Family::Multifinance => &FINANCE,
        Family::Tax => &TAXES,
        Family::PlnPrepaid
        | Family::MobileTopUp
        | Family::Emoney
        | Family::Games
        | Family::Other => &[
            ("desc.insured", "Tertanggung", Text),
            ("desc.policy_status", "Status Polis", Text),
            ("desc.product_desc", "Paket", Text),
            ("desc.due_date", "Jatuh Tempo", Text),
        ],
    }
}

/// Health, and both kinds of employment.
const BPJS: [Column; 16] = [
    ("desc.nama_cabang", "Cabang", Text),
    ("desc.kode_cabang", "Kode Cabang", Text),
    ("desc.jumlah_peserta", "Jumlah Peserta", Text),
    ("desc.sisa_pembayaran", "Sisa Pembayaran", Extra),
    ("desc.kantor_cabang", "Kantor Cabang", Text),
    ("desc.kode_iuran", "Kode Iuran", Text),
    ("desc.kode_program", "Program", Text),
    ("desc.npp", "NPP", Text),
    ("desc.kode_divisi", "Kode Divisi", Text),
    ("desc.jht", "JHT", Extra),
    ("desc.jkk", "JKK", Extra),
    ("desc.jkm", "JKM", Extra),
    ("desc.jpk", "JPK", Extra),
    ("desc.jpn", "JPN", Extra),
    // Documented as d-m-Y, shown as Y-m-d with a time: as it comes.
    ("desc.tgl_efektif", "Tanggal Efektif", Text),
    ("desc.tgl_expired", "Tanggal Berakhir", Text),
];

/// Instalments, and insurance.
const FINANCE: [Column; 13] = [
    ("desc.item_name", "Barang", Text),
    ("desc.no_rangka", "No. Rangka", Text),
    ("desc.no_pol", "No. Polisi", Text),
    ("desc.tenor", "Tenor", Text),
    ("desc.installment", "Angsuran", Money),
    ("desc.penalty_bill", "Denda", Extra),
    ("desc.misc_fee", "Biaya Lain", Extra),
    ("desc.max_payment", "Pembayaran Maksimal", Extra),
    ("desc.last_paid_due_date", "Jatuh Tempo Terakhir", Text),
    ("desc.id_ref", "No. Kontrak", Text),
    ("desc.insured", "Tertanggung", Text),
    ("desc.policy_status", "Status Polis", Text),
    ("desc.due_date", "Jatuh Tempo", Text),
];

/// Vehicles, whose fees are grouped, and land, whose are not.
const TAXES: [Column; 32] = [
    ("desc.nomor_identitas", "No. Identitas", Text),
    ("desc.nomor_polisi", "No. Polisi", Text),
    ("desc.nomor_rangka", "No. Rangka", Text),
    ("desc.nomor_mesin", "No. Mesin", Text),
    ("desc.merek_kb", "Merek", Text),
    ("desc.model_kb", "Model", Text),
    ("desc.tahun_buatan", "Tahun Buatan", Text),
    ("desc.alamat", "Alamat", Text),
    ("desc.milik_kenama", "Milik Ke", Text),
    ("desc.tgl_akhir_pajak_baru", "Berlaku Sampai", Text),
    ("desc.biaya_pokok.BBN", "BBN", Extra),
    ("desc.biaya_pokok.PKB", "PKB", Extra),
    ("desc.biaya_pokok.SWD", "SWDKLLJ", Extra),
    ("desc.biaya_denda.BBN", "Denda BBN", Extra),
    ("desc.biaya_denda.PKB", "Denda PKB", Extra),
    ("desc.biaya_denda.SWD", "Denda SWDKLLJ", Extra),
    ("desc.biaya_admin.stnk", "Admin STNK", Extra),
    ("desc.biaya_admin.tnkb", "Admin TNKB", Extra),
    ("desc.biaya_parkir_pokok", "Parkir", Extra),
    ("desc.biaya_pajak_progresif", "Pajak Progresif", Extra),
    ("desc.ntpd", "NTPD", Text),
    ("desc.nop", "NOP", Text),
    ("desc.tahun_pajak", "Tahun Pajak", Text),
    ("desc.lokasi", "Lokasi", Text),
    ("desc.kelurahan", "Kelurahan", Text),
    ("desc.kecamatan", "Kecamatan", Text),
    ("desc.kab_kota", "Kabupaten/Kota", Text),
    ("desc.luas_tanah", "Luas Tanah", Text),
    ("desc.luas_gedung", "Luas Bangunan", Text),
    ("desc.jatuh_tempo", "Jatuh Tempo", Text),
    ("desc.total_tagihan", "Pokok Pajak", Extra),
    ("desc.denda", "Denda", Extra),
];

/// The printable lines of a bill.
pub(crate) fn lines(family: Family, fields: &Fields) -> Vec<ReceiptLine> {
    let line = |(path, label, print): &Column| {
        let value = match (print, fields.money(path)) {
            (Extra, Some(Rupiah::ZERO)) => return None,
            (Money | Extra, Some(amount)) => amount.to_string(),
            (Text, _) | (Money | Extra, None) => fields.line(path)?,
        };
        Some(ReceiptLine::new(label, value))
    };
    let mut lines: Vec<ReceiptLine> = HEAD.iter().chain(columns(family)).filter_map(line).collect();
    lines.extend(sheets(fields).lines());
    lines.extend(bills_left(fields));
    lines.extend(FOOT.iter().filter_map(line));
    lines
}

/// PLN takes four bills at a time; that more are owed has to stand on the receipt.
fn bills_left(fields: &Fields) -> Option<ReceiptLine> {
    let left = fields.line("desc.lembar_tagihan_sisa")?;
    let is_none = left.bytes().all(|byte| byte == b'0');
    (!is_none)
        .then(|| ReceiptLine::new("Sisa Lembar Tagihan", format!("{left} lembar belum dibayar")))
}

/// The penalty contained in a bill: of all its sheets, or stated for the whole.
pub(crate) fn penalty(fields: &Fields) -> Option<Rupiah> {
    let stated = ["desc.penalty_bill", "desc.denda"];
    stated.iter().find_map(|path| fields.money(path)).or_else(|| sheets(fields).penalty())
}

/// The typed fields of a bill.
pub(crate) fn details(family: Family, fields: &Fields) -> FamilyDetails {
    let text = |path| fields.line(path);
    let personal = |path| fields.line(path).map(Sensitive::new);
    let (bill, admin) = (fields.money("nominal"), fields.money("admin"));
    let periods = text("period");
    let sheets = sheets(fields);
    match family {
        Family::PlnPostpaid => FamilyDetails::PlnPostpaid(PlnPostpaidDetails {
            periods,
            meter_stand: sheets.meter(),
            tariff_power: tariff_power(fields),
            bill,
            admin,
        }),
        Family::PlnNonTaglis => FamilyDetails::PlnNonTaglis(PlnNonTaglisDetails {
            registration_number: personal("desc.no_registrasi"),
            kind: text("desc.transaksi"),
            bill,
            admin,
        }),
        Family::Telkom => {
            FamilyDetails::Telkom(TelkomDetails { bill_detail: sheets.in_one_line(), bill, admin })
        }
        Family::PayTv => FamilyDetails::PayTv(PayTvDetails { periods, bill, admin }),
        Family::Gas => FamilyDetails::Gas(GasDetails {
            periods,
            volume: text("desc.usage"),
            meter: from_to(text("desc.first_meter"), text("desc.last_meter")),
            bill,
            admin,
        }),
        Family::Water => FamilyDetails::Water(WaterDetails {
            periods,
            volume: sheets.volume(),
            arrears: text("desc.bill_quantity"),
            bill,
            admin,
        }),
        Family::Bpjs => FamilyDetails::Bpjs(BpjsDetails {
            participants: text("desc.jumlah_peserta"),
            participant_name: None,
            periods,
            bill,
            admin,
        }),
        Family::Multifinance => FamilyDetails::Multifinance(MultifinanceDetails {
            police_number: personal("desc.no_pol"),
            vehicle: text("desc.item_name"),
            // IAK's `installment` is an amount, and `tenor` does not say how many are left.
            instalment_number: None,
            remaining_tenor: None,
            due_date: text("desc.due_date").or_else(|| text("desc.last_paid_due_date")),
            remaining_instalments: None,
            penalty: fields.money("desc.penalty_bill"),
            bill,
            admin,
        }),
        Family::PostpaidPhone => FamilyDetails::PostpaidPhone { bill, admin },
        Family::PlnPrepaid
        | Family::MobileTopUp
        | Family::Emoney
        | Family::Games
        | Family::Tax
        | Family::Other => FamilyDetails::None,
    }
}

/// `R1/1300 VA`.
fn tariff_power(fields: &Fields) -> Option<String> {
    let (tariff, power) = (fields.line("desc.tarif"), fields.line("desc.daya"));
    match (tariff, power) {
        (Some(tariff), Some(power)) => Some(format!("{tariff}/{power} VA")),
        (tariff, power) => tariff.or(power),
    }
}

/// `00080000-00081200`.
fn from_to(first: Option<String>, last: Option<String>) -> Option<String> {
    match (first, last) {
        (Some(first), Some(last)) => Some(format!("{first}-{last}")),
        (first, last) => first.or(last),
    }
}
