//! What networks and servers do to an answer. Pure.

use crate::Saying;

/// What happens to a request and to its answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// The answer is handed on.
    #[default]
    Pass,
    /// This is answered, and the simulator is not asked.
    Says(Saying),
    /// The simulator is asked, and this comes in the place of its answer.
    Page(u16, Vec<u8>),
    /// The answer comes with another HTTP status.
    Status(u16),
    /// A redirect to this address.
    Redirect(String),
    /// Nothing comes.
    Lost(After),
    /// The head of the answer ends in its middle.
    HalfHead,
    /// Bytes that are not HTTP.
    Garbage,
    /// The body is cut, its length was stated.
    CutShort(After),
    /// So many quarters of the body come, and nothing says that there was more.
    CutUnseen(usize),
    /// All but the last letter of the body comes, and nothing says that there was more.
    CutAtTheEnd,
    /// `100 Continue`, and then this.
    Interim(Box<Manner>),
    /// White space follows, longer than anybody should read.
    Padded,
    /// Texts of the body are replaced.
    Swapped(Vec<(String, String)>),
    /// Every electricity token in the body loses its last digit.
    TokenCut,
}

/// What happens to the connection once everything is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    End,
    Reset,
    /// It stays open, and nothing more comes.
    Hold,
}

/// What is written, and what becomes of the connection.
pub(crate) struct Rendered {
    pub(crate) bytes: Vec<u8>,
    pub(crate) after: After,
    /// The body, if the whole answer is written.
    pub(crate) whole: Option<Vec<u8>>,
}

/// Longer than what is read of an answer to a payment.
const PADDING: usize = 300 * 1024;

impl Manner {
    /// A page of HTML, as proxies and hosters put in front of a service.
    pub(crate) fn page(status: u16) -> Self {
        let body = "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head>\
                    <body><h1>Situs sedang dalam perbaikan</h1></body></html>\n";
        Self::Page(status, body.as_bytes().to_vec())
    }

    /// What is answered without asking the simulator.
    pub(crate) fn instead(&self) -> Option<(u16, Vec<u8>)> {
        match self {
            Self::Says(saying) => Some((saying.status, saying.body.clone())),
            Self::Interim(then) => then.instead(),
            _ => None,
        }
    }
}

/// What becomes of an answer.
pub(crate) fn render(manner: &Manner, status: u16, body: Vec<u8>) -> Rendered {
    let whole = |status: u16, body: Vec<u8>| Rendered {
        bytes: [head(status, &format!("Content-Length: {}\r\n", body.len())), body.clone()]
            .concat(),
        after: After::End,
        whole: Some(body),
    };
    let part = |bytes: Vec<u8>, after: After| Rendered { bytes, after, whole: None };
    let unseen = |keep: usize| {
        part([head(status, ""), body.get(..keep).unwrap_or(&body).to_vec()].concat(), After::End)
    };
    match manner {
        Manner::Pass | Manner::Says(_) => whole(status, body),
        Manner::Page(status, page) => whole(*status, page.clone()),
        Manner::Status(status) => whole(*status, body),
        Manner::Redirect(to) => {
            let more = format!("Location: {to}\r\nContent-Length: 0\r\n");
            Rendered { bytes: head(307, &more), after: After::End, whole: Some(Vec::new()) }
        }
        Manner::Lost(after) => part(Vec::new(), *after),
        Manner::HalfHead => part(b"HTTP/1.1 200 OK\r\nContent-Len".to_vec(), After::End),
        Manner::Garbage => part(b"\x16\x03\x01\x02 not http\r\n\r\n".to_vec(), After::End),
        Manner::CutShort(after) => {
            let head = head(status, &format!("Content-Length: {}\r\n", body.len().max(2)));
            let kept = body.get(..body.len() / 2).unwrap_or_default().to_vec();
            part([head, kept].concat(), *after)
        }
        Manner::CutUnseen(quarters) => unseen(body.len() * quarters / 4),
        Manner::CutAtTheEnd => unseen(body.trim_ascii_end().len().saturating_sub(1)),
        Manner::Interim(then) => {
            let rendered = render(then, status, body);
            let bytes = [b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), rendered.bytes].concat();
            Rendered { bytes, ..rendered }
        }
        Manner::Padded => {
            let mut body = body;
            body.resize(body.len() + PADDING, b' ');
            whole(status, body)
        }
        Manner::Swapped(texts) => whole(status, swapped(&body, texts)),
        Manner::TokenCut => whole(status, without_last_digits(&body)),
    }
}

fn head(status: u16, more: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Said\r\nContent-Type: text/html\r\nConnection: close\r\n{more}\r\n")
        .into_bytes()
}

fn swapped(body: &[u8], texts: &[(String, String)]) -> Vec<u8> {
    let mut body = String::from_utf8_lossy(body).into_owned();
    for (from, to) in texts {
        body = body.replace(from, to);
    }
    body.into_bytes()
}

/// Takes the last digit from every run of exactly 20 digits, written at once or with spaces or dashes.
fn without_last_digits(body: &[u8]) -> Vec<u8> {
    const DIGITS_OF_A_TOKEN: usize = 20;
    let mut kept = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((first, after)) = rest.split_first() {
        if !first.is_ascii_digit() {
            kept.push(*first);
            rest = after;
            continue;
        }
        let is_run = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b' ' | b'-');
        let length = rest.iter().take_while(|byte| is_run(byte)).count();
        let (run, after) = rest.split_at(length);
        let last = run.iter().rposition(u8::is_ascii_digit).unwrap_or_default();
        let (number, separators) = run.split_at(last + 1);
        let digits = number.iter().filter(|byte| byte.is_ascii_digit()).count();
        let cut = usize::from(digits == DIGITS_OF_A_TOKEN);
        kept.extend(number.iter().take(number.len() - cut));
        kept.extend(separators);
        rest = after;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body_of(manner: &Manner) -> (String, bool) {
        let rendered = render(manner, 200, b"{\"a\":\"bc\"}\n".to_vec());
        let text = String::from_utf8(rendered.bytes).unwrap();
        let (_, body) = text.rsplit_once("\r\n\r\n").unwrap();
        (body.to_owned(), rendered.whole.is_some())
    }

    #[test]
    fn a_cut_is_where_it_is_said_to_be_and_no_whole_answer() {
        assert_eq!(body_of(&Manner::Pass), ("{\"a\":\"bc\"}\n".to_owned(), true));
        assert_eq!(body_of(&Manner::CutAtTheEnd), ("{\"a\":\"bc\"".to_owned(), false));
        assert_eq!(body_of(&Manner::CutUnseen(2)), ("{\"a\":".to_owned(), false));
        assert_eq!(body_of(&Manner::CutShort(After::End)), ("{\"a\":".to_owned(), false));
        let swap = Manner::Swapped(vec![("bc".to_owned(), "xy".to_owned())]);
        assert_eq!(body_of(&swap), ("{\"a\":\"xy\"}\n".to_owned(), true));
    }

    #[test]
    fn only_runs_of_twenty_digits_lose_their_last_one() {
        let cut = |text: &str| String::from_utf8(without_last_digits(text.as_bytes())).unwrap();
        assert_eq!(cut("sn 12345678910111213141/A"), "sn 1234567891011121314/A");
        assert_eq!(cut("1234-5678-9101-1121-3141 x"), "1234-5678-9101-1121-314 x");
        for kept in ["2026-01-15 10:00", "123456789101112131415", "530000000001", ""] {
            assert_eq!(cut(kept), kept);
        }
    }
}
