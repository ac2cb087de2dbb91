//! What must hold for any bytes that a centre, or somebody on the way, sends, and for any description.
//!
//! Each function takes bytes, reads them with this crate, and panics if a property does not hold. What makes an
//! answer definite is looked for in the bytes themselves, without a rule of a description.
#![expect(clippy::panic, reason = "a property that does not hold panics; no release compiles it")]

use std::sync::LazyLock;

use ppob_http::{Answer, SendResult};
use ppob_types::{Family, PayAnswer, PayOutcome, RawAnswer, RefusalCode};
use secrecy::SecretString;

use crate::centre::Centre;
use crate::pay::{About, interpret};
use crate::reading::Asked;
use crate::rules::Call;
use crate::shipped::SHIPPED;
use crate::{inquiry, status};

/// Longer answers say nothing that shorter ones do not.
const LONGEST: usize = 8 * 1024;

const REFERENCE: &str = "P00000000000BN1";
const NUMBER: &str = "081234567890";
const SECRET: &str = "rahasia-4711";

static CENTRES: LazyLock<Vec<Centre>> = LazyLock::new(|| {
    let read = |shipped: &crate::Shipped| match shipped.centre() {
        Ok(centre) => centre,
        Err(error) => panic!("{}: {error}", shipped.name),
    };
    SHIPPED.iter().map(read).collect()
});

/// The first byte chooses the description and the family, the rest is the body of a reply: to every call it is
/// read without a panic; it is definite only if it says in its own bytes whose it is and how it ended; it is never
/// definite when its end is missing; and no secret and no number shows.
pub fn reply(data: &[u8]) {
    let Some((choice, body)) = data.split_first() else { return };
    if body.len() > LONGEST {
        return;
    }
    let centre = pick(&CENTRES, usize::from(*choice));
    let family = *pick(&centre.families, usize::from(*choice) / CENTRES.len());
    let code = pick(&["S5", "S5H", "BPLA", "PLNPASCH"], usize::from(*choice) / 16);
    let secrets = [SecretString::from(SECRET)];
    let asked = Asked { reference: Some(REFERENCE), dest: Some(NUMBER), product: Some(code) };
    let about = About { centre, family, asked, secrets: &secrets };
    let whole = pay(&about, body);
    judge(&whole, body);
    shows_nothing(&about, &whole, body);
    if matches!(whole.outcome, PayOutcome::Succeeded | PayOutcome::Rejected(_)) {
        // The last letter that is no white space proves that the rest is there.
        let end = body.trim_ascii_end().len().saturating_sub(1);
        let cut = pay(&about, body.get(..end).unwrap_or_default());
        let definite = matches!(cut.outcome, PayOutcome::Succeeded);
        assert!(!definite, "a success without its end");
    }
    let answer = answer(body);
    let _checked = status::interpret(&about, None, &answer);
    let _bill = inquiry::interpret(&about, &answer);
    if let Ok(balance) = inquiry::balance(&about, &answer) {
        let digits: String =
            body.iter().copied().map(char::from).filter(char::is_ascii_digit).collect();
        assert!(digits.contains(&balance.get().to_string()), "a balance that nobody stated");
    }
    for call in Call::ALL {
        let _explained = centre.explain(call, family, &String::from_utf8_lossy(body));
    }
}

/// The class of the outcome of such an input, so that a test can see that its inputs are of every class.
pub fn outcome_of(data: &[u8]) -> Option<&'static str> {
    let (choice, body) = data.split_first()?;
    let centre = pick(&CENTRES, usize::from(*choice));
    let family = *pick(&centre.families, usize::from(*choice) / CENTRES.len());
    let asked = Asked { reference: Some(REFERENCE), dest: Some(NUMBER), product: None };
    let about = About { centre, family, asked, secrets: &[] };
    Some(pay(&about, body).outcome.class())
}

/// A description: it is taken or refused, and a taken one reads its own text as nothing.
pub fn description(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(centre) = Centre::read(text) else { return };
    assert!(!centre.families.is_empty() && !centre.rules.is_empty());
    for call in Call::ALL {
        for family in Family::ALL {
            let empty = centre.explain(call, family, "");
            assert!(empty.verdict.starts_with("unreadable"), "something was found in nothing");
        }
    }
}

fn pay(about: &About<'_>, body: &[u8]) -> PayAnswer {
    interpret(about, SendResult::Answered(answer(body)))
}

fn judge(whole: &PayAnswer, body: &[u8]) {
    let text = String::from_utf8_lossy(body).to_ascii_uppercase();
    match &whole.outcome {
        PayOutcome::NotSent(_) => panic!("an answer came, so something was sent"),
        PayOutcome::Succeeded => {
            assert!(text.contains("SUKSES") || text.contains("\"00\""), "nothing says success");
        }
        PayOutcome::Rejected(no) => {
            assert_ne!(no.code, RefusalCode::BillAlreadyPaid, "it may be we who paid it");
            for word in ["TIMEOUT", "PENDING"] {
                let apart = !text.starts_with('{') && text.contains(word);
                assert!(!apart, "a refusal beside {word}");
            }
        }
        PayOutcome::Pending | PayOutcome::Unknown(_) => {}
    }
    if whole.observed.receipt.is_some() {
        assert_eq!(whole.outcome, PayOutcome::Succeeded, "a receipt of nothing");
    }
}

fn shows_nothing(about: &About<'_>, whole: &PayAnswer, body: &[u8]) {
    let shown = format!("{whole:?}");
    assert!(!shown.contains(SECRET), "Debug shows a secret");
    let unlisted = whole.observed.unlisted.as_deref().unwrap_or_default();
    assert!(!unlisted.contains(NUMBER), "the number shows");
    let secrets = about.secrets;
    if let Some(raw) = &whole.observed.raw {
        let kept = crate::receipt::without_secrets(raw.expose(), secrets);
        // What is left of a secret is part of a longer word.
        assert_eq!(kept, raw.expose(), "a secret was kept");
        if !String::from_utf8_lossy(body).contains(SECRET) {
            assert_eq!(*raw, RawAnswer::new(body), "the bytes are not kept as they came");
        }
    }
}

fn pick<T>(list: &[T], at: usize) -> &T {
    match list.get(at % list.len().max(1)) {
        Some(one) => one,
        None => panic!("nothing to choose from"),
    }
}

fn answer(body: &[u8]) -> Answer {
    Answer { status: 200, body: body.to_vec(), truncated_by_cap: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLIES: [&str; 9] = [
        "T#7 R#P00000000000BN1 Telkomsel 5.000 S5.081234567890 SUKSES. SN/Ref: R21. Saldo 20.000 - 5.500 = 14.500 @10:00",
        "T#7 R#P00000000000BN1 Telkomsel 5.000 S5.081234567890 akan diproses. Saldo 14.500 @10:00",
        "T#7 R#P00000000000BN1 Telkomsel 5.000 S5.081234567890 GAGAL. Nomor tujuan salah. Saldo 14.500 @10:00",
        "T#7 R#P00000000000BN1 Telkomsel 5.000 S5.081234567890 GAGAL. Timeout. Saldo 14.500 @10:00",
        "Pin Salah",
        "Saldo 14.500",
        r#"{"REF1":"P00000000000BN1","NO_HP":"081234567890","KODE_PRODUK":"S5","STATUS":"00","SN":"51","REF2":"7","PIN":"rahasia-4711"}"#,
        r#"{"REF1":"P00000000000BN1","STATUS":"46","KET":"SALDO ANDA TIDAK MENCUKUPI"}"#,
        r#"{"STATUS":"68","PIN":"x rahasia-4711 y"}"#,
    ];

    #[test]
    fn the_properties_hold_for_replies_of_every_class_and_for_their_beginnings() {
        let mut classes = std::collections::BTreeSet::new();
        for choice in 0..=64_u8 {
            for text in REPLIES {
                for end in [text.len(), text.len() / 2, text.len().saturating_sub(1), 0] {
                    let body = text.as_bytes().get(..end).unwrap_or_default();
                    let input = [&[choice], body].concat();
                    reply(&input);
                    classes.extend(outcome_of(&input));
                }
            }
        }
        let all: Vec<_> = classes.into_iter().collect();
        assert_eq!(all, ["pending", "rejected", "succeeded", "unknown"]);
    }

    #[test]
    fn the_properties_hold_for_descriptions() {
        for shipped in SHIPPED {
            description(shipped.text.as_bytes());
            let half = shipped.text.len() / 2;
            description(shipped.text.as_bytes().get(..half).unwrap_or_default());
        }
        description(b"\xff");
    }
}
