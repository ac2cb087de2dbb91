//! From files to rows.

use std::fmt::Write as _;

use ppob_evidence::statement::{
    AmountSign, Columns, Delimiter, Movement, Pattern, Statement, StatementError, StatementFormat,
    Unreadable, read,
};
use ppob_types::Timestamp;

fn rows(text: &str) -> Statement {
    read(text.as_bytes(), &StatementFormat::default()).unwrap()
}

#[test]
fn an_indonesian_statement_with_a_preamble_and_semicolons_is_read_without_a_mapping() {
    let text = "\u{feff}MUTASI DEPOSIT;;\nPeriode;27/11/2026;\n\n\
        Tanggal;Jam;No. Invoice;Kode Produk;ID Pelanggan;Keterangan;Debet;Kredit;Saldo\n\
        27/11/2026;12:00:05;812;PLN 20/TOKEN;'0520000001;token;20.700;;1.979.300\n\
        27/11/2026;13:00;813;;;Tambah saldo;;Rp 2.000.000,00;3.979.300\n";
    let found = rows(text);
    assert_eq!(found.unreadable, []);
    let [paid, deposit] = found.rows.as_slice() else { panic!("{found:?}") };
    assert_eq!(paid.line, 5);
    assert_eq!(paid.from, Timestamp::from_wib("2026-11-27 12:00:05").unwrap());
    assert_eq!(paid.until.since(paid.from).as_micros(), 999_999);
    assert_eq!(paid.reference.as_ref().unwrap().as_str(), "812");
    assert_eq!(paid.customer.as_ref().unwrap().expose(), "0520000001");
    assert_eq!(paid.product.as_deref(), Some("PLN 20/TOKEN"));
    assert_eq!((paid.movement, paid.amount.get()), (Movement::Debit, 20_700));
    assert_eq!(paid.balance.unwrap().get(), 1_979_300);
    assert_eq!((deposit.movement, deposit.amount.get()), (Movement::Credit, 2_000_000));
    assert_eq!(deposit.until.since(deposit.from).as_secs(), 59);
    assert_eq!(deposit.reference.as_ref().unwrap().as_str(), "813");
}

#[test]
fn an_english_statement_with_one_column_of_amounts_and_kinds_is_read() {
    let text = "Transaction Date,Transaction ID,Customer No,Product,Amount,Type\n\
        2026-11-27T12:00:05,A1,52,\"X, Y\",\"20,700.00\",Debit\n\
        2026-11-27 12:01,A1,52,X,\"20,700\",REFUND\n\
        2026-11-27,A2,,,500000,Top-Up\n\
        2026-11-27,A3,,,5,adjustment\n";
    let found = rows(text);
    let kinds: Vec<_> = found.rows.iter().map(|row| (row.movement, row.amount.get())).collect();
    assert_eq!(
        kinds,
        [(Movement::Debit, 20_700), (Movement::Refund, 20_700), (Movement::Credit, 500_000)]
    );
    assert_eq!(found.rows[0].product.as_deref(), Some("X, Y"));
    assert_eq!(
        found.unreadable,
        [Unreadable { line: 5, problem: "its kind is on no list of words" }]
    );
}

#[test]
fn a_mapping_names_columns_times_signs_and_rows_to_pass_over() {
    let format = StatementFormat {
        delimiter: Delimiter::Bar,
        date_formats: vec!["%m/%d/%Y %I:%M %p".to_owned()],
        ignore_rows: vec![Pattern::new("^saldo awal").unwrap()],
        amount_sign: AmountSign::NegativeIsDebit,
        columns: Columns {
            time: vec!["When".to_owned()],
            reference: vec!["Nr".to_owned(), "SN".to_owned()],
            amount: vec!["Value (IDR)".to_owned()],
            ..Columns::default()
        },
        ..StatementFormat::default()
    };
    let text = "When|SN|Value (IDR)|Remarks\n11/27/2026 01:00 PM||900|Saldo Awal\n\
        11/27/2026 01:00 PM|7|-20.700|x\n11/27/2026 01:05 PM|8|20.700|x\n";
    let found = read(text.as_bytes(), &format).unwrap();
    assert_eq!((found.ignored, found.unreadable.len()), (1, 0));
    let moved: Vec<_> = found.rows.iter().map(|row| (row.line, row.movement)).collect();
    assert_eq!(moved, [(3, Movement::Debit), (4, Movement::Credit)]);
    assert_eq!(found.rows[0].from, Timestamp::from_wib("2026-11-27 13:00:00").unwrap());
}

#[test]
fn what_cannot_be_read_is_told_with_its_line_and_never_guessed() {
    let head = "tanggal;no invoice;id pelanggan;debit;kredit;saldo\n";
    for (row, problem) in [
        (
            "27/11/26;1;2;3;;",
            "its time lies in no year of this century; is the year written in full?",
        ),
        ("27-Nov-2026;1;2;3;;", "its time is written in none of the formats"),
        (";1;2;3;;", "its time is missing"),
        ("2026-11-27;1;2;3,5;;", "its amount is no whole amount of rupiah"),
        ("2026-11-27;1;2;-3;;", "its amount is below zero in a column for one direction"),
        ("2026-11-27;1;2;;;", "it moves no money"),
        ("2026-11-27;1;2;0;-;", "it moves no money"),
        ("2026-11-27;1;2;3;4;", "it moves money both ways"),
        ("2026-11-27;1;2;3;;x", "its balance is no whole amount of rupiah"),
        ("2026-11-27;1;2;3", "it has another number of cells than the line that names the columns"),
        (
            "2026-11-27;1;2;3;;4;5",
            "it has another number of cells than the line that names the columns",
        ),
        (
            "2026-11-27;1;5.3E+11;3;;",
            "a number was rounded by a spreadsheet; export the column as text",
        ),
        (
            "2026-11-27;1;\"2\n;3;;;",
            "it has another number of cells than the line that names the columns",
        ),
        (
            "2026-11-27;1;\"2\n\";3;;",
            "a cell is too long or spans lines; is a quotation mark missing?",
        ),
    ] {
        let found = rows(&format!("{head}2026-11-27;9;9;9;;9\n{row}\n"));
        assert_eq!(found.unreadable, [Unreadable { line: 3, problem }], "{row}");
        assert_eq!(found.rows.len(), 1, "{row}");
    }
}

#[test]
fn a_quotation_mark_that_is_never_closed_swallows_no_row_unnoticed() {
    let mut text = "tanggal;no invoice;debit;keterangan\n2026-11-27;1;5;\"oops\n".to_owned();
    for number in 2..400 {
        let _infallible = writeln!(text, "2026-11-27;{number};5;fine");
    }
    let found = rows(&text);
    assert_eq!(found.rows, []);
    assert_eq!(found.unreadable.len(), 1);
}

#[test]
fn pages_repeat_their_names_and_empty_lines_are_nothing() {
    let text =
        "tanggal,invoice,debit\n2026-11-27,1,5\n\n,,\nTanggal,Invoice,Debit\n2026-11-27,2,5\n";
    let found = rows(text);
    assert_eq!(found.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 6]);
    assert_eq!(found.unreadable, []);
}

#[test]
fn latin_1_is_read_and_utf_16_is_not() {
    let text = b"tanggal,invoice,debit,ket\n2026-11-27,1,5,caf\xE9\n";
    let found = read(text, &StatementFormat::default()).unwrap();
    assert_eq!(found.rows[0].text.expose(), "café");
    let wide: Vec<u8> =
        "tanggal,invoice,debit\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&wide, &StatementFormat::default()), Err(StatementError::NotText));
}

#[test]
fn a_file_that_is_no_statement_is_refused_whole() {
    let of = |text: &str| read(text.as_bytes(), &StatementFormat::default()).unwrap_err();
    assert_eq!(of(""), StatementError::NoHeader);
    assert_eq!(of("a,b,c\n1,2,3\n"), StatementError::NoHeader);
    assert_eq!(of("tanggal,invoice,jumlah\n"), StatementError::DirectionUnclear);
    let twice = StatementError::ColumnTwice { name: "debit".to_owned() };
    assert_eq!(of("tanggal,invoice,debit,Debit\n"), twice);
    let large = vec![b'x'; ppob_evidence::statement::MOST_BYTES + 1];
    assert_eq!(read(&large, &StatementFormat::default()), Err(StatementError::TooLarge));
}

#[test]
fn a_format_comes_from_a_configuration_and_unknown_keys_do_not() {
    let read: StatementFormat = serde_json::from_str(
        r#"{"delimiter":";","encoding":"latin-1","thousands":"dot","complete":true,
            "ignore_rows":["^total"],"columns":{"reference":["SN"]},"amount_sign":"positive-is-debit"}"#,
    )
    .unwrap();
    assert!(read.complete);
    assert_eq!(read.columns.reference, ["SN"]);
    assert!(serde_json::from_str::<StatementFormat>(r#"{"delimeter":";"}"#).is_err());
    assert!(serde_json::from_str::<StatementFormat>(r#"{"ignore_rows":["("]}"#).is_err());
}

#[test]
fn debug_output_of_a_row_hides_the_customer_and_the_words() {
    let found = rows("tanggal,invoice,id pelanggan,debit,ket\n2026-11-27,1,530000000001,5,Budi\n");
    let shown = format!("{found:?}");
    assert!(!shown.contains("530000000001") && !shown.contains("Budi"), "{shown}");
}
