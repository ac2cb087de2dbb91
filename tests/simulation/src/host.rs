//! The machine: starts the engine, kills it, and starts it again on the same disk.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ppob_engine::{DuplicateWindows, Engine, EngineConfig, Parts, ProviderSetup, StatementFormat};
use ppob_journal::{Journal, MemoryJournal};
use ppob_layers::{BreakerOverride, Limits, guard};
use ppob_provider::PpobProvider;
use ppob_routing::{Mapping, StrategyTable};
use ppob_types::{Clock, MappedProduct, Monotonic, PriceRow, ProductCode, Rupiah, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::fault::Fault;
use crate::journal::Weather;
use crate::provider::Model;
use crate::provider::deposit::COST_TOLERANCE;
use crate::random::Random;
use crate::set_back::SetBack;
use crate::stage::{Stage, lock};
use crate::world::goods;

/// A running engine.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) engine: Engine,
    /// Cancelled when the process dies: whoever talks to it loses the connection.
    gone: CancellationToken,
    number: u64,
}

/// The machine with its disk.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) stage: Arc<Stage>,
    models: Vec<Model>,
    disk: Mutex<MemoryJournal>,
    running: Mutex<Option<Process>>,
    starts: Mutex<u64>,
}

/// In which an equal payment needs a number of its own.
pub(crate) const fn duplicate_window() -> Duration {
    Duration::from_mins(10)
}

impl Process {
    /// Asks the engine; `None` if the process dies before it answers.
    pub(crate) async fn ask<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            answer = work => Some(answer),
            () = self.gone.cancelled() => None,
        }
    }

    fn kill(&self) {
        self.engine.crash();
        self.gone.cancel();
    }
}

impl Host {
    pub(crate) fn new(stage: Arc<Stage>) -> Self {
        let models = stage
            .world
            .providers
            .iter()
            .zip(0..)
            .map(|(plan, number)| Model::new(number, plan.clone(), &stage))
            .collect();
        let disk = MemoryJournal::with_hooks(Arc::new(Weather::new(&stage)));
        stage.set_disk(disk.clone());
        Self {
            stage,
            models,
            disk: Mutex::new(disk),
            running: Mutex::default(),
            starts: Mutex::default(),
        }
    }

    /// What the next process opens.
    pub(crate) fn disk(&self) -> MemoryJournal {
        lock(&self.disk).clone()
    }

    /// The next process opens this one.
    pub(crate) fn replace_disk(&self, disk: MemoryJournal) {
        self.stage.set_disk(disk.clone());
        *lock(&self.disk) = disk;
    }

    /// The process that works now, if one does.
    pub(crate) fn running(&self) -> Option<Process> {
        lock(&self.running).clone()
    }

    /// Whether `process` is the one that works now.
    pub(crate) fn is_current(&self, process: &Process) -> bool {
        self.running().is_some_and(|running| running.number == process.number)
    }

    /// Starts a process on the disk as it is; a crash point during the start starts another.
    pub(crate) async fn start(&self) {
        loop {
            let number = {
                let mut starts = lock(&self.starts);
                *starts += 1;
                *starts
            };
            let disk = lock(&self.disk).reopen();
            *lock(&self.disk) = disk.clone();
            self.stage.set_disk(disk.clone());
            self.stage.note(|| format!("process {number} starts"));
            let starting = Engine::start(self.parts(disk, number));
            let started = tokio::select! {
                biased;
                started = starting => started.ok(),
                () = self.stage.crash_point.notified() => None,
            };
            let Some(engine) = started else {
                tokio::time::sleep(Duration::from_millis(500)).await;
                continue;
            };
            let process = Process { engine, gone: CancellationToken::new(), number };
            *lock(&self.running) = Some(process);
            return;
        }
    }

    /// Kills whatever works now.
    pub(crate) fn kill(&self) {
        let process = lock(&self.running).take();
        if let Some(process) = process {
            process.kill();
        }
    }

    /// Crashes and restarts at random moments and at crash points, until the weather is fine.
    pub(crate) async fn crash_again_and_again(self: Arc<Self>) {
        let mut random = Random::fork(self.stage.world.seed, 3);
        let mut chance = Random::fork(self.stage.world.seed, 10);
        let mut set_back = SetBack::default();
        while !self.stage.is_quiet() {
            let point = tokio::select! {
                biased;
                () = self.stage.crash_point.notified() => true,
                () = self.stage.stands_still.notified() => {
                    if self.stage.happens(&mut random, Fault::TakenOver) {
                        self.take_over(&mut random).await;
                    }
                    continue;
                }
                () = tokio::time::sleep(random.seconds(3, 12)) => false,
            };
            if !point && self.may_set_back(&mut set_back, &mut chance).await {
                continue;
            }
            if !point && !self.stage.happens(&mut random, Fault::Crash) {
                self.set_clock(&mut random);
                continue;
            }
            self.restart(point, &mut random).await;
        }
        // A crash point that was reached just before. Otherwise the process lives on: a restart would
        // hide what it has lost sight of.
        let last = tokio::time::timeout(Duration::from_secs(30), self.stage.crash_point.notified());
        if last.await.is_ok() {
            self.kill();
            self.start().await;
        }
    }

    /// Another process is started, because this one does not answer; it goes on all the same, later.
    async fn take_over(&self, random: &mut Random) {
        let old = self.running();
        self.start().await;
        tokio::time::sleep(random.seconds(0, 1_800)).await;
        if let Some(old) = old {
            self.stage.note(|| format!("process {} dies at last", old.number));
            old.kill();
        }
    }

    async fn restart(&self, at_point: bool, random: &mut Random) {
        let old = self.running();
        let overlaps = !at_point && self.stage.happens(random, Fault::Overlap);
        if overlaps {
            self.start().await;
            tokio::time::sleep(random.seconds(0, 20)).await;
            if let Some(old) = old {
                self.stage.note(|| format!("process {} dies at last", old.number));
                old.kill();
            }
            return;
        }
        self.stage.note(|| "the process dies".to_owned());
        self.kill();
        tokio::time::sleep(random.millis(0, 8_000)).await;
        self.start().await;
    }

    fn set_clock(&self, random: &mut Random) {
        if self.stage.happens(random, Fault::ClockForward) {
            let by = if random.permille(500) {
                random.seconds(1, 29)
            } else {
                random.seconds(60, 3 * 60 * 60)
            };
            self.stage.note(|| format!("the clock is set forward by {by:?}"));
            self.stage.clock.set_forward(by);
        }
        if self.stage.happens(random, Fault::ClockBack) {
            let by = random.seconds(1, 2 * 60 * 60);
            self.stage.note(|| format!("the clock is set back by {by:?}"));
            self.stage.clock.set_back(by);
        }
    }

    fn parts(&self, disk: MemoryJournal, number: u64) -> Parts {
        let world = &self.stage.world;
        let clock: Arc<dyn Clock> = Arc::new(MachineClock(Arc::clone(&self.stage)));
        let seed = Random::fork(world.seed, 1_000 + number).next();
        let providers = self.models.iter().zip(0_u32..).map(|(model, priority)| {
            let provider: Arc<dyn PpobProvider> = Arc::new(model.clone());
            let guarded = guard(provider, &Limits::default(), Arc::clone(&clock), seed);
            if world.breakers_held {
                guarded.reserve.set_override(BreakerOverride::Closed);
            }
            let setup = ProviderSetup {
                guarded,
                mapping: Mapping::new(BTreeMap::new(), mapped),
                priority,
                weight: 1,
                balance_floor: Rupiah::ZERO,
                exclusive: model.plan().exclusive,
                cost_tolerance: COST_TOLERANCE,
                price_max_age: Duration::from_mins(15),
                price_list_every: Duration::from_mins(1),
                statement: StatementFormat::default(),
            };
            (model.plan().name.clone(), setup)
        });
        Parts {
            config: EngineConfig {
                pay_within: world.pay_within,
                duplicate_windows: DuplicateWindows {
                    listed: duplicate_window(),
                    bills: duplicate_window(),
                },
                strategies: StrategyTable { default: world.strategy, ..StrategyTable::default() },
                ..EngineConfig::default()
            },
            journal: Arc::new(disk) as Arc<dyn Journal>,
            providers: providers.collect(),
            clock,
            seed,
        }
    }
}

/// The machine's clock, as the engine gets it.
#[derive(Debug)]
struct MachineClock(Arc<Stage>);

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn monotonic(&self) -> Monotonic {
        self.0.clock.monotonic()
    }
}

/// Our product codes are the providers' codes.
fn mapped(row: &PriceRow) -> Option<MappedProduct> {
    let goods = goods(&row.provider_code)?;
    Some(MappedProduct {
        product: ProductCode::new(goods.code).ok()?,
        family: goods.family,
        name: row.name.clone(),
    })
}
