//! What one request will meet: its faults, as questions the pipeline asks.

use std::time::Duration;

use super::faults::{FaultKind, Stage};
use super::invoice::Course;
use super::texts::{GARBAGE, Refusal, html_page};
use crate::http::{Answer, Framing, Reply};

/// The documented API says JSON; PHP without a header says this.
pub(crate) const DEFAULT_CONTENT_TYPE: &str = "text/html; charset=UTF-8";

/// The faults of one request, at most one per slot.
#[derive(Clone, Default)]
pub(crate) struct Plan(Vec<FaultKind>);

impl Plan {
    /// The faults that were switched on, and a magic number's fault if its slot is free.
    pub(crate) fn new(mut kinds: Vec<FaultKind>, magic: Option<FaultKind>) -> Self {
        if let Some(magic) = magic
            && kinds.iter().all(|kind| kind.slot() != magic.slot())
        {
            kinds.push(magic);
        }
        Self(kinds)
    }

    /// The reply that replaces everything from this stage on.
    pub(crate) fn reply_at(&self, stage: Stage) -> Option<Reply> {
        let kind = self.0.iter().find(|kind| kind.stage() == Some(stage))?;
        connection_reply(kind)
    }

    /// How long to wait at this stage.
    pub(crate) fn delay_at(&self, stage: Stage) -> Option<Duration> {
        self.find(|kind| match kind {
            FaultKind::Delay { milliseconds, stage: at } if *at == stage => {
                Some(Duration::from_millis(*milliseconds))
            }
            _ => None,
        })
    }

    /// A debit without an answer: how much later, and whether the connection stays open.
    pub(crate) fn late_execution(&self) -> Option<(Duration, bool)> {
        self.find(|kind| match kind {
            FaultKind::LateExecution { milliseconds, hold } => {
                Some((Duration::from_millis(*milliseconds), *hold))
            }
            _ => None,
        })
    }

    /// The refusal; `agent` and `saldo` are those of the account.
    pub(crate) fn refusal(&self, agent: &str, saldo: i64) -> Option<Refusal> {
        self.find(|kind| {
            Some(match kind {
                FaultKind::NoData {} => Refusal::NoData,
                FaultKind::Closed {} => Refusal::ProductClosed,
                FaultKind::InsufficientBalance { saldo: told } => Refusal::InsufficientBalance {
                    agent: agent.to_owned(),
                    saldo: told.unwrap_or(saldo),
                },
                FaultKind::WrongCredentials {} => Refusal::WrongCredentials,
                FaultKind::IpNotAllowed { ipaddr } => {
                    Refusal::IpNotAllowed { ipaddr: ipaddr.clone() }
                }
                FaultKind::UnknownNumber {} => Refusal::UnknownNumber,
                FaultKind::AlreadyPaid {} => Refusal::AlreadyPaid,
                FaultKind::Refusal { reason } => Refusal::Other { reason: reason.clone() },
                _ => return None,
            })
        })
    }

    /// How the payment develops.
    pub(crate) fn course(&self) -> Course {
        Course {
            pending: self.find(|kind| match kind {
                FaultKind::Pending { then, at_check } => Some((*then, *at_check)),
                _ => None,
            }),
            token_from: self
                .find(|kind| match kind {
                    FaultKind::TokenMissing { until_check } => {
                        Some(until_check.unwrap_or(u32::MAX))
                    }
                    _ => None,
                })
                .unwrap_or(0),
        }
    }

    /// Rupiah to add to the cost and to the total.
    pub(crate) fn price_change(&self) -> (i64, i64) {
        self.find(|kind| match kind {
            FaultKind::PriceChange { cost, total } => Some((*cost, *total)),
            _ => None,
        })
        .unwrap_or_default()
    }

    pub(crate) fn truncation(&self) -> Option<Framing> {
        self.find(|kind| match kind {
            FaultKind::TruncatedBody { framing } => Some(*framing),
            _ => None,
        })
    }

    pub(crate) fn content_type(&self) -> &str {
        self.find(|kind| match kind {
            FaultKind::ContentType { value } => Some(value.as_str()),
            _ => None,
        })
        .unwrap_or(DEFAULT_CONTENT_TYPE)
    }

    pub(crate) fn has(&self, wanted: &FaultKind) -> bool {
        self.0.contains(wanted)
    }

    pub(crate) fn kinds(&self) -> &[FaultKind] {
        &self.0
    }

    fn find<'a, T>(&'a self, question: impl FnMut(&'a FaultKind) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(question)
    }
}

/// The reply of a connection fault with a stage.
pub(crate) fn connection_reply(kind: &FaultKind) -> Option<Reply> {
    let html = |status, title: &str| Answer::new(status, DEFAULT_CONTENT_TYPE, html_page(title));
    Some(match kind {
        FaultKind::Drop { ending, .. } => Reply::Close(*ending),
        FaultKind::Stall { milliseconds, .. } => {
            Reply::Stall(milliseconds.map(Duration::from_millis))
        }
        FaultKind::Garbage { .. } => Reply::Raw(GARBAGE),
        FaultKind::HttpStatus { status, .. } => {
            Reply::Answer(html(*status, &format!("Error {status}")))
        }
        FaultKind::Redirect { status, location } => {
            let location = Some(location.clone());
            Reply::Answer(Answer { location, ..html(*status, "Moved") })
        }
        FaultKind::HtmlPage { .. } => Reply::Answer(html(200, "Situs sedang dalam perbaikan")),
        FaultKind::EmptyBody { .. } => Reply::Answer(Answer::new(200, DEFAULT_CONTENT_TYPE, "")),
        _ => return None,
    })
}
