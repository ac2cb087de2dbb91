//! Switches that make a centre misbehave.

use serde::{Deserialize, Serialize};

use crate::http::{Ending, Framing};
use crate::mmbc::Stage;

/// A misbehaviour and the requests it is for; a filter that is absent matches everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What happens.
    pub fault: FaultKind,
    /// Only requests of this kind.
    #[serde(default)]
    pub call: Option<Call>,
    /// Only requests for this code.
    #[serde(default)]
    pub product: Option<String>,
    /// Only requests for this customer number.
    #[serde(default)]
    pub dest: Option<String>,
    /// How many requests it hits; without it, all until the faults are cleared.
    #[serde(default)]
    pub times: Option<u32>,
}

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// It buys.
    Pay,
    /// It asks what became of a purchase: by `check=1`, or by repeating a reference.
    Check,
    /// It asks what is owed.
    Inquiry,
    /// It asks for the deposit.
    Balance,
    /// It asks for the price list.
    Prices,
}

/// How a pending order ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingEnd {
    /// It is delivered.
    #[default]
    Success,
    /// It fails for the number, and the deposit gets the money back.
    Failed,
    /// It stays pending.
    Never,
}

/// Why something is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The number is wrong.
    NumberWrong,
    /// The deposit is too small.
    BalanceShort,
    /// The product is not sold now.
    ProductClosed,
    /// There is no such code.
    ProductWrong,
    /// Within the daily cut-off.
    CutOff,
    /// Nothing is owed.
    BillPaid,
    /// PIN, password or signature.
    Credentials,
    /// In these words.
    Other(String),
}

/// What an answer repeats wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Echo {
    /// The customer number.
    Dest,
    /// The product code.
    Product,
    /// Our reference.
    Reference,
}

/// A misbehaviour, written `{"kind": "drop", …}` with the fields of the variant. The oldest that matches wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// The connection ends without an answer.
    Drop {
        /// When. Before the body nothing of a request but its path is known.
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
        /// Three digits.
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
    Truncated {
        /// Whether the client can see the cut from the length.
        #[serde(default)]
        framing: Framing,
    },
    /// The order is taken and worked on.
    Pending {
        /// How it ends.
        #[serde(default)]
        then: PendingEnd,
        /// At which check, from 1.
        #[serde(default = "first")]
        at_check: u32,
    },
    /// It is refused; nothing is debited.
    Refused {
        /// Why.
        reason: Reason,
    },
    /// The answer names something else.
    WrongEcho {
        /// What.
        what: Echo,
    },
    /// Success without a token (or serial number).
    TokenMissing {},
    /// The check does not find the order.
    NotFound {},
    /// The work is done; these words are the answer, with HTTP status 200.
    Words {
        /// They.
        text: String,
    },
}

impl Fault {
    /// This fault for every request.
    pub fn new(fault: FaultKind) -> Self {
        Self { fault, call: None, product: None, dest: None, times: None }
    }

    /// Limits it to a kind of request.
    #[must_use]
    pub fn call(mut self, call: Call) -> Self {
        self.call = Some(call);
        self
    }

    /// Limits it to a customer number.
    #[must_use]
    pub fn dest(mut self, dest: &str) -> Self {
        self.dest = Some(dest.to_owned());
        self
    }

    /// Limits how often it happens.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    pub(crate) fn matches(&self, call: Call, product: &str, dest: &str) -> bool {
        let is = |wanted: &Option<String>, actual: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == actual)
        };
        self.call.is_none_or(|wanted| wanted == call)
            && is(&self.product, product)
            && is(&self.dest, dest)
    }
}

impl FaultKind {
    /// When it takes the place of an answer, if it does.
    pub(crate) const fn stage(&self) -> Option<Stage> {
        match self {
            Self::Drop { stage, .. }
            | Self::Stall { stage }
            | Self::HttpStatus { stage, .. }
            | Self::EmptyBody { stage } => Some(*stage),
            _ => None,
        }
    }
}

const fn first() -> u32 {
    1
}
