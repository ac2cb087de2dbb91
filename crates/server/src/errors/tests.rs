use std::collections::BTreeSet;

use ppob_api::error::reason::{Accepted, Detail};
use ppob_api::error::{metadata_of, reason_of};
use ppob_engine::{AbandonError, CreateError, InquireError, OperateError, QueryError};
use ppob_types::{ConsumerId, CustomerNumber, Family, ProductCode, RefusalCode, Rupiah, Timestamp};

use super::*;
use crate::NotReloaded;

const NUMBER: &str = "91011121314999";

/// That an error is as its row of the table says. Questions lose `accepted` later.
pub(super) fn assert_as_in_the_table(status: &Status) {
    let reason = Reason::of(&reason_of(status).unwrap()).unwrap();
    assert_eq!(status.code(), reason.code, "{reason}");
    let details = status.get_error_details();
    let carried = [
        (details.bad_request().is_some(), Detail::BadRequest),
        (details.precondition_failure().is_some(), Detail::PreconditionFailure),
        (details.quota_failure().is_some(), Detail::QuotaFailure),
        (details.resource_info().is_some(), Detail::ResourceInfo),
        (details.retry_info().is_some(), Detail::RetryInfo),
    ];
    let carried = carried.into_iter().filter(|(there, _)| *there).map(|(_, detail)| detail);
    let promised: BTreeSet<Detail> = reason.details.iter().copied().collect();
    assert_eq!(carried.collect::<BTreeSet<_>>(), promised, "{reason}");
    assert_eq!(details.localized_message().unwrap().message, reason.indonesian);
    let mut metadata = metadata_of(status);
    let said = metadata.remove(ACCEPTED);
    match reason.accepted {
        Accepted::No => assert_eq!(said.as_deref(), Some(ACCEPTED_NO), "{reason}"),
        Accepted::Unknown => assert_eq!(said.as_deref(), Some(ACCEPTED_UNKNOWN), "{reason}"),
        Accepted::Unsaid => assert_eq!(said, None, "{reason}"),
        Accepted::Depends => {}
    }
    let strange = metadata.keys().find(|key| !reason.metadata.contains(&key.as_str()));
    assert_eq!(strange, None, "{reason}");
    assert!(!format!("{status:?} {details:?}").contains(NUMBER), "{reason}");
}

#[test]
fn every_error_of_the_engine_becomes_one_that_is_as_its_row_says() {
    let product = || ProductCode::new("PLN-X").unwrap();
    let number = CustomerNumber::parse(Family::PlnPrepaid, NUMBER).unwrap_err();
    let refused = |code| InquireError::Refused { code, message: format!("NOMOR {NUMBER} SALAH") };
    let field = |field| OperateError::FieldInvalid { field, problem: "is missing" };
    let inquiries = [
        InquireError::UnknownProduct(product()),
        InquireError::NumberInvalid(number),
        InquireError::FieldInvalid { field: "amount_rupiah", problem: "is missing" },
        refused(RefusalCode::NumberInvalid),
        refused(RefusalCode::BillAlreadyPaid),
        refused(RefusalCode::CutOff),
        refused(RefusalCode::AmountInvalid),
        refused(RefusalCode::LimitReached),
        refused(RefusalCode::Credentials),
        InquireError::NoRoute,
        InquireError::Unanswered,
        InquireError::JournalUnavailable,
    ];
    let queries = [
        QueryError::NotFound,
        QueryError::UnknownProduct(product()),
        QueryError::JournalUnavailable,
    ];
    let abandonments =
        [AbandonError::AttemptAlive, AbandonError::Ended, AbandonError::JournalUnavailable];
    let operations = [
        OperateError::NoSuchPayment,
        OperateError::NoSuchProvider,
        field("evidence"),
        field("second_actor"),
        OperateError::NotInDoubt,
        OperateError::TooEarly { until: Timestamp::default() },
        OperateError::SeenTooEarly,
        OperateError::NotConfirmed { why: "another amount".to_owned(), withdrawn: false },
        OperateError::NotConfirmed { why: "another amount".to_owned(), withdrawn: true },
        OperateError::SecondPersonNeeded { why: "must be another one" },
        OperateError::PatternRefused("is not anchored".to_owned()),
        OperateError::NothingToCheck,
        OperateError::CheckNotPossible,
        OperateError::NotVerifiable,
        OperateError::CheckTooEarly { until: Timestamp::default(), after: SOON },
        OperateError::DepositIdReused,
        OperateError::Contradicts,
        OperateError::ReferenceTaken,
        OperateError::ProviderUnavailable("no answer".to_owned()),
        OperateError::Changed,
        OperateError::JournalUnavailable,
    ];
    let reloads = [
        NotReloaded::Invalid("unknown key".to_owned()),
        NotReloaded::JournalUnavailable("the journal cannot be used".to_owned()),
    ];
    let all = inquiries.into_iter().map(inquire);
    let all = all.chain(queries.into_iter().map(query));
    let all = all.chain(abandonments.iter().map(abandon));
    let all = all.chain(operations.iter().map(operate));
    for status in all.chain(reloads.iter().map(not_reloaded)) {
        assert_as_in_the_table(&status);
    }
    let (total, limit) = (Rupiah::new(20_000), Rupiah::new(10_000));
    for status in [
        unknown_product("PLN-X"),
        unknown_provider("nobody"),
        page_token_invalid(),
        shutting_down(),
        not_implemented("ListAudit"),
        family_not_allowed(Family::Water),
        too_fast(&ConsumerId::new("shop").unwrap(), SOON),
        too_many_streams(16),
        create(CreateError::AbovePaymentLimit { total, limit }),
        create(CreateError::AboveDayLimit { total, counted: total, limit }),
        create(CreateError::TooManyInFlight { limit: 2 }),
    ] {
        assert_as_in_the_table(&status);
    }
}

#[test]
fn a_limit_tells_whose_it_is() {
    let status = Problem::nothing_done(Reason::RATE_LIMITED, "too many calls; nothing was done")
        .retry_after(SOON)
        .quota("consumer")
        .status();
    let details = status.get_error_details();
    let quota = details.quota_failure().unwrap();
    assert_eq!(quota.violations.len(), 1);
    assert_eq!(quota.violations[0].subject, "consumer");
    assert_eq!(quota.violations[0].description, "too many calls; nothing was done");
    assert_eq!(details.retry_info().unwrap().retry_delay, Some(SOON));
    assert_eq!(status.code(), Reason::RATE_LIMITED.code);
    assert_eq!(details.localized_message().unwrap().message, Reason::RATE_LIMITED.indonesian);
}
