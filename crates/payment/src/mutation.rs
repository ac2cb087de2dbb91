//! Deliberate mistakes, for the simulation that must catch each of them.
//!
//! Each stands in the code where a real system would make it. Without the feature `mutants` the switch is
//! a constant `false` and the compiler removes it.

macro_rules! mutants {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A mistake that a payment engine could ship.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Mutant {
            $($(#[$doc])* $name,)*
        }

        impl Mutant {
            /// Every mutant.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

mutants! {
    /// Another provider is asked although the outcome is unknown (5xx, a lost answer).
    FailoverOnUnknown,
    /// A time-out is told as a failure.
    TimeoutIsFailed,
    /// A connection that was reset is taken for one that never stood, as error kinds of HTTP clients
    /// suggest.
    ResetIsNotSent,
    /// The call that pays is dropped when it takes long, and that counts as not sent: a time-out layer
    /// around everything.
    SlowCallIsNotSent,
    /// A panic of the provider's code counts as not sent, however far the request came.
    PanicIsNotSent,
    /// The call that pays is repeated once after an incomplete answer, as retrying HTTP clients do.
    RetryIncomplete,
    /// A second worker takes over an attempt that takes long, and sends it again: a lease that ran out.
    LeaseSteal,
    /// After a crash, an attempt that was being sent is taken as not sent.
    ResendAfterCrash,
    /// After the time for it has passed, an accepted payment is still paid: a queue that is worked off
    /// after a restart.
    PayByIgnored,
    /// The intent is recorded only after the request was sent.
    IntentAfterSend,
    /// A request leaves although the commit of its intent was not acknowledged.
    UnacknowledgedIntentIsSent,
    /// A process that slept between its intent and its send sends all the same.
    StartByNotChecked,
    /// The intent is checked and then written, instead of compared and set.
    IntentNotCompared,
    /// The outcome is told before it is durable.
    TellBeforeDurable,
    /// An acceptance that was not acknowledged is told as refused, as if an error were a rollback.
    UnclearIsRefused,
    /// The pay call dies with the caller, and that counts as not sent.
    InlineHandler,
    /// Two open payments for the same product and customer are allowed.
    NoDuplicateGuard,
    /// The guard is released while the payment is in doubt.
    GuardReleasedInDoubt,
    /// A payment in doubt is passed by before the provider's late-execution bound.
    PassedByTooSoon,
    /// After a success, an equal payment is taken without being marked as a repetition.
    RepeatNotChecked,
    /// Another request under a known id is answered with the payment that has it.
    FingerprintNotChecked,
    /// Ids of payments that have ended are forgotten: an idempotency key that expires.
    IdsForgotten,
    /// An id that was abandoned is taken all the same.
    TombstoneIgnored,
    /// Abandoning ends a payment of which an attempt is alive.
    AbandonEndsLive,
    /// Somebody else's answer is taken for ours.
    ReplyNotMatched,
    /// One provider reference settles two payments.
    ReferenceSettlesTwo,
    /// A refusal over a channel that can be forged is trusted without corroboration.
    UncorroboratedRefusal,
    /// "Not found" right after the send is taken as "not executed".
    NotFoundIsNotExecuted,
    /// The client's own patience is taken for the provider's late-execution bound.
    ReconcileTooSoon,
    /// The late-execution bound is measured by the wall clock alone.
    BoundByWallClock,
    /// One person's word is enough to call an attempt not executed.
    OnePersonIsEnough,
    /// The amount that was expected is recorded, not the one that was charged.
    ExpectedCostRecorded,
    /// A callback turns a failure that was told into a success.
    CallbackFlipsFailure,
    /// A callback with a wrong secret is taken.
    ForgedCallbackTaken,
    /// A callback is not held against the payment that it names.
    CallbackNotMatched,
    /// A callback counts by itself where the provider could be asked.
    CallbackIsVerdict,
    /// A provider gives money back, and that is not recorded.
    ReversalIgnored,
    /// Of the attempts that may explain missing money, the first that fit are taken as executed.
    FirstFitIsExecuted,
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
