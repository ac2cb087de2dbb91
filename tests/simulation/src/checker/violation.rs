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
    /// The engine took the balances of an honest account for money that moved unexplained.
    HoleOfNobody = "a hole in the balances of an honest account", false;
    /// An equal payment succeeded within the duplicate window without being a repetition.
    DoubleWithinWindow = "equal payments within the window", true;
    /// The history of a payment has a gap or an illegal step.
    BrokenHistory = "broken history", false;
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after {:?}: {}: {}", self.at, self.kind.as_str(), self.what)
    }
}
