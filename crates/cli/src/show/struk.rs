//! A receipt as it is printed at the counter: a *struk*.

use ppob_api::v1::family_details::Details;
use ppob_api::v1::{Payment, PaymentState, Receipt, TokenState};

use super::text::{SIMULASI, is_simulated, moment, rupiah};

/// Columns of a 58 mm and 80 mm printer's usual font.
const WIDTH: usize = 44;
/// Columns of a label.
const LABEL: usize = 16;

/// The struk of a payment that was paid.
///
/// `None` for every other payment: nothing that looks like a receipt is printed without proof.
pub(super) fn struk(payment: &Payment) -> Option<String> {
    let receipt = payment.receipt.as_ref()?;
    let heading = match payment.state() {
        PaymentState::Succeeded => "STRUK PEMBAYARAN",
        PaymentState::Reversed => "TRANSAKSI DIBATALKAN",
        _ => return None,
    };
    let paid = payment.state() == PaymentState::Succeeded;
    let simulated = is_simulated(receipt);
    let token = token(receipt);
    let total = payment.total_rupiah.or(receipt.total_rupiah);
    let mut struk = Struk::default();
    struk.rule('=');
    if simulated {
        struk.centred("*** SIMULASI ***");
    }
    struk.centred(heading);
    if receipt.product_name.is_empty() {
        struk.centred(&payment.product_code);
    } else {
        struk.centred(&receipt.product_name);
    }
    struk.rule('-');
    for line in lines(payment, receipt, token.as_deref(), &rupiah(total)) {
        struk.line(&line.0, &line.1);
    }
    struk.rule('-');
    if let Some(token) = &token {
        struk.centred("TOKEN");
        struk.centred(token);
        struk.rule('-');
    } else if payment.token_state() == TokenState::Awaited {
        struk.centred("TOKEN MENYUSUL");
        struk.rule('-');
    }
    struk.ends("TOTAL BAYAR", &rupiah(total));
    struk.centred(if paid { "LUNAS" } else { "DANA DIKEMBALIKAN" });
    if simulated {
        struk.centred("SIMULASI - BUKAN TRANSAKSI SUNGGUHAN");
    }
    struk.rule('=');
    Some(struk.0)
}

/// What stands between the head and the total: the provider's lines, or what is known without them.
fn lines(
    payment: &Payment,
    receipt: &Receipt,
    token: Option<&str>,
    total: &str,
) -> Vec<(String, String)> {
    let told_elsewhere = |label: &str, value: &str| {
        label == SIMULASI
            || value.is_empty()
            || token == Some(value)
            || (label.eq_ignore_ascii_case("total bayar") && value == total)
    };
    let given: Vec<(String, String)> = receipt
        .lines
        .iter()
        .filter(|line| !told_elsewhere(&line.label, &line.value))
        .map(|line| (line.label.clone(), line.value.clone()))
        .collect();
    if !given.is_empty() {
        return given;
    }
    let known = [
        ("Tanggal", moment(receipt.paid_time.as_ref())),
        ("No. Pelanggan", payment.customer_number.clone()),
        ("Nama", receipt.customer_name.clone()),
        ("No. Reff", receipt.reference.clone()),
    ];
    let said = known.into_iter().filter(|(_, value)| !value.is_empty() && value != "-");
    said.map(|(label, value)| (label.to_owned(), value)).collect()
}

/// The token in groups of four, if there is one.
fn token(receipt: &Receipt) -> Option<String> {
    let Some(Details::PlnPrepaid(pln)) = receipt.details.as_ref()?.details.as_ref() else {
        return None;
    };
    let digits: Vec<char> = pln.token.chars().filter(char::is_ascii_digit).collect();
    let groups: Vec<String> = digits.chunks(4).map(|group| group.iter().collect()).collect();
    (!groups.is_empty()).then(|| groups.join(" "))
}

#[derive(Default)]
struct Struk(String);

impl Struk {
    fn rule(&mut self, with: char) {
        self.push(&with.to_string().repeat(WIDTH));
    }

    fn centred(&mut self, text: &str) {
        for row in wrapped(text, WIDTH) {
            let left = (WIDTH - row.chars().count().min(WIDTH)) / 2;
            self.push(&format!("{}{row}", " ".repeat(left)));
        }
    }

    fn line(&mut self, label: &str, value: &str) {
        let mut label = label.to_owned();
        for row in wrapped(value, WIDTH - LABEL - 2) {
            let colon = if label.is_empty() { ' ' } else { ':' };
            self.push(&format!("{label:<LABEL$}{colon} {row}"));
            label.clear();
        }
    }

    /// One text at each end of the line.
    fn ends(&mut self, left: &str, right: &str) {
        let gap = WIDTH.saturating_sub(left.chars().count() + right.chars().count());
        self.push(&format!("{left}{}{right}", " ".repeat(gap.max(1))));
    }

    fn push(&mut self, line: &str) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }
}

/// `text` in rows of at most `width` characters, broken between words where that is possible.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let mut rest: Vec<char> = word.chars().collect();
        while !rest.is_empty() {
            let taken: String = rest.drain(..rest.len().min(width)).collect();
            match rows.last_mut() {
                Some(row) if row.chars().count() + 1 + taken.chars().count() <= width => {
                    row.push(' ');
                    row.push_str(&taken);
                }
                _ => rows.push(taken),
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests;
