//! Answers that are wrong in other ways than being cut.

use std::time::Duration;

use super::{Case, Expected, Work};
use crate::peer::{Answer, Ending, Framing};

/// Beyond what is read of a body.
const TOO_MUCH: usize = 300 * 1024;
/// Less than that.
const MUCH: usize = 200 * 1024;
/// Beyond what any head is read of.
const TOO_MUCH_HEAD: usize = 1024 * 1024;

/// Those that come at once, most of them for a payment that was charged; those that redirect lead to
/// `elsewhere`.
pub fn at_once(elsewhere: &str) -> Vec<Case> {
    let mut cases = statuses(elsewhere);
    cases.extend(lengths());
    cases.extend(heads());
    cases.extend(extras());
    cases
}

/// A success with a status that says something else.
fn statuses(elsewhere: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for status in [301, 302, 303, 307, 308] {
        let headers = format!("Location: {elsewhere}\r\n");
        let answer = Answer { status, headers, ..right() };
        cases.push(case(&format!("redirect {status}"), answer, Expected::InDoubt));
    }
    for status in [201, 202, 206, 400, 404, 408, 429, 500, 502, 503, 504] {
        let name = format!("status {status} with a success");
        cases.push(case(&name, Answer { status, ..right() }, Expected::InDoubt));
        let nothing = Case {
            work: Work::Nothing,
            ..case(
                &format!("status {status}, not carried out"),
                Answer { status, ..right() },
                Expected::InDoubt,
            )
        };
        cases.push(nothing);
    }
    for status in [204, 205, 304] {
        let answer = Answer { status, ..right() };
        cases.push(case(&format!("status {status}, which has no body"), answer, Expected::InDoubt));
    }
    cases
}

/// Lengths that do not fit.
fn lengths() -> Vec<Case> {
    let header = |text: &str| Answer { headers: text.to_owned(), ..right() };
    let chunked =
        |text: &str| Answer { headers: text.to_owned(), ..Answer::right(Framing::Chunked) };
    vec![
        case("longer than sent", Answer { length_off: 10, ..right() }, Expected::InDoubt),
        case("shorter than sent", Answer { length_off: -10, ..right() }, Expected::InDoubt),
        case("two lengths", header("Content-Length: 5\r\n"), Expected::InDoubt),
        case("a length that is no number", header("Content-Length: five\r\n"), Expected::InDoubt),
        case("a length and chunks", chunked("Content-Length: 5\r\n"), Expected::Either),
        case(
            "a body beyond what is read",
            Answer { padding: TOO_MUCH, ..right() },
            Expected::InDoubt,
        ),
        case("a long body", Answer { padding: MUCH, ..right() }, Expected::Understood),
        case(
            "a body beyond what is read, by its end",
            Answer { padding: TOO_MUCH, ..Answer::right(Framing::Close) },
            Expected::InDoubt,
        ),
    ]
}

/// Heads that are too much, or no heads.
fn heads() -> Vec<Case> {
    let headers = |headers: String| Answer { headers, ..right() };
    let before = |bytes: &[u8]| Answer { before: bytes.to_vec(), ..right() };
    let many = "X: 1\r\n".repeat(500);
    vec![
        case(
            "a head of a mebibyte",
            headers(format!("X: {}\r\n", "x".repeat(TOO_MUCH_HEAD))),
            Expected::InDoubt,
        ),
        case("five hundred headers", headers(many), Expected::InDoubt),
        case("a header without a colon", headers("broken\r\n".to_owned()), Expected::InDoubt),
        case(
            "a body said to be compressed",
            headers("Content-Encoding: gzip\r\n".to_owned()),
            Expected::Either,
        ),
        case("garbage first", before(b"\x16\x03\x01\x02\x00garbage\r\n\r\n"), Expected::InDoubt),
        case("a blank line first", before(b"\r\n"), Expected::Either),
        case("100 first", before(b"HTTP/1.1 100 Continue\r\n\r\n"), Expected::Understood),
        case(
            "103 first",
            before(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
            Expected::Understood,
        ),
        case("101 first", before(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), Expected::Either),
        case("an old version", before(b"HTTP/0.9 200 OK\r\n\r\n"), Expected::InDoubt),
    ]
}

/// More than one answer.
fn extras() -> Vec<Case> {
    let after = |bytes: &[u8]| Answer { after: bytes.to_vec(), ..right() };
    let refusal = b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"result\":\"no\"}";
    let first = Answer { before: refusal.to_vec(), ..right() };
    vec![
        case("a refusal behind the success", after(refusal), Expected::Understood),
        // A refusal whose reason is not known is no refusal.
        case("an unlisted refusal before the success", first, Expected::InDoubt),
        case("garbage behind the success", after(b"garbage"), Expected::Understood),
        // Pages come with notices around what they say; but of two answers nobody knows which counts.
        case(
            "garbage behind the success, by its end",
            Answer { after: b"garbage".to_vec(), ..Answer::right(Framing::Close) },
            Expected::Understood,
        ),
        case(
            "a refusal behind the success, by its end",
            Answer { after: b"{\"result\":\"no\"}".to_vec(), ..Answer::right(Framing::Close) },
            Expected::InDoubt,
        ),
    ]
}

/// Answers that do not end, or take their time; an engine that waits so many milliseconds gives up on the
/// slowest.
pub fn slow(patience: u64) -> Vec<Case> {
    let silent = |framing, bytes| Answer::cut(framing, bytes, Ending::Silence);
    let drip = |millis| Answer { drip: Some(Duration::from_millis(millis)), ..right() };
    vec![
        case("silence", silent(Framing::Length, 0), Expected::InDoubt),
        case("silence in the head", silent(Framing::Length, 20), Expected::InDoubt),
        case("silence in the body", silent(Framing::Length, 60), Expected::InDoubt),
        case("silence behind the body", silent(Framing::Length, usize::MAX), Expected::Understood),
        case(
            "silence where the end was to come",
            silent(Framing::Close, usize::MAX),
            Expected::InDoubt,
        ),
        case("silence in the chunks", silent(Framing::Chunked, 80), Expected::InDoubt),
        case("byte by byte", drip(1), Expected::Understood),
        case("byte by byte, for too long", drip(patience), Expected::InDoubt),
    ]
}

const fn right() -> Answer {
    Answer::right(Framing::Length)
}

fn case(name: &str, answer: Answer, expected: Expected) -> Case {
    Case { work: Work::Success, answer, expected, name: name.to_owned() }
}
