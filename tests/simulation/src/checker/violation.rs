//! What can be wrong.

use std::fmt;
use std::time::Duration;

/// Something that must not happen, and did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What kind.
    pub kind: ViolationKind,
    /// Which payment, and how.
    pub what: String,
    /// When, since the world began.
    pub at: Duration,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $money:literal;)*) => {
        /// A kind of violation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ViolationKind {
            $($(#[$doc])* $name,)*
        }

        impl ViolationKind {
            /// The name, as printed.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// Whether it was seen in money or in answers, and not only inside the engine.
            pub const fn is_harm(self) -> bool {
                match self {
                    $(Self::$name => $money,)*
                }
            }
        }
    };
}

kinds! {
    /// More than one charge for one payment.
    PaidTwice = "paid twice", true;
    /// Told paid, and nothing was charged.
    SucceededUnpaid = "told succeeded, not paid", true;
    /// Told not paid, and something is or was later charged.
    FailedButPaid = "told failed, paid", true;
    /// Told that the money was given back, and it was not.
    ReversedUnpaid = "told reversed, not given back", true;
    /// Money was given back, and the payment never says so.
    ReversalUntold = "given back, never told", true;
    /// The cost or reference that is recorded is not that of the charge.
    WrongMoney = "recorded otherwise than charged", true;
    /// Two final answers differ.
    EndChanged = "two ends told", true;
    /// An open state was told after a final one.
    BackToOpen = "told open after an end", true;
    /// Told that nothing was accepted, and it was.
    RefusedButThere = "told not accepted, but it is", true;
    /// Two requests were taken under one id.
    IdOfTwoRequests = "two requests under one id", true;
    /// An id abandoned for ever became a payment.
    AbandonedButThere = "abandoned id is a payment", true;
    /// An attempt began after a promise of none.
    FurtherAttempt = "attempt after a promise of none", true;
    /// Charged for something else than is recorded.
    WrongPurchase = "charged for something else", true;
    /// Two payments for one product and customer could be charged at one time.
    TwoOpenPaths = "two open payments for one purchase", true;
    /// A payment in doubt was passed by, and was paid after that.
    PaidAfterPassedBy = "paid after it was passed by", true;
    /// A request left after the time until which the payment was to begin.
    SentTooLate = "sent after its time", true;
    /// Told before it was durable.
    ToldUndurable = "told before it was durable", true;
    /// A stream of events left one out, told one twice, or out of order.
    StreamBroken = "a stream with a gap or out of order", true;
    /// One attempt was sent twice.
    SentTwice = "one attempt sent twice", false;
    /// A bill was paid without the inquiry that its provider ties it to, or asked for twice under one reference.
    UnboundPayment = "paid without its inquiry", false;
    /// A status check that buys left without having been written down, or too soon after another call.
    UnwrittenPurchase = "a check that buys out of its bounds", false;
    /// An attempt was called not executed while the provider could still execute it.
    NegativeTooSoon = "called not executed while it could be executed", false;
    /// Two attempts of one payment may both be paid.
    TwoAlive = "two attempts alive", false;
    /// Another provider was asked after a refusal that proves nothing.
    FailoverWithoutProof = "another provider after an unproven refusal", false;
    /// A request left before its intent was durable.
    SentWithoutIntent = "sent without a durable intent", false;
    /// A charge whose record neither succeeded nor is open.
    ChargeWithoutRecord = "charge without a record", true;
    /// Not ended although nothing stood in its way.
    NeverEnds = "does not end", true;
    /// What is told is not what is recorded.
    StaleAnswer = "told otherwise than recorded", true;
    /// The engine or its journal saw an invariant broken.
    InvariantBroken = "an invariant of the engine is broken", false;
    /// The engine found a charge where it had taken an attempt as dead.
    LateCharge = "a charge after a negative verdict", false;
    /// The engine saw facts contradict each other where nobody had said anything wrong.
    FalseContradiction = "contradicting facts in an honest world", false;
    /// The engine took the balances of an honest account for money that moved unexplained.
    HoleOfNobody = "a hole in the balances of an honest account", false;
    /// An equal payment succeeded within the duplicate window without being a repetition.
    DoubleWithinWindow = "equal payments within the window", true;
    /// The history of a payment has a gap or an illegal step.
    BrokenHistory = "broken history", false;
}

impl ViolationKind {
    /// Whether it must not happen either once the record was set back to an earlier copy.
    pub(crate) const fn outlives_a_set_back(self) -> bool {
        matches!(
            self,
            Self::PaidTwice
                | Self::SucceededUnpaid
                | Self::FailedButPaid
                | Self::ChargeWithoutRecord
                | Self::SentTwice
                | Self::SentWithoutIntent
                | Self::TwoAlive
                | Self::InvariantBroken
                | Self::NeverEnds
        )
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after {:?}: {}: {}", self.at, self.kind.as_str(), self.what)
    }
}
