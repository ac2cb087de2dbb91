//! The field tables of the document: typed fields and printable lines of each family.
//!
//! Fields marked "seen" are not in the document but read by working clients of the API.

use ppob_types::{
    BpjsDetails, Family, FamilyDetails, GasDetails, MultifinanceDetails, PayTvDetails,
    PlnNonTaglisDetails, PlnPostpaidDetails, PlnPrepaidDetails, PlnToken, ReceiptLine, Sensitive,
    TelkomDetails, WaterDetails,
};

use crate::wire::Fields;

/// How a field is printed.
#[derive(Clone, Copy)]
enum Print {
    /// As it came.
    Text,
    /// As rupiah, if it is an amount.
    Money,
    /// In groups of four digits, or empty while no valid one has come.
    Token,
}

/// A field, its label and how it is printed.
type Column = (&'static str, &'static str, Print);

use Print::{Money, Text, Token};

const HEAD: [Column; 4] = [
    ("ppob_produk", "Produk", Text),
    ("ppob_tanggal", "Tanggal", Text),
    ("ppob_nomorpelanggan", "No. Pelanggan", Text),
    ("ppob_namapelanggan", "Nama", Text),
];

/// Agent's own fields (`ppob_debet`, `ppob_saldo`, `ppob_kodeagen`) are not for the customer.
const FOOT: [Column; 3] = [
    ("ppob_totalbayar", "Total Bayar", Money),
    ("ppob_reff", "No. Reff", Text),
    // Seen.
    ("ppob_footer", "Informasi", Text),
];

const BILL: Column = ("ppob_totaltagihan", "Total Tagihan", Money);
const ADMIN: Column = ("ppob_admin", "Biaya Admin", Money);
const PERIODS: Column = ("ppob_bulantagihan", "Bulan Tagihan", Text);
const TARIFF: Column = ("ppob_tarifdaya", "Tarif/Daya", Text);
const VOLUME: Column = ("ppob_volumepemakaian", "Volume Pemakaian", Text);

fn columns(family: Family) -> &'static [Column] {
    match family {
        Family::PlnPrepaid => &[
            ("ppob_nomormeter", "No. Meter", Text),
            TARIFF,
            ("ppob_voucher", "Voucher", Text),
            ("ppob_nominal", "Nominal", Money),
            ("ppob_materai", "Materai", Money),
            ("ppob_ppn", "PPN", Money),
            ("ppob_ppj", "PPJ", Money),
            ("ppob_angsuran", "Angsuran", Money),
            ("ppob_rptoken", "Rp Stroom/Token", Money),
            ("ppob_totalkwh", "Jumlah kWh", Text),
            ADMIN,
            ("ppob_stroomtoken", "Stroom/Token", Token),
        ],
        Family::PlnPostpaid => {
            &[PERIODS, ("ppob_standmeter", "Stand Meter", Text), TARIFF, BILL, ADMIN]
        }
        // Seen, all of it.
        Family::PlnNonTaglis => &[
            ("ppob_nomorregistrasi", "No. Registrasi", Text),
            ("ppob_jenisbayar", "Jenis Bayar", Text),
            BILL,
            ADMIN,
        ],
        Family::Telkom => &[("ppob_detailtagihan", "Detail Tagihan", Text), BILL, ADMIN],
        Family::PayTv => &[PERIODS, BILL, ADMIN],
        Family::Gas => &[
            PERIODS,
            VOLUME,
            // Seen.
            ("ppob_metertagihan", "Meter", Text),
            BILL,
            ADMIN,
        ],
        Family::Water => &[
            PERIODS,
            // Seen, in inquiries.
            ("ppob_jumlahtunggakan", "Jumlah Tunggakan", Text),
            VOLUME,
            BILL,
            ADMIN,
        ],
        // Seen, all of it.
        Family::Bpjs => &[
            ("ppob_jumlahpeserta", "Jumlah Peserta", Text),
            ("ppob_namapeserta", "Nama Peserta", Text),
            PERIODS,
            BILL,
            ADMIN,
        ],
        Family::Multifinance => &[
            ("ppob_nomorpolisi", "No. Polisi", Text),
            ("ppob_kendaraan", "Kendaraan", Text),
            ("ppob_angsuranke", "Angsuran ke", Text),
            ("ppob_sisatenor", "Sisa Tenor", Text),
            ("ppob_jatuhtempo", "Jatuh Tempo", Text),
            ("ppob_sisaangsuran", "Sisa Angsuran", Text),
            // Seen, instead of ppob_sisaangsuran.
            ("ppob_angsuran", "Angsuran", Text),
            ("ppob_denda", "Denda", Money),
            BILL,
            ADMIN,
        ],
        _ => &[BILL, ADMIN],
    }
}

/// The printable lines of an answer, in the order of the document's table.
pub(crate) fn lines(family: Family, fields: &Fields) -> Vec<ReceiptLine> {
    let columns = HEAD.iter().chain(columns(family)).chain(&FOOT);
    let line = |(name, label, print): &Column| {
        let value = match print {
            Text => fields.line(name)?,
            Money => match fields.money(name) {
                Some(amount) => amount.to_string(),
                None => fields.line(name)?,
            },
            Token => token(fields).map_or_else(String::new, |token| token.grouped()),
        };
        Some(ReceiptLine::new(label, value))
    };
    columns.filter_map(line).collect()
}

/// The typed fields of an answer.
pub(crate) fn details(family: Family, fields: &Fields) -> FamilyDetails {
    let text = |name| fields.line(name);
    let money = |name| fields.money(name);
    let personal = |name| fields.line(name).map(Sensitive::new);
    let bill = money(BILL.0);
    let admin = money(ADMIN.0);
    let periods = text(PERIODS.0);
    match family {
        Family::PlnPrepaid => FamilyDetails::PlnPrepaid(PlnPrepaidDetails {
            nominal: money("ppob_nominal"),
            meter_number: personal("ppob_nomormeter"),
            tariff_power: text(TARIFF.0),
            stamp_duty: money("ppob_materai"),
            vat: money("ppob_ppn"),
            street_lighting_tax: money("ppob_ppj"),
            instalment: money("ppob_angsuran"),
            token_value: money("ppob_rptoken"),
            admin,
            token: token(fields),
            kwh: text("ppob_totalkwh"),
        }),
        Family::PlnPostpaid => FamilyDetails::PlnPostpaid(PlnPostpaidDetails {
            periods,
            meter_stand: text("ppob_standmeter"),
            tariff_power: text(TARIFF.0),
            bill,
            admin,
        }),
        Family::PlnNonTaglis => FamilyDetails::PlnNonTaglis(PlnNonTaglisDetails {
            registration_number: personal("ppob_nomorregistrasi"),
            kind: text("ppob_jenisbayar"),
            bill,
            admin,
        }),
        Family::Telkom => FamilyDetails::Telkom(TelkomDetails {
            bill_detail: text("ppob_detailtagihan"),
            bill,
            admin,
        }),
        Family::PayTv => FamilyDetails::PayTv(PayTvDetails { periods, bill, admin }),
        Family::Gas => FamilyDetails::Gas(GasDetails {
            periods,
            volume: text(VOLUME.0),
            meter: text("ppob_metertagihan"),
            bill,
            admin,
        }),
        Family::Water => FamilyDetails::Water(WaterDetails {
            periods,
            volume: text(VOLUME.0),
            arrears: text("ppob_jumlahtunggakan"),
            bill,
            admin,
        }),
        Family::Bpjs => FamilyDetails::Bpjs(BpjsDetails {
            participants: text("ppob_jumlahpeserta"),
            participant_name: personal("ppob_namapeserta"),
            periods,
            bill,
            admin,
        }),
        Family::Multifinance => FamilyDetails::Multifinance(MultifinanceDetails {
            police_number: personal("ppob_nomorpolisi"),
            vehicle: text("ppob_kendaraan"),
            instalment_number: text("ppob_angsuranke"),
            remaining_tenor: text("ppob_sisatenor"),
            due_date: text("ppob_jatuhtempo"),
            remaining_instalments: text("ppob_sisaangsuran").or_else(|| text("ppob_angsuran")),
            penalty: money("ppob_denda"),
            bill,
            admin,
        }),
        Family::PostpaidPhone => FamilyDetails::PostpaidPhone { bill, admin },
        Family::MobileTopUp | Family::Emoney | Family::Games | Family::Tax | Family::Other => {
            FamilyDetails::None
        }
    }
}

/// Whether the document, or clients of the API, know the family.
pub(crate) const fn is_sold(family: Family) -> bool {
    matches!(
        family,
        Family::PlnPrepaid
            | Family::PlnPostpaid
            | Family::PlnNonTaglis
            | Family::Telkom
            | Family::PayTv
            | Family::Gas
            | Family::Water
            | Family::Bpjs
            | Family::Multifinance
            | Family::PostpaidPhone
    )
}

/// The electricity token in an answer.
pub(crate) fn token(fields: &Fields) -> Option<PlnToken> {
    PlnToken::parse(fields.text("ppob_stroomtoken")?).ok()
}
