use super::*;

fn read(body: &str) -> Result<Fields, Unreadable> {
    object(&Answer { status: 200, body: body.as_bytes().to_vec(), truncated_by_cap: false })
}

#[test]
fn numbers_stay_as_they_were_written() {
    let fields = read(r#"{"data":{"a":302500.0,"b":"2500","c":1e3,"d":null,"e":true}}"#).unwrap();
    assert_eq!(fields.money("a"), Some(Rupiah::new(302_500)));
    assert_eq!(fields.money("b"), Some(Rupiah::new(2_500)));
    assert_eq!(fields.rupiah("c"), Err(AmountError));
    assert_eq!(fields.rupiah("d"), Ok(None));
    assert_eq!(fields.rupiah("e"), Err(AmountError));
}

#[test]
fn nested_objects_and_lists_are_read_by_path_and_flattened() {
    let body = r#"{"data":{"desc":{"tagihan":{"detail":[{"periode":"MEI 2014"},{"periode":""}]}}},"meta":[]}"#;
    let fields = read(body).unwrap();
    let rows = fields.rows("desc.tagihan.detail");
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].line("periode").as_deref(), Some("MEI 2014"));
    assert_eq!(rows[1].line("periode"), None);
    assert_eq!(fields.flat()["desc.tagihan.detail.0.periode"].expose(), "MEI 2014");
    assert!(!format!("{fields:?}").contains("MEI"));
}

#[test]
fn whatever_is_not_one_whole_object_with_data_is_unreadable() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"data":[]}"#,
        r#"{"data":null}"#,
        r#"{"data":{"rc":"00"}"#,
        r#"{"data":{"rc":"00"}} {"data":{"rc":"07"}}"#,
        r#"{"data":{"rc":"00","rc":"07"}}"#,
        r#"{"data":{"rc":"00"},"data":{"rc":"07"}}"#,
        r#"{"data":{"desc":{"a":1,"\u0061":2}}}"#,
        r#"<b>Notice</b> {"data":{"rc":"00"}}"#,
        "<html>",
    ] {
        assert!(read(body).is_err(), "{body}");
    }
    let deep = format!("{{\"data\":{{\"a\":{}{}}}}}", "[".repeat(40), "]".repeat(40));
    assert!(read(&deep).is_err());
    let whole = Answer { status: 200, body: b"{\"data\":{}}".to_vec(), truncated_by_cap: true };
    assert!(object(&whole).is_err());
    assert!(read("\u{feff} {\"data\":{}}\n").is_ok());
}

#[test]
fn a_code_has_two_digits_also_as_a_number() {
    let fields = read(r#"{"data":{"a":7,"b":"07","c":103,"d":"","e":"7"}}"#).unwrap();
    let codes = ["a", "b", "c", "d", "e"].map(|name| fields.code(name));
    assert_eq!(
        codes,
        [Some("07"), Some("07"), Some("103"), None, Some("7")].map(|c| c.map(str::to_owned))
    );
}

#[test]
fn a_transaction_number_is_digits_and_not_zero() {
    for (value, expected) in [
        ("3482", Some("3482")),
        ("\"3487\"", Some("3487")),
        ("0", None),
        ("\"x1\"", None),
        ("-1", None),
    ] {
        let fields = read(&format!("{{\"data\":{{\"tr_id\":{value}}}}}")).unwrap();
        assert_eq!(fields.tr_id(), expected, "{value}");
    }
}
