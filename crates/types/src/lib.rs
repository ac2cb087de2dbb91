//! Values every other crate speaks in.
//!
//! Nothing here does I/O, reads a clock or draws a random number. Money is whole rupiah
//! ([`Rupiah`]); personal data and bearer values ([`CustomerNumber`], [`Sensitive`], [`PlnToken`])
//! never show themselves in `Debug`.

mod bill;
mod crash;
mod customer;
mod details;
mod doubt;
mod failure;
mod family;
mod ids;
mod money;
mod outcome;
mod price;
mod product;
mod receipt;
mod request;
mod retention;
mod sensitive;
mod time;

pub use bill::{Bill, InquiryToken};
#[cfg(feature = "crash-points")]
pub use crash::watch_crash_points;
pub use crash::{CrashPoint, crash_point};
pub use customer::{CustomerNumber, CustomerNumberError};
pub use details::{
    BpjsDetails, FamilyDetails, GasDetails, MultifinanceDetails, PayTvDetails, PlnNonTaglisDetails,
    PlnPostpaidDetails, PlnPrepaidDetails, TelkomDetails, WaterDetails,
};
pub use doubt::DoubtReason;
pub use failure::{Basis, FailureReason};
pub use family::{Family, UnknownFamily};
pub use ids::{AttemptId, ConsumerId, IdError, InquiryId, PaymentId, PaymentKey, ProviderName};
pub use money::{Rupiah, RupiahOverflow};
pub use outcome::{
    NotSentCause, Observed, PayAnswer, PayOutcome, ProviderRef, RawAnswer, RefusalCode,
    RefusalScope, Rejection, StatusReport, StatusVerdict, UnknownCause,
};
pub use price::{Cost, CutOff, MappedProduct, PriceList, PriceRow};
pub use product::{ProductCode, ProductCodeError};
pub use receipt::{PlnToken, PlnTokenError, Receipt, ReceiptLine, TokenState};
pub use request::{Parameters, Purchase};
pub use retention::Retention;
pub use sensitive::Sensitive;
pub use time::{Clock, Monotonic, Timestamp, WIB_OFFSET_SECONDS};
