use ppob_api::v1::{FamilyDetails, PlnPrepaidDetails, PrintLine};

use super::*;

fn line(label: &str, value: &str) -> PrintLine {
    PrintLine { label: label.to_owned(), value: value.to_owned() }
}

fn token_payment() -> Payment {
    let details = PlnPrepaidDetails {
        token: "12345678910111213141".to_owned(),
        ..PlnPrepaidDetails::default()
    };
    Payment {
        product_code: "PLN-PREPAID-20000".to_owned(),
        customer_number: "530000001234".to_owned(),
        state: PaymentState::Succeeded.into(),
        total_rupiah: Some(22_500),
        token_state: TokenState::Present.into(),
        receipt: Some(Receipt {
            product_name: "PLN Token 20.000".to_owned(),
            details: Some(FamilyDetails { details: Some(Details::PlnPrepaid(details)) }),
            lines: vec![
                line("Tanggal", "2026-01-15 10:00:00"),
                line("No. Meter", "530000001234"),
                line("Nama", "SITI NURHALIZAH BINTI ABDUL RAHMAN"),
                line("Stroom/Token", "1234 5678 9101 1121 3141"),
                line("Total Bayar", "Rp 22.500"),
                line("SIMULASI", "BUKAN TRANSAKSI SUNGGUHAN"),
            ],
            ..Receipt::default()
        }),
        ..Payment::default()
    }
}

#[test]
fn a_token_stands_large_and_once_and_a_simulation_says_so_twice() {
    assert_eq!(
        struk(&token_payment()).unwrap(),
        "\
============================================
              *** SIMULASI ***
              STRUK PEMBAYARAN
              PLN Token 20.000
--------------------------------------------
Tanggal         : 2026-01-15 10:00:00
No. Meter       : 530000001234
Nama            : SITI NURHALIZAH BINTI
                  ABDUL RAHMAN
--------------------------------------------
                   TOKEN
          1234 5678 9101 1121 3141
--------------------------------------------
TOTAL BAYAR                        Rp 22.500
                   LUNAS
    SIMULASI - BUKAN TRANSAKSI SUNGGUHAN
============================================
"
    );
}

#[test]
fn a_receipt_without_lines_or_token_says_what_is_known() {
    let mut payment = token_payment();
    payment.token_state = TokenState::Awaited.into();
    payment.receipt = Some(Receipt { reference: "REF-1".to_owned(), ..Receipt::default() });
    assert_eq!(
        struk(&payment).unwrap(),
        "\
============================================
              STRUK PEMBAYARAN
             PLN-PREPAID-20000
--------------------------------------------
No. Pelanggan   : 530000001234
No. Reff        : REF-1
--------------------------------------------
               TOKEN MENYUSUL
--------------------------------------------
TOTAL BAYAR                        Rp 22.500
                   LUNAS
============================================
"
    );
}

#[test]
fn only_a_success_is_lunas_and_what_is_not_paid_has_no_struk() {
    let mut payment = token_payment();
    for state in [
        PaymentState::Accepted,
        PaymentState::Processing,
        PaymentState::InDoubt,
        PaymentState::Failed,
        PaymentState::Unspecified,
    ] {
        payment.state = state.into();
        assert_eq!(struk(&payment), None, "{state:?}");
    }
    payment.state = PaymentState::Reversed.into();
    let reversed = struk(&payment).unwrap();
    assert!(!reversed.contains("LUNAS"), "{reversed}");
    assert!(reversed.contains("TRANSAKSI DIBATALKAN"), "{reversed}");
    payment.state = PaymentState::Succeeded.into();
    payment.receipt = None;
    assert_eq!(struk(&payment), None);
}

#[test]
fn no_line_is_wider_than_the_paper() {
    let mut payment = token_payment();
    let receipt = payment.receipt.as_mut().unwrap();
    receipt.product_name = "X".repeat(100);
    receipt.lines.push(line("Informasi", &"Y".repeat(100)));
    let struk = struk(&payment).unwrap();
    assert!(struk.lines().all(|line| line.chars().count() <= WIDTH), "{struk}");
}
