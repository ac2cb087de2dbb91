//! How each field of the document is written: dots in some, bare digits or a comma in others.

use super::invoice::{Invoice, Standing};
use super::quote::Quote;
use super::wire::{dotted, with_comma};

/// Fields that an answer has only after a payment; the rest comes from the quote.
pub(crate) fn invoice_value(name: &str, invoice: &Invoice, standing: Standing) -> String {
    match name {
        "ppob_invoice" => invoice.number.to_string(),
        "ppob_tanggal" => invoice.at.clone(),
        "ppob_stroomtoken" if standing.shows_token() => grouped(invoice.token.as_deref()),
        "ppob_stroomtoken" => String::new(),
        "ppob_reff" if standing == Standing::Pending => String::new(),
        "ppob_reff" => invoice.reference(),
        _ => quote_value(name, &invoice.quote),
    }
}

/// What is known before a payment. An unknown name is a mistake in a field table; it becomes `?`.
pub(crate) fn quote_value(name: &str, quote: &Quote) -> String {
    match name {
        "ppob_produk" => quote.product.receipt_name.to_owned(),
        "ppob_kodeproduk" => quote.product.code.to_owned(),
        "ppob_nomorpelanggan" => quote.customer_number.clone(),
        "ppob_namapelanggan" | "ppob_namapeserta" => quote.customer_name().to_owned(),
        "ppob_admin" => quote.admin.to_string(),
        "ppob_nominal" | "ppob_totaltagihan" => dotted(quote.amount),
        "ppob_totalbayar" => dotted(quote.total),
        "ppob_debet" => dotted(quote.cost),
        "ppob_bulantagihan" => months(quote),
        "ppob_detailtagihan" => detail(quote),
        _ => electricity(name, quote)
            .or_else(|| vehicle(name, quote))
            .or_else(|| household(name, quote))
            .unwrap_or_else(|| "?".to_owned()),
    }
}

fn electricity(name: &str, quote: &Quote) -> Option<String> {
    let parts = quote.token_parts();
    let (class, power, _) = quote.tariff();
    let meter = |label| 10_000 + quote.draws.below(label, 60_000);
    Some(match name {
        "ppob_tarifdaya" => format!("{class}/{power} VA"),
        "ppob_voucher" => format!("TOKEN PLN {}", dotted(quote.amount)),
        "ppob_nomormeter" => format!("{:011}", quote.draws.below("meter", 100_000_000_000)),
        "ppob_materai" => parts.stamp_duty.to_string(),
        "ppob_ppn" => parts.value_added_tax.to_string(),
        "ppob_ppj" => parts.street_lighting_tax.to_string(),
        "ppob_angsuran" => parts.instalment.to_string(),
        "ppob_rptoken" => parts.energy.to_string(),
        "ppob_totalkwh" => with_comma(parts.kwh_hundredths),
        "ppob_standmeter" => {
            let before = meter("meter before");
            format!("{before:08}-{:08}", before + 50 + quote.draws.below("used", 400))
        }
        "ppob_nomorregistrasi" => format!("{:013}", quote.draws.below("registration", 1 << 40)),
        "ppob_jenisbayar" => "PENYAMBUNGAN BARU".to_owned(),
        _ => return None,
    })
}

fn vehicle(name: &str, quote: &Quote) -> Option<String> {
    let number = 1 + quote.draws.below("instalment number", 20);
    let left = 1 + quote.draws.below("instalments left", 15);
    Some(match name {
        "ppob_nomorpolisi" => format!("B {} XYZ", 1_000 + quote.draws.below("plate", 9_000)),
        "ppob_kendaraan" => "SEPEDA MOTOR 125 CC".to_owned(),
        "ppob_angsuranke" => format!("{number:03}"),
        "ppob_sisatenor" => left.to_string(),
        "ppob_jatuhtempo" => {
            let month = quote.sheets.last()?.month;
            month.day(1 + quote.draws.below("due day", 28))
        }
        "ppob_sisaangsuran" => dotted(quote.amount * i64::try_from(left).unwrap_or(1)),
        "ppob_denda" => quote.penalty().to_string(),
        _ => return None,
    })
}

fn household(name: &str, quote: &Quote) -> Option<String> {
    Some(match name {
        "ppob_volumepemakaian" => format!("{} M3", 5 + quote.draws.below("volume", 40)),
        "ppob_jumlahpeserta" => (1 + quote.draws.below("participants", 5)).to_string(),
        "ppob_jumlahtunggakan" => match quote.sheets.len() {
            0 | 1 => String::new(),
            sheets => (sheets - 1).to_string(),
        },
        _ => return None,
    })
}

/// `202009`; several months are separated by commas, which the document does not define.
fn months(quote: &Quote) -> String {
    let months: Vec<_> = quote.sheets.iter().map(|sheet| sheet.month.compact()).collect();
    months.join(",")
}

/// `202008: 150.000, 202009: 152.300`; the document does not define the text.
fn detail(quote: &Quote) -> String {
    let lines: Vec<_> = quote
        .sheets
        .iter()
        .map(|sheet| format!("{}: {}", sheet.month.compact(), dotted(sheet.amount)))
        .collect();
    lines.join(", ")
}

/// Five groups of four digits.
fn grouped(token: Option<&str>) -> String {
    let digits: Vec<char> = token.unwrap_or_default().chars().collect();
    let groups: Vec<String> = digits.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}
