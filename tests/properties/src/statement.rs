//! A provider's statement: a file that nobody promised anything about.

use ppob_evidence::statement::{AmountSign, Delimiter, Encoding, Statement, StatementFormat, read};

/// Longer files say nothing that shorter ones do not.
const LONGEST: usize = 32 * 1024;

/// A file, the first byte of which says how it is written. Each of its lines is a row, is told as
/// unreadable, or is passed over; no row moves nothing or less, or ends before it begins; what is wrong is
/// said without anything that stands in it; and more words at the end change no row before them.
pub(crate) fn rows(data: &[u8]) {
    let Some((choice, file)) = data.split_first() else { return };
    if file.len() > LONGEST {
        return;
    }
    let format = format(*choice);
    let statement = match read(file, &format) {
        Ok(statement) => statement,
        Err(error) => return shows_nothing(file, &error.to_string()),
    };
    let lines = u64::try_from(file.split(|byte| matches!(byte, b'\n' | b'\r')).count());
    let lines = lines.expect("a number");
    let rows = statement.rows.iter().map(|row| row.line);
    let mut numbers = rows.chain(statement.unreadable.iter().map(|row| row.line));
    assert!(numbers.all(|line| (1..=lines).contains(&line)), "a row outside of the file");
    for row in &statement.rows {
        assert!(row.amount.get() > 0 && row.from <= row.until, "line {}", row.line);
    }
    if let Some((from, until)) = statement.span() {
        assert!(statement.rows.iter().all(|row| from <= row.from && row.until <= until));
    }
    goes_on(&statement, file, &format);
}

fn format(choice: u8) -> StatementFormat {
    let delimiter = match choice % 5 {
        0 => Delimiter::Auto,
        1 => Delimiter::Semicolon,
        2 => Delimiter::Comma,
        3 => Delimiter::Tab,
        _ => Delimiter::Bar,
    };
    let amount_sign = match choice / 5 % 3 {
        0 => AmountSign::None,
        1 => AmountSign::NegativeIsDebit,
        _ => AmountSign::PositiveIsDebit,
    };
    // Latin-1 knows every byte, so that all of them reach the cells.
    let encoding = if choice >= 128 { Encoding::Latin1 } else { Encoding::Auto };
    StatementFormat { delimiter, encoding, amount_sign, ..StatementFormat::default() }
}

/// A file that is still being written is read as far as it goes.
fn goes_on(statement: &Statement, file: &[u8], format: &StatementFormat) {
    // Within quotes a line goes on, and one byte more may make another encoding of it.
    let is_plain = file.is_ascii() && !file.contains(&b'"') && file.ends_with(b"\n");
    if !is_plain {
        return;
    }
    let longer = [file, b"one more line\n"].concat();
    if let Ok(longer) = read(&longer, format) {
        assert!(longer.rows.starts_with(&statement.rows), "a row changed by what follows it");
    }
}

fn shows_nothing(file: &[u8], shown: &str) {
    let text = String::from_utf8_lossy(file);
    let mut words = text.split(|c: char| !c.is_ascii_digit()).filter(|word| word.len() >= 6);
    assert!(words.all(|word| !shown.contains(word)), "{shown}");
}
