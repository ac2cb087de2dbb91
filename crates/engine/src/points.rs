//! Named moments in the life of a payment at which a process may die or stand still.
//!
//! A simulation decides at each of them what happens to the engine, a crash harness what happens to the whole
//! process ([`ppob_types::crash_point`]). Without their features passing one is nothing at all.

#[cfg(feature = "mutants")]
use std::time::Duration;

use ppob_types::{CrashPoint, crash_point};

use crate::engine::Inner;

/// The points that the engine itself passes, in the order of a payment's life.
#[cfg(feature = "mutants")]
pub const POINTS: [CrashPoint; 15] = [
    CrashPoint::BeforeReserve,
    CrashPoint::AfterReserve,
    CrashPoint::BeforeAcceptance,
    CrashPoint::AfterAcceptance,
    CrashPoint::BeforeIntent,
    CrashPoint::AfterIntent,
    CrashPoint::PermitMinted,
    CrashPoint::AnswerReceived,
    CrashPoint::AfterOutcome,
    CrashPoint::BeforeGiveUp,
    CrashPoint::AfterStatus,
    CrashPoint::InCallback,
    CrashPoint::InVerdict,
    CrashPoint::BeforeTakeOver,
    CrashPoint::AfterTakeOver,
];

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
        crash_point(point);
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
    pub(crate) fn pass(&self, point: CrashPoint) -> std::future::Ready<()> {
        crash_point(point);
        std::future::ready(())
    }
}
