//! What one request will meet: its faults, as questions the pipeline asks.

use std::time::Duration;

use super::call::Call;
use super::faults::{Fault, FaultKind, PendingEnd, Stage};
use crate::http::{Answer, Framing, Reply};

/// The faults of one request, oldest first; of two of a kind the first counts.
#[derive(Clone, Default)]
pub(crate) struct Plan(Vec<FaultKind>);

/// Takes the faults that match a request from those that are switched on, and uses each of them up once. What
/// the number brings along comes after them.
pub(crate) fn take(faults: &mut Vec<Fault>, call: &Call, magic: Option<FaultKind>) -> Plan {
    let is = |wanted: &Option<String>, actual: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted == actual)
    };
    let mut taken: Vec<FaultKind> = Vec::new();
    for fault in faults.iter_mut() {
        let matches = fault.verb.is_none_or(|verb| verb == call.verb)
            && is(&fault.code, call.code())
            && is(&fault.customer_no, call.customer());
        let kind = std::mem::discriminant(&fault.fault);
        if matches && taken.iter().all(|known| std::mem::discriminant(known) != kind) {
            taken.push(fault.fault.clone());
            fault.times = fault.times.map(|times| times.saturating_sub(1));
        }
    }
    faults.retain(|fault| fault.times != Some(0));
    if taken.is_empty() {
        taken.extend(magic);
    }
    Plan(taken)
}

/// How a purchase shall end, if a fault says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Refused with this code.
    Refused(String),
    /// Answered as timed out with this code; delivered or not.
    TimedOut(String, bool),
    /// Pending with this code, then this.
    Pending(String, PendingEnd),
    /// Refunded after its success.
    ThenRefunded,
}

impl Plan {
    /// The reply that replaces everything from this stage on.
    pub(crate) fn reply_at(&self, stage: Stage) -> Option<Reply> {
        self.0.iter().find_map(|kind| match kind {
            FaultKind::Drop { stage: at, ending } if *at == stage => Some(Reply::Close(*ending)),
            FaultKind::Stall { stage: at } if *at == stage => Some(Reply::Stall(None)),
            FaultKind::Garbage { stage: at } if *at == stage => {
                Some(Reply::Raw(b"\x16\x03garbage\r\n"))
            }
            FaultKind::HttpStatus { status, stage: at } if *at == stage => {
                let page = format!("<html><body>{status}</body></html>");
                Some(Reply::Answer(Answer::new(*status, "text/html", page)))
            }
            _ => None,
        })
    }

    /// How long to wait at this stage.
    pub(crate) fn delay_at(&self, stage: Stage) -> Option<Duration> {
        self.0.iter().find_map(|kind| match kind {
            FaultKind::Delay { milliseconds, stage: at } if *at == stage => {
                Some(Duration::from_millis(*milliseconds))
            }
            _ => None,
        })
    }

    /// Work without an answer: how much later.
    pub(crate) fn late_execution(&self) -> Option<Duration> {
        self.0.iter().find_map(|kind| match kind {
            FaultKind::LateExecution { milliseconds } => Some(Duration::from_millis(*milliseconds)),
            _ => None,
        })
    }

    pub(crate) fn truncation(&self) -> Option<Framing> {
        self.0.iter().find_map(|kind| match kind {
            FaultKind::TruncatedBody { framing } => Some(*framing),
            _ => None,
        })
    }

    /// The code with which it is refused.
    pub(crate) fn refusal(&self) -> Option<&str> {
        self.0.iter().find_map(|kind| match kind {
            FaultKind::Refuse { rc } => Some(rc.as_str()),
            _ => None,
        })
    }

    pub(crate) fn fate(&self) -> Option<Fate> {
        self.0.iter().find_map(|kind| match kind {
            FaultKind::Refuse { rc } => Some(Fate::Refused(rc.clone())),
            FaultKind::TimesOut { rc, delivered } => Some(Fate::TimedOut(rc.clone(), *delivered)),
            FaultKind::Pending { rc, then } => Some(Fate::Pending(rc.clone(), *then)),
            FaultKind::ThenRefunded {} => Some(Fate::ThenRefunded),
            _ => None,
        })
    }

    /// The look-up that has the serial number, if a success shall lack it first.
    pub(crate) fn serial_from(&self) -> u32 {
        let from = self.0.iter().find_map(|kind| match kind {
            FaultKind::SerialMissing { until_check } => Some(until_check.unwrap_or(u32::MAX)),
            _ => None,
        });
        from.unwrap_or(0)
    }

    pub(crate) fn price_change(&self) -> i64 {
        let change = self.0.iter().find_map(|kind| match kind {
            FaultKind::PriceChange { price } => Some(*price),
            _ => None,
        });
        change.unwrap_or(0)
    }

    /// Early, twice, reordered, lost.
    pub(crate) fn callbacks(&self) -> (bool, bool, bool, bool) {
        let how = self.0.iter().find_map(|kind| match kind {
            FaultKind::Callbacks { early, twice, reordered, lost } => {
                Some((*early, *twice, *reordered, *lost))
            }
            _ => None,
        });
        how.unwrap_or_default()
    }

    pub(crate) fn has(&self, wanted: &FaultKind) -> bool {
        self.0.contains(wanted)
    }

    pub(crate) fn kinds(&self) -> &[FaultKind] {
        &self.0
    }
}
