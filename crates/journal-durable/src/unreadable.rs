//! Payments that cannot be read, and what is told about them.

/// How many of them one message names.
const NAMED: usize = 10;

/// Says which ones, by their serials, a person must look at, and nothing of what is in them.
pub fn tell(unreadable: &[i64]) {
    if unreadable.is_empty() {
        return;
    }
    let count = u64::try_from(unreadable.len()).unwrap_or(u64::MAX);
    metrics::counter!("ppob_journal_unreadable_rows_total").increment(count);
    let named = unreadable.get(..NAMED).unwrap_or(unreadable);
    tracing::error!(
        count,
        serials = ?named,
        "payments in the journal cannot be read and are left out; their customers stay guarded, a \
         person must look"
    );
}
