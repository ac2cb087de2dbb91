//! Small texts that all views share.

use comfy_table::{Cell, CellAlignment, Table};
use ppob_api::v1::Receipt;
use ppob_types::{Rupiah, Timestamp};

/// The label of the line that marks a receipt as simulated.
pub(crate) const SIMULASI: &str = "SIMULASI";

/// `Rp 102.500`, or `-` if it is not known.
pub(crate) fn rupiah(amount: Option<i64>) -> String {
    amount.map_or_else(|| "-".to_owned(), |amount| Rupiah::new(amount).to_string())
}

/// `2018-07-24 21:00:00 WIB`, or `-` if it is not known.
pub(crate) fn moment(time: Option<&prost_types::Timestamp>) -> String {
    time.map_or_else(
        || "-".to_owned(),
        |time| {
            let micros = time
                .seconds
                .saturating_mul(1_000_000)
                .saturating_add(i64::from(time.nanos) / 1_000);
            format!("{} WIB", Timestamp::from_micros(micros).wib())
        },
    )
}

/// `3m 20s`, or `-` if it is not known.
pub(crate) fn span(duration: Option<&prost_types::Duration>) -> String {
    let Some(duration) = duration else {
        return "-".to_owned();
    };
    let seconds = duration.seconds.max(0);
    match (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0, seconds) => format!("{seconds}s"),
        (0, 0, minutes, seconds) => format!("{minutes}m {seconds}s"),
        (0, hours, minutes, _) => format!("{hours}h {minutes}m"),
        (days, hours, _, _) => format!("{days}d {hours}h"),
    }
}

/// The name of an enum value without its prefix: `PAYMENT_STATE_IN_DOUBT` is `IN_DOUBT`.
pub(crate) fn word(name: &'static str, prefix: &str) -> &'static str {
    name.strip_prefix(prefix).unwrap_or(name)
}

/// `••••6789`: enough to recognise a number, too little to use it.
pub(crate) fn masked(number: &str) -> String {
    let skipped = number.chars().count().saturating_sub(4);
    let tail: String = number.chars().skip(skipped).collect();
    format!("••••{tail}")
}

/// `-` where there is nothing.
pub(crate) fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// A table without frames, so that it can be read, copied and searched. Columns whose head begins
/// with `>` are aligned to the right.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: Vec<[String; N]>) -> String {
    let right = head.map(|title| title.starts_with('>'));
    let cell = |(text, right): (String, bool)| {
        let alignment = if right { CellAlignment::Right } else { CellAlignment::Left };
        Cell::new(text).set_alignment(alignment)
    };
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    let titles = head.map(|title| title.trim_start_matches('>').to_owned());
    table.set_header(titles.into_iter().zip(right).map(cell));
    for row in rows {
        table.add_row(row.into_iter().zip(right).map(cell));
    }
    let lines = table.to_string();
    let trimmed = lines.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
    let trimmed: Vec<&str> = trimmed.collect();
    trimmed.join("\n")
}

/// Whether a simulated provider made this receipt.
pub(crate) fn is_simulated(receipt: &Receipt) -> bool {
    receipt.simulated || receipt.lines.iter().any(|line| line.label == SIMULASI)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_western_indonesian_time() {
        let time = prost_types::Timestamp { seconds: 1_532_440_800, nanos: 0 };
        assert_eq!(moment(Some(&time)), "2018-07-24 21:00:00 WIB");
        assert_eq!(moment(None), "-");
    }

    #[test]
    fn spans_are_told_in_their_two_largest_units() {
        for (seconds, text) in [(9, "9s"), (200, "3m 20s"), (7_260, "2h 1m"), (180_000, "2d 2h")] {
            let duration = prost_types::Duration { seconds, nanos: 0 };
            assert_eq!(span(Some(&duration)), text);
        }
    }

    #[test]
    fn a_table_aligns_numbers_to_the_right_and_ends_no_line_with_spaces() {
        let shown = table(
            ["PRODUCT", ">TOTAL", "NAME"],
            vec![
                ["A".into(), "Rp 20.500".into(), "One".into()],
                ["LONG-CODE".into(), "Rp 5".into(), String::new()],
            ],
        );
        assert_eq!(
            shown,
            "PRODUCT        TOTAL  NAME\nA          Rp 20.500  One\nLONG-CODE       Rp 5"
        );
    }
}
