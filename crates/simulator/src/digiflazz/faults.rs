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
    /// Only requests of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verb: Option<Verb>,
    /// Only requests for this code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Only requests for this customer number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_no: Option<String>,
    /// How many requests it hits; without it, all until the faults are cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

/// When in the life of a request a fault strikes. "Debit" stands for the work of any verb.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The request was read, nothing was done.
    #[default]
    BeforeDebit,
    /// The work is done, the answer is not sent.
    AfterDebit,
}

/// How something pending ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingEnd {
    /// It succeeds.
    Succeeds,
    /// It fails, and the deposit gets the money back.
    Fails,
    /// It stays pending.
    Never,
}

/// A misbehaviour, written `{"kind": "drop", …}` with the fields of the variant.
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
    /// The connection stays open without an answer, until the client leaves.
    Stall {
        /// When.
        #[serde(default)]
        stage: Stage,
    },
    /// Bytes that are not HTTP.
    Garbage {
        /// When.
        #[serde(default)]
        stage: Stage,
    },
    /// An HTML page with this HTTP status.
    HttpStatus {
        /// Any status of three digits; 200 is a page in place of the answer.
        status: u16,
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
    /// No answer now, and the work is done so much later.
    LateExecution {
        /// How much later.
        milliseconds: u64,
    },
    /// The answer comes late.
    Delay {
        /// How late.
        milliseconds: u64,
        /// On which side of the work the time passes.
        #[serde(default)]
        stage: Stage,
    },
    /// Refused with this code, at the door or as a failed transaction, as the code's row says.
    Refuse {
        /// The code.
        rc: String,
    },
    /// Answered as timed out (`Gagal`, 01 or 70), whatever is done.
    TimesOut {
        /// 01 or 70.
        rc: String,
        /// Whether it was delivered all the same.
        delivered: bool,
    },
    /// Taken, and pending.
    Pending {
        /// 03 or 99.
        #[serde(default = "pending")]
        rc: String,
        /// How it ends.
        then: PendingEnd,
    },
    /// It succeeds, and at a later look-up or [`settle`](super::DigiflazzHandle::settle) it is refunded (74).
    ThenRefunded {},
    /// Look-ups find nothing (`Data belum ada`).
    NoData {},
    /// The answer has this code or status word in place of its own.
    Reworded {
        /// The code, if it is another one.
        #[serde(default)]
        rc: Option<String>,
        /// The status word, if it is another one.
        #[serde(default)]
        status: Option<String>,
    },
    /// Somebody else's answer: the named fields have these values.
    Swapped {
        /// Another reference.
        #[serde(default)]
        ref_id: Option<String>,
        /// Another code.
        #[serde(default)]
        buyer_sku_code: Option<String>,
        /// Another customer number.
        #[serde(default)]
        customer_no: Option<String>,
    },
    /// A success without a serial number, until the look-up of this number, from 1.
    SerialMissing {
        /// Without it none ever has.
        #[serde(default)]
        until_check: Option<u32>,
    },
    /// What leaves the deposit is so much more or less, in rupiah.
    PriceChange {
        /// Added.
        price: i64,
    },
    /// Amounts that are documented as "Float" are written with `.0`.
    Floats {},
    /// Refusals come with HTTP status 400.
    Http400 {},
    /// Refusals repeat nothing but code, word and message.
    Bare {},
    /// A row of the price list has fields of a wrong type.
    OddRow {},
    /// `price` and `stock` of the price list are texts.
    TextAmounts {},
    /// The first row of the price list stands twice, the second time dearer and not sold.
    DoubleRow {},
    /// How callbacks come.
    Callbacks {
        /// Before the answer does.
        #[serde(default)]
        early: bool,
        /// Each twice.
        #[serde(default)]
        twice: bool,
        /// The update before the creation.
        #[serde(default)]
        reordered: bool,
        /// Not at all.
        #[serde(default)]
        lost: bool,
    },
}

fn pending() -> String {
    "03".to_owned()
}

impl Fault {
    /// This fault for every request.
    pub fn new(fault: FaultKind) -> Self {
        Self { fault, verb: None, code: None, customer_no: None, times: None }
    }

    /// Limits it to a kind of request.
    #[must_use]
    pub fn verb(mut self, verb: Verb) -> Self {
        self.verb = Some(verb);
        self
    }

    /// Limits it to a code.
    #[must_use]
    pub fn code(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }

    /// Limits it to a customer number.
    #[must_use]
    pub fn customer_no(mut self, customer_no: &str) -> Self {
        self.customer_no = Some(customer_no.to_owned());
        self
    }

    /// Limits it to so many requests.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }
}

/// Shows no customer number.
impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Fault")
            .field("fault", &self.fault)
            .field("verb", &self.verb)
            .field("code", &self.code)
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}
