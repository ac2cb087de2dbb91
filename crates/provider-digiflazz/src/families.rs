//! Typed fields and printable lines of an answer. What a bill consists of stands in `desc`, differently for
//! each family; it is only ever shown, never added up: the samples' own parts do not add up to their totals.

mod serial;

use ppob_types::{
    BpjsDetails, Family, FamilyDetails, GasDetails, MultifinanceDetails, PayTvDetails,
    PlnNonTaglisDetails, PlnPostpaidDetails, PlnPrepaidDetails, PlnToken, ReceiptLine, Rupiah,
    Sensitive, TelkomDetails, WaterDetails,
};

use self::serial::Serial;
use crate::wire::Fields;

/// How a field is printed.
#[derive(Clone, Copy)]
enum Print {
    /// As it came.
    Text,
    /// As rupiah, if it is an amount.
    Money,
}

use Print::{Money, Text};

/// A field, its label and how it is printed.
type Column = (&'static str, &'static str, Print);

const HEAD: [Column; 3] = [
    ("customer_no", "No. Pelanggan", Text),
    ("customer_name", "Nama", Text),
    ("periode", "Periode Tagihan", Text),
];

/// The fields of `desc`, of every family: no name means two things.
const DESC: [Column; 53] = [
    ("tarif", "Tarif", Text),
    ("daya", "Daya", Text),
    ("alamat", "Alamat", Text),
    ("jumlah_peserta", "Jumlah Peserta", Text),
    ("jatuh_tempo", "Jatuh Tempo", Text),
    ("item_name", "Barang", Text),
    ("no_rangka", "No. Rangka", Text),
    ("no_pol", "No. Polisi", Text),
    ("tenor", "Tenor", Text),
    ("tahun_pajak", "Tahun Pajak", Text),
    ("kelurahan", "Kelurahan", Text),
    ("kecamatan", "Kecamatan", Text),
    ("kode_kab_kota", "Kode Kab/Kota", Text),
    ("kab_kota", "Kab/Kota", Text),
    ("provinsi", "Provinsi", Text),
    ("luas_tanah", "Luas Tanah", Text),
    ("luas_gedung", "Luas Bangunan", Text),
    ("transaksi", "Jenis Transaksi", Text),
    ("no_registrasi", "No. Registrasi", Text),
    ("tanggal_registrasi", "Tanggal Registrasi", Text),
    ("kode_iuran", "Kode Iuran", Text),
    ("kode_program", "Program", Text),
    ("jkk", "JKK", Money),
    ("jkm", "JKM", Money),
    ("jht", "JHT", Money),
    ("jpk", "JPK", Money),
    ("jpn", "JPN", Money),
    ("npp", "NPP", Text),
    ("kode_divisi", "Kode Divisi", Text),
    ("kantor_cabang", "Kantor Cabang", Text),
    ("tgl_efektif", "Tanggal Efektif", Text),
    ("tgl_expired", "Tanggal Berakhir", Text),
    ("nomor_identitas", "No. Identitas", Text),
    ("nomor_rangka", "No. Rangka", Text),
    ("nomor_mesin", "No. Mesin", Text),
    ("nomor_polisi", "No. Polisi", Text),
    ("milik_kenama", "Milik Ke", Text),
    ("merek_kb", "Merek", Text),
    ("model_kb", "Model", Text),
    ("tahun_buatan", "Tahun Buatan", Text),
    ("tgl_akhir_pajak_baru", "Pajak Berlaku Sampai", Text),
    ("biaya_pokok_bbn", "BBN Pokok", Money),
    ("biaya_pokok_swd", "SWDKLLJ Pokok", Money),
    ("biaya_pokok_pkb", "PKB Pokok", Money),
    ("biaya_denda_swd", "SWDKLLJ Denda", Money),
    ("biaya_denda_bbn", "BBN Denda", Money),
    ("biaya_denda_pkb", "PKB Denda", Money),
    ("biaya_admin_stnk", "Admin STNK", Money),
    ("biaya_admin_tnkb", "Admin TNKB", Money),
    ("biaya_parkir_pokok", "Parkir", Money),
    ("biaya_pajak_progresif", "Pajak Progresif", Money),
    // Wrong in the provider's own samples, so behind what it counts.
    ("lembar_tagihan", "Lembar Tagihan", Text),
    ("biaya_lain", "Biaya Lain", Money),
];

/// The fields of each sheet of a bill.
const SHEET: [Column; 10] = [
    ("periode", "Periode", Text),
    ("nilai_tagihan", "Tagihan", Money),
    ("denda", "Denda", Money),
    ("biaya_lain", "Biaya Lain", Money),
    ("admin", "Admin", Money),
    ("meter_awal", "Meter Awal", Text),
    ("meter_akhir", "Meter Akhir", Text),
    ("usage", "Pemakaian", Text),
    ("no_ref", "No. Referensi", Text),
    ("tarif", "Tarif", Text),
];

/// `price` and `buyer_last_saldo` are ours, not the customer's.
const FOOT: [Column; 2] =
    [("admin", "Biaya Admin", Money), ("selling_price", "Total Bayar", Money)];

/// The printable lines of an answer. Labels are unique; those of the second sheet on carry its number.
pub(crate) fn lines(family: Family, fields: &Fields) -> Vec<ReceiptLine> {
    let mut lines: Vec<ReceiptLine> = printed(&HEAD, fields, "").collect();
    if let Some(desc) = fields.nested("desc") {
        lines.extend(printed(&DESC, desc, ""));
        for (number, sheet) in (1..).zip(sheets(desc)) {
            let suffix = if number == 1 { String::new() } else { format!(" {number}") };
            lines.extend(printed(&SHEET, sheet, &suffix));
        }
    }
    if family == Family::PlnPrepaid {
        lines.extend(serial(fields).lines());
    } else if let Some(serial) = fields.line("sn") {
        lines.push(ReceiptLine::new("SN", serial));
    }
    lines.extend(printed(&FOOT, fields, ""));
    let mut labels = std::collections::BTreeSet::new();
    lines.retain(|line| labels.insert(line.label.clone()));
    lines
}

fn printed<'a>(
    columns: &'a [Column],
    fields: &'a Fields,
    suffix: &'a str,
) -> impl Iterator<Item = ReceiptLine> + 'a {
    columns.iter().filter_map(move |(name, label, print)| {
        let text = fields.line(name)?;
        let value = match print {
            Text => text,
            Money => fields.money(name).map_or(text, |amount| amount.to_string()),
        };
        Some(ReceiptLine::new(&format!("{label}{suffix}"), value))
    })
}

/// The sheets of a bill: a list, one alone, or none (absent, or empty text).
pub(crate) fn sheets(desc: &Fields) -> Vec<&Fields> {
    match desc.nested("detail") {
        Some(alone) => vec![alone],
        None => desc.list("detail").iter().collect(),
    }
}

/// The periods of a bill, as they are written: one list, or one in each sheet. Their formats differ from family
/// to family (`201901`, `MEI 2019`, `0320`, `01`), so they stay text.
pub(crate) fn periods(fields: &Fields) -> Vec<String> {
    let listed = fields.line("periode").unwrap_or_default();
    let listed: Vec<String> = listed
        .split(',')
        .map(|period| period.trim().to_owned())
        .filter(|period| !period.is_empty())
        .collect();
    if !listed.is_empty() {
        return listed;
    }
    let Some(desc) = fields.nested("desc") else { return Vec::new() };
    sheets(desc).into_iter().filter_map(|sheet| sheet.line("periode")).collect()
}

/// What the biller is owed: what the customer pays without the admin fee of all sheets.
pub(crate) fn bill(fields: &Fields) -> Option<Rupiah> {
    fields.price("selling_price")?.minus(fields.price("admin")?).ok()
}

/// The typed fields of an answer.
pub(crate) fn details(family: Family, fields: &Fields) -> FamilyDetails {
    let none = Fields::default();
    let desc = fields.nested("desc").unwrap_or(&none);
    let sheets = sheets(desc);
    let text = |name: &str| desc.line(name);
    let personal = |name: &str| desc.line(name).map(Sensitive::new);
    let each = |name: &str| joined(sheets.iter().filter_map(|sheet| sheet.line(name)), ", ");
    let meter = || {
        let first = sheets.first().and_then(|sheet| sheet.line("meter_awal"));
        let last = sheets.last().and_then(|sheet| sheet.line("meter_akhir"));
        first.zip(last).map(|(first, last)| format!("{first} - {last}"))
    };
    let (bill, admin) = (bill(fields), fields.price("admin"));
    let periods = joined(periods(fields).into_iter(), ", ");
    match family {
        Family::PlnPrepaid => FamilyDetails::PlnPrepaid(serial(fields).details()),
        Family::PlnPostpaid => FamilyDetails::PlnPostpaid(PlnPostpaidDetails {
            periods,
            meter_stand: meter(),
            tariff_power: joined(["tarif", "daya"].into_iter().filter_map(text), "/"),
            bill,
            admin,
        }),
        Family::PlnNonTaglis => FamilyDetails::PlnNonTaglis(PlnNonTaglisDetails {
            registration_number: personal("no_registrasi"),
            kind: text("transaksi"),
            bill,
            admin,
        }),
        Family::Telkom => {
            FamilyDetails::Telkom(TelkomDetails { bill_detail: periods, bill, admin })
        }
        Family::PayTv => FamilyDetails::PayTv(PayTvDetails { periods, bill, admin }),
        Family::Gas => FamilyDetails::Gas(GasDetails {
            periods,
            volume: each("usage"),
            meter: meter(),
            bill,
            admin,
        }),
        Family::Water => FamilyDetails::Water(WaterDetails {
            periods,
            volume: None,
            arrears: text("lembar_tagihan"),
            bill,
            admin,
        }),
        Family::Bpjs => FamilyDetails::Bpjs(BpjsDetails {
            participants: text("jumlah_peserta"),
            participant_name: None,
            periods,
            bill,
            admin,
        }),
        Family::Multifinance => FamilyDetails::Multifinance(MultifinanceDetails {
            police_number: personal("no_pol"),
            vehicle: text("item_name"),
            instalment_number: periods,
            bill,
            admin,
            ..MultifinanceDetails::default()
        }),
        Family::PostpaidPhone => FamilyDetails::PostpaidPhone { bill, admin },
        Family::MobileTopUp | Family::Emoney | Family::Games | Family::Tax | Family::Other => {
            FamilyDetails::None
        }
    }
}

/// Whether a success is of a payment. That of a bill's inquiry has the same reference, code and word; only that of
/// its payment has the field `sn`, which may be empty. Where the family is not known, the fields of a bill tell one.
pub(crate) fn shows_payment(family: Option<Family>, fields: &Fields) -> bool {
    const OF_BILLS: [&str; 4] = ["selling_price", "admin", "customer_name", "desc"];
    let of_bill = || OF_BILLS.into_iter().any(|name| fields.has(name));
    !family.map_or_else(of_bill, Family::is_bill) || fields.has("sn")
}

/// Whether an answer holds a serial number, token or voucher: something was delivered. Words, zeros and dashes in
/// its place are none.
pub(crate) fn holds_serial(fields: &Fields) -> bool {
    fields.text("sn").is_some_and(|serial| serial.bytes().any(|byte| matches!(byte, b'1'..=b'9')))
}

/// Whether the serial number in an answer about whatever product may be an electricity token, or hold one.
pub(crate) fn may_hold_token(fields: &Fields) -> bool {
    let serial = fields.text("sn").unwrap_or_default();
    serial.split('/').any(|part| PlnToken::parse(part.trim()).is_ok())
}

fn serial(fields: &Fields) -> Serial {
    Serial::read(fields.text("sn").unwrap_or_default())
}

fn joined(parts: impl Iterator<Item = String>, separator: &str) -> Option<String> {
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join(separator))
}

impl Serial {
    fn details(self) -> PlnPrepaidDetails {
        PlnPrepaidDetails { token: self.token, kwh: self.kwh, ..PlnPrepaidDetails::default() }
    }

    fn lines(self) -> impl Iterator<Item = ReceiptLine> {
        let token = self.token.map(|token| token.grouped()).unwrap_or_default();
        let token = Some(ReceiptLine::new("Stroom/Token", token));
        let between = self.between.map(|text| ReceiptLine::new("Rincian", text));
        let kwh = self.kwh.map(|kwh| ReceiptLine::new("Jumlah kWh", kwh));
        [token, between, kwh].into_iter().flatten()
    }
}
