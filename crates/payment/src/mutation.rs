//! Deliberate mistakes, for the simulation that must catch each of them.
//!
//! Without the feature `mutants` the switch is a constant `false` and the compiler removes it.

/// A mistake that a payment engine could ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mutant {
    /// Another provider is asked although the outcome is unknown (5xx, a lost answer).
    FailoverOnUnknown,
    /// A time-out is told as a failure.
    TimeoutIsFailed,
    /// After a crash, an attempt that was being sent is taken as not sent.
    ResendAfterCrash,
    /// The intent is recorded only after the request was sent.
    IntentAfterSend,
    /// The outcome is told before it is durable.
    TellBeforeDurable,
    /// Two open payments for the same product and customer are allowed.
    NoDuplicateGuard,
    /// The pay call dies with the caller, and that counts as not sent.
    InlineHandler,
    /// Somebody else's answer is taken for ours.
    ReplyNotMatched,
    /// "Not found" right after the send is taken as "not executed".
    NotFoundIsNotExecuted,
    /// The intent is checked and then written, instead of compared and set.
    IntentNotCompared,
    /// Of the attempts that may explain missing money, the first that fit are taken as executed.
    FirstFitIsExecuted,
}

impl Mutant {
    /// Every mutant.
    pub const ALL: [Self; 11] = [
        Self::FailoverOnUnknown,
        Self::TimeoutIsFailed,
        Self::ResendAfterCrash,
        Self::IntentAfterSend,
        Self::TellBeforeDurable,
        Self::NoDuplicateGuard,
        Self::InlineHandler,
        Self::ReplyNotMatched,
        Self::NotFoundIsNotExecuted,
        Self::IntentNotCompared,
        Self::FirstFitIsExecuted,
    ];
}

#[cfg(feature = "mutants")]
thread_local! {
    static ACTIVE: std::cell::Cell<Option<Mutant>> = const { std::cell::Cell::new(None) };
}

/// Whether `mutant` is switched on for this thread. Always `false` without the feature `mutants`.
#[inline]
pub fn mutated(mutant: Mutant) -> bool {
    #[cfg(feature = "mutants")]
    {
        ACTIVE.get() == Some(mutant)
    }
    #[cfg(not(feature = "mutants"))]
    {
        let _ = mutant;
        false
    }
}

/// Switches one mutant on for this thread.
#[cfg(feature = "mutants")]
pub fn set_mutant(mutant: Mutant) {
    ACTIVE.set(Some(mutant));
}

/// Switches all mutants off for this thread.
#[cfg(feature = "mutants")]
pub fn clear_mutant() {
    ACTIVE.set(None);
}
