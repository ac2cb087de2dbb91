//! What a gRPC error says about a payment.

use std::collections::BTreeMap;

use tonic::Status;
use tonic_types::StatusExt;

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

/// The stable words of errors. Each RPC's comment in the proto lists those it may answer.
pub mod reason {
    macro_rules! reasons {
        ($($(#[$doc:meta])* $name:ident,)*) => {
            $($(#[$doc])* pub const $name: &str = stringify!($name);)*

            /// Every word there is.
            pub const ALL: &[&str] = &[$($name,)*];
        };
    }

    reasons! {
        /// No API key was given. `UNAUTHENTICATED`.
        CREDENTIALS_MISSING,
        /// The API key is not known. `UNAUTHENTICATED`.
        CREDENTIALS_INVALID,
        /// The consumer lacks the role the RPC needs. `PERMISSION_DENIED`.
        ROLE_MISSING,
        /// The consumer may not use the product's family. `PERMISSION_DENIED`.
        FAMILY_NOT_ALLOWED,
        /// A field of the request is not valid; `BadRequest` names it. `INVALID_ARGUMENT`.
        FIELD_INVALID,
        /// The page token is damaged or belongs to other filters. `INVALID_ARGUMENT`.
        PAGE_TOKEN_INVALID,
        /// The cursor is damaged. `INVALID_ARGUMENT`.
        CURSOR_INVALID,
        /// Events after the cursor are not kept any more. `OUT_OF_RANGE`.
        CURSOR_TOO_OLD,
        /// Too many calls; `RetryInfo` and `QuotaFailure` tell more. `RESOURCE_EXHAUSTED`.
        RATE_LIMITED,
        /// The total is above what this consumer may pay at once; `QuotaFailure` tells the limit.
        /// `FAILED_PRECONDITION`.
        PAYMENT_LIMIT_EXCEEDED,
        /// With this payment the consumer would pass its limit of the day; `QuotaFailure` tells the
        /// limit. `RESOURCE_EXHAUSTED`.
        DAY_LIMIT_EXCEEDED,
        /// As many payments of this consumer are being worked on as it may have at a time.
        /// `RESOURCE_EXHAUSTED`.
        TOO_MANY_IN_FLIGHT,
        /// The journal cannot be reached; whether the call was accepted stands in `accepted`.
        /// `UNAVAILABLE`.
        JOURNAL_UNAVAILABLE,
        /// The server is going down. `UNAVAILABLE`.
        SHUTTING_DOWN,
        /// A defect of the engine; whether the call was accepted stands in `accepted`. `INTERNAL`.
        INTERNAL,
        /// There is no such product. `NOT_FOUND`.
        PRODUCT_UNKNOWN,
        /// There is no such payment of this consumer. `NOT_FOUND`.
        PAYMENT_NOT_FOUND,
        /// There is no such configured provider. `NOT_FOUND`.
        PROVIDER_UNKNOWN,
        /// No provider can be used for the product now. `FAILED_PRECONDITION`.
        NO_ROUTE,
        /// The biller is closed at this hour. `FAILED_PRECONDITION`.
        CUT_OFF,
        /// The biller does not know the customer number. `FAILED_PRECONDITION`.
        NUMBER_INVALID,
        /// Nothing is owed, or the bill has been paid. `FAILED_PRECONDITION`.
        BILL_ALREADY_PAID,
        /// The amount is not one the product takes. `FAILED_PRECONDITION`.
        AMOUNT_INVALID,
        /// A limit of the biller for this number is used up. `FAILED_PRECONDITION`.
        LIMIT_REACHED,
        /// The provider said no for another reason. `FAILED_PRECONDITION`.
        PROVIDER_REFUSED,
        /// No provider answered readably. `UNAVAILABLE`.
        PROVIDERS_UNAVAILABLE,
        /// The id stands for a different request. `ALREADY_EXISTS`.
        PAYMENT_ID_REUSED,
        /// The id was abandoned before it was used. `FAILED_PRECONDITION`.
        PAYMENT_ID_ABANDONED,
        /// Another payment for the same product and customer is open. `ABORTED`.
        PAYMENT_OPEN,
        /// An equal payment succeeded shortly before, or `repeat` is not the next number.
        /// `FAILED_PRECONDITION`.
        REPEAT_NEEDED,
        /// There is no such inquiry of this consumer. `FAILED_PRECONDITION`.
        INQUIRY_UNKNOWN,
        /// The inquiry is too old; ask again. `FAILED_PRECONDITION`.
        INQUIRY_EXPIRED,
        /// The inquiry was for another product, customer or parameters. `FAILED_PRECONDITION`.
        INQUIRY_MISMATCH,
        /// The approved total is above the caller's own ceiling. `FAILED_PRECONDITION`.
        TOTAL_ABOVE_MAXIMUM,
        /// The payment named in `despite_in_doubt` is not one that may be paid in spite of.
        /// `FAILED_PRECONDITION`.
        DESPITE_REFUSED,
        /// An attempt may still pay; it cannot be abandoned. `FAILED_PRECONDITION`.
        ATTEMPT_ALIVE,
        /// It was paid; it cannot be abandoned. `FAILED_PRECONDITION`.
        PAYMENT_SUCCEEDED,
        /// The payment has no attempt whose outcome is open. `FAILED_PRECONDITION`.
        NOTHING_TO_CHECK,
        /// The provider has no way to ask with what is known. `FAILED_PRECONDITION`.
        CHECK_NOT_POSSIBLE,
        /// The provider's minimum gap has not passed. `RESOURCE_EXHAUSTED`.
        CHECK_TOO_EARLY,
        /// The reference belongs to a transaction that does not fit. `FAILED_PRECONDITION`.
        REFERENCE_MISMATCH,
        /// The attempt's outcome is not open. `FAILED_PRECONDITION`.
        ATTEMPT_NOT_OPEN,
        /// The payment changed since it was looked at. `ABORTED`.
        VERSION_CHANGED,
        /// The provider may still execute it. `FAILED_PRECONDITION`.
        TOO_EARLY_FOR_VERDICT,
        /// The second person has to be another one. `FAILED_PRECONDITION`.
        SECOND_PERSON_NEEDED,
        /// Another payment was settled with this reference. `FAILED_PRECONDITION`.
        REFERENCE_TAKEN,
        /// The verdict contradicts a fact. `FAILED_PRECONDITION`.
        VERDICT_CONTRADICTS,
        /// The deposit's id stands for a different entry. `ALREADY_EXISTS`.
        DEPOSIT_ID_REUSED,
        /// The configuration is not valid; nothing changed. `FAILED_PRECONDITION`.
        CONFIG_INVALID,
    }
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
