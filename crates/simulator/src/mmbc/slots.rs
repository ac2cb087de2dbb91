//! Which faults exclude each other, and where each kind can happen.

use super::faults::{FaultKind, Stage};
use super::verb::Verb;

/// One request takes at most one fault per slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slot {
    /// What replaces the answer.
    Connection,
    /// What refuses.
    Refusal,
    /// How a payment develops.
    Course,
    Token,
    Delay,
    Price,
    Notice,
    Bom,
    ContentType,
    Newline,
    Duplicates,
    Missing,
    Swap,
    Status,
}

impl FaultKind {
    pub(crate) fn slot(&self) -> Slot {
        match self {
            Self::Drop { .. }
            | Self::Stall { .. }
            | Self::Garbage { .. }
            | Self::HttpStatus { .. }
            | Self::Redirect { .. }
            | Self::HtmlPage { .. }
            | Self::EmptyBody { .. }
            | Self::TruncatedBody { .. }
            | Self::LateExecution { .. } => Slot::Connection,
            Self::NoData {}
            | Self::Closed {}
            | Self::InsufficientBalance { .. }
            | Self::WrongCredentials {}
            | Self::IpNotAllowed { .. }
            | Self::UnknownNumber {}
            | Self::AlreadyPaid {}
            | Self::Refusal { .. } => Slot::Refusal,
            Self::Pending { .. } => Slot::Course,
            Self::TokenMissing { .. } => Slot::Token,
            Self::Delay { .. } => Slot::Delay,
            Self::PriceChange { .. } => Slot::Price,
            Self::PhpNotice {} => Slot::Notice,
            Self::Utf8Bom {} => Slot::Bom,
            Self::ContentType { .. } => Slot::ContentType,
            Self::RawNewline {} => Slot::Newline,
            Self::DuplicateRows {} => Slot::Duplicates,
            Self::MissingFields { .. } => Slot::Missing,
            Self::SwappedAnswer { .. } => Slot::Swap,
            Self::UnknownStatus { .. } => Slot::Status,
        }
    }

    /// Whether a request of this verb can show the fault.
    pub(crate) fn happens_at(&self, verb: Verb) -> bool {
        match self {
            Self::LateExecution { .. }
            | Self::Pending { .. }
            | Self::TokenMissing { .. }
            | Self::InsufficientBalance { .. } => verb == Verb::Pay,
            Self::NoData {} => verb == Verb::Status,
            Self::Closed {} => matches!(verb, Verb::PriceList | Verb::Inquiry | Verb::Pay),
            Self::UnknownNumber {} | Self::AlreadyPaid {} | Self::PriceChange { .. } => {
                matches!(verb, Verb::Inquiry | Verb::Pay)
            }
            Self::DuplicateRows {} => verb == Verb::PriceList,
            Self::SwappedAnswer { .. } => matches!(verb, Verb::Inquiry | Verb::Pay | Verb::Status),
            Self::UnknownStatus { .. } => matches!(verb, Verb::Pay | Verb::Status),
            _ => true,
        }
    }

    /// When a connection fault strikes; `None` for the kinds without a choice.
    pub(crate) fn stage(&self) -> Option<Stage> {
        match self {
            Self::Drop { stage, .. }
            | Self::Stall { stage, .. }
            | Self::Garbage { stage }
            | Self::HttpStatus { stage, .. }
            | Self::HtmlPage { stage }
            | Self::EmptyBody { stage } => Some(*stage),
            Self::Redirect { .. } => Some(Stage::BeforeDebit),
            _ => None,
        }
    }
}
