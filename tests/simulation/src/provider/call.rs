//! What will become of one call that pays, drawn before it begins.

use std::time::Duration;

use ppob_types::{ProviderRef, RefusalCode, RefusalScope, Rejection, Rupiah, UnknownCause};

use crate::fault::Fault;
use crate::random::Random;
use crate::stage::Stage;
use crate::world::{Habit, ProviderPlan};

/// What will become of one call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) connect: Duration,
    pub(crate) before: Before,
    pub(crate) work: Work,
    /// When the work is done, counted from the arrival.
    pub(crate) after: Duration,
    pub(crate) reply: Reply,
    /// When the answer comes that does not wait for the work.
    pub(crate) latency: Duration,
    pub(crate) token_later: bool,
    /// The callback comes before the answer.
    pub(crate) told_early: bool,
    /// The reference of an earlier purchase of the same, whose answer comes again.
    pub(crate) stale: Option<ProviderRef>,
    /// A status check finds it only this long after the arrival.
    pub(crate) lag: Duration,
}

/// What happens before anything is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Before {
    Connected,
    Refused,
    Panic,
}

/// What the provider does with the order.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    Execute,
    /// Refuses, and says this about the balance.
    Refuse(Rejection, Option<Rupiah>),
    /// Loses it.
    Drop,
}

/// What the client sees.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reply {
    Whole,
    Pending,
    /// Something that says nothing, maybe with the provider's reference in it.
    Odd {
        cause: UnknownCause,
        reference: bool,
    },
    /// Nothing, until the client gives up.
    None,
    Foreign,
    Panic,
    /// A "no" that somebody on the way says.
    Denied,
    /// The answer of an earlier purchase.
    Stale,
}

const ODD: [(Fault, UnknownCause, bool); 8] = [
    (Fault::LostAnswerPaid, UnknownCause::ConnectionLost, true),
    (Fault::LostAnswerUnpaid, UnknownCause::ConnectionLost, false),
    (Fault::CutAnswerPaid, UnknownCause::Unreadable, true),
    (Fault::CutAnswerUnpaid, UnknownCause::Unreadable, false),
    (Fault::ServerErrorPaid, UnknownCause::HttpStatus, true),
    (Fault::ServerErrorUnpaid, UnknownCause::HttpStatus, false),
    (Fault::UnlistedPaid, UnknownCause::Unlisted, true),
    (Fault::UnlistedUnpaid, UnknownCause::Unlisted, false),
];

const PLAIN: [(Fault, Reply, bool); 6] = [
    (Fault::SilencePaid, Reply::None, true),
    (Fault::SilenceUnpaid, Reply::None, false),
    (Fault::ForeignAnswerPaid, Reply::Foreign, true),
    (Fault::ForeignAnswerUnpaid, Reply::Foreign, false),
    (Fault::PanicAfterPaid, Reply::Panic, true),
    (Fault::PanicAfterUnpaid, Reply::Panic, false),
];

impl Call {
    pub(crate) fn draw(
        stage: &Stage,
        plan: &ProviderPlan,
        earlier: Option<ProviderRef>,
        random: &mut Random,
    ) -> Self {
        let mut call = Self {
            connect: random.millis(1, 60),
            before: Before::Connected,
            work: Work::Execute,
            after: random.millis(100, 4_000),
            reply: Reply::Whole,
            latency: random.millis(50, 3_000),
            token_later: false,
            told_early: false,
            stale: None,
            lag: Duration::ZERO,
        };
        let lags = stage.would(random, Fault::StatusLag);
        if lags {
            call.lag = random.seconds(30, 300);
        }
        call.bend(stage, plan, earlier, random);
        // Nothing that is there takes longer than the bound; the send began before the connection.
        call.after = call.after.min(plan.bound.saturating_sub(call.connect));
        call
    }

    /// The first fault that happens decides.
    fn bend(
        &mut self,
        stage: &Stage,
        plan: &ProviderPlan,
        earlier: Option<ProviderRef>,
        random: &mut Random,
    ) {
        if stage.happens(random, Fault::ConnectionRefused) {
            self.before = Before::Refused;
            return;
        }
        if stage.happens(random, Fault::PanicBefore) {
            self.before = Before::Panic;
            return;
        }
        if earlier.is_some() && stage.happens(random, Fault::StaleAnswer) {
            self.reply = Reply::Stale;
            self.stale = earlier;
            self.executes(false);
            return;
        }
        // Only where nothing proves who speaks.
        if plan.habit == Habit::OwnReference && stage.happens(random, Fault::RefusedForged) {
            self.reply = Reply::Denied;
            return;
        }
        for (fault, cause, paid) in ODD {
            if stage.happens(random, fault) {
                let reference = cause == UnknownCause::Unlisted && random.permille(500);
                self.reply = Reply::Odd { cause, reference };
                self.executes(paid);
                return;
            }
        }
        for (fault, reply, paid) in PLAIN {
            if stage.happens(random, fault) {
                self.reply = reply;
                self.executes(paid);
                return;
            }
        }
        if stage.happens(random, Fault::LateExecution) {
            self.reply = Reply::None;
            let late = plan.bound.saturating_sub(plan.answer_within);
            // Often at the very end of what it may take.
            self.after = if random.permille(400) {
                plan.bound.saturating_sub(random.millis(0, 3_000))
            } else {
                let late = u64::try_from(late.as_millis()).unwrap_or(0);
                plan.answer_within + random.millis(0, late)
            };
            return;
        }
        self.told_early = plan.callbacks && stage.happens(random, Fault::CallbackEarly);
        self.pend_or_refuse(stage, plan, random);
        self.token_later = stage.happens(random, Fault::TokenLater);
    }

    fn pend_or_refuse(&mut self, stage: &Stage, plan: &ProviderPlan, random: &mut Random) {
        let most = u64::try_from(plan.bound.as_millis()).unwrap_or(0);
        let later = random.millis(5_000, most);
        if stage.happens(random, Fault::NoReference) {
            self.reply = Reply::Odd { cause: UnknownCause::NoReference, reference: false };
            self.after = later;
        } else if stage.happens(random, Fault::PendingConfirmed) {
            self.reply = Reply::Pending;
            self.after = later;
        } else if stage.happens(random, Fault::PendingRefused) {
            self.reply = Reply::Pending;
            // Soon enough for another provider to be asked.
            self.after = if random.permille(600) { random.seconds(5, 60) } else { later };
            let low = Some(Rupiah::new(50)).filter(|_| random.permille(500));
            self.work = Work::Refuse(no(RefusalCode::InsufficientBalance), low);
        } else if stage.happens(random, Fault::RefusedFitting) {
            self.work = Work::Refuse(no(RefusalCode::InsufficientBalance), Some(Rupiah::new(50)));
        } else if stage.happens(random, Fault::RefusedUnfitting) {
            let stated = Some(Rupiah::new(900_000_000)).filter(|_| random.permille(500));
            self.work = Work::Refuse(no(RefusalCode::InsufficientBalance), stated);
        } else if stage.happens(random, Fault::RefusedClosed) {
            self.work = Work::Refuse(no(RefusalCode::ProductClosed), None);
        } else if stage.happens(random, Fault::RefusedBill) {
            let rejection =
                Rejection { code: RefusalCode::NumberInvalid, scope: RefusalScope::Bill };
            self.work = Work::Refuse(rejection, None);
        }
    }

    fn executes(&mut self, paid: bool) {
        self.work = if paid { Work::Execute } else { Work::Drop };
    }
}

const fn no(code: RefusalCode) -> Rejection {
    Rejection { code, scope: RefusalScope::Provider }
}
