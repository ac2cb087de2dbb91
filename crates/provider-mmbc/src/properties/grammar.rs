//! Amounts and reasons by themselves.

use ppob_types::{Cost, Rupiah};

use super::KNOWN;
use super::oracle::could_mean;
use crate::amount;
use crate::codes::{Refusals, masked};

/// A text as an amount, an open amount and a cost: what is read is what is written, digit by digit; and a
/// number that the bytes stand for is read back from every way of writing it.
pub fn amounts(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let read = amount::rupiah(&text);
    if let Ok(amount) = read {
        assert!(text.trim().chars().all(|c| c.is_ascii_digit() || c == '.'), "{text:?}");
        assert_eq!(digits.parse(), Ok(amount.get()), "{text:?}");
        assert!(!amount.is_negative());
    }
    match amount::open_or_rupiah(&text) {
        Ok(Some(amount)) => assert_eq!(read, Ok(amount)),
        Ok(None) => assert_eq!(text.trim(), "-"),
        Err(_) => assert!(read.is_err()),
    }
    match amount::cost(&text) {
        Ok(Cost::Fixed(cost)) => assert_eq!(read, Ok(cost), "{text:?}"),
        Ok(Cost::BillPlus(extra)) => {
            let lower = text.trim().to_lowercase();
            assert!(lower.starts_with("tagihan") && lower.contains(['+', '-']), "{text:?}");
            assert_eq!(digits.parse(), Ok(extra.get().abs()), "{text:?}");
            assert_eq!(extra.is_negative(), extra != Rupiah::ZERO && lower.contains('-'));
        }
        Err(_) => assert!(read.is_err()),
    }
    if let Ok(whole) = amount::whole(&text) {
        assert_eq!(text.parse(), Ok(whole.get()));
    }
    round_trip(data);
}

fn round_trip(data: &[u8]) {
    let Some(bytes) = data.first_chunk::<8>() else { return };
    let number = i64::try_from(u64::from_le_bytes(*bytes) % 1_000_000_000_000_000).unwrap_or(0);
    let written = Rupiah::new(number);
    let shown = written.to_string();
    let grouped = shown.trim_start_matches("Rp ");
    for text in [number.to_string(), grouped.to_owned(), format!(" {grouped}\n")] {
        assert_eq!(amount::rupiah(&text), Ok(written), "{text}");
        assert_eq!(amount::cost(&text), Ok(Cost::Fixed(written)), "{text}");
    }
    for (text, sign) in
        [("Tagihan + ", 1), ("TAGIHAN+", 1), ("Tagihan - ", -1), ("tagihan + -", -1)]
    {
        let extra = Rupiah::new(number * sign);
        assert_eq!(amount::cost(&format!("{text}{grouped}")), Ok(Cost::BillPlus(extra)), "{text}");
    }
}

/// A pattern of an operator's and, behind the first line feed, a reason: patterns that say too much are not
/// taken, no reason is understood that has other words than those of the list, and a masked one shows
/// no number.
pub fn refusals(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (pattern, reason) = text.split_once('\n').unwrap_or((&text, &text));
    if let Some(known) = KNOWN.classify(reason) {
        assert!(could_mean(reason, known.code), "{:?} of {reason:?}", known.code);
    }
    let shown = masked(reason, &["530000000001", pattern]);
    assert!(!shown.chars().any(char::is_numeric) && shown.chars().count() <= 200, "{shown:?}");
    // What takes long to prepare is not refused for it.
    if pattern.len() > 256 {
        return;
    }
    if let Ok(own) = Refusals::only(pattern) {
        let says_nothing = ["", "No Data!", "GAGAL", "TRANSAKSI GAGAL", "ERROR"];
        assert!(says_nothing.iter().all(|reason| own.classify(reason).is_none()), "{pattern:?}");
        let waits = format!("{reason} SEDANG PROSES");
        assert!(own.classify(&waits).is_none(), "{pattern:?} of {waits:?}");
    }
}
