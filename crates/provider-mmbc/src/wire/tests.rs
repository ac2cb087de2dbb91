use super::*;

fn answer(body: &[u8]) -> Answer {
    Answer { status: 200, body: body.to_vec(), truncated_by_cap: false }
}

fn object(body: &str) -> Option<Fields> {
    match read(&answer(body.as_bytes())) {
        Ok(Reply::Object(fields)) => Some(fields),
        _ => None,
    }
}

fn is_unreadable(body: &str) -> bool {
    read(&answer(body.as_bytes())).is_err()
}

#[test]
fn an_answer_is_found_between_notices_and_html() {
    for body in [
        "{\"result\":\"ok\"}",
        "\u{feff}{\"result\":\"ok\"}",
        " \r\n{ \"result\" : \"ok\" }\n",
        "<br />\n<b>Notice</b>: Undefined index: x in <b>/a.php[2]</b> on line {3}<br />\n{\"result\":\"ok\"}",
        "<html><body>{\"result\":\"ok\"}</body></html>",
        "{\"result\":\"ok\"}\n<!-- 0.02 s -->",
    ] {
        let fields = object(body).unwrap_or_default();
        assert_eq!(fields.text("result"), Some("ok"), "{body}");
    }
}

#[test]
fn a_raw_line_feed_inside_a_string_is_kept() {
    let fields =
        object("{\"result\":\"no\",\"reason\":\"Sisa saldo  \nRp.\t100 \\\"x\\\" \\\\\"}").unwrap();
    assert_eq!(fields.text("reason"), Some("Sisa saldo  \nRp.\t100 \"x\" \\"));
    assert_eq!(fields.line("reason").as_deref(), Some("Sisa saldo Rp. 100 \"x\" \\"));
}

#[test]
fn an_answer_that_is_not_one_whole_value_is_unreadable() {
    for body in [
        "",
        "OK",
        "<html><body>502</body></html>",
        "\"ok\"",
        "12",
        "{\"result\":\"ok\"",
        "{\"result\":\"ok\",\"a\":{\"result\":\"no\"}",
        "[{\"ppob_kodeproduk\":\"PLN\"},{\"ppob",
        "{\"result\":\"ok\"]",
        "{'result':'ok'}",
        "{\"result\":ok}",
        "{\"result\":\"no\"}{\"result\":\"ok\"}",
        "{\"result\":\"no\"}\n[{\"result\":\"ok\"}]",
        "{\"result\":\"ok\",}",
        "{\"result\":\"ok\",\"reason\":\"Sisa saldo\\\nRp.\"}",
    ] {
        assert!(is_unreadable(body), "{body}");
    }
}

#[test]
fn a_key_that_occurs_twice_is_unreadable() {
    assert!(is_unreadable("{\"result\":\"no\",\"result\":\"ok\"}"));
    assert!(is_unreadable("{\"result\":\"no\",\"r\\u0065sult\":\"ok\"}"));
}

#[test]
fn an_answer_cut_by_our_own_limit_is_unreadable() {
    let mut cut = answer(b"{\"result\":\"ok\"}");
    cut.truncated_by_cap = true;
    assert!(read(&cut).is_err());
}

#[test]
fn values_may_be_text_numbers_or_null() {
    let fields =
        object("{\"a\":\"2.500\",\"b\":2500,\"c\":null,\"d\":\"\",\"e\":2.500,\"f\":true}")
            .unwrap();
    let amount = Ok(Some(Rupiah::new(2_500)));
    assert_eq!(fields.rupiah("a"), amount);
    assert_eq!(fields.rupiah("b"), amount);
    for absent in ["c", "d", "z"] {
        assert_eq!(fields.rupiah(absent), Ok(None), "{absent}");
    }
    // A bare 2.500 is two and a half to JSON and two thousand five hundred to a person.
    assert_eq!(fields.rupiah("e"), Err(AmountError));
    assert_eq!(fields.rupiah("f"), Err(AmountError));
    assert_eq!(fields.text("b"), Some("2500"));
    assert_eq!(fields.all().len(), 5);
    assert!(!format!("{fields:?}").contains("2500"));
}

#[test]
fn a_list_names_the_elements_it_cannot_read() {
    let Ok(Reply::List(list)) = read(&answer(b"[{\"a\":1},{\"a\":1,\"a\":2},7,[]]")) else {
        panic!("not a list");
    };
    let readable: Vec<bool> = list.iter().map(Option::is_some).collect();
    assert_eq!(readable, [true, false, false, false]);
    let empty = read(&answer(b"\xef\xbb\xbf []"));
    assert!(matches!(empty, Ok(Reply::List(list)) if list.is_empty()));
}

#[test]
fn the_invoice_of_an_unreadable_answer_is_found_if_it_is_whole_and_alone() {
    let found = |text: &str| invoice_in(text.as_bytes()).map(|found| found.to_string());
    let invoice = Some("12345678".to_owned());
    assert_eq!(found("{\"result\":\"ok\",\"ppob_invoice\":\"12345678\",\"pp"), invoice);
    assert_eq!(found("{\"ppob_invoice\" : 12345678, "), invoice);
    assert_eq!(found("{\"ppob_invoice\":\"12345678\"} {\"ppob_invoice\":\"12345678\"}"), invoice);
    for none in [
        "{\"ppob_invoice\":\"1234",
        "{\"ppob_invoice\":1234",
        "{\"ppob_invoice\":\"\"}",
        "{\"ppob_invoice\":\"0\"}",
        "{\"ppob_invoice\":null,",
        "{\"ppob_invoice\":\"1\"}{\"ppob_invoice\":\"2\"}",
        "ppob_invoice 12345678",
    ] {
        assert_eq!(found(none), None, "{none}");
    }
}
