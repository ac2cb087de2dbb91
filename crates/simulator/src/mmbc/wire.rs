//! The provider's formats: rupiah with dots, months, and JSON as PHP writes it.

use std::fmt::Write as _;

/// The fields of one answer, in the order they are written; every value is a JSON string.
#[derive(Clone, Default)]
pub(crate) struct Fields(Vec<(&'static str, String)>);

/// The body of an answer, before it becomes text.
#[derive(Clone)]
pub(crate) enum Body {
    /// One object, as every verb but the price list answers.
    Object(Fields),
    /// The bare array of a price list.
    List(Vec<Fields>),
}

impl Fields {
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// Replaces the value of a field the answer has; an absent field stays absent.
    pub(crate) fn replace(&mut self, name: &str, value: &str) {
        for (known, current) in &mut self.0 {
            if *known == name {
                value.clone_into(current);
            }
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| *known != name);
    }

    fn write(&self, json: &mut String, raw_newline: bool) {
        json.push('{');
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                json.push(',');
            }
            let text = if raw_newline && HOLDS_TEXT.contains(name) {
                with_raw_newline(&php_string(value))
            } else {
                php_string(value)
            };
            let _infallible = write!(json, "\"{name}\":{text}");
        }
        json.push('}');
    }
}

impl Body {
    /// The JSON text. `raw_newline` breaks it with an unescaped line feed inside a string.
    pub(crate) fn json(&self, raw_newline: bool) -> String {
        let mut json = String::with_capacity(1024);
        match self {
            Self::Object(fields) => fields.write(&mut json, raw_newline),
            Self::List(rows) => {
                json.push('[');
                for (index, row) in rows.iter().enumerate() {
                    if index > 0 {
                        json.push(',');
                    }
                    row.write(&mut json, raw_newline);
                }
                json.push(']');
            }
        }
        json
    }

    /// Applies a change to every object of the body.
    pub(crate) fn edit(&mut self, mut change: impl FnMut(&mut Fields)) {
        match self {
            Self::Object(fields) => change(fields),
            Self::List(rows) => rows.iter_mut().for_each(change),
        }
    }
}

/// The fields in which a raw newline is plausible.
const HOLDS_TEXT: [&str; 3] = ["reason", "ppob_namapelanggan", "ppob_produk"];

/// A JSON string as `json_encode` of PHP writes it: slashes are escaped.
fn php_string(value: &str) -> String {
    serde_json::Value::from(value).to_string().replace('/', "\\/")
}

fn with_raw_newline(quoted: &str) -> String {
    match quoted.rsplit_once(' ') {
        Some((before, after)) => format!("{before} \n{after}"),
        None => quoted.replacen('"', "\"\n", 1),
    }
}

/// `100.700`: a dot every three digits.
pub(crate) fn dotted(rupiah: i64) -> String {
    let digits = rupiah.unsigned_abs().to_string();
    let mut text = if rupiah < 0 { "-".to_owned() } else { String::new() };
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// `94,50`: hundredths with a decimal comma.
pub(crate) fn with_comma(hundredths: i64) -> String {
    format!("{},{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rupiah_get_a_dot_every_three_digits() {
        let texts = [0, 100, 2_500, 100_700, 1_002_500, -45_200].map(dotted);
        assert_eq!(texts, ["0", "100", "2.500", "100.700", "1.002.500", "-45.200"]);
        assert_eq!(with_comma(9_450), "94,50");
        assert_eq!(with_comma(1_205), "12,05");
    }

    #[test]
    fn json_escapes_as_php_does() {
        let body = Body::Object(Fields::default().with("reason", "a/b \"c\"\n"));
        assert_eq!(body.json(false), r#"{"reason":"a\/b \"c\"\n"}"#);
        assert!(serde_json::from_str::<serde_json::Value>(&body.json(false)).is_ok());
    }

    #[test]
    fn a_raw_newline_makes_the_text_invalid_json() {
        for reason in ["Sisa saldo Rp. 100", "Gagal"] {
            let body = Body::Object(Fields::default().with("reason", reason));
            assert!(serde_json::from_str::<serde_json::Value>(&body.json(true)).is_err());
        }
    }
}
