//! Switches that make the provider misbehave.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::call::Verb;
use crate::http::{Ending, Framing};

/// A misbehaviour and the requests it is for; a filter that is absent matches everything.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What happens.
    pub fault: FaultKind,
    /// Only requests of this verb.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verb: Option<Verb>,
    /// Only requests for this customer number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_number: Option<String>,
    /// How many requests it hits; without it, all until the faults are cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

/// When in the life of a request a fault strikes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The request was read, nothing was done: it is lost.
    #[default]
    BeforeWork,
    /// The work is done, the answer is not sent: the answer is lost.
    AfterWork,
}

/// How a payment that is being worked on ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingEnd {
    /// It succeeds.
    #[default]
    Success,
    /// It fails, and the deposit gets its money back.
    Failure,
    /// It stays, until somebody settles it by hand.
    Never,
}

/// A misbehaviour, written `{"kind": "drop", …}` with the fields of the variant. The oldest matching fault
/// of each kind strikes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// The connection ends without an answer.
    Drop {
        /// When.
        #[serde(default)]
        stage: Stage,
        /// FIN or RST.
        #[serde(default)]
        ending: Ending,
    },
    /// The connection stays open without an answer until the client leaves.
    Stall {
        /// When.
        #[serde(default)]
        stage: Stage,
    },
    /// An HTML page with this HTTP status.
    HttpStatus {
        /// Of three digits.
        status: u16,
        /// When.
        #[serde(default)]
        stage: Stage,
    },
    /// HTTP status 200 and no body.
    EmptyBody {
        /// When.
        #[serde(default)]
        stage: Stage,
    },
    /// The work is done, the answer is cut in its middle.
    TruncatedBody {
        /// Whether the client can see the cut from the length.
        #[serde(default)]
        framing: Framing,
    },
    /// The connection ends, and the work is done later.
    LateExecution {
        /// How much later.
        milliseconds: u64,
    },
    /// Answered with this code, and nothing is done.
    Code {
        /// The response code.
        code: String,
    },
    /// The work is done, and answered with this code all the same.
    CodeAfterWork {
        /// The response code.
        code: String,
    },
    /// A payment is taken, debited and worked on (`top-up`, `pay-pasca`).
    Pending {
        /// How it ends.
        #[serde(default)]
        then: PendingEnd,
        /// At which status check, from 1.
        #[serde(default = "first_check")]
        at_check: u32,
    },
    /// Another price than listed, or than the inquiry said (`top-up`, `pay-pasca`).
    PriceChange {
        /// Added to what leaves the deposit, in rupiah.
        #[serde(default)]
        cost: i64,
        /// Added to what the customer pays, in rupiah.
        #[serde(default)]
        total: i64,
    },
    /// A top-up that has ended before it is answered (`top-up`). The document says that the first answer is
    /// always "process"; a repeated reference is answered so.
    AtOnce {},
    /// A success without a serial number (`top-up`, `check-status`).
    NoSerial {},
    /// Fields are missing.
    MissingFields {
        /// Which.
        fields: Vec<String>,
    },
    /// Fields have other values, as text.
    Replaced {
        /// A name of `data`.
        field: String,
        /// The value.
        value: String,
    },
}

/// Why a fault was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// Zero times is never.
    #[error("times must be at least 1")]
    ZeroTimes,
    /// An HTTP status has three digits.
    #[error("an HTTP status must be between 200 and 599")]
    Status,
}

impl Fault {
    /// This fault for every request.
    pub fn new(fault: FaultKind) -> Self {
        Self { fault, verb: None, customer_number: None, times: None }
    }

    /// Limits it to a verb.
    #[must_use]
    pub fn verb(mut self, verb: Verb) -> Self {
        self.verb = Some(verb);
        self
    }

    /// Limits it to a customer number.
    #[must_use]
    pub fn customer_number(mut self, customer_number: &str) -> Self {
        self.customer_number = Some(customer_number.to_owned());
        self
    }

    /// Limits it to so many requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    fn matches(&self, verb: Verb, customer: &str) -> bool {
        self.verb.is_none_or(|wanted| wanted == verb)
            && self.customer_number.as_deref().is_none_or(|wanted| wanted == customer)
    }
}

/// The active faults, oldest first.
#[derive(Default)]
pub(crate) struct FaultBoard(Vec<Fault>);

impl FaultBoard {
    pub(crate) fn add(&mut self, fault: Fault) -> Result<(), FaultError> {
        if fault.times == Some(0) {
            return Err(FaultError::ZeroTimes);
        }
        if matches!(fault.fault, FaultKind::HttpStatus { status, .. } if !(200..600).contains(&status))
        {
            return Err(FaultError::Status);
        }
        self.0.push(fault);
        Ok(())
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn active(&self) -> &[Fault] {
        &self.0
    }

    /// The faults of one request; each of them is used up once.
    pub(crate) fn take(&mut self, verb: Verb, customer: &str) -> Plan {
        let mut taken: Vec<FaultKind> = Vec::new();
        for fault in &mut self.0 {
            let same = |kind: &FaultKind| {
                std::mem::discriminant(kind) == std::mem::discriminant(&fault.fault)
            };
            let combines =
                matches!(fault.fault, FaultKind::Replaced { .. } | FaultKind::MissingFields { .. });
            if fault.matches(verb, customer) && (combines || !taken.iter().any(same)) {
                taken.push(fault.fault.clone());
                fault.times = fault.times.map(|times| times.saturating_sub(1));
            }
        }
        self.0.retain(|fault| fault.times != Some(0));
        Plan(taken)
    }
}

/// What one request will meet.
#[derive(Clone, Default)]
pub(crate) struct Plan(pub(crate) Vec<FaultKind>);

impl Plan {
    pub(crate) fn find<'a, T>(
        &'a self,
        question: impl FnMut(&'a FaultKind) -> Option<T>,
    ) -> Option<T> {
        self.0.iter().find_map(question)
    }

    pub(crate) fn pending(&self) -> Option<(PendingEnd, u32)> {
        self.find(|kind| match kind {
            FaultKind::Pending { then, at_check } => Some((*then, *at_check)),
            _ => None,
        })
    }

    /// Rupiah to add to the cost and to the total.
    pub(crate) fn price_change(&self) -> (i64, i64) {
        let change = self.find(|kind| match kind {
            FaultKind::PriceChange { cost, total } => Some((*cost, *total)),
            _ => None,
        });
        change.unwrap_or_default()
    }

    pub(crate) fn code(&self) -> Option<&str> {
        self.find(|kind| match kind {
            FaultKind::Code { code } => Some(code.as_str()),
            _ => None,
        })
    }

    pub(crate) fn code_after_work(&self) -> Option<&str> {
        self.find(|kind| match kind {
            FaultKind::CodeAfterWork { code } => Some(code.as_str()),
            _ => None,
        })
    }
}

/// Shows no customer number.
impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Fault")
            .field("fault", &std::mem::discriminant(&self.fault))
            .field("verb", &self.verb)
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}

fn first_check() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_strike_in_their_order_and_are_used_up() {
        let mut board = FaultBoard::default();
        let code = |code: &str| FaultKind::Code { code: code.to_owned() };
        board.add(Fault::new(code("17")).verb(Verb::TopUp).times(1)).unwrap();
        board.add(Fault::new(code("106")).customer_number("1").times(1)).unwrap();
        assert_eq!(board.take(Verb::CheckStatus, "2").code(), None);
        assert_eq!(board.take(Verb::TopUp, "1").code(), Some("17"));
        assert_eq!(board.take(Verb::TopUp, "1").code(), Some("106"));
        assert_eq!(board.active(), []);
        assert_eq!(board.add(Fault::new(code("1")).times(0)), Err(FaultError::ZeroTimes));
        let status = FaultKind::HttpStatus { status: 99, stage: Stage::AfterWork };
        assert_eq!(board.add(Fault::new(status)), Err(FaultError::Status));
    }
}
