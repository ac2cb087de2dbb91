//! The document's field tables: which fields an answer of a product family has, in which order.

use super::hash::Draws;
use super::invoice::{Invoice, Standing};
use super::quote::Quote;
use super::values::{invoice_value, quote_value};
use super::wire::{Fields, dotted};

/// The families of the document's field tables; PLN non-taglis and BPJS Kesehatan have none there
/// and answer what clients of the real API read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    PlnToken,
    PlnMonthly,
    PlnNonTaglis,
    Telkom,
    PayTv,
    Pgn,
    Pdam,
    Bpjs,
    /// Multifinance: MCF, MAF, WOM, BAF.
    VehicleFinance,
    Fif,
    Adira,
    OtherFinance,
    PostpaidPhone,
}

impl Family {
    /// How many months a customer may owe.
    pub(crate) fn most_sheets(self, draws: Draws) -> u32 {
        match self {
            Self::PlnToken => 0,
            Self::PlnMonthly | Self::Telkom | Self::Pgn | Self::Pdam | Self::Bpjs => {
                u32::try_from(1 + draws.below("sheets", 3)).unwrap_or(1)
            }
            _ => 1,
        }
    }

    /// What a late month costs on top, in rupiah.
    pub(crate) fn penalty(self) -> i64 {
        match self {
            Self::PlnMonthly => 3_000,
            Self::VehicleFinance => 12_500,
            Self::Pdam => 5_000,
            _ => 0,
        }
    }

    /// Whether customers pay an admin fee on top.
    pub(crate) fn has_admin(self) -> bool {
        self.own_fields().contains(&"ppob_admin")
    }

    /// The fields of the table between the customer's name and the total.
    fn own_fields(self) -> &'static [&'static str] {
        match self {
            Self::PlnToken => &[
                "ppob_tarifdaya",
                "ppob_materai",
                "ppob_ppn",
                "ppob_ppj",
                "ppob_angsuran",
                "ppob_rptoken",
                "ppob_admin",
            ],
            Self::PlnMonthly => &[
                "ppob_bulantagihan",
                "ppob_standmeter",
                "ppob_tarifdaya",
                "ppob_totaltagihan",
                "ppob_admin",
            ],
            Self::PlnNonTaglis => {
                &["ppob_nomorregistrasi", "ppob_jenisbayar", "ppob_totaltagihan", "ppob_admin"]
            }
            Self::Telkom => &["ppob_detailtagihan", "ppob_totaltagihan", "ppob_admin"],
            Self::PayTv => &["ppob_bulantagihan", "ppob_totaltagihan", "ppob_admin"],
            Self::Pgn | Self::Pdam => {
                &["ppob_bulantagihan", "ppob_volumepemakaian", "ppob_totaltagihan", "ppob_admin"]
            }
            Self::Bpjs => &[
                "ppob_jumlahpeserta",
                "ppob_namapeserta",
                "ppob_bulantagihan",
                "ppob_totaltagihan",
                "ppob_admin",
            ],
            Self::VehicleFinance => &[
                "ppob_nomorpolisi",
                "ppob_kendaraan",
                "ppob_angsuranke",
                "ppob_sisatenor",
                "ppob_jatuhtempo",
                "ppob_sisaangsuran",
                "ppob_denda",
                "ppob_totaltagihan",
                "ppob_admin",
            ],
            Self::Fif => &["ppob_jatuhtempo", "ppob_angsuranke", "ppob_totaltagihan"],
            Self::Adira => &["ppob_jatuhtempo", "ppob_totaltagihan", "ppob_admin"],
            Self::OtherFinance => &["ppob_angsuranke", "ppob_totaltagihan"],
            Self::PostpaidPhone => &["ppob_totaltagihan", "ppob_admin"],
        }
    }

    /// Fields that only an inquiry has; PDAM's arrears are read by clients of the real API.
    fn inquiry_fields(self) -> &'static [&'static str] {
        match self {
            Self::PlnToken => &["ppob_tarifdaya", "ppob_voucher"],
            Self::Pdam => &[
                "ppob_bulantagihan",
                "ppob_jumlahtunggakan",
                "ppob_volumepemakaian",
                "ppob_totaltagihan",
                "ppob_admin",
            ],
            _ => self.own_fields(),
        }
    }
}

/// The answer to an inquiry at a local time.
pub(crate) fn inquiry(quote: &Quote, at: &str) -> Fields {
    let family = quote.product.family;
    let fields = Fields::default()
        .with("result", "ok")
        .with("ppob_tanggal", at)
        .with("ppob_produk", quote.product.receipt_name)
        .with("ppob_kodeproduk", quote.product.code)
        .with("ppob_namapelanggan", quote.customer_name())
        .with("ppob_nomorpelanggan", &quote.customer_number);
    family
        .inquiry_fields()
        .iter()
        .fold(fields, |fields, name| match *name {
            "ppob_tarifdaya" => fields.with(name, inquiry_tariff(quote)),
            _ => fields.with(name, quote_value(name, quote)),
        })
        .with("ppob_totalbayar", dotted(quote.total))
        .with("ppob_debet", dotted(quote.cost))
}

/// The sample writes `R1M /900 VA` in an inquiry, and `R2/4400 VA` on a receipt.
fn inquiry_tariff(quote: &Quote) -> String {
    let (class, power, _) = quote.tariff();
    format!("{class} /{power} VA")
}

/// The answer to a payment; `saldo` is the balance after it, in rupiah.
pub(crate) fn payment(invoice: &Invoice, standing: Standing, saldo: i64) -> Fields {
    let is_token = invoice.quote.product.family == Family::PlnToken;
    let extra: &[&str] = if is_token { &["ppob_nominal"] } else { &[] };
    receipt(invoice, standing, extra)
        .with("ppob_saldo", dotted(saldo))
        .with("ppob_status", standing.word())
}

/// The answer to a status request: with the product code, without the balance and the face value.
pub(crate) fn status(invoice: &Invoice, standing: Standing, agent: Option<&str>) -> Fields {
    let fields = receipt(invoice, standing, &["ppob_kodeproduk"]);
    let fields = match agent {
        Some(agent) => fields.with("ppob_kodeagen", agent),
        None => fields,
    };
    fields.with("ppob_status", standing.word())
}

fn receipt(invoice: &Invoice, standing: Standing, after_product: &[&'static str]) -> Fields {
    let family = invoice.quote.product.family;
    let before: &[&str] = match family {
        Family::PlnToken => {
            &["ppob_tanggal", "ppob_nomorpelanggan", "ppob_nomormeter", "ppob_namapelanggan"]
        }
        _ => &["ppob_tanggal", "ppob_nomorpelanggan", "ppob_namapelanggan"],
    };
    let after: &[&str] = match family {
        Family::PlnToken => {
            &["ppob_totalbayar", "ppob_stroomtoken", "ppob_totalkwh", "ppob_reff", "ppob_debet"]
        }
        _ => &["ppob_totalbayar", "ppob_reff", "ppob_debet"],
    };
    [&["ppob_invoice", "ppob_produk"], after_product, before, family.own_fields(), after]
        .into_iter()
        .flatten()
        .fold(Fields::default().with("result", "ok"), |fields, name| {
            fields.with(name, invoice_value(name, invoice, standing))
        })
}
