//! Places in lists and streams, as text that means nothing to callers.
//!
//! A token carries its place and a check sum over the place and everything it belongs to: the
//! question, its filters and the consumer. A token that does not fit is refused; one that fits shows
//! nothing that the consumer could not list anyway.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use ppob_types::ConsumerId;
use sha2::{Digest, Sha256};

const SUM_BYTES: usize = 8;

/// What a place belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Question(Sha256);

impl Question {
    /// A question of this kind by this consumer.
    pub(crate) fn new(kind: &str, consumer: &ConsumerId) -> Self {
        let mut question = Self(Sha256::new());
        question.filter("kind", kind);
        question.filter("consumer", consumer.as_str());
        question
    }

    /// A filter of the question.
    pub(crate) fn filter(&mut self, name: &str, value: impl std::fmt::Display) {
        let value = value.to_string();
        let text = format!("{name}={}:{value}\n", value.len());
        self.0.update(text.as_bytes());
    }

    /// The token of a place.
    pub(crate) fn token(&self, place: &str) -> String {
        self.sum(place) + &HEXLOWER.encode(place.as_bytes())
    }

    /// The place of a token; none if it is not one of this question.
    pub(crate) fn place(&self, token: &str) -> Option<String> {
        let (sum, hex) = token.split_at_checked(SUM_BYTES * 2)?;
        let place = HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok()?;
        let place = String::from_utf8(place).ok()?;
        (self.sum(&place) == sum).then_some(place)
    }

    fn sum(&self, place: &str) -> String {
        let mut sum = self.0.clone();
        sum.update(place.as_bytes());
        let whole = sum.finalize();
        HEXLOWER.encode(whole.get(..SUM_BYTES).unwrap_or(&whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(consumer: &str, filter: &str) -> Question {
        let mut question = Question::new("payments", &ConsumerId::new(consumer).unwrap());
        question.filter("states", filter);
        question
    }

    #[test]
    fn a_token_fits_its_own_question_only() {
        let token = question("shop", "FAILED").token("4711");
        assert_eq!(question("shop", "FAILED").place(&token).as_deref(), Some("4711"));
        assert_eq!(question("shop", "SUCCEEDED").place(&token), None);
        assert_eq!(question("other", "FAILED").place(&token), None);
    }

    #[test]
    fn a_damaged_token_is_no_token() {
        let question = question("shop", "");
        let token = question.token("4711");
        for at in 0..token.len() {
            let mut damaged = token.clone();
            let with = if &token[at..=at] == "0" { "1" } else { "0" };
            damaged.replace_range(at..=at, with);
            assert_eq!(question.place(&damaged), None, "{at}");
        }
        for nonsense in ["", "x", "ü", &"0".repeat(15), &format!("{token}0"), &"é".repeat(40)] {
            assert_eq!(question.place(nonsense), None, "{nonsense}");
        }
    }
}
