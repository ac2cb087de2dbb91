//! What can go wrong, class by class. A seed switches whole classes on and off.

use std::collections::BTreeMap;
use std::fmt;

use ppob_engine::POINTS;
use ppob_types::CrashPoint;

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
    /// Not paid, and the answer is that of an earlier purchase of the same thing.
    StaleAnswer = "pay: answer of an earlier equal purchase, not paid", 60;
    /// Paid, and somebody on the way says no in the provider's name.
    RefusedForged = "pay: refused by somebody on the way, paid", 12;
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
    /// The provider pays, and gives the money back later.
    GivenBack = "reversal: money given back", 40;
    /// A callback comes after the answer.
    CallbackOnTime = "callback: on time", 1_000;
    /// A callback comes before the answer to the call that pays.
    CallbackEarly = "callback: before the answer", 60;
    /// A callback comes long after.
    CallbackLate = "callback: late", 80;
    /// A callback comes twice.
    CallbackTwice = "callback: twice", 120;
    /// Older news comes after newer news.
    CallbackReordered = "callback: older news after newer", 80;
    /// A callback never comes.
    CallbackLost = "callback: never comes", 120;
    /// Somebody without the secret sends one.
    CallbackForged = "callback: wrong secret", 200;
    /// The provider's own, under the reference of another payment.
    CallbackForeign = "callback: another payment's reference", 40;
    /// The provider's own, says paid with other money, and nothing was paid.
    CallbackOtherMoney = "callback: other money, not paid", 300;
    /// The provider's own, says paid, and had been refused.
    CallbackContradicts = "callback: says paid, was refused", 120;
    /// The provider's own, says refused, and was paid. Its status says the truth.
    CallbackMistaken = "callback: says refused, was paid", 90;
    /// A status check is not answered.
    StatusLost = "status: no answer", 120;
    /// A status check hangs.
    StatusSilence = "status: silence", 40;
    /// A status check does not find what is there.
    StatusLag = "status: not found although there", 300;
    /// A status check that is a purchase bought what had not arrived. Counted where it happens.
    StatusBought = "status: bought what had not arrived", 1_000;
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
    /// The process dies at a named point of its own path.
    CrashAtPoint = "crash: at a named point", 4;
    /// The process stands still, and goes on.
    StandsStill = "process: stands still, then goes on", 10;
    /// The process stands still while another one takes over, and goes on.
    TakenOver = "process: stands still, is replaced, then goes on", 500;
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
    /// An operator says not executed without having looked.
    HastyVerdict = "operator: says not executed without looking", 100;
    /// An operator looks at a frozen provider, and lets it go on.
    Unfrozen = "operator: lets a frozen provider go on", 1_000;
    /// Two operators give the same verdict at once.
    VerdictsAtOnce = "operator: two say not executed at once", 200;
    /// The record is set back to an earlier copy: in some worlds, once.
    SetBack = "journal: set back to an earlier copy", 0;
    /// An operator is refused because the provider may still execute.
    ResolvedTooEarly = "operator: too early to say not executed", 1_000;
}

/// How often each class happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    faults: BTreeMap<Fault, u64>,
    /// How often a process died at each named point.
    deaths: BTreeMap<CrashPoint, u64>,
    /// How often a payment passed it.
    passed: BTreeMap<CrashPoint, u64>,
}

impl Counts {
    /// How often `fault` happened.
    pub fn of(&self, fault: Fault) -> u64 {
        self.faults.get(&fault).copied().unwrap_or(0)
    }

    /// How often a process died at `point`.
    pub fn deaths_at(&self, point: CrashPoint) -> u64 {
        self.deaths.get(&point).copied().unwrap_or(0)
    }

    /// How often a process died in all.
    pub fn crashes(&self) -> u64 {
        let named: u64 = self.deaths.values().sum();
        named
            + self.of(Fault::Crash)
            + self.of(Fault::CrashBeforeApply)
            + self.of(Fault::CrashAfterApply)
    }

    /// The classes that never happened, and the points at which no process died.
    pub fn missing(&self) -> Vec<&'static str> {
        Fault::ALL
            .iter()
            .filter(|fault| self.of(**fault) == 0)
            .map(|fault| fault.as_str())
            .chain(POINTS.iter().filter(|p| self.deaths_at(**p) == 0).map(|p| p.as_str()))
            .collect()
    }

    pub(crate) fn add(&mut self, fault: Fault) {
        *self.faults.entry(fault).or_default() += 1;
    }

    pub(crate) fn passes(&mut self, point: CrashPoint) {
        *self.passed.entry(point).or_default() += 1;
    }

    pub(crate) fn dies(&mut self, point: CrashPoint) {
        *self.deaths.entry(point).or_default() += 1;
    }

    pub(crate) fn add_all(&mut self, other: &Self) {
        for (fault, count) in &other.faults {
            *self.faults.entry(*fault).or_default() += count;
        }
        for (point, count) in &other.deaths {
            *self.deaths.entry(*point).or_default() += count;
        }
        for (point, count) in &other.passed {
            *self.passed.entry(*point).or_default() += count;
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in Fault::ALL {
            writeln!(f, "{:>9}  {}", self.of(*fault), fault.as_str())?;
        }
        for point in &POINTS {
            let passed = self.passed.get(point).copied().unwrap_or(0);
            let (deaths, name) = (self.deaths_at(*point), point.as_str());
            writeln!(f, "{deaths:>9}  crash: {name} (passed {passed} times)")?;
        }
        Ok(())
    }
}
