//! How long a caller waits, and how much of that is ours.

use std::time::Duration;

use tonic::Status;
use tonic::metadata::MetadataMap;

use crate::errors::Violations;

/// Kept back from the caller's deadline, so that the answer arrives before it.
pub(crate) const RESERVE: Duration = Duration::from_millis(200);
/// With less time than this nothing is begun.
pub(crate) const LEAST: Duration = Duration::from_millis(500);
/// How long is waited without a deadline and without a wish.
pub(crate) const USUAL: Duration = Duration::from_secs(30);

/// How long to wait for a settled state: the wish or the usual time, bounded by the caller's
/// deadline less the reserve.
///
/// # Errors
/// If the deadline leaves too little time to begin anything.
pub(crate) fn patience(metadata: &MetadataMap, wait: Option<Duration>) -> Result<Duration, Status> {
    let wait = wait.unwrap_or(USUAL);
    match timeout(metadata) {
        None => Ok(wait),
        Some(remaining) if remaining < LEAST => Err(Violations::one(
            "grpc-timeout",
            "the deadline leaves less than 500 ms, too little to begin a payment; give it more time",
        )),
        Some(remaining) => Ok(wait.min(remaining.saturating_sub(RESERVE))),
    }
}

/// The `grpc-timeout` of a call: at most eight digits and a unit. What is not readable counts as
/// none, as the gRPC library does.
fn timeout(metadata: &MetadataMap) -> Option<Duration> {
    let text = metadata.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let amount: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(amount.saturating_mul(3600))),
        "M" => Some(Duration::from_secs(amount.saturating_mul(60))),
        "S" => Some(Duration::from_secs(amount)),
        "m" => Some(Duration::from_millis(amount)),
        "u" => Some(Duration::from_micros(amount)),
        "n" => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(timeout: &str) -> MetadataMap {
        let mut metadata = MetadataMap::new();
        metadata.insert("grpc-timeout", timeout.parse().unwrap());
        metadata
    }

    #[test]
    fn the_shorter_of_deadline_and_wish_counts() {
        let wait = |timeout, wait| patience(&with(timeout), wait).unwrap();
        let ms = Duration::from_millis;
        assert_eq!(wait("1000m", None), ms(800));
        assert_eq!(wait("60S", None), ms(30_000));
        assert_eq!(wait("60S", Some(ms(5))), ms(5));
        assert_eq!(wait("1M", Some(Duration::from_secs(90))), ms(59_800));
        assert_eq!(patience(&MetadataMap::new(), None).unwrap(), USUAL);
        assert_eq!(patience(&MetadataMap::new(), Some(Duration::ZERO)).unwrap(), Duration::ZERO);
    }

    #[test]
    fn too_little_time_is_refused_and_nonsense_is_none() {
        assert!(patience(&with("499m"), None).is_err());
        assert!(patience(&with("500m"), None).is_ok());
        for nonsense in ["", "S", "12", "123456789S", "-5S", "5x", "ü"] {
            let mut metadata = MetadataMap::new();
            if let Ok(value) = nonsense.parse() {
                metadata.insert("grpc-timeout", value);
            }
            assert_eq!(timeout(&metadata), None, "{nonsense}");
        }
    }
}
