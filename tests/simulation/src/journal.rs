//! The disk: slow, sometimes gone, and cut off on both sides of every write.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ppob_journal::{JournalError, MemoryHooks, MemoryWrite};

use crate::fault::Fault;
use crate::random::Random;
use crate::stage::{Stage, lock};

/// What happens around each read and write.
#[derive(Debug)]
pub(crate) struct Weather {
    stage: Arc<Stage>,
    random: Mutex<Random>,
}

impl Weather {
    pub(crate) fn new(stage: &Arc<Stage>) -> Self {
        let random = Mutex::new(Random::fork(stage.world.seed, 2));
        Self { stage: Arc::clone(stage), random }
    }

    fn happens(&self, fault: Fault) -> bool {
        self.stage.happens(&mut lock(&self.random), fault)
    }

    async fn delay(&self) {
        let slow = self.happens(Fault::JournalSlow);
        let span = {
            let mut random = lock(&self.random);
            if slow { random.seconds(1, 12) } else { random.millis(0, 6) }
        };
        if !span.is_zero() {
            tokio::time::sleep(span).await;
        }
    }

    /// The process dies here: nothing after this point happens.
    async fn crash(&self, point: &str, write: MemoryWrite<'_>) {
        self.stage.note(|| format!("crash point: {point} {}", write.name()));
        self.stage.crash_point.notify_one();
        std::future::pending::<()>().await;
    }
}

#[async_trait]
impl MemoryHooks for Weather {
    async fn before_apply(&self, write: MemoryWrite<'_>) -> Result<(), JournalError> {
        if let MemoryWrite::Accept(new) = write {
            self.stage.truth().is_called(new.serial, &new.key);
        }
        self.delay().await;
        if self.happens(Fault::CrashBeforeApply) {
            self.crash("before", write).await;
        }
        if self.happens(Fault::JournalUnavailable) {
            return Err(JournalError::Unavailable("simulated".to_owned()));
        }
        if self.happens(Fault::WriteLost) {
            return Err(JournalError::Unacknowledged("simulated, lost".to_owned()));
        }
        Ok(())
    }

    async fn after_apply(&self, write: MemoryWrite<'_>) -> Result<(), JournalError> {
        self.stage.note(|| format!("durable: {}", describe(write)));
        match write {
            MemoryWrite::Accept(new) => self.stage.taken(new),
            MemoryWrite::Commit(change) => self.stage.recorded(&change.key),
            _ => {}
        }
        if self.happens(Fault::CrashAfterApply) {
            self.crash("after", write).await;
        }
        self.delay().await;
        if self.happens(Fault::WriteUnacknowledged) {
            return Err(JournalError::Unacknowledged("simulated, durable".to_owned()));
        }
        Ok(())
    }

    async fn before_read(&self) -> Result<(), JournalError> {
        if self.stage.is_auditing() {
            return Ok(());
        }
        self.delay().await;
        if self.happens(Fault::JournalUnreadable) {
            return Err(JournalError::Unavailable("simulated".to_owned()));
        }
        Ok(())
    }
}

fn describe(write: MemoryWrite<'_>) -> String {
    match write {
        MemoryWrite::Accept(new) => format!("accept {} as {}", new.key, new.serial),
        MemoryWrite::Commit(change) => format!(
            "{} {} from {}: {}",
            change.kind.as_str(),
            change.key,
            change.expected_version,
            change.payment.state().as_str()
        ),
        MemoryWrite::Bury(key) => format!("bury {key}"),
        MemoryWrite::Strip(stored, to) => format!("strip {} to {}", stored.key, to.as_str()),
        MemoryWrite::SaveInquiry(_)
        | MemoryWrite::SaveDocument(_)
        | MemoryWrite::Audit(_)
        | MemoryWrite::ForgetInquiries
        | MemoryWrite::Operator(_) => write.name().to_owned(),
    }
}
