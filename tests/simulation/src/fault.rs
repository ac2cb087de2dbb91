//! What can go wrong, class by class. A seed switches whole classes on and off.

use std::collections::BTreeMap;
use std::fmt;

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $permille:literal;)*) => {
        /// A class of things that go wrong, or of what people do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault {
            $($(#[$doc])* $name,)*
        }

        impl Fault {
            /// Every class.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name, as printed.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// How often it happens where it can, in thousandths, in a world of middling weather.
            pub(crate) const fn permille(self) -> u32 {
                match self {
                    $(Self::$name => $permille,)*
                }
            }
        }
    };
}

faults! {
    /// The provider's port is closed: nothing was sent.
    ConnectionRefused = "pay: connection refused", 40;
    /// Paid, and the connection ended without an answer.
    LostAnswerPaid = "pay: answer lost, paid", 25;
    /// Not paid, and the connection ended without an answer.
    LostAnswerUnpaid = "pay: answer lost, not paid", 25;
    /// Paid, and the answer was cut.
    CutAnswerPaid = "pay: answer cut, paid", 15;
    /// Not paid, and the answer was cut.
    CutAnswerUnpaid = "pay: answer cut, not paid", 15;
    /// Paid, and the answer was a 5xx.
    ServerErrorPaid = "pay: 5xx, paid", 20;
    /// Not paid, and the answer was a 5xx.
    ServerErrorUnpaid = "pay: 5xx, not paid", 20;
    /// Paid, and no answer in time.
    SilencePaid = "pay: silence, paid", 20;
    /// Not paid, and no answer in time.
    SilenceUnpaid = "pay: silence, not paid", 20;
    /// No answer in time; paid only long after the client gave up.
    LateExecution = "pay: executed after the client gave up", 30;
    /// Paid, and somebody else's answer came.
    ForeignAnswerPaid = "pay: somebody else's answer, paid", 12;
    /// Not paid, and somebody else's answer came.
    ForeignAnswerUnpaid = "pay: somebody else's answer, not paid", 12;
    /// Paid, and the answer is on no list.
    UnlistedPaid = "pay: unlisted answer, paid", 12;
    /// Not paid, and the answer is on no list.
    UnlistedUnpaid = "pay: unlisted answer, not paid", 12;
    /// Taken on, without a reference to ask by.
    NoReference = "pay: pending without a reference", 15;
    /// Taken on, and confirmed later.
    PendingConfirmed = "pay: pending, later paid", 40;
    /// Taken on, and refused later.
    PendingRefused = "pay: pending, later refused", 40;
    /// Refused for want of balance, with a balance that fits.
    RefusedFitting = "pay: refused, stated balance fits", 25;
    /// Refused for want of balance, with a balance that does not fit, or none.
    RefusedUnfitting = "pay: refused, stated balance does not fit", 15;
    /// Refused because the provider does not sell it now.
    RefusedClosed = "pay: refused, product closed", 20;
    /// Refused because of the bill or number itself.
    RefusedBill = "pay: refused, bill or number", 20;
    /// The provider's code panics before a connection.
    PanicBefore = "pay: provider code panics before sending", 6;
    /// The provider's code panics after sending; paid.
    PanicAfterPaid = "pay: provider code panics after sending, paid", 6;
    /// The provider's code panics after sending; not paid.
    PanicAfterUnpaid = "pay: provider code panics after sending, not paid", 6;
    /// Success without the token; it comes with a later status.
    TokenLater = "pay: success without the token", 60;
    /// A status check is not answered.
    StatusLost = "status: no answer", 120;
    /// A status check hangs.
    StatusSilence = "status: silence", 40;
    /// A status check does not find what is there.
    StatusLag = "status: not found although there", 300;
    /// An inquiry is not answered.
    InquiryLost = "inquiry: no answer", 60;
    /// The bill is another than a moment ago.
    BillChanged = "inquiry: the bill changed", 40;
    /// A price list is not answered.
    PriceListLost = "price list: no answer", 100;
    /// A price list with other prices.
    PriceChange = "price list: prices changed", 150;
    /// A product is closed in the price list.
    PriceClosed = "price list: product closed", 60;
    /// A write or read of the journal takes seconds.
    JournalSlow = "journal: slow", 25;
    /// A write is refused before it begins.
    JournalUnavailable = "journal: write refused", 20;
    /// A read fails.
    JournalUnreadable = "journal: read fails", 15;
    /// A write is lost, and not acknowledged.
    WriteLost = "journal: write lost, unacknowledged", 15;
    /// A write is durable, and not acknowledged.
    WriteUnacknowledged = "journal: write durable, unacknowledged", 15;
    /// The process dies at any moment.
    Crash = "crash: any moment", 60;
    /// The process dies with a write not yet durable.
    CrashBeforeApply = "crash: before a write is durable", 12;
    /// The process dies with a write durable but not acknowledged.
    CrashAfterApply = "crash: after a write, unacknowledged", 12;
    /// The old process lives on for a moment beside the new one.
    Overlap = "crash: old process overlaps the new one", 350;
    /// Somebody sets the wall clock forward.
    ClockForward = "clock: set forward", 15;
    /// Somebody sets the wall clock back.
    ClockBack = "clock: set back", 15;
    /// A caller drops its call.
    CallDropped = "caller: drops the call", 120;
    /// A caller submits twice at once.
    DoubleSubmit = "caller: submits twice at once", 120;
    /// A caller repeats the same request.
    SameAgain = "caller: repeats the same request", 300;
    /// A caller repeats the request of a payment that has ended.
    EndedAgain = "caller: repeats a request that has ended", 150;
    /// A caller sends another request under the same id.
    ChangedBody = "caller: another request under the same id", 60;
    /// A caller abandons before it creates.
    AbandonBefore = "caller: abandons before it creates", 25;
    /// A caller abandons a payment on its way.
    Abandon = "caller: abandons", 120;
    /// A caller abandons while its create is on its way.
    AbandonAtOnce = "caller: abandons while it creates", 80;
    /// A caller buys the same under a new id.
    SamePurchase = "caller: same purchase under a new id", 150;
    /// A caller buys once more on purpose.
    Repeat = "caller: buys once more on purpose", 500;
    /// A caller pays in spite of a payment in doubt.
    DespiteInDoubt = "caller: pays in spite of one in doubt", 500;
    /// A caller never looks again.
    Vanish = "caller: never looks again", 100;
    /// Somebody asks the provider twice at once about one payment.
    CheckTwice = "operator: two checks at once", 250;
    /// The balances of an exclusive account showed that a payment in doubt was made.
    ShownByBalances = "balance chain: found executed", 1_000;
    /// An operator resolves as executed.
    ResolvedExecuted = "operator: resolves as executed", 1_000;
    /// An operator resolves as not executed.
    ResolvedNotExecuted = "operator: resolves as not executed", 1_000;
    /// An operator proposes, and another one confirms with credentials of their own.
    VerdictProposed = "operator: one proposes not executed, another confirms", 500;
    /// Two operators give the same verdict at once.
    VerdictsAtOnce = "operator: two say not executed at once", 200;
    /// An operator is refused because the provider may still execute.
    ResolvedTooEarly = "operator: too early to say not executed", 1_000;
}

/// How often each class happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<Fault, u64>);

impl Counts {
    /// How often `fault` happened.
    pub fn of(&self, fault: Fault) -> u64 {
        self.0.get(&fault).copied().unwrap_or(0)
    }

    /// The classes that never happened.
    pub fn missing(&self) -> Vec<&'static str> {
        Fault::ALL
            .iter()
            .filter(|fault| self.of(**fault) == 0)
            .map(|fault| fault.as_str())
            .collect()
    }

    pub(crate) fn add(&mut self, fault: Fault) {
        *self.0.entry(fault).or_default() += 1;
    }

    pub(crate) fn add_all(&mut self, other: &Self) {
        for (fault, count) in &other.0 {
            *self.0.entry(*fault).or_default() += count;
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in Fault::ALL {
            writeln!(f, "{:>9}  {}", self.of(*fault), fault.as_str())?;
        }
        Ok(())
    }
}
