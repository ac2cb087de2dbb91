//! Why a payment was not taken in.

use ppob_api::error::Reason;
use ppob_engine::CreateError;
use tonic::Status;

use super::limits::{above_day_limit, above_payment_limit, family_not_allowed, too_many_in_flight};
use super::{Problem, SOON, Violations, unknown_product};

/// As a status. All but [`CreateError::Unclear`] say `accepted = no`.
pub(crate) fn create(error: CreateError) -> Status {
    let message = error.to_string();
    let refused = |reason| Problem::nothing_done(reason, message.clone());
    match error {
        CreateError::UnknownProduct(code) => unknown_product(code.as_str()),
        CreateError::NumberInvalid(error) => Violations::one("customer_number", &error.to_string()),
        CreateError::FieldInvalid { field, problem } => field_invalid(field, problem),
        CreateError::TotalAboveApproved { total, approved } => refused(Reason::TOTAL_ABOVE_MAXIMUM)
            .with("total_rupiah", total.get())
            .with("approved_total_rupiah", approved.get())
            .precondition("total_rupiah")
            .status(),
        CreateError::IdReused => Problem::nothing_done(Reason::PAYMENT_ID_REUSED, message).status(),
        CreateError::Abandoned => {
            refused(Reason::PAYMENT_ID_ABANDONED).precondition("payment_id").status()
        }
        CreateError::DuplicateInProgress { holder } => {
            let problem = Problem::nothing_done(Reason::PAYMENT_OPEN, message);
            match holder {
                Some(id) => problem.with("payment_id", id).status(),
                None => problem.status(),
            }
        }
        CreateError::RepeatNeeded { repeat, succeeded_at } => {
            let problem = refused(Reason::REPEAT_NEEDED).with("next_repeat", repeat);
            // Nothing about other consumers' payments but that there was one.
            let problem = match succeeded_at {
                Some(moment) => problem.with("succeeded_time", moment),
                None => problem,
            };
            problem.precondition("repeat").status()
        }
        CreateError::InquiryUnknown => {
            refused(Reason::INQUIRY_UNKNOWN).precondition("inquiry_id").status()
        }
        CreateError::InquiryExpired => {
            refused(Reason::INQUIRY_EXPIRED).precondition("inquiry_id").status()
        }
        CreateError::Draining => {
            Problem::nothing_done(Reason::SHUTTING_DOWN, message).retry_after(SOON).status()
        }
        CreateError::JournalUnavailable => {
            Problem::nothing_done(Reason::JOURNAL_UNAVAILABLE, message).retry_after(SOON).status()
        }
        CreateError::FamilyNotAllowed(family) => family_not_allowed(family),
        CreateError::AbovePaymentLimit { total, limit } => {
            above_payment_limit(message, total, limit)
        }
        CreateError::AboveDayLimit { total, counted, limit } => {
            above_day_limit(message, total, counted, limit)
        }
        CreateError::TooManyInFlight { limit } => too_many_in_flight(message, limit),
        CreateError::Unclear => {
            Problem::unclear(Reason::JOURNAL_UNAVAILABLE, message).retry_after(SOON).status()
        }
    }
}

fn field_invalid(field: &'static str, problem: &'static str) -> Status {
    let refused = |reason| {
        let message = format!("{field}: {problem}; nothing was accepted");
        Problem::nothing_done(reason, message).precondition(field).status()
    };
    match field {
        "inquiry_id" => refused(Reason::INQUIRY_MISMATCH),
        "despite_in_doubt" => refused(Reason::DESPITE_REFUSED),
        _ => Violations::one(field, problem),
    }
}

#[cfg(test)]
mod tests {
    use ppob_api::error::{may_be_accepted, metadata_of, reason_of};
    use ppob_types::{CustomerNumber, Family, PaymentId, ProductCode, Rupiah, Timestamp};
    use tonic::Code;
    use tonic_types::StatusExt;

    use super::*;

    fn every_error() -> Vec<CreateError> {
        let number = CustomerNumber::parse(Family::PlnPrepaid, "91011121314999").unwrap_err();
        vec![
            CreateError::UnknownProduct(ProductCode::new("PLN-X").unwrap()),
            CreateError::NumberInvalid(number),
            CreateError::FieldInvalid { field: "approval", problem: "is missing" },
            CreateError::FieldInvalid { field: "inquiry_id", problem: "is for another product" },
            CreateError::FieldInvalid { field: "despite_in_doubt", problem: "is not in doubt" },
            CreateError::TotalAboveApproved {
                total: Rupiah::new(22_500),
                approved: Rupiah::new(20_000),
            },
            CreateError::IdReused,
            CreateError::Abandoned,
            CreateError::DuplicateInProgress {
                holder: Some(PaymentId::new("payment-0001").unwrap()),
            },
            CreateError::DuplicateInProgress { holder: None },
            CreateError::RepeatNeeded { repeat: 1, succeeded_at: Some(Timestamp::from_seconds(1)) },
            CreateError::RepeatNeeded { repeat: 1, succeeded_at: None },
            CreateError::FamilyNotAllowed(Family::Bpjs),
            CreateError::AbovePaymentLimit { total: Rupiah::new(2), limit: Rupiah::new(1) },
            CreateError::AboveDayLimit {
                total: Rupiah::new(2),
                counted: Rupiah::new(5),
                limit: Rupiah::new(6),
            },
            CreateError::TooManyInFlight { limit: 3 },
            CreateError::InquiryUnknown,
            CreateError::InquiryExpired,
            CreateError::Draining,
            CreateError::JournalUnavailable,
            CreateError::Unclear,
        ]
    }

    #[test]
    fn every_error_says_whether_it_was_accepted_and_hides_the_number() {
        for error in every_error() {
            let status = create(error.clone());
            assert_eq!(may_be_accepted(&status), error.may_be_accepted(), "{error:?}");
            let reason = Reason::of(&reason_of(&status).unwrap()).unwrap();
            let details = status.get_error_details();
            assert!(details.localized_message().is_some(), "{reason}");
            assert!(!format!("{status:?} {details:?}").contains("91011121314999"));
            if error.retry_after().is_some() {
                assert!(details.retry_info().is_some(), "{reason}");
            }
        }
    }

    #[test]
    fn codes_are_those_of_the_reference() {
        let code = |error| create(error).code();
        assert_eq!(code(CreateError::IdReused), Code::AlreadyExists);
        assert_eq!(code(CreateError::DuplicateInProgress { holder: None }), Code::Aborted);
        assert_eq!(code(CreateError::Draining), Code::Unavailable);
        assert_eq!(code(CreateError::Unclear), Code::Unavailable);
        assert_eq!(code(CreateError::InquiryExpired), Code::FailedPrecondition);
    }

    #[test]
    fn limits_say_how_much_and_whose() {
        for error in every_error() {
            let limit = matches!(
                error,
                CreateError::AbovePaymentLimit { .. }
                    | CreateError::AboveDayLimit { .. }
                    | CreateError::TooManyInFlight { .. }
            );
            let status = create(error.clone());
            let quota = status.get_error_details().quota_failure().cloned();
            assert_eq!(quota.is_some(), limit, "{error:?}");
            let told = metadata_of(&status);
            let told = told.keys().any(|key| key.starts_with("limit"));
            assert_eq!(told, limit, "{error:?}");
        }
    }

    #[test]
    fn the_time_of_another_consumers_success_is_not_told() {
        let foreign = create(CreateError::RepeatNeeded { repeat: 3, succeeded_at: None });
        assert_eq!(metadata_of(&foreign)["next_repeat"], "3");
        assert!(!metadata_of(&foreign).contains_key("succeeded_time"));
        assert!(!foreign.message().contains("WIB"), "{foreign}");
    }

    #[test]
    fn the_holder_is_named_only_to_its_owner() {
        let own = create(CreateError::DuplicateInProgress {
            holder: Some(PaymentId::new("payment-0001").unwrap()),
        });
        assert_eq!(metadata_of(&own)["payment_id"], "payment-0001");
        let foreign = create(CreateError::DuplicateInProgress { holder: None });
        assert!(!metadata_of(&foreign).contains_key("payment_id"));
    }
}
