//! Named moments in the life of a payment at which a process may die or stand still.
//!
//! A simulation decides at each of them what happens. Without the feature `mutants` passing one is nothing
//! at all.

#[cfg(feature = "mutants")]
use std::time::Duration;

use crate::engine::Inner;

macro_rules! points {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// A named moment.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum CrashPoint {
            $($(#[$doc])* $name,)*
        }

        impl CrashPoint {
            /// Every point, in the order of a payment's life.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name, as printed.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

points! {
    /// Nothing is reserved at a provider yet.
    BeforeReserve = "before room is reserved";
    /// Room is reserved, and no intent is written.
    AfterReserve = "after room is reserved";
    /// The acceptance is durable, and its caller was not told.
    AfterAcceptance = "after the acceptance, before it is told";
    /// The intent is durable, and there is no permit.
    AfterIntent = "after the intent, before the permit";
    /// There is a permit, and nothing was sent.
    AfterPermit = "after the permit, before the call";
    /// The provider has answered, and nothing of it is durable.
    AfterAnswer = "after the answer, before the outcome";
    /// The outcome is durable, and nobody was told.
    AfterOutcome = "after the outcome, before it is told";
    /// Some of what an earlier process left open is taken over.
    InRecovery = "in recovery";
    /// A status check was answered, and nothing of it is durable.
    AfterStatus = "between a status answer and its commit";
    /// A verdict is about to be written.
    InResolve = "in a person's verdict, before its commit";
    /// A callback was verified, and nothing of it is durable.
    InCallback = "in a callback, before its commit";
    /// A payment is about to be given up.
    BeforeGiveUp = "before a payment is given up";
}

/// What happens at a point.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtPoint {
    /// Nothing.
    GoesOn,
    /// The process dies.
    Dies,
    /// The process stands still for this long: no task of it is polled.
    StandsStill(Duration),
}

#[cfg(feature = "mutants")]
type Hook = std::rc::Rc<dyn Fn(CrashPoint) -> AtPoint>;

#[cfg(feature = "mutants")]
thread_local! {
    static HOOK: std::cell::RefCell<Option<Hook>> = const { std::cell::RefCell::new(None) };
}

/// Lets `hook` decide what happens at the points of every engine of this thread; none for nothing.
#[cfg(feature = "mutants")]
pub fn set_point_hook(hook: Option<Hook>) {
    HOOK.set(hook);
}

impl Inner {
    /// Passes a point.
    #[cfg(feature = "mutants")]
    pub(crate) async fn pass(&self, point: CrashPoint) {
        let hook = HOOK.with_borrow(Clone::clone);
        let happens = hook.map_or(AtPoint::GoesOn, |hook| hook(point));
        match happens {
            AtPoint::GoesOn => {}
            AtPoint::Dies => {
                self.tasks.crash();
                std::future::pending::<()>().await;
            }
            AtPoint::StandsStill(span) => {
                self.tasks.stand_still(span);
                // Whoever polls this task next does so when the process goes on.
                tokio::task::yield_now().await;
            }
        }
    }

    /// Passes a point.
    #[cfg(not(feature = "mutants"))]
    #[inline]
    #[expect(clippy::unused_self, reason = "the same call as in a simulation")]
    pub(crate) fn pass(&self, _: CrashPoint) -> std::future::Ready<()> {
        std::future::ready(())
    }
}
