//! What happens at the named points of the engine's own path.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use ppob_engine::{AtPoint, set_point_hook};
use ppob_types::CrashPoint;

use crate::fault::Fault;
use crate::random::Random;
use crate::stage::Stage;

/// The hook of this thread's world; taken away again when it is dropped.
pub(crate) struct Points;

impl Points {
    pub(crate) fn of(stage: &Arc<Stage>) -> Self {
        let random = RefCell::new(Random::fork(stage.world.seed, 6));
        let stage = Arc::clone(stage);
        set_point_hook(Some(Rc::new(move |point| at(&stage, &mut random.borrow_mut(), point))));
        Self
    }
}

impl Drop for Points {
    fn drop(&mut self) {
        set_point_hook(None);
    }
}

fn at(stage: &Stage, random: &mut Random, point: CrashPoint) -> AtPoint {
    // Some are passed by few payments.
    let tries = match point {
        CrashPoint::InVerdict | CrashPoint::InCallback | CrashPoint::BeforeGiveUp => 8,
        _ => 1,
    };
    let dies = (0..tries).any(|_| stage.happens(random, Fault::CrashAtPoint));
    stage.count_point(point, dies);
    if dies {
        stage.note(|| format!("the process dies at {}", point.as_str()));
        stage.crash_point.notify_one();
        return AtPoint::Dies;
    }
    // Standing still matters where a request is about to leave.
    let leaves = matches!(point, CrashPoint::AfterIntent | CrashPoint::PermitMinted);
    if leaves && stage.happens(random, Fault::StandsStill) {
        let span =
            if random.permille(500) { random.seconds(2, 30) } else { random.seconds(60, 1_500) };
        stage.note(|| format!("the process stands still at {} for {span:?}", point.as_str()));
        stage.stands_still.notify_one();
        return AtPoint::StandsStill(span);
    }
    AtPoint::GoesOn
}
