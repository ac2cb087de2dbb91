//! What is owed.

use ppob_api::v1::Bill;

use super::text::{SIMULASI, moment, rupiah};
use crate::text::Add;

/// A bill, and how to pay it.
pub(crate) fn bill(bill: &Bill) -> String {
    let mut text = format!(
        "{} for {}{}\n",
        bill.product_code,
        bill.customer_number,
        if bill.customer_name.is_empty() {
            String::new()
        } else {
            format!(", {}", bill.customer_name)
        }
    );
    let width = bill.lines.iter().map(|line| line.label.chars().count()).max().unwrap_or(0);
    let mut simulated = false;
    for line in &bill.lines {
        if line.label == SIMULASI {
            simulated = true;
        } else if !line.value.is_empty() {
            text.add(format_args!("  {:<width$} : {}\n", line.label, line.value));
        }
    }
    text.add(format_args!("Total {}", rupiah(Some(bill.total_rupiah))));
    if let Some(admin) = bill.admin_rupiah {
        text.add(format_args!(", of which admin fee {}", rupiah(Some(admin))));
    }
    text.push_str(". Nothing has been paid.\n");
    if simulated {
        text.push_str("SIMULASI - BUKAN TRANSAKSI SUNGGUHAN\n");
    }
    text.add(format_args!(
        "To pay exactly this, until {}:\n  ppob pay {} {} --inquiry {}\n",
        moment(bill.expire_time.as_ref()),
        bill.product_code,
        bill.customer_number,
        bill.inquiry_id,
    ));
    text
}

#[cfg(test)]
mod tests {
    use ppob_api::v1::PrintLine;

    use super::*;

    #[test]
    fn a_bill_tells_what_is_owed_and_how_to_pay_it() {
        let line = |label: &str, value: &str| PrintLine {
            label: label.to_owned(),
            value: value.to_owned(),
        };
        let owed = Bill {
            inquiry_id: "i-1".to_owned(),
            product_code: "PLN-POSTPAID".to_owned(),
            customer_number: "530000001234".to_owned(),
            customer_name: "BUDI".to_owned(),
            total_rupiah: 102_500,
            admin_rupiah: Some(2_500),
            expire_time: Some(prost_types::Timestamp { seconds: 1_532_440_800, nanos: 0 }),
            lines: vec![
                line("Bulan Tagihan", "202609"),
                line("Nama", "BUDI"),
                line("SIMULASI", "BUKAN TRANSAKSI SUNGGUHAN"),
            ],
            ..Bill::default()
        };
        assert_eq!(
            bill(&owed),
            "\
PLN-POSTPAID for 530000001234, BUDI
  Bulan Tagihan : 202609
  Nama          : BUDI
Total Rp 102.500, of which admin fee Rp 2.500. Nothing has been paid.
SIMULASI - BUKAN TRANSAKSI SUNGGUHAN
To pay exactly this, until 2018-07-24 21:00:00 WIB:
  ppob pay PLN-POSTPAID 530000001234 --inquiry i-1
"
        );
    }
}
