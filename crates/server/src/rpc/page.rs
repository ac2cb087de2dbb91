//! Pages of listings.

use tonic::Status;

use crate::errors::{Violations, page_token_invalid};
use crate::tokens::Question;

/// How many entries a page has: none given means the usual number, too many means the most.
pub(crate) fn size(asked: i32, usual: usize, most: usize) -> Result<usize, Status> {
    match usize::try_from(asked) {
        Ok(0) => Ok(usual),
        Ok(asked) => Ok(asked.min(most)),
        Err(_) => Err(Violations::one("page_size", "must not be negative")),
    }
}

/// The place where a page begins; none for the first page.
pub(crate) fn place(question: &Question, token: &str) -> Result<Option<String>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    question.place(token).map(Some).ok_or_else(page_token_invalid)
}

/// As [`place`], where places are numbers.
pub(crate) fn number(question: &Question, token: &str) -> Result<Option<u64>, Status> {
    place(question, token)?.map(|place| place.parse().map_err(|_| page_token_invalid())).transpose()
}

/// A page of a list that is in memory already, from `from` on, and the token of the next one.
pub(crate) fn cut<T>(
    entries: Vec<T>,
    from: Option<u64>,
    size: usize,
    question: &Question,
) -> (Vec<T>, String) {
    let from = from.and_then(|from| usize::try_from(from).ok()).unwrap_or(0);
    let next = from.saturating_add(size);
    let token =
        if next < entries.len() { question.token(&next.to_string()) } else { String::new() };
    (entries.into_iter().skip(from).take(size).collect(), token)
}

#[cfg(test)]
mod tests {
    use ppob_types::ConsumerId;

    use super::*;

    #[test]
    fn sizes_are_coerced_and_negative_ones_refused() {
        assert_eq!(size(0, 50, 500).unwrap(), 50);
        assert_eq!(size(7, 50, 500).unwrap(), 7);
        assert_eq!(size(9_999, 50, 500).unwrap(), 500);
        assert!(size(-1, 50, 500).is_err());
    }

    #[test]
    fn pages_of_a_list_cover_it_once() {
        let question = Question::new("list", &ConsumerId::new("shop").unwrap());
        let entries: Vec<u32> = (0..7).collect();
        let mut seen = Vec::new();
        let mut token = String::new();
        loop {
            let from = number(&question, &token).unwrap();
            let (page, next) = cut(entries.clone(), from, 3, &question);
            seen.extend(page);
            if next.is_empty() {
                break;
            }
            token = next;
        }
        assert_eq!(seen, entries);
    }
}
