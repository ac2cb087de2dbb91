//! Switches that make the provider misbehave.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::verb::Verb;
use crate::http::{Ending, Framing};

/// A misbehaviour and the requests it is for; a filter that is absent matches everything.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What happens.
    pub fault: FaultKind,
    /// Only requests of this login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Only requests of this verb.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verb: Option<Verb>,
    /// Only requests for this product code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Only requests for this customer number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_number: Option<String>,
    /// How many requests it hits; without it, all until the faults are cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

/// When in the life of a request a fault strikes. "Debit" stands for the work of any verb.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The head was read, the body was not: account, product and customer are not known yet.
    BeforeBody,
    /// The request was read, nothing was done.
    #[default]
    BeforeDebit,
    /// The work is done, the answer is not sent.
    AfterDebit,
}

/// How a pending payment ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingEnd {
    /// It confirms.
    #[default]
    Confirm,
    /// It stays pending.
    Never,
    /// Status requests answer `No Data!`; the debit stays.
    NoData,
}

/// A misbehaviour, written `{"kind": "drop", …}` with the fields of the variant.
///
/// Kinds that replace the answer exclude each other for one request, and so do kinds that refuse:
/// the oldest matching fault wins and the others wait. Everything else combines.
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
    /// The connection stays open without an answer, then ends.
    Stall {
        /// When.
        #[serde(default)]
        stage: Stage,
        /// How long; without it until the client leaves.
        #[serde(default)]
        milliseconds: Option<u64>,
    },
    /// Bytes that are not HTTP.
    Garbage {
        /// When.
        #[serde(default)]
        stage: Stage,
    },
    /// An HTML page with this HTTP status.
    HttpStatus {
        /// 5xx, or any other status of three digits.
        status: u16,
        /// When.
        #[serde(default)]
        stage: Stage,
    },
    /// A redirect; nothing is done.
    Redirect {
        /// 301, 302, 307 or 308.
        status: u16,
        /// Where to; an absolute address.
        location: String,
    },
    /// An HTML page with HTTP status 200.
    HtmlPage {
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
    /// A payment that gets no answer and is debited later (`bayartagihan`).
    LateExecution {
        /// How much later.
        milliseconds: u64,
        /// Whether the connection stays open meanwhile, until the client leaves.
        #[serde(default)]
        hold: bool,
    },
    /// The answer comes late.
    Delay {
        /// How late.
        milliseconds: u64,
        /// On which side of the work the time passes.
        #[serde(default)]
        stage: Stage,
    },
    /// The payment is debited and pending (`bayartagihan`).
    Pending {
        /// How it ends.
        #[serde(default)]
        then: PendingEnd,
        /// At which status request, from 1.
        #[serde(default = "first_check")]
        at_check: u32,
    },
    /// Success without a token (`bayartagihan` of a token).
    TokenMissing {
        /// The status request that has it, from 1; without it none ever has.
        #[serde(default)]
        until_check: Option<u32>,
    },
    /// The status request answers `No Data!` (`cekstatus`).
    NoData {},
    /// The product is `Close` in the list, and refused. The list uses up no `times`.
    Closed {},
    /// The documented refusal for lack of deposit (`bayartagihan`).
    InsufficientBalance {
        /// The balance it tells, in rupiah; without it the real one.
        #[serde(default)]
        saldo: Option<i64>,
    },
    /// Refused as if the password were wrong.
    WrongCredentials {},
    /// Refused with `ipaddr`.
    IpNotAllowed {
        /// The address it tells.
        ipaddr: String,
    },
    /// Refused: the number is unknown (`cektagihan`, `bayartagihan`).
    UnknownNumber {},
    /// Refused: the bill is paid (`cektagihan`, `bayartagihan`).
    AlreadyPaid {},
    /// Refused with this reason; `daftarharga` answers an object instead of the array.
    Refusal {
        /// The text.
        reason: String,
    },
    /// Other money than before (`cektagihan`, `bayartagihan`).
    PriceChange {
        /// Added to what leaves the deposit, in rupiah.
        #[serde(default)]
        cost: i64,
        /// Added to what the customer pays, in rupiah.
        #[serde(default)]
        total: i64,
    },
    /// A PHP notice in front of the JSON.
    PhpNotice {},
    /// A UTF-8 byte order mark in front of the body.
    Utf8Bom {},
    /// Another content type.
    ContentType {
        /// The header's value.
        value: String,
    },
    /// An unescaped line feed inside a JSON string.
    RawNewline {},
    /// Every row of the price list twice (`daftarharga`).
    DuplicateRows {},
    /// Fields are missing.
    MissingFields {
        /// Which; the empty list stands for every field a client can do without.
        #[serde(default)]
        fields: Vec<String>,
    },
    /// Somebody else's answer (`cektagihan`, `bayartagihan`, `cekstatus`).
    SwappedAnswer {
        /// The other product's code, if it differs.
        #[serde(default)]
        product: Option<String>,
        /// The other customer number, if it differs.
        #[serde(default)]
        customer_number: Option<String>,
    },
    /// A word in `ppob_status` that the document does not have (`bayartagihan`, `cekstatus`).
    UnknownStatus {
        /// The word.
        word: String,
    },
}

/// Why a fault was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// Only the verb is known before the body is read.
    #[error(
        "a fault before the body can be limited to a verb, not to account, product or customer"
    )]
    FilterBeforeBody,
    /// The kind has nothing to do before the body is read.
    #[error("only a connection fault can strike before the body; a delay cannot")]
    StageBeforeBody,
    /// The kind never happens at the chosen verb.
    #[error("this kind of fault never happens at this verb")]
    VerbWithoutEffect,
    /// Zero times is never.
    #[error("times must be at least 1")]
    ZeroTimes,
    /// An HTTP status has three digits.
    #[error("an HTTP status must be between 200 and 599, that of a redirect between 300 and 399")]
    Status,
}

impl Fault {
    /// This fault for every request.
    pub fn new(fault: FaultKind) -> Self {
        Self { fault, account: None, verb: None, product: None, customer_number: None, times: None }
    }

    /// Limits it to a login.
    #[must_use]
    pub fn account(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self
    }

    /// Limits it to a verb.
    #[must_use]
    pub fn verb(mut self, verb: Verb) -> Self {
        self.verb = Some(verb);
        self
    }

    /// Limits it to a product code.
    #[must_use]
    pub fn product(mut self, code: &str) -> Self {
        self.product = Some(code.to_owned());
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

    pub(crate) fn check(&self) -> Result<(), FaultError> {
        if self.times == Some(0) {
            return Err(FaultError::ZeroTimes);
        }
        if self.verb.is_some_and(|verb| !self.fault.happens_at(verb)) {
            return Err(FaultError::VerbWithoutEffect);
        }
        match self.fault {
            FaultKind::HttpStatus { status, .. } if !(200..600).contains(&status) => {
                return Err(FaultError::Status);
            }
            FaultKind::Redirect { status, .. } if !(300..400).contains(&status) => {
                return Err(FaultError::Status);
            }
            FaultKind::Delay { stage: Stage::BeforeBody, .. } => {
                return Err(FaultError::StageBeforeBody);
            }
            _ => {}
        }
        let filtered =
            self.account.is_some() || self.product.is_some() || self.customer_number.is_some();
        if filtered && self.fault.stage() == Some(Stage::BeforeBody) {
            return Err(FaultError::FilterBeforeBody);
        }
        Ok(())
    }
}

/// Shows no customer number.
impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Fault")
            .field("fault", &std::mem::discriminant(&self.fault))
            .field("account", &self.account)
            .field("verb", &self.verb)
            .field("product", &self.product)
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}

fn first_check() -> u32 {
    1
}
