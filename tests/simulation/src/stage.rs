//! What everybody in a world shares: its plan, its clock, the truth, the checker and the trace.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use ppob_journal::{Journal, MemoryJournal, StoredPayment};
use ppob_types::CrashPoint;
use ppob_types::{PaymentKey, ProviderName, ProviderRef};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::checker::Checker;
use crate::clock::WorldClock;
use crate::fault::{Counts, Fault};
use crate::provider::Letter;
use crate::random::Random;
use crate::trace::Trace;
use crate::truth::Truth;
use crate::world::World;

/// What everybody in a world shares.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) clock: WorldClock,
    /// The record was set back: from now on only money is judged.
    set_back: AtomicBool,
    /// Faults have stopped.
    quiet: AtomicBool,
    /// The checker reads the journal: no faults.
    auditing: AtomicBool,
    counts: Mutex<Counts>,
    truth: Mutex<Truth>,
    checker: Mutex<Checker>,
    trace: Mutex<Trace>,
    /// The disk as the latest process opened it.
    disk: Mutex<Option<MemoryJournal>>,
    /// A named crash point was reached.
    pub(crate) crash_point: Notify,
    /// A process stands still.
    pub(crate) stands_still: Notify,
    /// Callbacks that providers have sent.
    post: UnboundedSender<(Letter, Work)>,
    /// What providers still have to do by themselves.
    works: Arc<AtomicU64>,
    /// Callbacks that contradict what a provider had said.
    pub(crate) contradictions: AtomicU64,
}

/// Something that a provider still has to do by itself; done when it is dropped.
#[derive(Debug)]
pub(crate) struct Work(Arc<AtomicU64>);

impl Drop for Work {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Stage {
    pub(crate) fn new(world: World, keep_trace: bool) -> (Self, UnboundedReceiver<(Letter, Work)>) {
        let (post, letters) = unbounded_channel();
        let stage = Self {
            world,
            clock: WorldClock::new(),
            set_back: AtomicBool::new(false),
            quiet: AtomicBool::new(false),
            auditing: AtomicBool::new(false),
            counts: Mutex::default(),
            truth: Mutex::default(),
            checker: Mutex::default(),
            trace: Mutex::new(Trace::new(keep_trace)),
            disk: Mutex::default(),
            crash_point: Notify::new(),
            stands_still: Notify::new(),
            post,
            works: Arc::default(),
            contradictions: AtomicU64::new(0),
        };
        (stage, letters)
    }

    /// A provider sends a callback.
    pub(crate) fn post(&self, letter: Letter) {
        // Once nobody delivers any more, the world has ended.
        let _ = self.post.send((letter, self.work()));
    }

    /// A provider has something to do by itself.
    pub(crate) fn work(&self) -> Work {
        self.works.fetch_add(1, Ordering::SeqCst);
        Work(Arc::clone(&self.works))
    }

    /// Whether no provider has anything to do by itself any more.
    pub(crate) fn is_idle(&self) -> bool {
        self.works.load(Ordering::SeqCst) == 0
    }

    /// Whether a reference settles a payment already.
    pub(crate) fn settles(&self, provider: &ProviderName, reference: &ProviderRef) -> bool {
        let settled = |disk: MemoryJournal| {
            let (provider, reference) = (provider.clone(), reference.clone());
            async move { disk.settled_by(&provider, &reference).await.ok().flatten() }
        };
        self.audit(settled).is_some()
    }

    /// Whether `fault` happens now. Counts it if it does.
    pub(crate) fn happens(&self, random: &mut Random, fault: Fault) -> bool {
        let permille = self.world.permille.get(&fault).copied().unwrap_or(0);
        let happens = permille > 0 && !self.is_quiet() && random.permille(permille);
        if happens {
            self.count(fault);
        }
        happens
    }

    /// Whether somebody would do it now; to be counted only if it comes about.
    pub(crate) fn would(&self, random: &mut Random, fault: Fault) -> bool {
        let permille = self.world.permille.get(&fault).copied().unwrap_or(0);
        permille > 0 && !self.is_quiet() && random.permille(permille)
    }

    pub(crate) fn count(&self, fault: Fault) {
        lock(&self.counts).add(fault);
    }

    pub(crate) fn count_point(&self, point: CrashPoint, dies: bool) {
        let mut counts = lock(&self.counts);
        counts.passes(point);
        if dies {
            counts.dies(point);
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        lock(&self.counts).clone()
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet.load(Ordering::SeqCst)
    }

    /// From now on nothing goes wrong any more.
    pub(crate) fn calm_down(&self) {
        self.quiet.store(true, Ordering::SeqCst);
        self.note(|| "the weather is fine from now on".to_owned());
    }

    pub(crate) fn is_set_back(&self) -> bool {
        self.set_back.load(Ordering::SeqCst)
    }

    /// What was told of the record so far may be told otherwise from now on.
    pub(crate) fn record_was_set_back(&self) {
        self.set_back.store(true, Ordering::SeqCst);
        self.checker().forget_what_was_told();
    }

    pub(crate) fn is_auditing(&self) -> bool {
        self.auditing.load(Ordering::SeqCst)
    }

    pub(crate) fn truth(&self) -> MutexGuard<'_, Truth> {
        lock(&self.truth)
    }

    pub(crate) fn checker(&self) -> MutexGuard<'_, Checker> {
        lock(&self.checker)
    }

    pub(crate) fn trace(&self) -> MutexGuard<'_, Trace> {
        lock(&self.trace)
    }

    /// Adds a line to the trace.
    pub(crate) fn note(&self, line: impl FnOnce() -> String) {
        let line = format!("{:>10} {}", self.clock.elapsed().as_millis(), line());
        lock(&self.trace).add(line);
    }

    pub(crate) fn set_disk(&self, journal: MemoryJournal) {
        *lock(&self.disk) = Some(journal);
    }

    /// The world has ended. The disk's weather knows the stage, so the two would keep each other for ever.
    pub(crate) fn forget_disk(&self) {
        *lock(&self.disk) = None;
    }

    /// What the disk really holds of a payment.
    pub(crate) fn on_disk(&self, key: &PaymentKey) -> Option<StoredPayment> {
        self.audit(|disk| async move { disk.load(key).await.ok().flatten() })
    }

    /// Reads the disk without faults or delays. Every read of the journal in memory is ready at once.
    pub(crate) fn audit<T: Default, F: Future<Output = T>>(
        &self,
        read: impl FnOnce(MemoryJournal) -> F,
    ) -> T {
        let Some(disk) = lock(&self.disk).clone() else {
            return T::default();
        };
        self.auditing.store(true, Ordering::SeqCst);
        let mut reading = pin!(read(disk));
        let polled = reading.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        self.auditing.store(false, Ordering::SeqCst);
        match polled {
            Poll::Ready(read) => read,
            Poll::Pending => T::default(),
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
