//! The sheets of a bill (`lembar`): a row for each period, or one row for all of them.
//!
//! Water companies have both shapes, and there is no telling by the shape how many periods a row is for. Rows
//! may be there with nothing but empty text in them.

use ppob_types::{ReceiptLine, Rupiah};

use super::from_to;
use crate::wire::Fields;

/// The rows that have something in them.
pub(super) struct Sheets<'a>(Vec<&'a Fields>);

/// The sheets of an answer, wherever its family keeps them.
pub(super) fn sheets(fields: &Fields) -> Sheets<'_> {
    let mut rows = fields.rows("desc.tagihan.detail");
    rows.extend(fields.rows("desc.bill.detail"));
    rows.retain(|row| row.flat().values().any(|value| !value.expose().trim().is_empty()));
    Sheets(rows)
}

const PERIOD: [&str; 2] = ["periode", "period"];
const AMOUNT: [&str; 2] = ["nilai_tagihan", "bill_amount"];
const PENALTY: [&str; 2] = ["denda", "penalty"];
const FIRST: [&str; 2] = ["meter_awal", "first_meter"];
const LAST: [&str; 2] = ["meter_akhir", "last_meter"];

fn line_of(row: &Fields, names: [&str; 2]) -> Option<String> {
    names.iter().find_map(|name| row.line(name))
}

fn money_of(row: &Fields, names: [&str; 2]) -> Option<Rupiah> {
    names.iter().find_map(|name| row.money(name))
}

impl Sheets<'_> {
    /// A line for each sheet.
    pub(super) fn lines(&self) -> Vec<ReceiptLine> {
        let numbered = (1..).zip(&self.0);
        let line = |(number, row): (u32, &&Fields)| {
            let text = words(row);
            (!text.is_empty()).then(|| ReceiptLine::new(&format!("Lembar {number}"), text))
        };
        numbered.filter_map(line).collect()
    }

    /// All sheets in one line.
    pub(super) fn in_one_line(&self) -> Option<String> {
        let words: Vec<String> = self.0.iter().map(|row| words(row)).collect();
        let words = words.join("; ");
        (!words.is_empty()).then_some(words)
    }

    /// What the first sheet began with and the last one ended with.
    pub(super) fn meter(&self) -> Option<String> {
        let first = self.0.first().and_then(|row| line_of(row, FIRST));
        let last = self.0.last().and_then(|row| line_of(row, LAST));
        from_to(first, last)
    }

    /// What was used in all, if every sheet states both of its readings in digits.
    pub(super) fn volume(&self) -> Option<String> {
        let used = |row: &&Fields| {
            let reading = |names| line_of(row, names)?.parse::<i64>().ok();
            reading(LAST)?.checked_sub(reading(FIRST)?).filter(|used| *used >= 0)
        };
        let volumes: Option<Vec<i64>> = self.0.iter().map(used).collect();
        let volumes = volumes.filter(|volumes| !volumes.is_empty())?;
        let all = volumes.into_iter().try_fold(0_i64, i64::checked_add)?;
        Some(all.to_string())
    }

    /// The penalties of all sheets together; none if none is stated.
    pub(super) fn penalty(&self) -> Option<Rupiah> {
        let mut stated = self.0.iter().filter_map(|row| money_of(row, PENALTY));
        let first = stated.next()?;
        stated.try_fold(first, |sum, penalty| sum.plus(penalty).ok())
    }
}

/// `MEI 2014 Rp 49.870 (admin Rp 2.500, denda Rp 0)`, as far as the row states it.
fn words(row: &Fields) -> String {
    let mut words: Vec<String> = line_of(row, PERIOD).into_iter().collect();
    let printed = |names| {
        money_of(row, names).map(|amount| amount.to_string()).or_else(|| line_of(row, names))
    };
    words.extend(printed(AMOUNT));
    let meter = from_to(line_of(row, FIRST), line_of(row, LAST));
    words.extend(meter.map(|meter| format!("meter {meter}")));
    words.extend(line_of(row, ["stand", "stand"]).map(|stand| format!("stand {stand}")));
    for (label, names) in [
        ("denda", PENALTY),
        ("admin", ["admin", "admin"]),
        ("lain-lain", ["misc_amount", "misc_amount"]),
    ] {
        let amount = printed(names).filter(|_| money_of(row, names) != Some(Rupiah::ZERO));
        words.extend(amount.map(|amount| format!("{label} {amount}")));
    }
    words.extend(line_of(row, ["no_ref", "no_ref"]).map(|no_ref| format!("reff {no_ref}")));
    words.join(" ")
}
