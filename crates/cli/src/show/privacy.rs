//! One customer's data, and what became of them.

use ppob_api::v1::{CustomerPayment, EraseCustomerResponse};

use super::payment::payment;
use crate::text::Add;

/// Everything that is kept, one payment after the other.
pub(crate) fn exported(payments: &[CustomerPayment]) -> String {
    if payments.is_empty() {
        return "Nothing is kept about this customer number.".to_owned();
    }
    let mut text = String::new();
    for one in payments {
        let Some(shown) = &one.payment else { continue };
        text.add(format_args!(
            "Consumer {}, product {}, customer {}\n{}",
            one.consumer,
            shown.product_code,
            shown.customer_number,
            payment(shown)
        ));
        for raw in &one.raw_answers {
            text.add(format_args!("Answer of the provider: {raw}\n"));
        }
        for note in &one.notes {
            text.add(format_args!("Note of {}: {}\n", note.actor, note.text));
        }
        text.push('\n');
    }
    text
}

/// What was erased, or would be.
pub(crate) fn erased(found: EraseCustomerResponse, done: bool) -> String {
    let EraseCustomerResponse { erased_count, kept_count } = found;
    let mut text = if done {
        format!("{erased_count} payments hold no personal data of this customer any more.")
    } else {
        format!(
            "{erased_count} payments would lose the personal data of this customer, for good. Nothing \
             was erased: say --yes to do it."
        )
    };
    if kept_count > 0 {
        text.add(format_args!(
            "\n{kept_count} payments keep theirs for now, because they have not ended or an equal \
             payment must still be noticed; ask again later."
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_says_that_nothing_was_erased_and_what_is_kept() {
        let found = EraseCustomerResponse { erased_count: 3, kept_count: 1 };
        let preview = erased(found, false);
        assert!(preview.contains("3 payments would") && preview.contains("--yes"), "{preview}");
        assert!(preview.contains("1 payments keep"), "{preview}");
        let done = erased(EraseCustomerResponse { kept_count: 0, ..found }, true);
        assert!(!done.contains("--yes") && !done.contains("keep"), "{done}");
    }
}
