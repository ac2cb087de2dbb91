//! What a gRPC error says about a payment.

pub mod reason;
mod table;

use std::collections::BTreeMap;

use tonic::Status;
use tonic_types::StatusExt;

pub use reason::Reason;

/// The `domain` of every `ErrorInfo`.
pub const DOMAIN: &str = "ppob.v1";
/// The metadata key that tells whether the call was accepted.
pub const ACCEPTED: &str = "accepted";
/// The value of [`ACCEPTED`] that promises that the call did and will do nothing.
pub const ACCEPTED_NO: &str = "no";
/// The value of [`ACCEPTED`] where the server does not know.
pub const ACCEPTED_UNKNOWN: &str = "unknown";

/// The stable word of an error, for example [`reason::PAYMENT_OPEN`]; `None` if the error does not
/// come from this API, but for example from the network.
pub fn reason_of(status: &Status) -> Option<String> {
    info_of(status).map(|info| info.reason)
}

/// The metadata of an error; empty if the error does not come from this API.
pub fn metadata_of(status: &Status) -> BTreeMap<String, String> {
    info_of(status).map(|info| info.metadata.into_iter().collect()).unwrap_or_default()
}

/// Whether the call that ended with this error may have been accepted, so that it may pay.
///
/// `false` is a promise about this one call: it did nothing and will do nothing. It does not speak
/// for an earlier call with the same id whose answer was lost. After `true` repeat the call with
/// the same id, or abandon the id.
pub fn may_be_accepted(status: &Status) -> bool {
    metadata_of(status).get(ACCEPTED).is_none_or(|accepted| accepted != ACCEPTED_NO)
}

fn info_of(status: &Status) -> Option<tonic_types::ErrorInfo> {
    status.get_details_error_info().filter(|info| info.domain == DOMAIN)
}

#[cfg(test)]
mod tests {
    use tonic::Code;
    use tonic_types::ErrorDetails;

    use super::*;

    fn status(domain: &str, accepted: &str) -> Status {
        let metadata = [(ACCEPTED.to_owned(), accepted.to_owned())];
        let details = ErrorDetails::with_error_info(reason::PAYMENT_OPEN, domain, metadata);
        Status::with_error_details(Code::Aborted, "another payment is open", details)
    }

    #[test]
    fn only_our_own_no_means_not_accepted() {
        assert!(!may_be_accepted(&status(DOMAIN, ACCEPTED_NO)));
        assert!(may_be_accepted(&status(DOMAIN, ACCEPTED_UNKNOWN)));
        assert!(may_be_accepted(&status("proxy.example", ACCEPTED_NO)));
        assert!(may_be_accepted(&Status::unavailable("connection refused")));
    }

    #[test]
    fn the_reason_is_read_from_our_own_errors_only() {
        assert_eq!(reason_of(&status(DOMAIN, "no")).as_deref(), Some(reason::PAYMENT_OPEN));
        assert_eq!(reason_of(&status("proxy.example", "no")), None);
    }
}
