//! The statement of a deposit, as an agent exports it from the provider's site.
//!
//! The document of the provider does not describe it, so this one is made up: what is in it comes from the
//! truth ledger, and the names of its columns are those that Indonesian statements have.

use std::fmt::Write as _;

use crate::ledger::Ledger;

/// What a statement leaves out or makes up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatementSwitches {
    /// The latest debits that are not written down yet.
    pub delayed: usize,
    /// Whether a debit stands in it that is nobody's: another program on the same account, or a mistake.
    pub foreign_row: bool,
}

/// The statement of one login as CSV.
pub(super) fn statement(ledger: &Ledger, account: &str, switches: StatementSwitches) -> String {
    let mut csv = String::from("MUTASI DEPOSIT\n");
    let _infallible = writeln!(csv, "Akun;{account}\n");
    csv.push_str("Tanggal;No Invoice;Kode Produk;ID Pelanggan;Keterangan;Debet;Kredit\n");
    let charges: Vec<_> =
        ledger.charges.iter().filter(|charge| charge.account == account).collect();
    let written = charges.len().saturating_sub(switches.delayed);
    for charge in charges.iter().take(written) {
        let cells = format!(
            "{};{};{};{}",
            charge.at, charge.invoice, charge.product, charge.customer_number
        );
        let _infallible = writeln!(csv, "{cells};Pembayaran;{};", grouped(charge.cost));
        if charge.refunded {
            let _infallible = writeln!(csv, "{cells};Pengembalian;;{}", grouped(charge.cost));
        }
    }
    if switches.foreign_row
        && let Some(last) = charges.last()
    {
        let _infallible =
            writeln!(csv, "{};99999999;{};599999999999;Pembayaran;12.345;", last.at, last.product);
    }
    csv
}

/// `20.700`, as people write it.
fn grouped(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Charge;

    fn charge(sequence: u64, account: &str, refunded: bool) -> Charge {
        Charge {
            sequence,
            account: account.to_owned(),
            invoice: format!("80{sequence}"),
            product: "PLN".to_owned(),
            customer_number: "530000000001".to_owned(),
            cost: 1_020_700,
            total: 1_022_500,
            at: "2026-11-27 10:00:00".to_owned(),
            token: None,
            refunded,
        }
    }

    #[test]
    fn it_holds_the_debits_and_refunds_of_one_login_and_what_the_switches_say() {
        let ledger = Ledger {
            charges: vec![charge(1, "a", true), charge(2, "b", false), charge(3, "a", false)],
            ..Ledger::default()
        };
        let head = "MUTASI DEPOSIT\nAkun;a\n\n\
            Tanggal;No Invoice;Kode Produk;ID Pelanggan;Keterangan;Debet;Kredit\n";
        let first = "2026-11-27 10:00:00;801;PLN;530000000001;Pembayaran;1.020.700;\n\
            2026-11-27 10:00:00;801;PLN;530000000001;Pengembalian;;1.020.700\n";
        let third = "2026-11-27 10:00:00;803;PLN;530000000001;Pembayaran;1.020.700;\n";
        let of = |switches| statement(&ledger, "a", switches);
        assert_eq!(of(StatementSwitches::default()), format!("{head}{first}{third}"));
        let late = StatementSwitches { delayed: 1, foreign_row: true };
        let foreign = "2026-11-27 10:00:00;99999999;PLN;599999999999;Pembayaran;12.345;\n";
        assert_eq!(of(late), format!("{head}{first}{foreign}"));
    }
}
