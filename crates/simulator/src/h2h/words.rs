//! Answers in words.

use super::catalogue::Owed;
use super::faults::Reason;
use super::order::{Ask, Order, Standing};

/// `100.700`: a dot every three digits.
pub(crate) fn dotted(rupiah: i64) -> String {
    let digits = rupiah.unsigned_abs().to_string();
    let mut text = if rupiah < 0 { "-".to_owned() } else { String::new() };
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

pub(crate) fn reason(reason: &Reason) -> &str {
    match reason {
        Reason::NumberWrong => "Nomor tujuan salah",
        Reason::BalanceShort => "Saldo tidak cukup",
        Reason::ProductClosed => "Produk sedang gangguan",
        Reason::ProductWrong => "Kode produk salah",
        Reason::CutOff => "Sedang cut off",
        Reason::BillPaid => "Tagihan sudah lunas",
        Reason::Credentials => "Pin Salah",
        Reason::Other(text) => text,
    }
}

fn head(order: &Order) -> String {
    format!(
        "T#{} R#{} {} {}.{}",
        order.number, order.reference, order.name, order.product, order.dest
    )
}

/// The answer to a request that was taken just now.
pub(crate) fn taken(order: &Order) -> String {
    let (before, after) = (dotted(order.balance_before), dotted(order.balance_after));
    let saldo = format!("Saldo {before} - {} = {after} @{}", dotted(order.cost), order.time);
    match order.standing {
        Standing::Pending => format!("{} akan diproses. {saldo}", head(order)),
        _ => format!("{} SUKSES. SN/Ref: {}. {saldo}", head(order), order.serial),
    }
}

/// The message of a callback about an order that ended, and the answer of the first kind of centre.
pub(crate) fn ended(order: &Order, balance: i64) -> String {
    let saldo = format!("Saldo {} @15/01 {}", dotted(balance), order.time);
    match order.standing {
        Standing::Failed => format!("{} GAGAL. Nomor tujuan salah. {saldo}", head(order)),
        Standing::Done => format!("{} SUKSES. SN: {}. {saldo}", head(order), order.serial),
        Standing::Pending => format!("{} akan diproses. {saldo}", head(order)),
    }
}

/// What `OkeConnect` says to `check=1`, or to a reference that it knows.
pub(crate) fn checked(order: &Order) -> String {
    let Order { number, reference, product, dest, time, .. } = order;
    let before = format!("{} sudah pernah jam {time}, status", head(order));
    let price = dotted(order.cost);
    match order.standing {
        Standing::Done => format!("{before} Sukses. SN: {}. Hrg {price}", order.serial),
        Standing::Failed => format!(
            "{before} Gagal. Mohon diperiksa kembali No tujuan sebelum di ulang. Hrg {price}"
        ),
        Standing::Pending => format!(
            "Mhn tunggu trx sblmnya selesai: T#{number} R#{reference} {product}.{dest} @{time}, \
             status Menunggu Jawaban."
        ),
    }
}

/// What an `OtomaX` centre says to a reference that it knows.
pub(crate) fn repeated(order: &Order, balance: i64) -> String {
    let Order { time, .. } = order;
    let before = format!("{} sudah pernah jam {time}, status", head(order));
    let saldo = format!("Saldo {} @{time}", dotted(balance));
    match order.standing {
        Standing::Done => format!("{before} Sukses. SN: {}. {saldo}", order.serial),
        Standing::Failed => format!("{before} Gagal. Nomor tujuan salah. {saldo}"),
        Standing::Pending => format!("{before} Menunggu Jawaban. {saldo}"),
    }
}

/// A refusal of a purchase or an inquiry.
pub(crate) fn refused(ask: &Ask, why: &Reason, balance: i64) -> String {
    let Ask { reference, product, dest } = ask;
    if *why == Reason::Credentials {
        return format!("R#0 {product}.{dest} GAGAL. Pin Salah");
    }
    format!(
        "R#{reference} {product}.{dest} GAGAL. {}. Saldo {} @10:00",
        reason(why),
        dotted(balance)
    )
}

/// A bill.
pub(crate) fn bill(number: u64, ask: &Ask, name: &str, owed: Owed, balance: i64) -> String {
    let Ask { reference, product, dest } = ask;
    format!(
        "T#{number} R#{reference} Cek {name} {product}.{dest} SUKSES. SN: BUDI SANTOSO/202601/TAG:{}/ADM:{}/\
         TTL:{}. Hrg {}. Saldo {} @10:00",
        dotted(owed.bill),
        dotted(owed.admin),
        dotted(owed.total()),
        dotted(owed.cost),
        dotted(balance)
    )
}

/// That there is no such order.
pub(crate) fn not_found(dest: &str) -> String {
    format!("TIDAK ADA transaksi Tujuan {dest} pada tgl 15/01/2026. Tidak ada data.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rupiah_get_a_dot_every_three_digits() {
        let texts = [0, 100, 2_500, 150_094_085, -1_150].map(dotted);
        assert_eq!(texts, ["0", "100", "2.500", "150.094.085", "-1.150"]);
    }
}
